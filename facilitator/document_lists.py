"""The list of papers as each audience may read it: where each stands, who must act next and since when, its figures."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from facilitator import french
from facilitator.labels import Labelled
from facilitator.paperwork import DocumentFacts, DocumentKind, DocumentVerdict, public_label
from facilitator.turns import Turn, Who


class Reader(Labelled):
    """Who reads the list of papers; each learns what concerns it."""

    facilitator = "facilitator", "Facilitateur"
    company = "company", "Entreprise"
    buyer = "buyer", "Donneur d’ordre"


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line as a reader may know it."""

    lot: str
    company: str | None
    document: str
    precision: str | None
    person: str | None
    month: datetime.date | None
    expected_on: datetime.date
    received_on: datetime.date | None
    days: int
    penalty: Decimal | None
    seen_on: datetime.date | None
    seen_by: str | None
    turn: Turn
    reason: str | None
    filed: str | None

    @property
    def state(self) -> str:
        """Where it stands: attendu, en retard, à lire, conforme, à reprendre."""
        return self.turn.word

    @property
    def asked_again(self) -> bool:
        """Whether another line expects it in its place."""
        return self.turn.word == DocumentVerdict.to_redo.label


@dataclass(frozen=True, slots=True)
class DocumentList:
    """The list of papers of some lots on a day, for one reader."""

    title: str
    about: str
    reader: Reader
    on: datetime.date
    lines: tuple[DocumentLine, ...]

    def count(self, *states: str) -> int:
        """How many papers stand so."""
        return sum(line.state in states for line in self.lines)

    @property
    def expected(self) -> int:
        """The papers that are owed; one that is to be redone counts by the line that expects it again."""
        return len(self.lines) - self.asked_again

    @property
    def asked_again(self) -> int:
        return sum(line.asked_again for line in self.lines)

    @property
    def compliant(self) -> int:
        return self.count(DocumentVerdict.compliant.label)

    @property
    def to_see(self) -> int:
        return self.count(TO_SEE)

    @property
    def missing(self) -> int:
        return sum(line.received_on is None for line in self.lines)

    @property
    def late(self) -> int:
        """Papers that are missing and late on the day."""
        return self.count(LATE)

    @property
    def penalty(self) -> Decimal | None:
        """What all delays cost; None where no lot has a rate."""
        amounts = [line.penalty for line in self.lines if line.penalty is not None]
        return sum(amounts, Decimal(0)) if amounts else None


TO_SEE, LATE, AWAITED = "À lire", "En retard", "Attendu"


def told_to(reader: Reader, facts: DocumentFacts, on: datetime.date) -> DocumentLine:
    """The line without what this reader may not learn: people for buyers, why somebody is eligible for all but facilitators."""
    precision = None if facts.label == facts.kind.label else facts.label
    document, person, reason, filed = facts.kind.label, facts.person, facts.reason, facts.filed
    seen_by = facts.seen_by
    if reader is Reader.buyer:
        document = public_label(facts.kind, facts.label, facts.person is not None)
        precision = person = reason = filed = seen_by = None
    elif reader is Reader.company:
        filed = seen_by = None
        if facts.kind is DocumentKind.eligibility_proof:
            precision = reason = None
    return DocumentLine(
        facts.lot,
        facts.company,
        document,
        precision,
        person,
        facts.month,
        facts.expected_on,
        facts.received_on,
        facts.days,
        facts.penalty,
        facts.seen_on,
        seen_by,
        turn_of(reader, facts, on),
        reason,
        filed,
    )


def turn_of(reader: Reader, facts: DocumentFacts, on: datetime.date) -> Turn:
    """The company hands the paper in, the facilitator reads it; one that is to be redone has another line."""
    if facts.verdict is DocumentVerdict.compliant:
        return Turn(facts.verdict.label, "good", "Personne n’a rien à faire.", Who.nobody, facts.seen_on)
    if facts.verdict is DocumentVerdict.to_redo:
        return Turn(
            facts.verdict.label,
            "",
            "Il est attendu de nouveau, sur une autre ligne.",
            Who.nobody,
            facts.seen_on,
        )
    if facts.received_on is not None:
        whose = "À vous de le lire" if reader is Reader.facilitator else "Au facilitateur de le lire"
        said = f"{whose}, {_since(facts.received_on, on)}."
        return Turn(TO_SEE, "waiting", said, Who.facilitator, facts.received_on)
    whose = "À vous de le remettre" if reader is Reader.company else "À l’entreprise"
    if facts.days:
        said = f"{whose}, {_since(facts.expected_on, on)}."
        return Turn(LATE, "late", said, Who.company, facts.expected_on)
    return Turn(AWAITED, "waiting", f"{whose}, d’ici au {french.date(facts.expected_on)}.", Who.company)


def _since(day: datetime.date, on: datetime.date) -> str:
    return french.since((on - day).days)


def list_for(
    reader: Reader, title: str, about: str, on: datetime.date, found: Sequence[DocumentFacts]
) -> DocumentList:
    """The list of papers that this reader gets."""
    return DocumentList(title, about, reader, on, tuple(told_to(reader, each, on) for each in found))
