"""The annual bilan of a territory for its comité de pilotage: the survey's own figures, beside those of the year before (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facilitator.activity_report import Report
from facilitator.masking import hide_parts
from facilitator.outcomes import MILESTONES
from facilitator.plie_objectives import PlieObjectives
from facilitator.rules import Rules
from facilitator.survey import PERSONAL, Axis, Indicator, Survey
from facilitator.survey_tables import FOLLOW_UP, Page, Read, became, of

ZERO = Decimal("0.00")
# The hours of one person would be read in a personal breakdown: the committee is not the territory.
_HOURS_OF_PEOPLE = frozenset(f"{Indicator.hours_counted}/{axis}" for axis in PERSONAL)


@dataclass(frozen=True, slots=True)
class Month:
    """The hours of one month: owed by date of effect, retained by month worked, and those of the year before."""

    month: date
    owed: Decimal
    retained: Decimal
    previous: Decimal


@dataclass(frozen=True, slots=True)
class Buyer:
    """One buyer of the year: what its markets owe as of this year, and the hours retained for them."""

    name: str
    owed: Decimal
    retained: Decimal


@dataclass(frozen=True)
class AnnualBilan:
    """Everything that the page, the PDF and the workbook tell; small counts of people are masked for all three."""

    territory: str
    survey: Survey
    previous: Survey
    page: Page
    months: tuple[Month, ...]
    buyers: tuple[Buyer, ...]
    activity: Report
    plie: Mapping[int, PlieObjectives]  # at the milestones that may be read
    rules: Rules
    made_on: date

    @property
    def year(self) -> int:
        return self.survey.year

    @property
    def on(self) -> date:
        """The day of the situation: the last of the year, or the one on which it is drawn up."""
        return self.survey.on

    @property
    def partial(self) -> bool:
        """Whether the year is not over."""
        return self.on < date(self.year, 12, 31)

    @property
    def title(self) -> str:
        return f"Bilan annuel {self.year} de la clause sociale d’insertion"

    @property
    def empty(self) -> bool:
        """Whether the year has no line at all."""
        return not self.survey.territories.value

    @property
    def hours_per_person(self) -> Decimal | None:
        """Retained hours for each person, on the survey’s own two figures; None where people are masked."""
        people = self.page.line(Indicator.people).value
        hours = self.survey.hours_counted.value
        return (Decimal(hours) / Decimal(people)).quantize(ZERO) if people else None


def hidden(survey: Survey, threshold: int) -> frozenset[str]:
    """The keys of what its committee may not read: small counts of people, and others with them."""
    found = set(_HOURS_OF_PEOPLE)
    if 0 < survey.people.value < threshold:
        found.add(Indicator.people.value)
    for axis in PERSONAL:
        found |= _small(f"{Indicator.people}/{axis}", _counts(survey, axis), threshold)
    groups = {group.value: count for group, count in survey.contracts.by_group.items()}
    if 0 < survey.contracts.value < threshold:
        found.add(Indicator.contracts.value)
    found |= _small(Indicator.contracts.value, groups, threshold)
    for months in MILESTONES:
        found |= _of_chain(survey, months, threshold)
    return frozenset(found)


def _counts(survey: Survey, axis: Axis) -> dict[str, int]:
    cut = survey.people_by[axis]
    return {**{code: int(count) for code, count in cut.by.items()}, "unknown": int(cut.unknown)}


def _small(key: str, counts: Mapping[str, int], threshold: int) -> set[str]:
    return {f"{key}/{code}" for code, count in hide_parts(counts, threshold).items() if count is None}


def _of_chain(survey: Survey, months: int, threshold: int) -> set[str]:
    """What became of few people is not told, nor any rate that gives it back; nor the chain of a handful."""
    chain, key = survey.followup[months].chain, f"{FOLLOW_UP}/{months}"
    if any(0 < each < threshold for each in (chain.left, chain.reached, chain.people)):
        return {key}
    in_work, elsewhere, out_of_scope, _ = became(chain)
    found: set[str] = set()
    if 0 < in_work < threshold or 0 < elsewhere < threshold:
        found |= {f"{key}/{name}" for name in ("in_work", "rate", "floor_rate")}
    if 0 < chain.answered < threshold:
        found |= {f"{key}/{name}" for name in ("answered", "response_rate")}
    if 0 < out_of_scope < threshold:  # who died or went abroad
        found |= {f"{key}/{name}" for name in ("in_scope", "asked", "response_rate", "floor_rate")}
    return found


def laid_out(survey: Survey, previous: Survey, threshold: int) -> Page:
    """The survey in lines beside the year before, each masked by itself."""
    return of(Read(survey, hidden(survey, threshold)), Read(previous, hidden(previous, threshold)))


def tells_objectives(objectives: PlieObjectives, threshold: int) -> bool:
    """Whether no family of exits is a handful of people."""
    counts = (*objectives.families.values(), *became(objectives.chain))
    return not any(0 < each < threshold for each in counts)
