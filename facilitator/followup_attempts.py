"""What one call gave, and what it cannot say: an attempt that contradicts itself is refused with its sentence."""

from dataclasses import dataclass
from datetime import date

from facilitator import french
from facilitator.french import NBSP
from facilitator.outcomes import Answer
from facilitator.refusals import Refused
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, OutOfScope, Situation

# Situations in which nobody has an employer: neither a first day nor weekly hours go with them.
WITHOUT_WORK = frozenset({Situation.recherche, Situation.retraite, Situation.inactif, Situation.detention})


class FollowUpRefused(Refused):
    """A follow-up cannot be recorded as asked."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one call, letter or look-up gave; `why` says why somebody is out of the scope."""

    outcome: FollowUpOutcome
    channel: Channel
    answered_by: AnsweredBy | None = None
    answer: Answer | None = None
    why: OutOfScope | None = None
    organisation_id: int | None = None  # by a mailed link: whose word it is
    name: str | None = None


def refuse_contradiction(attempt: Attempt, reference_on: date) -> None:
    """Refuse an attempt whose parts do not go together, on the day that the question is about."""
    answered = attempt.outcome is FollowUpOutcome.answered
    if answered and attempt.answer is None:
        raise FollowUpRefused(
            f"La personne a répondu{NBSP}: choisissez sa situation au {french.date(reference_on)}."
        )
    if not answered and attempt.answer is not None:
        label = attempt.outcome.label
        raise FollowUpRefused(
            f"«{NBSP}{label}{NBSP}» ne va pas avec une situation. Choisissez «{NBSP}A répondu{NBSP}», ou retirez la"
            f" situation si le résultat est bien «{NBSP}{label.lower()}{NBSP}»."
        )
    _refuse_wrong_scope(attempt)
    if attempt.answer is not None:
        _refuse_wrong_answer(attempt.answer, reference_on)


def _refuse_wrong_scope(attempt: Attempt) -> None:
    outside = attempt.outcome is FollowUpOutcome.out_of_scope
    if outside and attempt.why is None:
        raise FollowUpRefused(
            f"«{NBSP}Hors champ{NBSP}» se dit d’un décès ou d’un départ à l’étranger{NBSP}: dites lequel."
        )
    if not outside and attempt.why is not None:
        raise FollowUpRefused(
            f"«{NBSP}{attempt.why.label}{NBSP}» met la personne hors champ. Choisissez «{NBSP}Hors champ{NBSP}», ou"
            " effacez ce motif."
        )


def _refuse_wrong_answer(answer: Answer, reference_on: date) -> None:
    label = answer.situation.label
    if answer.situation in WITHOUT_WORK and (answer.since_on or answer.weekly_hours):
        what = "une date de début\u00a0: effacez-la" if answer.since_on else "des heures\u00a0: effacez-les"
        raise FollowUpRefused(f"«{NBSP}{label}{NBSP}» ne va pas avec {what}, ou changez la situation.")
    if answer.since_on is not None and answer.since_on > reference_on:
        raise FollowUpRefused(
            f"La question porte sur le {french.date(reference_on)}{NBSP}: une situation qui commence le"
            f" {french.date(answer.since_on)} vient après. Dites la situation de ce jour-là."
        )
