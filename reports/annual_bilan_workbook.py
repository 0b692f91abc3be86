"""The annual bilan of a territory as a workbook: one sheet a chapter, typed values, the same lines as the PDF."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from facilitator.activity_report import Measure, Report
from facilitator.annual_bilan import AnnualBilan, Buyer, Month
from facilitator.bilan import MASKED
from facilitator.survey_tables import Line, Unit, titles
from reports import annual_bilan_pdf, sheet
from reports.columns import COUNT, HOURS, METHOD, MONTH, RATE, TEXT, Columns, Format, Value, percent

R = TypeVar("R")
NAME = Format("@", 60, wrap=True)
SHEETS = ("Synthèse", "Mois", "Donneurs d’ordre", "Tableaux", "Suivi 6–12 mois", "Activité", "Méthode")
FORMATS = {Unit.number: COUNT, Unit.hours: HOURS, Unit.percent: RATE}
HEADINGS = ("Indicateur", "Année", "Année précédente", "Écart", "Part")

MONTHS: Columns[Month] = {
    "Mois": (MONTH, lambda row: row.month),
    "Engagées": (HOURS, lambda row: row.owed),
    "Retenues": (HOURS, lambda row: row.retained),
    "Retenues un an avant": (HOURS, lambda row: row.previous),
}
BUYERS: Columns[Buyer] = {
    "Donneur d’ordre": (NAME, lambda row: row.name),
    "Engagées": (HOURS, lambda row: row.owed),
    "Retenues": (HOURS, lambda row: row.retained),
}
Done = tuple[Measure, Report]
ACTIVITY: Columns[Done] = {
    "Activité": (NAME, lambda row: row[0].label),
    "Nombre": (COUNT, lambda row: row[1].figures[row[0]].number),
    "Minutes notées": (COUNT, lambda row: row[1].figures[row[0]].minutes or None),
}


def build(bilan: AnnualBilan) -> bytes:
    """Write the whole workbook."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = SHEETS[0]
    pages = [first, *(book.create_sheet(name) for name in SHEETS[1:])]
    names, page = titles(bilan.page), bilan.page
    _summary(pages[0], bilan)
    _plain(pages[1], MONTHS, bilan.months, "")
    _plain(pages[2], BUYERS, bilan.buyers, "Aucun donneur d’ordre cette année.")
    shown = [
        line
        for table in (page.authorities, page.contracts, *page.tables)
        if not table.key.startswith("hours_counted/")
        or table.key in ("hours_counted/mode", "hours_counted/sector")
        for line in table.lines
    ]
    _lines(pages[3], 1, [(names[each.key], each) for each in shown])
    followed = [
        each for chain in page.followed.values() for each in (*chain.steps, chain.people, *chain.rates)
    ]
    _lines(pages[4], 1, [(names[each.key], each) for each in followed])
    _plain(pages[5], ACTIVITY, [(each, bilan.activity) for each in bilan.activity.measures], "")
    _plain(pages[6], METHOD, list(annual_bilan_pdf.method(bilan)), "")
    for each in pages:
        sheet.paper(each, annual_bilan_pdf.when(bilan))
    book.properties.title = sheet.text(f"{bilan.title} – {bilan.territory}")
    book.properties.creator = "Facilitator"
    return sheet.to_bytes(book)


def file_name(bilan: AnnualBilan) -> str:
    """The same name as the PDF’s."""
    return f"{annual_bilan_pdf.stem(bilan)}.xlsx"


def _summary(page: Worksheet, bilan: AnnualBilan) -> None:
    """The first sheet reads like a page."""
    page.sheet_view.showGridLines = False
    sheet.put(page, 1, 1, f"{bilan.title} – {bilan.territory}").font = sheet.TITLE
    sheet.put(page, 2, 1, annual_bilan_pdf.when(bilan))
    sheet.put(page, 3, 1, annual_bilan_pdf.sentence(bilan)).font = sheet.QUIET
    _lines(page, 5, [(each.label, each) for each in bilan.page.main])


def _lines(page: Worksheet, top: int, lines: Sequence[tuple[str, Line]]) -> None:
    """Lines of the survey: the year, the year before, the difference and the part."""
    sheet.headings(page, top, HEADINGS, TEXT)
    for row, (name, line) in enumerate(lines, start=top + 1):
        style = FORMATS[line.unit]
        values = (
            MASKED if line.masked else _typed(line.value, line.unit),
            MASKED if line.previous_masked else _typed(line.previous, line.unit),
            _typed(line.difference, line.unit),
            percent(line.share),
        )
        sheet.line(page, row, [NAME, style, style, style, RATE], [name, *values])
    sheet.widths(page, [NAME, *[Format("@", 18)] * 4])
    sheet.filterable(page, top, len(HEADINGS), top + len(lines))


def _typed(value: int | Decimal | None, unit: Unit) -> Value:
    return percent(Decimal(value)) if value is not None and unit is Unit.percent else value


def _plain(page: Worksheet, columns: Columns[R], rows: Sequence[R], nothing: str) -> None:
    sheet.widths(page, (style for style, _ in columns.values()))
    following = sheet.table(page, 1, columns, rows, nothing)
    sheet.filterable(page, 1, len(columns), following - 1)
