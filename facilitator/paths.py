"""Paths of a person: placements joined over short gaps, their exit, and the two milestones after it (trade.md §6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from facilitator.periods import DAY, Interval, add_months

MILESTONES = (6, 12)


class MilestoneState(StrEnum):
    """Where a follow-up stands on a day, before anybody is asked."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "MilestoneState":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    under_way = "under_way", "Parcours en cours"
    provisional = "provisional", "Sortie provisoire"
    not_reached = "not_reached", "Échéance à venir"
    due = "due", "Échéance atteinte"


@dataclass(frozen=True, slots=True)
class Milestone:
    """One follow-up of a path: months after the exit, and the day that the question is about."""

    months: int
    reference_on: date


@dataclass(frozen=True, slots=True)
class Path:
    """Placements joined without a gap of the set length; `to_on` None while one has no end."""

    from_on: date
    to_on: date | None
    placements: tuple[Interval, ...]
    gap_months: int

    @property
    def provisional_until(self) -> date | None:
        """Last day on which a new placement would still continue the path; None without an end."""
        return None if self.to_on is None else _bridge(self.to_on, self.gap_months)

    def left(self, on: date) -> bool:
        """Say whether the person has left by the close of a day, provisionally or not."""
        return self.to_on is not None and self.to_on <= on

    def provisional(self, on: date) -> bool:
        """Say whether the exit may still be withdrawn by a new placement on a day."""
        until = self.provisional_until
        return self.left(on) and until is not None and on <= until

    def milestones(self) -> tuple[Milestone, ...]:
        """Give the follow-ups at 6 and 12 months, end of month clipped; none while there is no end."""
        if self.to_on is None:
            return ()
        return tuple(Milestone(months, add_months(self.to_on, months)) for months in MILESTONES)

    def state(self, milestone: Milestone, on: date) -> MilestoneState:
        """Tell where one follow-up of the path stands on a day."""
        if not self.left(on):
            return MilestoneState.under_way
        if self.provisional(on):
            return MilestoneState.provisional
        return MilestoneState.due if milestone.reference_on <= on else MilestoneState.not_reached


def _bridge(end: date, gap_months: int) -> date:
    """The gap runs from the day after the end: ended 31/08, a start up to 30/11 is inside."""
    if end == date.max:
        return end
    return add_months(end + DAY, gap_months) - DAY


def paths(placements: Iterable[Interval], gap_months: int) -> tuple[Path, ...]:
    """Join the placements of one person in one territory into paths, in order of date."""
    groups: list[list[Interval]] = []
    reach = date.min
    for each in sorted(placements, key=lambda one: (one.from_on, one.last_on)):
        if each.last_on < each.from_on:
            continue
        if groups and each.from_on <= reach:
            groups[-1].append(each)
        else:
            groups.append([each])
            reach = date.min
        reach = max(reach, _bridge(each.last_on, gap_months))
    return tuple(_path(group, gap_months) for group in groups)


def _path(group: Sequence[Interval], gap_months: int) -> Path:
    last = max(each.last_on for each in group)
    end = None if last == date.max else last
    return Path(group[0].from_on, end, tuple(group), gap_months)


def on_schedule(exit_on: date, known: Iterable[Path]) -> bool:
    """Say whether an answer given for an exit still belongs to one; otherwise it is «hors échéance»."""
    return any(path.to_on == exit_on for path in known)


def placement_end(
    typed: date | None,
    contract_ends: Sequence[date | None],
    lot_end: date | None,
    window_end: date | None,
) -> date | None:
    """Give the end of a placement: the earliest of the typed day, its last contract, the lot, the window."""
    contracts = None if not contract_ends or None in contract_ends else max(filter(None, contract_ends))
    return min(filter(None, (typed, contracts, lot_end, window_end)), default=None)
