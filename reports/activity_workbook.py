"""The activity report of the facilitators as a workbook: its figures, by month and by facilitator, and the lines behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from facilitator.activity_report import DEFINITIONS, FIELD, Count, Measure, Report
from reports import activity_pdf, sheet
from reports.columns import COUNT, DATE, LONG, METHOD, TEXT, Columns, Format, Value

R = TypeVar("R")

SHEETS = ("Synthèse", "Par mois", "Par facilitateur", "Lignes", "Méthode")
NAME = Format("@", 44, wrap=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One act: its file and who did it; what was typed in it stays on the site."""

    measure: Measure
    day: date | None
    buyer: str
    about: str
    author: str
    minutes: int | None


LINES: Columns[Line] = {
    "Activité": (NAME, lambda row: row.measure.label),
    "Jour": (DATE, lambda row: row.day),
    "Donneur d’ordre": (LONG, lambda row: row.buyer or None),
    "Lot ou organisation": (LONG, lambda row: row.about or None),
    "Facilitateur": (TEXT, lambda row: row.author or None),
    "Minutes": (COUNT, lambda row: row.minutes),
}


def build(report: Report, lines: Sequence[Line]) -> bytes:
    """Write the whole workbook."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = SHEETS[0]
    pages = [first, *(book.create_sheet(name) for name in SHEETS[1:])]
    _summary(pages[0], report)
    _months(pages[1], report)
    _people(pages[2], report)
    _plain(pages[3], LINES, lines, "Aucune ligne dans cette période.")
    _plain(pages[4], METHOD, [(name, said) for name, said in activity_pdf.method(report)], "")
    for each in pages:
        sheet.paper(each, report.when)
    book.properties.title = sheet.text(f"{report.title} – {report.territory}")
    book.properties.creator = "Facilitator"
    return sheet.to_bytes(book)


def file_name(report: Report) -> str:
    """The same name as the PDF’s."""
    return f"{activity_pdf.stem(report)}.xlsx"


def _plain(page: Worksheet, columns: Columns[R], rows: Sequence[R], nothing: str) -> None:
    sheet.widths(page, (style for style, _ in columns.values()))
    following = sheet.table(page, 1, columns, rows, nothing)
    sheet.filterable(page, 1, len(columns), following - 1)


def _summary(page: Worksheet, report: Report) -> None:
    """The first sheet reads like a page."""
    page.sheet_view.showGridLines = False
    sheet.put(page, 1, 1, f"{report.title} – {report.territory}").font = sheet.TITLE
    sheet.put(page, 2, 1, report.when)
    told: tuple[tuple[str, Format, Value], ...] = (
        ("ETP notés", Format("0.00", 12, right=True), report.time.noted),
        ("ETP déclarés", Format("0.00", 12, right=True), report.time.declared),
        ("Délai médian de réponse (jours)", COUNT, report.answering.median),
        ("Réponses dans le délai visé", COUNT, report.answering.in_time),
    )
    for position, (label, style, value) in enumerate(told, start=4):
        sheet.put(page, position, 1, label)
        sheet.put(page, position, 2, value, style)
    sheet.put(page, 8, 1, report.time_said).font = sheet.QUIET
    formats = [NAME, COUNT, COUNT, LONG]
    sheet.headings(page, 10, ["Activité", "Nombre", "Minutes notées", "Partie"], TEXT)
    row = 11
    for measure in report.measures:
        found = report.figures[measure]
        minutes = found.minutes if measure in FIELD else None
        section = DEFINITIONS[measure].section.label
        sheet.line(page, row, formats, [measure.label, found.number, minutes, section])
        row += 1
    sheet.widths(page, formats)
    sheet.filterable(page, 10, len(formats), row - 1)


def _months(page: Worksheet, report: Report) -> None:
    months = report.period.months
    formats = [NAME, *(COUNT for _ in months)]
    sheet.headings(page, 1, ["Activité", *months], Format("mmm yyyy", 11, right=True))
    row = 2
    for measure, found in report.months.items():
        sheet.line(page, row, formats, [measure.label, *(_number(found.get(each)) for each in months)])
        row += 1
    sheet.line(page, row, formats, ["Minutes notées", *report.minutes_by_month])
    sheet.strong(page, row, len(formats))
    sheet.widths(page, formats)
    sheet.filterable(page, 1, len(formats), row - 1, frozen=1)


def _number(found: Count | None) -> int:
    return found.number if found else 0


def _people(page: Worksheet, report: Report) -> None:
    formats = [NAME, *(COUNT for _ in report.parts)]
    sheet.headings(page, 1, ["Activité", *(part.name for part in report.parts)], TEXT)
    row = 2
    for measure in report.measures:
        if DEFINITIONS[measure].whose:
            counts = [_number(part.figures.get(measure)) for part in report.parts]
            sheet.line(page, row, formats, [measure.label, *counts])
            row += 1
    sheet.line(page, row, formats, ["Minutes notées", *(part.minutes for part in report.parts)])
    sheet.strong(page, row, len(formats))
    sheet.widths(page, formats)
    sheet.filterable(page, 1, len(formats), row - 1, frozen=1)
