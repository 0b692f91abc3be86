"""What was recorded after a survey was sent and falls in its year: the late lines, with what each brings."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from facilitator import survey_paths
from facilitator import survey_selections as selections
from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract
from facilitator.followups import FollowUp
from facilitator.hours import Share, Timesheet
from facilitator.journal import JournalEntry
from facilitator.markets import Lot
from facilitator.outcomes import MILESTONES
from facilitator.people import Person
from facilitator.survey_selections import Asked
from facilitator.survey_tables import Step
from facilitator.vocabulary import ContractType, FollowUpOutcome, LedgerKind

Rows = Select[*tuple[Any, ...]]
MOST = 200  # of each kind; the figures before and now tell the rest


@dataclass(frozen=True, slots=True)
class Late:
    """One line that came after: what it is, when it was recorded, what it brings."""

    kind: str
    what: str
    recorded_at: datetime.datetime
    effect: str
    hours: Decimal | None
    thing: str
    ids: tuple[Any, ...]


def lines(session: Session, asked: Asked, since: datetime.datetime) -> list[Late]:
    """The late lines of a territory's year, oldest first (five selects)."""
    found = [
        *_hours(session, asked, since),
        *_owed(session, asked, since),
        *_contracts(session, asked, since),
        *(each for months in MILESTONES for each in _answers(session, asked, since, months)),
    ]
    return sorted(found, key=lambda late: late.recorded_at)


def _hours(session: Session, asked: Asked, since: datetime.datetime) -> Iterator[Late]:
    """Relevés that were declared or validated since."""
    validated = select(JournalEntry.thing_id).where(
        asked.of(JournalEntry.territory_id),  # type: ignore[arg-type]
        JournalEntry.at > since,
        JournalEntry.thing == "timesheet",
        JournalEntry.verb == "validate",
    )
    query: Rows = (
        selections.shares(asked)
        .with_only_columns(
            Share.timesheet_id,
            Share.month,
            Person.first_name,
            Person.last_name,
            Lot.number,
            Lot.title,
            Timesheet.created_at,
            Share.retained,
        )
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Person, Person.id == Share.person_id)
        .join(Lot, Lot.id == Share.lot_id)
        .where(or_(Timesheet.created_at > since, Timesheet.id.in_(validated)))
        .order_by(Timesheet.created_at, Share.id)
        .limit(MOST)
    )
    for row in session.execute(query):
        yield Late(
            "Heures",
            f"{_name(row)}, lot {row.number} – {row.title}",
            row.created_at,
            "Heures retenues",
            row.retained,
            "timesheet",
            (row.timesheet_id,),
        )


def _owed(session: Session, asked: Asked, since: datetime.datetime) -> Iterator[Late]:
    """Lines of the ledger, and tranches affirmed since."""
    query = (
        selections.ledger_lines(asked)
        .with_only_columns(
            LedgerLine.lot_id,
            LedgerLine.kind,
            Lot.number,
            Lot.title,
            LedgerLine.recorded_at,
            LedgerLine.delta,
        )
        .where(LedgerLine.recorded_at > since)
        .order_by(LedgerLine.recorded_at, LedgerLine.id)
        .limit(MOST)
    )
    for row in session.execute(query):
        what = f"{LedgerKind(row.kind).label}, lot {row.number} – {row.title}"
        yield Late("Engagement", what, row.recorded_at, "Heures engagées", row.delta, "ledger", (row.lot_id,))


def _contracts(session: Session, asked: Asked, since: datetime.datetime) -> Iterator[Late]:
    query = (
        selections.contracts(asked)
        .with_only_columns(
            Contract.id, Contract.type, Contract.created_at, Person.first_name, Person.last_name
        )
        .join(Person, Person.id == Contract.person_id)
        .where(Contract.created_at > since)
        .distinct()
        .order_by(Contract.created_at, Contract.id)
        .limit(MOST)
    )
    for row in session.execute(query):
        what = f"{ContractType(row.type).label}, {_name(row)}"
        yield Late("Contrat", what, row.created_at, "Un contrat", None, "contract", (row.id,))


def _answers(session: Session, asked: Asked, since: datetime.datetime, months: int) -> Iterator[Late]:
    query = (
        survey_paths.at(asked, months, Step.reached)
        .with_only_columns(
            Person.id,
            Person.first_name,
            Person.last_name,
            FollowUp.exit_on,
            FollowUp.outcome,
            FollowUp.recorded_at,
        )
        .join(Person, Person.id == FollowUp.person_id)
        .where(and_(FollowUp.recorded_at > since))
        .order_by(FollowUp.recorded_at, FollowUp.id)
        .limit(MOST)
    )
    for row in session.execute(query):
        outcome = FollowUpOutcome(row.outcome).label
        yield Late(
            f"Suivi à {months}\u00a0mois",
            _name(row),
            row.recorded_at,
            outcome,
            None,
            "followup",
            (row.id, row.exit_on, months),
        )


def _name(row: Any) -> str:
    return f"{row.first_name} {row.last_name.upper()}"
