"""Difficulties: what a company signals on its lot, with the searches that it made, and the facilitator’s answer.

It is the company’s defence: nothing of it is written again, and no other company, nor a SIAE, ever reads it.
"""

import datetime
from collections.abc import Sequence

from sqlalchemy import CheckConstraint, ForeignKey, Select, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.awards import Award
from facilitator.db import Instant, Model, Versioned
from facilitator.french import date as french_date
from facilitator.organisations import Organisation
from facilitator.refusals import Refused


class DifficultyRefused(Refused):
    """A difficulty cannot be signalled or answered as asked."""


class Difficulty(Versioned, Model):
    """A difficulty to find or keep people for a lot, as its company says it."""

    __tablename__ = "difficulties"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answered"),
        CheckConstraint("signalled_on >= happened_on", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    happened_on: Mapped[datetime.date]
    searches: Mapped[str] = mapped_column(Text)  # what was tried
    asked: Mapped[str] = mapped_column(String(1000))  # what the company asks for
    signalled_on: Mapped[datetime.date]
    signalled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[datetime.date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)


def signal(
    session: Session,
    place: Award,
    happened_on: datetime.date,
    searches: str,
    asked: str,
    *,
    on: datetime.date,
    by: int | None,
) -> Difficulty:
    """Keep what a company of the lot signals; refuses a day still to come."""
    if happened_on > on:
        raise DifficultyRefused(
            f"Le {french_date(happened_on)} n’est pas encore passé. Donnez le jour où la difficulté est apparue."
        )
    difficulty = Difficulty(
        territory_id=place.territory_id,
        lot_id=place.lot_id,
        award_id=place.id,
        organisation_id=place.organisation_id,
        happened_on=happened_on,
        searches=searches,
        asked=asked,
        signalled_on=on,
        signalled_by_id=by,
        created_at=journal.now(),
    )
    session.add(difficulty)
    session.flush()
    _note(session, "signal", difficulty, by)
    return difficulty


def answer(session: Session, difficulty: Difficulty, said: str, *, on: datetime.date, by: int | None) -> None:
    """Give the facilitator’s answer, once: what was said and answered is not written again."""
    if difficulty.answer is not None:
        raise DifficultyRefused(
            f"Cette difficulté a déjà sa réponse, du {french_date(difficulty.answered_on)}\u00a0: elle reste telle quelle."
        )
    difficulty.answer, difficulty.answered_on, difficulty.answered_by_id = said, on, by
    _note(session, "answer", difficulty, by)


Told = tuple[Difficulty, str]  # with the company’s name


def of_lot(session: Session, lot_id: int, organisation_id: int | None = None) -> Sequence[Told]:
    """The difficulties of a lot, or of one company of it, the newest first."""
    rows = _rows().where(Difficulty.lot_id == lot_id)
    if organisation_id is not None:
        rows = rows.where(Difficulty.organisation_id == organisation_id)
    return [(difficulty, name) for difficulty, name in session.execute(rows)]


def _rows() -> Select[Difficulty, str]:
    label = func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier)
    return (
        select(Difficulty, label)
        .join(Organisation, Organisation.id == Difficulty.organisation_id)
        .order_by(Difficulty.signalled_on.desc(), Difficulty.id.desc())
    )


def _note(session: Session, verb: str, difficulty: Difficulty, by: int | None) -> None:
    journal.note(
        session,
        verb,
        "difficulty",
        difficulty.id,
        by=by,
        territory_id=difficulty.territory_id,
        lot_id=difficulty.lot_id,
    )
