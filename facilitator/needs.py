"""Needs: a job to fill on a lot, asked by its company, published to referrers and SIAE, closed with its reason."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, select, union
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal, references
from facilitator.awards import Award
from facilitator.db import Hours, Model, Versioned
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.french import date as french_date
from facilitator.labels import Labelled
from facilitator.lot_dates import execution
from facilitator.markets import Lot
from facilitator.organisations import Contact
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.refusals import Refused

MOST_PEOPLE = 500
LONGEST_JOB, LONGEST_TEXT = 120, 300


class NeedRefused(Refused):
    """A need cannot be asked, published, changed or closed as wished."""


class Closing(Labelled):
    """Why a need is closed."""

    filled = "filled", "Pourvu"
    cancelled = "cancelled", "L’entreprise n’en a plus besoin"
    nobody = "nobody", "Personne n’a pu être trouvé"
    other = "other", "Autre motif"


class Need(Versioned, Model):
    """A number of people wanted for a job on a lot; «à publier» until a facilitator publishes it."""

    __tablename__ = "needs"
    __table_args__ = (
        CheckConstraint(f"people BETWEEN 1 AND {MOST_PEOPLE}", name="people"),
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint("weekly_hours > 0", name="weekly_hours"),
        CheckConstraint("length(job) > 0", name="job"),
        CheckConstraint("(closed_on IS NULL) = (close_reason IS NULL)", name="closed"),
        Index("ix_needs_territory", "territory_id", "closed_on", "published_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"))  # None: any company of the lot
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))  # the company that asked
    job: Mapped[str] = mapped_column(String(LONGEST_JOB))
    rome: Mapped[str | None] = mapped_column(String(5))
    people: Mapped[int]
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date | None]
    weekly_hours: Mapped[Decimal | None] = mapped_column(Hours)
    text: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    created_on: Mapped[datetime.date]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_on: Mapped[datetime.date | None]
    closed_on: Mapped[datetime.date | None]
    close_reason: Mapped[str | None] = mapped_column(String(300))

    @property
    def open(self) -> bool:
        """Published and not closed: candidates may be proposed, answered, placed."""
        return self.published_on is not None and self.closed_on is None


@dataclass(frozen=True)
class Wanted:
    """Who is wanted: for what, how many, when, and a few words."""

    job: str
    people: int
    from_on: datetime.date
    to_on: datetime.date | None = None
    rome: str | None = None
    weekly_hours: Decimal | None = None
    text: str | None = None


def publish_new(
    session: Session, lot: Lot, award: Award | None, wanted: Wanted, *, on: datetime.date, by: int | None
) -> Need:
    """A facilitator publishes a need of a lot; refuses a lot that has ended and dates outside it."""
    need = _record(session, lot, award, wanted, None, on, by)
    publish(session, need, on=on, by=by)
    return need


def ask(
    session: Session, lot: Lot, award: Award, wanted: Wanted, *, on: datetime.date, by: int | None
) -> Need:
    """A company of the lot says what it needs: «à publier» until the territory publishes it."""
    need = _record(session, lot, award, wanted, award.organisation_id, on, by)
    note(session, "ask", need, by, people=need.people)
    return need


def publish(session: Session, need: Need, *, on: datetime.date, by: int | None) -> None:
    """Show a need to referrers and SIAE; twice is once, a closed one is refused."""
    refuse_closed(need)
    if need.published_on is None:
        refuse_after_lot(session, need.lot_id, need.from_on, on)
        need.published_on = on
        note(session, "publish", need, by, people=need.people)


def amend(
    session: Session, need: Need, wanted: Wanted, *, filled: int, on: datetime.date, by: int | None
) -> None:
    """Change what is wanted; never fewer people than were found already (`filled`)."""
    refuse_closed(need)
    _check(session, need.lot_id, wanted, on)
    if wanted.people < filled:
        raise NeedRefused(
            f"{filled}\u00a0personnes sont déjà trouvées pour ce besoin\u00a0: le nombre demandé ne peut pas être moindre."
        )
    changed = sorted(name for name, value in vars(wanted).items() if getattr(need, name) != value)
    for name in changed:
        setattr(need, name, getattr(wanted, name))
    if changed:
        note(session, "amend", need, by, fields=changed)


def end(
    session: Session, need: Need, why: Closing, words: str | None, *, on: datetime.date, by: int | None
) -> None:
    """Close a need with its reason; twice has one effect, another reason needs words of its own."""
    if need.closed_on is not None:
        return
    if why is Closing.other and not words:
        raise NeedRefused("Dites en quelques mots pourquoi le besoin est clos.")
    need.closed_on, need.close_reason = on, words or why.label
    note(session, "close", need, by)


def refuse_closed(need: Need) -> None:
    """Refuse to act on a need that is closed."""
    if need.closed_on is not None:
        raise NeedRefused(
            f"Ce besoin est clos depuis le {french_date(need.closed_on)}\u00a0: publiez-en un nouveau au besoin."
        )


def acting_territories(organisation_id: int | None) -> Select[int]:
    """The territories in which an organisation acts, so whose needs it reads: a contact of theirs there, people
    whom it employs or follows, a request to validate a public."""
    return select(
        union(
            select(Contact.territory_id).where(Contact.organisation_id == organisation_id),
            select(Placement.territory_id).where(Placement.employer_id == organisation_id),
            select(Person.territory_id).where(Person.referrer_id == organisation_id),
            select(EligibilityRequest.territory_id).where(
                EligibilityRequest.organisation_id == organisation_id
            ),
        ).subquery()
    )


def _record(
    session: Session,
    lot: Lot,
    award: Award | None,
    wanted: Wanted,
    asked_by_id: int | None,
    on: datetime.date,
    by: int | None,
) -> Need:
    if award is not None and award.lot_id != lot.id:
        raise NeedRefused("Cette entreprise n’a pas ce lot. Choisissez une entreprise du lot.")
    _check(session, lot.id, wanted, on)
    need = Need(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        award_id=award.id if award else None,
        asked_by_id=asked_by_id,
        **vars(wanted),
        created_on=on,
        created_by_id=by,
    )
    session.add(need)
    session.flush()
    return need


def _check(session: Session, lot_id: int, wanted: Wanted, on: datetime.date) -> None:
    if not 1 <= wanted.people <= MOST_PEOPLE:
        raise NeedRefused(f"Un besoin porte sur 1 à {MOST_PEOPLE}\u00a0personnes. Corrigez leur nombre.")
    if wanted.to_on is not None and wanted.to_on < wanted.from_on:
        raise NeedRefused(
            f"La fin ({french_date(wanted.to_on)}) précède le début ({french_date(wanted.from_on)})."
            " Corrigez l’une des deux dates."
        )
    if wanted.weekly_hours is not None and not 0 < wanted.weekly_hours <= 48:
        raise NeedRefused("Les heures par semaine vont de 0,01 à 48. Corrigez-les, ou laissez le champ vide.")
    refuse_after_lot(session, lot_id, wanted.from_on, on)
    _refuse_unknown_rome(session, wanted.rome)


def refuse_after_lot(session: Session, lot_id: int, from_on: datetime.date, on: datetime.date) -> None:
    """Refuse a lot that has ended, and a start after its end."""
    _, end_on = execution(session, [lot_id]).get(lot_id, (None, None))
    if end_on is not None and end_on < on:
        raise NeedRefused(
            f"Ce lot est fini depuis le {french_date(end_on)}\u00a0: plus personne n’y est attendu. Choisissez un lot en cours."
        )
    if end_on is not None and from_on > end_on:
        raise NeedRefused(
            f"Le lot finit le {french_date(end_on)}\u00a0: le besoin ne peut pas commencer après. Avancez son début."
        )


def _refuse_unknown_rome(session: Session, rome: str | None) -> None:
    """Where the official list is loaded, a code that it does not hold is a slip."""
    if rome and not references.holds(session, "rome", rome):
        raise NeedRefused(
            f"Le code ROME {rome} n’est pas dans la liste officielle. Vérifiez-le, ou laissez le champ vide."
        )


def note(session: Session, verb: str, need: Need, by: int | None, **details: Any) -> None:
    """One line of the journal of the lot."""
    journal.note(
        session, verb, "need", need.id, by=by, territory_id=need.territory_id, lot_id=need.lot_id, **details
    )
