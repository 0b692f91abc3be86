"""The participants of a FSE+ operation over a period: entry, exit, six months, and what is still missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from facilitator.labels import Labelled
from facilitator.vocabulary import Criterion, EducationLevel, FollowUpOutcome, Sex, Situation

UNKNOWN = "non renseigné"


class Moment(Labelled):
    """Which date of a path puts its person on the list of a period."""

    entered = "entered", "Entrés dans la période"
    left = "left", "Sortis dans la période"
    present = "present", "Présents dans la période"


@dataclass(frozen=True, slots=True)
class Participant:
    """One path of one person; None is «non renseigné», and a date to come is nothing missing yet."""

    person_id: int
    name: str
    sex: Sex | None
    age: int | None
    education: EducationLevel | None
    before: tuple[Criterion, ...]
    entered_on: date
    left_on: date | None
    exit_known: Situation | None
    six_on: date | None
    six_due: bool
    six_outcome: FollowUpOutcome | None
    six_known: Situation | None

    def has_left(self, on: date) -> bool:
        return self.left_on is not None and self.left_on <= on


@dataclass(frozen=True, slots=True)
class Column:
    """A piece of information that the list asks for, and when it counts as missing."""

    label: str
    missing: Callable[[Participant, date], bool]


COLUMNS = MappingProxyType(
    {
        "sexe": Column("Sexe", lambda each, on: each.sex is None),
        "age": Column("Âge à l’entrée", lambda each, on: each.age is None),
        "etudes": Column("Niveau d’études", lambda each, on: each.education is None),
        "avant": Column("Situation avant l’entrée", lambda each, on: not each.before),
        "sortie": Column(
            "Situation à la sortie", lambda each, on: each.has_left(on) and each.exit_known is None
        ),
        "six": Column("Situation à 6 mois", lambda each, on: each.six_due and each.six_outcome is None),
    }
)


def chosen(
    participants: Iterable[Participant], moment: Moment, from_on: date, to_on: date
) -> list[Participant]:
    """Those whom a period concerns; both its days are inside."""
    return [each for each in participants if _inside(each, moment, from_on, to_on)]


def _inside(each: Participant, moment: Moment, from_on: date, to_on: date) -> bool:
    if moment is Moment.entered:
        return from_on <= each.entered_on <= to_on
    if moment is Moment.left:
        return each.left_on is not None and from_on <= each.left_on <= to_on
    return each.entered_on <= to_on and (each.left_on is None or each.left_on >= from_on)


def missing(participants: Sequence[Participant], on: date) -> dict[str, int]:
    """By column, how many lines lack it."""
    return {key: sum(column.missing(each, on) for each in participants) for key, column in COLUMNS.items()}


def lacking(participants: Iterable[Participant], key: str, on: date) -> list[Participant]:
    """Those who lack a column; all of them when the key names none."""
    column = COLUMNS.get(key)
    return [each for each in participants if column is None or column.missing(each, on)]
