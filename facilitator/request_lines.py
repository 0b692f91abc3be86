"""Requests to validate a public, as they are typed or pasted: one person a line, read before anything is written."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from facilitator import french
from facilitator.names import normalised
from facilitator.nir import holds_nir
from facilitator.publics import Criterion
from facilitator.refusals import Refused

MOST_LINES = 40
LONGEST_LINE = 300
LONGEST_NAME = 80
PASS_DIGITS = 12
ORDER = "nom, prénom, date de naissance, début souhaité, critères ou numéro de PASS IAE"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_HEADINGS = frozenset({"nom", "nom de famille", "nom d usage", "nom de naissance"})
# What people write for a criterion, beside its code and its label.
_ALIASES: Mapping[str, Criterion] = MappingProxyType(
    {
        "pass": Criterion.pass_iae,
        "pass iae": Criterion.pass_iae,
        "boeth": Criterion.rqth,
        "th": Criterion.rqth,
        "brsa": Criterion.rsa,
        "50 ans et plus": Criterion.senior,
        "plus de 50 ans": Criterion.senior,
        "refugie": Criterion.refugie,
        "avis motive": Criterion.avis_motive,
        "pacea": Criterion.cej,
        "mission locale": Criterion.cej,
    }
)


class LineRefused(Refused):
    """A line or one of its cells cannot be read."""


@dataclass(frozen=True)
class Asked:
    """One person for whom eligibility is asked, with what is announced of the proofs."""

    last_name: str
    first_name: str
    birth_on: datetime.date
    sex: str | None = None
    commune: str | None = None
    wished_start_on: datetime.date | None = None
    lot_id: int | None = None
    job: str | None = None
    criteria: tuple[Criterion, ...] = ()
    pass_iae: str | None = None
    proofs: str | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Line:
    """One line of a paste: what it asks, or why it cannot be read."""

    number: int  # as the text numbers it, from 1
    text: str
    asked: Asked | None
    problem: str | None = None


def read(text: str) -> list[Line]:
    """Read pasted lines (cells parted by tabs or semicolons); blank lines and a line of headings are passed over.

    Refuses a whole text of more than forty people.
    """
    wanted = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip(" \t;\u00a0") and not _is_heading(line)
    ]
    if len(wanted) > MOST_LINES:
        raise LineRefused(
            f"Ce texte compte {len(wanted)}\u00a0lignes\u00a0; envoyez-en {MOST_LINES} au plus à la fois, puis le reste."
        )
    return [_line(number, line) for number, line in wanted]


def pass_number(typed: str) -> str:
    """The twelve digits of a PASS IAE, typed with or without spaces, or refuse them."""
    digits = re.sub(r"[ .\u00a0\u202f-]", "", typed)
    if not re.fullmatch(rf"[0-9]{{{PASS_DIGITS}}}", digits):
        raise LineRefused(
            f"Un numéro de PASS IAE compte {PASS_DIGITS}\u00a0chiffres, par exemple 99999\u00a012\u00a034567\u00a0: recopiez-le."
        )
    return digits


def criterion(typed: str) -> Criterion:
    """The criterion of a code, a label or a usual word, or refuse it."""
    word = normalised(typed)
    found = _BY_WORD.get(word) or _ALIASES.get(word)
    if found is None:
        raise LineRefused(
            f"«\u00a0{typed.strip()[:40]}\u00a0» n’est pas un critère connu\u00a0; écrivez l’un des mots de la liste, par exemple"
            " RSA, DELD ou QPV."
        )
    return found


def _line(number: int, text: str) -> Line:
    try:
        return Line(number, text, _asked(text))
    except Refused as refused:
        return Line(number, text, None, refused.sentence)


def _asked(text: str) -> Asked:
    if len(text) > LONGEST_LINE:
        raise LineRefused(f"Cette ligne dépasse {LONGEST_LINE}\u00a0caractères\u00a0; gardez l’essentiel.")
    if _CONTROL.search(text):
        raise LineRefused(
            "Cette ligne contient des caractères invisibles\u00a0; retapez-la au lieu de la coller."
        )
    if holds_nir(text):
        raise LineRefused(
            "Cette ligne contient un numéro de sécurité sociale, que cet outil ne garde jamais\u00a0; retirez-le."
        )
    cells = [each.strip() for each in re.split(r"\t" if "\t" in text else ";", text)]
    last_name, first_name, born, start, *others = [*cells, "", "", "", ""][: max(4, len(cells))]
    grounds, number = _grounds(others)
    return Asked(
        _name(last_name, "le nom"),
        _name(first_name, "le prénom"),
        _birth(born),
        wished_start_on=_start(start),
        criteria=grounds,
        pass_iae=number,
    )


def _name(cell: str, what: str) -> str:
    if not cell or not any(each.isalpha() for each in cell):
        raise LineRefused(f"Il manque {what}\u00a0; l’ordre est\u00a0: {ORDER}.")
    if len(cell) > LONGEST_NAME:
        raise LineRefused(f"Gardez au plus {LONGEST_NAME}\u00a0caractères pour {what}.")
    return cell


def _birth(cell: str) -> datetime.date:
    if not cell:
        raise LineRefused("Il manque la date de naissance\u00a0; écrivez-la ainsi\u00a0: 12/03/1990.")
    try:
        return french.parse_date(cell)
    except french.FigureRefused as refused:
        raise LineRefused(f"Date de naissance\u00a0: {refused.sentence}") from None


def _start(cell: str) -> datetime.date | None:
    try:
        return french.parse_date(cell) if cell else None
    except french.FigureRefused as refused:
        raise LineRefused(f"Début souhaité\u00a0: {refused.sentence}") from None


def _grounds(cells: list[str]) -> tuple[tuple[Criterion, ...], str | None]:
    """Criteria, parted by commas or in cells of their own, and a PASS IAE number wherever it stands."""
    grounds: dict[Criterion, None] = {}
    number = None
    for piece in (piece.strip() for cell in cells for piece in _pieces(cell)):
        if re.fullmatch(r"[0-9 .\u00a0\u202f-]{5,}", piece):
            number = pass_number(piece)
            grounds[Criterion.pass_iae] = None
        elif piece:
            grounds[criterion(piece)] = None
    return tuple(grounds), number


def _pieces(cell: str) -> list[str]:
    """The grounds of a cell; a label holds commas of its own."""
    return [cell] if normalised(cell) in _BY_WORD else re.split(r"[,+/]", cell)


def _is_heading(line: str) -> bool:
    return normalised(re.split(r"[\t;]", line)[0]) in _HEADINGS


_BY_WORD: Mapping[str, Criterion] = MappingProxyType(
    {normalised(word): each for each in Criterion for word in (each.label, each.value)}
)
