"""Lines pasted from a spreadsheet, matched with the people and the sites of a month.

Nothing is invented: a name or a site is one of those given, hours are those typed, and where two candidates are
near, nobody is chosen for the user.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from facilitator.names import normalised
from facilitator.pasted_lines import Line

Key = TypeVar("Key", bound=Hashable)

# What a site’s name may go without.
_EMPTY_WORDS = frozenset(
    {"a", "au", "aux", "chantier", "d", "de", "des", "du", "et", "l", "la", "le", "les", "lot", "marche", "n", "no", "numero", "site", "sur"}
)  # fmt: skip


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


def match_person(typed: str, people: Mapping[Key, str], remembered: Mapping[str, Key]) -> Match[Key]:
    """Who a name names among people whose names are normalised: whatever the order, accents, initials, one letter mistyped."""
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
    closed: bool = False  # the cell is known, and takes no hours
    periods: tuple[Key, ...] = ()  # the cells of one person on one site, when there are several

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
        return _once(_in_order([self._place(line) for line in lines]))

    def _place(self, line: Line) -> Placed[Key]:
        who = match_person(line.name, self._names, self.people_known)
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
        others = [slot for key in who.near[1:] for slot in self._own.get(key, [])]
        near = tuple(dict.fromkeys(slot.key for slot in (*open_, *own, *others)))  # the best first
        if where.chosen is None or not open_:
            return Placed(line, None, Sure.doubtful, near, self._nowhere(line, who.chosen, where))
        if len(open_) > 1:
            why = "Plusieurs périodes ce mois-ci\u00a0: choisissez."
            periods = tuple(slot.key for slot in open_)
            return Placed(line, None, Sure.doubtful, near, why, periods=periods)
        if open_[0].closed:
            return Placed(line, None, Sure.doubtful, near, open_[0].closed, closed=True)
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


def _in_order(placed: Sequence[Placed[Key]]) -> list[Placed[Key]]:
    """As many lines as a person has periods on a site are those periods in their order: proposed, to be looked at."""
    of: dict[tuple[Key, ...], list[int]] = {}
    for index, one in enumerate(placed):
        if one.periods and not one.line.problem:
            of.setdefault(one.periods, []).append(index)
    found = list(placed)
    for periods, indexes in of.items():
        if len(periods) == len(indexes):
            for index, slot in zip(indexes, periods, strict=True):
                found[index] = replace(placed[index], slot=slot, sure=Sure.likely, why="")
    return found


def _once(placed: Iterable[Placed[Key]]) -> list[Placed[Key]]:
    taken: dict[Key, int] = {}
    found = []
    for one in placed:
        if one.slot is not None and not one.line.problem:
            first = taken.setdefault(one.slot, one.line.number)
            if first != one.line.number:
                why = (
                    f"La ligne\u00a0{first} donne déjà des heures à cette case\u00a0: gardez l’une des deux."
                )
                one = replace(one, slot=None, sure=Sure.doubtful, why=why)
        found.append(one)
    return found
