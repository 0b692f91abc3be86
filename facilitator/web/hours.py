"""Recording hours: a relevé of a contract with its shares, its correction, its split at a limit."""

import datetime

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitator import access, declarations, globalisations, placement_list, second_answers, shares
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import db
from facilitator.forms.hours import (
    LONGEST_REASON,
    CorrectionForm,
    HoursForm,
    SplitForm,
    Target,
    proposed_split,
    with_shares,
)
from facilitator.french import FigureRefused, of_month, parse_date
from facilitator.french import date as french_date
from facilitator.french import hours as french_hours
from facilitator.hours import HoursRefused, Share, Timesheet
from facilitator.people import Person
from facilitator.periods import add_months, first_of_month
from facilitator.placements import Placement
from facilitator.vocabulary import Channel, PlacementState
from facilitator.web import clock, sheets
from facilitator.web.contracts import described
from facilitator.web.sheets import Sheet

blueprint = Blueprint("hours", __name__)


def targets(contract: Contract) -> list[Target]:
    """Where the hours of a contract may go: the lots that it serves, and those of a globalisation."""
    rows = (
        select(Placement)
        .join(PlacementContract, PlacementContract.placement_id == Placement.id)
        .where(PlacementContract.contract_id == contract.id, Placement.state == PlacementState.confirmed)
    )
    served = list(db.session.scalars(rows.order_by(Placement.id)))
    lines = {
        line.id: line for line in map(placement_list.line, db.session.execute(placement_list.columns(rows)))
    }
    agreed = globalisations.covering(db.session(), contract.territory_id, {each.host_id for each in served})
    own = [Target(each.id, each.lot_id, f"{lines[each.id].market} – {lines[each.id].lot}") for each in served]
    lots = {each.lot_id for each in own}
    further: dict[int, Target] = {}  # once each, from the first lot of its agreement
    for each in served:
        for lot in agreed.get((each.host_id, each.lot_id), []):
            if lot.lot_id not in lots:
                target = Target(each.id, lot.lot_id, f"{lot.label} (globalisation)", globalised=True)
                further.setdefault(lot.lot_id, target)
    return own + list(further.values())


def _month_asked(contract: Contract) -> datetime.date:
    """The month in the address; else the last whole month, or the contract’s own nearest to it."""
    typed = request.args.get("mois", "")
    try:
        if typed:
            return first_of_month(parse_date(f"{typed}-01"))
    except FigureRefused as refused:
        flash(refused.sentence, "warning")
    usual = add_months(first_of_month(clock.today()), -1)
    last = first_of_month(contract.last_on) if contract.last_on else usual
    return max(first_of_month(contract.from_on), min(usual, last))


def _sheet(contract: Contract, heading: str, submit: str, back: str, intro: str = "") -> Sheet:
    person = db.session.get_one(Person, contract.person_id)
    access.saw("read", "person", person.id, person.territory_id)
    own = url_for("contracts.show", contract_id=contract.id)
    return Sheet(
        heading=f"{heading} – {person.name}",
        submit=submit,
        back=back,
        crumbs=(
            (person.name, url_for("people.show", person_id=person.id)),
            ("Contrat", own),
            (heading, None),
        ),
        facts=(("Contrat", described(contract)),),
        intro=intro,
        template="facilitators/hours/hours_form.html",
    )


@blueprint.route("/contrats/<int:contract_id>/releves/nouveau", methods=["GET", "POST"])
def declare(contract_id: int) -> ResponseReturnValue:
    """Record the hours of a month."""
    contract = access.contract_or_404(contract_id)
    month = _month_asked(contract)
    try:
        start, end = declarations.default_period(contract, month)
    except HoursRefused as refused:
        flash(refused.sentence, "warning")
        month = first_of_month(contract.from_on)
        start, end = declarations.default_period(contract, month)
    form = with_shares(HoursForm, targets(contract))(data={"from_on": start, "to_on": end})
    back = url_for("contracts.show", contract_id=contract.id)
    sheet = _sheet(contract, f"Heures {of_month(month)}", "Enregistrer le relevé", back)

    def verb() -> str:
        assert form.from_on.data and form.to_on.data and form.worked.data is not None  # validated
        declared = declarations.declare(
            db.session(),
            contract,
            from_on=form.from_on.data,
            to_on=form.to_on.data,
            worked=form.worked.data,
            training=form.training.data or declarations.ZERO,
            parts=form.parts(),
            on=clock.today(),
            by=access.current().user_id,
            channel=Channel.desk,
        )
        return _after(declared)

    return sheets.answer(
        form,
        sheet,
        verb,
        "Le relevé est enregistré\u00a0; il attend sa validation.",
        **_months(contract, month),
    )


def _months(contract: Contract, month: datetime.date) -> dict[str, str | None]:
    """The months beside this one, where the contract runs."""
    earlier, later = add_months(month, -1), add_months(month, 1)
    begun = earlier >= first_of_month(contract.from_on)
    lasts = later <= clock.today() and (contract.last_on is None or later <= contract.last_on)
    return {
        "earlier_url": url_for(".declare", contract_id=contract.id, mois=f"{earlier:%Y-%m}")
        if begun
        else None,
        "later_url": url_for(".declare", contract_id=contract.id, mois=f"{later:%Y-%m}") if lasts else None,
    }


