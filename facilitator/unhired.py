"""Fiches validated for long without any hire since their date of effect: who must be called again."""

import datetime
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from facilitator.contracts import Contract
from facilitator.people import Eligibility, Person
from facilitator.periods import DAY, add_months
from facilitator.rules import Rules
from facilitator.territories import rules_of
from facilitator.vocabulary import EligibilityState


@dataclass(frozen=True)
class Overdue:
    """A fiche whose delay to be hired is over."""

    effective_on: datetime.date
    deadline: datetime.date
    months: int


def rules_on(session: Session, territory_id: int, on: datetime.date) -> Rules:
    """The delays of a territory on a day."""
    return rules_of(session, territory_id).on(on)


def people(rules: Rules, on: datetime.date) -> ColumnElement[bool]:
    """The people to be hired for too long on a day, as a condition on their rows."""
    return exists().where(Eligibility.person_id == Person.id, *_overdue(rules, on))


def count(session: Session, territory_id: int, on: datetime.date) -> int:
    """How many people of a territory wait for too long (two selects)."""
    rules = rules_on(session, territory_id, on)
    found = session.scalar(
        select(func.count(Eligibility.person_id.distinct())).where(
            Eligibility.territory_id == territory_id, *_overdue(rules, on)
        )
    )
    return found or 0


def of_person(session: Session, person: Person, on: datetime.date) -> Overdue | None:
    """The newest such fiche of a person (two selects)."""
    rules = rules_on(session, person.territory_id, on)
    since = session.scalar(
        select(func.max(Eligibility.effective_on)).where(
            Eligibility.person_id == person.id, *_overdue(rules, on)
        )
    )
    months = rules.hire_within_months
    return None if since is None else Overdue(since, add_months(since, months), months)


def _overdue(rules: Rules, on: datetime.date) -> tuple[ColumnElement[bool], ...]:
    """Validated, past its delay, not yet as old as a whole window, and no contract under way or begun since."""
    last_on = func.coalesce(Contract.ended_on, Contract.to_on)
    hired = exists().where(
        Contract.person_id == Eligibility.person_id,
        or_(last_on.is_(None), last_on >= Eligibility.effective_on),
    )
    return (
        Eligibility.state == EligibilityState.validated,
        Eligibility.effective_on < _first_in_time(rules.hire_within_months, on),
        Eligibility.effective_on > add_months(on, -rules.window_months),
        ~hired,
    )


def _first_in_time(months: int, on: datetime.date) -> datetime.date:
    """The first date of effect whose delay is not over: ends of month are clipped one way only."""
    day = add_months(on, -months)
    while add_months(day, months) < on:
        day += DAY
    return day
