"""Outcomes: a situation in the three vocabularies, the chain and its rates, what the tool already knows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile
from operator import itemgetter

from facilitator import french
from facilitator.labels import Labelled
from facilitator.paths import (
    MILESTONES,
    Milestone,
    MilestoneState,
    Path,
    on_schedule,
    paths,
    placement_end,
)
from facilitator.periods import DAY, Interval, add_months, merge
from facilitator.vocabulary import (
    CONTRACT_GROUPS,
    IAE_KINDS,
    ContractType,
    FollowUpOutcome,
    SiaeKind,
    Situation,
    SurveyGroup,
)

__all__ = [
    "MILESTONES",
    "Answer",
    "Chain",
    "ChainStep",
    "FollowedPath",
    "IaeFamily",
    "KnownContract",
    "Milestone",
    "MilestoneState",
    "Path",
    "PlieFamily",
    "Proposal",
    "chain",
    "iae_family",
    "in_work",
    "lasts",
    "on_schedule",
    "paths",
    "placement_end",
    "plie_family",
    "propose",
    "steps_passed",
    "tally",
]

HALF_TIME = Decimal("17.5")
LASTING_MONTHS = 6
INTERIM_DAYS = 182  # 26 weeks
INTERIM_MONTHS = 12  # missions that ended earlier no longer follow each other


class IaeFamily(Labelled):
    """The families of exits of the insertion par l’activité économique."""

    durable = "durable", "Emploi durable"
    transition = "transition", "Emploi de transition"
    positive = "positive", "Sortie positive"
    other = "other", "Autre sortie"
    not_an_exit = "not_an_exit", "Pas une sortie (même structure)"


class PlieFamily(Labelled):
    """The families of exits of a PLIE."""

    lasting = "lasting", "Emploi durable"
    training = "training", "Formation validée"
    not_positive = "not_positive", "Sortie non positive"


_DURABLE = frozenset(
    {
        Situation.cdi,
        Situation.cdd_6_plus,
        Situation.interim_6_plus,
        Situation.apprentissage,
        Situation.professionnalisation,
        Situation.creation,
        Situation.fonction_publique,
    }
)
_TRANSITION = frozenset({Situation.cdd_6_moins, Situation.interim_6_moins, Situation.contrat_aide})
_WORK = _DURABLE | _TRANSITION
_SURVEY = _WORK | {Situation.contrat_iae, Situation.formation_qualifiante}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was learnt for a reference date; hours are weekly."""

    situation: Situation
    since_on: date | None = None
    weekly_hours: Decimal | None = None
    part_time_chosen: bool | None = None
    same_employer: bool | None = None
    training_validated: bool | None = None


def in_work(situation: Situation) -> bool:
    """Say whether the survey counts a situation «en contrat de travail ou en formation qualifiante»."""
    return situation in _SURVEY


def iae_family(answer: Answer) -> IaeFamily:
    """Give the family of an exit from the IAE; staying in the same SIAE is not an exit."""
    if answer.situation is Situation.contrat_iae:
        return IaeFamily.not_an_exit if answer.same_employer else IaeFamily.positive
    if answer.situation in _DURABLE:
        return IaeFamily.durable
    if answer.situation in _TRANSITION:
        return IaeFamily.transition
    positive = {Situation.formation_qualifiante, Situation.retraite}
    return IaeFamily.positive if answer.situation in positive else IaeFamily.other


def lasts(from_on: date, last_on: date) -> bool:
    """Say whether six months have gone by at the close of a day: from 1 January they end on 30 June."""
    return last_on == date.max or add_months(from_on, LASTING_MONTHS) <= last_on + DAY


def plie_family(answer: Answer, reference_on: date) -> PlieFamily:
    """Give the family of a PLIE exit: six months in work, at least half time unless chosen."""
    if answer.situation is Situation.formation_qualifiante and answer.training_validated:
        return PlieFamily.training
    if answer.situation not in _WORK or answer.since_on is None:
        return PlieFamily.not_positive
    long_enough = lasts(answer.since_on, reference_on)
    enough_hours = answer.weekly_hours is not None and answer.weekly_hours >= HALF_TIME
    # Who works for oneself has no weekly hours to give.
    if answer.situation is Situation.creation:
        enough_hours = True
    if long_enough and (enough_hours or answer.part_time_chosen):
        return PlieFamily.lasting
    return PlieFamily.not_positive


@dataclass(frozen=True, slots=True)
class FollowedPath:
    """One path that was left, at one milestone; `outcome` None when nobody has tried yet."""

    person_id: int
    reached: bool
    outcome: FollowUpOutcome | None = None
    situation: Situation | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """From those who left to those in work, counted in paths; rates in percent, None without anybody."""

    left: int
    reached: int
    in_scope: int
    asked: int
    answered: int
    in_work: int
    people: int

    @property
    def rate(self) -> Decimal | None:
        """In work or training among those who answered."""
        return _percent(self.in_work, self.answered)

    @property
    def floor_rate(self) -> Decimal | None:
        """In work or training among all those in the scope."""
        return _percent(self.in_work, self.in_scope)

    @property
    def response_rate(self) -> Decimal | None:
        """Who answered among those in the scope."""
        return _percent(self.answered, self.in_scope)