def _after(declared: declarations.Declared) -> str:
    for warning in declared.warnings:
        flash(warning, "warning")
    return url_for("timesheets.show", timesheet_id=declared.timesheet.id)


@blueprint.route("/releves/<int:timesheet_id>/corriger", methods=["GET", "POST"])
def correct(timesheet_id: int) -> ResponseReturnValue:
    """Replace a relevé by a new one, with a reason."""
    old = access.timesheet_or_404(timesheet_id, lock=request.method == "POST")
    contract = access.contract_or_404(old.contract_id)
    form = with_shares(CorrectionForm, targets(contract))(data=_as_recorded(old))
    back = url_for("timesheets.show", timesheet_id=old.id)
    intro = (
        "Le relevé d’origine reste visible\u00a0; validé, il compte jusqu’à la validation de sa correction."
    ) + (" Videz toutes les parts pour les répartir plus tard." if form.targets else "")
    sheet = _sheet(contract, "Corriger le relevé", "Enregistrer la correction", back, intro)

    def verb() -> str:
        assert form.from_on.data and form.to_on.data and form.worked.data is not None  # validated
        declared = declarations.correct(
            db.session(),
            contract,
            old,
            form.reason.data or "",
            from_on=form.from_on.data,
            to_on=form.to_on.data,
            worked=form.worked.data,
            training=form.training.data or declarations.ZERO,
            parts=form.parts(),
            on=clock.today(),
            by=access.current().user_id,
            channel=Channel.desk,
        )
        return _after(declared)

    return sheets.answer(
        form,
        sheet,
        verb,
        "La correction est enregistrée\u00a0; elle attend sa validation.",
        earlier_url=None,
        later_url=None,
    )


def _as_recorded(old: Timesheet) -> dict[str, object]:
    """The relevé as the form shows it, shares included; `?selon=autre-partie` takes the hours that contest it."""
    known: dict[str, object] = {
        "from_on": old.from_on, "to_on": old.to_on, "worked": old.worked, "training": old.training,
    }  # fmt: skip
    for part in shares.parts(db.session(), old):
        known[f"hours_{part.placement_id}_{part.lot_id}"] = part.hours
        known[f"training_{part.placement_id}_{part.lot_id}"] = part.training
    if request.args.get("selon") == "autre-partie":
        known |= _as_contested(old)
    return known


def _as_contested(old: Timesheet) -> dict[str, object]:
    """What the other side says instead, and that it says so."""
    session, worked, told = db.session(), old.worked, []
    recorded = session.scalars(select(Share).where(Share.timesheet_id == old.id).order_by(Share.id)).all()
    said = second_answers.of_shares(session, [share.id for share in recorded])
    known: dict[str, object] = {}
    for share in recorded:
        answer = said.get(share.id)
        if answer is not None and answer.contested:
            worked -= answer.difference
            known[f"hours_{share.placement_id}_{share.lot_id}"] = answer.hours
            told.append(
                f"{french_hours(answer.hours)} au lieu de {french_hours(answer.declared)}"
                f" selon {answer.organisation} ({answer.sender})"
            )
    return known | {"worked": worked, "reason": " ; ".join(told)[:LONGEST_REASON]} if told else {}


@blueprint.route("/releves/<int:timesheet_id>/partager", methods=["GET", "POST"])
def split(timesheet_id: int) -> ResponseReturnValue:
    """Cut a relevé in two; the date of the limit and hours by days are proposed."""
    old = access.timesheet_or_404(timesheet_id, lock=request.method == "POST")
    contract = access.contract_or_404(old.contract_id)
    at = db.session.scalar(
        select(Share.split_on).where(Share.timesheet_id == old.id, Share.split_on.is_not(None)).limit(1)
    )
    form = SplitForm(data=_proposal(old, at))
    back = url_for("timesheets.show", timesheet_id=old.id)
    intro = (
        f"Relevé du {french_date(old.from_on)} au {french_date(old.to_on)}, {french_hours(old.worked)}."
        " Les heures proposées suivent le nombre de jours\u00a0: corrigez-les d’après la feuille de présence."
    )
    sheet = _sheet(contract, "Partager le relevé", "Partager le relevé", back, intro)

    contested = [each for each in second_answers.of_sheet(db.session(), old.id) if each.contested]

    def verb() -> str:
        assert form.at.data and form.first_hours.data is not None  # validated
        first, _ = declarations.split(
            db.session(),
            contract,
            old,
            form.at.data,
            form.first_hours.data,
            on=clock.today(),
            by=access.current().user_id,
        )
        for each in contested:
            flash(
                f"{each.organisation} contestait ces heures\u00a0: sa réponse ne se partage pas, la question lui est posée de nouveau.",
                "warning",
            )
        return url_for("timesheets.show", timesheet_id=first.id)

    return sheets.answer(
        form,
        sheet,
        verb,
        "Le relevé est partagé en deux\u00a0; aucune heure n’a changé.",
        earlier_url=None,
        later_url=None,
    )


def _proposal(old: Timesheet, at: datetime.date | None) -> dict[str, object]:
    if at is None:
        return {}
    days = (old.to_on - old.from_on).days + 1
    return {"at": at, "first_hours": proposed_split(old.worked, (at - old.from_on).days, days)}
