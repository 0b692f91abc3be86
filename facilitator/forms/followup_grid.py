"""Forms of many follow-ups at once: the cells of a grid, the text of a paste."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import Optional

from facilitator.followups import Attempt
from facilitator.forms.base import TradeForm
from facilitator.forms.contracts import check_weekly
from facilitator.forms.fields import CodeField, FrenchDateField, HoursField, plain_text, required, visible
from facilitator.outcomes import Answer
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, Situation

YES_NO = (("oui", "Oui"), ("non", "Non"))
OUTCOMES = [
    (each.value, each.label)
    for each in (FollowUpOutcome.answered, FollowUpOutcome.unreachable, FollowUpOutcome.refused)
]
WAYS = [
    (each.value, each.label)
    for each in (Channel.phone, Channel.email, Channel.sms, Channel.letter, Channel.meeting)
]
COLUMNS = ("outcome", "situation", "since", "hours", "chosen", "same", "channel")


class PasteForm(TradeForm):
    """What was copied from the référent’s own software."""

    records = False
    text = TextAreaField(
        "Lignes copiées",
        validators=[required(), plain_text(60_000)],
        filters=[visible],
        description="Une ligne par personne. Les titres peuvent rester, dans n’importe quel ordre.",
        render_kw={"rows": 12, "spellcheck": "false"},
    )


class GridForm(TradeForm):
    """The cells of a page, named by the follow-up; a line left empty is passed over."""

    rows = SelectMultipleField("Lignes", coerce=str, validate_choice=False)

    def validate(self, *args: Any, **others: Any) -> bool:
        """Hours of a week are hours of a week."""
        valid = super().validate(*args, **others)
        for field in self:
            if field.name.startswith("hours_") and field.data is not None and not field.errors:
                try:
                    check_weekly(field.data)
                except ValueError as wrong:
                    field.errors = [*field.errors, str(wrong)]
                    valid = False
        return valid

    def filled(self, key: str) -> bool:
        """Whether somebody wrote something on the line."""
        return any(self[f"{column}_{key}"].data for column in COLUMNS if column != "channel")

    def attempt(self, key: str, voice: AnsweredBy) -> Attempt:
        """What a line says, as the domain reads it; a situation alone means that the person answered."""
        got = {column: self[f"{column}_{key}"].data for column in COLUMNS}
        outcome = FollowUpOutcome(got["outcome"] or FollowUpOutcome.answered)
        answer = None
        if got["situation"]:
            answer = Answer(
                Situation(got["situation"]),
                got["since"],
                got["hours"],
                _yes(got["chosen"]),
                _yes(got["same"]),
            )
        said_by = voice if outcome is not FollowUpOutcome.unreachable else None
        return Attempt(outcome, Channel(got["channel"] or Channel.phone), said_by, answer)


def _yes(typed: str | None) -> bool | None:
    return None if not typed else typed == "oui"


def grid_form(keys: Iterable[str]) -> type[GridForm]:
    """The form of these follow-ups."""
    fields: dict[str, Any] = {}
    for key in keys:
        fields[f"outcome_{key}"] = CodeField("Résultat", OUTCOMES, blank="–", validators=[Optional()])
        fields[f"situation_{key}"] = CodeField("Situation", Situation, blank="–", validators=[Optional()])
        fields[f"since_{key}"] = FrenchDateField("Depuis le")
        fields[f"hours_{key}"] = HoursField("Heures par semaine")
        fields[f"chosen_{key}"] = CodeField(
            "Temps partiel choisi", YES_NO, blank="–", validators=[Optional()]
        )
        fields[f"same_{key}"] = CodeField("Même employeur", YES_NO, blank="–", validators=[Optional()])
        fields[f"channel_{key}"] = CodeField("Par quel moyen", WAYS, blank="–", validators=[Optional()])
    return type("GridOfThese", (GridForm,), fields)
