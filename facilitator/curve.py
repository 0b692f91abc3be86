"""The curve of a lot, month by month: owed, expected, declared, retained and forecast hours, cumulated."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from facilitator import pacing
from facilitator.lot_facts import HoursRow, LotFacts
from facilitator.periods import DAY, first_of_month, last_of_month
from facilitator.vocabulary import Standing

# A lot without an end, or whose end is centuries away, is drawn this far.
_LONGEST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Point:
    """Cumulated hours at the end of a month (`month` is its first day); None: not known, or not yet."""

    month: date
    owed: Decimal
    expected: Fraction | None
    declared: Decimal | None
    retained: Decimal | None
    forecast: Fraction | None  # from the day on, at the mean of the last full months


def curve(facts: LotFacts, on: date) -> tuple[Point, ...]:
    """Draw a lot as known on a day: what is past, then what is expected until its end."""
    known = replace(facts, ledger=tuple(line for line in facts.ledger if line.effective(on)))
    calendar = pacing.calendar_of(known, on)
    first = min(
        [row.month for row in known.rows] + ([calendar.start] if calendar.start else []), default=None
    )
    if first is None:
        return ()
    last = max([on, *([calendar.end] if calendar.end else [])])
    ahead = _ahead(known, calendar)
    return tuple(_point(known, calendar, month, ahead.get(month)) for month in _months(first, last))


def _months(first: date, last: date) -> Iterator[date]:
    month = first_of_month(first)
    for _ in range(_LONGEST_MONTHS):
        if month > last:
            return
        yield month
        month = last_of_month(month) + DAY


def _ahead(facts: LotFacts, calendar: pacing.Calendar) -> dict[date, Fraction]:
    """What the months to come would bring; the line starts where the retained hours end."""
    if not facts.ledger:
        return {}
    today = first_of_month(calendar.on)
    by_month: dict[date, Decimal] = {}
    for row in facts.rows:
        by_month[row.month] = by_month.get(row.month, Decimal(0)) + _counted(row)
    reached = sum(by_month.values(), Decimal(0))
    found = pacing.forecast_of(calendar, reached, pacing.monthly_mean(calendar, by_month))
    return {today: Fraction(reached)} | found if found else {}


def _point(facts: LotFacts, calendar: pacing.Calendar, month: date, forecast: Fraction | None) -> Point:
    """The close of a month, or the day asked when the month still runs."""
    close = last_of_month(month)
    day = calendar.on if first_of_month(calendar.on) == month else close
    expected = pacing.expected_of(facts, replace(calendar, on=day)) if facts.ledger else None
    past = [row for row in facts.rows if row.month <= month]
    known = month <= calendar.on
    return Point(
        month=month,
        owed=sum((line.delta for line in facts.ledger if line.effective(day)), Decimal(0)),
        expected=expected,
        declared=sum((row.hours for row in past), Decimal(0)) if known else None,
        retained=sum((_counted(row) for row in past), Decimal(0)) if known else None,
        forecast=forecast,
    )


def _counted(row: HoursRow) -> Decimal:
    return row.retained if row.standing is Standing.counted else Decimal(0)
