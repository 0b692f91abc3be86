"""Filling a month in one click: last month’s hours again, or «néant», for a row, a site or everything."""

from dataclasses import dataclass
from typing import Literal

from facilitator.month_cells import Cell, Lock, MonthPage, shown
from facilitator.month_drafts import Key

NIL = "0"


@dataclass(frozen=True)
class Target:
    """What a click is about: everything, a site (its award) or a row (its person)."""

    kind: Literal["tout", "site", "ligne"]
    id: int = 0


def target(text: str) -> Target | None:
    """Read what a button says: «tout», «site-12», «ligne-34»."""
    kind, _, number = text.partition("-")
    if text == "tout":
        return Target("tout")
    if kind in ("site", "ligne") and number.isascii() and number.isdigit() and len(number) < 10:
        return Target("site" if kind == "site" else "ligne", int(number))
    return None


def last_month(page: MonthPage, about: Target) -> dict[Key, str]:
    """The hours of the month before, for the cells that are still empty."""
    return {cell.key: shown(cell.last_month) for cell in _empty(page, about) if cell.last_month is not None}


def nil(page: MonthPage, about: Target) -> dict[Key, str]:
    """0 h, for the cells that are still empty."""
    return {cell.key: NIL for cell in _empty(page, about)}


def nil_sites(page: MonthPage, about: Target) -> frozenset[int]:
    """The sites without anybody that the click is about."""
    if about.kind == "tout":
        return page.nil_ids
    return page.nil_ids & {about.id} if about.kind == "site" else frozenset()


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
