"""Reads a compliance workbook by the words of its headings, as its reader does."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def sheet(book: Workbook, name: str) -> Worksheet:
    found = book[name]
    assert isinstance(found, Worksheet)
    return found


def rows(page: Worksheet, heading: str = "Marché") -> list[dict[Any, Any]]:
    """The rows of a table under its headings: the first row whose first cell is this heading."""
    return list(_rows(page, heading))


def _rows(page: Worksheet, heading: str) -> Iterator[dict[Any, Any]]:
    names: list[Any] | None = None
    for values in page.iter_rows(values_only=True):
        if names is None:
            names = list(values) if values[0] == heading else None
        elif not any(value is not None for value in values):
            return
        else:
            yield dict(zip(names, values, strict=True))


def all_text(book: Workbook) -> str:
    """Every cell of every sheet, for words that must not be there."""
    return "\n".join(
        str(value)
        for name in book.sheetnames
        for values in sheet(book, name).iter_rows(values_only=True)
        for value in values
        if value is not None
    )
