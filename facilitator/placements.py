"""Placements (mises à l’emploi): person × lot × employer × host, proposed, confirmed, declined or withdrawn."""

import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from facilitator.awards import Award
from facilitator.db import Hours, Instant, Model, Versioned, one_of
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.refusals import Refused
from facilitator.vocabulary import Channel, PlacementMode, PlacementState


class PlacementRefused(Refused):
    """A placement cannot be proposed, answered or withdrawn as asked."""


class Placement(Versioned, Model):
    """A person at work for a lot; *under way* and *ended* come from dates, they are not stored."""

    __tablename__ = "placements"
    __table_args__ = (
        UniqueConstraint("person_id", "lot_id", "employer_id", "from_on"),
        one_of("mode", PlacementMode),
        one_of("state", PlacementState),
        one_of("answer_channel", Channel),
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint("state <> 'declined' OR decline_reason IS NOT NULL", name="declined"),
        Index("ix_placements_lot", "lot_id", "state"),
        Index("ix_placements_employer", "employer_id", "state"),
        Index("ix_placements_territory", "territory_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), index=True)  # whose hours
    employer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)  # EU
    mode: Mapped[str] = mapped_column(String(20))
    rome: Mapped[str | None] = mapped_column(String(5))
    job: Mapped[str | None] = mapped_column(String(200))
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date | None]
    end_reason: Mapped[str | None] = mapped_column(String(200))
    weekly_hours: Mapped[Decimal | None] = mapped_column(Hours)  # as wished in the proposal
    state: Mapped[str] = mapped_column(String(10))
    proposed_on: Mapped[datetime.date]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_on: Mapped[datetime.date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer_channel: Mapped[str | None] = mapped_column(String(20))
    answered_by_name: Mapped[str | None] = mapped_column(String(120))  # on whose word
    decline_reason: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="raise")
    lot: Mapped[Lot] = relationship(lazy="raise")
    award: Mapped[Award] = relationship(lazy="raise")
    employer: Mapped[Organisation] = relationship(lazy="raise", foreign_keys=[employer_id])
    host: Mapped[Organisation] = relationship(lazy="raise", foreign_keys=[host_id])
