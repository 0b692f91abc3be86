"""Forms of the follow-up at 6 and 12 months: a call told in under a minute, an answer corrected."""

from typing import Any

from wtforms.validators import InputRequired, Optional

from facilitator.followups import Attempt
from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.contracts import check_weekly
from facilitator.forms.fields import CodeField, FrenchDateField, HoursField
from facilitator.outcomes import Answer
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, OutOfScope, Situation

CHOOSE = InputRequired("Choisissez l’une des réponses proposées.")
YES_NO = (("oui", "Oui"), ("non", "Non"))
CALLS = [
    (each.value, each.label) for each in Channel if each not in (Channel.form, Channel.desk, Channel.visit)
]
VOICES = [(each.value, each.label) for each in AnsweredBy if each is not AnsweredBy.desk]


class _FollowUpFields(TradeForm):
    """How it went, then, if the person answered, the situation on the reference date."""

    outcome = CodeField("Résultat", FollowUpOutcome, validators=[CHOOSE])
    channel = CodeField("Par quel moyen", CALLS, validators=[CHOOSE])
    answered_by = CodeField("Qui a répondu", VOICES, blank="Sans réponse", validators=[Optional()])
    why = CodeField("Si hors champ, pourquoi", OutOfScope, blank="Sans objet", validators=[Optional()])
    situation = CodeField("Situation", Situation, blank="Sans réponse", validators=[Optional()])
    since_on = FrenchDateField("Depuis le")
    weekly_hours = HoursField("Heures par semaine")
    part_time_chosen = CodeField(
        "Si temps partiel, est-il choisi\u00a0?", YES_NO, blank="Sans objet", validators=[Optional()]
    )
    same_employer = CodeField(
        "Même employeur qu’à la sortie\u00a0?", YES_NO, blank="Sans objet", validators=[Optional()]
    )
    training_validated = CodeField(
        "Si formation, est-elle validée\u00a0?", YES_NO, blank="Sans objet", validators=[Optional()]
    )

    def validate(self, *args: Any, **others: Any) -> bool:
        """What is told of a situation waits for the situation: it is never dropped in silence."""
        valid = super().validate(*args, **others)
        told = (
            self.since_on,
            self.weekly_hours,
            self.part_time_chosen,
            self.same_employer,
            self.training_validated,
        )
        if self.situation.data or not any(field.data for field in told):
            return valid
        sentence = "Choisissez la situation, ou effacez les précisions données dessous."
        self.situation.errors = [*self.situation.errors, sentence]
        return False

    def validate_weekly_hours(self, field: Any) -> None:
        check_weekly(field.data)

    def attempt(self) -> Attempt:
        """What the call gave, as the domain reads it."""
        assert self.outcome.data and self.channel.data  # validated
        voice = AnsweredBy(self.answered_by.data) if self.answered_by.data else None
        why = OutOfScope(self.why.data) if self.why.data else None
        outcome, channel = FollowUpOutcome(self.outcome.data), Channel(self.channel.data)
        return Attempt(outcome, channel, voice, self._answer(), why)

    def _answer(self) -> Answer | None:
        if not self.situation.data:
            return None
        return Answer(
            Situation(self.situation.data),
            self.since_on.data,
            self.weekly_hours.data,
            _yes(self.part_time_chosen.data),
            _yes(self.same_employer.data),
            _yes(self.training_validated.data),
        )


class FollowUpForm(_FollowUpFields):
    """One attempt."""


class CorrectFollowUpForm(EditForm, _FollowUpFields):
    """An answer that was wrong: the journal keeps that it was corrected."""


class ConfirmProposalForm(TradeForm):
    """What the tool already knows, confirmed in one click."""


def _yes(typed: str | None) -> bool | None:
    return None if not typed else typed == "oui"


def said(value: bool | None) -> str | None:
    """A stored yes or no, as its field shows it."""
    return None if value is None else "oui" if value else "non"
