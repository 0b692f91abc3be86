"""Two traces, never one: the journal of changes (ids only) and the log of who looked at whom."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator.db import Instant, Model


class JournalEntry(Model):
    """Who did what to which thing; append-only, kept with the market, ids only."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        Index("ix_journal_entries_thing", "thing", "thing_id"),
        Index("ix_journal_entries_lot", "lot_id", "id"),
        Index("uq_journal_entries_position", "lot_id", "position", unique=True),
        CheckConstraint("(position IS NULL) = (digest IS NULL)", name="sealed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(Instant)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))
    verb: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int]
    details: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    # In its lot’s chain, written with the commit (`journal_chain`); a line of no lot has none.
    position: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(64))


class AccessLogEntry(Model):
    """Who viewed or exported which person; purged after 12 months."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(Instant, index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"))
    verb: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int | None]


def now() -> datetime.datetime:
    """The instant at which a trace is written (the only clock of the domain: a stamp, never a rule)."""
    return datetime.datetime.now(datetime.UTC)


def note(
    session: Session,
    verb: str,
    thing: str,
    thing_id: int,
    *,
    by: int | None,
    territory_id: int | None = None,
    lot_id: int | None = None,
    **details: object,
) -> None:
    """Append one line; `by` is a user's id (None: the command line or a link)."""
    _noted(session, lot_id)
    session.add(
        JournalEntry(
            at=now(),
            user_id=by,
            territory_id=territory_id,
            lot_id=lot_id,
            verb=verb,
            thing=thing,
            thing_id=thing_id,
            details=details,
        )
    )


@dataclass(frozen=True)
class Line:
    """One of many lines that tell of one act (see `note_many`)."""

    thing_id: int
    territory_id: int | None
    lot_id: int | None
    details: dict[str, object]


def note_many(session: Session, verb: str, thing: str, lines: Sequence[Line], *, by: int | None) -> None:
    """Append the lines of one act on many things in one statement (the ORM would send one INSERT a line to SQLite)."""
    at = now()
    rows = [
        {
            "at": at,
            "user_id": by,
            "territory_id": line.territory_id,
            "lot_id": line.lot_id,
            "verb": verb,
            "thing": thing,
            "thing_id": line.thing_id,
            "details": line.details,
        }
        for line in lines
    ]
    if rows:
        session.flush()  # what was noted before keeps its place before
        _noted(session, *(line.lot_id for line in lines))
        session.execute(insert(JournalEntry), rows)


def take_noted_lots(session: Session) -> set[int]:
    """The lots whose journal has new lines since the last call."""
    noted: set[int] = session.info.pop("noted_lots", set())
    return noted


def _noted(session: Session, *lots: int | None) -> None:
    noted: set[int] = session.info.setdefault("noted_lots", set())
    noted.update(lot_id for lot_id in lots if lot_id is not None)


def note_access(
    session: Session,
    verb: str,
    thing: str,
    thing_id: int | None,
    *,
    by: int | None,
    territory_id: int | None = None,
) -> None:
    """Append one line to the access log: the only thing that a GET may write."""
    session.add(
        AccessLogEntry(
            at=now(),
            user_id=by,
            territory_id=territory_id,
            verb=verb,
            thing=thing,
            thing_id=thing_id,
        )
    )
