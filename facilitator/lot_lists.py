"""The list of a territory's lots: one line a lot, with its statement, sorted and filtered."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from facilitator import compliance, statements
from facilitator.decp_fields import plain
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.rules import Rules
from facilitator.statement import Statement
from facilitator.vocabulary import Pace

PAGE = 50
UNDEFINED = "a_definir"  # the filter of lots whose hours are not known yet
SORTS = ("rythme", "reste", "fin", "acheteur")


@dataclass(frozen=True)
class LotLine:
    """One lot as the list shows it."""

    id: int
    number: str
    title: str
    market_id: int
    object: str
    buyer: str
    year: int | None
    statement: Statement

    @property
    def companies(self) -> str:
        """The companies that answer for the lot."""
        return ", ".join(each.label for each in self.statement.awards)


@dataclass(frozen=True)
class Wanted:
    """What the reader asked of the list."""

    sort: str = "rythme"
    pace: str = ""
    buyer: str = ""
    year: str = ""
    words: str = ""
    page: int = 1

    @property
    def filtered(self) -> bool:
        return bool(self.pace or self.buyer or self.year or self.words)


@dataclass(frozen=True)
class LotList:
    """One page of lots, the sum of all lots that pass the filters, and what one may filter by."""

    lines: Sequence[LotLine]
    total: Statement
    count: int
    page: int
    buyers: Sequence[str]
    years: Sequence[int]

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def more(self) -> bool:
        return self.last < self.count


def of_territory(session: Session, territory_id: int, wanted: Wanted, on: datetime.date) -> LotList:
    """The lots of a territory at the close of a day, in a number of selects that does not grow."""
    rows = session.execute(
        select(
            Lot.id,
            Lot.number,
            Lot.title,
            Lot.market_id,
            Market.object,
            func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier),
            Market.notified_on,
        )
        .join(Market, Market.id == Lot.market_id)
        .join(Organisation, Organisation.id == Market.buyer_id)
        .where(Lot.territory_id == territory_id)
        .order_by(Market.id.desc(), Lot.number, Lot.id)
    ).all()
    kept = [row for row in rows if _passes(row, wanted)]
    by_lot = statements.of_lots(session, [row[0] for row in kept], on)
    lines = [_line(row, by_lot[row[0]]) for row in kept]
    lines = [line for line in lines if _has_pace(line.statement, wanted.pace)]
    lines.sort(key=_ORDERS[wanted.sort if wanted.sort in _ORDERS else "rythme"])
    page = min(max(1, wanted.page), max(1, -(-len(lines) // PAGE)))
    return LotList(
        lines=lines[(page - 1) * PAGE : page * PAGE],
        total=compliance.add_up([line.statement for line in lines], on, Rules()),
        count=len(lines),
        page=page,
        buyers=sorted({row[5] for row in rows}, key=plain),
        years=sorted({row[6].year for row in rows if row[6]}, reverse=True),
    )


def of_market(session: Session, market_id: int, on: datetime.date) -> list[LotLine]:
    """The lots of one market, in order of number."""
    rows = session.execute(
        select(Lot.id, Lot.number, Lot.title, Lot.market_id, Market.object, literal(""), Market.notified_on)
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.market_id == market_id)
        .order_by(Lot.number, Lot.id)
    ).all()
    by_lot = statements.of_lots(session, [row[0] for row in rows], on)
    return sorted((_line(row, by_lot[row[0]]) for row in rows), key=_numbered)


def _line(row: Any, statement: Statement) -> LotLine:
    id, number, title, market_id, object, buyer, notified_on = row
    year = notified_on.year if notified_on else None
    return LotLine(id, number, title, market_id, object, buyer, year, statement)


def _passes(row: Any, wanted: Wanted) -> bool:
    _, _, title, _, object, buyer, notified_on = row
    if wanted.buyer and buyer != wanted.buyer:
        return False
    if wanted.year and (notified_on is None or str(notified_on.year) != wanted.year):
        return False
    text = plain(f"{title} {object} {buyer}") if wanted.words else ""
    return all(word in text for word in plain(wanted.words).split())


def _has_pace(statement: Statement, pace: str) -> bool:
    if not pace:
        return True
    if pace == UNDEFINED:
        return not statement.defined
    return statement.pace is not None and statement.pace.value == pace


_PACES: Mapping[Pace | None, int] = MappingProxyType(
    {Pace.critical: 0, Pace.late: 1, Pace.on_time: 2, Pace.ahead: 3, None: 4}
)


def _by_pace(line: LotLine) -> tuple[Any, ...]:
    """Critical first; lots without hours last."""
    at = line.statement
    return not at.defined, _PACES[at.pace], at.pace_ratio or 0, -at.left, *_numbered(line)


def _by_left(line: LotLine) -> tuple[Any, ...]:
    return not line.statement.defined, -line.statement.left, *_numbered(line)


def _by_end(line: LotLine) -> tuple[Any, ...]:
    """Lots still open first, the next to end on top; ended ones after, then those without an end."""
    at = line.statement
    return at.end is None, at.ended, at.end or datetime.date.max, *_numbered(line)


def _by_buyer(line: LotLine) -> tuple[Any, ...]:
    return plain(line.buyer), -line.market_id, *_numbered(line)


def _numbered(line: LotLine) -> tuple[Any, ...]:
    digits = "".join(each for each in line.number if each in "0123456789")
    return int(digits[:9]) if digits else 0, line.number, line.id


_ORDERS: Mapping[str, Callable[[LotLine], tuple[Any, ...]]] = MappingProxyType(
    {"rythme": _by_pace, "reste": _by_left, "fin": _by_end, "acheteur": _by_buyer}
)
