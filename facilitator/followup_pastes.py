"""Lines pasted from a référent’s own software: each is read into an answer, or says why it cannot be."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from facilitator import french
from facilitator.names import normalised
from facilitator.nir import holds_nir
from facilitator.outcomes import LASTING_MONTHS
from facilitator.refusals import Refused
from facilitator.situations import Situation

LONGEST = 200  # lines of one paste
ORDER = "numéro de dossier (ou nom, prénom, date de naissance), situation, depuis le, heures par semaine"
_HEADINGS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "dossier": frozenset({"dossier", "n dossier", "no dossier", "numero de dossier", "n de dossier", "identifiant"}),
        "last": frozenset({"nom", "nom de famille", "nom d usage"}),
        "first": frozenset({"prenom", "prenoms"}),
        "birth": frozenset({"date de naissance", "naissance", "ne le", "nee le", "ne e le"}),
        "situation": frozenset({"situation", "situation a la date", "statut", "devenir"}),
        "since": frozenset({"depuis", "depuis le", "debut", "date de debut"}),
        "hours": frozenset({"heures", "heures semaine", "heures par semaine", "h semaine", "temps de travail"}),
        "months": frozenset({"echeance", "mois", "suivi"}),
    }
)  # fmt: skip
_ALIASES: Mapping[str, Situation] = MappingProxyType(
    {
        "recherche d emploi": Situation.recherche, "demandeur d emploi": Situation.recherche, "chomage": Situation.recherche,
        "de": Situation.recherche, "apprentissage": Situation.apprentissage, "alternance": Situation.apprentissage,
        "contrat pro": Situation.professionnalisation, "pec": Situation.contrat_aide, "cie": Situation.contrat_aide,
        "cddi": Situation.contrat_iae, "iae": Situation.contrat_iae, "aci": Situation.contrat_iae, "etti": Situation.contrat_iae,
        "creation d entreprise": Situation.creation, "auto entrepreneur": Situation.creation, "micro entreprise": Situation.creation,
        "fonctionnaire": Situation.fonction_publique, "formation": Situation.formation_autre, "immersion": Situation.pmsmp,
        "e2c": Situation.epide_e2c, "epide": Situation.epide_e2c, "conge maternite": Situation.conge, "maladie": Situation.conge,
        "arret maladie": Situation.conge, "retraite": Situation.retraite, "inactif": Situation.inactif, "scolarite": Situation.scolarite,
    }
)  # fmt: skip
_BY_WORD = {normalised(word): each for each in Situation for word in (each.label, each.value)}
_LENGTH = re.compile(r"^(cdd|interim|ctt)(?: de)? (\d{1,2}) mois$")
_LONG = {"cdd": Situation.cdd_6_plus, "interim": Situation.interim_6_plus, "ctt": Situation.interim_6_plus}
_SHORT = {
    "cdd": Situation.cdd_6_moins,
    "interim": Situation.interim_6_moins,
    "ctt": Situation.interim_6_moins,
}


class LineRefused(Refused):
    """A line, or one of its cells, cannot be read."""


@dataclass(frozen=True)
class Told:
    """What one line says: whom, and the situation."""

    dossier: str
    last_name: str
    first_name: str
    birth_on: datetime.date | None
    situation: Situation
    since_on: datetime.date | None = None
    weekly_hours: Decimal | None = None
    months: int | None = None


@dataclass(frozen=True)
class Line:
    """One line as it was pasted, and what it says or why it cannot be read."""

    number: int
    text: str
    told: Told | None
    problem: str = ""


def situation(typed: str) -> Situation:
    """The situation of a label, a code or usual words; «CDD 8 mois» says its length. Refuses what may mean two things."""
    words = normalised(typed)
    found = _BY_WORD.get(words) or _ALIASES.get(words)
    if found is not None:
        return found
    if length := _LENGTH.match(words):
        return (_LONG if int(length[2]) >= LASTING_MONTHS else _SHORT)[length[1]]
    if words in _LONG:
        raise LineRefused(
            f"«\u00a0{typed.strip()}\u00a0»\u00a0: dites sa durée, par exemple «\u00a0{typed.strip()} 8 mois\u00a0»."
        )
    raise LineRefused(
        f"«\u00a0{typed.strip()[:40]}\u00a0» n’est pas une situation connue\u00a0; écrivez par exemple CDI, CDD 8 mois, intérim 3 mois,"
        " formation qualifiante ou recherche d’emploi."
    )


def read(text: str) -> list[Line]:
    """Each line that is not empty, the headings apart; refuses more lines than one looks over."""
    rows = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(" \t;\u00a0")]
    if len(rows) > LONGEST:
        raise LineRefused(
            f"Ce texte compte {len(rows)}\u00a0lignes\u00a0; collez-en {LONGEST} au plus, puis le reste."
        )
    order = _heading(_cells(rows[0][1])) if rows else None
    return [_line(number, line, order) for number, line in (rows[1:] if order else rows)]


def _cells(line: str) -> list[str]:
    return [" ".join(cell.split()).strip('"').strip() for cell in line.split("\t" if "\t" in line else ";")]


def _heading(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The order of the columns, where the first line names them; a column that nobody asked for is passed over."""
    found = tuple(
        next((column for column, words in _HEADINGS.items() if normalised(cell) in words), "")
        for cell in cells
    )
    named = [each for each in found if each]
    return found if "situation" in named and len(set(named)) == len(named) else None


def _line(number: int, text: str, order: tuple[str, ...] | None) -> Line:
    try:
        if holds_nir(text):
            raise LineRefused("Cette ligne contient un numéro de sécurité sociale\u00a0; retirez-le.")
        return Line(number, text, _told(_cells(text), order))
    except Refused as refused:
        return Line(number, text, None, refused.sentence)


def _told(cells: list[str], order: tuple[str, ...] | None) -> Told:
    if order is None:
        named = (
            len(cells) > 3 and bool(re.fullmatch(r"[\d/.-]{8,10}", cells[2])) and not _is_situation(cells[1])
        )
        order = (
            ("last", "first", "birth", "situation", "since", "hours")
            if named
            else ("dossier", "situation", "since", "hours")
        )
        if not 2 <= len(cells) <= len(order):
            raise LineRefused(f"{french.plural(len(cells), 'colonne')}\u00a0: l’ordre attendu est {ORDER}.")
    got = dict.fromkeys(_HEADINGS, "")
    got.update({column: cell for column, cell in zip(order, cells, strict=False) if column})
    if not got["dossier"] and not (got["last"] and got["first"] and got["birth"]):
        raise LineRefused(
            "Dites qui\u00a0: le numéro de dossier, ou le nom, le prénom et la date de naissance."
        )
    if not got["situation"]:
        raise LineRefused("Il manque la situation.")
    months = re.sub(r"\D", "", got["months"])
    return Told(
        got["dossier"], got["last"], got["first"], french.parse_date(got["birth"]) if got["birth"] else None,
        situation(got["situation"]), french.parse_date(got["since"]) if got["since"] else None,
        french.parse_hours(got["hours"]) if got["hours"] else None, int(months) if months in ("6", "12") else None,
    )  # fmt: skip


def _is_situation(typed: str) -> bool:
    try:
        return bool(situation(typed))
    except LineRefused:
        return False
