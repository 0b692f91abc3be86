"""Scenario 1: an offer above the minimum, an avenant mid-way, hours before validation."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import statements, verdicts
from facilitator.commitments import LedgerLine
from facilitator.vocabulary import LedgerKind, Pace, Reason
from tests.scenarios import scenario_1
from tests.trade import day

D = Decimal


def test_the_calibration_is_kept_exact_and_the_ledger_holds_the_hours_written_in_the_contract(
    session: Session,
) -> None:
    scene = scenario_1(session)
    assert (scene.calibration.exact, scene.calibration.hours) == (D("833.33"), D(833))
    lines = session.execute(
        select(LedgerLine.kind, LedgerLine.delta).where(LedgerLine.lot_id == scene.lot.id)
    ).all()
    assert sorted(tuple(line) for line in lines) == [
        (LedgerKind.avenant, D(90)),
        (LedgerKind.initial, D(833)),
        (LedgerKind.offre_superieure, D(67)),
    ]


def test_the_lot_is_late_by_a_hair_at_the_end_of_march(session: Session) -> None:
    stood = statements.of_lot(session, scenario_1(session).lot.id, day("31/03/2026"))
    assert (stood.owed, stood.owed_initial, stood.owed_changes) == (D(990), D(833), D(157))
    assert stood.retained == D("441.25")
    assert stood.declared == D("481.25")
    assert stood.unretained_by_reason == ((Reason.before_eligibility, D(28)),)
    assert Reason.before_eligibility.label == "avant la validité de l’éligibilité"
    assert (stood.awaiting, stood.refused) == (D(12), D(0))
    assert stood.declared == stood.retained + stood.unretained + stood.awaiting + stood.refused
    assert stood.elapsed_share is not None
    assert stood.elapsed_share * 426 == 212
    assert stood.expected == D("492.68")
    assert stood.rate_percent == D("44.57")
    assert (stood.left, stood.surplus) == (D("548.75"), D(0))
    assert stood.pace is Pace.late
    assert stood.pace_ratio is not None
    assert round(float(stood.pace_ratio), 4) == 0.8956
    assert stood.projection == D("1037.42")
    assert stood.target_month == day("01/10/2026")
    assert stood.penalty_if_stopped == D("19206.25")
    assert stood.penalty_due == 0
    assert not stood.ended


def test_hours_by_month_are_those_of_the_relevés(session: Session) -> None:
    stood = statements.of_lot(session, scenario_1(session).lot.id, day("31/03/2026"))
    assert [each.retained for each in stood.months] == [
        D("60"),
        D("75.50"),
        D("50.25"),
        D("80"),
        D("85.50"),
        D("90"),
    ]


def test_the_avenant_does_not_leak_backwards(session: Session) -> None:
    lot = scenario_1(session).lot
    stood = statements.of_lot(session, lot.id, day("14/03/2026"))
    assert stood.owed == D(900)
    assert stood.end == day("31/08/2026")
    assert stood.elapsed_share is not None
    assert stood.elapsed_share * 365 == 195
    assert stood.expected == D("480.82")
    assert stood.retained == D("351.25")
    assert stood.awaiting == 0
    next_day = statements.of_lot(session, lot.id, day("15/03/2026"))
    assert (next_day.owed, next_day.end) == (D(990), day("31/10/2026"))


def test_every_stored_verdict_is_what_the_facts_give(session: Session) -> None:
    scenario_1(session)
    assert list(verdicts.drift(session)) == []
