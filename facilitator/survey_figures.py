"""The figures of the national survey, by SQL over the lines: a constant number of selects, whatever the lines."""

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Integer, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from facilitator import survey_selections as selections
from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract
from facilitator.db import CENT
from facilitator.french import date as french_date
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.outcomes import MILESTONES, Chain, in_work
from facilitator.placements import Placement
from facilitator.refusals import Refused
from facilitator.rules import Rules
from facilitator.sectors import sector_of
from facilitator.survey import (
    CODES,
    PERSONAL,
    Axis,
    Breakdown,
    Contracts,
    Figure,
    FollowedUp,
    InQpv,
    Survey,
    Value,
    breakdown,
)
from facilitator.survey_selections import Asked
from facilitator.territories import Territory, rules_by_territory
from facilitator.vocabulary import (
    CONTRACT_GROUPS,
    MAPPING_VERSION,
    ContractType,
    FollowUpOutcome,
    OrganisationRoleName,
    Situation,
    SurveyGroup,
)

ZERO = Decimal("0.00")
EVERYWHERE = "tous les territoires"


class SurveyRefused(Refused):
    """The survey of a year cannot be drawn up as asked."""


def of_year(session: Session, year: int, territory_ids: Collection[int] | None, on: datetime.date) -> Survey:
    """The survey of a year over these territories (None: all), as known at the close of a day.

    Refuses a year that begins after that day.
    """
    ids = None if territory_ids is None else tuple(sorted(set(territory_ids)))
    asked = Asked(year, ids, on)
    if asked.first > on:
        raise SurveyRefused(
            f"L’année {year} n’a pas commencé le {french_date(on)}\u00a0: il n’y a rien à compter. Choisissez une année commencée."
        )
    owed = _owed(session, asked)
    hours = _hours(session, asked)
    people = _people(session, asked)
    rules = _Rules(session, asked)
    contracts, contracts_in = _contracts(session, asked, rules)
    authorities, by_category, markets, lots = _authorities(session, asked)
    employers, siae, by_kind = _employers(session, asked)
    present = owed.keys() | hours.by_month.keys() | people.rows.keys() | contracts_in
    return Survey(
        year=year,
        scope=_scope(session, asked),
        territory_ids=ids,
        on=on,
        territories=Figure(len(present), len(present)),
        authorities=authorities,
        authorities_by_category=by_category,
        markets=markets,
        lots=lots,
        hours_owed=Figure(sum(owed.values(), ZERO), len(owed)),
        hours_counted=hours.total,
        hours_by={Axis.mode: hours.by_mode, **people.hours_by(hours.total), Axis.sector: hours.by_sector},
        etp=Figure(_etp(hours.by_month, rules), len(hours.by_month)),
        people=people.total,
        people_by=people.by,
        contracts=contracts,
        employers=employers,
        siae=siae,
        siae_by_kind=by_kind,
        followup={months: _followed(session, asked, months) for months in MILESTONES},
    )


class _Rules:
    """The dated rules of the territories of a survey."""

    def __init__(self, session: Session, asked: Asked) -> None:
        ids = session.scalars(select(Territory.id).where(asked.of(Territory.id)))
        self.by_territory = rules_by_territory(session, set(ids))

    def on(self, territory: int, day: datetime.date) -> Rules:
        return self.by_territory[territory].on(day)


def _owed(session: Session, asked: Asked) -> dict[int, Decimal]:
    """Hours owed by territory."""
    rows = session.execute(
        selections.ledger_lines(asked)
        .with_only_columns(LedgerLine.territory_id, func.sum(LedgerLine.delta))
        .group_by(LedgerLine.territory_id)
    )
    return {territory: Decimal(hours) for territory, hours in rows}


@dataclass(frozen=True)
class _Hours:
    """Retained hours by territory and month, and what they were worked at."""

    by_month: Mapping[int, Mapping[datetime.date, Decimal]]
    by_mode: Breakdown
    by_sector: Breakdown

    @property
    def total(self) -> Figure:
        return Figure(_sum(_sum(months.values()) for months in self.by_month.values()), len(self.by_month))


def _hours(session: Session, asked: Asked) -> _Hours:
    by_month: dict[int, dict[datetime.date, Decimal]] = {}
    rows = session.execute(
        selections.shares(asked)
        .with_only_columns(Share.territory_id, Share.month, func.sum(Share.retained))
        .group_by(Share.territory_id, Share.month)
    )
    for territory, month, hours in rows:
        by_month.setdefault(territory, {})[month] = Decimal(hours)
    modes, sectors = _Cut(), _Cut()
    for territory, mode, typed, division, hours in session.execute(_by_site(asked)):
        modes.add(territory, mode, hours)
        sectors.add(territory, sector_of(typed, division), hours)
    total = _sum(_sum(months.values()) for months in by_month.values())
    return _Hours(by_month, modes.told(Axis.mode, total), sectors.told(Axis.sector, total))


