"""The curve of a lot, month by month: owed, expected and retained hours, cumulated."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from facilitator import pacing
from facilitator.lot_facts import LotFacts
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
    retained: Decimal | None


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
    return tuple(_point(known, calendar, month) for month in _months(first, last))


def _months(first: date, last: date) -> Iterator[date]:
    month = first_of_month(first)
    for _ in range(_LONGEST_MONTHS):
        if month > last:
            return
        yield month
        month = last_of_month(month) + DAY


def _point(facts: LotFacts, calendar: pacing.Calendar, month: date) -> Point:
    """The close of a month, or the day asked when the month still runs."""
    close = last_of_month(month)
    day = calendar.on if first_of_month(calendar.on) == month else close
    expected = pacing.expected_of(facts, replace(calendar, on=day)) if facts.ledger else None
    return Point(
        month=month,
        owed=sum((line.delta for line in facts.ledger if line.effective(day)), Decimal(0)),
        expected=expected,
        retained=_retained(facts, month) if month <= calendar.on else None,
    )


def _retained(facts: LotFacts, month: date) -> Decimal:
    rows = (row for row in facts.rows if row.standing is Standing.counted and row.month <= month)
    return sum((row.retained for row in rows), Decimal(0))
