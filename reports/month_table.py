"""«Heures par mois»: lots down, months across, as a cross-tabulation."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from facilitator.bilan import LotLine
from facilitator.statement import MonthFigures, Statement

ZERO = Decimal("0.00")
# What is told of each month; the last three only where there are some.
MEASURES = {
    "Déclarées": "declared",
    "Retenues": "retained",
    "Non retenues": "unretained",
    "En attente": "awaiting",
    "Refusées": "refused",
}
ALWAYS = ("Déclarées", "Retenues")


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One measure of a lot (None: of all), month by month, and its total as the statement says it."""

    lot: LotLine | None
    measure: str
    hours: tuple[Decimal, ...]
    total: Decimal


@dataclass(frozen=True, slots=True)
class MonthTable:
    """The months, and a line for each lot and measure; the lines of all come last."""

    months: tuple[datetime.date, ...]
    lines: tuple[MonthLine, ...]


def cross(lots: Sequence[LotLine], whole: Statement) -> MonthTable:
    """Cross lots and months; every hour is the statement’s own figure."""
    import pandas  # slow to load, and needed here only

    parts: list[tuple[LotLine | None, Statement]] = [(lot, lot.statement) for lot in lots]
    parts.append((None, whole))
    records = [
        (position, measure, figures.month, _hours(figures, measure))
        for position, (_, statement) in enumerate(parts)
        for measure in MEASURES
        for figures in statement.months
    ]
    frame = pandas.DataFrame.from_records(records, columns=["lot", "measure", "month", "hours"])
    crossed = frame.pivot(index=["lot", "measure"], columns="month", values="hours")
    months: tuple[datetime.date, ...] = tuple(cast("Iterable[datetime.date]", crossed.columns))
    found = {
        key: tuple(hours if isinstance(hours, Decimal) else ZERO for hours in values)
        for key, *values in crossed.itertuples(name=None)
    }
    empty = (ZERO,) * len(months)
    lines = (
        MonthLine(lot, measure, found.get((position, measure), empty), getattr(statement, name))
        for position, (lot, statement) in enumerate(parts)
        for measure, name in MEASURES.items()
        if measure in ALWAYS or getattr(statement, name)
    )
    return MonthTable(months, tuple(lines))


def _hours(figures: MonthFigures, measure: str) -> Decimal:
    hours: Decimal = getattr(figures, MEASURES[measure])
    return hours
