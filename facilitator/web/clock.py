"""Today, and instants, as read in France."""

import datetime

from facilitator import french, journal
from facilitator.periods import PARIS, day_of


def today() -> datetime.date:
    """The day of the request: what views give to the domain as `on=`."""
    return day_of(journal.now())


def instant(at: datetime.datetime | None) -> str:
    """Show an instant: 12 mars 2026 à 9 h 05."""
    if at is None:
        return french.NOTHING
    local = at.astimezone(PARIS)
    return f"{french.date(local.date())} à {local.hour}{french.NBSP}h{french.NBSP}{local.minute:02d}"
