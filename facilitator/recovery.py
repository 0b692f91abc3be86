"""What a recovery plan changed: the hours of a lot by month before it and since, from two statements."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from facilitator.compliance import rounded
from facilitator.periods import add_months, first_of_month, last_of_month
from facilitator.statement import Statement
from facilitator.vocabulary import Pace

_MONTHS_BEFORE = 3


@dataclass(frozen=True, slots=True)
class Effect:
    """Retained hours by full month (mean), rythme and projection: on the day of the plan, and now."""

    before: Decimal | None  # None: the lot had no full month before the plan
    since: Decimal | None  # None: no full month is over since
    months_since: int
    pace_then: Pace | None
    pace_now: Pace | None
    projection_then: Decimal | None
    projection_now: Decimal | None


def effect(then: Statement, now: Statement) -> Effect:
    """Compare the statement of the day on which the plan was opened with a later one of the same lot.

    The month of the opening belongs to neither side: its hours come from before and from after.
    """
    retained = {each.month: each.retained for each in now.months}
    opened = first_of_month(then.on)
    before = [
        month
        for month in (add_months(opened, -back) for back in range(1, _MONTHS_BEFORE + 1))
        if then.start is not None and month >= then.start
    ]
    since = _full_months_after(opened, now)
    return Effect(
        before=_mean(retained, before),
        since=_mean(retained, since),
        months_since=len(since),
        pace_then=then.pace,
        pace_now=now.pace,
        projection_then=then.projection,
        projection_now=now.projection,
    )


def _full_months_after(opened: date, now: Statement) -> list[date]:
    over = min(now.on, now.end) if now.end is not None else now.on
    found, month = [], add_months(opened, 1)
    while last_of_month(month) <= over:
        found.append(month)
        month = add_months(month, 1)
    return found


def _mean(retained: dict[date, Decimal], months: list[date]) -> Decimal | None:
    if not months:
        return None
    total = sum((Fraction(retained.get(month, 0)) for month in months), Fraction(0))
    return rounded(total / len(months))
