"""Under a company’s awards: the tree of those who work for it, and who has not declared a month."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from facilitator import lot_dates, month_words
from facilitator.awards import Award
from facilitator.contracts import Contract, PlacementContract
from facilitator.hours import Share
from facilitator.lot_dates import Bounds
from facilitator.organisations import Organisation
from facilitator.periods import last_of_month
from facilitator.placements import Placement
from facilitator.vocabulary import PlacementState, Standing


@dataclass(frozen=True)
class Under:
    """A company under an award, `depth` steps below it (1: directly)."""

    award_id: int
    company: str
    depth: int
    awaited: bool  # the lot ran in the month and nothing was said: neither hours nor «néant»
    running: bool  # the lot ran in the month


def trees(
    session: Session, own: Iterable[tuple[int, int]], month: datetime.date
) -> dict[int, tuple[Under, ...]]:
    """By own award, the companies below it in the order of the tree (a constant number of selects).

    `own` are pairs (lot, award).
    """
    own = list(own)
    lots = {lot_id for lot_id, _ in own}
    below = _children(session, lots)
    spoken = _spoken(session, lots, month)
    bounds = lot_dates.execution(session, lots)
    return {
        award_id: tuple(_walk(below, award_id, 1, spoken, _ran(bounds.get(lot_id, (None, None)), month)))
        for lot_id, award_id in own
    }


def silent(tree: Iterable[Under]) -> int:
    """How many of them have not declared the month."""
    return sum(each.awaited for each in tree)


def _children(session: Session, lots: set[int]) -> dict[int, list[tuple[int, str]]]:
    rows = session.execute(
        select(
            Award.parent_id,
            Award.id,
            func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier),
        )
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(Award.lot_id.in_(lots), Award.parent_id.is_not(None))
        .order_by(Award.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for parent_id, award_id, company in rows:
        assert parent_id is not None  # asked for
        found.setdefault(parent_id, []).append((award_id, company))
    return found


def _spoken(session: Session, lots: set[int], month: datetime.date) -> set[int]:
    """The awards that owe no word of the month: of each contract at work there, else of the award itself."""
    last_on = func.coalesce(Contract.ended_on, Contract.to_on)
    last = last_of_month(month)
    pairs = session.execute(
        select(Contract.id, Placement.award_id)
        .join(PlacementContract, PlacementContract.contract_id == Contract.id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(
            Placement.lot_id.in_(lots),
            Placement.state == PlacementState.confirmed,
            Contract.from_on <= last,
            Placement.from_on <= last,
            or_(last_on.is_(None), last_on >= month),
            or_(Placement.to_on.is_(None), Placement.to_on >= month),
        )
    ).all()
    awards = select(Award.id).where(Award.lot_id.in_(lots))
    words = month_words.read(session, [month], {contract_id for contract_id, _ in pairs}, awards)
    declared = session.scalars(
        select(Share.award_id).where(
            Share.lot_id.in_(lots),
            Share.month == month,
            Share.standing.in_((Standing.counted, Standing.awaiting)),
        )
    )
    owing = {award_id for contract_id, award_id in pairs if words.owes(contract_id, award_id, month)}
    known = {*declared, *(award_id for _, award_id in pairs), *(award_id for award_id, _ in words.nil)}
    return known - owing


def _ran(bounds: Bounds, month: datetime.date) -> bool:
    start, end = bounds
    return start is not None and start <= last_of_month(month) and (end is None or end >= month)


def _walk(
    below: dict[int, list[tuple[int, str]]], award_id: int, depth: int, spoken: set[int], running: bool
) -> Iterable[Under]:
    for child_id, company in below.get(award_id, ()):
        yield Under(child_id, company, depth, running and child_id not in spoken, running)
        yield from _walk(below, child_id, depth + 1, spoken, running)
