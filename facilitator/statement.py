"""The figures of a lot, or of several, on one day: what the page, the workbook and the console show."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from facilitator.vocabulary import Pace, Reason


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Hours of one month (`month` is its first day), and what was retained from the start to its end."""

    month: date
    declared: Decimal
    retained: Decimal
    unretained: Decimal
    awaiting: Decimal
    refused: Decimal
    retained_to_date: Decimal


@dataclass(frozen=True, slots=True)
class AwardStatement:
    """One company of the lot (its subcontractors rolled up under it); hours, and euros if it binds."""

    award_id: int
    label: str
    owed: Decimal
    retained: Decimal
    left: Decimal
    surplus: Decimal
    penalty_if_stopped: Decimal | None  # None when the share does not bind


@dataclass(frozen=True, slots=True)
class PenaltyLine:
    """Who would pay what: the lot as a whole (`award_id` None when no company is known) or one company."""

    award_id: int | None
    label: str | None
    owed: Decimal
    retained: Decimal
    forgiven: Decimal  # hours of the tolerance, whether they change anything or not
    missing: Decimal  # hours due after tolerance
    amount: Decimal  # euros
    guarantor: str | None = None  # the mandataire solidaire who answers for it


@dataclass(frozen=True, slots=True)
class Statement:
    """Where one lot, or a sum of lots, stands at the close of a day; hours to 0,01, rates in percent."""

    on: date
    start: date | None
    end: date | None
    ended: bool
    defined: bool  # False: «heures à définir» – no rate, pace or penalty
    owed_initial: Decimal
    owed_changes: Decimal
    owed: Decimal
    potential: Decimal | None  # if all tranches were affirmed; None without a tranche
    declared: Decimal
    retained: Decimal
    unretained: Decimal
    unretained_by_reason: tuple[tuple[Reason, Decimal], ...]
    awaiting: Decimal
    refused: Decimal
    left: Decimal
    surplus: Decimal
    gap: Decimal  # retained - owed
    rate: Fraction | None  # exact, 1 = all done
    rate_percent: Decimal | None  # half-up to 0,01
    expected: Decimal | None
    expected_exact: Fraction | None
    elapsed_share: Fraction | None
    pace_ratio: Fraction | None
    pace: Pace | None
    projection: Decimal | None
    target_month: date | None  # first day of the month in which the target is met
    penalty_rate: Decimal | None
    penalty_if_stopped: Decimal | None  # None without a rate or hours
    penalty_due: Decimal  # 0 until the lot ends
    penalty_binding_by_award: bool
    penalties: tuple[PenaltyLine, ...]
    months: tuple[MonthFigures, ...]
    awards: tuple[AwardStatement, ...]
    rated_retained: Decimal  # retained of the lots whose hours are defined: the rate's numerator
    paced_retained: Decimal  # retained of the lots whose expected hours are known: the pace's
    lots: int = 1
    lots_undefined: int = 0
    lots_without_dates: int = 0
