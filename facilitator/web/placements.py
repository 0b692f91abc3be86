"""Mises à l’emploi: lists, a placement’s page, proposing, answering on somebody’s word, ending."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from facilitator import (
    access,
    contacts,
    contracts,
    journal,
    journeys,
    placement_letters,
    placement_list,
    placements,
    visibility,
)
from facilitator.contracts import Contract
from facilitator.db import db
from facilitator.forms.people import ReasonForm
from facilitator.forms.placements import (
    ConfirmOnWordForm,
    DeclineOnWordForm,
    EndForm,
    LinkForm,
    ProposalForm,
)
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, Market
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.vocabulary import (
    Channel,
    ContractType,
    OrganisationRoleName,
    PlacementState,
    Reason,
    TimesheetState,
)
from facilitator.web import candidate_choice, clock, employer_choice, keyset, sheets
from facilitator.web.contracts import described
from facilitator.web.sheets import Sheet

blueprint = Blueprint("placements", __name__)


@blueprint.get("/mises-a-l-emploi")
def index() -> ResponseReturnValue:
    """All placements of the territory, newest first."""
    return _list(visibility.placements(access.current()), None)


@blueprint.get("/lots/<int:lot_id>/mises-a-l-emploi")
def of_lot(lot_id: int) -> ResponseReturnValue:
    """The placements of one lot."""
    lot = access.lot_or_404(lot_id)
    rows = visibility.placements(access.current()).where(Placement.lot_id == lot.id)
    return _list(rows, lot)


def _list(rows: Select[*tuple[Any, ...]], lot: Lot | None) -> ResponseReturnValue:
    member, on = access.current(), clock.today()
    state, employer = request.args.get("etat", ""), request.args.get("employeur", "")[:80]
    shown = keyset.slice_of(
        _filtered(placement_list.columns(rows), state, employer), Placement.id, descending=True
    )
    lines = [placement_list.line(row) for row in shown.rows]
    ends = journeys.stays(db.session(), [line.id for line in lines])
    access.saw("list", "placement", None, member.territory_id)
    return render_template(
        "facilitators/placements/index.html",
        lot=lot,
        market=lot and db.session.scalar(select(Market.object).where(Market.id == lot.market_id)),
        shown=shown,
        lines=[
            (line, placement_list.turn(line, on, ends[line.id].days.to_on if line.id in ends else None))
            for line in lines
        ],
        states=[("", "Tous"), *PlacementState.choices()],
        state=state,
        employer=employer,
        on=on,
    )


def _filtered(rows: Select[*tuple[Any, ...]], state: str, employer: str) -> Select[*tuple[Any, ...]]:
    if state in set(PlacementState):
        rows = rows.where(Placement.state == state)
    if employer.strip():
        named = placement_list.Employer.name.icontains(employer.strip(), autoescape=True)
        rows = rows.where(named | (placement_list.Employer.identifier == employer.strip()))
    return rows


@blueprint.route("/mises-a-l-emploi/nouvelle", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Propose a person to an employer for a lot; the letter with its link waits in the outbox."""
    asked = employer_choice.asked("personne")
    if asked is None:
        flash(
            "Choisissez d’abord la personne à proposer\u00a0; sa fiche porte le bouton «\u00a0Proposer à un employeur\u00a0»."
        )
        return redirect(url_for("people.index"))
    person = access.person_or_404(asked)
    chosen = candidate_choice.asked()
    form = ProposalForm(data=candidate_choice.known(chosen))
    candidate_choice.only_its_lot(form, chosen)
    access.saw("read", "person", person.id, person.territory_id)
    sheet = Sheet(
        heading=f"Proposer {person.name} à un employeur",
        submit="Proposer la mise à l’emploi",
        back=url_for("people.show", person_id=person.id),
        crumbs=(("Mises à l’emploi", url_for(".index")), ("Proposer", None)),
        template="facilitators/placements/new.html",
    )
    return sheets.answer(
        form,
        sheet,
        lambda: _propose(form, person, chosen),
        "La mise à l’emploi est proposée\u00a0: l’employeur doit répondre.",
        known_employers=employer_choice.known(OrganisationRoleName.siae),
    )


