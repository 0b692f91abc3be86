"""Who must act next on a file, and since when: one rule for pages and lists."""

import datetime
from dataclasses import dataclass

from facilitator import french
from facilitator.labels import Labelled
from facilitator.vocabulary import PlacementState, TimesheetState


class Who(Labelled):
    """On which side the next act is."""

    facilitator = "facilitator", "Le facilitateur"
    declarant = "declarant", "Le déclarant"
    second_side = "second_side", "L’autre partie"
    employer = "employer", "L’employeur"
    company = "company", "L’entreprise"
    nobody = "nobody", "Personne"


@dataclass(frozen=True)
class Turn:
    """Where a file stands in a word, and who must act next, since which day."""

    word: str
    tone: str
    sentence: str
    who: Who
    since: datetime.date | None = None


@dataclass(frozen=True)
class PlacementFacts:
    """What the turn of a placement rests on; `last_on` is its real end where one is known."""

    state: PlacementState
    employer: str
    proposed_on: datetime.date
    answered_on: datetime.date | None
    decline_reason: str | None
    from_on: datetime.date
    last_on: datetime.date | None


@dataclass(frozen=True)
class TimesheetFacts:
    """What the turn of a relevé rests on; `asked` may still answer, `contested_by` said other hours."""

    state: TimesheetState
    declared_on: datetime.date
    decided_on: datetime.date | None
    declarant: str
    correction: bool = False
    unshared: bool = False  # a correction whose hours go to no lot yet
    mended: bool = False  # other hours were declared for the same days since
    asked: str | None = None
    contested_by: str | None = None
    contested_on: datetime.date | None = None


def _since(day: datetime.date, on: datetime.date) -> str:
    return french.since((on - day).days)


def of_placement(facts: PlacementFacts, on: datetime.date) -> Turn:
    """The employer answers a proposal; the facilitator finds another when it declines, and follows up after the end."""
    if facts.state is PlacementState.proposed:
        sentence = f"{facts.employer} doit répondre, {_since(facts.proposed_on, on)}."
        return Turn("Proposée", "waiting", sentence, Who.employer, facts.proposed_on)
    if facts.state is PlacementState.declined:
        sentence = "À vous\u00a0: cherchez un autre employeur."
        if facts.decline_reason:
            sentence += f" Motif du refus\u00a0: {facts.decline_reason}"
        return Turn("Déclinée", "late", sentence, Who.facilitator, facts.answered_on)
    if facts.state is PlacementState.withdrawn:
        return Turn("Retirée", "", "Personne n’a rien à faire.", Who.nobody)
    if facts.from_on > on:
        return Turn("Confirmée", "good", f"Commence le {french.date(facts.from_on)}.", Who.nobody)
    if facts.last_on is not None and facts.last_on < on:
        sentence = f"Depuis le {french.date(facts.last_on)}. Le suivi à 6 et 12 mois vous revient."
        return Turn("Terminée", "", sentence, Who.facilitator, facts.last_on)
    return Turn("En cours", "good", f"{facts.employer} déclare les heures de chaque mois.", Who.employer)


def of_timesheet(facts: TimesheetFacts, on: datetime.date) -> Turn:
    """The facilitator settles what is contested and validates the rest; the declarant mends what is refused."""
    if facts.state is TimesheetState.declared:
        return _waiting(facts, on)
    if facts.state is TimesheetState.refused:
        since = facts.decided_on or facts.declared_on
        if facts.mended:
            return Turn(
                "Refusé", "", "D’autres heures ont été déclarées depuis pour ces jours.", Who.nobody, since
            )
        sentence = f"{facts.declarant} doit corriger, {_since(since, on)}."
        return Turn("Refusé", "critical", sentence, Who.declarant, since)
    if facts.state is TimesheetState.validated:
        return Turn("Validé", "good", "Personne n’a rien à faire.", Who.nobody, facts.decided_on)
    return Turn("Remplacé", "", "Un autre relevé a pris sa place.", Who.nobody)


def _waiting(facts: TimesheetFacts, on: datetime.date) -> Turn:
    if facts.unshared:
        sentence = f"À vous de répartir ces heures entre les lots, {_since(facts.declared_on, on)}."
        return Turn("À répartir", "late", sentence, Who.facilitator, facts.declared_on)
    word = "Correction à valider" if facts.correction else "À valider"
    if facts.contested_by is not None:
        since = facts.contested_on or facts.declared_on
        sentence = f"À vous de trancher\u00a0: {facts.contested_by} conteste, {_since(since, on)}."
        return Turn("Contesté", "late", sentence, Who.facilitator, since)
    if facts.asked is not None:
        sentence = (
            f"{facts.asked} peut confirmer ou contester, {_since(facts.declared_on, on)}\u00a0;"
            " vous pouvez valider sans attendre."
        )
        return Turn(word, "waiting", sentence, Who.second_side, facts.declared_on)
    sentence = f"À vous de valider, {_since(facts.declared_on, on)}."
    return Turn(word, "waiting", sentence, Who.facilitator, facts.declared_on)
