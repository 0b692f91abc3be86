"""Which figures of the survey somebody who is not the territory may read: no count of people under the threshold, nor one that a subtraction gives back.

Such a reader is shown all territories, or one: never a choice of some, whose difference would be whoever it leaves
out. Each whole and its parts by territory are then one table, masked once (docs/decisions/006-after-the-clause.md).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from facilitator.contract_types import SurveyGroup
from facilitator.masking import hide, hide_parts
from facilitator.outcomes import MILESTONES
from facilitator.survey import PERSONAL, Axis, Breakdown, Contracts, FollowedUp, Indicator
from facilitator.survey_tables import FOLLOW_UP, OF_PEOPLE, Step, became

UNKNOWN = "unknown"

Territory = int
# The personal breakdowns of hours: somebody alone in a category would have their hours read.
HOURS_OF_PEOPLE = frozenset(each for each in OF_PEOPLE if each.startswith(f"{Indicator.hours_counted}/"))
_TOLD_OF_CHAIN = {"reached", "left", "people"}
_COUNTED_OF_CHAIN = (*(step.value for step in Step), "people")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a survey tells of the people of one territory."""

    people: int
    people_by: Mapping[Axis, Breakdown]
    contracts: Contracts
    followup: Mapping[int, FollowedUp]


@dataclass(frozen=True, slots=True)
class Partition:
    """A count cut into categories, territory by territory; the last `free` ones tell nothing of anybody."""

    keys: tuple[
        str, ...
    ]  # of the figures that tell one of its categories; the whole table when one row is masked
    rows: Mapping[Territory, Sequence[int]]
    free: int
    by_category: bool = True  # each category has its own key


@dataclass(frozen=True, slots=True)
class Universe:
    """Things that are people’s (people, contracts, paths), counted by territory, and how they are cut."""

    key: str
    counts: Sequence[Mapping[Territory, int]]
    partitions: Sequence[Partition]


@dataclass(frozen=True, slots=True)
class Secrecy:
    """The keys of what is masked: for all territories together, and for each of them alone."""

    whole: frozenset[str]
    by_territory: Mapping[Territory, frozenset[str]]

    def of(self, territory_id: Territory | None) -> frozenset[str]:
        """What is masked of one territory, or of all (None)."""
        return (
            self.whole if territory_id is None else self.by_territory.get(territory_id, frozenset(OF_PEOPLE))
        )


SOME = frozenset(OF_PEOPLE)  # of a choice of territories, nothing of people is told


def of(surveys: Mapping[Territory, Counted], threshold: int) -> Secrecy:
    """What is masked of the surveys of all territories, and of their sum."""
    whole: set[str] = set(HOURS_OF_PEOPLE)
    alone: dict[Territory, set[str]] = {each: set(HOURS_OF_PEOPLE) for each in surveys}
    few: set[Territory] = set()  # whoever has few people is told nothing else of them either
    for universe in universes(surveys):
        hidden = _mask(universe, threshold, whole, alone, few)
        if universe.key == Indicator.people:
            few = hidden
    return Secrecy(frozenset(whole), {each: frozenset(keys) for each, keys in alone.items()})


def _mask(
    universe: Universe,
    threshold: int,
    whole: set[str],
    alone: Mapping[Territory, set[str]],
    few: Collection[Territory],
) -> set[Territory]:
    """Mask one universe; gives the territories of which it tells nothing at all."""
    hidden = _too_few(universe.counts, threshold, few)
    for each in hidden:
        alone[each].add(universe.key)
    if any(0 < sum(counts.values()) < threshold for counts in universe.counts):
        whole.add(universe.key)
    for partition in universe.partitions if universe.counts[0] else ():
        ids = list(partition.rows)
        rows = [partition.rows[each] for each in ids]
        totals = [sum(column) for column in zip(*rows, strict=True)]
        already = [index for index, each in enumerate(ids) if each in hidden]
        shown = hide(rows, totals, threshold, free=partition.free, pooled=True, hidden_already=already)
        for each, readable in zip(ids, shown.rows, strict=True):
            if not readable:
                alone[each].update(partition.keys)
        whole.update(_of_totals(partition, shown.totals))
    return hidden


def _too_few(
    several: Sequence[Mapping[Territory, int]], threshold: int, few: Collection[Territory]
) -> set[Territory]:
    """Who has too few of any of these, and who is masked with them; one that is masked for one is for all."""
    hidden = set(few)
    for counts in several:
        hidden |= {each for each, count in hide_parts(counts, threshold, hidden).items() if count is None}
    return hidden


def _of_totals(partition: Partition, totals: Sequence[bool]) -> Collection[str]:
    if not partition.by_category:
        return () if all(totals) else partition.keys
    return [key for key, readable in zip(partition.keys, totals, strict=True) if not readable]


def universes(surveys: Mapping[Territory, Counted]) -> Iterator[Universe]:
    """People with their categories, contracts with their groups, paths with what became of them."""
    yield Universe(
        Indicator.people.value,
        [{each: survey.people for each, survey in surveys.items()}],
        list(_people(surveys)),
    )
    groups = {
        each: [survey.contracts.by_group.get(group, 0) for group in SurveyGroup]
        for each, survey in surveys.items()
    }
    yield Universe(
        Indicator.contracts.value,
        [{each: survey.contracts.value for each, survey in surveys.items()}],
        [Partition(tuple(f"{Indicator.contracts}/{each}" for each in SurveyGroup), groups, free=0)],
    )
    for months in MILESTONES:
        yield _paths(surveys, months)


def _people(surveys: Mapping[Territory, Counted]) -> Iterator[Partition]:
    for axis in PERSONAL:
        codes = dict.fromkeys(code for survey in surveys.values() for code in survey.people_by[axis].by)
        rows = {
            each: [
                *(int(survey.people_by[axis].by.get(code, 0)) for code in codes),
                int(survey.people_by[axis].unknown),
            ]
            for each, survey in surveys.items()
        }
        keys = tuple(f"{Indicator.people}/{axis}/{code}" for code in (*codes, UNKNOWN))
        yield Partition(keys, rows, free=0)


def _paths(surveys: Mapping[Territory, Counted], months: int) -> Universe:
    chains = {each: survey.followup[months].chain for each, survey in surveys.items()}
    key = f"{FOLLOW_UP}/{months}"
    told = [step.value for step in Step if step.value not in _TOLD_OF_CHAIN]
    told += ["rate", "floor_rate", "response_rate"]
    rows = {each: became(chain) for each, chain in chains.items()}
    return Universe(
        key,
        [{each: getattr(chain, name) for each, chain in chains.items()} for name in _COUNTED_OF_CHAIN],
        [Partition(tuple(f"{key}/{name}" for name in told), rows, free=1, by_category=False)],
    )
