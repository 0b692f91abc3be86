"""What the address of the survey asks for: a year, and for an administrator the territories; and what may be read of it."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request
from sqlalchemy import select

from facilitator import access, survey_figures, survey_parts, survey_tables, visibility
from facilitator.access import LARGEST_ID
from facilitator.db import db
from facilitator.rules import Rules
from facilitator.survey import Survey
from facilitator.survey_secrecy import SOME, Secrecy
from facilitator.survey_selections import Asked
from facilitator.survey_tables import Page, Read
from facilitator.territories import Territory
from facilitator.vocabulary import MembershipRole
from facilitator.web import clock

FIRST_YEAR = 2000
YEARS_OFFERED = 12


@dataclass
class Wanted:
    """A year and its territories, as one reader may read them."""

    year: int
    territory_ids: tuple[int, ...] | None  # None: all
    own: bool  # the reader is the territory itself

    @property
    def asked(self) -> Asked:
        return Asked(self.year, self.territory_ids, clock.today())

    @property
    def alone(self) -> int | None:
        """The only territory that is asked for."""
        return self.territory_ids[0] if self.territory_ids and len(self.territory_ids) == 1 else None

    @property
    def some(self) -> bool:
        """Neither all, nor one: nothing of people is told."""
        return self.territory_ids is not None and self.alone is None

    def args(self, **more: Any) -> dict[str, Any]:
        """The address that asks for the same again."""
        told: dict[str, Any] = {"annee": self.year, **more}
        if not self.own and self.territory_ids is not None:
            told["territoire"] = list(self.territory_ids)
        return told

    def hidden(self, year: int) -> Collection[str]:
        """The keys of the figures that the reader may not read of a year."""
        if self.own:
            return ()
        return SOME if self.some else secrecy(year).of(self.alone)

    def survey(self, year: int) -> Survey:
        return survey_figures.of_year(db.session(), year, self.territory_ids, clock.today())

    @cached_property
    def both(self) -> tuple[Read, Read]:
        """The year asked for, and the one before."""
        years = (self.year, self.year - 1)
        now, before = (Read(self.survey(year), frozenset(self.hidden(year))) for year in years)
        return now, before

    def page(self) -> Page:
        return survey_tables.of(*self.both)


def secrecy(year: int) -> Secrecy:
    """What is masked of a year for who is not the territory."""
    return survey_parts.secrecy(db.session(), Asked(year, None, clock.today()), Rules().small_cell)


def wanted() -> Wanted:
    """Read the address: the last full year unless it says another; a facilitator’s own territory only."""
    member, today = access.current(), clock.today()
    typed = request.args.get("annee", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0
    year = year if FIRST_YEAR <= year <= today.year else today.year - 1
    if member.role == MembershipRole.facilitator:
        return Wanted(year, (member.territory_id,), own=True)
    return Wanted(year, _chosen(), own=False)


def _chosen() -> tuple[int, ...] | None:
    """The territories of the address that exist; none of them: all."""
    typed = request.args.getlist("territoire")
    ids = {int(each) for each in typed if each.isascii() and each.isdigit() and len(each) < 11}
    known = visibility.territories(access.current()).where(
        Territory.id.in_({each for each in ids if each <= LARGEST_ID})
    )
    found = db.session.scalars(known.with_only_columns(Territory.id).order_by(Territory.id))
    return tuple(found) or None


def years() -> list[tuple[int, str]]:
    """The years that a filter offers."""
    now = clock.today().year
    return [(year, str(year)) for year in range(now, now - YEARS_OFFERED, -1)]


def territories() -> list[tuple[int, str]]:
    """The territories that an administrator may choose."""
    rows = db.session.execute(select(Territory.id, Territory.name).order_by(Territory.name))
    return [(id_, name) for id_, name in rows]