def _by_site(asked: Asked) -> Select[Any]:
    """Retained hours by territory (a placement has one), mode, and what tells the sector of the lot."""
    each = (
        selections.shares(asked)
        .with_only_columns(
            func.min(Share.territory_id).label("territory_id"),
            Share.placement_id,
            Share.lot_id,
            func.sum(Share.retained).label("hours"),
        )
        .group_by(Share.placement_id, Share.lot_id)
        .subquery("each")
    )
    what = (each.c.territory_id, Placement.mode, selections.SECTOR_TYPED, selections.DIVISION)
    return (
        selections.with_sector(
            select(*what, func.sum(each.c.hours))
            .select_from(each)
            .join(Placement, Placement.id == each.c.placement_id)
            .join(Lot, Lot.id == each.c.lot_id)
        )
    ).group_by(*what)


class _Cut:
    """Adds a figure up by category, noting the territories that filled the category in."""

    def __init__(self) -> None:
        self.by: Counter[str] = Counter()
        self.filled: set[int] = set()

    def add(self, territory: int, code: str | None, value: Any) -> None:
        if code is not None and value:
            self.by[code] += value
            self.filled.add(territory)

    def told(self, axis: Axis, total: Value) -> Breakdown:
        return breakdown(axis, total, len(self.filled), self.by)


@dataclass(frozen=True)
class _People:
    """People, and the hours of those people, one row for each territory."""

    rows: Mapping[int, Any]
    columns: Mapping[tuple[Axis, str], int]  # the position of the count; its hours stand just after

    @property
    def total(self) -> Figure:
        return Figure(sum(row[1] for row in self.rows.values()), len(self.rows))

    @property
    def by(self) -> dict[Axis, Breakdown]:
        return {axis: self._cut(axis, 0).told(axis, self.total.value) for axis in PERSONAL}

    def hours_by(self, total: Figure) -> dict[Axis, Breakdown]:
        return {axis: self._cut(axis, 1).told(axis, total.value) for axis in PERSONAL}

    def _cut(self, axis: Axis, offset: int) -> _Cut:
        cut = _Cut()
        for territory, row in self.rows.items():
            for code in CODES[axis]:
                cut.add(territory, code, row[self.columns[axis, code] + offset])
        if (
            axis is Axis.qpv
        ):  # what is not written is «hors QPV»: only a code tells that somebody filled it in
            column = self.columns[axis, InQpv.qpv] + offset
            cut.filled = {territory for territory, row in self.rows.items() if row[column]}
        return cut


def _people(session: Session, asked: Asked) -> _People:
    """People by each category, in one pass (one row a territory)."""
    each = selections.people(asked)
    columns: list[Any] = [each.c.territory_id, func.count()]
    places: dict[tuple[Axis, str], int] = {}
    for axis in PERSONAL:
        for code in CODES[axis]:
            places[axis, code] = len(columns)
            same = each.c[axis.value] == code
            columns += [func.sum(case((same, 1))), func.sum(case((same, each.c.hours)))]
    rows = session.execute(select(*columns).group_by(each.c.territory_id))
    return _People({row[0]: row for row in rows}, places)


def _contracts(session: Session, asked: Asked, rules: _Rules) -> tuple[Contracts, set[int]]:
    """Contracts by territory and type; successive missions as one where the territory says so."""
    ctt = Contract.type == ContractType.ctt
    served = (
        selections.contracts(asked)
        .with_only_columns(
            Contract.territory_id,
            Contract.type,
            # A mission is known by its person and user company, any other contract by itself.
            case((ctt, Contract.person_id)).label("person"),
            case((ctt, func.min(Placement.host_id))).label("host"),
            case((~ctt, Contract.id)).label("contract"),
        )
        .group_by(Contract.id, Contract.territory_id, Contract.type, Contract.person_id)
        .subquery("served")
    )
    once = (
        select(*served.c, func.count().label("missions")).group_by(*served.c).subquery("once")
    )  # one row for each that counts
    rows = session.execute(
        select(
            once.c.territory_id, once.c.type, func.count(), cast(func.sum(once.c.missions), Integer)
        ).group_by(once.c.territory_id, once.c.type)
    )
    by_group: Counter[SurveyGroup] = Counter(dict.fromkeys(SurveyGroup, 0))
    missions, present = 0, set()
    for territory, type_, joined, each in rows:
        present.add(territory)
        apart = type_ == ContractType.ctt and not rules.on(territory, asked.last).successive_missions_once
        by_group[CONTRACT_GROUPS[ContractType(type_)]] += each if apart else joined
        missions += each if type_ == ContractType.ctt else 0
    return Contracts(dict(by_group), missions, len(present), MAPPING_VERSION), present


