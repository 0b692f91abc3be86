"""Commitments: the ledger of hours owed, and what each of its figures was sized from."""

import datetime
from decimal import Decimal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Euros, Hours, Instant, Model, Versioned, one_of
from facilitator.refusals import Refused
from facilitator.vocabulary import CalibrationBasis, DocumentKind, DocumentVerdict, LedgerKind


class LedgerRefused(Refused):
    """A line of the ledger would break the commitment."""


class Calibration(Model):
    """One sizing: basis, inputs, exact result and the hours rounded down; kept, never recomputed silently."""

    __tablename__ = "calibrations"
    __table_args__ = (one_of("basis", CalibrationBasis),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    basis: Mapped[str] = mapped_column(String(14))
    inputs: Mapped[dict[str, str]] = mapped_column(JSON)
    exact: Mapped[Decimal] = mapped_column(Hours)
    hours: Mapped[Decimal] = mapped_column(Hours)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_on: Mapped[datetime.date]
    made_at: Mapped[datetime.datetime] = mapped_column(Instant)


class LedgerLine(Model):
    """A line of hours owed: a delta with its date of effect, never an overwritten number."""

    __tablename__ = "ledger_lines"
    __table_args__ = (
        one_of("kind", LedgerKind),
        CheckConstraint("effective_on IS NOT NULL OR kind = 'tranche'", name="effective_on"),
        CheckConstraint("kind <> 'transfert' OR transfer_key IS NOT NULL", name="transfer"),
        CheckConstraint("kind <> 'initial' OR delta >= 0", name="initial"),
        CheckConstraint("kind <> 'remise' OR delta <= 0", name="remise"),
        CheckConstraint("to_on >= from_on", name="order"),
        Index("ix_ledger_lines_lot", "lot_id", "effective_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    delta: Mapped[Decimal] = mapped_column(Hours)
    effective_on: Mapped[datetime.date | None]  # NULL: a tranche not affirmed
    option_until: Mapped[datetime.date | None]  # last day on which a tranche may be affirmed
    from_on: Mapped[datetime.date | None]  # default: the lot's start
    to_on: Mapped[datetime.date | None]  # default: the lot's end
    label: Mapped[str | None] = mapped_column(String(200))
    document: Mapped[str | None] = mapped_column(String(200))
    transfer_key: Mapped[str | None] = mapped_column(String(36), index=True)
    calibration_id: Mapped[int | None] = mapped_column(ForeignKey("calibrations.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime.datetime] = mapped_column(Instant)


class SiteHours(Model):
    """All hours worked on the site in one month (basis «% of the hours of the site», ANRU)."""

    __tablename__ = "site_hours"
    __table_args__ = (
        UniqueConstraint("lot_id", "month"),
        CheckConstraint("hours >= 0", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    month: Mapped[datetime.date]
    hours: Mapped[Decimal] = mapped_column(Hours)


class Invoicing(Model):
    """The cumulated amount invoiced at a date (basis «1 h per full N € invoiced»)."""

    __tablename__ = "invoicings"
    __table_args__ = (UniqueConstraint("lot_id", "closed_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    closed_on: Mapped[datetime.date]
    cumulated: Mapped[Decimal] = mapped_column(Euros)  # a credit note lowers it


class ExpectedDocument(Versioned, Model):
    """A paper that a company of the lot owes on a day: when it came, who saw it, what it was worth.

    No file is stored, only where the paper is. One that is to be redone stays; another is expected in its place.
    """

    __tablename__ = "expected_documents"
    __table_args__ = (
        one_of("kind", DocumentKind),
        one_of("verdict", DocumentVerdict),
        CheckConstraint("seen_on IS NULL OR received_on IS NOT NULL", name="seen"),
        CheckConstraint("(seen_on IS NULL) = (verdict IS NULL)", name="decided"),
        CheckConstraint("verdict <> 'to_redo' OR verdict_reason IS NOT NULL", name="reason"),
        CheckConstraint("contract_id IS NULL OR award_id IS NOT NULL", name="contract"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"), index=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    month: Mapped[datetime.date | None]  # its first day
    kind: Mapped[str] = mapped_column(String(20), default=DocumentKind.other)
    label: Mapped[str] = mapped_column(String(200))
    expected_on: Mapped[datetime.date]
    received_on: Mapped[datetime.date | None]
    seen_on: Mapped[datetime.date | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verdict: Mapped[str | None] = mapped_column(String(10))
    verdict_reason: Mapped[str | None] = mapped_column(String(300))
    filed: Mapped[str | None] = mapped_column(String(200))  # where the paper is
    again_of_id: Mapped[int | None] = mapped_column(ForeignKey("expected_documents.id"), index=True)
