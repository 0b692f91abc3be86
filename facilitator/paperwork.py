"""Papers that companies owe and field actions: their coded words, what is known of a paper, and how it is named."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from facilitator.french import month as french_month
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


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One field action as a list shows it; one that a later line corrects stays readable."""

    label: str
    done_on: datetime.date
    minutes: int
    text: str | None
    author: str
    noted_on: datetime.date
    corrected: bool
    corrects: bool


@dataclass(frozen=True, slots=True)
class ActionList:
    """What a territory did for a lot: the proof that it keeps; `seal` is its journal’s length and digest."""

    territory: str
    buyer: str
    market: str
    lot: str
    on: datetime.date
    lines: tuple[ActionLine, ...]
    seal: tuple[int, str]

    @property
    def standing(self) -> tuple[ActionLine, ...]:
        """The lines that no other corrects, and that took place."""
        return tuple(each for each in self.lines if not each.corrected and each.minutes)

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.standing)


def public_label(kind: DocumentKind, label: str, personal: bool) -> str:
    """What a buyer reads of a paper: its kind; the typed words only where there is no kind and nobody behind."""
    return label if kind is DocumentKind.other and not personal else kind.label


def letter_label(kind: DocumentKind, label: str, month: datetime.date | None) -> str:
    """What the company that owes a paper reads of it in a letter; never why somebody is eligible."""
    named = kind.label
    if label != kind.label and kind is not DocumentKind.eligibility_proof:
        named = label if kind is DocumentKind.other else f"{kind.label} ({label})"
    return of_month(named, month)


def of_month(named: str, month: datetime.date | None) -> str:
    """The name of a paper with its month, for the same one is expected each month."""
    return named if month is None else f"{named}, {french_month(month)}"