def _propose(form: ProposalForm, person: Person, chosen: candidate_choice.Chosen) -> str:
    session, member = db.session(), access.current()
    award, employer_id, mode = employer_choice.chosen(form)
    assert form.from_on.data  # validated
    placement = placements.propose(
        session,
        person,
        award,
        employer_id=employer_id,
        mode=mode,
        from_on=form.from_on.data,
        to_on=form.to_on.data,
        rome=form.rome.data,
        job=form.job.data,
        weekly_hours=form.weekly_hours.data,
        on=clock.today(),
        by=member.user_id,
    )
    candidate_choice.placed(chosen, placement)
    recipient = form.recipient.data or _contact(employer_id)
    if recipient:
        placement_letters.propose_by_mail(
            session,
            placement,
            recipient,
            at=journal.now(),
            by=member.user_id,
            base_url=current_app.config["SETTINGS"].base_url,
        )
    return url_for(".show", placement_id=placement.id)


def _contact(organisation_id: int) -> str | None:
    """Whom the territory writes to in this organisation."""
    found = contacts.written_to(db.session(), access.current().territory_id, organisation_id)
    return found.email if found else None


@blueprint.get("/mises-a-l-emploi/<int:placement_id>")
def show(placement_id: int) -> ResponseReturnValue:
    """One placement: who must act, its facts, contracts and hours."""
    placement = access.placement_or_404(placement_id)
    session, on = db.session(), clock.today()
    line = _line(placement.id)
    ends = journeys.stays(session, [placement.id])
    last_on = ends[placement.id].days.to_on if placement.id in ends else None
    access.saw("read", "person", placement.person_id, placement.territory_id)
    return render_template(
        "facilitators/placements/show.html",
        placement=placement,
        line=line,
        turn=placement_list.turn(line, on, last_on),
        last_on=last_on,
        channel=Channel(placement.answer_channel).label if placement.answer_channel else None,
        contracts=contracts.contracts_of_placements(session, [placement.id]).get(placement.id, []),
        linkable=bool(_unlinked(placement)),
        hours=_hours(placement.id),
        types={each.value: each.label for each in ContractType},
        states={each.value: each.label for each in TimesheetState},
        reasons={each.value: each.label for each in Reason},
    )


def _line(placement_id: int) -> placement_list.Line:
    rows = placement_list.columns(select(Placement).where(Placement.id == placement_id))
    return placement_list.line(db.session.execute(rows).one())


def _hours(placement_id: int) -> list[Any]:
    return list(
        db.session.execute(
            select(Timesheet.id, Timesheet.month, Timesheet.state, Share.hours, Share.retained, Share.reason)
            .join(Share, Share.timesheet_id == Timesheet.id)
            .where(Share.placement_id == placement_id)
            .order_by(Timesheet.from_on.desc(), Timesheet.id.desc())
        )
    )


def _sheet(placement: Placement, heading: str, submit: str, intro: str = "") -> Sheet:
    line, back = _line(placement.id), url_for(".show", placement_id=placement.id)
    return Sheet(
        heading=f"{heading} – {line.person}",
        submit=submit,
        back=back,
        crumbs=(("Mises à l’emploi", url_for(".index")), (line.person, back), (heading, None)),
        facts=(
            ("Lot", f"{line.market} – {line.lot}"),
            ("Employeur", line.employer),
            ("Entreprise utilisatrice", line.host),
        ),
        intro=intro,
    )


def _locked(placement_id: int) -> Placement:
    placement = access.placement_or_404(placement_id, lock=request.method == "POST")
    access.saw("read", "person", placement.person_id, placement.territory_id)
    return placement


@blueprint.route("/mises-a-l-emploi/<int:placement_id>/confirmer", methods=["GET", "POST"])
def confirm(placement_id: int) -> ResponseReturnValue:
    """Confirm on somebody’s word, with the contract signed."""
    placement = _locked(placement_id)
    wished = {"from_on": placement.from_on, "to_on": placement.to_on, "weekly_hours": placement.weekly_hours}
    form = ConfirmOnWordForm(data=wished | {"said_on": clock.today()})
    sheet = _sheet(placement, "Confirmer sur parole", "Confirmer la mise à l’emploi")

    def verb() -> str:
        person = db.session.get_one(Person, placement.person_id)
        placements.confirm(
            db.session(),
            placement,
            person,
            form.answer(),
            on=form.said_on.data or clock.today(),
            by=access.current().user_id,
            channel=Channel(form.channel.data or ""),
            on_word_of=form.on_word_of.data,
        )
        placement_letters.close(db.session(), placement, at=journal.now())
        return sheet.back

    return sheets.answer(form, sheet, verb, "La mise à l’emploi est confirmée et son contrat enregistré.")


