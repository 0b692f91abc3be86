"""Facilitators: what they did for a lot or with an organisation, written in two clicks, corrected by another line."""

from io import BytesIO
from typing import Any

from flask import Blueprint, request, send_file, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, field_actions, journal, journal_chain
from facilitator.db import db
from facilitator.field_actions import About, FieldAction, Noted
from facilitator.forms.field_actions import CorrectionForm, FieldActionForm, defaults, filled
from facilitator.markets import Lot
from facilitator.paperwork import ActionList
from facilitator.refusals import Conflict
from facilitator.vocabulary import FieldActionKind
from facilitator.web import acts, clock, conflicts, lot_pages, offsets, sheets
from facilitator.web.answers import page
from facilitator.web.sheets import Sheet
from reports import field_action_list

blueprint = Blueprint("field_actions", __name__)
NOTED = "L’action est notée."


@blueprint.route("/lots/<int:lot_id>/actions", methods=["GET", "POST"])
def of_lot(lot_id: int) -> ResponseReturnValue:
    """The actions for a lot with their minutes; one more in two clicks."""
    lot = lot_pages.lot_or_404(lot_id)
    form = FieldActionForm(data=defaults(clock.today()))
    back = url_for(".of_lot", lot_id=lot_id)
    if form.validate_on_submit():
        answer = acts.do(form, lambda: _note(About(lot.territory_id, lot.id), form), back, NOTED)
        if answer is not None:
            return answer
    return _lot_page(lot_pages.lot_or_404(lot_id), form)


def _lot_page(lot: Lot, form: FieldActionForm) -> ResponseReturnValue:
    found = field_actions.of_lot(db.session(), lot.id)
    return page(
        "facilitators/lots/actions.html",
        form,
        lot=lot,
        tabs_of_lot=lot_pages.tabs(lot.id, "lots.journal"),
        shown=offsets.of_list(found),
        listed=_listed(lot, found),
        user_id=access.current().user_id,
        on=clock.today(),
    )


def _listed(lot: Lot, found: list[Noted]) -> ActionList:
    return ActionList(
        access.current().place,
        lot.market.buyer.label,
        lot.market.object,
        f"lot {lot.number}, {lot.title}",
        clock.today(),
        tuple(each.line for each in found),
        journal_chain.head(db.session(), lot.id),
    )


@blueprint.get("/lots/<int:lot_id>/actions.pdf")
def lot_pdf(lot_id: int) -> ResponseReturnValue:
    """The actions for a lot as a file to hand over."""
    lot = lot_pages.lot_or_404(lot_id)
    found = _listed(lot, field_actions.of_lot(db.session(), lot.id))
    access.saw("export_actions", "lot", lot.id, lot.territory_id)
    content = field_action_list.build(found, made_at=journal.now())
    name = field_action_list.file_name(found)
    return send_file(BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


@blueprint.route("/organisations/<int:organisation_id>/actions", methods=["GET", "POST"])
def with_organisation(organisation_id: int) -> ResponseReturnValue:
    """The actions of the territory with an organisation; one more in two clicks."""
    organisation, place = access.organisation_or_404(organisation_id), access.current().territory_id
    form = FieldActionForm(data=defaults(clock.today()))
    back = url_for(".with_organisation", organisation_id=organisation_id)
    if form.validate_on_submit():
        about = About(place, organisation_id=organisation.id)
        answer = acts.do(form, lambda: _note(about, form), back, NOTED)
        if answer is not None:
            return answer
    return page(
        "facilitators/organisations/actions.html",
        form,
        organisation=access.organisation_or_404(organisation_id),
        shown=offsets.of_list(field_actions.of_organisation(db.session(), place, organisation_id)),
        user_id=access.current().user_id,
        on=clock.today(),
    )


def _note(about: About, form: FieldActionForm) -> FieldAction:
    return field_actions.note(db.session(), about, form.what(), on=clock.today(), by=access.current().user_id)


@blueprint.route("/actions/<int:field_action_id>/modifier", methods=["GET", "POST"])
def edit(field_action_id: int) -> ResponseReturnValue:
    """Change an action on the day on which it was noted."""
    action = access.field_action_or_404(field_action_id, lock=request.method == "POST")
    form, back = FieldActionForm(obj=action), _file_of(action)
    about = _sheet(
        action,
        "Modifier une action",
        "Enregistrer l’action",
        "Elle se modifie le jour où elle est notée\u00a0; ensuite une autre ligne la corrige.",
    )

    def verb() -> str:
        form.check_version(action)
        field_actions.amend(db.session(), action, form.what(), on=clock.today(), by=access.current().user_id)
        return back

    try:
        return sheets.answer(form, about, verb, "L’action est à jour.")
    except Conflict:
        db.session.rollback()
        current = FieldActionForm(formdata=None, obj=action)
        return conflicts.page(form, action, current, submit="Enregistrer ma version", cancel_url=back)


@blueprint.post("/actions/<int:field_action_id>/annuler")
def cancel(field_action_id: int) -> ResponseReturnValue:
    """Take an action away, on the day on which it was noted."""
    action = access.field_action_or_404(field_action_id, lock=True)
    back = _file_of(action)
    field_actions.cancel(db.session(), action, on=clock.today(), by=access.current().user_id)
    return acts.commit(back, "L’action est annulée.")


@blueprint.route("/actions/<int:field_action_id>/corriger", methods=["GET", "POST"])
def correct(field_action_id: int) -> ResponseReturnValue:
    """Write the line that tells otherwise; the first stays, struck out."""
    action = access.field_action_or_404(field_action_id, lock=request.method == "POST")
    form, back = CorrectionForm(data=filled(action)), _file_of(action)
    about = _sheet(
        action,
        "Corriger une action",
        "Écrire la ligne qui la corrige",
        "La première ligne reste lisible, barrée\u00a0: c’est une preuve.",
    )

    def verb() -> str:
        field_actions.correct(
            db.session(), action, form.what(), on=clock.today(), by=access.current().user_id
        )
        return back

    return sheets.answer(form, about, verb, "L’action est corrigée par une autre ligne.")


def _sheet(action: FieldAction, heading: str, submit: str, intro: str) -> Sheet:
    label = FieldActionKind(action.kind).label
    facts: list[tuple[Any, ...]] = [("Action notée", label, action.text or "sans précision")]
    return Sheet(
        heading, submit, _file_of(action), ((label, _file_of(action)), (heading, None)), facts, intro
    )


def _file_of(action: FieldAction) -> str:
    """The page on which the action stands."""
    if action.lot_id is not None:
        return url_for(".of_lot", lot_id=action.lot_id)
    return url_for(".with_organisation", organisation_id=action.organisation_id)
