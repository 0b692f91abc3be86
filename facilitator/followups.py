"""Follow-ups at 6 and 12 months: what is due is derived from dates, a row exists from the first attempt."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.contracts import Contract
from facilitator.db import Hours, Instant, Model, Versioned, one_of
from facilitator.followup_attempts import Attempt as Attempt
from facilitator.followup_attempts import FollowUpRefused as FollowUpRefused
from facilitator.followup_attempts import refuse_contradiction
from facilitator.french import date as french_date
from facilitator.journeys import Journey, of_person
from facilitator.organisations import OrganisationRole
from facilitator.outcomes import (
    MILESTONES,
    Answer,
    Chain,
    FollowedPath,
    KnownContract,
    Milestone,
    MilestoneState,
    Proposal,
    chain,
    propose,
)
from facilitator.people import Person
from facilitator.periods import Interval
from facilitator.vocabulary import (
    AnsweredBy,
    Channel,
    ContractType,
    FollowUpOutcome,
    OrganisationRoleName,
    OutOfScope,
    SiaeKind,
    Situation,
)


class FollowUp(Versioned, Model):
    """What was learnt about one person at one milestone after one exit."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("person_id", "exit_on", "milestone"),
        CheckConstraint("milestone IN (6, 12)", name="milestone"),
        one_of("outcome", FollowUpOutcome),
        one_of("situation", Situation),
        one_of("channel", Channel),
        one_of("answered_by", AnsweredBy),
        one_of("out_of_scope", OutOfScope),
        CheckConstraint("(outcome = 'answered') = (situation IS NOT NULL)", name="situation_of_answer"),
        CheckConstraint("out_of_scope IS NULL OR outcome = 'out_of_scope'", name="scope"),
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_follow_ups_territory", "territory_id", "reference_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    exit_on: Mapped[datetime.date]  # fin du dispositif that opened it
    milestone: Mapped[int]  # months
    reference_on: Mapped[datetime.date]  # the day that the question is about
    outcome: Mapped[str] = mapped_column(String(14))
    out_of_scope: Mapped[str | None] = mapped_column(String(10))  # None: recorded before the reason was asked
    situation: Mapped[str | None] = mapped_column(String(24))
    since_on: Mapped[datetime.date | None]
    weekly_hours: Mapped[Decimal | None] = mapped_column(Hours)
    part_time_chosen: Mapped[bool | None]
    same_employer: Mapped[bool | None]
    training_validated: Mapped[bool | None]
    answered_by: Mapped[str | None] = mapped_column(String(20))
    channel: Mapped[str | None] = mapped_column(String(20))
    called_on: Mapped[datetime.date]
    tries: Mapped[int] = mapped_column(default=0)
    asked_on: Mapped[datetime.date | None]  # of the first letter
    told_on: Mapped[datetime.date | None]  # «je vous ai déjà répondu autrement»: no letter asks any more
    answered_by_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    answered_by_name: Mapped[str | None] = mapped_column(String(120))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime.datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class Due:
    """One follow-up of one path: derived from dates, with what was learnt so far."""

    journey: Journey
    milestone: Milestone
    state: MilestoneState
    known: FollowUp | None

    @property
    def exit_on(self) -> datetime.date:
        end = self.journey.path.to_on
        assert end is not None  # a path without an end has no milestone
        return end


def derived(session: Session, journeys: Sequence[Journey], on: datetime.date) -> list[Due]:
    """Every milestone of these journeys on a day, in order of its reference date (one select more)."""
    known = _known(session, {journey.person_id for journey in journeys})
    found = [
        Due(
            journey,
            milestone,
            journey.path.state(milestone, on),
            known.get((journey.person_id, journey.path.to_on, milestone.months)),
        )
        for journey in journeys
        for milestone in journey.path.milestones()
    ]
    return sorted(found, key=lambda due: (due.milestone.reference_on, due.journey.person_id))


def off_schedule(session: Session, person_id: int) -> list[FollowUp]:
    """Answers kept for an exit that is no longer one («hors échéance»), out of every rate."""
    ends = {journey.path.to_on for journey in of_person(session, person_id)}
    rows = session.scalars(select(FollowUp).where(FollowUp.person_id == person_id))
    return [row for row in rows if row.exit_on not in ends]


def chains(session: Session, journeys: Sequence[Journey], on: datetime.date) -> dict[int, Chain]:
    """The chain at 6 and at 12 months over these journeys, counted in paths."""
    return count(derived(session, journeys, on), on)


