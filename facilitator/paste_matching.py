"""Hours pasted from a spreadsheet: read line by line, then matched with the people and the sites of a month.

Nothing is invented: a name or a site is one of those given, hours are those typed, and where two candidates are
near, nobody is chosen for the user.
"""

import re
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from facilitator import french
from facilitator.french import FigureRefused
from facilitator.names import normalised

LONGEST = 400  # lines of one paste
Key = TypeVar("Key", bound=Hashable)

_BLANKS = re.compile(r"[ \u00a0\u202f]{2,}")
_NIL = frozenset({"neant", "rien", "aucune", "aucune heure"})
_HEADINGS: Mapping[str, frozenset[str]] = {
    "first": frozenset({"prenom", "prenoms"}),
    "name": frozenset({"nom", "noms", "nom prenom", "prenom nom", "personne", "salarie", "participant", "interimaire", "nom et prenom"}),
    "site": frozenset({"chantier", "site", "lot", "marche", "chantier ou lot", "marche et lot"}),
    "hours": frozenset({"heures", "heure", "nombre d heures", "nb heures", "h", "heures travaillees", "total"}),
}  # fmt: skip
# What a site’s name may go without.
_EMPTY_WORDS = frozenset(
    {"a", "au", "aux", "chantier", "d", "de", "des", "du", "et", "l", "la", "le", "les", "lot", "marche", "n", "no", "numero", "site", "sur"}
)  # fmt: skip


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


# Matching.


class Sure(StrEnum):
    """How far a match can be trusted."""

    certain = "certain"  # the same name, or one remembered
    likely = "likely"  # one candidate: proposed, to be looked at
    doubtful = "doubtful"  # none, or several as near: the user chooses


@dataclass(frozen=True)
class Match(Generic[Key]):
    """Whom or what a text names: `chosen` only when nobody else is as near; `near` the best first."""

    sure: Sure
    chosen: Key | None
    near: tuple[Key, ...]


NEAR = 0.82  # below, two words are not the same one mistyped
BESIDE = 0.08  # two candidates that differ by less are as near
_SHORTENED = 0.95  # initials, or a part of the name


def match_person(
    typed: str, people: Mapping[Key, str], remembered: Mapping[str, Key] | None = None
) -> Match[Key]:
    """Who a name names: whatever the order, accents, initials, one letter mistyped."""
    return _among_people(typed, {key: normalised(name) for key, name in people.items()}, remembered or {})


def _among_people(typed: str, people: Mapping[Key, str], remembered: Mapping[str, Key]) -> Match[Key]:
    words = normalised(typed)
    letters = sorted(words.split())
    same = [key for key, name in people.items() if letters and sorted(name.split()) == letters]
    if len(same) == 1 and words not in remembered:  # the usual case, without comparing letters
        return Match(Sure.certain, same[0], (same[0],))
    return _choose(words, {key: _alike(words, name) for key, name in people.items()}, remembered)


@dataclass(frozen=True)
class Place:
    """A site in words: its usual label, and all that may name it."""

    label: str
    words: tuple[str, ...]
    number: str = ""  # of the lot


def match_site(
    typed: str, places: Mapping[Key, Place], remembered: Mapping[str, Key] | None = None
) -> Match[Key]:
    """Which site a text names: its label, its lot, market or buyer, or a remembered word; the only one when nothing is said."""
    words = normalised(typed)
    if not words:
        only = tuple(places)
        return Match(Sure.certain, only[0], only) if len(only) == 1 else Match(Sure.doubtful, None, only)
    scores = {key: _names(words, place) for key, place in places.items()}
    return _choose(words, scores, remembered or {})


def _choose(words: str, scores: Mapping[Key, float], remembered: Mapping[str, Key]) -> Match[Key]:
    ranked = sorted(
        (key for key in scores if scores[key] >= NEAR), key=lambda key: -scores[key]
    )  # a stable order
    known = remembered.get(words)
    if known is not None and known in scores:
        others = [key for key in ranked if key != known and scores[key] >= max(NEAR, scores[known])]
        near = (known, *(key for key in ranked if key != known))
        # Somebody else has come since, whom this text names as well: it is shown, not passed over.
        return Match(Sure.likely if others else Sure.certain, known, near)
    if not ranked:
        return Match(Sure.doubtful, None, ())
    best = scores[ranked[0]]
    if best == 1:
        alone = sum(scores[key] == 1 for key in ranked) == 1
        return Match(Sure.certain if alone else Sure.doubtful, ranked[0] if alone else None, tuple(ranked))
    if len(ranked) > 1 and best - scores[ranked[1]] < BESIDE:
        return Match(Sure.doubtful, None, tuple(ranked))
    return Match(Sure.likely, ranked[0], tuple(ranked))


def _alike(one: str, other: str) -> float:
    """1 for the same words in any order, less for initials and parts, then for letters mistyped."""
    typed, known = sorted(one.split()), sorted(other.split())
    if not typed or not known:
        return 0
    if typed == known or "".join(typed) == "".join(known):
        return 1
    whole = max(_ratio(" ".join(typed), " ".join(known)), _ratio("".join(typed), "".join(known)))
    return max(min(whole, _SHORTENED), _word_by_word(typed, known))


def _word_by_word(typed: Sequence[str], known: Sequence[str]) -> float:
    """How well each word typed stands for one of the name: itself, its initial, or itself mistyped; one is no initial."""
    left, worst = list(known), 1.0
    if len(typed) > len(known) or all(len(word) == 1 for word in typed):
        return 0
    for word in sorted(typed, key=len, reverse=True):
        scores = [_word(word, each) for each in left]
        best = max(scores)
        if best < NEAR:
            return 0
        worst = min(worst, best)
        left.pop(scores.index(best))
    return min(worst, _SHORTENED)


