"""The acts of the facilitators over a period: one source for each kind of figure, and who is told to have done it."""

import datetime
from collections.abc import Callable, Collection, Iterator

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from facilitator import field_actions, lot_dates
from facilitator.activity_report import FIELD, Act, Measure, Period
from facilitator.attestations import Attestation
from facilitator.commitments import Calibration, LedgerLine
from facilitator.contracts import Contract
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.field_actions import FieldAction
from facilitator.followups import FollowUp
from facilitator.frozen_bilans import FrozenBilan
from facilitator.hours import Timesheet
from facilitator.mails import OutboxMail
from facilitator.markets import Lot, Market
from facilitator.needs import Need
from facilitator.organisations import OrganisationRole
from facilitator.periods import PARIS, day_of
from facilitator.placements import Placement
from facilitator.request_lists import ANSWERED
from facilitator.vocabulary import FollowUpOutcome, OrganisationRoleName, PlacementState, TimesheetState

Acts = Iterator[Act]


def of_territory(
    session: Session, territory_id: int, days: Period, measures: Collection[Measure]
) -> list[Act]:
    """The acts behind these figures, the latest first (a number of selects that never grows)."""
    found: list[Act] = []
    for source, yields in _SOURCES:
        if not yields.isdisjoint(measures):
            found += [act for act in source(session, territory_id, days) if act.measure in measures]
    return sorted(found, key=lambda each: (each.day or datetime.date.min, each.subject_id), reverse=True)


def _actions(session: Session, territory_id: int, days: Period) -> Acts:
    rows = session.scalars(
        select(FieldAction).where(
            FieldAction.territory_id == territory_id,
            FieldAction.done_on.between(days.from_on, days.to_on),
            field_actions.stands(),
        )
    )
    for row in rows:
        yield Act(
            Measure(row.kind),
            row.id,
            row.done_on,
            row.author_id,
            row.minutes,
            row.lot_id,
            row.organisation_id,
            words=row.text,
        )


def _written(session: Session, territory_id: int, days: Period) -> Acts:
    """Clauses and calibrations, each on its lot."""
    first: dict[int, datetime.date] = {}
    ledger = session.execute(
        select(LedgerLine.lot_id, func.min(LedgerLine.recorded_at), func.min(LedgerLine.effective_on))
        .where(LedgerLine.territory_id == territory_id)
        .group_by(LedgerLine.lot_id)
    )
    for lot_id, recorded_at, effective_on in ledger:
        first[lot_id] = min(filter(None, (day_of(recorded_at), effective_on)))
    kept = session.execute(
        select(Calibration.id, Calibration.lot_id, Calibration.made_on, Calibration.author_id).where(
            Calibration.territory_id == territory_id
        )
    )
    for key, lot_id, made_on, author_id in kept:
        first[lot_id] = min(made_on, first.get(lot_id, made_on))
        if days.holds(made_on):
            yield Act(Measure.calibrations, key, made_on, author_id, lot_id=lot_id)
    holders = _holders(session, territory_id)
    for lot_id, day in first.items():
        if days.holds(day):
            yield Act(Measure.clauses, lot_id, day, holders[lot_id], lot_id=lot_id)


def _holders(session: Session, territory_id: int) -> dict[int, int | None]:
    rows = session.execute(select(Lot.id, Lot.facilitator_id).where(Lot.territory_id == territory_id))
    return dict(rows.all())


def _buyers(session: Session, territory_id: int, days: Period) -> Acts:
    """Buyers for whom a clause was sized, and those met on their own file."""
    bought = (
        select(Lot.id, Market.buyer_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.territory_id == territory_id)
    )
    owners = dict(session.execute(bought).all())
    for act in _written(session, territory_id, days):
        if act.lot_id is not None:
            yield _advice(act, owners[act.lot_id])
    authorities = select(OrganisationRole.organisation_id).where(
        OrganisationRole.role == OrganisationRoleName.authority
    )
    known = set(session.scalars(authorities.where(OrganisationRole.organisation_id.in_(_met(territory_id)))))
    for act in _actions(session, territory_id, days):
        if act.organisation_id in known:
            yield _advice(act, act.organisation_id)


