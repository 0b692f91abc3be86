"""The hours of a lot over twelve months: people down, months across, as in a spreadsheet."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.awards import Award
from facilitator.hours import NilDeclaration, Share
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.periods import add_months
from facilitator.vocabulary import Standing

ZERO = Decimal("0.00")
LIVE = (Standing.counted, Standing.awaiting, Standing.refused)


@dataclass
class Cell:
    """One person’s hours of one month on the lot."""

    declared: Decimal = ZERO
    retained: Decimal = ZERO
    awaiting: Decimal = ZERO
    refused: Decimal = ZERO

    @property
    def tone(self) -> str:
        """What the cell says beside its number: waiting, refused, or not wholly retained."""
        if self.awaiting:
            return "waiting"
        if self.refused:
            return "critical"
        return "late" if self.retained < self.declared else ""

    def add(self, standing: str, hours: Decimal, retained: Decimal) -> None:
        self.declared += hours
        self.retained += retained
        if standing == Standing.awaiting:
            self.awaiting += hours
        if standing == Standing.refused:
            self.refused += hours


@dataclass
class Row:
    """One person of the lot."""

    person_id: int
    person: str
    cells: dict[datetime.date, Cell] = field(default_factory=dict)
    total: Cell = field(default_factory=Cell)


@dataclass
class Grid:
    """Twelve months of a lot: its people, the totals of each month, and who said «néant»."""

    months: Sequence[datetime.date]
    rows: list[Row]
    totals: dict[datetime.date, Cell]
    total: Cell
    nil: dict[datetime.date, list[str]]


def grid(session: Session, lot_id: int, first: datetime.date) -> Grid:
    """The grid of the twelve months from `first` on (two selects)."""
    months = [add_months(first, count) for count in range(12)]
    found = session.execute(
        select(
            Share.person_id,
            Person.last_name,
            Person.first_name,
            Share.month,
            Share.standing,
            func.sum(Share.hours),
            func.sum(Share.retained),
        )
        .join(Person, Person.id == Share.person_id)
        .where(Share.lot_id == lot_id, Share.month.in_(months), Share.standing.in_(LIVE))
        .group_by(Share.person_id, Person.last_name, Person.first_name, Share.month, Share.standing)
        .order_by(Person.last_name, Person.first_name, Share.person_id)
    )
    rows: dict[int, Row] = {}
    totals = {month: Cell() for month in months}
    total = Cell()
    for person_id, last_name, first_name, month, standing, hours, retained in found:
        row = rows.setdefault(person_id, Row(person_id, f"{first_name} {last_name.upper()}"))
        for cell in (row.cells.setdefault(month, Cell()), row.total, totals[month], total):
            cell.add(standing, hours, retained)
    return Grid(months, list(rows.values()), totals, total, _nil(session, lot_id, months))


def _nil(session: Session, lot_id: int, months: Sequence[datetime.date]) -> dict[datetime.date, list[str]]:
    found: dict[datetime.date, list[str]] = {}
    rows = session.execute(
        select(NilDeclaration.month, Organisation.name, Organisation.identifier)
        .join(Award, Award.id == NilDeclaration.award_id)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(Award.lot_id == lot_id, NilDeclaration.month.in_(months))
    )
    for month, name, identifier in rows:
        found.setdefault(month, []).append(name or identifier)
    return found
