"""What was said of the months, of contracts by relevés and of awards by «néant»: the one rule of who still owes a word.

Reminders, the page of a month, the list of months, the year, the facilitator’s day and the tree of a company ask here.
The page is finer on one point: it also asks for the days of a contract that none of its relevés covers.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.hours import LIVE, NilDeclaration, Timesheet
from facilitator.vocabulary import TimesheetState

Month = datetime.date


@dataclass
class Words:
    """Pairs (contract, month) and (award, month) of which something was said."""

    live: set[tuple[int, Month]] = field(
        default_factory=set
    )  # hours declared or validated, shared out or not
    refused: set[tuple[int, Month]] = field(default_factory=set)
    nil: set[tuple[int, Month]] = field(default_factory=set)

    def owes(self, contract_id: int, award_id: int, month: Month) -> bool:
        """Whether the hours of a contract on an award are still to be said, or said again."""
        return (contract_id, month) not in self.live and (award_id, month) not in self.nil

    def silent(self, contract_id: int, award_id: int, month: Month) -> bool:
        """Whether nobody ever said them: refused hours are asked for as such."""
        return self.owes(contract_id, award_id, month) and (contract_id, month) not in self.refused


def read(session: Session, months: Collection[Month], contracts: Any, awards: Any) -> Words:
    """What was said of these contracts and awards (ids, or a select of them) in these months (two selects)."""
    words = Words(nil=nil(session, months, awards))
    for contract_id, month, state in session.execute(
        select(Timesheet.contract_id, Timesheet.month, Timesheet.state)
        .where(
            Timesheet.month.in_(set(months)),
            Timesheet.contract_id.in_(contracts),
            Timesheet.state.in_((*LIVE, TimesheetState.refused)),
        )
        .distinct()
    ):
        (words.live if state in LIVE else words.refused).add((contract_id, month))
    return words


def nil(session: Session, months: Collection[Month], awards: Any) -> set[tuple[int, Month]]:
    """The (award, month) said «néant» (one select)."""
    rows = session.execute(
        select(NilDeclaration.award_id, NilDeclaration.month).where(
            NilDeclaration.award_id.in_(awards), NilDeclaration.month.in_(set(months))
        )
    )
    return {(award_id, month) for award_id, month in rows}
