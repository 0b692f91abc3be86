"""Sendings: who sent the hours of a month for an organisation, in what quality, and certified them."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Instant, Model


class Sending(Model):
    """One act of declaring («certifié exact»), over all buyers and territories of its organisation."""

    __tablename__ = "sendings"
    __table_args__ = (
        CheckConstraint("length(sender_name) > 0", name="named"),
        CheckConstraint("certified", name="certified"),
        Index("ix_sendings_organisation", "organisation_id", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))  # the declarant
    month: Mapped[datetime.date]  # its first day
    sent_at: Mapped[datetime.datetime] = mapped_column(Instant)
    sender_name: Mapped[str] = mapped_column(String(120))
    sender_position: Mapped[str | None] = mapped_column(String(120))  # «qualité»
    certified: Mapped[bool]
    comment: Mapped[str | None] = mapped_column(String(500))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("action_links.id"))  # by a mailed link
