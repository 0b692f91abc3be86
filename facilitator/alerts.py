"""What will soon go wrong in a territory: lots in trouble, lots that end, eligibilities that end."""

import datetime
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from facilitator import days, lot_dates, settling, statements
from facilitator.contracts import Contract, PlacementContract
from facilitator.eligibility_windows import counted_intervals
from facilitator.people import Person
from facilitator.periods import Interval
from facilitator.placements import Placement
from facilitator.settling import Step
from facilitator.statement import Statement
from facilitator.territories import rules_of
from facilitator.verdict_facts import windows_of
from facilitator.vocabulary import ContractType, Pace, PlacementState

ENDING_DAYS = 90  # a lot that ends sooner is announced
SETTLING_DAYS = 180  # after its end, a lot is closed: it waits for its attestation or its penalty
NEAR = 60  # days before the end of an eligibility
_TROUBLE = {Pace.critical: 0, Pace.late: 1}


@dataclass(frozen=True)
class WatchedLot:
    """A lot at work today with its statement, as one line of the day."""

    id: int
    title: str
    market: str
    buyer: str
    company: str | None
    statement: Statement
    step: Step | None = None  # what would close it

    @property
    def trouble(self) -> int:
        """Critical first, then late, then those without a rythme, then the others."""
        pace = self.statement.pace
        return 2 if pace is None else _TROUBLE.get(pace, 3)


@dataclass(frozen=True)
class EndingWindow:
    """A person at work whose hours stop counting soon."""

    person_id: int
    person: str
    last_on: datetime.date
    days_left: int


def watched_lots(session: Session, territory_id: int, on: datetime.date) -> list[WatchedLot]:
    """The lots with hours under way on a day or ended lately, in trouble first (selects do not grow with them)."""
    rows = session.execute(days.lots_to_watch(territory_id)).all()
    bounds = lot_dates.execution(session, [row[0] for row in rows])
    watched = [row for row in rows if _watched(bounds.get(row[0], (None, None)), on)]
    ids = [row[0] for row in watched]
    figures = statements.of_lots(session, ids, on)
    companies, settled = days.award_labels(session, ids), settling.of_lots(session, ids)
    found = [
        WatchedLot(
            id_, f"Lot {number} – {title}", market, buyer, companies.get(id_), figures[id_],
            settled[id_].next(figures[id_]),
        )
        for id_, number, title, market, buyer in watched
    ]  # fmt: skip
    return sorted(found, key=lambda lot: (lot.trouble, lot.statement.end or datetime.date.max, lot.id))


def under_way(lots: list[WatchedLot], on: datetime.date) -> list[WatchedLot]:
    """Those that have not ended."""
    return [lot for lot in lots if _under_way((lot.statement.start, lot.statement.end), on)]


def to_settle(lots: list[WatchedLot], step: Step) -> list[WatchedLot]:
    """Those that only one thing separates from their end: an attestation to give, or a penalty to state."""
    return sorted(
        (lot for lot in lots if lot.step is step),
        key=lambda lot: (lot.statement.end or datetime.date.max, lot.id),
    )


def ending_lots(lots: list[WatchedLot], on: datetime.date) -> list[WatchedLot]:
    """Those that end soon with hours left to do, nearest end first."""
    limit = on + datetime.timedelta(days=ENDING_DAYS)
    found = [lot for lot in lots if lot.statement.left and on <= (lot.statement.end or limit) < limit]
    return sorted(found, key=lambda lot: lot.statement.end or limit)


def ending_windows(session: Session, territory_id: int, on: datetime.date) -> list[EndingWindow]:
    """The people under contract whose eligibility ends within sixty days and before their contract does."""
    contracts = _running_contracts(session, territory_id, on)
    windows = windows_of(session, {person_id for person_id, *_ in contracts})
    rules = rules_of(session, territory_id).on(on)
    limit = on + datetime.timedelta(days=NEAR)
    found: dict[int, EndingWindow] = {}
    for person_id, name, type_, served in contracts:
        counted = counted_intervals(windows.get(person_id, ()), type_, rules, served)
        current = [each.last_on for each in counted if each.from_on <= on <= each.last_on]
        if current and current[0] <= limit and current[0] < served.last_on:
            found[person_id] = EndingWindow(person_id, name, current[0], (current[0] - on).days)
    return sorted(found.values(), key=lambda each: (each.last_on, each.person_id))


def _running_contracts(
    session: Session, territory_id: int, on: datetime.date
) -> list[tuple[int, str, ContractType, Interval]]:
    """The contracts at work on a lot under way: those that go on after it count no hours any more."""
    last_on = func.coalesce(Contract.ended_on, Contract.to_on)
    rows = session.execute(
        select(
            Placement.lot_id, Person.id, Person.first_name, Person.last_name, Contract.type,
            Contract.from_on, Contract.ended_on, Contract.to_on,
        )
        .join(Person, Person.id == Contract.person_id)
        .join(PlacementContract, PlacementContract.contract_id == Contract.id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(
            Contract.territory_id == territory_id,
            Contract.from_on <= on,
            or_(last_on.is_(None), last_on >= on),
            Placement.state == PlacementState.confirmed,
            or_(Placement.to_on.is_(None), Placement.to_on >= on),
        )
        .order_by(Contract.id)
    ).all()  # fmt: skip
    bounds = lot_dates.execution(session, {row[0] for row in rows})
    return [
        (id_, f"{first} {last.upper()}", ContractType(type_), Interval(start, ended or end))
        for lot_id, id_, first, last, type_, start, ended, end in rows
        if _under_way(bounds.get(lot_id, (None, None)), on)
    ]


def _watched(bounds: lot_dates.Bounds, on: datetime.date) -> bool:
    """Under way, or ended so lately that its facilitator is still to close it."""
    start, end = bounds
    return _under_way((start, end and end + datetime.timedelta(days=SETTLING_DAYS)), on)


def _under_way(bounds: lot_dates.Bounds, on: datetime.date) -> bool:
    start, end = bounds
    return (start is None or start <= on) and (end is None or end >= on)
