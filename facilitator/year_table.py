"""Twelve months across, people and sites down, as a declarant reads its year: one value a cell, with its state."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
DayHours = Mapping[datetime.date, Decimal]  # hours of a day, month by month


class State(StrEnum):
    """Where the hours of a cell stand; of several, the one that asks for something."""

    missing = "missing"
    refused = "refused"
    waiting = "waiting"
    validated = "validated"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    State.missing: "à déclarer",
    State.refused: "refusées",
    State.waiting: "envoyées",
    State.validated: "validées",
}


@dataclass(frozen=True)
class Site:
    """A lot, as its declarant knows it."""

    lot_id: int
    label: str
    buyer: str
    territory: str


@dataclass(frozen=True)
class Hours:
    """Hours of one person on one site in one month, in one state."""

    month: datetime.date
    state: State
    hours: Decimal


@dataclass(frozen=True)
class Cell:
    """What stands in a month: hours that are not refused, and the state that matters."""

    hours: Decimal
    refused: Decimal
    state: State

    @property
    def shown(self) -> Decimal | None:
        """The one value of the cell; None where nothing was said."""
        if self.state is State.missing and not self.hours:
            return None
        return self.refused if self.state is State.refused and not self.hours else self.hours


@dataclass(frozen=True)
class Total:
    """Hours, and the same in days."""

    hours: Decimal = ZERO
    exact_days: Decimal = ZERO

    @property
    def days(self) -> Decimal:
        return self.exact_days.quantize(CENT, ROUND_HALF_UP)

    def __add__(self, other: "Total") -> "Total":
        return Total(self.hours + other.hours, self.exact_days + other.exact_days)


@dataclass(frozen=True)
class Row:
    """A person at one employer, on one site."""

    person_id: int
    person: str
    employer: str
    contracts: int
    site: Site
    day_hours: DayHours
    said: tuple[Hours, ...]
    asked: frozenset[datetime.date] = field(
        default_factory=frozenset
    )  # months whose hours are expected of us

    @cached_property
    def cells(self) -> Mapping[datetime.date, Cell]:
        """The months where something is said, or expected."""
        found: dict[datetime.date, list[Hours]] = {}
        for each in self.said:
            found.setdefault(each.month, []).append(each)
        for month in self.asked - found.keys():
            found[month] = []
        return {month: _cell(each) for month, each in found.items()}

    def total_of(self, month: datetime.date) -> Total:
        cell = self.cells.get(month)
        hours = cell.hours if cell else ZERO
        return Total(hours, hours / self.day_hours[month])

    @cached_property
    def total(self) -> Total:
        return sum((self.total_of(month) for month in self.cells), Total())


def _cell(said: Sequence[Hours]) -> Cell:
    order = list(State)
    state = min((each.state for each in said), key=order.index, default=State.missing)
    hours = sum((each.hours for each in said if each.state is not State.refused), ZERO)
    return Cell(hours, sum((each.hours for each in said if each.state is State.refused), ZERO), state)


@dataclass(frozen=True)
class YearTable:
    """The year of one organisation; refused hours are in no total."""

    organisation: str
    year: int
    rows: tuple[Row, ...]

    @property
    def months(self) -> tuple[datetime.date, ...]:
        return tuple(datetime.date(self.year, month, 1) for month in range(1, 13))

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The sites, in the order of the rows."""
        return tuple(dict.fromkeys(row.site for row in self.rows))

    def of(self, site: Site | None = None, month: datetime.date | None = None) -> Total:
        """The total of a site, of a month, of both, or of all."""
        rows = (row for row in self.rows if site is None or row.site == site)
        return _sum(row.total if month is None else row.total_of(month) for row in rows)


def _sum(totals: Iterable[Total]) -> Total:
    return sum(totals, Total())
