"""The rythme of a lot: days elapsed, hours expected, projection and month of the target (trade.md §5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from facilitator.lot_facts import LotFacts
from facilitator.periods import DAY, Interval, first_of_month, last_of_month, overlap_days
from facilitator.rules import Rules
from facilitator.vocabulary import LotDateKind, Pace

# A target further away than this is not told as a date.
_HORIZON_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Calendar:
    """The execution of a lot as known at the close of a day: start, end, stops begun by then."""

    on: date
    start: date | None
    end: date | None
    stops: tuple[Interval, ...]

    @property
    def ended(self) -> bool:
        """Say whether the last day of execution is over at the close of the day."""
        return self.end is not None and self.on >= self.end

    def working_days(self, interval: Interval) -> int:
        """Count the days of an interval, both ends included, stops removed."""
        return interval.days() - overlap_days(interval, self.stops)

    def share(self, from_on: date | None, to_on: date | None) -> Fraction | None:
        """Give the elapsed share of a period (default: the execution); None without dates."""
        first, last = from_on or self.start, to_on or self.end
        if first is None or last is None:
            return None
        if self.on < first:
            return Fraction(0)
        if self.on >= last:
            return Fraction(1)
        whole = self.working_days(Interval(first, last))
        return Fraction(self.working_days(Interval(first, self.on)), whole) if whole else Fraction(0)


def calendar_of(facts: LotFacts, on: date) -> Calendar:
    """Read the dated facts of a lot as they are known on a day: a later avenant does not leak back."""
    stops = tuple(
        # A stop without a restart lasts until the day asked: its end is not known.
        Interval(stop.from_on, stop.to_on or on)
        for stop in facts.stops
        if stop.from_on <= on
    )
    start, end = (_known(facts, kind, on) for kind in (LotDateKind.start, LotDateKind.end))
    return Calendar(on, start, end, stops)


def _known(facts: LotFacts, kind: LotDateKind, on: date) -> date | None:
    known = [
        (fact.effective_on or date.min, position, fact.value_on)
        for position, fact in enumerate(facts.dates)
        if fact.kind is kind and (fact.effective_on is None or fact.effective_on <= on)
    ]
    return max(known)[2] if known else None


def expected_of(facts: LotFacts, calendar: Calendar) -> Fraction | None:
    """Give the hours expected by the day: the plan typed in, or each line by its elapsed share."""
    if calendar.start is not None and calendar.on < calendar.start:
        return Fraction(0)
    if facts.plan:
        return sum((_planned(hours, month, calendar.on) for month, hours in facts.plan), Fraction(0))
    total = Fraction(0)
    for line in facts.ledger:
        if line.effective(calendar.on):
            share = calendar.share(line.from_on, line.to_on)
            if share is None:
                return None
            total += Fraction(line.delta) * share
    return total


def _planned(hours: Decimal, month: date, on: date) -> Fraction:
    """Hours of a planned month by a day: whole once it is over, by its days while it runs."""
    first, last = first_of_month(month), last_of_month(month)
    elapsed = Interval(first, min(on, last)).days()
    return Fraction(hours) * Fraction(elapsed, last.day)


def pace_of(ratio: Fraction | None, rules: Rules) -> Pace | None:
    """Name the rythme of a ratio retained ÷ expected by the thresholds of the territory."""
    if ratio is None:
        return None
    if ratio >= Fraction(rules.pace_ahead):
        return Pace.ahead
    if ratio >= Fraction(rules.pace_on_time):
        return Pace.on_time
    return Pace.late if ratio >= Fraction(rules.pace_late) else Pace.critical


def monthly_mean(calendar: Calendar, retained: Mapping[date, Decimal]) -> Fraction | None:
    """Give the mean retained hours of the last three full months of execution (or fewer), None if none."""
    months = list(islice(_full_months(calendar), 3))
    if not months:
        return None
    return sum((Fraction(retained.get(month, 0)) for month in months), Fraction(0)) / len(months)


def _full_months(calendar: Calendar) -> Iterator[date]:
    """Months wholly inside the execution and over by the day, without any day of stop, the last one first."""
    if calendar.start is None:
        return
    closed = min(calendar.on, calendar.end or calendar.on)
    last = closed if closed == last_of_month(closed) else _before(closed)
    while last is not None and first_of_month(last) >= calendar.start:
        whole = Interval(first_of_month(last), last)
        if calendar.working_days(whole) == whole.days():
            yield whole.from_on
        last = _before(last)


def _before(day: date) -> date | None:
    """The last day of the month before; None where the calendar begins."""
    first = first_of_month(day)
    return None if first == date.min else first - DAY


def _months_ahead(calendar: Calendar, until: date) -> Iterator[tuple[date, Fraction]]:
    """Months from the next day to a last day, each with the part of it that can be worked."""
    first = calendar.on + DAY
    while first <= until:
        last = last_of_month(first)
        days = calendar.working_days(Interval(first, min(last, until)))
        yield first_of_month(first), Fraction(days, last.day)
        if last >= until:
            return
        first = last + DAY


def projection_of(calendar: Calendar, retained: Decimal, mean: Fraction | None) -> Fraction | None:
    """Give retained + mean × months left (a part of a month by its days); None when unknown."""
    if calendar.end is None:
        return None
    if calendar.ended:
        return Fraction(retained)
    if mean is None:
        return None
    return list(forecast_of(calendar, retained, mean).values())[-1]


def forecast_of(calendar: Calendar, retained: Decimal, mean: Fraction | None) -> dict[date, Fraction]:
    """Give the hours cumulated at the end of each month to come, at the present mean; empty when unknown."""
    if calendar.end is None or calendar.ended or mean is None:
        return {}
    found: dict[date, Fraction] = {}
    reached = Fraction(retained)
    for month, part in _months_ahead(calendar, calendar.end):
        reached += mean * part
        found[month] = reached
    return found


def target_month_of(calendar: Calendar, left: Decimal, mean: Fraction | None) -> date | None:
    """Give the month in which the hours left are done at the present mean; None if never or done."""
    if not mean or mean < 0 or left <= 0 or calendar.on.year > date.max.year - 20:
        return None
    remaining = Fraction(left)
    for count, (month, part) in enumerate(_months_ahead(calendar, date.max)):
        remaining -= mean * part
        if remaining <= 0:
            return month
        if count >= _HORIZON_MONTHS:
            return None
    return None
