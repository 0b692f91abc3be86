"""Compliance: dated facts in, the statement of a lot on a day out; the verdict of one share beside it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from facilitator import pacing
from facilitator.lot_facts import AwardFact, DatedFact, HoursRow, LedgerFact, LotFacts
from facilitator.penalties import (
    Obligation,
    binds_by_award,
    days_late,
    late_document_penalty,
    penalty_lines,
    refuse_negative,
    roots_of,
)
from facilitator.periods import Interval
from facilitator.rules import Rules
from facilitator.share_verdict import ShareFacts, Verdict, verdict
from facilitator.statement import AwardStatement, MonthFigures, PenaltyLine, Statement
from facilitator.vocabulary import LedgerKind, Pace, Reason, Standing

__all__ = [
    "AwardFact",
    "AwardStatement",
    "DatedFact",
    "HoursRow",
    "Interval",
    "LedgerFact",
    "LotFacts",
    "MonthFigures",
    "PenaltyLine",
    "ShareFacts",
    "Statement",
    "Verdict",
    "add_up",
    "days_late",
    "late_document_penalty",
    "refuse_negative",
    "rounded",
    "statement",
    "verdict",
]

ZERO = Decimal("0.00")


def rounded(value: Fraction) -> Decimal:
    """Round an exact figure half-up to 0,01, once, at the end of a computation."""
    cents, rest = divmod(abs(value) * 100, 1)
    whole = Decimal(int(cents) + (rest >= Fraction(1, 2))) / 100
    return (-whole if value < 0 else whole).quantize(ZERO)


@dataclass(frozen=True, slots=True)
class _Hours:
    """The four parts that declared hours always split into."""

    retained: Decimal
    unretained: Decimal
    awaiting: Decimal
    refused: Decimal

    @property
    def declared(self) -> Decimal:
        return self.retained + self.unretained + self.awaiting + self.refused


@dataclass(frozen=True, slots=True)
class _Rates:
    """Exact ratios of sums, each with what is shown of it."""

    rate: Fraction | None
    rate_percent: Decimal | None
    expected: Decimal | None
    pace_ratio: Fraction | None
    pace: Pace | None


def statement(facts: LotFacts, on: date, rules: Rules) -> Statement:
    """State where a lot stands at the close of a day; hours, euros and rates as `Statement` says."""
    calendar = pacing.calendar_of(facts, on)
    lines = [line for line in facts.ledger if line.effective(on)]
    defined = bool(lines)
    owed = _total(line.delta for line in lines)
    initial = _total(line.delta for line in lines if line.kind is LedgerKind.initial)
    hours = _split(facts.rows)
    months = tuple(_months(facts.rows))
    left = max(ZERO, owed - hours.retained) if defined else ZERO
    expected = pacing.expected_of(facts, calendar) if defined else None
    rates = _rates(owed, hours.retained, expected, hours.retained, rules)
    mean = pacing.monthly_mean(calendar, {each.month: each.retained for each in months})
    projection = pacing.projection_of(calendar, hours.retained, mean) if defined else None
    penalties = _penalties(facts, calendar)
    at_stake = _total(line.amount for line in penalties) if penalties else None
    return Statement(
        on=on,
        start=calendar.start,
        end=calendar.end,
        ended=calendar.ended,
        defined=defined,
        owed_initial=initial,
        owed_changes=owed - initial,
        owed=owed,
        potential=_potential(facts, on, owed),
        declared=hours.declared,
        retained=hours.retained,
        unretained=hours.unretained,
        unretained_by_reason=_by_reason(
            (row.reason, row.unretained) for row in facts.rows if row.standing is Standing.counted
        ),
        awaiting=hours.awaiting,
        refused=hours.refused,
        left=left,
        surplus=max(ZERO, hours.retained - owed) if defined else ZERO,
        gap=hours.retained - owed if defined else ZERO,
        rate=rates.rate,
        rate_percent=rates.rate_percent,
        expected=rates.expected,
        expected_exact=expected,
        elapsed_share=calendar.share(None, None),
        pace_ratio=rates.pace_ratio,
        pace=rates.pace,
        projection=None if projection is None else rounded(projection),
        target_month=pacing.target_month_of(calendar, left, mean),
        penalty_rate=facts.penalty_rate,
        penalty_if_stopped=at_stake,
        penalty_due=at_stake if at_stake is not None and calendar.ended else ZERO,
        penalty_binding_by_award=binds_by_award(facts),
        penalties=penalties,
        months=months,
        awards=tuple(_awards(facts, on, penalties)),
        rated_retained=hours.retained if defined else ZERO,
        paced_retained=hours.retained if expected is not None else ZERO,
        lots_undefined=0 if defined else 1,
        lots_without_dates=1 if defined and expected is None else 0,
    )


def add_up(statements: Sequence[Statement], on: date, rules: Rules) -> Statement:
    """Add the statements of several lots: rates and rythme come from sums, never from means of rates."""
    total = _Sum(statements)
    expected = total.exact(each.expected_exact for each in statements)
    owed, rated = total.of("owed"), total.of("rated_retained")
    defined = any(each.defined for each in statements)
    paced = total.of("paced_retained")
    rates = _rates(owed, rated, expected, paced, rules)
    projections = [each.projection for each in statements if each.defined]
    stakes = [each.penalty_if_stopped for each in statements]
    return Statement(
        on=on,
        start=min((each.start for each in statements if each.start), default=None),
        end=max((each.end for each in statements if each.end), default=None),
        ended=bool(statements) and all(each.ended for each in statements),
        defined=defined,
        owed_initial=total.of("owed_initial"),
        owed_changes=total.of("owed_changes"),
        owed=owed,
        potential=_sum_of_potentials(statements),
        declared=total.of("declared"),
        retained=total.of("retained"),
        unretained=total.of("unretained"),
        unretained_by_reason=_by_reason(pair for each in statements for pair in each.unretained_by_reason),
        awaiting=total.of("awaiting"),
        refused=total.of("refused"),
        left=total.of("left"),
        surplus=total.of("surplus"),
        gap=total.of("gap"),
        rate=rates.rate,
        rate_percent=rates.rate_percent,
        expected=rates.expected,
        expected_exact=expected,
        elapsed_share=None,
        pace_ratio=rates.pace_ratio,
        pace=rates.pace,
        # One lot without a projection would make the sum of the others look like the whole.
        projection=_sum_or_none(projections) if None not in projections else None,
        target_month=None,
        penalty_rate=None,
        penalty_if_stopped=_sum_or_none(stakes),
        penalty_due=total.of("penalty_due"),
        penalty_binding_by_award=False,
        penalties=(),
        months=tuple(_add_months_up(statements)),
        awards=(),
        rated_retained=rated,
        paced_retained=paced,
        lots=sum(each.lots for each in statements),
        lots_undefined=sum(each.lots_undefined for each in statements),
        lots_without_dates=sum(each.lots_without_dates for each in statements),
    )


class _Sum:
    """Adds one field of several statements."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements

    def of(self, name: str) -> Decimal:
        return _total(getattr(each, name) for each in self.statements)

    @staticmethod
    def exact(values: Iterable[Fraction | None]) -> Fraction | None:
        known = [value for value in values if value is not None]
        return sum(known, Fraction(0)) if known else None