class ChainStep(Labelled):
    """The steps of the chain, in order: who passes one has passed all those before."""

    left = "left", "Parcours sortis"
    reached = "reached", "Échéance atteinte"
    in_scope = "in_scope", "Dans le champ"
    asked = "asked", "Sollicités"
    answered = "answered", "Répondants"
    in_work = "in_work", "En emploi ou en formation qualifiante"


_SILENT = frozenset({None, FollowUpOutcome.not_asked})


def steps_passed(
    reached: bool, outcome: FollowUpOutcome | None, situation: Situation | None
) -> tuple[ChainStep, ...]:
    """The steps of the chain that a path has passed at one milestone."""
    passed = (
        True,
        reached,
        outcome is not FollowUpOutcome.out_of_scope,
        outcome not in _SILENT,
        outcome is FollowUpOutcome.answered,
        situation is not None and in_work(situation),
    )
    return tuple(step for step, _ in takewhile(itemgetter(1), zip(ChainStep, passed, strict=True)))


def chain(followed: Iterable[FollowedPath]) -> Chain:
    """Count the chain of one milestone; who has not reached it is in no denominator."""
    left = list(followed)
    grouped = Counter((each.reached, each.outcome, each.situation) for each in left)
    return tally(grouped, people=len({each.person_id for each in left}))


def tally(
    paths: Mapping[tuple[bool, FollowUpOutcome | None, Situation | None], int], *, people: int
) -> Chain:
    """The chain of paths counted by (milestone reached, outcome, situation)."""
    counts: Counter[str] = Counter()
    for known, number in paths.items():
        counts.update({step.value: number for step in steps_passed(*known)})
    return Chain(**{step.value: counts[step.value] for step in ChainStep}, people=people)


def _percent(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class KnownContract:
    """A contract that the tool holds: type, days, employer and its kind of SIAE, weekly hours."""

    type: ContractType
    days: Interval
    employer_id: int
    siae_kind: SiaeKind | None = None
    weekly_hours: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer that the tool can give by itself, to be confirmed in one click."""

    situation: Situation
    since_on: date
    weekly_hours: Decimal | None
    same_employer: bool
    sentence: str


def propose(
    contracts: Sequence[KnownContract], reference_on: date, last_employer_id: int | None
) -> Proposal | None:
    """Propose the situation on the reference date from the known contracts; None when none runs then."""
    running = [each for each in contracts if each.days.meets(Interval(reference_on, reference_on))]
    if not running:
        return None
    best = max(running, key=lambda each: (each.days.last_on, each.days.from_on))
    situation = _situation(best, contracts, reference_on)
    same = best.employer_id == last_employer_id
    words = [
        f"contrat IAE ({best.siae_kind or best.type.label})"
        if situation is Situation.contrat_iae
        else situation.label
    ]
    if same:
        words.append("même employeur")
    words.append(f"depuis le {french.short_date(best.days.from_on)}")
    return Proposal(situation, best.days.from_on, best.weekly_hours, same, ", ".join(words))


def _situation(contract: KnownContract, contracts: Sequence[KnownContract], reference_on: date) -> Situation:
    iae_types = {ContractType.cddi, ContractType.cdi_inclusion}
    if contract.siae_kind in IAE_KINDS or contract.type in iae_types:
        return Situation.contrat_iae
    if contract.type is ContractType.cdi_interimaire:
        return Situation.cdi
    if contract.type is ContractType.ctt:
        days = _interim_days(contracts, reference_on)
        return Situation.interim_6_plus if days >= INTERIM_DAYS else Situation.interim_6_moins
    if contract.type is ContractType.apprentissage:
        return Situation.apprentissage
    return _by_group(contract)


def _by_group(contract: KnownContract) -> Situation:
    group = CONTRACT_GROUPS[contract.type]
    if group is SurveyGroup.cdd:
        long_enough = lasts(contract.days.from_on, contract.days.last_on)
        return Situation.cdd_6_plus if long_enough else Situation.cdd_6_moins
    return {
        SurveyGroup.cdi: Situation.cdi,
        SurveyGroup.professionnalisation: Situation.professionnalisation,
        SurveyGroup.aide: Situation.contrat_aide,
    }.get(group, Situation.autre)


def _interim_days(contracts: Sequence[KnownContract], reference_on: date) -> int:
    """Days of the missions of the last twelve months, added up to their planned end; a day worked twice is one day."""
    year = Interval(add_months(reference_on, -INTERIM_MONTHS) + DAY, reference_on)
    missions = [each.days for each in contracts if each.type is ContractType.ctt and each.days.meets(year)]
    return sum(each.days() for each in merge(missions))
