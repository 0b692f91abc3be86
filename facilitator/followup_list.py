"""The list of follow-ups of a territory: who is to be called, who was, and how it went."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import followups, journeys
from facilitator.followups import Due, FollowUp
from facilitator.labels import Labelled
from facilitator.outcomes import MilestoneState
from facilitator.people import Person
from facilitator.vocabulary import FollowUpOutcome

LATE_DAYS = 30  # after its date, a call that nobody made is late


class CallState(Labelled):
    """Where a follow-up stands for the person who makes the calls."""

    to_do = "to_do", "À faire"
    late = "late", "En retard"
    unreachable = "unreachable", "Injoignable"
    asked = "asked", "Sollicité par lettre"
    provisional = "provisional", "Sortie provisoire"
    to_come = "to_come", "À venir"
    answered = "answered", "Répondu"
    refused = "refused", "Refus de répondre"
    out_of_scope = "out_of_scope", "Hors champ"


OPEN = (CallState.to_do, CallState.late, CallState.unreachable, CallState.asked)
_BY_OUTCOME = {
    FollowUpOutcome.answered: CallState.answered,
    FollowUpOutcome.refused: CallState.refused,
    FollowUpOutcome.out_of_scope: CallState.out_of_scope,
    FollowUpOutcome.unreachable: CallState.unreachable,
    FollowUpOutcome.asked: CallState.asked,
}


def state_of(due: Due, on: datetime.date) -> CallState | None:
    """Where one follow-up stands on a day; None while the person has not left."""
    if due.known is not None and due.known.outcome in _BY_OUTCOME:
        return _BY_OUTCOME[FollowUpOutcome(due.known.outcome)]
    if due.state is MilestoneState.under_way:
        return None
    if due.state is MilestoneState.provisional:
        return CallState.provisional
    if due.state is MilestoneState.not_reached:
        return CallState.to_come
    waited = (on - due.milestone.reference_on).days
    return CallState.late if waited > LATE_DAYS else CallState.to_do


def of_territory(session: Session, territory_id: int, on: datetime.date) -> list[Due]:
    """Every follow-up of a territory whose person has left, oldest reference date first (eight selects)."""
    dues = followups.derived(session, journeys.of_territory(session, territory_id), on)
    return [due for due in dues if state_of(due, on) is not None]


def counts(dues: Iterable[Due], on: datetime.date) -> Counter[CallState]:
    """How many follow-ups stand in each state."""
    return Counter(state for due in dues if (state := state_of(due, on)) is not None)


def chosen(
    dues: Iterable[Due], on: datetime.date, states: Sequence[CallState], months: int | None
) -> list[Due]:
    """Those in one of these states, at one milestone (None: both); who was never called comes first."""
    found = [
        due
        for due in dues
        if state_of(due, on) in states and (months is None or due.milestone.months == months)
    ]
    return sorted(found, key=lambda due: state_of(due, on) is CallState.unreachable)


def names(session: Session, dues: Iterable[Due]) -> dict[int, str]:
    """The names of the people of one page (one select)."""
    ids = {due.journey.person_id for due in dues}
    rows = session.execute(select(Person.id, Person.first_name, Person.last_name).where(Person.id.in_(ids)))
    return {id_: f"{first} {last.upper()}" for id_, first, last in rows}


def key(due: Due) -> str:
    """The name of a follow-up in a form."""
    return name(due.journey.person_id, due.exit_on, due.milestone.months)


def name(person_id: int, exit_on: datetime.date, months: int) -> str:
    """Person, exit and milestone in one word."""
    return f"{person_id}_{exit_on:%Y%m%d}_{months}"


def of_rows(session: Session, ids: Iterable[int]) -> list[tuple[FollowUp, str]]:
    """Follow-ups by id, with the name of the person (one select)."""
    rows = session.execute(
        select(FollowUp, Person)
        .join(Person, Person.id == FollowUp.person_id)
        .where(FollowUp.id.in_(set(ids)))
    )
    return [(row, f"{person.first_name} {person.last_name.upper()}") for row, person in rows]
