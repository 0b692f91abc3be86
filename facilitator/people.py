"""People: participants, their fiches d’éligibilité, and the windows in which their hours count."""

import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    or_,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.names import normalised as normalised
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
        CheckConstraint("dossier_number IS NULL OR referrer_id IS NOT NULL", name="dossier"),
        Index("ix_persons_search", "territory_id", "search_name"),
        Index("uq_persons_dossier", "territory_id", "referrer_id", "dossier_number", unique=True),
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
    dossier_number: Mapped[str | None] = mapped_column(String(40))  # in the software of the referrer
    anonymised_on: Mapped[datetime.date | None]
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name.upper()}"


def lock(session: Session, ids: Any) -> None:
    """Hold these people (ids, or a select of them) until the commit: two who write somebody’s hours follow each other."""
    session.execute(select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()).all()


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


def register(
    session: Session,
    territory_id: int,
    *,
    last_name: str,
    first_name: str,
    birth_on: datetime.date | None,
    on: datetime.date,
    by: int | None,
    sex: str | None = None,
    commune: str | None = None,
    qpv: str | None = None,
    qpv_zoning: int | None = None,
    education: str | None = None,
    referrer_id: int | None = None,
    dossier_number: str | None = None,
) -> Person:
    """Register a participant; the same names and birth date in the territory are refused as a duplicate."""
    refuse_odd_age(birth_on, on)
    _refuse_dossier(session, territory_id, None, referrer_id, dossier_number)
    search_name = normalised(last_name, first_name)
    if birth_on is not None:
        _refuse_same_person(session, territory_id, search_name, birth_on)
    person = Person(
        territory_id=territory_id,
        last_name=last_name,
        first_name=first_name,
        search_name=search_name,
        birth_on=birth_on,
        sex=sex,
        commune=commune,
        qpv=qpv,
        qpv_zoning=qpv_zoning,
        education=education,
        referrer_id=referrer_id,
        dossier_number=dossier_number,
        created_at=journal.now(),
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:  # somebody gave the number at the same instant
        _refuse_dossier(session, territory_id, None, referrer_id, dossier_number)
        raise
    journal.note(session, "register", "person", person.id, by=by, territory_id=territory_id)
    return person


def amend(session: Session, person: Person, *, by: int | None, **fields: object) -> None:
    """Change facts of a person; the journal keeps which fields, never their values."""
    told = {name: fields.get(name, getattr(person, name)) for name in ("referrer_id", "dossier_number")}
    _refuse_dossier(session, person.territory_id, person.id, told["referrer_id"], told["dossier_number"])
    changed = sorted(name for name, value in fields.items() if getattr(person, name) != value)
    try:
        with session.begin_nested():
            for name in changed:
                setattr(person, name, fields[name])
            person.search_name = normalised(person.last_name, person.first_name)
    except IntegrityError:  # somebody gave the number at the same instant
        _refuse_dossier(session, person.territory_id, person.id, told["referrer_id"], told["dossier_number"])
        raise
    if changed:
        journal.note(
            session,
            "amend",
            "person",
            person.id,
            by=by,
            territory_id=person.territory_id,
            fields=changed,
        )


def possible_duplicates(
    session: Session,
    territory_id: int,
    last_name: str,
    first_name: str,
    birth_on: datetime.date | None,
    limit: int = 5,
) -> list[Person]:
    """People of the territory who may be the same: same names in any order, or same birth date and last name."""
    given, swapped = normalised(last_name, first_name), normalised(first_name, last_name)
    same_names = Person.search_name.in_({given, swapped})
    close: ColumnElement[bool] = same_names
    if birth_on is not None:
        family = normalised(last_name).split(" ")[0]
        close = or_(same_names, (Person.birth_on == birth_on) & Person.search_name.startswith(family))
    found = session.scalars(
        select(Person).where(Person.territory_id == territory_id, close).order_by(Person.id)
    )
    return list(found.fetchmany(limit))


def age(birth_on: datetime.date, on: datetime.date) -> int:
    """Whole years on a day."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def refuse_odd_age(birth_on: datetime.date | None, on: datetime.date) -> None:
    """Refuse a birth date that gives an age outside 14 to 99."""
    if birth_on is not None and not 14 <= age(birth_on, on) <= 99:
        raise PersonRefused(
            "La date de naissance donne un âge hors de 14 à 99\u00a0ans. Vérifiez le jour, le mois et l’année."
        )


def _refuse_same_person(
    session: Session, territory_id: int, search_name: str, birth_on: datetime.date
) -> None:
    same = session.scalar(
        select(Person.id).where(
            Person.territory_id == territory_id,
            Person.search_name == search_name,
            Person.birth_on == birth_on,
        )
    )
    if same is not None:
        raise PersonRefused(
            "Une personne portant ces nom, prénom et date de naissance est déjà inscrite sur le territoire."
            " Choisissez-la dans la liste proposée."
        )


def _refuse_dossier(
    session: Session, territory_id: int, person_id: int | None, referrer_id: object, number: object
) -> None:
    """A dossier number belongs to a référent, and names one person there."""
    if not number:
        return
    if referrer_id is None:
        raise PersonRefused(
            "Un numéro de dossier est celui du référent\u00a0: choisissez le référent, ou effacez le numéro."
        )
    other = session.scalar(
        select(Person.id).where(
            Person.territory_id == territory_id,
            Person.referrer_id == referrer_id,
            Person.dossier_number == number,
            Person.id != (person_id or 0),
        )
    )
    if other is not None:
        raise PersonRefused(
            f"Le numéro de dossier {number} est déjà celui d’une autre personne chez ce référent. Vérifiez le numéro,"
            " ou cherchez-le dans la liste des personnes pour corriger l’autre fiche."
        )
