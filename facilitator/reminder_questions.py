"""What waits for an answer: the second side about hours, an employer about a placement, a company on paper."""

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from facilitator import second_answers
from facilitator.awards import Award
from facilitator.commitments import ExpectedDocument
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.organisations import Organisation
from facilitator.paperwork import DocumentKind, letter_label
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.reminder_calendar import months_over
from facilitator.reminder_owing import LEADERS
from facilitator.second_answers import SecondAnswer
from facilitator.sendings import Sending
from facilitator.vocabulary import PlacementState, TimesheetState


@dataclass(frozen=True)
class Unanswered:
    """A live share about which the second side has said nothing."""

    share_id: int
    territory_id: int
    answerer_id: int
    declarant: str
    month: datetime.date  # its first day
    declared_on: datetime.date
    lot_id: int
    person_id: int
    person: str


@dataclass(frozen=True)
class Proposed:
    """A placement that waits for its employer."""

    id: int
    territory_id: int
    employer_id: int
    lot_id: int
    person_id: int
    person: str
    proposed_on: datetime.date
    to_on: datetime.date | None


@dataclass(frozen=True)
class Awaited:
    """A document that has not come; the company of its award, else the one that answers for the lot."""

    id: int
    territory_id: int
    lot_id: int
    organisation_id: int | None
    label: str
    expected_on: datetime.date
    person_id: int | None
    person: str | None


def unanswered(session: Session, here: Any) -> list[Unanswered]:
    """The live shares that the second side is asked about (one select)."""
    return [
        Unanswered(
            row.id, row.territory_id, row.answerer_id, row.declarant, row.month, row.declared_on,
            row.lot_id, row.person_id, short_name(row.first_name, row.last_name),
        )
        for row in session.execute(_unanswered().where(here(Share)))
    ]  # fmt: skip


def proposed(session: Session, here: Any) -> list[Proposed]:
    """The placements whose employer has not answered (one select)."""
    return [
        Proposed(
            row.id, row.territory_id, row.employer_id, row.lot_id, row.person_id,
            short_name(row.first_name, row.last_name), row.proposed_on, row.to_on,
        )
        for row in session.execute(
            select(
                Placement.id, Placement.territory_id, Placement.employer_id, Placement.lot_id, Placement.person_id,
                Person.first_name, Person.last_name, Placement.proposed_on, Placement.to_on,
            )
            .join(Person, Person.id == Placement.person_id)
            .where(here(Placement), Placement.state == PlacementState.proposed)
            .order_by(Placement.id)
        )
    ]  # fmt: skip


def awaited(session: Session, here: Any, on: datetime.date) -> list[Awaited]:
    """The documents that are late on a day (one select)."""
    return [
        Awaited(
            row.id, row.territory_id, row.lot_id, row.organisation_id,
            letter_label(DocumentKind(row.kind), row.label, row.month), row.expected_on, row.person_id,
            short_name(row.first_name, row.last_name) if row.person_id else None,
        )
        for row in session.execute(_documents(on).where(here(ExpectedDocument)))
    ]  # fmt: skip


def short_name(first_name: str, last_name: str) -> str:
    """As letters name a person: a mail may be read by others."""
    return f"{first_name} {last_name[:1].upper()}."


def _unanswered() -> Select[*tuple[Any, ...]]:
    declarant = aliased(Organisation)
    return (
        select(
            Share.id, Share.territory_id, second_answers.ANSWERER.label("answerer_id"),
            func.coalesce(declarant.name, declarant.scheme + " " + declarant.identifier).label("declarant"),
            Share.month, Timesheet.declared_on, Share.lot_id, Share.person_id,
            Person.first_name, Person.last_name,
        )
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Placement, Placement.id == Share.placement_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .outerjoin(SecondAnswer, SecondAnswer.share_id == Share.id)
        .join(declarant, declarant.id == second_answers.DECLARANT)
        .join(Person, Person.id == Share.person_id)
        .where(
            Timesheet.state == TimesheetState.declared,
            SecondAnswer.id.is_(None),
            second_answers.ANSWERER.is_not(None),
            Share.hours > 0,  # nobody is asked to confirm that nothing was worked
        )
        .order_by(Share.id)
    )  # fmt: skip


def _documents(on: datetime.date) -> Select[*tuple[Any, ...]]:
    asked, leader = aliased(Award), aliased(Award)
    leading = (
        select(leader.organisation_id)
        .where(leader.lot_id == ExpectedDocument.lot_id, leader.role.in_(LEADERS))
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            ExpectedDocument.id, ExpectedDocument.territory_id, ExpectedDocument.lot_id,
            func.coalesce(asked.organisation_id, leading).label("organisation_id"), ExpectedDocument.kind,
            ExpectedDocument.label, ExpectedDocument.month, ExpectedDocument.expected_on,
            Person.id.label("person_id"), Person.first_name, Person.last_name,
        )
        .outerjoin(asked, asked.id == ExpectedDocument.award_id)
        .outerjoin(Contract, Contract.id == ExpectedDocument.contract_id)
        .outerjoin(Person, Person.id == Contract.person_id)
        .where(
            ExpectedDocument.received_on.is_(None),
            ExpectedDocument.expected_on < on,
            ExpectedDocument.lot_id.in_(select(Award.lot_id)),
            ExpectedDocument.expected_on >= months_over(on)[0],
        )
        .order_by(ExpectedDocument.id)
    )  # fmt: skip
