"""Writes tables into sheets: typed values, never a formula; headings frozen, filterable, repeated on paper."""

import datetime
import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar
from weakref import WeakKeyDictionary

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.columns import TEXT, Columns, Format, Value

R = TypeVar("R")

LONGEST_TEXT = 32_767  # what one cell holds
# Control characters, lone surrogates and non-characters: one of them makes the whole file unreadable.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_READ_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")

TITLE = Font(size=16, bold=True, color="0B5C66")
STRONG = Font(bold=True)
QUIET = Font(color="51606E")
_HEADING = Font(bold=True, color="FFFFFF")
_HEADING_FILL = PatternFill("solid", fgColor="0B5C66")
_HEADING_ALIGNMENT = Alignment(wrap_text=True, vertical="center", horizontal="left")
_LINE = Border(bottom=Side(style="thin", color="C9C4B8"))
_ABOVE = Border(top=Side(style="medium", color="0B5C66"))
_ALIGNMENTS = {
    (wrap, right): Alignment(vertical="top", wrap_text=wrap, horizontal="right" if right else None)
    for wrap in (False, True)
    for right in (False, True)
}


@dataclass(frozen=True, slots=True)
class _Look:
    style: Format
    text: bool
    quoted: bool
    lined: bool


_LOOKS: WeakKeyDictionary[Workbook, dict[_Look, StyleArray]] = WeakKeyDictionary()


def text(value: str) -> str:
    """Text that a workbook can hold."""
    return _UNREADABLE.sub("", value)[:LONGEST_TEXT]


def put(
    sheet: Worksheet, row: int, column: int, value: Value, style: Format = TEXT, *, lined: bool = False
) -> Cell:
    """Write one typed value; text stays text, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    quoted = False
    if isinstance(value, str):
        kept = text(value)
        cell.value = kept
        cell.data_type = "s"
        quoted = kept.startswith(_READ_AS_FORMULA)
    elif value is not None:
        cell.value = value
    _look(sheet, cell, _Look(style, isinstance(value, str), quoted, lined))
    return cell


def _look(sheet: Worksheet, cell: Cell, look: _Look) -> None:
    """Give a cell its look; openpyxl is slow to make one, and there are few: each is made once a file."""
    book = sheet.parent
    assert book is not None
    made = _LOOKS.setdefault(book, {})
    if look in made:
        cell._style = copy(made[look])  # type: ignore[attr-defined]
        return
    if not look.text:
        cell.number_format = look.style.number_format
    if look.quoted:
        cell.quotePrefix = True
    if look.lined:
        cell.border = _LINE
    cell.alignment = _ALIGNMENTS[look.style.wrap, look.style.right]
    made[look] = copy(cell._style)  # type: ignore[attr-defined]


def headings(sheet: Worksheet, row: int, names: Sequence[str | datetime.date], style: Format) -> None:
    """Write a row of headings; a month is a date."""
    for position, name in enumerate(names, start=1):
        cell = put(sheet, row, position, name, style)
        cell.font, cell.fill, cell.alignment = _HEADING, _HEADING_FILL, _HEADING_ALIGNMENT
    sheet.row_dimensions[row].height = 48


def line(sheet: Worksheet, row: int, formats: Sequence[Format], values: Sequence[Value]) -> None:
    """Write one row of values."""
    for position, (style, value) in enumerate(zip(formats, values, strict=True), start=1):
        put(sheet, row, position, value, style, lined=True)


def strong(sheet: Worksheet, row: int, width: int) -> None:
    """Set a row of totals apart."""
    for position in range(1, width + 1):
        cell = sheet.cell(row, position)
        cell.font, cell.border = STRONG, _ABOVE


def table(sheet: Worksheet, row: int, columns: Columns[R], rows: Iterable[R], nothing: str) -> int:
    """Write headings and rows from a row of the sheet on; gives the row that follows."""
    headings(sheet, row, list(columns), TEXT)
    formats = [style for style, _ in columns.values()]
    readers = [read for _, read in columns.values()]
    following = row + 1
    for each in rows:
        line(sheet, following, formats, [read(each) for read in readers])
        following += 1
    if following == row + 1:
        put(sheet, following, 1, nothing).font = QUIET
        following += 1
    return following


def widths(sheet: Worksheet, formats: Iterable[Format]) -> None:
    """Give each column its width."""
    for position, style in enumerate(formats, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = style.width


def filterable(sheet: Worksheet, row: int, width: int, last: int, frozen: int = 0) -> None:
    """Freeze the headings (and the first columns), let them filter, repeat them on every page."""
    sheet.freeze_panes = f"{get_column_letter(frozen + 1)}{row + 1}"
    sheet.auto_filter.ref = f"A{row}:{get_column_letter(width)}{max(last, row + 1)}"
    sheet.print_title_rows = f"{row}:{row}"


def paper(sheet: Worksheet, footer: str) -> None:
    """Landscape, as wide as the page, with the date of the situation and the number of the page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    foot = sheet.oddFooter
    assert foot is not None and foot.left is not None and foot.right is not None
    left, right = foot.left, foot.right
    left.text, right.text = footer, "Page &P sur &N"
    sheet.print_options.gridLines = False


def to_bytes(book: Workbook) -> bytes:
    """The file."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()