@blueprint.route("/mises-a-l-emploi/<int:placement_id>/decliner", methods=["GET", "POST"])
def decline(placement_id: int) -> ResponseReturnValue:
    """Note that the employer said no."""
    placement = _locked(placement_id)
    form = DeclineOnWordForm(data={"said_on": clock.today()})
    sheet = _sheet(placement, "Décliner sur parole", "Décliner la mise à l’emploi")

    def verb() -> str:
        placements.decline(
            db.session(),
            placement,
            form.reason.data or "",
            on=form.said_on.data or clock.today(),
            by=access.current().user_id,
            channel=Channel(form.channel.data or ""),
            on_word_of=form.on_word_of.data,
        )
        placement_letters.close(db.session(), placement, at=journal.now())
        return sheet.back

    return sheets.answer(form, sheet, verb, "La mise à l’emploi est notée déclinée.")


@blueprint.route("/mises-a-l-emploi/<int:placement_id>/retirer", methods=["GET", "POST"])
def withdraw(placement_id: int) -> ResponseReturnValue:
    """Withdraw a proposal that waits."""
    placement, form = _locked(placement_id), ReasonForm()
    sheet = _sheet(
        placement,
        "Retirer la proposition",
        "Retirer la proposition",
        "L’employeur ne pourra plus y répondre.",
    )

    def verb() -> str:
        placements.withdraw(
            db.session(), placement, (form.reason.data or "")[:200], by=access.current().user_id
        )
        placement_letters.close(db.session(), placement, at=journal.now())
        return sheet.back

    return sheets.answer(form, sheet, verb, "La proposition est retirée.")


@blueprint.route("/mises-a-l-emploi/<int:placement_id>/finir", methods=["GET", "POST"])
def end(placement_id: int) -> ResponseReturnValue:
    """Type the last day."""
    placement, form = _locked(placement_id), EndForm()
    sheet = _sheet(placement, "Enregistrer la fin", "Enregistrer la fin")

    def verb() -> str:
        assert form.ended_on.data  # validated
        placements.end(
            db.session(), placement, form.ended_on.data, form.reason.data or "", by=access.current().user_id
        )
        return sheet.back

    return sheets.answer(form, sheet, verb, "La fin de la mise à l’emploi est enregistrée.")


@blueprint.route("/mises-a-l-emploi/<int:placement_id>/rattacher", methods=["GET", "POST"])
def link(placement_id: int) -> ResponseReturnValue:
    """Link an existing contract; recorded by the employer, it confirms the placement."""
    placement, form = _locked(placement_id), LinkForm()
    known = {str(each.id): each for each in _unlinked(placement)}
    form.contract.choices = [SelectChoice(key, described(each)) for key, each in known.items()]
    sheet = _sheet(
        placement,
        "Rattacher un contrat",
        "Rattacher le contrat",
        "" if known else "Cette personne n’a pas d’autre contrat avec cet employeur.",
    )

    def verb() -> str:
        member = access.current()
        contract = known[form.contract.data]
        placements.serve(db.session(), contract, placement, on=clock.today(), by=member.user_id)
        placement_letters.close(db.session(), placement, at=journal.now())
        return sheet.back

    return sheets.answer(form, sheet, verb, "Le contrat est rattaché à la mise à l’emploi.")


def _unlinked(placement: Placement) -> list[Contract]:
    """Contracts of the person with the same employer that do not serve this placement."""
    rows = visibility.contracts(access.current()).where(
        Contract.person_id == placement.person_id, Contract.employer_id == placement.employer_id
    )
    serving = contracts.contracts_of_placements(db.session(), [placement.id]).get(placement.id, [])
    served = {each.id for each in serving}
    return [each for each in db.session.scalars(rows.order_by(Contract.from_on)) if each.id not in served]
