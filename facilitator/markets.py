"""Markets and lots: what buyers publish or facilitators type, and the dated facts of a lot."""

import datetime
from decimal import Decimal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from facilitator.db import Euros, Hours, Instant, Model, Versioned, one_of
from facilitator.organisations import Organisation
from facilitator.refusals import Refused
from facilitator.vocabulary import ClauseKind, GroupementForm, Periodicity, ToleranceKind


class MarketRefused(Refused):
    """A market or a lot cannot be recorded as asked."""


class Operation(Versioned, Model):
    """A project or consultation that groups markets (a NPNRU site, the lots of one consultation)."""

    __tablename__ = "operations"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    name: Mapped[str] = mapped_column(String(500))
    npnru: Mapped[bool] = mapped_column(default=False)
    gup: Mapped[bool] = mapped_column(default=False)
    sector: Mapped[str | None] = mapped_column(String(60))


class Market(Versioned, Model):
    """A marché of one buyer, followed by one territory; DECP key (buyer, id)."""

    __tablename__ = "markets"
    __table_args__ = (
        UniqueConstraint("territory_id", "buyer_id", "decp_id"),
        CheckConstraint("length(decp_id) > 0", name="decp_id"),
        Index("ix_markets_buyer", "buyer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operations.id"), index=True)
    decp_id: Mapped[str] = mapped_column(String(64))
    generated_id: Mapped[bool] = mapped_column(default=False)  # hand-made, DECP id not yet known
    buyer_number: Mapped[str | None] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(Text)
    nature: Mapped[str | None] = mapped_column(String(60))
    procedure: Mapped[str | None] = mapped_column(String(120))
    cpv: Mapped[str | None] = mapped_column(String(10))
    place_code: Mapped[str | None] = mapped_column(String(20))
    place_kind: Mapped[str | None] = mapped_column(String(40))
    # As published: excluding taxes, fixed or estimated maximum; shown, never added.
    amount: Mapped[Decimal | None] = mapped_column(Euros)
    duration_months: Mapped[int | None]
    consulted_on: Mapped[datetime.date | None]
    notified_on: Mapped[datetime.date | None]
    framework_id: Mapped[str | None] = mapped_column(String(64))
    # SocialConsideration codes; NULL = not said, which is not «no clause».
    considerations: Mapped[list[str] | None] = mapped_column(JSON)
    pilot: Mapped[bool] = mapped_column(default=True)  # pilote: owed hours and markets count here
    published: Mapped[str | None] = mapped_column(Text)  # canonical JSON of the last publication
    published_rank: Mapped[str | None] = mapped_column(Text)  # what makes one publication newer
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    buyer: Mapped[Organisation] = relationship(lazy="raise")
    operation: Mapped[Operation | None] = relationship(lazy="raise")


class MarketModification(Model):
    """A modification as published; the market's own fields are not rewritten by it."""

    __tablename__ = "market_modifications"
    __table_args__ = (UniqueConstraint("market_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("markets.id"))
    position: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(20))
    object: Mapped[str | None] = mapped_column(Text)
    duration_months: Mapped[int | None]
    amount: Mapped[Decimal | None] = mapped_column(Euros)
    notified_on: Mapped[datetime.date | None]
    published_on: Mapped[datetime.date | None]
    holders: Mapped[list[list[str]] | None] = mapped_column(JSON)  # [scheme, identifier, name]


class MarketHolder(Model):
    """A titulaire as published: a human turns it into an award."""

    __tablename__ = "market_holders"
    __table_args__ = (UniqueConstraint("market_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("markets.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    position: Mapped[int]

    organisation: Mapped[Organisation] = relationship(lazy="raise")


class Lot(Versioned, Model):
    """A lot of a market: clause, admitted publics and modes, penalty rule, groupement."""

    __tablename__ = "lots"
    __table_args__ = (
        UniqueConstraint("market_id", "number"),
        one_of("clause", ClauseKind),
        one_of("groupement_form", GroupementForm),
        one_of("tolerance_kind", ToleranceKind),
        one_of("periodicity", Periodicity),
        CheckConstraint("penalty_rate >= 0", name="penalty_rate"),
        CheckConstraint("tolerance_percent BETWEEN 0 AND 100", name="tolerance_percent"),
        Index("ix_lots_territory", "territory_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    market_id: Mapped[int] = mapped_column(ForeignKey("markets.id"))
    facilitator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    cpv: Mapped[str | None] = mapped_column(String(10))
    clause: Mapped[str | None] = mapped_column(String(24))  # NULL: not known yet
    publics_admitted: Mapped[list[str] | None] = mapped_column(JSON)  # Criterion codes; NULL = all
    modes_admitted: Mapped[list[str] | None] = mapped_column(JSON)  # PlacementMode; NULL = all
    women_percent: Mapped[int | None]
    qpv_percent: Mapped[int | None]
    alternance_percent: Mapped[int | None]
    penalty_rate: Mapped[Decimal | None] = mapped_column(Euros)  # euros for an hour not done
    late_document_rate: Mapped[Decimal | None] = mapped_column(Euros)  # euros a day
    tolerance_kind: Mapped[str] = mapped_column(String(12), default=ToleranceKind.none)
    tolerance_percent: Mapped[int] = mapped_column(default=0)
    groupement_form: Mapped[str] = mapped_column(String(32), default=GroupementForm.solidaire)
    shares_binding: Mapped[bool] = mapped_column(default=False)
    periodicity: Mapped[str] = mapped_column(String(12), default=Periodicity.monthly)
    received_on: Mapped[datetime.date | None]  # réception
    end_with_renewals_on: Mapped[datetime.date | None]

    market: Mapped[Market] = relationship(lazy="raise")


class LotDate(Model):
    """A dated fact about a lot's start (ordre de service) or end; an avenant adds one, nothing is overwritten."""

    __tablename__ = "lot_dates"
    __table_args__ = (CheckConstraint("kind IN ('start', 'end')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    kind: Mapped[str] = mapped_column(String(6))
    value_on: Mapped[datetime.date]
    effective_on: Mapped[datetime.date | None]  # NULL: known from the beginning
    document: Mapped[str | None] = mapped_column(String(200))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime.datetime] = mapped_column(Instant)


class LotStop(Model):
    """Days on which the works stood still (ordre de service d’arrêt, then de reprise)."""

    __tablename__ = "lot_stops"
    __table_args__ = (CheckConstraint("to_on >= from_on", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date | None]  # NULL: not restarted yet
    reason: Mapped[str | None] = mapped_column(String(200))


class PlannedMonth(Model):
    """One month of a plan typed in by the buyer or company: hours expected in it."""

    __tablename__ = "planned_months"
    __table_args__ = (
        UniqueConstraint("lot_id", "month"),
        CheckConstraint("hours >= 0", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    month: Mapped[datetime.date]
    hours: Mapped[Decimal] = mapped_column(Hours)
