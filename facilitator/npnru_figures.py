"""Loads the operations of urban renewal: lots and their statements, hours of the sites, whose hours are retained."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from facilitator import compliance, french, npnru, statements
from facilitator.commitments import SiteHours
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, Market, Operation
from facilitator.npnru import Group, Project, ProjectLine, Worked
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.rules import Rules
from facilitator.statement import Statement
from facilitator.territories import rules_by_territory
from facilitator.vocabulary import ContractType, Sex

AIMS = {
    Group.women: "women_percent",
    Group.qpv: "qpv_percent",
    Group.alternance: "alternance_percent",
}
ALTERNANCE = (ContractType.apprentissage, ContractType.professionnalisation)
_Lots = Sequence[Any]


def of_territory(session: Session, territory_id: int, on: datetime.date) -> list[ProjectLine]:
    """Each operation as a whole, then what each of its buyers has in it when there are several."""
    rows = _rows(session, Operation.territory_id == territory_id)
    load = _Loader(session, rows, on)
    lines: list[ProjectLine] = []
    for project, theirs in _projects(rows).values():
        lines.append(load.line(project, theirs, None))
        buyers = dict.fromkeys((row.buyer_id, row.buyer) for row in theirs if row.buyer_id)
        if len(buyers) > 1:
            lines += [load.line(project, [r for r in theirs if r.buyer_id == who[0]], who) for who in buyers]
    return lines


def of_buyer(session: Session, buyer_id: int, on: datetime.date) -> list[ProjectLine]:
    """What a buyer has in the operations of all territories; small groups of people are masked."""
    rows = _rows(session, Market.buyer_id == buyer_id)
    load, shared = _Loader(session, rows, on), _shared(session, {row.id for row in rows})
    lines = []
    for project, theirs in _projects(rows).values():
        who = (buyer_id, theirs[0].buyer) if project.id in shared else None
        lines.append(load.line(project, theirs, who))
    territories = {row.territory_id for row in rows}
    rules = rules_by_territory(session, territories)
    threshold = max((rules[each].on(on).small_cell for each in territories), default=Rules().small_cell)
    return npnru.masked(lines, threshold)


def _rows(session: Session, condition: Any) -> _Lots:
    """Operations of urban renewal with their lots and buyers (one select)."""
    return session.execute(
        select(
            Operation.id, Operation.territory_id, Operation.name, Operation.npnru, Operation.gup,
            Operation.convention, Operation.target_percent, Operation.women_percent,
            Operation.qpv_percent, Operation.alternance_percent,
            Operation.site_hours, Operation.site_hours_source,
            Market.buyer_id,
            func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier).label("buyer"),
            Lot.id.label("lot_id"),
            *(getattr(Lot, name).label(f"lot_{name}") for name in AIMS.values()),
        )
        .outerjoin(Market, Market.operation_id == Operation.id)
        .outerjoin(Organisation, Organisation.id == Market.buyer_id)
        .outerjoin(Lot, Lot.market_id == Market.id)
        .where(or_(Operation.npnru, Operation.gup), condition)
        .order_by(Operation.name, Operation.id, Organisation.name, Market.id, Lot.id)
    ).all()  # fmt: skip


def _shared(session: Session, ids: set[int]) -> set[int]:
    """The operations that group markets of several buyers: the typed hours of their site are nobody’s alone."""
    several = (
        select(Market.operation_id)
        .where(Market.operation_id.in_(ids))
        .group_by(Market.operation_id)
        .having(func.count(Market.buyer_id.distinct()) > 1)
    )
    return {each for each in session.scalars(several) if each is not None}


def _projects(rows: _Lots) -> dict[int, tuple[Project, list[Any]]]:
    by_operation: dict[int, list[Any]] = {}
    for row in rows:
        by_operation.setdefault(row.id, []).append(row)
    return {id_: (_project(theirs), theirs) for id_, theirs in by_operation.items()}


def _project(rows: list[Any]) -> Project:
    row, aims = rows[0], tuple((group, _aim(rows, name)) for group, name in AIMS.items())
    return Project(
        row.id, row.name, row.npnru, row.gup, row.convention, row.target_percent, aims,
        row.site_hours, row.site_hours_source,
    )  # fmt: skip


def _aim(rows: list[Any], name: str) -> int | None:
    """The convention’s objective; else the one that the lots say, when they say a single one."""
    own: int | None = getattr(rows[0], name)
    said = {value for row in rows if (value := getattr(row, f"lot_{name}")) is not None}
    return said.pop() if own is None and len(said) == 1 else own


class _Loader:
    """The facts of all lots at once; each line takes its own."""

    def __init__(self, session: Session, rows: _Lots, on: datetime.date) -> None:
        lots = {row.lot_id for row in rows if row.lot_id}
        self.on = on
        self.statements = statements.of_lots(session, lots, on)
        self.site_hours = _site_hours(session, lots, on)
        self.worked = _worked(session, lots, on)

    def line(self, project: Project, rows: Iterable[Any], buyer: tuple[int, str] | None) -> ProjectLine:
        lots = [row.lot_id for row in rows if row.lot_id]
        worked = [each for each in self.worked if each.lot_id in set(lots)]
        base, note = self._base(project if buyer is None else None, lots)
        return ProjectLine(
            project=project,
            buyer_id=buyer[0] if buyer else None,
            buyer=buyer[1] if buyer else None,
            statement=self._sum(lots),
            base=base,
            base_note=note,
            shares=npnru.shares(project, worked),
            sex_unknown=npnru.unknown_sex(worked),
        )

    def _sum(self, lots: Iterable[int]) -> Statement:
        return compliance.add_up([self.statements[lot] for lot in lots], self.on, Rules())

    def _base(self, whole: Project | None, lots: Sequence[int]) -> tuple[Decimal | None, str]:
        """The figure typed for the whole operation, else the months typed lot by lot."""
        if whole is not None and whole.site_hours is not None:
            return whole.site_hours, whole.site_hours_source or ""
        known = [self.site_hours[lot] for lot in lots if lot in self.site_hours]
        if not known:
            return None, "heures du chantier à renseigner"
        return sum(
            known, Decimal(0)
        ), f"relevées sur {french.plural(len(known), 'lot')}, pour {len(lots)} dans l’opération"


def _site_hours(session: Session, lots: set[int], on: datetime.date) -> dict[int, Decimal]:
    rows = session.execute(
        select(SiteHours.lot_id, func.sum(SiteHours.hours))
        .where(SiteHours.lot_id.in_(lots), SiteHours.month <= on)
        .group_by(SiteHours.lot_id)
    )
    return {lot: hours for lot, hours in rows if hours is not None}


def _worked(session: Session, lots: set[int], on: datetime.date) -> list[Worked]:
    about = (Share.lot_id, Share.person_id, Person.sex, Person.qpv, Contract.type)
    rows = session.execute(
        select(*about, func.sum(Share.retained))
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .join(Person, Person.id == Share.person_id)
        .where(Share.lot_id.in_(lots), Share.retained > 0, Share.to_on <= on)
        .group_by(*about)
    )
    tests: tuple[tuple[Group, Callable[[Any], bool]], ...] = (
        (Group.women, lambda row: row.sex == Sex.f),
        (Group.qpv, lambda row: bool(row.qpv)),
        (Group.alternance, lambda row: row.type in ALTERNANCE),
    )
    return [
        Worked(
            row.lot_id,
            row.person_id,
            frozenset(group for group, holds in tests if holds(row)),
            row.sex is not None,
            row[5],
        )
        for row in rows
    ]
