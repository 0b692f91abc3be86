"""Contracts: a contract’s page, a further contract of a placement, renewals and ends."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitator import (
    access,
    contracts,
    journal,
    placement_letters,
    placement_list,
    placements,
    timesheet_turns,
    visibility,
)
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import db
from facilitator.forms.contracts import NewContractForm, RenewForm
from facilitator.forms.placements import EndForm
from facilitator.hours import Timesheet
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.vocabulary import ContractType
from facilitator.web import clock, sheets
from facilitator.web.sheets import Sheet

blueprint = Blueprint("contracts", __name__)


@blueprint.get("/contrats/<int:contract_id>")
def show(contract_id: int) -> ResponseReturnValue:
    """One contract: its facts, the placements that it serves, its relevés."""
    contract = access.contract_or_404(contract_id)
    access.saw("read", "person", contract.person_id, contract.territory_id)
    found = _sheets(contract.id)
    return render_template(
        "facilitators/contracts/show.html",
        contract=contract,
        type=ContractType(contract.type).label,
        person=db.session.get_one(Person, contract.person_id),
        employer=db.session.get_one(Organisation, contract.employer_id),
        continued=contract.continues_id,
        served=_served(contract.id),
        sheets=found,
        turns=timesheet_turns.of_sheets(db.session(), [each.id for each in found], clock.today()),
    )


def _served(contract_id: int) -> list[placement_list.Line]:
    rows = (
        visibility.placements(access.current())
        .join(PlacementContract, PlacementContract.placement_id == Placement.id)
        .where(PlacementContract.contract_id == contract_id)
    )
    found = db.session.execute(placement_list.columns(rows).order_by(Placement.from_on))
    return [placement_list.line(row) for row in found]


def _sheets(contract_id: int) -> list[Any]:
    return list(
        db.session.execute(
            select(
                Timesheet.id, Timesheet.month, Timesheet.from_on, Timesheet.to_on, Timesheet.worked,
                Timesheet.training, Timesheet.state,
            )
            .where(Timesheet.contract_id == contract_id)
            .order_by(Timesheet.from_on.desc(), Timesheet.id.desc())
        )
    )  # fmt: skip


@blueprint.route("/mises-a-l-emploi/<int:placement_id>/contrats/nouveau", methods=["GET", "POST"])
def new(placement_id: int) -> ResponseReturnValue:
    """A further contract of a placement; a CDI may go on from a CDD."""
    placement = access.placement_or_404(placement_id, lock=request.method == "POST")
    person = db.session.get_one(Person, placement.person_id)
    access.saw("read", "person", person.id, person.territory_id)
    before = {str(each.id): each for each in _before(placement)}
    form = NewContractForm()
    form.continues.offer((key, described(each)) for key, each in before.items())
    back = url_for("placements.show", placement_id=placement.id)
    sheet = Sheet(
        heading=f"Nouveau contrat – {person.name}",
        submit="Enregistrer le contrat",
        back=back,
        crumbs=(
            ("Mises à l’emploi", url_for("placements.index")),
            (person.name, back),
            ("Nouveau contrat", None),
        ),
    )

    def verb() -> str:
        answer, by = form.answer(), access.current().user_id
        contract = contracts.record(
            db.session(), person, placement.employer_id, by=by, type=answer.type, from_on=answer.from_on,
            to_on=answer.to_on, weekly_hours=answer.weekly_hours,
            continues=before.get(form.continues.data or ""),
        )  # fmt: skip
        placements.serve(db.session(), contract, placement, on=clock.today(), by=by)
        placement_letters.close(db.session(), placement, at=journal.now())
        return url_for(".show", contract_id=contract.id)

    return sheets.answer(form, sheet, verb, "Le contrat est enregistré.")


def _before(placement: Placement) -> list[Contract]:
    """The contracts that a new one may go on from."""
    rows = visibility.contracts(access.current()).where(
        Contract.person_id == placement.person_id, Contract.employer_id == placement.employer_id
    )
    return list(db.session.scalars(rows.order_by(Contract.from_on)))


def described(contract: Contract) -> str:
    """A contract in words: type and dates."""
    until = f"au {contract.last_on:%d/%m/%Y}" if contract.last_on else "sans date de fin"
    return f"{ContractType(contract.type).label} du {contract.from_on:%d/%m/%Y} {until}"


def _sheet(contract: Contract, heading: str, submit: str) -> Sheet:
    person = db.session.get_one(Person, contract.person_id)
    back = url_for(".show", contract_id=contract.id)
    access.saw("read", "person", person.id, person.territory_id)
    return Sheet(
        heading=f"{heading} – {person.name}",
        submit=submit,
        back=back,
        crumbs=(
            (person.name, url_for("people.show", person_id=person.id)),
            ("Contrat", back),
            (heading, None),
        ),
        facts=(("Contrat", described(contract)),),
    )


@blueprint.route("/contrats/<int:contract_id>/renouveler", methods=["GET", "POST"])
def renew(contract_id: int) -> ResponseReturnValue:
    """Move the end of a fixed-term contract."""
    contract = access.contract_or_404(contract_id, lock=request.method == "POST")
    form = RenewForm(data={"signed_on": clock.today()})
    sheet = _sheet(contract, "Renouveler le contrat", "Renouveler le contrat")

    def verb() -> str:
        assert form.to_on.data and form.signed_on.data  # validated
        contracts.renew(
            db.session(), contract, form.to_on.data, on=form.signed_on.data, by=access.current().user_id
        )
        return sheet.back

    return sheets.answer(form, sheet, verb, "Le contrat est renouvelé.")


@blueprint.route("/contrats/<int:contract_id>/finir", methods=["GET", "POST"])
def end(contract_id: int) -> ResponseReturnValue:
    """Record the real last day."""
    contract = access.contract_or_404(contract_id, lock=request.method == "POST")
    form = EndForm()
    sheet = _sheet(contract, "Enregistrer la fin du contrat", "Enregistrer la fin")

    def verb() -> str:
        assert form.ended_on.data  # validated
        contracts.end(
            db.session(), contract, form.ended_on.data, form.reason.data or "", by=access.current().user_id
        )
        return sheet.back

    return sheets.answer(form, sheet, verb, "La fin du contrat est enregistrée.")