def _met(territory_id: int) -> Select[int | None]:
    return select(FieldAction.organisation_id).where(FieldAction.territory_id == territory_id)


def _advice(act: Act, buyer_id: int) -> Act:
    return Act(
        Measure.buyers, buyer_id, act.day, act.author_id, organisation_id=buyer_id, words=act.measure.label
    )


def _followed(session: Session, territory_id: int, days: Period) -> Acts:
    """Lots under execution, and their markets."""
    rows = session.execute(
        select(Lot.id, Lot.market_id, Lot.facilitator_id).where(Lot.territory_id == territory_id)
    ).all()
    execution = lot_dates.execution(session, (row.id for row in rows))
    started: dict[int, datetime.date] = {}
    for row in rows:
        start, end = execution.get(row.id, (None, None))
        if start is None:
            continue
        started[row.market_id] = min(start, started.get(row.market_id, start))
        yield from _states(row, start, end, days)
    for row in rows:
        start = execution.get(row.id, (None, None))[0]
        if start is not None and start == started[row.market_id] and days.holds(start):
            yield Act(Measure.new_markets, row.market_id, start, row.facilitator_id, lot_id=row.id)


def _states(
    row: Row[int, int, int | None], start: datetime.date, end: datetime.date | None, days: Period
) -> Acts:
    """A lot in the figures of its dates, and its market in the same."""
    told = []
    if start <= days.to_on and (end is None or end >= days.from_on):
        told += [(Measure.lots, row.id), (Measure.markets, row.market_id)]
    if start <= days.to_on and (end is None or end >= days.to_on):
        told += [(Measure.lots_at_end, row.id), (Measure.markets_at_end, row.market_id)]
    if days.holds(start):
        told += [(Measure.new_lots, row.id)]
    for measure, subject in told:
        yield Act(measure, subject, start, row.facilitator_id, lot_id=row.id)


def _requests(session: Session, territory_id: int, days: Period) -> Acts:
    columns = EligibilityRequest
    rows = session.execute(
        select(
            columns.id,
            columns.received_on,
            columns.decided_on,
            columns.decided_by_id,
            columns.organisation_id,
            columns.state,
        ).where(
            EligibilityRequest.territory_id == territory_id,
            EligibilityRequest.received_on <= days.to_on,
            func.coalesce(EligibilityRequest.decided_on, days.from_on) >= days.from_on,
        )
    )
    for row in rows:
        if days.holds(row.received_on):
            yield Act(Measure.requests, row.id, row.received_on, None, organisation_id=row.organisation_id)
        if row.state in ANSWERED and days.holds(row.decided_on):
            yield Act(
                Measure.answers,
                row.id,
                row.decided_on,
                row.decided_by_id,
                organisation_id=row.organisation_id,
            )


def _needs(session: Session, territory_id: int, days: Period) -> Acts:
    rows = session.execute(
        select(Need.id, Need.published_on, Need.created_by_id, Need.lot_id, Need.job).where(
            Need.territory_id == territory_id, Need.published_on.between(days.from_on, days.to_on)
        )
    )
    for key, published_on, author_id, lot_id, job in rows:
        yield Act(Measure.needs, key, published_on, author_id, lot_id=lot_id, words=job)


