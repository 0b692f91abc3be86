"""The curve of a lot: what is past stands, what is to come is only expected."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from facilitator.compliance import rounded, statement
from facilitator.curve import curve
from facilitator.lot_facts import DatedFact, HoursRow, LedgerFact, LotFacts
from facilitator.rules import Rules
from facilitator.vocabulary import LedgerKind, LotDateKind, Standing


def hours(month: date, retained: str) -> HoursRow:
    return HoursRow(None, month, Standing.counted, None, Decimal(retained), Decimal(retained), Decimal(0))


FACTS = LotFacts(
    dates=(
        DatedFact(LotDateKind.start, date(2025, 9, 1)),
        DatedFact(LotDateKind.end, date(2026, 8, 31)),
        DatedFact(LotDateKind.end, date(2026, 10, 31), date(2026, 3, 15)),
    ),
    ledger=(
        LedgerFact(LedgerKind.initial, Decimal(900), date(2025, 9, 1)),
        LedgerFact(LedgerKind.avenant, Decimal(90), date(2026, 3, 15)),
    ),
    rows=(hours(date(2025, 10, 1), "60"), hours(date(2026, 3, 1), "90")),
)


def test_the_curve_goes_from_the_start_to_the_end_and_stops_what_is_retained_at_the_day() -> None:
    points = curve(FACTS, date(2026, 3, 31))
    assert (points[0].month, points[-1].month, len(points)) == (date(2025, 9, 1), date(2026, 10, 1), 14)
    march = next(each for each in points if each.month == date(2026, 3, 1))
    assert march.expected is not None
    assert (march.owed, rounded(march.expected), march.retained) == (990, Decimal("492.68"), 150)
    assert points[-1].retained is None and points[-1].expected == 990


def test_what_is_declared_runs_above_what_is_retained() -> None:
    waiting = HoursRow(None, date(2026, 2, 1), Standing.awaiting, None, Decimal(12), Decimal(0), Decimal(12))
    points = curve(replace(FACTS, rows=(*FACTS.rows, waiting)), date(2026, 3, 31))
    march = next(each for each in points if each.month == date(2026, 3, 1))
    assert (march.declared, march.retained) == (162, 150)
    assert points[-1].declared is None


def test_the_forecast_starts_where_the_retained_hours_end_and_ends_at_the_projection() -> None:
    on = date(2026, 3, 31)
    points = curve(FACTS, on)
    ahead = {each.month: each.forecast for each in points if each.forecast is not None}
    assert next(iter(ahead)) == date(2026, 3, 1) and ahead[date(2026, 3, 1)] == 150
    assert ahead[date(2026, 10, 1)] == 150 + 7 * 30  # 90 h over the last three full months, seven months left
    assert rounded(ahead[date(2026, 10, 1)]) == statement(FACTS, on, Rules()).projection


def test_an_ended_lot_has_no_forecast() -> None:
    assert {each.forecast for each in curve(FACTS, date(2026, 11, 1))} == {None}


def test_a_later_avenant_does_not_bend_the_curve_of_an_earlier_day() -> None:
    points = curve(FACTS, date(2026, 3, 14))
    assert (points[-1].month, points[-1].owed) == (date(2026, 8, 1), 900)
    march = next(each for each in points if each.month == date(2026, 3, 1))
    assert march.expected is not None and rounded(march.expected) == Decimal("480.82")


def test_a_lot_without_dates_nor_hours_has_no_curve() -> None:
    assert curve(LotFacts(), date(2026, 3, 14)) == ()
