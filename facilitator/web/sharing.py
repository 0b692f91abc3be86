"""Sharing out on screen: a month of a company over the lots of its agreement, and one correction that waits."""

import datetime
from decimal import Decimal

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, sharing, visibility
from facilitator.contracts import Contract
from facilitator.db import db
from facilitator.forms.hours import PartsForm, with_shares
from facilitator.forms.sharing import month_sharing_form
from facilitator.french import FigureRefused, of_month, parse_date
from facilitator.french import hours as french_hours
from facilitator.french import month as french_month
from facilitator.hours import Globalisation
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.periods import add_months, first_of_month
from facilitator.web import clock, sheets
from facilitator.web.hours import targets
from facilitator.web.sheets import Sheet

blueprint = Blueprint("sharing", __name__)


@blueprint.route("/globalisations/<int:globalisation_id>/repartir", methods=["GET", "POST"])
def month(globalisation_id: int) -> ResponseReturnValue:
    """Share a month of the company out over the lots of its agreement, in one sending."""
    agreement, of = access.globalisation_or_404(globalisation_id), _month_asked()
    visible = visibility.timesheets(access.current())
    found = sharing.of_month(db.session(), visible, agreement, of, lock=request.method == "POST")
    form = month_sharing_form(found)()
    back = url_for(".month", globalisation_id=agreement.id, mois=f"{of:%Y-%m}")
    access.saw("list", "timesheet", None, agreement.territory_id)

    def verb() -> str:
        form.refuse_changed()
        sharing.share_month(
            *(db.session(), found, form.wanted(), form.reason.data or ""),
            on=clock.today(),
            by=access.current().user_id,
        )
        return back

    context = {
        "agreement_id": agreement.id,
        "month": of,
        "found": found,
        "labels": dict(found.lots),
        "lot_columns": [(label, "num") for _, label in found.lots],
        **_beside(agreement.id, of),
    }
    return sheets.answer(
        form, _about(agreement, of, back), verb, "La répartition est enregistrée.", **context
    )


def _about(agreement: Globalisation, of: datetime.date, back: str) -> Sheet:
    company = db.session.get_one(Organisation, agreement.company_id).label
    return Sheet(
        heading=f"Répartir les heures {of_month(of)} – {company}",
        submit="Enregistrer la répartition",
        back=back,
        crumbs=(
            ("Relevés", url_for("timesheets.queue")),
            ("Globalisations", url_for("globalisations.index")),
            (company, url_for("globalisations.show", globalisation_id=agreement.id)),
            (french_month(of), None),
        ),
        template="facilitators/hours/sharing_month.html",
    )


def _month_asked() -> datetime.date:
    """The month in the address, else the last whole one."""
    usual = add_months(first_of_month(clock.today()), -1)
    typed = request.args.get("mois", "")
    try:
        return first_of_month(parse_date(f"{typed}-01")) if typed else usual
    except FigureRefused as refused:
        flash(refused.sentence, "warning")
        return usual


def _beside(agreement_id: int, of: datetime.date) -> dict[str, str | None]:
    later = add_months(of, 1)
    return {
        name: url_for(".month", globalisation_id=agreement_id, mois=f"{there:%Y-%m}") if shown else None
        for name, there, shown in (
            ("earlier_url", add_months(of, -1), True),
            ("later_url", later, later <= clock.today()),
        )
    }


@blueprint.route("/releves/<int:timesheet_id>/repartir", methods=["GET", "POST"])
def one(timesheet_id: int) -> ResponseReturnValue:
    """Give its shares to a correction that waits for them."""
    sheet = access.timesheet_or_404(timesheet_id, lock=request.method == "POST")
    contract = access.contract_or_404(sheet.contract_id)
    proposed = {
        f"{name}_{part.placement_id}_{part.lot_id}": value
        for part in sharing.proposal(db.session(), sheet)
        for name, value in (("hours", part.hours), ("training", part.training))
    }
    form = with_shares(PartsForm, targets(contract), least=1)(data=proposed)
    back = url_for("timesheets.show", timesheet_id=sheet.id)

    def verb() -> str:
        sharing.share_out(db.session(), contract, sheet, form.parts(), by=access.current().user_id)
        return back

    about = _about_one(sheet.worked, sheet.month, contract, back)
    return sheets.answer(
        form, about, verb, "Les heures sont réparties\u00a0; le relevé attend sa validation."
    )


def _about_one(worked: Decimal, of: datetime.date, contract: Contract, back: str) -> Sheet:
    person = db.session.get_one(Person, contract.person_id)
    access.saw("read", "person", person.id, person.territory_id)
    return Sheet(
        heading=f"Répartir les heures corrigées – {person.name}",
        submit="Enregistrer la répartition",
        back=back,
        crumbs=(("Relevés", url_for("timesheets.queue")), (person.name, back), ("Répartir", None)),
        intro=(
            f"{french_hours(worked)} travaillées en {french_month(of)}. Les parts proposées suivent celles d’avant"
            " la correction\u00a0: corrigez-les s’il le faut."
        ),
    )
