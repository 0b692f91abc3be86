"""What the territory’s facilitators answer to a request to validate a public: to complete, validated, refused, dropped."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import eligibility, people
from facilitator.eligibility import Proof
from facilitator.eligibility_requests import (
    EligibilityRequest,
    RequestRefused,
    Turn,
    close,
    note,
    refuse_closed,
    say,
)
from facilitator.organisations import OrganisationRole
from facilitator.people import Eligibility, Person
from facilitator.vocabulary import EligibilityState, OrganisationRoleName


def ask_completion(
    session: Session, request: EligibilityRequest, missing: str, *, on: datetime.date, by: int | None
) -> None:
    """Say what is missing («à compléter»): it is the asker’s turn."""
    refuse_closed(request)
    if request.turn is not Turn.requester:
        request.turn_since = on
    request.state = EligibilityState.incomplete
    say(session, request, missing, asked=True, on=on, by=by)
    note(session, "ask_completion", request, by)


def validate(
    session: Session,
    request: EligibilityRequest,
    person: Person | None,
    proofs: list[Proof],
    *,
    decided_on: datetime.date,
    effective_on: datetime.date,
    on: datetime.date,
    by: int | None,
    backdating_reason: str | None = None,
    window_reason: str | None = None,
) -> Eligibility:
    """Register the person (None: somebody new) and validate the fiche, by the verbs that hold their rules."""
    refuse_closed(request)
    if decided_on > on:
        raise RequestRefused(
            "La fiche est validée au plus tard aujourd’hui. Corrigez le jour de la décision."
        )
    someone = person or _register(session, request, on, by)
    _refuse_other_territory(request, someone)
    fiche = eligibility.fiche_to_decide(
        session,
        someone,
        requested_on=request.received_on,
        requested_by_id=request.organisation_id,
        wished_start_on=request.wished_start_on,
        by=by,
    )
    eligibility.validate(
        session,
        fiche,
        proofs,
        decided_on=decided_on,
        effective_on=effective_on,
        backdating_reason=backdating_reason,
        window_reason=window_reason,
        by=by,
    )
    _answer_with(session, request, fiche, on=on, by=by)
    return fiche


def answer_with(
    session: Session, request: EligibilityRequest, fiche: Eligibility, *, on: datetime.date, by: int | None
) -> None:
    """Answer with a fiche already validated for somebody whom another organisation brought."""
    refuse_closed(request)
    if fiche.territory_id != request.territory_id or fiche.state != EligibilityState.validated:
        raise RequestRefused("Cette fiche n’est pas validée sur votre territoire. Choisissez-en une autre.")
    _answer_with(session, request, fiche, on=on, by=by)


def refuse(
    session: Session, request: EligibilityRequest, reason: str, *, on: datetime.date, by: int | None
) -> None:
    """Refuse, with the reason that the asker will read."""
    close(session, request, EligibilityState.refused, reason, on=on, by=by)
    note(session, "refuse", request, by)


def drop(
    session: Session, request: EligibilityRequest, reason: str | None, *, on: datetime.date, by: int | None
) -> None:
    """Close a request that came to nothing («sans suite»)."""
    close(session, request, EligibilityState.dropped, reason, on=on, by=by)
    note(session, "drop", request, by)


def _answer_with(
    session: Session, request: EligibilityRequest, fiche: Eligibility, *, on: datetime.date, by: int | None
) -> None:
    request.person_id, request.eligibility_id = fiche.person_id, fiche.id
    close(session, request, EligibilityState.validated, None, on=on, by=by)
    note(session, "validate", request, by, eligibility=fiche.id)


def _register(session: Session, request: EligibilityRequest, on: datetime.date, by: int | None) -> Person:
    referrer = session.scalar(
        select(OrganisationRole.organisation_id)
        .where(
            OrganisationRole.organisation_id == request.organisation_id,
            OrganisationRole.role == OrganisationRoleName.referrer,
        )
        .limit(1)
    )
    return people.register(
        session,
        request.territory_id,
        last_name=request.last_name,
        first_name=request.first_name,
        birth_on=request.birth_on,
        sex=request.sex,
        commune=request.commune,
        referrer_id=referrer,
        on=on,
        by=by,
    )


def _refuse_other_territory(request: EligibilityRequest, person: Person) -> None:
    if person.territory_id != request.territory_id:
        raise RequestRefused("Cette personne n’est pas de votre territoire. Choisissez-en une autre.")
