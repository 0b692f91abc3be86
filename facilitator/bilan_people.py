"""Loads what stands beside the hours in a buyer’s bilan: its people by public, contracts, what became of them."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from facilitator import followups, journeys
from facilitator.bilan import (
    AGE_BANDS,
    QPV,
    SEXES,
    Contracts,
    Count,
    FollowUp,
    Publics,
    group_of,
    public_groups,
)
from facilitator.contracts import Contract, PlacementContract
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.masking import Shown, hide, hide_counts
from facilitator.outcomes import MILESTONES, Chain
from facilitator.people import Eligibility, EligibilityCriterion, Person
from facilitator.placements import Placement
from facilitator.vocabulary import (
    CONTRACT_GROUPS,
    ContractType,
    Criterion,
    EligibilityState,
    PlacementState,
    Sex,
    Standing,
    SurveyGroup,
)

Line = int  # the lot under which a row stands: its own, or the pilot’s
Lines = Mapping[int, Line]
UNKNOWN = "non renseigné"
# Each cuts the people of a lot into categories; the last one of each tells nothing and is not shown.
PARTITIONS = (
    (*SEXES, UNKNOWN),
    (*AGE_BANDS, UNKNOWN),
    (*QPV, UNKNOWN),
    (*public_groups(), UNKNOWN),
)


@dataclass(frozen=True)
class Worker:
    """A person of the buyer’s lots, as categories only."""

    categories: tuple[str, ...]  # one in each partition
    criterion: Criterion | None


@dataclass(frozen=True)
class Staff:
    """Who works on which lines, and who they are."""

    workers: Mapping[int, Worker]
    by_line: Mapping[Line, frozenset[int]]


def staff(session: Session, buyer_id: int, on: datetime.date, lines: Lines) -> Staff:
    """The people who worked on the lots of a buyer by the end of a day (two selects)."""
    worked, start = _worked(buyer_id, on), func.min(Placement.from_on)
    about = (Share.lot_id, Person.id, Person.birth_on, Person.sex, Person.qpv)
    rows = session.execute(
        worked.join(Person, Person.id == Share.person_id)
        .join(Placement, Placement.id == Share.placement_id)
        .with_only_columns(*about, start)
        .group_by(*about)
        .order_by(start, Person.id, Share.lot_id)
    ).all()
    criteria = _criteria(session, worked.with_only_columns(Share.person_id), on)
    workers: dict[int, Worker] = {}
    by_line: dict[Line, set[int]] = {}
    for lot_id, person_id, birth_on, sex, qpv, from_on in rows:
        by_line.setdefault(lines[lot_id], set()).add(person_id)
        if person_id not in workers:  # the first start says the age
            criterion = criteria.get(person_id)
            public = UNKNOWN if criterion is None else group_of(criterion)
            categories = (_sex(sex), _age(birth_on, from_on), _qpv(qpv), public)
            workers[person_id] = Worker(categories, criterion)
    return Staff(workers, {line: frozenset(people) for line, people in by_line.items()})


def _worked(buyer_id: int, on: datetime.date) -> Select[Any]:
    """Hours declared and not refused; a relevé that was replaced is nobody’s work."""
    return (
        select(Share.id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(
            Market.buyer_id == buyer_id,
            Share.to_on <= on,
            Share.hours > 0,
            Share.standing.in_((Standing.counted, Standing.awaiting)),
        )
    )


def _placed(buyer_id: int, on: datetime.date) -> Select[Any]:
    return (
        select(Placement.id)
        .join(Lot, Lot.id == Placement.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(
            Market.buyer_id == buyer_id,
            Placement.state == PlacementState.confirmed,
            Placement.from_on <= on,
        )
    )


def _criteria(session: Session, people: Select[Any], on: datetime.date) -> dict[int, Criterion]:
    """The determining criterion of the last fiche of each person."""
    rows = session.execute(
        select(Eligibility.person_id, EligibilityCriterion.criterion)
        .join(EligibilityCriterion, EligibilityCriterion.eligibility_id == Eligibility.id)
        .where(
            EligibilityCriterion.determining,
            Eligibility.state == EligibilityState.validated,
            Eligibility.effective_on <= on,
            Eligibility.person_id.in_(people),
        )
        .order_by(Eligibility.effective_on, Eligibility.id)
    )
    return {person_id: Criterion(criterion) for person_id, criterion in rows}


def _sex(sex: str | None) -> str:
    return {Sex.f.value: SEXES[0], Sex.h.value: SEXES[1]}.get(sex or "", UNKNOWN)


def _age(birth_on: datetime.date | None, start_on: datetime.date) -> str:
    if birth_on is None:
        return UNKNOWN
    age = relativedelta(start_on, birth_on).years
    return AGE_BANDS[0 if age < 26 else 1 if age <= 50 else 2]


def _qpv(qpv: str | None) -> str:
    return QPV[0] if qpv else QPV[1]


def publics(
    team: Staff, lines: Sequence[Line], threshold: int
) -> tuple[dict[Line, Publics], Publics, dict[Criterion, Count]]:
    """People by public: of each line, of all (each person once), and by criterion over the whole buyer."""
    everybody = frozenset(team.workers)
    teams = [team.by_line.get(line, frozenset()) for line in lines]
    counts: list[dict[str, Count]] = [{} for _ in lines]
    total: dict[str, Count] = {}
    safe = True
    for position, categories in enumerate(PARTITIONS):
        rows = [_cut(team, people, position, categories) for people in teams]
        whole = _cut(team, everybody, position, categories)
        shown = hide(rows, whole, threshold, free=1)
        for index, row in enumerate(rows):
            counts[index].update(_named(categories, shown.row(index, row)))
        total.update(_named(categories, shown.total(whole)))
        safe = shown.safe  # the last partition is the one of the criteria
    by_line = {
        line: Publics(len(people), cells) for line, people, cells in zip(lines, teams, counts, strict=True)
    }
    return by_line, Publics(len(everybody), total), _by_criterion(team, threshold, safe)


def _cut(team: Staff, people: Iterable[int], position: int, categories: Sequence[str]) -> list[int]:
    counted = dict.fromkeys(categories, 0)
    for person_id in people:
        counted[team.workers[person_id].categories[position]] += 1
    return list(counted.values())


def _named(categories: Sequence[str], cells: Sequence[Count]) -> dict[str, Count]:
    return {name: cell for name, cell in zip(categories, cells, strict=True) if name != UNKNOWN}


def _by_criterion(team: Staff, threshold: int, told: bool) -> dict[Criterion, Count]:
    """All criteria, the sensitive ones too; nothing when the totals of the lots are masked as a whole."""
    counts = dict.fromkeys(Criterion, 0)
    for worker in team.workers.values():
        if worker.criterion is not None:
            counts[worker.criterion] += 1
    if not told:
        return dict.fromkeys(Criterion)
    return hide_counts(counts, list(public_groups().values()), threshold)


@dataclass(frozen=True)
class Served:
    """A contract that serves a placement of a line."""

    id: int
    key: tuple[object, ...]  # what counts once
    type: ContractType
    renewals: int
    transformed: bool


def served(
    session: Session,
    buyer_id: int,
    on: datetime.date,
    lines: Lines,
    missions_once: Callable[[int], bool],
) -> dict[Line, list[Served]]:
    """The contracts begun by the end of a day that serve placements of each line (one select).

    `missions_once` tells by territory whether successive missions count for one contract (trade.md §4).
    """
    before = aliased(Contract)
    rows = session.execute(
        _placed(buyer_id, on)
        .join(PlacementContract, PlacementContract.placement_id == Placement.id)
        .join(Contract, Contract.id == PlacementContract.contract_id)
        .outerjoin(before, before.id == Contract.continues_id)
        .where(Contract.from_on <= on)
        .with_only_columns(
            Placement.lot_id,
            Placement.territory_id,
            Placement.person_id,
            Placement.host_id,
            Contract.id,
            Contract.type,
            Contract.renewals,
            before.type,
        )
    )
    found: dict[Line, list[Served]] = {}
    for lot_id, territory_id, person_id, host_id, contract_id, type_, renewals, continued in rows:
        once = type_ == ContractType.ctt and missions_once(territory_id)
        key = ("missions", person_id, host_id) if once else ("contract", contract_id)
        one = Served(contract_id, key, ContractType(type_), renewals, _transformed(type_, continued))
        found.setdefault(lines[lot_id], []).append(one)
    return found


def _transformed(type_: str, continued: str | None) -> bool:
    """A CDD turned into a CDI."""
    if continued is None:
        return False
    groups = CONTRACT_GROUPS[ContractType(continued)], CONTRACT_GROUPS[ContractType(type_)]
    return groups == (SurveyGroup.cdd, SurveyGroup.cdi)


def counted(several: Iterable[Served]) -> Contracts:
    """Count contracts, each once, successive missions as one where the territory says so."""
    distinct = {each.id: each for each in several}
    by_group = dict.fromkeys(SurveyGroup, 0)
    for type_ in {each.key: each.type for each in distinct.values()}.values():
        by_group[CONTRACT_GROUPS[type_]] += 1
    return Contracts(
        by_group=by_group,
        missions=sum(each.type is ContractType.ctt for each in distinct.values()),
        renewals=sum(each.renewals for each in distinct.values()),
        transformations=sum(each.transformed for each in distinct.values()),
    )


@dataclass(frozen=True)
class FollowUps:
    """What became of the people of each line, and of those of the whole bilan."""

    by_line: Mapping[Line, Mapping[int, FollowUp]]
    total: Mapping[int, FollowUp]


def follow_ups(
    session: Session,
    on: datetime.date,
    lines: Lines,
    order: Sequence[Line],
    threshold: int,
    asked: set[Line],
) -> FollowUps:
    """The chains at 6 and 12 months of the paths that pass by each line, and by any of those asked for."""
    dues = followups.derived(session, journeys.of_lots(session, lines), on)
    passed = [{lines[stay.lot_id] for stay in due.journey.stays if stay.lot_id in lines} for due in dues]
    by_line: dict[Line, list[followups.Due]] = {line: [] for line in order}
    for due, through in zip(dues, passed, strict=True):
        for line in through:
            by_line[line].append(due)
    chains = {line: followups.count(theirs, on) for line, theirs in by_line.items()}
    whole = followups.count(dues, on)
    part = followups.count([due for due, through in zip(dues, passed, strict=True) if through & asked], on)
    found: dict[Line, dict[int, FollowUp]] = {line: {} for line in order}
    total: dict[int, FollowUp] = {}
    for months in MILESTONES:
        shown = _shown([chains[line][months] for line in order], whole[months], threshold)
        for line, readable in zip(order, shown.rows, strict=True):
            found[line][months] = FollowUp(months, chains[line][months], not readable)
        # An empty category over all would tell it of each masked line; a part tells what it is made of.
        told = all(shown.totals) and (all(shown.rows) or not any(shown.empty[:-1]))
        if asked != set(order):
            told = not any(found[line][months].masked for line in asked)
        total[months] = FollowUp(months, part[months], not told)
    return FollowUps(found, total)


def _shown(chains: Sequence[Chain], whole: Chain, threshold: int) -> Shown:
    """Too few people left: what they became is masked; how many left never is."""
    return hide([_became(each) for each in chains], _became(whole), threshold, free=1, small_cells=False)


def _became(chain: Chain) -> list[int]:
    return [chain.in_work, chain.answered - chain.in_work, chain.reached - chain.answered]
