"""What hours not done would cost, and to whom (trade.md §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from facilitator.lot_facts import AwardFact, LedgerFact, LotFacts
from facilitator.statement import PenaltyLine
from facilitator.vocabulary import AwardRole, GroupementForm, ToleranceKind

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Obligation:
    """Hours owed and retained of the lot, or of one company of it."""

    award_id: int | None
    label: str | None
    owed: Decimal
    retained: Decimal


def roots_of(awards: Sequence[AwardFact]) -> dict[int, int]:
    """Map each award to the one under which its hours stand: the top of its chain of parents."""
    parents = {award.id: award.parent_id for award in awards}
    roots: dict[int, int] = {}
    for award in awards:
        seen, top = {award.id}, award.id
        while (parent := parents.get(top)) in parents and parent not in seen:
            assert parent is not None
            seen.add(parent)
            top = parent
        roots[award.id] = top
    return roots


def leader_of(awards: Sequence[AwardFact]) -> AwardFact | None:
    """Find who answers for the lot: the mandataire, or the only company at the top."""
    tops = [award for award in awards if award.parent_id is None]
    for award in tops:
        if award.role is AwardRole.mandataire:
            return award
    return tops[0] if len(tops) == 1 else None


def binds_by_award(facts: LotFacts) -> bool:
    """Say whether each company answers for its own share: conjoint, with shares that bind."""
    return facts.shares_binding and facts.groupement_form is not GroupementForm.solidaire


def forgiven_hours(facts: LotFacts, owed: Decimal) -> Decimal:
    """Give the hours that the tolerance of the lot stands for; none without a tolerance."""
    if facts.tolerance_kind is ToleranceKind.none:
        return ZERO
    return (owed * facts.tolerance_percent / 100).quantize(ZERO, ROUND_HALF_UP)


def missing_hours(facts: LotFacts, owed: Decimal, retained: Decimal) -> Decimal:
    """Give the hours that a penalty counts, after the tolerance of the lot."""
    short, forgiven = max(ZERO, owed - retained), forgiven_hours(facts, owed)
    if facts.tolerance_kind is ToleranceKind.seuil:
        return short if short > forgiven else ZERO
    if facts.tolerance_kind is ToleranceKind.franchise:
        return max(ZERO, short - forgiven)
    return short


def penalty_lines(facts: LotFacts, lot: Obligation, shares: Sequence[Obligation]) -> tuple[PenaltyLine, ...]:
    """Give who would pay what in euros: the lot as a whole, or share by share when shares bind."""
    if facts.penalty_rate is None:
        return ()
    leader = leader_of(facts.awards)
    if binds_by_award(facts) and any(share.award_id is not None for share in shares):
        answers = facts.groupement_form is GroupementForm.conjoint_mandataire_solidaire
        guarantor = leader if answers else None
        return tuple(_line(facts, share, guarantor) for share in shares)
    whom = Obligation(leader.id if leader else None, leader.label if leader else None, lot.owed, lot.retained)
    return (_line(facts, whom, None),)


def _line(facts: LotFacts, share: Obligation, guarantor: AwardFact | None) -> PenaltyLine:
    missing = missing_hours(facts, share.owed, share.retained)
    amount = (missing * (facts.penalty_rate or 0)).quantize(ZERO, ROUND_HALF_UP)
    answers = guarantor.label if guarantor and guarantor.id != share.award_id else None
    return PenaltyLine(
        award_id=share.award_id,
        label=share.label,
        owed=share.owed,
        retained=share.retained,
        forgiven=forgiven_hours(facts, share.owed),
        missing=missing,
        amount=amount,
        guarantor=answers,
    )


def refuse_negative(lines: Sequence[LedgerFact]) -> date | None:
    """Give the first day on which the lot or one of its companies would owe less than nothing."""
    awards = {line.award_id for line in lines if line.award_id is not None}
    groups = [list(lines)]
    # With one company, the lines of the lot and those of the company are the same commitment.
    if len(awards) > 1:
        groups += [[line for line in lines if line.award_id == award] for award in awards]
    return min(filter(None, map(_first_negative, groups)), default=None)


def _first_negative(lines: Sequence[LedgerFact]) -> date | None:
    days = sorted({line.effective_on for line in lines if line.effective_on is not None})
    for day in days:
        if sum((line.delta for line in lines if line.effective(day)), ZERO) < 0:
            return day
    return None


def days_late(expected_on: date, received_on: date | None, on: date) -> int:
    """Count the days of delay of a document at a day; one not received is late until that day."""
    return max(0, (min(received_on or on, on) - expected_on).days)


def late_document_penalty(
    expected_on: date, received_on: date | None, daily_rate: Decimal, on: date
) -> Decimal:
    """Give in euros what a late document costs at a day, apart from the hours penalty."""
    return (days_late(expected_on, received_on, on) * daily_rate).quantize(ZERO, ROUND_HALF_UP)
