"""Field actions: each meeting, visit, call or letter is a dated line in two clicks; proof, and the activity report."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, and_, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from facilitator import journal
from facilitator.accounts import User
from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.french import date as french_date
from facilitator.paperwork import ActionLine
from facilitator.refusals import Refused
from facilitator.vocabulary import FieldActionKind

LONGEST_DAY = 1440  # minutes


class FieldActionRefused(Refused):
    """An action cannot be noted, changed or cancelled as asked."""


class FieldAction(Versioned, Model):
    """What a facilitator did on a day for a lot or with an organisation, in one line.

    Its author may change it the same day; after that only a correcting line (`corrects_id`) tells otherwise.
    """

    __tablename__ = "field_actions"
    __table_args__ = (
        one_of("kind", FieldActionKind),
        CheckConstraint("lot_id IS NOT NULL OR organisation_id IS NOT NULL", name="about"),
        CheckConstraint("minutes >= 0 AND minutes <= 1440", name="minutes"),
        CheckConstraint("corrects_id IS NULL OR (corrects_id <> id AND text IS NOT NULL)", name="corrects"),
        Index("ix_field_actions_lot", "lot_id", "done_on"),
        Index("ix_field_actions_organisation", "organisation_id", "done_on"),
        Index("ix_field_actions_territory", "territory_id", "done_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(10))
    done_on: Mapped[datetime.date]
    minutes: Mapped[int]
    text: Mapped[str | None] = mapped_column(String(300))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    noted_on: Mapped[datetime.date]  # the day on which it may still change
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("field_actions.id"), unique=True)


@dataclass(frozen=True)
class What:
    """What was done, as it is typed."""

    kind: FieldActionKind
    done_on: datetime.date
    minutes: int
    text: str | None = None


@dataclass(frozen=True)
class About:
    """The file on which an action stands: a lot, an organisation or both."""

    territory_id: int
    lot_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True)
class Noted:
    """One line of the list, with its author; `corrected` when a later line tells otherwise."""

    action: FieldAction
    author: str
    corrected: bool

    @property
    def label(self) -> str:
        """The kind in French."""
        return FieldActionKind(self.action.kind).label

    @property
    def line(self) -> ActionLine:
        """The same for a list or a file."""
        return ActionLine(
            self.label,
            self.action.done_on,
            self.action.minutes,
            self.action.text,
            self.author,
            self.action.noted_on,
            self.corrected,
            self.action.corrects_id is not None,
        )

    def open_to(self, user_id: int, on: datetime.date) -> bool:
        """Whether this person may still change or cancel it."""
        return may_change(self.action, user_id, on) and not self.corrected


def may_change(action: FieldAction, user_id: int | None, on: datetime.date) -> bool:
    """Its author, the day on which it was noted."""
    return action.author_id == user_id and action.noted_on == on


def note(session: Session, about: About, what: What, *, on: datetime.date, by: int | None) -> FieldAction:
    """Write what was done; refuses a day still to come and what lasted no time or more than a day."""
    _check(what, on)
    if what.minutes < 1:
        raise FieldActionRefused("Cette action n’a pas de durée. Écrivez ses minutes, de 1 à 1\u202f440.")
    return _write(session, about, what, None, on=on, by=by)


def amend(
    session: Session, action: FieldAction, what: What, *, on: datetime.date, by: int | None
) -> FieldAction:
    """Change a line; refuses anybody but its author, any other day, and a line that was corrected."""
    _refuse_unless_open(session, action, on=on, by=by)
    _check(what, on)
    if what.minutes < 1 and action.corrects_id is None:
        raise FieldActionRefused(
            "Cette action n’a pas de durée. Écrivez ses minutes, ou annulez-la si elle n’a pas eu lieu."
        )
    if action.corrects_id is not None and not what.text:
        raise FieldActionRefused("Dites en une ligne pourquoi vous corrigez cette action.")
    action.kind, action.done_on = what.kind, what.done_on
    action.minutes, action.text = what.minutes, what.text
    _journal(session, "amend_field_action", action, by)
    return action


def cancel(session: Session, action: FieldAction, *, on: datetime.date, by: int | None) -> None:
    """Take a line away, under the same conditions as to change it."""
    _refuse_unless_open(session, action, on=on, by=by)
    _journal(session, "cancel_field_action", action, by)
    session.delete(action)
    session.flush()


def correct(
    session: Session, action: FieldAction, what: What, *, on: datetime.date, by: int | None
) -> FieldAction:
    """Write the line that tells otherwise, with its reason; the first stays, struck out (0 minutes: it never was)."""
    _check(what, on)
    if not what.text:
        raise FieldActionRefused("Dites en une ligne pourquoi vous corrigez cette action.")
    if _correction_of(session, action.id) is not None:
        raise FieldActionRefused("Cette action est déjà corrigée. Corrigez la ligne qui la remplace.")
    about = About(action.territory_id, action.lot_id, action.organisation_id)
    return _write(session, about, what, action.id, on=on, by=by)


def of_lot(session: Session, lot_id: int, limit: int | None = None) -> list[Noted]:
    """The actions for a lot, the latest first (one select)."""
    return _list(session, FieldAction.lot_id == lot_id, limit)


def of_organisation(
    session: Session, territory_id: int, organisation_id: int, limit: int | None = None
) -> list[Noted]:
    """The actions of a territory with an organisation, the latest first (one select)."""
    own = (FieldAction.territory_id == territory_id) & (FieldAction.organisation_id == organisation_id)
    return _list(session, own, limit)


def minutes_of_lots(session: Session, lot_ids: Iterable[int]) -> dict[int, int]:
    """The minutes spent for each lot; a corrected line counts by its correction (one select)."""
    rows = session.execute(
        select(FieldAction.lot_id, func.sum(FieldAction.minutes))
        .where(FieldAction.lot_id.in_(set(lot_ids)), ~_corrected())
        .group_by(FieldAction.lot_id)
    )
    return {lot_id: int(total) for lot_id, total in rows if lot_id is not None}


def stands() -> ColumnElement[bool]:
    """What took place: a corrected line counts by its correction, one of 0 minutes never was."""
    return and_(~_corrected(), FieldAction.minutes > 0)


def _corrected() -> ColumnElement[bool]:
    later = aliased(FieldAction)
    return select(later.id).where(later.corrects_id == FieldAction.id).exists()


def _list(session: Session, own: ColumnElement[bool], limit: int | None) -> list[Noted]:
    rows = session.execute(
        select(FieldAction, User.name, _corrected())
        .outerjoin(User, User.id == FieldAction.author_id)
        .where(own)
        .order_by(FieldAction.done_on.desc(), FieldAction.id.desc())
        .limit(limit)
    )
    return [Noted(action, author or "", bool(corrected)) for action, author, corrected in rows]


def _check(what: What, on: datetime.date) -> None:
    if what.done_on > on:
        raise FieldActionRefused(
            f"Le {french_date(what.done_on)} n’est pas encore passé. Notez l’action le jour où elle a lieu, ou après."
        )
    if not 0 <= what.minutes <= LONGEST_DAY:
        raise FieldActionRefused(
            "Une action dure au plus une journée. Écrivez ses minutes, de 1 à 1\u202f440."
        )


def _refuse_unless_open(session: Session, action: FieldAction, *, on: datetime.date, by: int | None) -> None:
    if not may_change(action, by, on):
        raise FieldActionRefused(
            f"Cette action a été notée le {french_date(action.noted_on)}\u00a0: seul son auteur la change, et le jour"
            " même. Écrivez plutôt une ligne qui la corrige."
        )
    if _correction_of(session, action.id) is not None:
        raise FieldActionRefused("Cette action est déjà corrigée. Changez la ligne qui la remplace.")


def _correction_of(session: Session, action_id: int) -> int | None:
    return session.scalar(select(FieldAction.id).where(FieldAction.corrects_id == action_id))


def _write(
    session: Session, about: About, what: What, corrects_id: int | None, *, on: datetime.date, by: int | None
) -> FieldAction:
    action = FieldAction(
        territory_id=about.territory_id,
        lot_id=about.lot_id,
        organisation_id=about.organisation_id,
        kind=what.kind,
        done_on=what.done_on,
        minutes=what.minutes,
        text=what.text,
        author_id=by,
        noted_on=on,
        created_at=journal.now(),
        corrects_id=corrects_id,
    )
    session.add(action)
    session.flush()
    _journal(session, "note_field_action" if corrects_id is None else "correct_field_action", action, by)
    return action


def _journal(session: Session, verb: str, action: FieldAction, by: int | None) -> None:
    journal.note(
        session,
        verb,
        "field_action",
        action.id,
        by=by,
        territory_id=action.territory_id,
        lot_id=action.lot_id,
        kind=str(action.kind),
        done_on=str(action.done_on),
        minutes=action.minutes,
    )
