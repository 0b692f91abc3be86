"""Papers that companies owe and field actions: their coded words, and one line of the list of papers as each audience reads it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from facilitator.labels import Labelled


class DocumentKind(Labelled):
    """What kind of paper a company owes; none is stored, only that it was seen."""

    urssaf = "urssaf", "Attestation URSSAF"
    work_contract = "work_contract", "Contrat de travail"
    hours_proof = "hours_proof", "Bulletin de paie ou relevé d’heures signé"
    eligibility_proof = "eligibility_proof", "Justificatif d’éligibilité"
    minutes = "minutes", "Compte rendu"
    action_plan = "action_plan", "Plan d’actions"
    commitment = "commitment", "DUME ou engagement"
    other = "other", "Autre document"


class DocumentVerdict(Labelled):
    """What the facilitator says of a document once seen."""

    compliant = "compliant", "Conforme"
    to_redo = "to_redo", "À reprendre"


class FieldActionKind(Labelled):
    """What a facilitator did for a lot or with an organisation."""

    meeting = "meeting", "Réunion"
    visit = "visit", "Visite"
    call = "call", "Appel"
    email = "email", "Courriel"
    letter = "letter", "Courrier"
    other = "other", "Autre action"


class Reader(Labelled):
    """Who reads the list of papers; each learns what concerns it."""

    facilitator = "facilitator", "Facilitateur"
    company = "company", "Entreprise"
    buyer = "buyer", "Donneur d’ordre"


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One line of the register with all that is known of it."""

    kind: DocumentKind
    label: str
    lot: str
    company: str | None
    person: str | None
    month: datetime.date | None
    expected_on: datetime.date
    received_on: datetime.date | None
    days: int
    penalty: Decimal | None
    seen_on: datetime.date | None
    seen_by: str | None
    verdict: DocumentVerdict | None
    reason: str | None
    filed: str | None

    @property
    def state(self) -> str:
        """Where it stands: attendu, en retard, à lire, conforme, à reprendre."""
        if self.verdict is not None:
            return self.verdict.label
        if self.received_on is not None:
            return "À lire"
        return "En retard" if self.days else "Attendu"


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
    state: str
    reason: str | None
    filed: str | None


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
    def missing(self) -> int:
        return sum(line.received_on is None for line in self.lines)

    @property
    def late(self) -> int:
        """Papers that came late or are late today."""
        return sum(line.days > 0 for line in self.lines)

    @property
    def penalty(self) -> Decimal | None:
        """What all delays cost; None where no lot has a rate."""
        amounts = [line.penalty for line in self.lines if line.penalty is not None]
        return sum(amounts, Decimal(0)) if amounts else None


def public_label(kind: DocumentKind, label: str, personal: bool) -> str:
    """What a buyer reads of a paper: its kind; the typed words only where there is no kind and nobody behind."""
    return label if kind is DocumentKind.other and not personal else kind.label


def told_to(reader: Reader, facts: DocumentFacts) -> DocumentLine:
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
        facts.state,
        reason,
        filed,
    )


def list_for(
    reader: Reader, title: str, about: str, on: datetime.date, found: Sequence[DocumentFacts]
) -> DocumentList:
    """The list of papers that this reader gets."""
    return DocumentList(title, about, reader, on, tuple(told_to(reader, each) for each in found))
