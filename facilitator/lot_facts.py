"""What is known of one lot before anything is computed: dates, ledger, awards, grouped hours."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facilitator.periods import Interval
from facilitator.vocabulary import (
    AwardRole,
    GroupementForm,
    LedgerKind,
    LotDateKind,
    Reason,
    Standing,
    ToleranceKind,
    TrancheState,
)


@dataclass(frozen=True, slots=True)
class DatedFact:
    """A start or an end of the lot, known from `effective_on` on (None: from the beginning)."""

    kind: LotDateKind
    value_on: date
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class LedgerFact:
    """A line of hours owed; a tranche without `effective_on` is not affirmed."""

    kind: LedgerKind
    delta: Decimal
    effective_on: date | None
    option_until: date | None = None
    from_on: date | None = None  # default: the lot's start
    to_on: date | None = None  # default: the lot's end
    award_id: int | None = None

    def effective(self, on: date) -> bool:
        """Say whether the line is owed on a day."""
        return self.effective_on is not None and self.effective_on <= on

    def tranche_state(self, on: date) -> TrancheState:
        """Tell where an optional tranche stands on a day."""
        if self.effective(on):
            return TrancheState.affermie
        if self.option_until is not None and self.option_until < on:
            return TrancheState.caduque
        return TrancheState.non_affermie


@dataclass(frozen=True, slots=True)
class AwardFact:
    """A company of the lot; a subcontractor has a parent, under which its hours stand."""

    id: int
    parent_id: int | None
    label: str
    role: AwardRole


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Grouped shares whose period ended by the day asked; `month` is its first day."""

    award_id: int | None
    month: date
    standing: Standing
    reason: Reason | None
    hours: Decimal
    retained: Decimal
    unretained: Decimal


@dataclass(frozen=True, slots=True)
class LotFacts:
    """Everything that a statement of a lot rests on; hours and euros are exact Decimals."""

    dates: tuple[DatedFact, ...] = ()
    stops: tuple[Interval, ...] = ()
    ledger: tuple[LedgerFact, ...] = ()
    awards: tuple[AwardFact, ...] = ()
    rows: tuple[HoursRow, ...] = ()
    plan: tuple[tuple[date, Decimal], ...] = ()  # (first day of month, hours expected in it)
    penalty_rate: Decimal | None = None  # euros for an hour not done
    tolerance_kind: ToleranceKind = ToleranceKind.none
    tolerance_percent: Decimal = Decimal(0)
    groupement_form: GroupementForm = GroupementForm.solidaire
    shares_binding: bool = False
