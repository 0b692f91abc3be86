"""Mailed links: an action (one thing, once, at most 30 days) or a declaration (one declarant, one month); only the hash is kept."""

import datetime
import hashlib
import re
import secrets
from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import CheckConstraint, CursorResult, ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator.db import Instant, Model
from facilitator.french import date as french_date
from facilitator.periods import day_of, last_of_month
from facilitator.refusals import Refused


class LinkRefused(Refused):
    """The link is used, expired, revoked or cut."""


class LinkUnknown(LinkRefused):
    """The link was cut on its way, or never existed."""


class ActionLink(Model):
    """The right to answer one question, sent by mail to one address."""

    __tablename__ = "action_links"
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('answer_placement', 'set_password', 'declare_month', 'answer_follow_up')",
            name="purpose",
        ),
        CheckConstraint("(purpose = 'declare_month') = (period_on IS NOT NULL)", name="period"),
        Index("ix_action_links_thing", "thing", "thing_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    thing: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int]
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    period_on: Mapped[datetime.date | None]  # first day of the month that a declaration link opens
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime.datetime] = mapped_column(Instant)
    used_at: Mapped[datetime.datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(Instant)


LASTS_DAYS = 30  # assurance.md: an action link lives at most 30 days
DECLARATION_LASTS_DAYS = 60  # after its month: dead 60 days after the period
_TOKENS = re.compile(r"/(?:lien|declaration|reponse)/([\w-]{16,})")
DECLARE_MONTH, DECLARANT = "declare_month", "declarant"  # purpose, and thing: an organisation


def fingerprint(token: str) -> str:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(
    session: Session,
    purpose: str,
    thing: str,
    thing_id: int,
    recipient: str,
    *,
    at: datetime.datetime,
    territory_id: int | None = None,
    days: int = LASTS_DAYS,
) -> str:
    """Make a link for one address and give its token (256 bits), of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        ActionLink(
            token_hash=fingerprint(token),
            purpose=purpose,
            thing=thing,
            thing_id=thing_id,
            territory_id=territory_id,
            recipient=recipient,
            created_at=at,
            expires_at=at + datetime.timedelta(days=min(days, LASTS_DAYS)),
        )
    )
    session.flush()
    return token


def issue_declaration(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    recipient: str,
    *,
    at: datetime.datetime,
    territory_id: int | None = None,
    until: datetime.date | None = None,
) -> str:
    """Make the link by which an organisation declares one month, several times; gives its token.

    It dies 60 days after the period: the month, or the quarter that ends on `until`.
    """
    token = secrets.token_urlsafe(32)
    dies_on = (until or last_of_month(month)) + datetime.timedelta(days=DECLARATION_LASTS_DAYS + 1)
    session.add(
        ActionLink(
            token_hash=fingerprint(token),
            purpose=DECLARE_MONTH,
            thing=DECLARANT,
            thing_id=organisation_id,
            territory_id=territory_id,
            recipient=recipient,
            period_on=month,
            created_at=at,
            expires_at=datetime.datetime.combine(dies_on, datetime.time.min, datetime.UTC),
        )
    )
    session.flush()
    return token


def renew_declaration(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    recipient: str,
    *,
    at: datetime.datetime,
    territory_id: int | None = None,
    until: datetime.date | None = None,
) -> str:
    """A new link for the month; those that the same address had die, so that one letter has one live link."""
    session.execute(
        update(ActionLink)
        .where(
            ActionLink.purpose == DECLARE_MONTH,
            ActionLink.thing_id == organisation_id,
            ActionLink.period_on == month,
            func.lower(ActionLink.recipient) == recipient.lower(),
            ActionLink.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
    return issue_declaration(
        session, organisation_id, month, recipient, at=at, territory_id=territory_id, until=until
    )


def declaration_dead(month: datetime.date, at: datetime.datetime, until: datetime.date | None = None) -> bool:
    """Whether the link of a month, made now, would be dead already."""
    last = (until or last_of_month(month)) + datetime.timedelta(days=DECLARATION_LASTS_DAYS)
    return day_of(at) > last


def live_of(session: Session, recipient: str, *, at: datetime.datetime) -> list[ActionLink]:
    """The links that this address may still use."""
    return list(
        session.scalars(
            select(ActionLink)
            .where(
                func.lower(ActionLink.recipient) == recipient.lower(),
                ActionLink.used_at.is_(None),
                ActionLink.revoked_at.is_(None),
                ActionLink.expires_at > at,
            )
            .order_by(ActionLink.id)
        )
    )


def of_text(session: Session, text: str) -> list[int]:
    """The links that a letter holds: a later one to the same address has its own."""
    hashes = {fingerprint(token) for token in _TOKENS.findall(text)}
    return list(session.scalars(select(ActionLink.id).where(ActionLink.token_hash.in_(hashes))))


def revoke_these(session: Session, ids: Collection[int], *, at: datetime.datetime) -> int:
    """Revoke some links; gives how many still lived, so that two requests at once have one effect."""
    result = session.execute(
        update(ActionLink)
        .where(ActionLink.id.in_(ids), ActionLink.used_at.is_(None), ActionLink.revoked_at.is_(None))
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], result).rowcount


def find(session: Session, purpose: str, token: str, *, at: datetime.datetime) -> ActionLink:
    """The live link of a token; refuses one that is cut, used, revoked or expired, each with its sentence."""
    link = session.scalar(
        select(ActionLink).where(ActionLink.token_hash == fingerprint(token), ActionLink.purpose == purpose)
    )
    if link is None:
        raise LinkUnknown(
            "Ce lien n’est pas complet ou n’existe pas. Copiez l’adresse entière depuis le courriel reçu."
        )
    if link.used_at is not None:
        raise LinkRefused(
            "Ce lien a déjà servi\u00a0: votre réponse est enregistrée. Vous n’avez rien d’autre à faire."
        )
    if link.revoked_at is not None:
        raise LinkRefused(
            "Ce lien n’est plus valable\u00a0: la demande a été traitée ou retirée. Appelez le facilitateur en cas de doute."
        )
    if at >= link.expires_at:
        raise LinkRefused(
            f"Ce lien a expiré le {french_date(day_of(link.expires_at))}. Demandez-en un nouveau au facilitateur."
        )
    return link


def consume(session: Session, link: ActionLink, *, at: datetime.datetime) -> None:
    """Use a link up, exactly once even when two requests arrive together."""
    result = session.execute(
        update(ActionLink)
        .where(
            ActionLink.id == link.id,
            ActionLink.used_at.is_(None),
            ActionLink.revoked_at.is_(None),
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    if cast(CursorResult[Any], result).rowcount != 1:
        raise LinkRefused(
            "Ce lien a déjà servi\u00a0: votre réponse est enregistrée. Vous n’avez rien d’autre à faire."
        )


def revoke(session: Session, thing: str, thing_id: int, *, at: datetime.datetime) -> None:
    """Revoke all live links about a thing (it was answered otherwise, or withdrawn)."""
    session.execute(
        update(ActionLink)
        .where(
            ActionLink.thing == thing,
            ActionLink.thing_id == thing_id,
            ActionLink.used_at.is_(None),
            ActionLink.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