def _authorities(session: Session, asked: Asked) -> tuple[Figure, Breakdown, Figure, Figure]:
    """Buyers, by category, and their markets and lots (a row for each territory of each buyer)."""
    kinds = selections.kinds(OrganisationRoleName.authority)
    active = (
        selections.lots(asked)
        .with_only_columns(Lot.territory_id, Lot.market_id, Market.buyer_id, kinds.c.kind)
        .outerjoin(kinds, kinds.c.organisation_id == Market.buyer_id)
        .subquery("active")
    )
    each = (active.c.territory_id, active.c.buyer_id, active.c.kind)
    rows = session.execute(
        select(
            *each, func.count(active.c.market_id.distinct()).label("markets"), func.count().label("lots")
        ).group_by(*each)
    ).all()
    buyers, cut = _by_kind(Axis.category, "buyer_id", rows)
    markets, lots = (sum(getattr(row, name) for row in rows) for name in ("markets", "lots"))
    return buyers, cut, Figure(markets, buyers.base_territories), Figure(lots, buyers.base_territories)


def _employers(session: Session, asked: Asked) -> tuple[Figure, Figure, Breakdown]:
    """Employers of the year’s placements, those that are SIAE, and their kinds (a row for each territory of each)."""
    kinds = selections.kinds(OrganisationRoleName.siae)
    rows = session.execute(
        selections.placements(asked)
        .with_only_columns(Placement.territory_id, Placement.employer_id, kinds.c.kind)
        .outerjoin(kinds, kinds.c.organisation_id == Placement.employer_id)
        .distinct()
    ).all()
    siae, cut = _by_kind(Axis.kind, "employer_id", [row for row in rows if row.kind is not None])
    return _distinct("employer_id", rows), siae, cut


def _by_kind(axis: Axis, name: str, rows: Sequence[Any]) -> tuple[Figure, Breakdown]:
    """Organisations of these rows, each once, and by the kind that is known of each."""
    known = [row for row in rows if row.kind]
    by = Counter({getattr(row, name): row.kind for row in known}.values())
    found = _distinct(name, rows)
    return found, breakdown(axis, found.value, _distinct(name, known).base_territories, by)


def _distinct(name: str, rows: Sequence[Any]) -> Figure:
    """How many organisations, in how many territories."""
    return Figure(len({getattr(row, name) for row in rows}), len({row.territory_id for row in rows}))


def _followed(session: Session, asked: Asked, months: int) -> FollowedUp:
    """The chain of one milestone, counted as `outcomes.chain` does (one select)."""
    paths = selections.paths(asked, months).subquery("left")
    outcome = paths.c.outcome
    reached = paths.c.reached
    in_scope = and_(reached, or_(outcome.is_(None), outcome != FollowUpOutcome.out_of_scope))
    asked_for = and_(in_scope, outcome.is_not(None), outcome != FollowUpOutcome.not_asked)
    answered = and_(asked_for, outcome == FollowUpOutcome.answered)
    working = and_(answered, paths.c.situation.in_([each.value for each in Situation if in_work(each)]))
    steps = [func.count(case((step, 1))) for step in (reached, in_scope, asked_for, answered, working)]
    row = session.execute(
        select(
            func.count(),
            *steps,
            *(func.count(each.distinct()) for each in (paths.c.person_id, paths.c.territory_id)),
        )
    ).one()
    return FollowedUp(months, Chain(*row[:-1]), row[-1])


def _etp(by_month: Mapping[int, Mapping[datetime.date, Decimal]], rules: _Rules) -> Decimal:
    """Full-time equivalents: each month by what its territory says of that month."""
    exact = sum(
        (
            hours / rules.on(territory, month).etp_hours
            for territory, months in by_month.items()
            for month, hours in months.items()
        ),
        Decimal(0),
    )
    return exact.quantize(CENT, ROUND_HALF_UP)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)


def _scope(session: Session, asked: Asked) -> str:
    """How the territories are named above the figures."""
    if asked.territory_ids is None:
        return EVERYWHERE
    names = session.scalars(
        select(Territory.name).where(Territory.id.in_(asked.territory_ids)).order_by(Territory.name)
    ).all()
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} territoires"
