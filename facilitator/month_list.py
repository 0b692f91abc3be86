"""The months of an organisation at a glance: what is still to be said of each, what waits, what is validated."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import month_grid, month_returns, month_rows, month_sites, month_words
from facilitator.month_drafts import MonthDraft
from facilitator.month_rows import Assignment
from facilitator.periods import Interval, last_of_month
from facilitator.vocabulary import TimesheetState


@dataclass(frozen=True)
class MonthState:
    """Where one month stands; `later` is what a quarterly lot asks for only when its quarter ends."""

    month: datetime.date
    missing: int
    later: int
    refused: int
    waiting: int
    validated: int
    drafted: bool
    later_from: datetime.date

    @property
    def due(self) -> int:
        return self.missing + self.refused

    @property
    def nothing(self) -> bool:
        """Nobody at work, no lot running."""
        return not (self.due or self.later or self.waiting or self.validated)


def states(
    session: Session, organisation_id: int, months: Sequence[datetime.date], on: datetime.date
) -> list[MonthState]:
    """Each of these months, in their order (five selects, and two a month)."""
    first, last = min(months), max(months)
    at_work = month_rows.assignments(session, organisation_id, first, last)
    sheets = month_rows.sheets_of_months(session, months, {each.contract_id for each in at_work})
    nil = month_words.nil(session, months, {each.site.award_id for each in at_work})
    drafted = set(
        session.scalars(
            select(MonthDraft.month).where(
                MonthDraft.organisation_id == organisation_id, MonthDraft.month.in_(months)
            )
        )
    )
    found = []
    for month in months:
        here = [each for each in at_work if _runs(each, month)]
        made = month_grid.Cells(organisation_id, month, here, sheets, {}, None, nil).made()
        mine = [(one, cell) for one, cell in made if not cell.optional]
        asked = [(one.site, cell.state) for one, cell in mine if cell.due]
        nils = month_sites.empty(session, organisation_id, month)
        open_sites = [site for site, _ in nils if not _] + [site for site, state in asked if state is None]
        later = [site for site in open_sites if month_returns.asked_from(month, site.quarterly) > on]
        found.append(
            MonthState(
                month=month,
                missing=len(open_sites) - len(later),
                later=len(later),
                refused=sum(state is TimesheetState.refused for _, state in asked),
                waiting=sum(cell.state is TimesheetState.declared for _, cell in mine),
                validated=sum(cell.state is TimesheetState.validated for _, cell in mine)
                + sum(nil for _, nil in nils),
                drafted=month in drafted,
                later_from=month_returns.asked_from(month, quarterly=any(site.quarterly for site in later)),
            )
        )
    return found


def _runs(one: Assignment, month: datetime.date) -> bool:
    days = Interval(month, last_of_month(month))
    return one.contract.meets(days) and one.placed.meets(days)