def count(dues: Sequence[Due], on: datetime.date) -> dict[int, Chain]:
    """The chains of follow-ups that are loaded already."""
    return {
        months: chain(
            FollowedPath(
                person_id=due.journey.person_id,
                reached=due.state == MilestoneState.due,
                outcome=FollowUpOutcome(due.known.outcome) if due.known else None,
                situation=Situation(due.known.situation) if due.known and due.known.situation else None,
            )
            for due in dues
            if due.milestone.months == months and due.exit_on <= on
        )
        for months in MILESTONES
    }


def due_of(
    session: Session, person_id: int, exit_on: datetime.date, milestone: int, on: datetime.date
) -> Due:
    """One follow-up of a person; refuses one that dates no longer call for."""
    for due in derived(session, of_person(session, person_id), on):
        if due.exit_on == exit_on and due.milestone.months == milestone:
            return due
    raise FollowUpRefused(
        "Ce suivi n’a plus lieu d’être\u00a0: le parcours de la personne a changé. Revenez à la liste des suivis."
    )


@dataclass(frozen=True)
class Question:
    """Whose situation is asked on which day; `employer_id`: who employed them last."""

    person_id: int
    reference_on: datetime.date
    employer_id: int | None


def proposal(session: Session, due: Due) -> Proposal | None:
    """What the tool already knows about the reference date, to be confirmed in one click."""
    asked = Question(due.journey.person_id, due.milestone.reference_on, due.journey.last_employer_id)
    return proposals(session, [asked]).get(asked)


def proposals(session: Session, asked: Collection[Question]) -> dict[Question, Proposal]:
    """What the tool already knows of many people (two selects)."""
    known = _contracts(session, {each.person_id for each in asked})
    found = {
        each: propose(known.get(each.person_id, ()), each.reference_on, each.employer_id) for each in asked
    }
    return {each: proposal for each, proposal in found.items() if proposal is not None}


def _contracts(session: Session, people: set[int]) -> dict[int, list[KnownContract]]:
    columns = (Contract.type, Contract.from_on, Contract.ended_on, Contract.to_on, Contract.employer_id)
    rows = session.execute(
        select(Contract.person_id, *columns, Contract.weekly_hours).where(Contract.person_id.in_(people))
    ).all()
    kinds = siae_kinds(session, {row.employer_id for row in rows})
    found: dict[int, list[KnownContract]] = {}
    for row in rows:
        known = KnownContract(
            type=ContractType(row.type),
            days=Interval(row.from_on, row.ended_on or row.to_on),
            employer_id=row.employer_id,
            siae_kind=kinds.get(row.employer_id),
            weekly_hours=row.weekly_hours,
        )
        found.setdefault(row.person_id, []).append(known)
    return found


def record(session: Session, due: Due, attempt: Attempt, *, on: datetime.date, by: int | None) -> FollowUp:
    """Record an attempt: the question is about the reference date, whatever the day of the call.

    Refuses a follow-up before its date or while the exit is provisional, a situation without an answer, and a
    second answer that contradicts the first; the same answer twice has one effect.
    """
    _refuse_nobody(session, due)
    refuse_early(due, on)
    refuse_contradiction(attempt, due.milestone.reference_on)
    row = due.known
    if row is not None and row.outcome == FollowUpOutcome.answered:
        if attempt.answer is not None and answer_of(row) == attempt.answer:
            return row
        raise FollowUpRefused(
            f"Une réponse est déjà enregistrée pour cette échéance\u00a0: {said(row)}. Pour la changer, utilisez"
            " «\u00a0Corriger la réponse\u00a0»."
        )
    if row is None:
        row = FollowUp(
            territory_id=due.journey.territory_id,
            person_id=due.journey.person_id,
            exit_on=due.exit_on,
            milestone=due.milestone.months,
            reference_on=due.milestone.reference_on,
            tries=0,
        )
    _write(session, row, attempt, on=on, by=by)
    _note(session, "follow_up", row, by)
    return row


