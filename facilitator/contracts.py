"""Contracts (person × employer), linked n–n to the placements that they serve."""

import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from facilitator.db import Hours, Instant, Model, Versioned, one_of
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.refusals import Refused
from facilitator.vocabulary import ContractType


class ContractRefused(Refused):
    """A contract cannot be recorded, renewed or ended as asked."""


class Contract(Versioned, Model):
    """A contract of employment; contracts are counted here, never through placements."""

    __tablename__ = "contracts"
    __table_args__ = (
        one_of("type", ContractType),
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint("ended_on >= from_on", name="ended"),
        CheckConstraint("weekly_hours > 0 AND weekly_hours <= 4800", name="weekly_hours"),
        CheckConstraint("renewals >= 0", name="renewals"),
        Index("ix_contracts_person", "person_id", "from_on"),
        Index("ix_contracts_territory", "territory_id", "from_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    type: Mapped[str] = mapped_column(String(20))
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date | None]  # as signed, renewals included
    ended_on: Mapped[datetime.date | None]  # last day, when it stopped before `to_on`
    end_reason: Mapped[str | None] = mapped_column(String(200))
    weekly_hours: Mapped[Decimal] = mapped_column(Hours)
    renewals: Mapped[int] = mapped_column(default=0)
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), unique=True)
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="raise")
    employer: Mapped[Organisation] = relationship(lazy="raise")

    @property
    def last_on(self) -> datetime.date | None:
        """The last day: the real one when it stopped early, else as signed; None while open."""
        return self.ended_on or self.to_on


class PlacementContract(Model):
    """This contract serves this placement."""

    __tablename__ = "placement_contracts"

    placement_id: Mapped[int] = mapped_column(ForeignKey("placements.id"), primary_key=True)
    contract_id: Mapped[int] = mapped_column(
        ForeignKey("contracts.id"), primary_key=True, index=True
    )
