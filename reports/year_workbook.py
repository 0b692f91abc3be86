"""The year of a declarant as a workbook: people and sites down, months across; the page’s own object, typed values only."""

import datetime
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from facilitator import french
from facilitator.year_table import Row, Site, Total, YearTable
from reports import sheet
from reports.columns import COUNT, HOURS, LONG, MONTH, TEXT, Format, Value

WHO: tuple[tuple[str, Format], ...] = (
    ("Personne", Format("@", 28)),
    ("Employeur", Format("@", 28)),
    ("Chantier", LONG),
    ("Donneur d’ordre", Format("@", 28)),
    ("Territoire", Format("@", 24)),
    ("Contrats", COUNT),
)
STATE = Format("@", 13)
NOTES = (
    "Une ligne par personne, employeur et chantier\u00a0; une colonne par mois. Les heures refusées ne sont dans aucun total.",
    "Les jours sont les heures divisées par la durée d’un jour, fixée par le territoire (7\u00a0h sauf réglage contraire).",
    "La feuille «\u00a0États\u00a0» dit de chaque mois si ses heures sont validées, envoyées, refusées ou à déclarer.",
)


def build(table: YearTable, made_on: datetime.date) -> bytes:
    """Write the workbook of a year."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "Heures"
    title = f"Heures {table.year} – {table.organisation}"
    _people(first, table, title, made_on)
    _sites(book.create_sheet("Par chantier"), table, title, made_on)
    _states(book.create_sheet("États"), table, title, made_on)
    return sheet.to_bytes(book)


def file_name(table: YearTable) -> str:
    """A dated French name."""
    return f"heures-{table.year}.xlsx"


def _people(page: Worksheet, table: YearTable, title: str, made_on: datetime.date) -> None:
    formats = [style for _, style in WHO] + [HOURS] * 14
    names = [name for name, _ in WHO]
    row = _begin(page, title, made_on, names, table.months, ("Total", "Jours"))
    for each in table.rows:
        months = [cell.shown if (cell := each.cells.get(month)) else None for month in table.months]
        sheet.line(page, row, formats, [*_who(each), *months, each.total.hours, each.total.days])
        row += 1
    totals = [table.of(month=month).hours for month in table.months]
    _end(page, row, formats, ["Ensemble", *[None] * (len(WHO) - 1), *totals, *_both(table.of())])
    sheet.filterable(page, 4, len(formats), row - 1, frozen=1)
    for position, note in enumerate(NOTES, start=row + 2):
        sheet.put(page, position, 1, note).font = sheet.QUIET
    sheet.paper(page, f"{title}, établi le {french.date(made_on)}")


def _sites(page: Worksheet, table: YearTable, title: str, made_on: datetime.date) -> None:
    formats = [style for name, style in WHO if name in _OF_SITE] + [HOURS] * 14
    row = _begin(page, title, made_on, _OF_SITE, table.months, ("Total", "Jours"))
    for site in table.sites:
        months = [table.of(site, month).hours for month in table.months]
        sheet.line(
            page, row, formats, [site.label, site.buyer, site.territory, *months, *_both(table.of(site))]
        )
        row += 1
    totals = [table.of(month=month).hours for month in table.months]
    _end(page, row, formats, ["Ensemble", None, None, *totals, *_both(table.of())])
    sheet.filterable(page, 4, len(formats), row - 1, frozen=1)
    sheet.paper(page, f"{title}, établi le {french.date(made_on)}")


_OF_SITE = ("Chantier", "Donneur d’ordre", "Territoire")


def _states(page: Worksheet, table: YearTable, title: str, made_on: datetime.date) -> None:
    formats = [style for _, style in WHO] + [STATE] * 12
    row = _begin(page, title, made_on, [name for name, _ in WHO], table.months, ())
    for each in table.rows:
        states = [cell.state.label if (cell := each.cells.get(month)) else None for month in table.months]
        sheet.line(page, row, formats, [*_who(each), *states])
        row += 1
    sheet.widths(page, formats)
    sheet.filterable(page, 4, len(formats), row - 1, frozen=1)
    sheet.paper(page, f"{title}, établi le {french.date(made_on)}")


def _who(row: Row) -> list[Value]:
    site: Site = row.site
    return [row.person, row.employer, site.label, site.buyer, site.territory, row.contracts]


def _both(total: Total) -> tuple[Value, Value]:
    return total.hours, total.days


def _begin(
    page: Worksheet,
    title: str,
    made_on: datetime.date,
    names: Iterable[str],
    months: Sequence[datetime.date],
    last: Sequence[str],
) -> int:
    """The title and the headings; gives the first row of the table."""
    sheet.put(page, 1, 1, title).font = sheet.TITLE
    sheet.put(page, 2, 1, f"Établi le {french.date(made_on)}").font = sheet.QUIET
    headings = list(names)
    sheet.headings(page, 4, [*headings, *months, *last], TEXT)
    for position in range(len(headings) + 1, len(headings) + len(months) + 1):
        page.cell(4, position).number_format = MONTH.number_format
    return 5


def _end(page: Worksheet, row: int, formats: Sequence[Format], values: Sequence[Value]) -> None:
    sheet.line(page, row, formats, values)
    sheet.strong(page, row, len(formats))
    sheet.widths(page, formats)
