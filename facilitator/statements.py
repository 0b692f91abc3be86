"""Statements: loads the facts of lots in a few selects, whatever their number, and calls `compliance`."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import Date, Integer, cast, func, null, select, union_all
from sqlalchemy.orm import Session

from facilitator import associated_lots, compliance, curve
from facilitator.associated_lots import ASSOCIATED_LOT, PILOT_LOT
from facilitator.awards import Award
from facilitator.commitments import LedgerLine
from facilitator.compliance import (
    AwardFact,
    DatedFact,
    HoursRow,
    LedgerFact,
    LotFacts,
    Statement,
)
from facilitator.db import Hours
from facilitator.french import date as french_date
from facilitator.hours import Share
from facilitator.ledger import as_fact
from facilitator.markets import Lot, LotDate, LotStop, PlannedMonth
from facilitator.organisations import Organisation
from facilitator.periods import Interval
from facilitator.refusals import Refused
from facilitator.rules import Rules
from facilitator.territories import rules_by_territory
from facilitator.vocabulary import (
    AwardRole,
    GroupementForm,
    LotDateKind,
    Reason,
    Standing,
    ToleranceKind,
)

K = TypeVar("K")
V = TypeVar("V")


class StatementRefused(Refused):
    """A situation cannot be drawn up at this date."""


def refuse_future(on: datetime.date, today: datetime.date) -> None:
    """A statement tells what is known: it stops at today."""
    if on > today:
        raise StatementRefused(
            f"La situation au {french_date(on)} n’est pas encore connue. Choisissez une date jusqu’au {french_date(today)}."
        )


def of_lot(session: Session, lot_id: int, on: datetime.date) -> Statement:
    """The statement of one lot at the close of a day."""
    return of_lots(session, [lot_id], on)[lot_id]


def of_lots(
    session: Session,
    lot_ids: Iterable[int],
    on: datetime.date,
) -> dict[int, Statement]:
    """The statement of each lot at the close of a day, in a number of selects that does not grow."""
    return of_lots_with_rules(session, lot_ids, on)[0]


def of_lots_with_rules(
    session: Session,
    lot_ids: Iterable[int],
    on: datetime.date,
) -> tuple[dict[int, Statement], dict[int, Rules]]:
    """The statement of each lot, and the rules in force in each territory, to add lots up by."""
    facts, territories = _facts(session, set(lot_ids), on)
    rules = {
        territory: dated.on(on)
        for territory, dated in rules_by_territory(session, set(territories.values())).items()
    }
    found = {
        lot_id: compliance.statement(each, on, rules[territories[lot_id]]) for lot_id, each in facts.items()
    }
    return found, rules


def facts_of_lot(
    session: Session,
    lot_id: int,
    on: datetime.date,
) -> tuple[LotFacts, Rules]:
    """What the statement of one lot rests on, to ask what it would be if something were otherwise."""
    facts, territories = _facts(session, {lot_id}, on)
    territory = territories[lot_id]
    return facts[lot_id], rules_by_territory(session, {territory})[territory].on(on)


def of_lot_with_curve(
    session: Session, lot_id: int, on: datetime.date
) -> tuple[Statement, tuple[curve.Point, ...]]:
    """The statement of one lot and its months, from the same facts."""
    facts, territories = _facts(session, {lot_id}, on)
    territory = territories[lot_id]
    rules = rules_by_territory(session, {territory})[territory].on(on)
    return compliance.statement(facts[lot_id], on, rules), curve.curve(facts[lot_id], on)


def add_up(
    session: Session, statements: Iterable[Statement], on: datetime.date, territory_id: int | None
) -> Statement:
    """The sum of several lots; the rythme is named by the rules of one territory (None: the defaults)."""
    ids = set() if territory_id is None else {territory_id}
    dated = rules_by_territory(session, ids)
    rules = dated[territory_id].on(on) if territory_id is not None else Rules()
    return compliance.add_up(list(statements), on, rules)


def _facts(session: Session, ids: set[int], on: datetime.date) -> tuple[dict[int, LotFacts], dict[int, int]]:
    (stops, plans), ledger = _stops_and_plans(session, ids), _ledger(session, ids)
    awards, rows = _awards(session, ids), _rows(session, ids, on)
    facts: dict[int, LotFacts] = {}
    territories: dict[int, int] = {}
    dates: dict[int, list[DatedFact]] = {}
    lots = session.execute(
        select(
            Lot.id,
            Lot.territory_id,
            Lot.penalty_rate,
            Lot.tolerance_kind,
            Lot.tolerance_percent,
            Lot.groupement_form,
            Lot.shares_binding,
            LotDate.kind,
            LotDate.value_on,
            LotDate.effective_on,
        )
        .outerjoin(LotDate, LotDate.lot_id == Lot.id)
        .where(Lot.id.in_(ids))
        .order_by(LotDate.id)
    )
    for lot_id, territory_id, rate, tolerance, percent, form, binding, kind, value_on, since in lots:
        if kind is not None:
            dates.setdefault(lot_id, []).append(DatedFact(LotDateKind(kind), value_on, since))
        territories[lot_id] = territory_id
        facts[lot_id] = LotFacts(
            dates=tuple(dates.get(lot_id, ())),
            stops=stops.get(lot_id, ()),
            ledger=ledger.get(lot_id, ()),
            awards=awards.get(lot_id, ()),
            rows=rows.get(lot_id, ()),
            plan=plans.get(lot_id, ()),
            penalty_rate=rate,
            tolerance_kind=ToleranceKind(tolerance),
            tolerance_percent=Decimal(percent),
            groupement_form=GroupementForm(form),
            shares_binding=binding,
        )
    return facts, territories


def _stops_and_plans(
    session: Session, ids: set[int]
) -> tuple[Mapping[int, tuple[Interval, ...]], Mapping[int, tuple[tuple[datetime.date, Decimal], ...]]]:
    """Stops, and months of a plan: few rows of two kinds, in one select."""
    stops = select(
        LotStop.lot_id,
        LotStop.from_on.label("from_on"),
        LotStop.to_on,
        cast(null(), Hours).label("hours"),
    ).where(LotStop.lot_id.in_(ids))
    plans = select(PlannedMonth.lot_id, PlannedMonth.month, cast(null(), Date), PlannedMonth.hours).where(
        PlannedMonth.lot_id.in_(ids)
    )
    rows = session.execute(stops.union_all(plans).order_by("from_on")).all()
    return (
        _grouped((lot, Interval(start, end)) for lot, start, end, hours in rows if hours is None),
        _grouped((lot, (month, hours)) for lot, month, _, hours in rows if hours is not None),
    )


def _ledger(session: Session, ids: set[int]) -> Mapping[int, tuple[LedgerFact, ...]]:
    rows = session.scalars(select(LedgerLine).where(LedgerLine.lot_id.in_(ids)).order_by(LedgerLine.id))
    return _grouped((line.lot_id, as_fact(line)) for line in rows)


def _awards(session: Session, ids: set[int]) -> Mapping[int, tuple[AwardFact, ...]]:
    rows = session.execute(
        select(
            Award.lot_id,
            Award.id,
            Award.parent_id,
            func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier),
            Award.role,
        )
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(Award.lot_id.in_(ids))
        .order_by(Award.id)
    )
    return _grouped(
        (lot, AwardFact(award, parent, label, AwardRole(role))) for lot, award, parent, label, role in rows
    )


def _rows(session: Session, ids: set[int], on: datetime.date) -> Mapping[int, tuple[HoursRow, ...]]:
    """Hours of each lot by company, month and verdict; what associated territories worked stands on the pilot’s lot."""
    what = (Share.month.label("month"), Share.standing, Share.reason)
    sums = (func.sum(Share.hours), func.sum(Share.retained), func.sum(Share.unretained))
    known = (Share.to_on <= on, Share.standing != Standing.outside)
    own = select(Share.lot_id, Share.award_id, *what, *sums).where(Share.lot_id.in_(ids), *known)
    # Their companies are rows of the other territory: the hours stand on the lot, under nobody.
    lent = associated_lots.pairs(PILOT_LOT.id, cast(null(), Integer), *what, *sums).join(
        Share, Share.lot_id == ASSOCIATED_LOT.id
    )
    rows = session.execute(
        union_all(
            own.group_by(Share.lot_id, Share.award_id, *what[1:], Share.month),
            lent.where(PILOT_LOT.id.in_(ids), *known).group_by(PILOT_LOT.id, *what[1:], Share.month),
        ).order_by("month")
    )
    return _grouped(
        (
            lot,
            HoursRow(
                award,
                month,
                Standing(standing),
                Reason(reason) if reason else None,
                hours,
                retained,
                unretained,
            ),
        )
        for lot, award, month, standing, reason, hours, retained, unretained in rows
    )


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
