"""People: participants, their fiches d’éligibilité, and the windows in which their hours count."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.refusals import Refused
from facilitator.vocabulary import Criterion, EducationLevel, EligibilityState, Sex


class PersonRefused(Refused):
    """A person or a fiche cannot be recorded as asked."""


class Person(Versioned, Model):
    """A participant of one territory. No NIR, address, income or scan: such fields do not exist."""

    __tablename__ = "persons"
    __table_args__ = (
        one_of("sex", Sex),
        one_of("education", EducationLevel),
        Index("ix_persons_search", "territory_id", "search_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    last_name: Mapped[str] = mapped_column(String(80))
    first_name: Mapped[str] = mapped_column(String(80))
    search_name: Mapped[str] = mapped_column(String(170))  # normalised «last first», for duplicates
    birth_on: Mapped[datetime.date | None]
    sex: Mapped[str | None] = mapped_column(String(1))
    commune: Mapped[str | None] = mapped_column(String(5))  # INSEE code
    qpv: Mapped[str | None] = mapped_column(String(8))
    qpv_zoning: Mapped[int | None]  # year of the zoning
    education: Mapped[str | None] = mapped_column(String(12))
    referrer_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name.upper()}"


class Eligibility(Versioned, Model):
    """A fiche d’éligibilité: decided on one day, effective on another."""

    __tablename__ = "eligibilities"
    __table_args__ = (
        one_of("state", EligibilityState),
        CheckConstraint(
            "state <> 'validated' OR (decided_on IS NOT NULL AND effective_on IS NOT NULL)",
            name="validated_dates",
        ),
        CheckConstraint(
            "effective_on IS NULL OR decided_on IS NULL OR effective_on >= decided_on"
            " OR backdating_reason IS NOT NULL",
            name="backdating",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    requested_on: Mapped[datetime.date]
    wished_start_on: Mapped[datetime.date | None]
    decided_on: Mapped[datetime.date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    effective_on: Mapped[datetime.date | None]
    backdating_reason: Mapped[str | None] = mapped_column(String(300))
    refusal_reason: Mapped[str | None] = mapped_column(String(300))


class EligibilityCriterion(Model):
    """One criterion of a fiche with its proof; one of them is the determining one. No scan is stored."""

    __tablename__ = "eligibility_criteria"
    __table_args__ = (
        UniqueConstraint("eligibility_id", "criterion"),
        one_of("criterion", Criterion),
        Index(
            "uq_eligibility_criteria_determining",
            "eligibility_id",
            unique=True,
            sqlite_where=text("determining"),
            postgresql_where=text("determining"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    eligibility_id: Mapped[int] = mapped_column(ForeignKey("eligibilities.id"))
    criterion: Mapped[str] = mapped_column(String(24))
    determining: Mapped[bool] = mapped_column(default=False)
    proof: Mapped[str | None] = mapped_column(String(120))
    seen_on: Mapped[datetime.date | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    valid_until: Mapped[datetime.date | None]
    filed_at: Mapped[str | None] = mapped_column(String(120))


class Window(Model):
    """The period opened by a fiche in which hours count; its end is computed from the rules."""

    __tablename__ = "windows"
    __table_args__ = (UniqueConstraint("person_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    eligibility_id: Mapped[int] = mapped_column(ForeignKey("eligibilities.id"), unique=True)
    from_on: Mapped[datetime.date]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None] = mapped_column(String(300))  # compulsory for a second window


class WindowAdjustment(Model):
    """A suspension (its days do not count and push the end) or an extension (a later end), with its reason."""

    __tablename__ = "window_adjustments"
    __table_args__ = (
        CheckConstraint("kind IN ('suspension', 'extension')", name="kind"),
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("windows.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date]
    reason: Mapped[str] = mapped_column(String(300))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
