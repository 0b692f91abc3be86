"""The express verb: a person, a fiche d’éligibilité, a placement and its contract, all or nothing."""

import datetime
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import eligibility, people, placements
from facilitator.awards import Award
from facilitator.eligibility import Proof
from facilitator.people import Eligibility, Person
from facilitator.placements import Answer, Placement
from facilitator.refusals import Refused
from facilitator.vocabulary import Channel, Criterion, EligibilityState, PlacementMode


class ExpressRefused(Refused):
    """What the express screen needs is missing."""


@dataclass(frozen=True)
class Newcomer:
    """A person who is not registered yet."""

    last_name: str
    first_name: str
    birth_on: datetime.date
    sex: str | None = None


@dataclass(frozen=True)
class Entitlement:
    """The determining criterion, and the day on which its proof was seen, the fiche decided and in effect.

    A fiche whose effect precedes its decision is not express: its own form takes the two dates and the reason.
    """

    criterion: Criterion
    decided_on: datetime.date
    window_reason: str | None = None


def hire(
    session: Session,
    who: Newcomer | Person,
    award: Award,
    *,
    employer_id: int,
    mode: PlacementMode,
    contract: Answer,
    entitlement: Entitlement | None,
    on: datetime.date,
    by: int | None,
) -> Placement:
    """Record somebody at work for a lot in one go; refuses whatever one of the four verbs refuses.

    `entitlement` may be None only for a person who already has a validated fiche.
    """
    person = who if isinstance(who, Person) else _register(session, who, award.territory_id, on, by)
    if entitlement is not None:
        _entitle(session, person, entitlement, contract.from_on, on, by)
    elif not has_fiche(session, person.id):
        raise ExpressRefused(
            "Cette personne n’a pas encore de fiche d’éligibilité validée. Indiquez le critère déterminant et le jour où elle a été validée."
        )
    placement = placements.propose(
        session,
        person,
        award,
        employer_id=employer_id,
        mode=mode,
        from_on=contract.from_on,
        weekly_hours=contract.weekly_hours,
        on=on,
        by=by,
    )
    placements.confirm(session, placement, person, contract, on=on, by=by, channel=Channel.desk)
    return placement


def has_fiche(session: Session, person_id: int) -> bool:
    """Whether a fiche of this person was validated."""
    return (
        session.scalar(
            select(Eligibility.id)
            .where(Eligibility.person_id == person_id, Eligibility.state == EligibilityState.validated)
            .limit(1)
        )
        is not None
    )


def _register(
    session: Session, who: Newcomer, territory_id: int, on: datetime.date, by: int | None
) -> Person:
    return people.register(
        session,
        territory_id,
        last_name=who.last_name,
        first_name=who.first_name,
        birth_on=who.birth_on,
        sex=who.sex,
        on=on,
        by=by,
    )


def _entitle(
    session: Session,
    person: Person,
    entitlement: Entitlement,
    wished_start_on: datetime.date,
    on: datetime.date,
    by: int | None,
) -> None:
    """Validate the request that waits for this person, or a new one."""
    day = entitlement.decided_on
    if day > on:
        raise ExpressRefused(
            "La fiche est validée au plus tard aujourd’hui. Corrigez le jour de la décision."
        )
    fiche = eligibility.fiche_to_decide(
        session, person, requested_on=day, wished_start_on=wished_start_on, by=by
    )
    criterion = entitlement.criterion
    eligibility.validate(
        session,
        fiche,
        [Proof(criterion, determining=True, kind=criterion.proof or None, seen_on=day)],
        decided_on=day,
        effective_on=day,
        window_reason=entitlement.window_reason,
        by=by,
    )
