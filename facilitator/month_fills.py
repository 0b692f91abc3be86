"""Filling a month in one click: last month’s hours again, or «néant», for a row, a site or everything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from facilitator.month_cells import Cell, Lock, MonthPage, shown
from facilitator.month_drafts import Key
from facilitator.refusals import Refused

ZERO_HOURS = "0"


@dataclass(frozen=True)
class Target:
    """What a click is about: everything, a site (its award) or a row (its person)."""

    kind: Literal["tout", "site", "ligne"]
    id: int = 0


@dataclass(frozen=True)
class Fill:
    """What a click adds to a page."""

    cells: Mapping[Key, str] = field(default_factory=dict)
    nils: frozenset[int] = frozenset()


class FillRefused(Refused):
    """Nobody said what is to be filled."""


def target(text: str) -> Target:
    """Read what a button says: «tout», «site-12», «ligne-34»; refuses anything else."""
    kind, _, number = text.partition("-")
    if text == "tout":
        return Target("tout")
    if kind in ("site", "ligne") and number.isascii() and number.isdigit() and len(number) < 10:
        return Target("site" if kind == "site" else "ligne", int(number))
    raise FillRefused("Choisissez ce qu’il faut remplir\u00a0: une ligne, un chantier ou tout le mois.")


def last_month(page: MonthPage, about: Target) -> Fill:
    """The hours of the month before, for the cells that are still empty."""
    cells = _empty(page, about)
    return Fill({cell.key: shown(cell.last_month) for cell in cells if cell.last_month is not None})


def nil(page: MonthPage, about: Target) -> Fill:
    """0 h for the cells that are still empty, «néant» for the sites without anybody."""
    sites = {"tout": page.nil_ids, "site": page.nil_ids & {about.id}}.get(about.kind, frozenset())
    return Fill({cell.key: ZERO_HOURS for cell in _empty(page, about)}, sites)


def _empty(page: MonthPage, about: Target) -> list[Cell]:
    """What another typed is never filled over; people of another employer only when they are asked for."""
    cells = [
        cell
        for row in page.rows
        for cell in row.cells
        if (about.kind == "tout" and not cell.optional)
        or (about.kind == "site" and cell.award_id == about.id)
        or (about.kind == "ligne" and row.person_id == about.id)
    ]
    return [cell for cell in cells if cell.lock is Lock.none and not cell.text.strip()]