def correct(session: Session, due: Due, attempt: Attempt, *, on: datetime.date, by: int | None) -> FollowUp:
    """Replace an answer that was wrong; the journal keeps what it was, and who said otherwise."""
    _refuse_nobody(session, due)
    refuse_contradiction(attempt, due.milestone.reference_on)
    if due.known is None or due.known.outcome == FollowUpOutcome.asked:
        raise FollowUpRefused("Aucune réponse n’est enregistrée pour cette échéance. Enregistrez-la d’abord.")
    tries = due.known.tries
    _write(session, due.known, attempt, on=on, by=by)
    due.known.tries = tries  # nobody was called again
    _note(session, "correct", due.known, by)
    return due.known


def _write(session: Session, row: FollowUp, attempt: Attempt, *, on: datetime.date, by: int | None) -> None:
    answer = attempt.answer
    row.outcome, row.out_of_scope = attempt.outcome, attempt.why
    row.situation = answer.situation if answer else None
    row.since_on = answer.since_on if answer else None
    row.weekly_hours = answer.weekly_hours if answer else None
    row.part_time_chosen = answer.part_time_chosen if answer else None
    row.same_employer = answer.same_employer if answer else None
    row.training_validated = answer.training_validated if answer else None
    row.answered_by, row.channel = attempt.answered_by, attempt.channel
    row.answered_by_organisation_id, row.answered_by_name = attempt.organisation_id, attempt.name
    row.called_on, row.recorded_by_id, row.recorded_at = on, by, journal.now()
    if attempt.channel != Channel.desk:
        row.tries += 1
    session.add(row)
    session.flush()


def _note(session: Session, verb: str, row: FollowUp, by: int | None) -> None:
    """Each attempt and each correction stays readable after the next one: codes, never a name."""
    told = {
        name: getattr(row, name)
        for name in ("outcome", "out_of_scope", "situation", "channel", "answered_by")
    }
    details: dict[str, Any] = {name: str(value) for name, value in told.items() if value is not None}
    journal.note(session, verb, "follow_up", row.id, by=by, territory_id=row.territory_id, **details)


def _refuse_nobody(session: Session, due: Due) -> None:
    erased = session.scalar(select(Person.anonymised_on).where(Person.id == due.journey.person_id))
    if erased is not None:
        raise FollowUpRefused(
            f"Cette personne a été anonymisée le {french_date(erased)}\u00a0: il n’y a plus personne à appeler."
        )


def said(row: FollowUp) -> str:
    """An answer in words: the situation, who said it, by which way, on which day."""
    words = [Situation(row.situation).label] if row.situation else [FollowUpOutcome(row.outcome).label]
    if row.since_on:
        words[0] += f" depuis le {french_date(row.since_on)}"
    if row.answered_by:
        voice = AnsweredBy(row.answered_by).label
        words.append(f"{voice} ({row.answered_by_name})" if row.answered_by_name else voice)
    if row.channel:
        words.append(Channel(row.channel).label.lower())
    return ", ".join([*words, f"le {french_date(row.called_on)}"])


def refuse_early(due: Due, on: datetime.date) -> None:
    if due.state == MilestoneState.provisional:
        raise FollowUpRefused(
            f"La sortie est provisoire jusqu’au {french_date(due.journey.path.provisional_until or on)}\u00a0:"
            " le suivi s’ouvrira ensuite."
        )
    if due.state != MilestoneState.due:
        raise FollowUpRefused(
            f"La question porte sur le {french_date(due.milestone.reference_on)}\u00a0: appelez à partir de ce jour."
        )


def answer_of(row: FollowUp) -> Answer | None:
    """What a row says of the situation; None while nobody answered."""
    if row.situation is None:
        return None
    return Answer(
        Situation(row.situation),
        row.since_on,
        row.weekly_hours,
        row.part_time_chosen,
        row.same_employer,
        row.training_validated,
    )


def _known(session: Session, people: set[int]) -> dict[tuple[int, datetime.date | None, int], FollowUp]:
    rows = session.scalars(select(FollowUp).where(FollowUp.person_id.in_(people)))
    return {(row.person_id, row.exit_on, row.milestone): row for row in rows}


def siae_kinds(session: Session, employers: set[int]) -> dict[int, SiaeKind]:
    """The kind of each employer that is a structure of insertion (one select)."""
    rows = session.execute(
        select(OrganisationRole.organisation_id, OrganisationRole.kind)
        .where(
            OrganisationRole.organisation_id.in_(employers),
            OrganisationRole.role == OrganisationRoleName.siae,
            OrganisationRole.kind != "",
        )
        .order_by(OrganisationRole.kind)
    )
    return {employer: SiaeKind(kind) for employer, kind in rows}
