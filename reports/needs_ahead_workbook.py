"""Needs ahead as a workbook: families by quarter, the lots behind them, what structures did, and the method."""

from collections.abc import Sequence
from typing import TypeVar

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from facilitator import french, trade_families
from facilitator.quarters_ahead import Ahead, LotAhead, Worked
from reports import sheet
from reports.columns import COUNT, DATE, HOURS, LONG, TEXT, Columns, Format, Value

R = TypeVar("R")
FAMILY = Format("@", 34)
NOTHING = "Aucune ligne."
METHOD = (
    "Heures à faire\u00a0: le reste à faire de chaque lot dont le territoire est pilote, réparti également sur les jours"
    " qui restent jusqu’à sa fin\u00a0; seule la part des douze mois à venir est montrée.",
    "Un lot dont les heures ou les dates ne sont pas connues est nommé à part\u00a0: rien n’est deviné.",
    "Faites en un an\u00a0: heures validées, retenues ou non, des personnes employées par une SIAE, sur quatre trimestres entiers.",
    "Manque\u00a0: heures à faire en douze mois moins heures faites en un an, jamais en dessous de zéro\u00a0; en ETP d’un an.",
    "Personnes disponibles\u00a0: période d’éligibilité ouverte, aucune mise à l’emploi en cours\u00a0; leur famille est celle de leur dernier poste.",
    f"Familles de métiers\u00a0: table n°\u00a0{trade_families.VERSION}, d’après le code CPV du lot, sinon le code ROME de ses postes.",
)
WORKED: Columns[Worked] = {
    "Structure": (LONG, lambda row: row.organisation),
    "Famille": (FAMILY, lambda row: row.family.label),
    "Heures faites": (HOURS, lambda row: row.hours),
}


def build(ahead: Ahead, place: str) -> bytes:
    """Write the workbook of a territory."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "Besoins à venir"
    title = f"Besoins à venir – {place}"
    _families(first, ahead, title)
    _lots(book.create_sheet("Lots"), ahead, title)
    _table(book.create_sheet("Structures"), WORKED, ahead.worked, ahead, title)
    _method(book.create_sheet("Méthode"), ahead, title)
    return sheet.to_bytes(book)


def _families(page: Worksheet, ahead: Ahead, title: str) -> None:
    names = ["Famille", "Lots", *(each.label for each in ahead.quarters), "Douze mois", "Faites en un an"]
    names += ["Manque (heures)", "Manque (ETP)", "Personnes disponibles"]
    formats = [FAMILY, COUNT, *[HOURS] * (len(ahead.quarters) + 4), COUNT]
    row = _begin(page, ahead, title, names)
    for each in ahead.lines:
        ends: list[Value] = [each.total, each.capacity, each.gap, each.etp, each.people]
        sheet.line(page, row, formats, [each.family.label, each.lots, *each.hours, *ends])
        row += 1
    _end(page, formats, row, ahead, title)


def _lots(page: Worksheet, ahead: Ahead, title: str) -> None:
    columns: Columns[LotAhead] = {
        "Marché": (LONG, lambda row: row.market),
        "Lot": (LONG, lambda row: row.title),
        "Famille": (FAMILY, lambda row: row.family.label),
        "Fin": (DATE, lambda row: row.end),
        "Reste à faire": (HOURS, lambda row: row.left),
        **{
            each.label: (HOURS, lambda row, at=position: row.hours[at])  # type: ignore[misc]
            for position, each in enumerate(ahead.quarters)
        },
        "Douze mois": (HOURS, lambda row: row.total),
        "Non réparti parce que": (TEXT, lambda row: row.unknown),
    }
    _table(page, columns, [*ahead.known, *ahead.unknown], ahead, title)


def _table(page: Worksheet, columns: Columns[R], rows: Sequence[R], ahead: Ahead, title: str) -> None:
    row = _begin(page, ahead, title)
    last = sheet.table(page, row, columns, rows, NOTHING)
    _end(page, [style for style, _ in columns.values()], last, ahead, title)


def _method(page: Worksheet, ahead: Ahead, title: str) -> None:
    row = _begin(page, ahead, title)
    for position, said in enumerate(METHOD, start=row):
        sheet.put(page, position, 1, said, Format("@", 120, wrap=True))
    page.column_dimensions["A"].width = 120


def _begin(page: Worksheet, ahead: Ahead, title: str, names: list[str] | None = None) -> int:
    sheet.put(page, 1, 1, title).font = sheet.TITLE
    said = (
        f"Établi le {french.date(ahead.on)}, pour les douze mois qui suivent. Heures faites du"
        f" {french.date(ahead.since)} au {french.date(ahead.until)}."
    )
    sheet.put(page, 2, 1, said).font = sheet.QUIET
    if names is None:
        return 4
    sheet.headings(page, 4, names, TEXT)
    return 5


def _end(page: Worksheet, formats: list[Format], row: int, ahead: Ahead, title: str) -> None:
    sheet.widths(page, formats)
    sheet.filterable(page, 4, len(formats), row - 1, frozen=1)
    sheet.paper(page, f"{title}, établi le {french.date(ahead.on)}")
