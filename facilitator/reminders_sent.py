"""Reminders that were written: one a recipient, month and reminder day, so that a run repeated writes nothing."""

import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Instant, Model


class ReminderSent(Model):
    """The letter of one round for one address, with the lines that it named (territory, organisation, sentence)."""

    __tablename__ = "reminders_sent"
    __table_args__ = (
        UniqueConstraint("recipient", "month", "day"),
        CheckConstraint("day BETWEEN 1 AND 28", name="day"),
        Index("ix_reminders_sent_month", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    month: Mapped[datetime.date]  # its first day
    day: Mapped[int]  # the reminder day of the territories concerned
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_mails.id"), index=True)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    written_at: Mapped[datetime.datetime] = mapped_column(Instant)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # NULL: the scheduled command
