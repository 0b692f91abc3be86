"""«Si le lot s’arrêtait aujourd’hui»: the penalty of a lot if some facts were otherwise; nothing is kept."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from facilitator import compliance
from facilitator.french import hours as french_hours
from facilitator.lot_facts import HoursRow, LotFacts
from facilitator.penalty_cases import Figures, figures_of
from facilitator.periods import first_of_month
from facilitator.refusals import Refused
from facilitator.rules import Rules
from facilitator.statement import PenaltyLine, Statement
from facilitator.vocabulary import GroupementForm, Standing, ToleranceKind

ZERO = Decimal("0.00")


class SimulationRefused(Refused):
    """What is asked cannot happen."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What one supposes; None: as the contract and the hours are."""

    hours: Decimal | None = None  # retained, more or less
    award_id: int | None = None  # the company that these hours are of
    rate: Decimal | None = None
    tolerance_kind: ToleranceKind | None = None
    tolerance_percent: Decimal | None = None
    groupement_form: GroupementForm | None = None
    shares_binding: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one company, or the lot as a whole, would pay."""

    line: PenaltyLine
    figures: Figures


@dataclass(frozen=True, slots=True)
class Simulation:
    """The statement of what one supposes, and its penalty company by company."""

    statement: Statement
    outcomes: tuple[Outcome, ...]
    total: Decimal | None  # None: no hours or no rate
    changed: bool


def simulate(facts: LotFacts, on: date, rules: Rules, what_if: WhatIf) -> Simulation:
    """Compute the penalty at a day under other suppositions, by the very rules of the statement.

    Refuses to take away more hours than are retained.
    """
    supposed = _supposed(facts, on, what_if)
    at = compliance.statement(supposed, on, rules)
    outcomes = tuple(Outcome(line, figures_of(line, supposed)) for line in at.penalties)
    if what_if.hours is not None and what_if.hours < 0:
        _refuse_below_zero(at, facts, on, rules, what_if)
    return Simulation(at, outcomes, at.penalty_if_stopped, supposed != facts)


def _supposed(facts: LotFacts, on: date, what_if: WhatIf) -> LotFacts:
    rows = facts.rows
    if what_if.hours:
        row = HoursRow(
            award_id=what_if.award_id,
            month=first_of_month(on),
            standing=Standing.counted,
            reason=None,
            hours=what_if.hours,
            retained=what_if.hours,
            unretained=ZERO,
        )
        rows = (*rows, row)
    percent = facts.tolerance_percent if what_if.tolerance_percent is None else what_if.tolerance_percent
    return replace(
        facts,
        rows=rows,
        penalty_rate=facts.penalty_rate if what_if.rate is None else what_if.rate,
        tolerance_kind=what_if.tolerance_kind or facts.tolerance_kind,
        tolerance_percent=percent,
        groupement_form=what_if.groupement_form or facts.groupement_form,
        shares_binding=facts.shares_binding if what_if.shares_binding is None else what_if.shares_binding,
    )


def _refuse_below_zero(at: Statement, facts: LotFacts, on: date, rules: Rules, what_if: WhatIf) -> None:
    known = compliance.statement(facts, on, rules)
    before = next((each for each in known.awards if each.award_id == what_if.award_id), None)
    after = next((each for each in at.awards if each.award_id == what_if.award_id), None)
    there = known.retained if before is None else before.retained
    left = at.retained if after is None else after.retained
    if left < 0:
        raise SimulationRefused(
            f"Seules {french_hours(there)} sont retenues à cette date\u00a0: n’en retirez pas davantage."
        )
