"""Scenario 2: a tranche never confirmed; hours owed on invoiced amounts; a late document."""

from decimal import Decimal

from sqlalchemy.orm import Session

from facilitator import documents, statements
from facilitator.ledger import as_fact
from facilitator.vocabulary import TrancheState
from tests import trade
from tests.scenarios import scenario_2, scenario_2_invoiced
from tests.trade import day

D = Decimal


def test_before_the_first_tranche_only_the_ferme_is_owed_and_a_surplus_is_never_negative(
    session: Session,
) -> None:
    stood = statements.of_lot(session, scenario_2(session).lot.id, day("09/02/2026"))
    assert (stood.owed, stood.retained) == (D(400), D(420))
    assert stood.rate_percent == D("105.00")
    assert (stood.left, stood.surplus) == (D(0), D(20))


def test_a_tranche_is_owed_from_the_day_of_its_confirmation(session: Session) -> None:
    stood = statements.of_lot(session, scenario_2(session).lot.id, day("10/02/2026"))
    assert (stood.owed, stood.retained) == (D(650), D(420))
    assert stood.rate_percent == D("64.62")
    assert stood.left == D(230)


def test_the_lot_ends_with_a_surplus_and_without_penalty(session: Session) -> None:
    stood = statements.of_lot(session, scenario_2(session).lot.id, day("31/05/2026"))
    assert stood.ended
    assert (stood.owed, stood.retained) == (D(650), D(700))
    assert stood.rate_percent == D("107.69")
    assert (stood.left, stood.surplus) == (D(0), D(50))
    assert (stood.penalty_due, stood.penalty_if_stopped) == (D(0), D(0))


def test_a_lapsed_tranche_is_in_no_total(session: Session) -> None:
    scene = scenario_2(session)
    stood = statements.of_lot(session, scene.lot.id, day("01/07/2026"))
    assert as_fact(scene.never).tranche_state(day("30/06/2026")) is TrancheState.non_affermie
    assert as_fact(scene.never).tranche_state(day("01/07/2026")) is TrancheState.caduque
    assert as_fact(scene.affirmed).tranche_state(day("01/07/2026")) is TrancheState.affermie
    assert stood.potential == D(950)
    assert stood.owed == D(650)
    assert stood.rate_percent != D("73.68")
    assert stood.rate_percent == D("107.69")
    assert stood.penalty_due != D(8750)
    assert stood.penalty_due == 0


def test_hours_follow_the_invoices_and_a_credit_note_takes_some_back(session: Session) -> None:
    lot, written = scenario_2_invoiced(session)
    closed = ("30/04/2026", "31/05/2026", "30/06/2026", "31/12/2026", "31/01/2027")
    owed = [statements.of_lot(session, lot.id, day(each)).owed for each in closed]
    assert owed == [D(0), D(0), D(1), D(225), D(220)]
    lines = [(line.effective_on, line.delta) for line in written if line is not None]
    assert lines == [
        (day("30/06/2026"), D(1)),
        (day("31/12/2026"), D(224)),
        (day("31/01/2027"), D(-5)),
    ]


def test_a_late_quarterly_state_costs_its_days_apart_from_the_hours(session: Session) -> None:
    lot = trade.lot(
        session, trade.territory(session), hours="100", penalty_rate=D(35), late_document_rate=D(75)
    )
    late, in_time = (
        documents.expect(session, lot, label, day("15/04/2026"), by=None)
        for label in ("État du premier trimestre", "Attestation de vigilance")
    )
    seen = day("30/04/2026")
    documents.receive(session, late, day("21/04/2026"), on=seen, by=None)
    documents.receive(session, in_time, day("15/04/2026"), on=seen, by=None)
    session.commit()
    costs = [(each.days, each.penalty) for each in documents.delays(session, lot, seen)]
    assert costs == [(6, D(450)), (0, D(0))]
    assert statements.of_lot(session, lot.id, seen).penalty_if_stopped == D(3500)
