"""Awards: the companies of a lot, alone, in a groupement, or as subcontractors of one another."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.refusals import Refused
from facilitator.vocabulary import AwardRole


class AwardRefused(Refused):
    """A company cannot be given this place on the lot."""


class Award(Versioned, Model):
    """One company’s place on one lot; a subcontractor’s work counts for its parent."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("lot_id", "organisation_id"),
        one_of("role", AwardRole),
        CheckConstraint("parent_id IS NULL OR role = 'sous_traitant'", name="parent"),
        CheckConstraint("role <> 'sous_traitant' OR parent_id IS NOT NULL", name="subcontractor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"))
    role: Mapped[str] = mapped_column(String(14))
    awarded_on: Mapped[datetime.date | None]
    correspondent: Mapped[str | None] = mapped_column(String(120))
    correspondent_email: Mapped[str | None] = mapped_column(String(254))
    correspondent_phone: Mapped[str | None] = mapped_column(String(30))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    lot: Mapped[Lot] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")
