"""Second answers: one side declares hours, the other confirms or contests them, line by line."""

import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Hours, Instant, Model


class SecondAnswer(Model):
    """What the other side says of one share of a relevé: the same hours, or its own figure.

    It belongs to the share: a corrected relevé has new shares, and is asked again.
    """

    __tablename__ = "second_answers"
    __table_args__ = (
        CheckConstraint("hours >= 0", name="hours"),
        CheckConstraint("length(sender_name) > 0", name="named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    contested: Mapped[bool]
    hours: Mapped[Decimal] = mapped_column(Hours)  # what this side says was worked
    comment: Mapped[str | None] = mapped_column(String(300))  # «absent le 29/04»
    answered_at: Mapped[datetime.datetime] = mapped_column(Instant)
    sender_name: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("action_links.id"))
