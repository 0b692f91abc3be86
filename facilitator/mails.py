"""Letters: written into the outbox in the transaction of their event, sent later by `facilitator send-mail`."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Instant, Model


class OutboxMail(Model):
    """One letter: waiting, sent, or given up after too many tries."""

    __tablename__ = "outbox_mails"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_outbox_mails_waiting", "sent_at", "next_try_at"),
        Index("ix_outbox_mails_thing", "thing", "thing_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    thing: Mapped[str] = mapped_column(String(40))  # what the letter is about
    thing_id: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime.datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime.datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    last_answer: Mapped[str | None] = mapped_column(String(500))  # what the SMTP server said
