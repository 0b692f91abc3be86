"""Which companies owe hours on which lots: those that may be asked for their word when nobody of theirs works."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from facilitator.awards import Award
from facilitator.commitments import LedgerLine
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.vocabulary import AwardRole, Standing

LEADERS = (AwardRole.titulaire, AwardRole.mandataire)


@dataclass(frozen=True)
class Owing:
    """An award that may be asked for its word: the hours it owes, and the awards whose people work for it."""

    id: int
    territory_id: int
    lot_id: int
    organisation_id: int
    awarded_on: datetime.date | None
    family: frozenset[int]
    lines: tuple[tuple[datetime.date, Decimal], ...]
    met: bool  # the lot has all its hours: nobody is asked for more

    def owes(self, last: datetime.date) -> bool:
        """Say whether hours were owed by the end of a month."""
        placed = self.awarded_on is None or self.awarded_on <= last
        return placed and not self.met and sum(delta for day, delta in self.lines if day <= last) > 0


def owing(session: Session, here: Callable[[Any], ColumnElement[bool]]) -> list[Owing]:
    """Who owes hours, by its own lines of the ledger or as the one who answers for the lot (three selects)."""
    found: list[Owing] = []
    lines: dict[tuple[int, int | None], list[tuple[datetime.date, Decimal]]] = {}
    owed: dict[int, Decimal] = {}
    for lot_id, award_id, day, delta in session.execute(
        select(LedgerLine.lot_id, LedgerLine.award_id, LedgerLine.effective_on, LedgerLine.delta).where(
            here(LedgerLine), LedgerLine.effective_on.is_not(None)
        )
    ):
        assert day is not None
        lines.setdefault((lot_id, award_id), []).append((day, delta))
        owed[lot_id] = owed.get(lot_id, Decimal(0)) + delta
    retained = _retained(session, here(Share))
    rows = session.execute(
        select(Award.id, Award.territory_id, Award.lot_id, Award.organisation_id, Award.parent_id, Award.role, Award.awarded_on)
        .join(Lot, Lot.id == Award.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(here(Award), Market.pilot)
        .order_by(Award.id)
    ).all()  # fmt: skip
    below: dict[int | None, set[int]] = {}
    of_lot: dict[int, set[int]] = {}
    for row in rows:
        below.setdefault(row.parent_id, set()).add(row.id)
        of_lot.setdefault(row.lot_id, set()).add(row.id)
    for row in rows:
        own = lines.get((row.lot_id, row.id))
        common = lines.get((row.lot_id, None)) if row.role in LEADERS else None
        if not own and not common:
            continue
        family = _family(row.id, below) if own else of_lot[row.lot_id]
        met = retained.get(row.lot_id, Decimal(0)) >= owed[row.lot_id]
        found.append(
            Owing(
                row.id, row.territory_id, row.lot_id, row.organisation_id, row.awarded_on,
                frozenset(family), tuple(own or common or ()), met,
            )
        )  # fmt: skip
    return found


def _retained(session: Session, here: ColumnElement[bool]) -> dict[int, Decimal]:
    rows: Iterable[Any] = session.execute(
        select(Share.lot_id, func.sum(Share.retained))
        .where(here, Share.standing == Standing.counted)
        .group_by(Share.lot_id)
    )
    return dict(iter(rows))


def _family(award_id: int, below: dict[int | None, set[int]]) -> set[int]:
    """The award and its subcontractors, to any depth."""
    found, new = {award_id}, {award_id}
    while new:
        new = set().union(*(below.get(each, set()) for each in new)) - found
        found |= new
    return found
