"""Letters that answer a request to validate a public: to complete, validated, refused, dropped."""

import datetime
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import contacts, eligibility_requests, eligibility_sheets, mails
from facilitator.accounts import User
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.mails import OutboxMail
from facilitator.people import Eligibility
from facilitator.territories import Territory
from facilitator.vocabulary import EligibilityState

THING = "eligibility_request"
_SUBJECTS = {
    EligibilityState.incomplete: "à compléter",
    EligibilityState.validated: "public validé",
    EligibilityState.refused: "demande refusée",
    EligibilityState.dropped: "demande classée sans suite",
}


@dataclass(frozen=True)
class Answer:
    """What the letter says: a first name and an initial, dates, the reason; never a criterion."""

    state: EligibilityState
    person: str
    received_on: datetime.date
    missing: str | None
    reason: str | None
    effective_on: datetime.date | None
    last_on: datetime.date | None
    territory: str
    email: str | None
    phone: str | None


def answer(
    session: Session, request: EligibilityRequest, *, at: datetime.datetime, link: str
) -> OutboxMail | None:
    """Tell the asker what the territory says; None when there is nobody to write to.

    Who has an account gets the `link` of the request; a contact who phoned gets the territory’s address.
    """
    forget(session, request)
    recipient, signs_in = _recipient(session, request)
    if recipient is None:
        return None
    said = _answer(session, request)
    topics = [("organisation", request.organisation_id)]
    if request.person_id:
        topics.append(("person", request.person_id))
    return mails.write(
        session,
        recipient,
        f"{said.territory}\u00a0: {said.person}, {_SUBJECTS[said.state]}"[:200],
        "request_answered",
        thing=THING,
        thing_id=request.id,
        at=at,
        territory_id=request.territory_id,
        topics=topics,
        said=said,
        link=link if signs_in else None,
    )


def forget(session: Session, request: EligibilityRequest) -> None:
    """What was written before and has not left is out of date."""
    mails.drop(session, THING, request.id)


def _recipient(session: Session, request: EligibilityRequest) -> tuple[str | None, bool]:
    """The asker’s own address, else the territory’s contact there; and whether they sign in."""
    if request.requested_by_id is not None:
        own = session.scalar(select(User.email).where(User.id == request.requested_by_id, User.active))
        if own is not None:
            return own, True
    contact = contacts.written_to(session, request.territory_id, request.organisation_id)
    return contact.email if contact else None, False


def _answer(session: Session, request: EligibilityRequest) -> Answer:
    asked = [each.text for each in eligibility_requests.exchanges(session, request.id) if each.asked]
    territory = session.get_one(Territory, request.territory_id)
    state = EligibilityState(request.state)
    window = None
    if request.eligibility_id is not None:
        fiche = session.get_one(Eligibility, request.eligibility_id)
        window = eligibility_sheets.window_of(session, fiche)
    return Answer(
        state=state,
        person=f"{request.first_name} {request.last_name[:1].upper()}.",
        received_on=request.received_on,
        missing=asked[-1] if asked and state is EligibilityState.incomplete else None,
        reason=request.reason,
        effective_on=window.from_on if window else None,
        last_on=window.last_on if window else None,
        territory=territory.name,
        email=territory.email,
        phone=territory.phone,
    )
