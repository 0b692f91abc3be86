"""The verdict of one share of hours: retained or not, and why (trade.md §5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from facilitator.periods import DAY, Interval, merge
from facilitator.vocabulary import Criterion, PlacementMode, Reason, Standing, TimesheetState

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ShareFacts:
    """What the verdict of a share rests on; an admitted set that is None or empty admits all."""

    hours: Decimal
    state: TimesheetState
    from_on: date
    to_on: date
    contract: Interval
    placement: Interval
    execution_from: date | None
    execution_to: date | None
    mode: PlacementMode
    windows: tuple[Interval, ...] = ()  # already those of the type of the contract
    eligible_from: date | None = None  # first effective_on of the person
    training: Decimal = ZERO
    corrects_validated: bool = False
    modes_admitted: frozenset[PlacementMode] | None = None
    criteria: frozenset[Criterion] = frozenset()
    publics_admitted: frozenset[Criterion] | None = None
    training_percent: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the hours of a share; retained + unretained is always its hours."""

    standing: Standing
    retained: Decimal
    unretained: Decimal
    reasons: tuple[Reason, ...] = ()
    split_on: date | None = None  # first day of the second part, when «à préciser»

    @property
    def reason(self) -> Reason | None:
        """The decisive reason: the first one."""
        return self.reasons[0] if self.reasons else None


def verdict(facts: ShareFacts) -> Verdict:
    """Judge one share; before validation nothing is retained and the reasons tell what would be."""
    reasons = tuple(_exclusions(facts))
    split_on = None if reasons else _first_limit(facts)
    if split_on:
        reasons = (Reason.to_split,)
    excess = ZERO if reasons else _training_excess(facts)
    standing = _standing(facts)
    kept = standing is Standing.counted and not reasons
    retained = facts.hours - excess if kept else ZERO
    if excess:
        reasons = (Reason.training_above_cap,)
    return Verdict(standing, retained, facts.hours - retained, reasons, split_on)


def _standing(facts: ShareFacts) -> Standing:
    if facts.state is TimesheetState.validated:
        return Standing.counted
    # The validated relevé that it corrects still stands: its hours must not be declared twice.
    if facts.state is TimesheetState.replaced or facts.corrects_validated:
        return Standing.outside
    return Standing.refused if facts.state is TimesheetState.refused else Standing.awaiting


def _exclusions(facts: ShareFacts) -> Iterator[Reason]:
    """Reasons that hold for the whole period, in order of precedence."""
    period = Interval(facts.from_on, facts.to_on)
    window = _window_exclusion(facts, period)
    if window:
        yield window
    if not period.meets(facts.contract):
        yield Reason.outside_contract
    if not period.meets(facts.placement):
        yield Reason.outside_placement
    if not period.meets(_execution(facts)):
        yield Reason.outside_execution
    if facts.publics_admitted and not facts.publics_admitted & facts.criteria:
        yield Reason.public_not_admitted
    if facts.modes_admitted and facts.mode not in facts.modes_admitted:
        yield Reason.mode_not_admitted


def _window_exclusion(facts: ShareFacts, period: Interval) -> Reason | None:
    if facts.eligible_from is None:
        return Reason.no_eligibility
    windows = merge(facts.windows)
    if any(period.meets(window) for window in windows):
        return None
    first = windows[0].from_on if windows else facts.eligible_from
    if period.last_on < first:
        return Reason.before_eligibility
    if not windows or period.from_on > windows[-1].last_on:
        return Reason.after_window
    return Reason.between_windows


def _execution(facts: ShareFacts) -> Interval:
    return Interval(facts.execution_from or date.min, facts.execution_to)


def _first_limit(facts: ShareFacts) -> date | None:
    """First day of the second part at the first limit that the period crosses, None if none."""
    limits = (*merge(facts.windows), facts.contract, facts.placement, _execution(facts))
    period = Interval(facts.from_on, facts.to_on)
    return min(_crossings(period, limits), default=None)


def _crossings(period: Interval, limits: Iterable[Interval]) -> Iterator[date]:
    for limit in limits:
        if period.from_on < limit.from_on <= period.last_on:
            yield limit.from_on
        if period.from_on <= limit.last_on < period.last_on:
            yield limit.last_on + DAY


def _training_excess(facts: ShareFacts) -> Decimal:
    """Hours of training above the cap, which is a percent of the hours of the share."""
    cap = (facts.hours * facts.training_percent / 100).quantize(ZERO, ROUND_HALF_UP)
    return max(ZERO, min(facts.training, facts.hours) - cap)
