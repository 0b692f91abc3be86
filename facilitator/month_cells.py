"""The page of a month as its declarant reads it: people down, sites across, what is typed, said, refused or missing."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from facilitator import french
from facilitator.french import FigureRefused
from facilitator.month_drafts import Key
from facilitator.month_rows import Part, Sheet, Site
from facilitator.periods import Interval, add_months, last_of_month
from facilitator.vocabulary import TimesheetState

ZERO = Decimal("0.00")


class Lock(StrEnum):
    """Why a cell does not take hours on this page."""

    none = ""
    validated = "validated"
    other_side = "other_side"
    globalised = "globalised"
    unshared = "unshared"  # the facilitator says where its hours go
    elsewhere = "elsewhere"  # a host’s own hours, on a relevé that serves somebody else too


@dataclass(frozen=True)
class Cell:
    """Hours of one contract for one placement over one period of the month."""

    key: Key
    award_id: int
    days: Interval
    last_month: Decimal | None
    text: str  # as it stands in the field: typed here, in the draft, or declared
    kept: str | None  # in the draft
    kept_by: str | None
    sheet: Sheet | None
    correction: Sheet | None  # asked over a validated relevé
    declared: Decimal | None
    lock: Lock
    optional: bool  # the employer is the one who is asked
    excused: bool = False  # «néant» was said of the site

    @property
    def name(self) -> str:
        """Its field in the form."""
        contract_id, placement_id, from_on = self.key
        return f"h-{contract_id}-{placement_id}-{from_on:%Y%m%d}"

    @property
    def whole_month(self) -> bool:
        return self.days.from_on.day == 1 and self.days.last_on == last_of_month(self.days.from_on)

    @property
    def period(self) -> str:
        """«01 – 16/05»: said only when it is not the whole month."""
        if self.whole_month:
            return ""
        return f"du {self.days.from_on.day:02d} au {self.days.last_on:%d/%m}"

    @property
    def state(self) -> TimesheetState | None:
        return self.sheet.state if self.sheet else None

    @property
    def hours(self) -> Decimal | None:
        """What the field says, where it can be read."""
        return read(self.text)

    @property
    def wrong(self) -> str | None:
        """Why the text cannot be read."""
        return unreadable(self.text)

    @property
    def changed(self) -> bool:
        """The field says something else than what was declared."""
        return said(self.text) != said(shown(self.declared))

    @property
    def open(self) -> bool:
        """It takes hours on this page."""
        return self.lock is Lock.none

    @property
    def blank(self) -> bool:
        """It waits for hours."""
        return self.open and not self.text.strip()

    @property
    def split_on(self) -> datetime.date | None:
        """The limit at which the relevé waits to be divided (its first one)."""
        if self.sheet is None or self.sheet.state is TimesheetState.refused or not self.sheet.worked:
            return None
        return min((part.split_on for part in self.sheet.parts if part.split_on), default=None)

    @property
    def contested(self) -> Decimal | None:
        """What the other side says was worked here, where it differs."""
        return next((p.contested for p in self._parts() if p.contested is not None), None)

    @property
    def contest(self) -> str | None:
        return next((p.contest for p in self._parts() if p.contest), None)

    @property
    def correcting(self) -> bool:
        """A correction of these hours waits."""
        return self.correction is not None and self.correction.state is not TimesheetState.refused

    @property
    def corrected(self) -> Decimal | None:
        """The hours of the correction that waits; None while nobody has said where they go."""
        return self.correction.hours_of(self.key[1]) if self.correction and self.correcting else None

    @property
    def due(self) -> bool:
        """Nobody has said anything yet, or it was refused: the declarant has the ball."""
        return not self.optional and self.lock is Lock.none and self._owed

    @property
    def _owed(self) -> bool:
        return not self.excused and self.state in (None, TimesheetState.refused)

    @property
    def settled(self) -> bool:
        """Validated, and no correction waits; or «néant»."""
        if self.excused and self.state in (None, TimesheetState.refused):
            return True
        return self.state is TimesheetState.validated and not self.correcting

    def _parts(self) -> Iterator[Part]:
        if self.sheet is not None:
            yield from (part for part in self.sheet.parts if part.placement_id == self.key[1])


@dataclass(frozen=True)
class Total:
    """Hours, and the same in days of the territory."""

    hours: Decimal = ZERO
    days: Decimal = ZERO

    def __add__(self, other: "Total") -> "Total":
        return Total(self.hours + other.hours, self.days + other.days)

    @property
    def in_days(self) -> str:
        """«18,50 jours»."""
        shown_days = self.days.quantize(Decimal("0.01"), ROUND_HALF_UP)
        return f"{french.number(shown_days)}{french.NBSP}{'jour' if shown_days < 2 else 'jours'}"


@dataclass(frozen=True)
class Row:
    """One person at one employer: its cells, site by site."""

    person_id: int
    person: str
    employer: str | None  # said when it is not the declarant
    territory_id: int
    cells: tuple[Cell, ...]
    day_hours: Decimal
    warnings: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        return any(cell.blank for cell in self.cells)

    def at(self, site: Site) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.award_id == site.award_id)

    def total_of(self, cells: Iterable[Cell]) -> Total:
        hours = sum((cell.hours or ZERO for cell in cells), ZERO)
        return Total(hours, hours / self.day_hours)

    @property
    def total(self) -> Total:
        return self.total_of(self.cells)


@dataclass(frozen=True)
class EmptySite:
    """A site of the declarant where nobody is known to work this month: «néant», or a person to tell of."""

    site: Site
    nil: bool  # said
    nil_drafted: bool


@dataclass(frozen=True)
class Sent:
    """One sending of the month, as listed."""

    at: datetime.datetime
    name: str
    position: str | None
    comment: str | None


@dataclass(frozen=True)
class MonthPage:
    """All that one organisation declares for one month, over all buyers and territories."""

    organisation_id: int
    organisation: str
    month: datetime.date
    begun: bool
    sites: tuple[Site, ...]
    rows: tuple[Row, ...]
    empty_sites: tuple[EmptySite, ...]
    comment: str
    saved_at: datetime.datetime | None
    saved_by: str | None
    sendings: tuple[Sent, ...]
    last_sender: Sent | None  # who sent last, whatever the month: proposed again
    partial: bool = False  # other territories of the declarant are not opened here

    @property
    def cells(self) -> Iterator[Cell]:
        return (cell for row in self.rows for cell in row.cells)

    @property
    def by_key(self) -> dict[Key, Cell]:
        return {cell.key: cell for cell in self.cells}

    @property
    def nil_ids(self) -> frozenset[int]:
        """The sites that may be said «néant»."""
        return frozenset(each.site.award_id for each in self.empty_sites if not each.nil)

    @property
    def nil_drafted(self) -> frozenset[int]:
        return frozenset(each.site.award_id for each in self.empty_sites if each.nil_drafted)

    @property
    def open(self) -> bool:
        """Something can be sent."""
        return bool(self.nil_ids) or any(cell.open for cell in self.cells)

    @property
    def blank(self) -> bool:
        """Something can be filled."""
        return bool(self.nil_ids - self.nil_drafted) or any(row.blank for row in self.rows)

    def open_at(self, site: Site) -> bool:
        return any(cell.open for row in self.rows for cell in row.at(site))

    def blank_at(self, site: Site) -> bool:
        return any(cell.blank for row in self.rows for cell in row.at(site))

    @property
    def total(self) -> Total:
        return sum((row.total for row in self.rows), Total())

    def site_total(self, site: Site) -> Total:
        return sum((row.total_of(row.at(site)) for row in self.rows), Total())

    @property
    def due(self) -> int:
        """How many things the declarant still has to say."""
        return sum(cell.due for cell in self.cells) + len(self.nil_ids)

    @property
    def closed(self) -> bool:
        """Everything of the month is validated: nothing is asked any more."""
        asked = [cell for cell in self.cells if not cell.optional]
        some = bool(asked) or any(each.nil for each in self.empty_sites)
        return some and not self.nil_ids and all(cell.settled for cell in asked)

    @property
    def quarter(self) -> tuple[datetime.date, ...]:
        """The three months of its quarter."""
        first = self.month.replace(month=(self.month.month - 1) // 3 * 3 + 1)
        return tuple(add_months(first, count) for count in range(3))


def shown(hours: Decimal | None) -> str:
    """Hours as they stand in a field: 120,00."""
    return "" if hours is None else french.number(hours, 2).replace(french.THIN, "")


def read(text: str) -> Decimal | None:
    """The hours that a text says; None when it is empty or cannot be read."""
    try:
        return french.parse_hours(text) if text.strip() else None
    except FigureRefused:
        return None


def unreadable(text: str) -> str | None:
    """The sentence about a text that cannot be read as hours."""
    try:
        if text.strip():
            french.parse_hours(text)
    except FigureRefused as refused:
        return refused.sentence
    return None


def said(text: str) -> str | Decimal:
    """What a text says: two ways to write the same hours say the same."""
    hours = read(text)
    return text.strip() if hours is None else hours


def locked(
    sheet: Sheet | None,
    organisation_id: int,
    employer_id: int,
    lots: Sequence[tuple[int, int]],
    *,
    elsewhere: bool,
    shared: bool,
) -> Lock:
    """Why a cell with this relevé is closed here.

    `lots` are the (placement, lot) that its parts should have; `elsewhere`: its contract serves somebody whom
    this organisation knows nothing about; `shared`: somebody whom its declarant knows nothing about, so that
    the employer speaks for all.
    """
    if sheet is None:
        return Lock.none
    if elsewhere:
        return Lock.elsewhere
    if sheet.unshared:
        return Lock.unshared
    declarant = sheet.declarant_id or employer_id
    taken_over = shared and organisation_id == employer_id
    if declarant != organisation_id and not taken_over and sheet.state is not TimesheetState.validated:
        return Lock.other_side
    if any((part.placement_id, part.lot_id) not in lots for part in sheet.parts):
        return Lock.globalised
    return Lock.validated if sheet.state is TimesheetState.validated else Lock.none
