"""Territories: the structures porteuses, and the dated rules that each sets."""

import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.db import Instant, Model, Versioned, one_of, touch
from facilitator.refusals import Refused
from facilitator.rules import DatedRules, parse
from facilitator.vocabulary import TerritoryKind


class TerritoryRefused(Refused):
    """A territory or one of its parameters cannot be as asked."""


class Territory(Versioned, Model):
    """A PLIE, Maison de l’emploi, EPCI…: employs facilitators, answers for its data (RGPD)."""

    __tablename__ = "territories"
    __table_args__ = (one_of("kind", TerritoryKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
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
        select(
            TerritoryParameter.effective_on, TerritoryParameter.name, TerritoryParameter.value
        ).where(TerritoryParameter.territory_id == territory_id)
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