def _total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)


def _sum_or_none(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return _total(known) if known else None


def _rates(
    owed: Decimal, retained: Decimal, expected: Fraction | None, paced: Decimal, rules: Rules
) -> _Rates:
    rate = Fraction(retained) / Fraction(owed) if owed > 0 else None
    ratio = Fraction(paced) / expected if expected else None
    return _Rates(
        rate=rate,
        rate_percent=None if rate is None else rounded(rate * 100),
        expected=None if expected is None else rounded(expected),
        pace_ratio=ratio,
        pace=pacing.pace_of(ratio, rules),
    )


def _split(rows: Iterable[HoursRow]) -> _Hours:
    """Split rows into the four parts; a replaced relevé (`outside`) is in none."""
    by_standing: dict[Standing, Decimal] = defaultdict(lambda: ZERO)
    retained = unretained = ZERO
    for row in rows:
        by_standing[row.standing] += row.hours
        if row.standing is Standing.counted:
            retained += row.retained
            unretained += row.unretained
    return _Hours(retained, unretained, by_standing[Standing.awaiting], by_standing[Standing.refused])


def _by_reason(
    pairs: Iterable[tuple[Reason | None, Decimal]],
) -> tuple[tuple[Reason, Decimal], ...]:
    sums: dict[Reason, Decimal] = defaultdict(lambda: ZERO)
    for reason, hours in pairs:
        if hours:
            if reason is None:
                raise ValueError("validated hours that are not retained must say why")
            sums[reason] += hours
    return tuple((reason, sums[reason]) for reason in Reason if reason in sums)


def _months(rows: Sequence[HoursRow]) -> Iterator[MonthFigures]:
    by_month: dict[date, list[HoursRow]] = defaultdict(list)
    for row in rows:
        if row.standing is not Standing.outside:
            by_month[row.month].append(row)
    so_far = ZERO
    for month in sorted(by_month):
        hours = _split(by_month[month])
        so_far += hours.retained
        yield _month(month, hours, so_far)


def _month(month: date, hours: _Hours, so_far: Decimal) -> MonthFigures:
    return MonthFigures(
        month,
        hours.declared,
        hours.retained,
        hours.unretained,
        hours.awaiting,
        hours.refused,
        so_far,
    )


def _add_months_up(statements: Iterable[Statement]) -> Iterator[MonthFigures]:
    by_month: dict[date, list[MonthFigures]] = defaultdict(list)
    for each in statements:
        for figures in each.months:
            by_month[figures.month].append(figures)
    so_far = ZERO
    for month in sorted(by_month):
        figures_of = by_month[month]
        hours = _Hours(
            _total(each.retained for each in figures_of),
            _total(each.unretained for each in figures_of),
            _total(each.awaiting for each in figures_of),
            _total(each.refused for each in figures_of),
        )
        so_far += hours.retained
        yield _month(month, hours, so_far)


def _potential(facts: LotFacts, on: date, owed: Decimal) -> Decimal | None:
    tranches = [line for line in facts.ledger if line.kind is LedgerKind.tranche]
    if not tranches:
        return None
    return owed + _total(line.delta for line in tranches if not line.effective(on))


def _sum_of_potentials(statements: Sequence[Statement]) -> Decimal | None:
    if all(each.potential is None for each in statements):
        return None
    return _total(each.owed if each.potential is None else each.potential for each in statements)


def _shares(facts: LotFacts, on: date) -> list[Obligation]:
    """Hours of each company at the top, subcontractors under it; last, those that no company has."""
    tops = [award for award in facts.awards if award.parent_id is None]
    # With a single company, what stands on the lot stands on it.
    roots: dict[int | None, int | None] = {None: tops[0].id if len(tops) == 1 else None}
    for award_id, root in roots_of(facts.awards).items():
        roots[award_id] = root
    owed: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    retained: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for line in facts.ledger:
        if line.effective(on):
            owed[roots.get(line.award_id)] += line.delta
    for row in facts.rows:
        if row.standing is Standing.counted:
            retained[roots.get(row.award_id)] += row.retained
    shares = [Obligation(top.id, top.label, owed[top.id], retained[top.id]) for top in tops]
    if owed[None] > 0:
        # What companies did beyond their own share serves the hours that no company holds.
        spare = _total(max(ZERO, each.retained - each.owed) for each in shares)
        shares.append(Obligation(None, None, owed[None], retained[None] + spare))
    return shares


def _penalties(facts: LotFacts, calendar: pacing.Calendar) -> tuple[PenaltyLine, ...]:
    """Penalties on what is owed at the end of the lot, or on the day asked before it."""
    end, on = calendar.end, calendar.on
    day = end if end is not None and end < on else on
    lines = [line for line in facts.ledger if line.effective(day)]
    if not lines:
        return ()
    owed = _total(line.delta for line in lines)
    lot = Obligation(None, None, owed, _split(facts.rows).retained)
    return penalty_lines(facts, lot, _shares(facts, day))


def _awards(facts: LotFacts, on: date, penalties: Sequence[PenaltyLine]) -> Iterator[AwardStatement]:
    binding = {line.award_id: line.amount for line in penalties} if binds_by_award(facts) else {}
    for share in _shares(facts, on):
        if share.award_id is not None:
            yield AwardStatement(
                share.award_id,
                share.label or "",
                share.owed,
                share.retained,
                max(ZERO, share.owed - share.retained),
                max(ZERO, share.retained - share.owed),
                binding.get(share.award_id),
            )
