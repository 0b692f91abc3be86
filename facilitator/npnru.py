"""What operations of urban renewal owe: insertion hours against the hours of the site, and whose hours they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from facilitator import masking
from facilitator.labels import Labelled
from facilitator.statement import Statement

WORKS_PERCENT = 5  # ANRU: of the hours of works and engineering
GUP_PERCENT = 10  # of those of the gestion urbaine de proximité
_CENT = Decimal("0.01")


class Group(Labelled):
    """Whose hours an operation may aim at; the rest of the hours is everybody else’s."""

    women = "women", "Femmes"
    qpv = "qpv", "Habitants de QPV"
    alternance = "alternance", "Alternance"


@dataclass(frozen=True, slots=True)
class Worked:
    """Retained hours of one person on one lot under one kind of contract."""

    lot_id: int
    person_id: int
    groups: frozenset[Group]
    sex_known: bool
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Project:
    """An operation with its convention and what it aims at, in percent; None is «not said»."""

    id: int
    name: str
    npnru: bool
    gup: bool
    convention: str | None
    own_percent: int | None
    groups: tuple[tuple[Group, int | None], ...]
    site_hours: Decimal | None
    site_hours_source: str | None

    @property
    def target(self) -> int:
        """Its convention’s percent of the hours of the site, else the usual one."""
        return self.own_percent or (GUP_PERCENT if self.gup else WORKS_PERCENT)

    @property
    def kind(self) -> str:
        return " et ".join(word for word, flag in (("NPNRU", self.npnru), ("GUP", self.gup)) if flag)


@dataclass(frozen=True, slots=True)
class GroupShare:
    """The hours and people of a group beside the objective; None where a reader may not know."""

    group: Group
    target: int | None
    hours: Decimal | None
    people: int | None
    of_hours: Decimal
    of_people: int

    @property
    def masked(self) -> bool:
        return self.people is None

    @property
    def rate(self) -> Decimal | None:
        return None if self.hours is None else percent(self.hours, self.of_hours)

    @property
    def aim(self) -> Decimal | None:
        """The hours that the objective asks for."""
        return None if self.target is None else self.of_hours * self.target / 100


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """An operation as a whole (`buyer` None), or what one buyer has in it."""

    project: Project
    buyer_id: int | None
    buyer: str | None
    statement: Statement
    base: Decimal | None
    base_note: str
    shares: tuple[GroupShare, ...]
    sex_unknown: Decimal

    @property
    def rate(self) -> Decimal | None:
        """Retained hours in percent of the hours of the site."""
        return None if self.base is None else percent(self.statement.retained, self.base)

    @property
    def aim(self) -> Decimal | None:
        """The insertion hours that the target asks for."""
        return None if self.base is None else self.base * self.project.target / 100

    @property
    def met(self) -> bool | None:
        return None if self.aim is None else self.statement.retained >= self.aim


def shares(project: Project, worked: Sequence[Worked]) -> tuple[GroupShare, ...]:
    """Each group’s part of the hours; who had two contracts is in a group as soon as one of them puts them there."""
    total = sum((each.hours for each in worked), Decimal(0))
    people = {each.person_id for each in worked}
    found = []
    for group, target in project.groups:
        theirs = [each for each in worked if group in each.groups]
        hours = sum((each.hours for each in theirs), Decimal(0))
        count = len({each.person_id for each in theirs})
        found.append(GroupShare(group, target, hours, count, total, len(people)))
    return tuple(found)


def unknown_sex(worked: Iterable[Worked]) -> Decimal:
    """The hours of people whose sex is not said."""
    return sum((each.hours for each in worked if not each.sex_known), Decimal(0))


def masked(lines: Sequence[ProjectLine], threshold: int) -> list[ProjectLine]:
    """The same lines for a reader who is not the territory: small groups are hidden with their hours.

    Somebody may work for two operations: the sum of the lines is what the reader can add up.
    """
    kept = [list(line.shares) for line in lines]
    for position in range(len(Group)):
        several = [line.shares[position] for line in lines]
        rows = [(each.people or 0, each.of_people - (each.people or 0)) for each in several]
        totals = [sum(row[cell] for row in rows) for cell in (0, 1)]
        shown = masking.hide(rows, totals, threshold)
        for index, each in enumerate(several):
            if not shown.rows[index]:
                kept[index][position] = replace(each, hours=None, people=None)
    return [
        replace(line, shares=tuple(theirs), sex_unknown=Decimal(0))
        for line, theirs in zip(lines, kept, strict=True)
    ]


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """A rate to 0,01 %; None of nothing."""
    return (part * 100 / whole).quantize(_CENT, ROUND_HALF_UP) if whole else None
