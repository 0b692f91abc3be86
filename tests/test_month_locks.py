"""What the page of a month does not take: hours that the facilitator shares out, people who work for somebody else too."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from facilitator import (
    contacts,
    declarations,
    month_sheets,
    refusal_letters,
    reminders_due,
    validations,
)
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.hours import Timesheet
from facilitator.journal import now
from facilitator.month_cells import Cell, Lock
from facilitator.month_drafts import DraftRefused
from facilitator.month_sending import SendingRefused
from facilitator.organisations import Organisation
from facilitator.vocabulary import ContractType, TimesheetState
from tests import months, trade
from tests.months import APRIL, SENDER, SOMEBODY, TODAY
from tests.trade import Ground, day

D = Decimal


def emptied(session: Session, ground: Ground) -> Timesheet:
    """The facilitator corrects a relevé not yet validated to 100,00 h and leaves its shares for later."""
    sheet = trade.declared(session, ground.contract, "01/04/2026", "30/04/2026", "120")
    corrected = declarations.correct(
        session, ground.contract, sheet, "Heures d’absence",
        from_on=sheet.from_on, to_on=sheet.to_on, worked=D(100), parts=[], on=TODAY, by=None,
    ).timesheet  # fmt: skip
    session.commit()
    return corrected


def live(session: Session) -> list[Decimal]:
    session.expire_all()
    states = (TimesheetState.declared, TimesheetState.validated)
    return list(session.scalars(select(Timesheet.worked).where(Timesheet.state.in_(states))))


def test_hours_that_the_facilitator_shares_out_are_not_typed_a_second_time(session: Session) -> None:
    ground = trade.market(session)
    emptied(session, ground)
    page = months.page(session, ground.company)
    (cell,) = page.cells
    assert (cell.lock, cell.due, cell.blank) == (Lock.unshared, False, False)
    assert not page.closed
    with pytest.raises(SendingRefused) as refused:
        months.send(session, ground.company, {cell.key: "100"})
    assert "le facilitateur répartit ces heures" in refused.value.wrong[cell.key]
    session.rollback()
    assert live(session) == [D(100)]


def test_hours_that_wait_for_their_shares_are_not_corrected_by_their_declarant(session: Session) -> None:
    ground = trade.market(session)
    sheet = emptied(session, ground)
    with pytest.raises(SendingRefused, match="le facilitateur répartit ces heures"):
        month_sheets.request_correction(
            session, ground.company.id, sheet, [], "Absent le 29",
            sender=SENDER, on=TODAY, at=now(), by=SOMEBODY,
        )  # fmt: skip


def test_hours_refused_before_they_were_shared_out_are_typed_once(session: Session) -> None:
    ground = trade.market(session)
    sheet = emptied(session, ground)
    validations.refuse(session, sheet, "Feuille illisible", on=TODAY, by=None)
    session.commit()
    (cell,) = months.page(session, ground.company).cells
    assert (cell.lock, cell.due) == (Lock.none, True)
    months.send(session, ground.company, {cell.key: "100"})
    assert live(session) == [D(100)]


def test_a_correction_that_waits_for_its_shares_keeps_the_month_open(session: Session) -> None:
    ground = trade.market(session)
    sheet = trade.month(session, ground.contract, "04/2026", "120")
    session.commit()
    assert months.page(session, ground.company).closed
    declarations.correct(
        session, ground.contract, sheet, "Heures d’absence",
        from_on=sheet.from_on, to_on=sheet.to_on, worked=D(100), parts=[], on=TODAY, by=None,
    )  # fmt: skip
    session.commit()
    page = months.page(session, ground.company)
    assert [cell.correcting for cell in page.cells] == [True]
    assert not page.closed


def test_no_reminder_leaves_for_hours_that_the_facilitator_shares_out(session: Session) -> None:
    ground = trade.market(session)
    assert asked(session, ground) == {"hours"}
    emptied(session, ground)
    assert asked(session, ground) == set()
    validations.refuse(session, session.scalars(last()).one(), "Feuille illisible", on=TODAY, by=None)
    session.commit()
    assert asked(session, ground) == {"hours"}


def last() -> Select[Timesheet]:
    return select(Timesheet).order_by(Timesheet.id.desc()).limit(1)


def asked(session: Session, ground: Ground) -> set[str]:
    due = reminders_due.due(session, TODAY, organisation_ids=[ground.company.id])
    return {each.kind.value for each in due if each.month == APRIL}


class TwoHosts:
    """A person of an ETTI whom host A declared, then whose contract serves host B too."""

    def __init__(self, session: Session) -> None:
        place = trade.territory(session)
        self.a, self.b = trade.company(session, "Hôte A"), trade.company(session, "Hôte B")
        self.etti = trade.siae(session)
        self.on_a = self.won(session, place.id, self.a)
        self.on_b = self.won(session, place.id, self.b)
        person = trade.person(session, place, "01/01/2026")
        work = trade.work(session, person, self.on_a, self.etti, ContractType.ctt, "01/04/2026", "30/04/2026")
        self.contract: Contract = work.contract
        session.commit()
        (self.first,) = months.page(session, self.a).cells
        self.sheet = months.send(session, self.a, {self.first.key: "60"}).sheets[0]
        self.placement = trade.serves(session, person, self.on_b, self.contract, "01/04/2026")
        session.commit()

    def won(self, session: Session, territory_id: int, company: Organisation) -> Award:
        place = session.get_one(months.Territory, territory_id)
        return trade.award(session, trade.lot(session, place, start="01/01/2026", hours="500"), company)


def test_a_host_neither_sees_nor_writes_the_site_of_another_host(session: Session) -> None:
    two = TwoHosts(session)
    page = months.page(session, two.a)
    assert [site.award_id for site in page.sites] == [two.on_a.id]
    assert [(cell.key, cell.lock, cell.due) for cell in page.cells] == [
        (two.first.key, Lock.elsewhere, False)
    ]
    foreign = (two.contract.id, two.placement.id, two.first.key[2])
    with pytest.raises(DraftRefused):
        months.send(session, two.a, {foreign: "40"})
    session.rollback()
    with pytest.raises(SendingRefused) as refused:
        months.send(session, two.a, {two.first.key: "40"})
    assert "un autre chantier" in refused.value.wrong[two.first.key]
    session.rollback()
    assert live(session) == [D(60)]


def test_a_host_says_nothing_of_somebody_who_serves_another_host_from_the_start(session: Session) -> None:
    two = TwoHosts(session)
    validations.refuse(session, two.sheet, "Feuille illisible", on=TODAY, by=None)
    session.commit()
    (cell,) = months.page(session, two.a).cells
    assert (cell.lock, cell.award_id) == (Lock.elsewhere, two.on_a.id)
    assert list(months.page(session, two.b).cells) == []


def test_the_employer_mends_what_a_host_declared_before(session: Session) -> None:
    two = TwoHosts(session)
    validations.refuse(session, two.sheet, "Feuille illisible", on=TODAY, by=None)
    session.commit()
    cells: dict[int, Cell] = {cell.award_id: cell for cell in months.page(session, two.etti).cells}
    assert set(cells) == {two.on_a.id, two.on_b.id}
    assert {cell.lock for cell in cells.values()} == {Lock.none}
    due = reminders_due.due(session, day("10/05/2026"))
    assert [(each.kind.value, each.organisation_id) for each in due if each.month == APRIL] == [
        ("refused", two.etti.id)
    ]
    mine = month_sheets.declared_by(two.etti.id).with_only_columns(Timesheet.id)
    assert list(session.scalars(mine)) == [two.sheet.id]
    months.send(session, two.etti, {cells[two.on_a.id].key: "50", cells[two.on_b.id].key: "40"})
    assert live(session) == [D(90)]


def test_the_employer_takes_over_what_waits_from_a_host(session: Session) -> None:
    two = TwoHosts(session)
    cells = {cell.award_id: cell for cell in months.page(session, two.etti).cells}
    months.send(session, two.etti, {cells[two.on_a.id].key: "60", cells[two.on_b.id].key: "40"})
    assert live(session) == [D(100)]


def test_the_refusal_of_what_a_host_sent_is_written_to_the_employer_who_mends_it(
    session: Session, app: Flask
) -> None:
    two = TwoHosts(session)
    place = two.on_a.territory_id
    for organisation in (two.a, two.etti):
        contacts.add(
            session,
            place,
            organisation,
            name="Alix Fictif",
            email=f"c{organisation.id}@demo.example",
            by=None,
        )
    validations.refuse(session, two.sheet, "Feuille illisible", on=TODAY, by=None)
    with app.test_request_context():
        letters, _ = refusal_letters.tell(
            session, [two.sheet], "Feuille illisible", at=now(), base_url="http://guichet.example"
        )
    assert [letter.recipient for letter in letters] == [f"c{two.etti.id}@demo.example"]