def _word(typed: str, known: str) -> float:
    if typed == known:
        return 1
    if len(typed) == 1:
        return _SHORTENED if known.startswith(typed) else 0
    return _ratio(typed, known)


def _ratio(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < NEAR:
        return 0
    return matcher.ratio()


def _names(words: str, place: Place) -> float:
    """1 for the label itself, less when each word that says something stands in what names the site."""
    if words == normalised(place.label):
        return 1
    said = [word for word in words.split() if word not in _EMPTY_WORDS]
    known = {word for text in (place.label, *place.words) for word in normalised(text).split()}
    if not said:
        return 0
    found = [_among(word, known, place) for word in said]
    return _SHORTENED * min(found) if all(found) else 0


def _among(word: str, known: Collection[str], place: Place) -> float:
    """A word as it stands, or mistyped; a figure is never taken for another."""
    if word in known:
        return 1
    if any(each.isdigit() for each in word):
        return 0
    if len(word) >= 3 and any(each.startswith(word) for each in known):
        return 1
    return max((_ratio(word, each) for each in known if len(each) > 3), default=0)


# Lines against the cells of a month.


@dataclass(frozen=True)
class Slot(Generic[Key]):
    """A cell of the month that takes hours: whose, where, and over which days when there are several."""

    key: Key
    person: int
    site: int
    closed: str = ""  # why it takes no hours


@dataclass(frozen=True)
class Placed(Generic[Key]):
    """A line with the cell that it goes to, or what is to be chosen or mended."""

    line: Line
    slot: Key | None
    sure: Sure
    near: tuple[Key, ...]
    why: str = ""

    @property
    def problem(self) -> str:
        return self.line.problem or self.why


@dataclass(frozen=True)
class Month(Generic[Key]):
    """What lines are matched with: people and sites in words, cells, and what was chosen before."""

    people: Mapping[int, str]
    places: Mapping[int, Place]
    slots: Sequence[Slot[Key]]
    people_known: Mapping[str, int]
    sites_known: Mapping[str, int]

    @cached_property
    def _names(self) -> Mapping[int, str]:
        return {key: normalised(name) for key, name in self.people.items()}

    @cached_property
    def _own(self) -> Mapping[int, list[Slot[Key]]]:
        found: dict[int, list[Slot[Key]]] = {}
        for slot in self.slots:
            found.setdefault(slot.person, []).append(slot)
        return found

    def place(self, lines: Iterable[Line]) -> list[Placed[Key]]:
        """Where each line goes; two lines never go to one cell without being told."""
        taken: dict[Key, int] = {}
        placed = []
        for line in lines:
            one = self._place(line)
            if one.slot is not None and not line.problem:
                first = taken.setdefault(one.slot, line.number)
                if first != line.number:
                    why = f"La ligne\u00a0{first} donne déjà des heures à cette case\u00a0: gardez l’une des deux."
                    one = Placed(line, None, Sure.doubtful, one.near, why)
            placed.append(one)
        return placed

    def _place(self, line: Line) -> Placed[Key]:
        who = _among_people(line.name, self._names, self.people_known)
        if who.chosen is None:
            near = tuple(slot.key for key in who.near for slot in self._own.get(key, []))
            several = (
                "Plusieurs personnes ont un nom proche"
                if len(who.near) > 1
                else "Personne n’a ce nom ce mois-ci"
            )
            return Placed(line, None, Sure.doubtful, near, f"{several}\u00a0: choisissez.")
        own = self._own.get(who.chosen, [])
        where = self._where(line.site, {slot.site for slot in own})
        open_ = [slot for slot in own if slot.site == where.chosen]
        near = tuple(slot.key for slot in (*open_, *(each for each in own if each not in open_)))
        if where.chosen is None or not open_:
            return Placed(line, None, Sure.doubtful, near, self._nowhere(line, who.chosen, where))
        if len(open_) > 1:
            return Placed(line, None, Sure.doubtful, near, "Plusieurs périodes ce mois-ci\u00a0: choisissez.")
        if open_[0].closed:
            return Placed(line, None, Sure.doubtful, near, open_[0].closed)
        sure = Sure.certain if {who.sure, where.sure} == {Sure.certain} else Sure.likely
        return Placed(line, open_[0].key, sure, near)

    def _where(self, typed: str, own: Collection[int]) -> Match[int]:
        """Among the person’s own sites first: what names one of them is meant for it."""
        mine = {key: place for key, place in self.places.items() if key in own}
        found = match_site(typed, mine, self.sites_known)
        return found if found.near else match_site(typed, self.places, self.sites_known)

    def _nowhere(self, line: Line, person: int, where: Match[int]) -> str:
        name = self.people[person]
        if where.chosen is not None:
            return f"{name} ne travaille pas sur «\u00a0{self.places[where.chosen].label}\u00a0» ce mois-ci\u00a0: choisissez où."
        if not line.site:
            return f"{name} travaille sur plusieurs chantiers ce mois-ci\u00a0: choisissez lequel."
        if where.near:
            return f"Plusieurs chantiers répondent à «\u00a0{line.site}\u00a0»\u00a0: choisissez."
        return f"Aucun chantier ne répond à «\u00a0{line.site}\u00a0»\u00a0: choisissez."
