"""Days and months: intervals with both ends included, months added with their end clipped."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.tz import gettz

PARIS = gettz("Europe/Paris")  # dateutil carries the zones for machines without tzdata
DAY = timedelta(days=1)


def day_of(at: datetime) -> date:
    """The day of an instant where its readers live: an evening in UTC may be the next day."""
    return at.astimezone(PARIS).date()


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Days from `from_on` to `to_on`, both included; None is an open end."""

    from_on: date
    to_on: date | None = None

    @property
    def last_on(self) -> date:
        """The last day, the end of the calendar when the interval is open."""
        return self.to_on or date.max

    def meets(self, other: "Interval") -> bool:
        """Say whether the two intervals share a day."""
        return self.from_on <= other.last_on and other.from_on <= self.last_on

    def days(self) -> int:
        """Count the days, both ends included."""
        return max(0, (self.last_on - self.from_on).days + 1)


def merge(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Join intervals that overlap or follow each other without a missing day, in order."""
    joined: list[Interval] = []
    for each in sorted(intervals, key=lambda one: (one.from_on, one.last_on)):
        if each.last_on < each.from_on:
            continue
        if joined and _touches(joined[-1], each):
            last = max(joined[-1].last_on, each.last_on)
            joined[-1] = Interval(joined[-1].from_on, None if last == date.max else last)
        else:
            joined.append(each)
    return tuple(joined)


def _touches(before: Interval, after: Interval) -> bool:
    return before.last_on == date.max or after.from_on <= before.last_on + DAY


def overlap_days(interval: Interval, others: Iterable[Interval]) -> int:
    """Count the days of an interval that stand in one of the others (each day once)."""
    return sum(
        Interval(max(interval.from_on, each.from_on), min(interval.last_on, each.last_on)).days()
        for each in merge(others)
        if interval.meets(each)
    )


def add_months(day: date, months: int) -> date:
    """Add months to a day, clipped to the end of the month reached (31/08 + 6 = 28/02)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_of_month(day: date) -> date:
    """Give the first day of the month of a day."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """Give the last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])
