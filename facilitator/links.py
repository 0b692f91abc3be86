"""Action links: one thing, once, for at most 30 days, without an account; only the hash is kept."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Instant, Model
from facilitator.refusals import Refused


class LinkRefused(Refused):
    """The link is used, expired, revoked or cut."""


class ActionLink(Model):
    """The right to answer one question, sent by mail to one address."""

    __tablename__ = "action_links"
    __table_args__ = (
        CheckConstraint("purpose IN ('answer_placement', 'set_password')", name="purpose"),
        Index("ix_action_links_thing", "thing", "thing_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    thing: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int]
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime.datetime] = mapped_column(Instant)
    used_at: Mapped[datetime.datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(Instant)
