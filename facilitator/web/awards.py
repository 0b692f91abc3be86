"""Facilitators: the companies of a lot."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitator import access, awards, market_lists, organisations, statements
from facilitator.awards import Award, AwardRefused
from facilitator.db import db
from facilitator.forms.lots import AwardForm, NewAwardForm
from facilitator.market_lists import Holder
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.refusals import Conflict
from facilitator.vocabulary import AwardRole, IdentifierScheme
from facilitator.web import acts, clock, conflicts, lot_pages
from facilitator.web.engagement import companies

blueprint = Blueprint("awards", __name__, url_prefix="/lots")
CONTACT = ("awarded_on", "correspondent", "correspondent_email", "correspondent_phone")


@blueprint.get("/<int:lot_id>/entreprises")
def of_lot(lot_id: int) -> ResponseReturnValue:
    """The companies of the lot with their shares, and those published."""
    lot, today = lot_pages.lot_or_404(lot_id), clock.today()
    session = db.session()
    places = _places(lot.id)
    placed = {place.organisation_id for place, _ in places}
    holders = market_lists.holders(session, lot.market_id)
    return lot_pages.show(
        "companies",
        lot,
        "awards.of_lot",
        at=statements.of_lot(session, lot.id, today),
        places=[(place, company, AwardRole(place.role).label) for place, company in places],
        labels={place.id: company.label for place, company in places},
        published=[each for each in holders if each.organisation_id not in placed],
    )


def _places(lot_id: int) -> list[tuple[Award, Organisation]]:
    rows = db.session.execute(
        select(Award, Organisation)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(Award.lot_id == lot_id)
        .order_by(Award.id)
    )
    return [(place, company) for place, company in rows]


def _next_role(lot_id: int) -> AwardRole:
    """The first alone is titulaire; with several, a human says whether they form a groupement."""
    return AwardRole.cotraitant if companies(lot_id) else AwardRole.titulaire


@blueprint.route("/<int:lot_id>/entreprises/attribuer", methods=["GET", "POST"])
def award(lot_id: int) -> ResponseReturnValue:
    """Give a company its place; `?titulaire=` fills the form from what was published."""
    lot = access.lot_or_404(lot_id, lock=True)
    form, back = NewAwardForm(data=_filled(lot)), url_for(".of_lot", lot_id=lot_id)
    form.parent.offer(companies(lot_id))
    if form.validate_on_submit():
        answer = acts.do(form, lambda: _award(lot, form), back, "L’entreprise est ajoutée au lot.")
        if answer is not None:
            return answer
    return lot_pages.ask(lot_id, form, "Attribuer le lot à une entreprise", "Attribuer le lot", back)


def _filled(lot: Lot) -> dict[str, Any]:
    chosen = request.args.get("titulaire", "")
    for holder in market_lists.holders(db.session(), lot.market_id) if chosen else []:
        if str(holder.organisation_id) == chosen and holder.scheme == IdentifierScheme.SIRET:
            role = AwardRole.cotraitant if companies(lot.id) else AwardRole.mandataire
            return {"siret": holder.identifier, "name": holder.name, "role": role.value}
    return {"role": AwardRole.titulaire.value}


def _award(lot: Lot, form: NewAwardForm) -> None:
    session = db.session()
    siret, name = form.siret.data, form.name.data
    company = organisations.by_siret(session, siret)
    if company is None and not name:
        raise AwardRefused(
            f"Le SIRET {siret} n’est pas encore connu du guichet. Donnez le nom de l’entreprise."
        )
    awards.award(
        session,
        lot,
        organisations.find_or_create(session, IdentifierScheme.SIRET, siret, name),
        AwardRole(form.role.data),
        parent=None if form.parent.data is None else access.award_or_404(form.parent.data),
        by=access.current().user_id,
        **{each: form[each].data for each in CONTACT},
    )


@blueprint.post("/<int:lot_id>/entreprises/publiees")
def award_published(lot_id: int) -> ResponseReturnValue:
    """Give the lot to a titulaire as published, in one click."""
    lot = access.lot_or_404(lot_id, lock=True)
    holder = _holder(lot, request.form.get("titulaire", ""))
    company = db.session.get_one(Organisation, holder.organisation_id)
    awards.award(db.session(), lot, company, _next_role(lot.id), by=access.current().user_id)
    return acts.commit(url_for(".of_lot", lot_id=lot_id), f"Le lot est attribué à {holder.label}.")


def _holder(lot: Lot, chosen: str) -> Holder:
    for holder in market_lists.holders(db.session(), lot.market_id):
        if str(holder.organisation_id) == chosen:
            return holder
    raise AwardRefused("Cette entreprise n’est pas parmi les titulaires publiés de ce marché.")


@blueprint.route("/entreprises/<int:award_id>/modifier", methods=["GET", "POST"])
def edit(award_id: int) -> ResponseReturnValue:
    """Amend the role or the correspondent; two editors read both versions."""
    place = access.award_or_404(award_id, lock=True)
    lot_id = place.lot_id
    form, back = AwardForm(obj=place), url_for(".of_lot", lot_id=lot_id)
    if form.validate_on_submit():
        try:
            answer = acts.do(form, lambda: _amend(place, form), back, "La fiche de l’entreprise est à jour.")
        except Conflict:
            current = AwardForm(formdata=None, obj=place)
            return conflicts.page(form, place, current, submit="Enregistrer ma version", cancel_url=back)
        if answer is not None:
            return answer
    return lot_pages.ask(lot_id, form, "Modifier la place d’une entreprise", "Enregistrer sa place", back)


def _amend(place: Award, form: AwardForm) -> None:
    form.check_version(place)
    fields = form.typed("role")
    awards.amend(db.session(), place, role=AwardRole(form.role.data), by=access.current().user_id, **fields)
