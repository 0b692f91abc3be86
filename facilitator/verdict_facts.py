"""What the verdicts of shares rest on, loaded for many shares in a number of selects that does not grow."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from facilitator.compliance import Interval, ShareFacts
from facilitator.contracts import Contract
from facilitator.eligibility_windows import Adjustment, AdjustmentKind, counted_intervals
from facilitator.eligibility_windows import Window as WindowFact
from facilitator.hours import Share, Timesheet
from facilitator.lot_dates import Bounds, execution
from facilitator.markets import Lot
from facilitator.people import Eligibility, EligibilityCriterion, Window, WindowAdjustment
from facilitator.placements import Placement
from facilitator.rules import DatedRules
from facilitator.territories import rules_by_territory
from facilitator.vocabulary import (
    ContractType,
    Criterion,
    EligibilityState,
    PlacementMode,
    TimesheetState,
)


@dataclass(frozen=True)
class StoredShare:
    """A share as it stands in the database, with what it is joined to."""

    id: int
    territory_id: int
    lot_id: int
    person_id: int
    hours: Decimal
    training: Decimal
    verdict: tuple[str, Decimal, Decimal, str | None, str, datetime.date | None]
    state: TimesheetState
    corrects_validated: bool
    from_on: datetime.date
    to_on: datetime.date
    contract_type: ContractType
    contract: Interval
    placement: Interval
    mode: PlacementMode


@dataclass(frozen=True)
class Fiche:
    """A validated fiche of a person: its date of effect, and its criteria."""

    effective_on: datetime.date
    criteria: frozenset[Criterion]


@dataclass(frozen=True)
class Surroundings:
    """What several shares rest on together."""

    rules: dict[int, DatedRules]
    executions: dict[int, Bounds]
    admitted: dict[int, tuple[frozenset[Criterion] | None, frozenset[PlacementMode] | None]]
    windows: dict[int, list[WindowFact]]
    fiches: dict[int, list[Fiche]]
    contracts: dict[int, list[Interval]]


def stored_shares(session: Session, ids: Sequence[int]) -> list[StoredShare]:
    """The shares asked for, each with its relevé, contract and placement (one select)."""
    old = aliased(Timesheet)
    rows = session.execute(
        select(
            Share.id, Share.territory_id, Share.lot_id, Share.person_id, Share.hours, Share.training,
            Share.standing, Share.retained, Share.unretained, Share.reason, Share.reasons, Share.split_on,
            Timesheet.state, old.state, Timesheet.from_on, Timesheet.to_on,
            Contract.type, Contract.from_on, Contract.ended_on, Contract.to_on,
            Placement.from_on, Placement.to_on, Placement.mode,
        )
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .join(Placement, Placement.id == Share.placement_id)
        .outerjoin(old, old.id == Timesheet.replaces_id)
        .where(Share.id.in_(ids))
        .order_by(Share.id)
    )  # fmt: skip
    return [
        StoredShare(
            id=row[0],
            territory_id=row[1],
            lot_id=row[2],
            person_id=row[3],
            hours=row[4],
            training=row[5],
            verdict=(row[6], row[7], row[8], row[9], row[10], row[11]),
            state=TimesheetState(row[12]),
            corrects_validated=row[13] == TimesheetState.validated,
            from_on=row[14],
            to_on=row[15],
            contract_type=ContractType(row[16]),
            contract=Interval(row[17], row[18] or row[19]),
            placement=Interval(row[20], row[21]),
            mode=PlacementMode(row[22]),
        )
        for row in rows
    ]


def surroundings(session: Session, shares: Iterable[StoredShare]) -> Surroundings:
    """Rules, lots and people of these shares (seven selects)."""
    shares = list(shares)
    people = {share.person_id for share in shares}
    lots = {share.lot_id for share in shares}
    return Surroundings(
        rules=rules_by_territory(session, {share.territory_id for share in shares}),
        executions=execution(session, lots),
        admitted=_admitted(session, lots),
        windows=windows_of(session, people),
        fiches=_fiches(session, people),
        contracts=contracts_of(session, people),
    )


def facts_of(share: StoredShare, around: Surroundings) -> ShareFacts:
    """The facts of one share as the pure verdict reads them; rules are those of the first day of the hours."""
    rules = around.rules[share.territory_id].on(share.from_on)
    start, end = around.executions.get(share.lot_id, (None, None))
    publics, modes = around.admitted[share.lot_id]
    fiches = around.fiches.get(share.person_id, [])
    return ShareFacts(
        hours=share.hours,
        training=share.training,
        state=share.state,
        corrects_validated=share.corrects_validated,
        from_on=share.from_on,
        to_on=share.to_on,
        windows=counted_intervals(
            around.windows.get(share.person_id, []),
            share.contract_type,
            rules,
            share.contract,
            around.contracts.get(share.person_id, []),
        ),
        eligible_from=fiches[0].effective_on if fiches else None,
        contract=share.contract,
        placement=share.placement,
        execution_from=start,
        execution_to=end,
        mode=share.mode,
        modes_admitted=modes,
        criteria=_criteria_on(fiches, share.to_on),
        publics_admitted=publics,
        training_percent=rules.training_percent,
    )


def windows_of(session: Session, people: Iterable[int]) -> dict[int, list[WindowFact]]:
    """The windows of each person with their suspensions and extensions, in order (two selects)."""
    ids = set(people)
    adjustments: dict[int, list[Adjustment]] = {}
    rows = session.execute(
        select(WindowAdjustment.window_id, WindowAdjustment.kind, WindowAdjustment.from_on, WindowAdjustment.to_on)
        .join(Window, Window.id == WindowAdjustment.window_id)
        .where(Window.person_id.in_(ids))
        .order_by(WindowAdjustment.id)
    )  # fmt: skip
    for window_id, kind, start, end in rows:
        adjustments.setdefault(window_id, []).append(Adjustment(AdjustmentKind(kind), start, end))
    found: dict[int, list[WindowFact]] = {}
    for window_id, person_id, from_on in session.execute(
        select(Window.id, Window.person_id, Window.from_on)
        .where(Window.person_id.in_(ids))
        .order_by(Window.from_on)
    ):
        fact = WindowFact(from_on, tuple(adjustments.get(window_id, ())))
        found.setdefault(person_id, []).append(fact)
    return found


def _admitted(
    session: Session, lots: set[int]
) -> dict[int, tuple[frozenset[Criterion] | None, frozenset[PlacementMode] | None]]:
    rows = session.execute(select(Lot.id, Lot.publics_admitted, Lot.modes_admitted).where(Lot.id.in_(lots)))
    return {
        lot: (
            frozenset(map(Criterion, publics)) if publics else None,
            frozenset(map(PlacementMode, modes)) if modes else None,
        )
        for lot, publics, modes in rows
    }


def _fiches(session: Session, people: set[int]) -> dict[int, list[Fiche]]:
    criteria: dict[int, set[Criterion]] = {}
    owners: dict[int, tuple[int, datetime.date]] = {}
    rows = session.execute(
        select(Eligibility.id, Eligibility.person_id, Eligibility.effective_on, EligibilityCriterion.criterion)
        .outerjoin(EligibilityCriterion, EligibilityCriterion.eligibility_id == Eligibility.id)
        .where(Eligibility.person_id.in_(people), Eligibility.state == EligibilityState.validated)
        .order_by(Eligibility.effective_on, Eligibility.id)
    )  # fmt: skip
    for fiche_id, person_id, effective_on, criterion in rows:
        assert effective_on is not None  # CHECK validated_dates
        owners[fiche_id] = (person_id, effective_on)
        known = criteria.setdefault(fiche_id, set())
        if criterion is not None:
            known.add(Criterion(criterion))
    found: dict[int, list[Fiche]] = {}
    for fiche_id, (person_id, effective_on) in owners.items():
        found.setdefault(person_id, []).append(Fiche(effective_on, frozenset(criteria[fiche_id])))
    return found


def contracts_of(session: Session, people: set[int]) -> dict[int, list[Interval]]:
    """The days of every contract of each person: the first one may open the window (one select)."""
    found: dict[int, list[Interval]] = {}
    rows = session.execute(
        select(Contract.person_id, Contract.from_on, Contract.ended_on, Contract.to_on).where(
            Contract.person_id.in_(people)
        )
    )
    for person_id, start, ended, end in rows:
        found.setdefault(person_id, []).append(Interval(start, ended or end))
    return found


def _criteria_on(fiches: list[Fiche], day: datetime.date) -> frozenset[Criterion]:
    """The criteria of the last fiche in effect: an older fiche no longer says who the person is."""
    current = [fiche for fiche in fiches if fiche.effective_on <= day]
    return current[-1].criteria if current else frozenset()
