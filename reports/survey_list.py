"""The list behind a figure of the survey as a workbook: typed values, one line each, their sum at the end."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from facilitator import french
from facilitator.survey_tables import Unit
from reports import sheet
from reports.columns import COUNT, DATE, HOURS, LONG, TEXT, Format, Value


class Row(Protocol):
    """One line: its name, what is told of it, what it counts for."""

    @property
    def name(self) -> str: ...
    @property
    def cells(self) -> tuple[Value, ...]: ...
    @property
    def value(self) -> int | Decimal: ...


def build(
    title: str, what: str, columns: Sequence[str], rows: Sequence[Row], unit: Unit, made_on: datetime.date
) -> bytes:
    """Write the list."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "Lignes"
    last = "Heures" if unit is Unit.hours else "Compte pour"
    names = [what, *columns, last]
    sheet.put(page, 1, 1, title).font = sheet.TITLE
    sheet.put(page, 2, 1, f"Établi le {french.date(made_on)}").font = sheet.QUIET
    sheet.headings(page, 4, names, TEXT)
    sheet.widths(page, [LONG] * (len(names) - 1) + [HOURS])
    row = 5
    counted = HOURS if unit is Unit.hours else COUNT
    for each in rows:
        values: list[Value] = [each.name, *each.cells, each.value]
        sheet.line(page, row, [*map(_format, values[:-1]), counted], values)
        row += 1
    whole = sum((each.value for each in rows), Decimal(0) if unit is Unit.hours else 0)
    totals: list[Value] = ["Ensemble", *[None] * len(columns), whole]
    sheet.line(page, row, [TEXT] * (len(names) - 1) + [counted], totals)
    sheet.strong(page, row, len(names))
    sheet.filterable(page, 4, len(names), row - 1)
    sheet.paper(page, f"{title}, établi le {french.date(made_on)}")
    return sheet.to_bytes(book)


def _format(value: Value) -> Format:
    if isinstance(value, Decimal):
        return HOURS
    if isinstance(value, int):
        return COUNT
    return DATE if isinstance(value, datetime.date) else LONG


def file_name(title: str) -> str:
    """A French file name that tells the figure."""
    short = " ".join(re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]', " ", title).split())[:90].strip(" .")
    return f"Enquête – {short}.xlsx"
