"""Territories: the structures porteuses, and the dated rules that each sets."""

import datetime
import re

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.db import Instant, Model, Versioned, one_of, touch
from facilitator.refusals import Refused
from facilitator.rules import DatedRules, dump, parse
from facilitator.vocabulary import TerritoryKind

LONGEST_NAME = 200


Reach = frozenset[int] | None  # the territories that somebody is shown; None: all of them


class TerritoryRefused(Refused):
    """A territory or one of its parameters cannot be as asked."""


class Territory(Versioned, Model):
    """A PLIE, Maison de l’emploi, EPCI…: employs facilitators, answers for its data (RGPD)."""

    __tablename__ = "territories"
    __table_args__ = (one_of("kind", TerritoryKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    kind: Mapped[str] = mapped_column(String(10))
    legal_bearer: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(30))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)


class TerritoryParameter(Model):
    """One value of one rule from one day on; a change never touches the months before it."""

    __tablename__ = "territory_parameters"
    __table_args__ = (UniqueConstraint("territory_id", "name", "effective_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[datetime.date]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime.datetime] = mapped_column(Instant)


def rules_of(session: Session, territory_id: int) -> DatedRules:
    """The rules of a territory, at every date (one select)."""
    rows = session.execute(
        select(TerritoryParameter.effective_on, TerritoryParameter.name, TerritoryParameter.value).where(
            TerritoryParameter.territory_id == territory_id
        )
    )
    return DatedRules(tuple((day, name, parse(name, value)) for day, name, value in rows))


def rules_by_territory(session: Session, ids: set[int]) -> dict[int, DatedRules]:
    """The rules of several territories (one select)."""
    found: dict[int, list[tuple[datetime.date, str, object]]] = {each: [] for each in ids}
    rows = session.execute(
        select(
            TerritoryParameter.territory_id,
            TerritoryParameter.effective_on,
            TerritoryParameter.name,
            TerritoryParameter.value,
        ).where(TerritoryParameter.territory_id.in_(ids))
    )
    for territory_id, day, name, value in rows:
        found[territory_id].append((day, name, parse(name, value)))
    return {each: DatedRules(tuple(entries)) for each, entries in found.items()}


def create(session: Session, slug: str, name: str, kind: TerritoryKind, *, by: int | None) -> Territory:
    """Open a territory; refuses a slug that is taken or that would not read well in a command."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug) or len(slug) > 60:
        raise TerritoryRefused(
            f"«\u00a0{slug}\u00a0» ne convient pas comme nom court\u00a0: minuscules sans accent, chiffres"
            " et tirets, par exemple «\u00a0val-d-exemple\u00a0»."
        )
    if not name.strip() or len(name) > LONGEST_NAME or re.search(r"[\x00-\x1f\x7f]", name):
        raise TerritoryRefused(
            f"Donnez au territoire un nom d’une ligne, de {LONGEST_NAME} caractères au plus."
        )
    if session.scalar(select(Territory.id).where(Territory.slug == slug)) is not None:
        raise TerritoryRefused(
            f"Un territoire porte déjà le nom court «\u00a0{slug}\u00a0». Choisissez-en un autre."
        )
    territory = Territory(
        slug=slug, name=name.strip(), kind=TerritoryKind(kind).value, created_at=journal.now()
    )
    session.add(territory)
    session.flush()
    journal.note(session, "create", "territory", territory.id, by=by, territory_id=territory.id)
    return territory


def by_slug(session: Session, slug: str) -> Territory:
    """The territory of a short name; refuses an unknown one."""
    found = session.scalar(select(Territory).where(Territory.slug == slug))
    if found is None:
        raise TerritoryRefused(
            f"Aucun territoire ne porte le nom court «\u00a0{slug}\u00a0». Vérifiez-le, ou créez ce territoire."
        )
    return found


def amend(session: Session, territory: Territory, *, by: int | None, **fields: str | None) -> None:
    """Change what is known of a territory; its short name never changes."""
    changed = sorted(name for name, value in fields.items() if getattr(territory, name) != value)
    for name in changed:
        setattr(territory, name, fields[name])
    if changed:
        journal.note(
            session,
            "amend",
            "territory",
            territory.id,
            by=by,
            territory_id=territory.id,
            fields=changed,
        )


def set_parameter(
    session: Session,
    territory: Territory,
    name: str,
    value: str,
    *,
    effective_on: datetime.date,
    by: int | None,
) -> TerritoryParameter:
    """Give a rule its value from a day on; refuses a value that it cannot take. Verdicts follow."""
    text = dump(name, parse(name, value))
    same_day = session.scalar(
        select(TerritoryParameter).where(
            TerritoryParameter.territory_id == territory.id,
            TerritoryParameter.name == name,
            TerritoryParameter.effective_on == effective_on,
        )
    )
    before = same_day.value if same_day else None
    parameter = same_day or TerritoryParameter(
        territory_id=territory.id, name=name, effective_on=effective_on
    )
    parameter.value, parameter.set_by_id, parameter.set_at = text, by, journal.now()
    session.add(parameter)
    session.flush()
    journal.note(
        session,
        "set_parameter",
        "territory",
        territory.id,
        by=by,
        territory_id=territory.id,
        name=name,
        value=text,
        before=before,
        effective_on=effective_on.isoformat(),
    )
    touch(session, "territory", territory.id)
    return parameter


def parameters_of(session: Session, territory_id: int) -> list[TerritoryParameter]:
    """Every dated value that a territory set, newest first."""
    return list(
        session.scalars(
            select(TerritoryParameter)
            .where(TerritoryParameter.territory_id == territory_id)
            .order_by(TerritoryParameter.name, TerritoryParameter.effective_on.desc())
        )
    )
