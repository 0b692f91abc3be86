"""Journeys: when each placement really ends, and the paths of people in a territory, loaded for many at once."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from facilitator.contracts import Contract, PlacementContract
from facilitator.eligibility_windows import Window, counted_intervals
from facilitator.lot_dates import Bounds, execution
from facilitator.paths import Path, paths, placement_end
from facilitator.periods import Interval
from facilitator.placements import Placement
from facilitator.rules import DatedRules
from facilitator.territories import rules_by_territory
from facilitator.verdict_facts import contracts_of, windows_of
from facilitator.vocabulary import ContractType, PlacementState


@dataclass(frozen=True)
class Stay:
    """A confirmed placement with its real end: min(typed, contracts, lot, window); None while it has none."""

    placement_id: int
    territory_id: int
    person_id: int
    lot_id: int
    employer_id: int
    days: Interval


@dataclass(frozen=True)
class Journey:
    """One path of one person, with the placements that it joins."""

    territory_id: int
    person_id: int
    path: Path
    stays: tuple[Stay, ...]

    @property
    def last_employer_id(self) -> int:
        return max(self.stays, key=lambda stay: (stay.days.last_on, stay.days.from_on)).employer_id


@dataclass(frozen=True)
class _Served:
    type: ContractType
    days: Interval


def of_territory(session: Session, territory_id: int) -> list[Journey]:
    """All journeys of a territory (seven selects, whatever the number of people)."""
    return _journeys(session, _placements().where(Placement.territory_id == territory_id))


def of_person(session: Session, person_id: int) -> list[Journey]:
    """The journeys of one person, in order of date."""
    return _journeys(session, _placements().where(Placement.person_id == person_id))


def of_people(session: Session, ids: Iterable[int]) -> list[Journey]:
    """The journeys of several people (seven selects)."""
    return _journeys(session, _placements().where(Placement.person_id.in_(set(ids))))


def of_lots(session: Session, lot_ids: Iterable[int]) -> list[Journey]:
    """The journeys that pass through these lots; a path is whole, also where it passes elsewhere."""
    ids = set(lot_ids)
    people = select(Placement.person_id).where(
        Placement.lot_id.in_(ids), Placement.state == PlacementState.confirmed
    )
    journeys = _journeys(session, _placements().where(Placement.person_id.in_(people)))
    return [each for each in journeys if any(stay.lot_id in ids for stay in each.stays)]


def stays(session: Session, placement_ids: Iterable[int]) -> dict[int, Stay]:
    """The real end of each of these placements."""
    query = _placements().where(Placement.id.in_(set(placement_ids)))
    return {stay.placement_id: stay for stay in _stays(session, query)}


def _placements() -> Select[*tuple[Any, ...]]:
    return select(
        Placement.id,
        Placement.territory_id,
        Placement.person_id,
        Placement.lot_id,
        Placement.employer_id,
        Placement.from_on,
        Placement.to_on,
    ).where(Placement.state == PlacementState.confirmed)


def _journeys(session: Session, query: Select[*tuple[Any, ...]]) -> list[Journey]:
    found = _stays(session, query)
    rules = rules_by_territory(session, {stay.territory_id for stay in found})
    by_person: dict[tuple[int, int], list[Stay]] = {}
    for stay in found:
        by_person.setdefault((stay.territory_id, stay.person_id), []).append(stay)
    return [
        journey
        for (territory_id, person_id), theirs in sorted(by_person.items())
        for journey in _joined(territory_id, person_id, theirs, rules[territory_id])
    ]


def _joined(territory_id: int, person_id: int, theirs: Sequence[Stay], rules: DatedRules) -> list[Journey]:
    newest = max(stay.days.from_on for stay in theirs)
    gap = rules.on(newest).path_gap_months
    return [
        Journey(
            territory_id,
            person_id,
            path,
            tuple(stay for stay in theirs if stay.days in path.placements),
        )
        for path in paths((stay.days for stay in theirs), gap)
    ]


def _stays(session: Session, query: Select[*tuple[Any, ...]]) -> list[Stay]:
    rows = session.execute(query.order_by(Placement.from_on, Placement.id)).all()
    ids = [row[0] for row in rows]
    served = _contracts_served(session, query)
    lots = execution(session, {row[3] for row in rows}) if ids else {}
    people = {row[2] for row in rows}
    windows = windows_of(session, people) if ids else {}
    known = contracts_of(session, people) if ids else {}
    rules = rules_by_territory(session, {row[1] for row in rows})
    found = []
    for placement_id, territory_id, person_id, lot_id, employer_id, from_on, to_on in rows:
        end = _real_end(
            Interval(from_on, to_on),
            served.get(placement_id, ()),
            lots.get(lot_id, (None, None)),
            windows.get(person_id, ()),
            known.get(person_id, ()),
            rules[territory_id],
        )
        # A window that closed before the start leaves a placement without a day: it is no path.
        if end is None or end >= from_on:
            found.append(
                Stay(
                    placement_id,
                    territory_id,
                    person_id,
                    lot_id,
                    employer_id,
                    Interval(from_on, end),
                )
            )
    return found


def _contracts_served(session: Session, query: Select[*tuple[Any, ...]]) -> Mapping[int, Sequence[_Served]]:
    placements = query.with_only_columns(Placement.id).order_by(None)
    rows = session.execute(
        select(
            PlacementContract.placement_id,
            Contract.type,
            Contract.from_on,
            Contract.ended_on,
            Contract.to_on,
        )
        .join(Contract, Contract.id == PlacementContract.contract_id)
        .where(PlacementContract.placement_id.in_(placements))
    )
    found: dict[int, list[_Served]] = {}
    for placement_id, type_, start, ended, end in rows:
        served = _Served(ContractType(type_), Interval(start, ended or end))
        found.setdefault(placement_id, []).append(served)
    return found


def _real_end(
    placement: Interval,
    served: Sequence[_Served],
    lot: Bounds,
    windows: Sequence[Window],
    contracts: Sequence[Interval],
    rules: DatedRules,
) -> datetime.date | None:
    ends = [each.days.to_on for each in served]
    window_end = _window_end(placement, served, windows, contracts, rules)
    return placement_end(placement.to_on, ends, lot[1], window_end)


def _window_end(
    placement: Interval,
    served: Sequence[_Served],
    windows: Sequence[Window],
    contracts: Sequence[Interval],
    rules: DatedRules,
) -> datetime.date | None:
    """The last day on which hours of this placement can count; None when no window says."""
    in_force = rules.on(placement.from_on)
    last = [
        interval.to_on
        for each in served
        for interval in counted_intervals(windows, each.type, in_force, each.days, contracts)
        if interval.meets(placement)
    ]
    if not last or None in last:
        return None
    return max(day for day in last if day is not None)
