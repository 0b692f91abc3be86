"""Requests to validate a public: asked by a SIAE, a company or a referrer, answered by the territory’s facilitators."""

import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.db import Model, Versioned, one_of
from facilitator.eligibility import OPEN_STATES
from facilitator.french import date as french_date
from facilitator.refusals import Refused
from facilitator.request_lines import PASS_DIGITS
from facilitator.vocabulary import Criterion, EligibilityState, Sex

_OPEN = "state IN ('received', 'incomplete')"


class RequestRefused(Refused):
    """A request cannot be made, completed or answered as asked."""


class Turn(StrEnum):
    """Who must act next on a request."""

    facilitator = "facilitator"
    requester = "requester"
    nobody = "nobody"


class EligibilityRequest(Versioned, Model):
    """One person whom an organisation asks to be validated; identity as typed, never looked up for the asker."""

    __tablename__ = "eligibility_requests"
    __table_args__ = (
        one_of("state", EligibilityState),
        one_of("sex", Sex),
        CheckConstraint(
            "state <> 'validated' OR (person_id IS NOT NULL AND eligibility_id IS NOT NULL)", name="validated"
        ),
        CheckConstraint("state <> 'refused' OR length(reason) > 0", name="refused"),
        CheckConstraint(f"({_OPEN}) = (decided_on IS NULL)", name="decided"),
        CheckConstraint(f"pass_iae IS NULL OR length(pass_iae) = {PASS_DIGITS}", name="pass_iae"),
        Index(
            "uq_eligibility_requests_open",
            "territory_id",
            "organisation_id",
            "search_name",
            "birth_on",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_eligibility_requests_queue", "territory_id", "state", "turn_since"),
        Index("ix_eligibility_requests_names", "territory_id", "search_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)  # who asks
    requested_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id")
    )  # None: typed for a phone call
    last_name: Mapped[str] = mapped_column(String(80))
    first_name: Mapped[str] = mapped_column(String(80))
    search_name: Mapped[str] = mapped_column(String(170))  # normalised «last first»
    birth_on: Mapped[datetime.date]
    sex: Mapped[str | None] = mapped_column(String(1))
    commune: Mapped[str | None] = mapped_column(String(5))  # INSEE code
    wished_start_on: Mapped[datetime.date | None]
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))
    job: Mapped[str | None] = mapped_column(String(120))
    criteria: Mapped[list[str]] = mapped_column(JSON, default=list)  # as announced; nothing is proved yet
    proofs: Mapped[str | None] = mapped_column(String(500))
    pass_iae: Mapped[str | None] = mapped_column(String(PASS_DIGITS))
    comment: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(12))
    received_on: Mapped[datetime.date]
    turn_since: Mapped[datetime.date]
    reason: Mapped[str | None] = mapped_column(String(500))  # of a refusal, or of «sans suite»
    decided_on: Mapped[datetime.date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    eligibility_id: Mapped[int | None] = mapped_column(ForeignKey("eligibilities.id"), index=True)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name.upper()}"

    @property
    def turn(self) -> Turn:
        """Whose turn it is."""
        return turn_of(self.state)

    @property
    def announced(self) -> list[Criterion]:
        """The criteria that the asker announces."""
        return [Criterion(code) for code in self.criteria]


class RequestExchange(Model):
    """One word of the exchange about a request: what the territory asks for, or what the asker answers."""

    __tablename__ = "request_exchanges"
    __table_args__ = (CheckConstraint("length(text) > 0", name="text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("eligibility_requests.id"), index=True)
    asked: Mapped[bool]  # by the territory; False: the asker’s answer
    text: Mapped[str] = mapped_column(String(500))
    said_on: Mapped[datetime.date]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


def turn_of(state: str) -> Turn:
    """Who must act next in this state."""
    if state == EligibilityState.received:
        return Turn.facilitator
    return Turn.requester if state == EligibilityState.incomplete else Turn.nobody


def withdraw(session: Session, request: EligibilityRequest, *, on: datetime.date, by: int | None) -> None:
    """The asker gives up («sans suite»)."""
    close(session, request, EligibilityState.dropped, "Retirée par son auteur.", on=on, by=by)
    note(session, "withdraw", request, by)


def exchanges(session: Session, request_id: int) -> list[RequestExchange]:
    """What was asked for and answered, in order."""
    return list(
        session.scalars(
            select(RequestExchange)
            .where(RequestExchange.request_id == request_id)
            .order_by(RequestExchange.id)
        )
    )


def close(
    session: Session,
    request: EligibilityRequest,
    state: EligibilityState,
    reason: str | None,
    *,
    on: datetime.date,
    by: int | None,
) -> None:
    """End a request; refuses one that is ended already."""
    refuse_closed(request)
    request.state, request.reason = state, reason
    request.decided_on, request.decided_by_id, request.turn_since = on, by, on


def say(
    session: Session,
    request: EligibilityRequest,
    said: str,
    *,
    asked: bool,
    on: datetime.date,
    by: int | None,
) -> None:
    """Keep a word of the exchange: what the territory asks for, or what the asker answers."""
    session.add(
        RequestExchange(
            territory_id=request.territory_id,
            request_id=request.id,
            asked=asked,
            text=said,
            said_on=on,
            user_id=by,
        )
    )


def refuse_closed(request: EligibilityRequest) -> None:
    """Refuse to act on a request that has its answer."""
    if request.state not in OPEN_STATES:
        label = EligibilityState(request.state).label.lower()
        when = f" depuis le {french_date(request.decided_on)}" if request.decided_on else ""
        raise RequestRefused(
            f"Cette demande est déjà {label}{when}\u00a0: il n’y a plus rien à y changer. Au besoin, faites-en une nouvelle."
        )


def note(session: Session, verb: str, request: EligibilityRequest, by: int | None, **details: Any) -> None:
    """One line of the journal: ids and names of fields only."""
    journal.note(
        session,
        verb,
        "eligibility_request",
        request.id,
        by=by,
        territory_id=request.territory_id,
        lot_id=request.lot_id,
        organisation=request.organisation_id,
        **details,
    )
