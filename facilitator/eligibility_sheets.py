"""The fiche d’éligibilité as a document: whose, from which day to which, and what its reader may know."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import person_file
from facilitator.accounts import User
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.fiche_facts import FicheFacts, ShownProof
from facilitator.organisations import Organisation
from facilitator.people import Eligibility, Person
from facilitator.periods import add_months
from facilitator.person_file import OpenWindow
from facilitator.refusals import Refused
from facilitator.territories import Territory, rules_of
from facilitator.vocabulary import EligibilityState


class SheetRefused(Refused):
    """There is no fiche to print."""


def window_of(session: Session, fiche: Eligibility) -> OpenWindow:
    """The period in which hours count by a validated fiche; refuses a fiche that is not validated."""
    if fiche.state != EligibilityState.validated:
        raise SheetRefused(
            "Cette fiche d’éligibilité n’est pas validée\u00a0: elle pourra être téléchargée après la décision."
        )
    person = session.get_one(Person, fiche.person_id)
    contracts = [contract for contract, _ in person_file.contracts_of(session, person.id)]
    windows = person_file.windows(session, person, contracts)
    return next(window for window in windows if window.eligibility_id == fiche.id)


def of_territory(session: Session, fiche: Eligibility, on: datetime.date) -> FicheFacts:
    """The territory’s own copy, with the criteria and the proofs seen."""
    person = session.get_one(Person, fiche.person_id)
    asker = session.get(Organisation, fiche.requested_by_id) if fiche.requested_by_id else None
    proofs = next(
        each.criteria for each in person_file.fiches(session, person.id) if each.eligibility is fiche
    )
    return _facts(
        session,
        fiche,
        on,
        identity=(person.last_name, person.first_name, person.birth_on),
        asked_by=asker.label if asker else None,
        for_territory=True,
        proofs=tuple(
            ShownProof(
                criterion.label,
                row.determining,
                row.proof or "Preuve non précisée",
                row.seen_on,
                row.valid_until,
                row.filed_at,
            )
            for criterion, row in proofs
        ),
    )


def of_request(session: Session, request: EligibilityRequest, on: datetime.date) -> FicheFacts:
    """The asker’s copy: the identity as they typed it, and no criterion; refuses a request without its fiche."""
    if request.eligibility_id is None:
        raise SheetRefused(
            "Cette demande n’est pas validée\u00a0: la fiche d’éligibilité pourra être téléchargée après la décision."
        )
    fiche = session.get_one(Eligibility, request.eligibility_id)
    return _facts(
        session,
        fiche,
        on,
        identity=(request.last_name, request.first_name, request.birth_on),
        asked_by=session.get_one(Organisation, request.organisation_id).label,
        for_territory=False,
    )


def _facts(
    session: Session,
    fiche: Eligibility,
    on: datetime.date,
    *,
    identity: tuple[str, str, datetime.date | None],
    asked_by: str | None,
    for_territory: bool,
    proofs: tuple[ShownProof, ...] = (),
) -> FicheFacts:
    window = window_of(session, fiche)
    assert fiche.decided_on and fiche.effective_on  # validated
    territory = session.get_one(Territory, fiche.territory_id)
    months = rules_of(session, fiche.territory_id).on(fiche.effective_on).hire_within_months
    last_name, first_name, birth_on = identity
    return FicheFacts(
        number=fiche.id,
        territory=territory.name,
        legal_bearer=territory.legal_bearer,
        contact=" · ".join(each for each in (territory.email, territory.phone) if each),
        last_name=last_name,
        first_name=first_name,
        birth_on=birth_on,
        asked_by=asked_by,
        decided_on=fiche.decided_on,
        decided_by=session.scalar(select(User.name).where(User.id == fiche.decided_by_id)),
        effective_on=fiche.effective_on,
        last_on=window.last_on,
        hire_months=months,
        hire_before=add_months(fiche.effective_on, months),
        made_on=on,
        for_territory=for_territory,
        proofs=proofs,
    )
