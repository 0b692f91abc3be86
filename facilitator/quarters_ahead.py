"""The next twelve months by trade family and quarter: hours to do, hours done in a year, people, what lacks."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from facilitator.periods import DAY, add_months
from facilitator.trade_families import Family

ZERO, CENT = Decimal(0), Decimal("0.01")
MONTHS = 12


@dataclass(frozen=True)
class Quarter:
    """Part of a calendar quarter inside the twelve months: 2027-1."""

    year: int
    number: int
    from_on: datetime.date
    to_on: datetime.date

    @property
    def code(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def label(self) -> str:
        return f"T{self.number} {self.year}"


@dataclass(frozen=True)
class LotAhead:
    """One lot: what it still owes, what of it falls in each quarter, and why when that cannot be said."""

    lot_id: int
    title: str
    market: str
    family: Family
    end: datetime.date | None
    left: Decimal | None
    hours: tuple[Decimal, ...]  # by quarter
    unknown: str | None = None

    @property
    def total(self) -> Decimal:
        return sum(self.hours, ZERO)


@dataclass(frozen=True)
class Worked:
    """Hours of the people of one SIAE in one family over the last four whole quarters."""

    organisation_id: int
    organisation: str
    family: Family
    hours: Decimal


@dataclass(frozen=True)
class Free:
    """Somebody whose window is open and who is not at work."""

    person_id: int
    name: str
    family: Family
    last_on: datetime.date  # of the window


@dataclass(frozen=True)
class Line:
    """One family: hours to do by quarter, against what SIAE did in a year and the people available."""

    family: Family
    lots: int
    hours: tuple[Decimal, ...]
    capacity: Decimal
    people: int
    etp_hours: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.hours, ZERO)

    @property
    def quarterly(self) -> Decimal:
        """What the SIAE did in a mean quarter."""
        return (self.capacity / 4).quantize(CENT)

    @property
    def gap(self) -> Decimal:
        """Hours that nobody did last year; never below zero."""
        return max(ZERO, self.total - self.capacity)

    @property
    def etp(self) -> Decimal:
        """The gap in people at full time for a year."""
        return (self.gap / self.etp_hours).quantize(CENT)


@dataclass(frozen=True)
class Ahead:
    """The next twelve months of a territory."""

    on: datetime.date
    quarters: tuple[Quarter, ...]
    since: datetime.date  # the four whole quarters of the capacity
    until: datetime.date
    lines: tuple[Line, ...]
    lots: tuple[LotAhead, ...]
    worked: tuple[Worked, ...]
    free: tuple[Free, ...]

    @property
    def known(self) -> list[LotAhead]:
        return [each for each in self.lots if each.unknown is None and each.total]

    @property
    def unknown(self) -> list[LotAhead]:
        return [each for each in self.lots if each.unknown is not None]


def quarters(on: datetime.date) -> tuple[Quarter, ...]:
    """The calendar quarters of the twelve months that follow a day; the first and last may be cut."""
    first, last = on + DAY, add_months(on, MONTHS)
    found = []
    while first <= last:
        number = (first.month - 1) // 3 + 1
        start = datetime.date(first.year, 3 * number - 2, 1)
        end = min(add_months(start, 3) - DAY, last)
        found.append(Quarter(first.year, number, first, end))
        first = end + DAY
    return tuple(found)


def spread(
    left: Decimal, start: datetime.date, end: datetime.date, spans: Iterable[Quarter]
) -> tuple[Decimal, ...]:
    """What of these hours falls in each quarter, by days, both ends included; cumulated, then rounded down."""
    days, before, found = (end - start).days + 1, ZERO, []
    for span in spans:
        elapsed = min(max(0, (span.to_on - start).days + 1), days)
        done = (left * elapsed / days).quantize(CENT, ROUND_DOWN)
        found.append(done - before)
        before = done
    return tuple(found)


def lines(
    lots: Iterable[LotAhead],
    worked: Iterable[Worked],
    free: Iterable[Free],
    width: int,
    etp: Decimal,
) -> tuple[Line, ...]:
    """One line a family that has something to show, the largest gap first."""
    hours: dict[Family, list[Decimal]] = {each: [ZERO] * width for each in Family}
    counted, capacity, people = (
        dict.fromkeys(Family, 0),
        dict.fromkeys(Family, ZERO),
        dict.fromkeys(Family, 0),
    )
    for lot in lots:
        if lot.unknown is None and lot.total:
            counted[lot.family] += 1
            hours[lot.family] = [a + b for a, b in zip(hours[lot.family], lot.hours, strict=True)]
    for each in worked:
        capacity[each.family] += each.hours
    for person in free:
        people[person.family] += 1
    found = [
        Line(family, counted[family], tuple(hours[family]), capacity[family], people[family], etp)
        for family in Family
        if counted[family] or capacity[family] or people[family]
    ]
    return tuple(sorted(found, key=lambda line: (-line.gap, -line.total)))
