"""Lines pasted from a spreadsheet: a name, a site, hours; each line is read, or says why it cannot be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from facilitator import french
from facilitator.french import FigureRefused
from facilitator.names import normalised

LONGEST = 400  # lines of one paste

_BLANKS = re.compile(r"[ \u00a0\u202f]{2,}")
_NIL = frozenset({"neant", "rien", "aucune", "aucune heure"})
_HEADINGS: Mapping[str, frozenset[str]] = {
    "first": frozenset({"prenom", "prenoms"}),
    "name": frozenset({"nom", "noms", "nom prenom", "prenom nom", "personne", "salarie", "participant", "interimaire", "nom et prenom"}),
    "site": frozenset({"chantier", "site", "lot", "marche", "chantier ou lot", "marche et lot"}),
    "hours": frozenset({"heures", "heure", "nombre d heures", "nb heures", "h", "heures travaillees", "total"}),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line as it was pasted; `problem` says why it cannot be read."""

    number: int  # from 1, as in the paste
    name: str
    site: str
    hours: str
    problem: str = ""


def read(text: str) -> list[Line]:
    """Each line that is not empty, the heading apart: (name, site, hours), (name, hours) or (family name, first name, site, hours)."""
    rows = [(number, _cells(line)) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    order: tuple[str, ...] | None = None
    if rows and (order := _heading(rows[0][1])):
        rows = rows[1:]
    return [_line(number, cells, order) for number, cells in rows]


def hours_text(typed: str) -> str:
    """Hours as a field of the month holds them: 151,67, and 0 for «néant»; refuses what is not hours."""
    if normalised(typed) in _NIL:
        return "0"
    return french.number(french.parse_hours(typed), 2).replace(french.THIN, "")


def wrong_hours(typed: str) -> str:
    """Why this is not a number of hours; empty when it is one."""
    if not typed.strip():
        return "Les heures manquent\u00a0: écrivez un nombre, ou «\u00a0néant\u00a0»."
    try:
        hours_text(typed)
    except FigureRefused as refused:
        return refused.sentence
    return ""


def _cells(line: str) -> list[str]:
    """The columns of a line: by tabs, else semicolons, else several spaces."""
    if "\t" in line:
        cells = line.split("\t")
    elif ";" in line:
        cells = line.split(";")
    else:
        cells = _BLANKS.split(line.strip())
    cells = [_bare(cell) for cell in cells]
    filled = list(cells)
    while len(filled) > 1 and not filled[-1]:  # a spreadsheet’s empty columns
        filled.pop()
    hours_left_out = len(filled) < len(cells) and bool(wrong_hours(filled[-1]))
    return [*filled, ""] if hours_left_out else filled


def _bare(cell: str) -> str:
    cell = " ".join(cell.split())
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        cell = cell[1:-1].replace('""', '"').strip()
    return cell


def _heading(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The order of the columns, where the first line names them."""
    found = []
    for cell in cells:
        word = normalised(cell)
        found.append(next((column for column, words in _HEADINGS.items() if word in words), ""))
    named = [each for each in found if each]
    return tuple(found) if "name" in named and "hours" in named and len(set(named)) == len(named) else None


_ORDERS: Mapping[int, tuple[str, ...]] = {
    2: ("name", "hours"),
    3: ("name", "site", "hours"),
    4: ("name", "first", "site", "hours"),
}


def _line(number: int, cells: Sequence[str], order: tuple[str, ...] | None) -> Line:
    order = order or _ORDERS.get(len(cells))
    if order is None or len(cells) > len(order):
        return Line(number, " ".join(cells), "", "", _columns(len(cells)))
    values = dict.fromkeys(("name", "first", "site", "hours"), "")
    values.update({column: cell for column, cell in zip(order, cells, strict=False) if column})
    name = f"{values['name']} {values['first']}".strip()
    problem = wrong_hours(values["hours"])
    if not normalised(name):
        problem = "Le nom manque\u00a0: écrivez-le dans la première colonne."
    return Line(number, name, values["site"], values["hours"], problem)


def _columns(count: int) -> str:
    if count == 1:
        return (
            "Une seule colonne\u00a0: séparez nom, chantier et heures par une tabulation, un point-virgule"
            " ou plusieurs espaces."
        )
    return f"{count}\u00a0colonnes\u00a0: gardez le nom, le chantier et les heures."
