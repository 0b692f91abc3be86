"""What a lot’s companies would owe as a penalty on a day: hours by line, late documents beside them."""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import associated_lots, compliance, documents, statements
from facilitator.awards import Award
from facilitator.lot_facts import LotFacts
from facilitator.markets import Lot
from facilitator.paperwork import DocumentFacts, of_month, public_label
from facilitator.penalties import leader_of, roots_of
from facilitator.penalty_cases import DocumentDelay, Figures, figures_of
from facilitator.rules import Rules
from facilitator.statement import Statement

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Due:
    """What one company would pay, for its share (`award_id`) or for the lot as a whole (None)."""

    award_id: int | None
    company_id: int | None  # None: nobody is designated yet
    label: str | None
    guarantor: str | None
    figures: Figures
    documents: tuple[DocumentDelay, ...]

    @property
    def documents_amount(self) -> Decimal:
        return sum((each.amount for each in self.documents), ZERO)

    @property
    def amount(self) -> Decimal:
        return self.figures.hours_amount + self.documents_amount


@dataclass(frozen=True, slots=True)
class LotDues:
    """All that a lot would cost its companies, and the statement from which it comes."""

    statement: Statement
    dues: tuple[Due, ...]
    by_award: bool  # each company answers for its own share
    pilot: str | None  # the territory that states, when it is another one


def facts_of(session: Session, lot: Lot, on: datetime.date) -> tuple[LotFacts, Rules]:
    """The facts of a lot, with the hours that associated territories worked on it (trade.md §2)."""
    return statements.facts_of_lot(session, lot.id, on)


def of_lot(session: Session, lot: Lot, on: datetime.date) -> LotDues:
    """What each company would pay at the close of a day, by the form of the groupement."""
    facts, rules = facts_of(session, lot, on)
    # Without an hourly rate, the same lines still say who answers for late documents.
    probed = facts if facts.penalty_rate is not None else replace(facts, penalty_rate=ZERO)
    at = compliance.statement(probed, on, rules)
    late = _late_documents(session, lot, facts, on)
    companies = dict(
        session.execute(select(Award.id, Award.organisation_id).where(Award.lot_id == lot.id)).all()
    )
    by_award = at.penalty_binding_by_award
    dues = tuple(
        Due(
            award_id=line.award_id if by_award else None,
            company_id=companies.get(line.award_id or 0),
            label=line.label,
            guarantor=line.guarantor,
            figures=figures_of(line, facts),
            documents=tuple(each for award_id, each in late if line.award_id == award_id or not by_award),
        )
        for line in at.penalties
    )
    return LotDues(
        compliance.statement(facts, on, rules), dues, by_award, associated_lots.pilot_of(session, lot)
    )


def _late_documents(
    session: Session, lot: Lot, facts: LotFacts, on: datetime.date
) -> list[tuple[int | None, DocumentDelay]]:
    """The documents that cost something, each with the company at the top that answers for it."""
    leader, roots = leader_of(facts.awards), roots_of(facts.awards)
    return [
        (
            roots.get(each.document.award_id or 0, leader.id if leader else None),
            DocumentDelay(
                _named(each.facts),
                each.document.expected_on,
                each.document.received_on,
                each.days,
                each.penalty,
            ),
        )
        for each in documents.delays(session, lot, on)
        if each.penalty
    ]


def _named(facts: DocumentFacts) -> str:
    """The buyer reads the file too: a paper of somebody has its kind only."""
    return of_month(public_label(facts.kind, facts.label, facts.person is not None), facts.month)
