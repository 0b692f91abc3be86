"""Whose turn it is, and since when, on a relevé and on a placement."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import declarations, timesheet_turns, turns, validations
from facilitator.hours import Share, Timesheet
from facilitator.journal import now
from facilitator.periods import day_of
from facilitator.second_answers import Speaker
from facilitator.turns import PlacementFacts, TimesheetFacts, Who
from facilitator.vocabulary import ContractType, PlacementState, TimesheetState
from tests import answering, trade
from tests.trade import day

ON = day("23/11/2026")
PROPOSED = PlacementFacts(
    PlacementState.proposed, "Passerelle Fictive", day("19/11/2026"), None, None, day("01/12/2026"), None
)
WAITING = TimesheetFacts(TimesheetState.declared, day("20/11/2026"), None, "Passerelle Fictive")


def test_the_employer_answers_a_proposal_and_the_facilitator_looks_further_when_it_declines() -> None:
    turn = turns.of_placement(PROPOSED, ON)
    assert (turn.who, turn.since) == (Who.employer, day("19/11/2026"))
    assert "doit répondre, depuis 4" in turn.sentence
    declined = replace(PROPOSED, state=PlacementState.declined, answered_on=day("21/11/2026"))
    turn = turns.of_placement(declined, ON)
    assert (turn.who, turn.since) == (Who.facilitator, day("21/11/2026"))
    withdrawn = replace(PROPOSED, state=PlacementState.withdrawn)
    assert turns.of_placement(withdrawn, ON).who is Who.nobody


def test_the_facilitator_validates_what_nobody_else_can_tell() -> None:
    turn = turns.of_timesheet(WAITING, ON)
    assert (turn.who, turn.since) == (Who.facilitator, day("20/11/2026"))
    assert "À vous de valider, depuis 3" in turn.sentence


def test_the_other_side_is_asked_first_and_the_facilitator_settles_what_it_contests() -> None:
    asked = replace(WAITING, asked="Maçonnerie Fictive")
    assert turns.of_timesheet(asked, ON).who is Who.second_side
    contested = replace(WAITING, contested_by="Maçonnerie Fictive", contested_on=day("22/11/2026"))
    turn = turns.of_timesheet(contested, ON)
    assert (turn.word, turn.who, turn.since) == ("Contesté", Who.facilitator, day("22/11/2026"))


def test_the_declarant_mends_what_is_refused_and_nobody_owes_what_is_done() -> None:
    refused = replace(WAITING, state=TimesheetState.refused, decided_on=day("22/11/2026"))
    turn = turns.of_timesheet(refused, ON)
    assert (turn.who, turn.since) == (Who.declarant, day("22/11/2026"))
    assert turns.of_timesheet(replace(refused, mended=True), ON).who is Who.nobody
    for state in (TimesheetState.validated, TimesheetState.replaced):
        assert turns.of_timesheet(replace(WAITING, state=state), ON).who is Who.nobody


def test_stored_relevés_give_their_turn(session: Session) -> None:
    ground = trade.market(session)
    etti = trade.siae(session)
    person = trade.person(session, ground.territory, "01/01/2025")
    contract = trade.work(session, person, ground.award, etti, ContractType.cdi, "01/01/2026").contract
    asked = trade.declared(session, contract, "01/03/2026", "31/03/2026", "70")
    contested = trade.declared(session, contract, "01/04/2026", "30/04/2026", "63")
    share = session.scalars(select(Share.id).where(Share.timesheet_id == contested.id)).one()
    company = Speaker(ground.company.id, "Sacha Fictif")
    answering.contest(session, share, Decimal(56), "absent le 29/04", by=company, at=now())
    refused, mended = (
        trade.declared(session, contract, f"01/{month}/2026", f"30/{month}/2026", "70")
        for month in ("05", "06")
    )
    validations.refuse_all(session, [refused, mended], "Feuille manquante", on=ON, by=None)
    again = trade.declared(session, contract, "01/06/2026", "30/06/2026", "60")
    direct = trade.declared(session, ground.contract, "01/03/2026", "31/03/2026", "70")
    old = trade.validated(session, ground.contract, "01/04/2026", "30/04/2026", "70")
    correction = declarations.correct(
        session, ground.contract, old, "Absence", from_on=old.from_on, to_on=old.to_on,
        worked=Decimal(60), on=ON, by=None,
    ).timesheet  # fmt: skip
    session.commit()
    every = list(session.scalars(select(Timesheet.id)))
    found = timesheet_turns.of_sheets(session, every, ON)
    assert {
        sheet.id: found[sheet.id].who for sheet in (asked, contested, refused, mended, again, direct, old)
    } == {
        asked.id: Who.second_side,
        contested.id: Who.facilitator,
        refused.id: Who.declarant,
        mended.id: Who.nobody,
        again.id: Who.second_side,
        direct.id: Who.facilitator,
        old.id: Who.nobody,
    }
    assert found[correction.id].word == "Correction à valider"


def test_an_evening_in_utc_is_the_next_day_in_paris() -> None:
    assert day_of(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == date(2026, 11, 24)
    assert day_of(datetime(2026, 7, 1, 21, 59, tzinfo=UTC)) == date(2026, 7, 1)
