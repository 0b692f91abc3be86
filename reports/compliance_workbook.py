"""The bilan of a buyer as a workbook: eight sheets of typed values, each figure the statement’s own (trade.md §7.1)."""

import datetime
import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from facilitator import french
from facilitator.bilan import UNDEFINED, Bilan
from reports import method, sheet
from reports.columns import (
    ALL,
    COMPANIES,
    CONTRACTS,
    COUNT,
    CRITERIA,
    FIGURES,
    FOLLOW_UPS,
    HOURS,
    IDENTITY,
    LONG,
    LOTS,
    MARKETS,
    METHOD,
    MONTH,
    PENALTIES,
    RATE,
    SHORT,
    TEXT,
    Columns,
    FollowUpRow,
    Format,
    LotRow,
    Penalty,
    Value,
    owed,
    pace,
    percent,
)
from reports.month_table import cross

R = TypeVar("R")

IN_CHART = 30  # markets; more bars cannot be read
CHART_ROWS = 20
SHEETS = (
    "Synthèse",
    "Marchés et lots",
    "Entreprises",
    "Heures par mois",
    "Contrats",
    "Suivi 6–12 mois",
    "Pénalités",
    "Méthode",
)


def build(bilan: Bilan) -> bytes:
    """Write the whole workbook."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = SHEETS[0]
    pages = [first, *(book.create_sheet(name) for name in SHEETS[1:])]
    rows = _lot_rows(bilan)
    _summary(pages[0], bilan)
    _lots(pages[1], LOTS, rows)
    _plain(pages[2], COMPANIES, bilan.companies, "Aucune entreprise n’est encore attributaire.")
    _months(pages[3], bilan)
    _lots(pages[4], CONTRACTS, rows)
    _shares(pages[4], rows)
    _plain(pages[5], FOLLOW_UPS, list(_follow_ups(rows)), "Personne n’est encore sorti.", totals=2)
    penalties: list[Penalty] = [*bilan.penalties, *bilan.other_files, *bilan.documents]
    _plain(pages[6], PENALTIES, penalties, "Aucune pénalité ni document en retard.")
    _plain(pages[7], METHOD, list(method.rows(bilan)), "")
    footer = f"Situation au {french.date(bilan.situation.on)}, établie le {french.date(bilan.made_on)}"
    for each in pages:
        sheet.paper(each, footer)
    book.properties.title = _title(bilan)
    book.properties.creator = "Facilitator"
    return sheet.to_bytes(book)


def file_name(bilan: Bilan) -> str:
    """A French file name that ends with the date of the situation, so that files sort."""
    market = f" – marché {bilan.market.market}" if bilan.market else ""
    market += f" – lot {bilan.lot.number}" if bilan.lot else ""
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]', " ", f"{bilan.situation.buyer}{market}")
    short = " ".join(name.split())[:90].strip(" .")
    return f"Bilan clause sociale – {short} – {bilan.situation.on.isoformat()}.xlsx"


def _title(bilan: Bilan) -> str:
    return sheet.text(f"Bilan de la clause sociale d’insertion – {bilan.situation.buyer}")


def _lot_rows(bilan: Bilan) -> list[LotRow]:
    """A row for each lot, then the one of all."""
    sirets: dict[int, list[str]] = {}
    for company in bilan.companies:
        if company.under is None:
            sirets.setdefault(company.lot.lot_id, []).append(company.identifier)
    rows = [
        LotRow(lot, lot.statement, bilan.details[lot.lot_id], ", ".join(sirets.get(lot.lot_id, ())))
        for lot in bilan.situation.lots
    ]
    return [*rows, LotRow(None, bilan.situation.statement, bilan.total, "")]


def _summary(page: Worksheet, bilan: Bilan) -> None:
    """The first sheet reads like a page: title, figures, markets, chart."""
    situation = bilan.situation
    page.sheet_view.showGridLines = False
    sheet.widths(page, (style for style, _ in MARKETS.values()))
    sheet.put(page, 1, 1, _title(bilan)).font = sheet.TITLE
    when = f"Situation au {french.date(situation.on)}, établie le {french.date(bilan.made_on)}"
    sheet.put(page, 2, 1, when)
    sheet.put(page, 3, 1, f"SIRET{french.NBSP}: {situation.siret}{_scope(bilan)}").font = sheet.QUIET
    _main_figures(page, bilan)
    top = 8
    following = sheet.table(page, top, MARKETS, situation.markets, "Aucun marché suivi.")
    if situation.markets:
        _sum_of_markets(page, following, bilan)
        _chart(page, top, min(len(situation.markets), IN_CHART), following + 2)
        page.print_title_rows = f"{top}:{top}"
    if bilan.criteria is not None:
        _criteria(page, following + 3 + (CHART_ROWS if situation.markets else 0), bilan)


def _scope(bilan: Bilan) -> str:
    market = f" – marché {bilan.market.market}" if bilan.market else ""
    market += f", lot {bilan.lot.number} – {bilan.lot.title}" if bilan.lot else ""
    return f"{market}{f' – {bilan.territory}' if bilan.territory else ''}"


def _main_figures(page: Worksheet, bilan: Bilan) -> None:
    """The figures of all markets, on two rows."""
    found = bilan.situation.statement
    shown: tuple[tuple[str, Format, Value], ...] = (
        ("Engagées", HOURS, owed(found)),
        ("Retenues", HOURS, found.retained),
        ("Attendues", HOURS, found.expected),
        ("Reste", HOURS, found.left if found.defined else None),
        ("Taux", RATE, percent(found.rate_percent)),
        ("Rythme", TEXT, pace(found)),
    )
    for position, (label, style, value) in enumerate(shown, start=1):
        sheet.put(page, 5, position, label).font = sheet.QUIET
        sheet.put(page, 6, position, value, style).font = sheet.TITLE
    if found.lots_undefined:
        lots = french.plural(found.lots_undefined, "lot")
        note = f"Dont {lots} en «{french.NBSP}{UNDEFINED}{french.NBSP}»."
        sheet.put(page, 6, len(shown) + 1, note).font = sheet.QUIET


def _sum_of_markets(page: Worksheet, row: int, bilan: Bilan) -> None:
    found = LotRow(None, bilan.situation.statement, bilan.total, "")
    values: dict[str, Value] = {name: read(found) for name, (_, read) in FIGURES.items()}
    values |= {"Marché": ALL, "Lots": found.statement.lots}
    formats = [style for style, _ in MARKETS.values()]
    sheet.line(page, row, formats, [values.get(name) for name in MARKETS])
    sheet.strong(page, row, len(MARKETS))


def _chart(page: Worksheet, top: int, markets: int, row: int) -> None:
    """Hours owed and retained, a pair of bars for each market."""
    names = list(MARKETS)
    chart = BarChart()
    chart.type, chart.title = "col", "Heures engagées et retenues par marché"
    for name in ("Engagées", "Retenues"):
        column = names.index(name) + 1
        values = Reference(page, min_col=column, min_row=top, max_row=top + markets)
        chart.add_data(values, titles_from_data=True)
    column = names.index("Marché") + 1
    chart.set_categories(Reference(page, min_col=column, min_row=top + 1, max_row=top + markets))
    for series, colour in zip(chart.series, ("B9B2A3", "0B5C66"), strict=True):
        series.graphicalProperties.solidFill = colour
    chart.y_axis.title, chart.y_axis.numFmt = "Heures", "#,##0"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.legend.position = "b"
    chart.width, chart.height = 26, 9
    page.add_chart(chart, f"A{row}")


def _criteria(page: Worksheet, row: int, bilan: Bilan) -> None:
    """Publics over the whole buyer: the only place where the sensitive ones may stand."""
    assert bilan.criteria is not None
    counted = [pair for pair in bilan.criteria.items() if pair[1] != 0]
    title = f"Publics du donneur d’ordre ({french.plural(bilan.total.publics.people, 'personne')})"
    sheet.put(page, row, 1, title).font = sheet.STRONG
    # The label needs the wide column; the count follows it.
    formats = {"Critère déterminant": (LONG, 2), "Personnes": (COUNT, 3)}
    for name, (style, column) in formats.items():
        sheet.put(page, row + 1, column, name).font = sheet.STRONG
        for offset, pair in enumerate(counted, start=row + 2):
            sheet.put(page, offset, column, CRITERIA[name][1](pair), style)


def _lots(page: Worksheet, columns: Columns[LotRow], rows: Sequence[LotRow]) -> None:
    _plain(page, columns, rows, "", totals=1)


def _plain(page: Worksheet, columns: Columns[R], rows: Sequence[R], nothing: str, totals: int = 0) -> None:
    """A clean table that fills its sheet; its last rows may be totals, outside of the filter."""
    sheet.widths(page, (style for style, _ in columns.values()))
    following = sheet.table(page, 1, columns, rows, nothing)
    for row in range(following - totals, following):
        sheet.strong(page, row, len(columns))
    frozen = 3 if "Intitulé du lot" in columns else 0
    sheet.filterable(page, 1, len(columns), following - 1 - totals, frozen)


def _shares(page: Worksheet, rows: Sequence[LotRow]) -> None:
    """Under the contracts of all, the part of each group."""
    contracts = rows[-1].detail.contracts
    if not contracts.total:
        return
    first = list(CONTRACTS).index("Contrats") + 2
    row = len(rows) + 2
    sheet.put(page, row, 1, "Part des contrats").font = sheet.STRONG
    for position, count in enumerate(contracts.by_group.values(), start=first):
        share = (Decimal(count) / contracts.total).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        sheet.put(page, row, position, share, RATE)


def _follow_ups(rows: Sequence[LotRow]) -> Iterator[FollowUpRow]:
    return (FollowUpRow(row.lot, each) for row in rows for each in row.detail.follow_ups.values())


def _months(page: Worksheet, bilan: Bilan) -> None:
    """Lots and measures down, months across, then the total of the statement."""
    crossed = cross(bilan.situation.lots, bilan.situation.statement)
    names: list[str | datetime.date] = [*IDENTITY, "Mesure", *crossed.months, "Total"]
    formats = [TEXT, SHORT, LONG, TEXT, *(HOURS for _ in crossed.months), HOURS]
    sheet.headings(page, 1, names, MONTH)
    sheet.widths(page, formats)
    following = 2
    for each in crossed.lines:
        lot = each.lot
        head: list[Value] = [lot.market, lot.number, lot.title] if lot else [ALL, None, None]
        sheet.line(page, following, formats, [*head, each.measure, *each.hours, each.total])
        if lot is None:
            sheet.strong(page, following, len(names))
        following += 1
    last = following - 1 - sum(each.lot is None for each in crossed.lines)
    sheet.filterable(page, 1, len(names), last, 4)