def _placements(session: Session, territory_id: int, days: Period) -> Acts:
    rows = session.execute(
        select(Placement.id, Placement.from_on, Placement.lot_id, Lot.facilitator_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .where(
            Placement.territory_id == territory_id,
            Placement.state == PlacementState.confirmed,
            Placement.from_on.between(days.from_on, days.to_on),
        )
    )
    for key, from_on, lot_id, holder in rows:
        yield Act(Measure.placements, key, from_on, holder, lot_id=lot_id)


def _timesheets(session: Session, territory_id: int, days: Period) -> Acts:
    rows = session.execute(
        select(Timesheet.id, Timesheet.decided_on, Timesheet.decided_by_id, Contract.employer_id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .where(
            Timesheet.territory_id == territory_id,
            Timesheet.state.in_((TimesheetState.validated, TimesheetState.replaced)),
            Timesheet.decided_on.between(days.from_on, days.to_on),
        )
    )
    for key, decided_on, author_id, employer_id in rows:
        yield Act(Measure.timesheets, key, decided_on, author_id, organisation_id=employer_id)


def _letters(session: Session, territory_id: int, days: Period) -> Acts:
    rows = session.execute(
        select(OutboxMail.id, OutboxMail.sent_at, OutboxMail.subject).where(
            OutboxMail.territory_id == territory_id, OutboxMail.sent_at.between(*_instants(days))
        )
    )
    for key, sent_at, subject in rows:
        if sent_at is not None:
            yield Act(Measure.letters, key, day_of(sent_at), None, words=subject)


def _instants(days: Period) -> tuple[datetime.datetime, datetime.datetime]:
    """From the first midnight to the last instant of the period, where its readers live."""
    first = datetime.datetime.combine(days.from_on, datetime.time.min, PARIS)
    return first, datetime.datetime.combine(days.to_on, datetime.time.max, PARIS)


def _follow_ups(session: Session, territory_id: int, days: Period) -> Acts:
    rows = session.scalars(
        select(FollowUp).where(
            FollowUp.territory_id == territory_id,
            FollowUp.called_on.between(days.from_on, days.to_on),
            FollowUp.outcome != FollowUpOutcome.not_asked,
        )
    )
    for row in rows:
        told = [Measure.follow_ups]
        if row.outcome == FollowUpOutcome.answered:
            told.append(Measure.follow_ups_answered)
        for measure in told:
            yield Act(
                measure,
                row.id,
                row.called_on,
                row.recorded_by_id,
                link_id=row.person_id,
                words=f"à {row.milestone}\u00a0mois",
            )


def _bilans(session: Session, territory_id: int, days: Period) -> Acts:
    rows = session.scalars(
        select(FrozenBilan).where(
            FrozenBilan.territory_id == territory_id, FrozenBilan.made_at.between(*_instants(days))
        )
    )
    for row in rows:
        yield Act(
            Measure.bilans,
            row.id,
            day_of(row.made_at),
            row.made_by_id,
            lot_id=row.lot_id,
            organisation_id=row.buyer_id,
            words=f"{row.label} – {row.subject}",
        )


def _attestations(session: Session, territory_id: int, days: Period) -> Acts:
    rows = session.execute(
        select(Attestation.id, Attestation.issued_on, Attestation.issued_by_id, Attestation.lot_id).where(
            Attestation.territory_id == territory_id,
            Attestation.issued_on.between(days.from_on, days.to_on),
        )
    )
    for key, issued_on, author_id, lot_id in rows:
        yield Act(Measure.attestations, key, issued_on, author_id, lot_id=lot_id)


Source = Callable[[Session, int, Period], Acts]
_SOURCES: tuple[tuple[Source, frozenset[Measure]], ...] = (
    (_actions, frozenset(FIELD)),
    (_written, frozenset({Measure.clauses, Measure.calibrations})),
    (_buyers, frozenset({Measure.buyers})),
    (
        _followed,
        frozenset(
            {
                *(Measure.lots, Measure.lots_at_end, Measure.new_lots),
                *(Measure.markets, Measure.markets_at_end, Measure.new_markets),
            }
        ),
    ),
    (_requests, frozenset({Measure.requests, Measure.answers})),
    (_needs, frozenset({Measure.needs})),
    (_placements, frozenset({Measure.placements})),
    (_timesheets, frozenset({Measure.timesheets})),
    (_letters, frozenset({Measure.letters})),
    (_follow_ups, frozenset({Measure.follow_ups, Measure.follow_ups_answered})),
    (_bilans, frozenset({Measure.bilans})),
    (_attestations, frozenset({Measure.attestations})),
)
