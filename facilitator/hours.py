"""Hours: relevés (contract × period), their shares to lots with the verdict of each, «néant», globalisations."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from facilitator import journal
from facilitator.contracts import Contract
from facilitator.db import Hours, Instant, Model, Versioned, one_of
from facilitator.french import date as french_date
from facilitator.refusals import Refused
from facilitator.vocabulary import Channel, Standing, TimesheetState

LIVE = (TimesheetState.declared, TimesheetState.validated)  # what says something of its month


class HoursRefused(Refused):
    """Hours cannot be declared, split, validated or corrected as asked."""


class Timesheet(Versioned, Model):
    """A relevé: hours of one contract over a period inside one month; never edited, only replaced."""

    __tablename__ = "timesheets"
    __table_args__ = (
        one_of("state", TimesheetState),
        one_of("channel", Channel),
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint("worked >= 0 AND worked <= 74400", name="worked"),
        CheckConstraint("training >= 0 AND training <= worked", name="training"),
        CheckConstraint("state <> 'refused' OR refusal_reason IS NOT NULL", name="refused"),
        CheckConstraint("replaces_id IS NULL OR replaces_id <> id", name="replaces"),
        Index(
            "uq_timesheets_period",
            "contract_id",
            "from_on",
            unique=True,
            sqlite_where=text("state = 'validated'"),
            postgresql_where=text("state = 'validated'"),
        ),
        Index("ix_timesheets_queue", "territory_id", "state", "month"),
        Index("ix_timesheets_contract", "contract_id", "month"),
        # Partial: without any correction, the planner of SQLite would read the whole table for each line.
        Index(
            "ix_timesheets_replaces_id",
            "replaces_id",
            sqlite_where=text("replaces_id IS NOT NULL"),
            postgresql_where=text("replaces_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    month: Mapped[datetime.date]  # its first day
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date]
    worked: Mapped[Decimal] = mapped_column(Hours)
    training: Mapped[Decimal] = mapped_column(Hours, default=Decimal(0))
    state: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20))
    declared_on: Mapped[datetime.date]
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_on: Mapped[datetime.date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    refusal_reason: Mapped[str | None] = mapped_column(String(300))
    correction_reason: Mapped[str | None] = mapped_column(String(300))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("timesheets.id"))
    # Which organisation’s sending it came with; NULL when a facilitator typed it.
    sending_id: Mapped[int | None] = mapped_column(ForeignKey("sendings.id"), index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    contract: Mapped[Contract] = relationship(lazy="raise")


class Share(Model):
    """Hours of a relevé on a lot, with the stored verdict (see `compliance.verdict`, `verdicts`)."""

    __tablename__ = "shares"
    __table_args__ = (
        UniqueConstraint("timesheet_id", "placement_id", "lot_id"),
        one_of("standing", Standing),
        CheckConstraint("hours >= 0", name="hours"),
        CheckConstraint("training >= 0 AND training <= hours", name="training"),
        CheckConstraint(
            "retained >= 0 AND unretained >= 0 AND retained + unretained = hours", name="verdict"
        ),
        CheckConstraint("standing = 'counted' OR retained = 0", name="only_counted"),
        # One covering index gives a lot's statement without touching the table.
        Index(
            "ix_shares_statement",
            "lot_id",
            "to_on",
            "month",
            "standing",
            "reason",
            "award_id",
            "hours",
            "retained",
            "unretained",
        ),
        Index("ix_shares_territory", "territory_id", "month"),
        # Another gives the survey the hours of a year by placement, in order: nothing to sort, no table to read.
        Index("ix_shares_placement_id", "placement_id", "lot_id", "to_on", "retained", "territory_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    timesheet_id: Mapped[int] = mapped_column(ForeignKey("timesheets.id"))
    placement_id: Mapped[int] = mapped_column(ForeignKey("placements.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    globalisation_id: Mapped[int | None] = mapped_column(ForeignKey("globalisations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    month: Mapped[datetime.date]
    to_on: Mapped[datetime.date]  # of the relevé: a share is known from its last day on
    hours: Mapped[Decimal] = mapped_column(Hours)
    training: Mapped[Decimal] = mapped_column(Hours, default=Decimal(0))
    # The verdict, refreshed in the transaction of whatever it rests on.
    standing: Mapped[str] = mapped_column(String(8), default=Standing.awaiting)
    retained: Mapped[Decimal] = mapped_column(Hours, default=Decimal(0))
    unretained: Mapped[Decimal] = mapped_column(Hours)
    reason: Mapped[str | None] = mapped_column(String(24))  # the first, decisive one
    reasons: Mapped[str] = mapped_column(String(200), default="")  # all, in order, space between
    split_on: Mapped[datetime.date | None]  # first day of the second part, when «à préciser»

    timesheet: Mapped[Timesheet] = relationship(lazy="raise")


class NilDeclaration(Model):
    """«Néant»: this company says that nobody worked for this lot in this month."""

    __tablename__ = "nil_declarations"
    __table_args__ = (UniqueConstraint("award_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    month: Mapped[datetime.date]
    declared_on: Mapped[datetime.date]
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sending_id: Mapped[int | None] = mapped_column(ForeignKey("sendings.id"), index=True)


class Globalisation(Model):
    """An agreement that one company’s insertion hours may be shared over several lots."""

    __tablename__ = "globalisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    effective_on: Mapped[datetime.date]
    document: Mapped[str | None] = mapped_column(String(200))


class GlobalisationLot(Model):
    """A lot of the agreement, with the day on which its own buyer consented."""

    __tablename__ = "globalisation_lots"
    __table_args__ = (
        CheckConstraint(
            "withdrawn_on IS NULL OR (consented_on IS NOT NULL AND withdrawn_on > consented_on)",
            name="withdrawn",
        ),
    )

    globalisation_id: Mapped[int] = mapped_column(ForeignKey("globalisations.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    consented_on: Mapped[datetime.date | None]  # NULL: not yet; no share may go there
    withdrawn_on: Mapped[datetime.date | None]  # from that day on, no hours any more

    def closed(self, effective_on: datetime.date, from_on: datetime.date, to_on: datetime.date) -> str | None:
        """Why hours of these days may not go to the lot under the agreement; None: they may."""
        if effective_on > from_on:
            return f"la convention prend effet le {french_date(effective_on)}, après le début de ces heures."
        if self.consented_on is None:
            return (
                "son donneur d’ordre n’a pas donné son accord à la globalisation."
                " Notez la date de son accord sur la page de la convention."
            )
        if self.consented_on > from_on:
            return f"son donneur d’ordre a donné son accord le {french_date(self.consented_on)}, après le début de ces heures."
        if self.withdrawn_on is not None and self.withdrawn_on <= to_on:
            return f"son donneur d’ordre a retiré son accord à partir du {french_date(self.withdrawn_on)}."
        return None


def note(session: Session, verb: str, sheets: Sequence[Timesheet], by: int | None, **details: Any) -> None:
    """Append to the journal what was done to relevés, once for each lot that their hours go to (two statements).

    A correction that waits for its shares is told on the lots of the relevé that it corrects.
    """
    rows = session.execute(
        select(Share.timesheet_id, Share.lot_id)
        .where(Share.timesheet_id.in_([sheet.id for sheet in sheets]))
        .distinct()
    )
    lots: dict[int, list[int | None]] = {}
    for sheet_id, lot_id in rows:
        lots.setdefault(sheet_id, []).append(lot_id)
    lots |= _lots_before(session, [sheet for sheet in sheets if sheet.id not in lots])
    journal.note_many(
        session,
        verb,
        "timesheet",
        [
            journal.Line(
                sheet.id,
                sheet.territory_id,
                lot,
                {"contract": sheet.contract_id, "month": str(sheet.month), **details},
            )
            for sheet in sheets
            for lot in lots.get(sheet.id, [None])
        ],
        by=by,
    )


def _lots_before(session: Session, sheets: Sequence[Timesheet]) -> dict[int, list[int | None]]:
    replaced = [sheet.replaces_id for sheet in sheets if sheet.replaces_id is not None]
    if not replaced:
        return {}
    rows = session.execute(
        select(Share.timesheet_id, Share.lot_id).where(Share.timesheet_id.in_(replaced)).distinct()
    )
    known: dict[int, list[int | None]] = {}
    for sheet_id, lot_id in rows:
        known.setdefault(sheet_id, []).append(lot_id)
    return {sheet.id: known[sheet.replaces_id] for sheet in sheets if sheet.replaces_id in known}
