"""When a month is asked of those who work on a lot: over, worked, not closed, and not asked for too long."""

from dataclasses import dataclass
from datetime import date, timedelta

from facilitator.periods import DAY, Interval, add_months, first_of_month, last_of_month, overlap_days

ASKED_DAYS = 60  # as long as a month’s link lives (assurance.md); then the facilitator calls
GRACE_DAYS = 3  # what was asked by its own letter so recently is not late
OLDEST_MONTHS = 12  # older months are history: nobody is called about them any more


@dataclass(frozen=True, slots=True)
class Site:
    """What tells whether a lot still expects anything: its dates, its stops, how often it reports."""

    start: date | None = None
    end: date | None = None
    received_on: date | None = None
    stops: tuple[Interval, ...] = ()
    quarterly: bool = False
    clause: bool = True

    def closed(self, on: date) -> bool:
        """Received, or ended so long ago that its months are no longer asked."""
        received = self.received_on is not None and self.received_on <= on
        return received or (self.end is not None and on > self.end + timedelta(days=ASKED_DAYS))

    def closed_on(self) -> date | None:
        """The day on which it closes, as known now."""
        ended = self.end + timedelta(days=ASKED_DAYS) if self.end else None
        return min((day for day in (self.received_on, ended) if day is not None), default=None)

    def open(self, on: date) -> bool:
        """Whether somebody may still be asked about it."""
        return self.clause and not self.closed(on)

    def works(self, first: date, last: date) -> bool:
        """Say whether the works ran on one of these days at least."""
        days = Interval(max(first, self.start or first), min(last, self.end or last))
        return days.days() > overlap_days(days, self.stops) if days.days() else False

    def period_end(self, month: date) -> date:
        """Last day of the month, or of the quarter that holds it."""
        later = (3 - month.month) % 3 if self.quarterly else 0
        return last_of_month(add_months(first_of_month(month), later))


def months_over(on: date) -> list[date]:
    """The months that are over, the oldest first, as far back as anybody asks."""
    current = first_of_month(on)
    return [add_months(current, -number) for number in range(OLDEST_MONTHS, 0, -1)]


def common_days(first: date, last: date, *others: Interval) -> Interval:
    """The days of a month inside all these intervals (none: the end precedes the start)."""
    for each in others:
        first, last = max(first, each.from_on), min(last, each.last_on)
    return Interval(first, last)


def asked(since: date, on: date) -> bool:
    """Whether a thing late since a day is asked by letter: not any more after 60 days."""
    return since <= on < since + timedelta(days=ASKED_DAYS)


def late_from(asked_on: date) -> date:
    """The day from which what was asked by its own letter is late."""
    return asked_on + timedelta(days=GRACE_DAYS)


def after(day: date) -> date:
    """The next day: when a period that ends on a day is over."""
    return day + DAY
