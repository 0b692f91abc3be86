"""The objectives of a PLIE: positive exits, lasting work and validated training, points of one denominator."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from facilitator.labels import Labelled
from facilitator.outcomes import Answer, Chain, FollowedPath, PlieFamily, chain, plie_family
from facilitator.rules import Rules
from facilitator.vocabulary import FollowUpOutcome, Situation

_CENT = Decimal("0.01")


class Public(Labelled):
    """Whose exits count: the participants of the PLIE, or everybody that the territory placed."""

    participants = "participants", "Participants du PLIE"
    everybody = "everybody", "Toutes les personnes"


class Goal(Labelled):
    """The three objectives; the first is the sum of the two others."""

    positive = "positive", "Sorties positives"
    lasting = "lasting", "Emploi durable"
    training = "training", "Formation validée"

    @property
    def families(self) -> tuple[PlieFamily, ...]:
        return _FAMILIES[self.value]


_FAMILIES = {
    "positive": (PlieFamily.lasting, PlieFamily.training),
    "lasting": (PlieFamily.lasting,),
    "training": (PlieFamily.training,),
}


@dataclass(frozen=True, slots=True)
class FollowedExit:
    """One exit at one milestone: whether its date is reached, and what was answered."""

    person_id: int
    exit_on: date
    months: int
    reference_on: date
    reached: bool
    outcome: FollowUpOutcome | None
    answer: Answer | None
    participant: bool

    @property
    def family(self) -> PlieFamily | None:
        """The family of the exit; None while nobody answered for its reference date."""
        if not self.reached or self.outcome is not FollowUpOutcome.answered or self.answer is None:
            return None
        return plie_family(self.answer, self.reference_on)

    def followed(self) -> FollowedPath:
        situation: Situation | None = self.answer.situation if self.answer else None
        return FollowedPath(self.person_id, self.reached, self.outcome, situation)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One objective beside what was reached, in percent of those who answered, and of all in the scope."""

    goal: Goal
    target: Decimal
    count: int
    answered: int
    in_scope: int

    @property
    def rate(self) -> Decimal | None:
        return _percent(self.count, self.answered)

    @property
    def floor_rate(self) -> Decimal | None:
        return _percent(self.count, self.in_scope)

    @property
    def aim(self) -> Decimal:
        """How many exits of those who answered the objective asks for."""
        return self.target * self.answered / 100

    @property
    def met(self) -> bool | None:
        """Whether the objective is met; None without any answer."""
        return None if not self.answered else Decimal(self.count) >= self.aim

    @property
    def points(self) -> Decimal | None:
        """Points above the objective, below it when negative."""
        return None if self.rate is None else self.rate - self.target


@dataclass(frozen=True, slots=True)
class PlieObjectives:
    """The three gauges of a year of reference dates at one milestone, with their chain."""

    year: int
    months: int
    public: Public
    chain: Chain
    gauges: tuple[Gauge, ...]
    families: Mapping[PlieFamily, int]


def years(exits: Iterable[FollowedExit]) -> list[int]:
    """The years of the reference dates, the last one first."""
    return sorted({each.reference_on.year for each in exits}, reverse=True)


def chosen(exits: Iterable[FollowedExit], year: int, months: int, public: Public) -> list[FollowedExit]:
    """The exits whose reference date falls in a year, at one milestone, of the people who count."""
    return [
        each
        for each in exits
        if each.reference_on.year == year
        and each.months == months
        and (public is Public.everybody or each.participant)
    ]


def objectives(
    exits: Sequence[FollowedExit], year: int, months: int, public: Public, rules: Rules
) -> PlieObjectives:
    """Count the families of the exits chosen, and set them beside the targets of the territory."""
    found = chosen(exits, year, months, public)
    links = chain(each.followed() for each in found)
    families = dict.fromkeys(PlieFamily, 0)
    for each in found:
        if each.family is not None:
            families[each.family] += 1
    targets = {
        Goal.positive: rules.plie_positive,
        Goal.lasting: rules.plie_lasting,
        Goal.training: rules.plie_training,
    }
    gauges = tuple(
        Gauge(
            goal, targets[goal], sum(families[each] for each in goal.families), links.answered, links.in_scope
        )
        for goal in Goal
    )
    return PlieObjectives(year, months, public, links, gauges, families)


def _percent(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(_CENT, ROUND_HALF_UP)


class PlieRow(Labelled):
    """The figures of the page, each with the exits behind it."""

    all = "all", "Parcours sortis, date de référence dans l’année"
    reached = "reached", "Échéance atteinte"
    in_scope = "in_scope", "Dans le champ"
    asked = "asked", "Sollicités"
    answered = "answered", "Répondants"
    positive = "positive", "Sorties positives"
    lasting = "lasting", "Emploi durable"
    training = "training", "Formation validée"
    not_positive = "not_positive", "Sortie non positive"


_SILENT = (None, FollowUpOutcome.not_asked)


def of_row(exits: Iterable[FollowedExit], row: PlieRow) -> list[FollowedExit]:
    """The exits behind a figure."""
    return [each for each in exits if _stands_in(each, row)]


def _stands_in(each: FollowedExit, row: PlieRow) -> bool:
    in_scope = each.reached and each.outcome is not FollowUpOutcome.out_of_scope
    match row:
        case PlieRow.all:
            return True
        case PlieRow.reached:
            return each.reached
        case PlieRow.in_scope:
            return in_scope
        case PlieRow.asked:
            return in_scope and each.outcome not in _SILENT
        case PlieRow.answered:
            return each.family is not None
        case PlieRow.positive:
            return each.family in Goal.positive.families
        case _:
            return each.family is PlieFamily(row.value)
