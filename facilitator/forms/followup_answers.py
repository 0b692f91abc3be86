"""Forms of a follow-up asked by letter: what an organisation answers by its link, whom facilitators ask."""

import datetime
from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired, Optional

from facilitator import french
from facilitator.forms.base import TradeForm
from facilitator.forms.contracts import check_weekly
from facilitator.forms.fields import CodeField, FrenchDateField, HoursField, LineField, required
from facilitator.outcomes import Answer
from facilitator.vocabulary import AnsweredBy, Situation

YES_NO = (("oui", "Oui"), ("non", "Non"))
# An employer has no business telling that somebody is ill or in prison.
_PRIVATE = frozenset({Situation.conge, Situation.detention})


class LinkAnswerForm(TradeForm):
    """The situation on the reference date, as far as the answerer may say it."""

    situation = CodeField(
        "Situation à cette date", validators=[InputRequired("Choisissez l’une des réponses proposées.")]
    )
    since_on = FrenchDateField("Depuis le")
    weekly_hours = HoursField("Heures par semaine")
    part_time_chosen = CodeField(
        "Si temps partiel, est-il choisi\u00a0?", YES_NO, blank="Sans objet", validators=[Optional()]
    )
    same_employer = CodeField(
        "Toujours chez le même employeur\u00a0?", YES_NO, blank="Sans objet", validators=[Optional()]
    )
    training_validated = CodeField(
        "Si formation, est-elle validée\u00a0?", YES_NO, blank="Sans objet", validators=[Optional()]
    )
    name = LineField("Votre nom", longest=120, validators=[required()])

    def __init__(self, voice: AnsweredBy, reference_on: datetime.date, *args: Any, **others: Any) -> None:
        super().__init__(*args, **others)
        self.reference_on = reference_on
        hidden = frozenset() if voice is AnsweredBy.referrer else _PRIVATE
        choices = [(each.value, each.label) for each in Situation if each not in hidden]
        self.situation.offer([("", "Choisir…"), *choices])

    def validate_since_on(self, field: Any) -> None:
        if field.data and field.data > self.reference_on:
            raise ValidationError(
                f"La question porte sur le {french.date(self.reference_on)}\u00a0: dites la situation de ce jour-là."
            )

    def validate_weekly_hours(self, field: Any) -> None:
        check_weekly(field.data)

    def answer(self) -> Answer:
        """What was said, as the domain reads it."""
        return Answer(
            Situation(self.situation.data or ""),
            self.since_on.data,
            self.weekly_hours.data,
            _yes(self.part_time_chosen.data),
            _yes(self.same_employer.data),
            _yes(self.training_validated.data),
        )


def _yes(typed: str | None) -> bool | None:
    return None if not typed else typed == "oui"


class ButtonForm(TradeForm):
    """One button."""

    recipient = HiddenField()


class AskForm(TradeForm):
    """Whom to ask about each person of the list."""

    rows = SelectMultipleField("Personnes", coerce=str, validate_choice=False)
    keys: Sequence[str] = ()


def ask_form(offers: dict[str, list[tuple[str, str]]]) -> type[AskForm]:
    """The form of these follow-ups: key → the organisations that may be asked, by id."""
    fields: dict[str, Any] = {"keys": tuple(offers)}
    for key, choices in offers.items():
        fields[f"whom_{key}"] = CodeField(
            "À qui demander", choices, blank="Ne pas demander", validators=[Optional()]
        )
    return type("AskAboutThese", (AskForm,), fields)
