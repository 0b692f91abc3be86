"""The form of the other side: each line confirmed as it stands, contested with its own figure, or left for later."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectMultipleField, ValidationError

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import HoursField, LineField, required
from facilitator.lines_to_confirm import Line
from facilitator.second_answers import WHY, Said, wants_comment

FIGURE_TOO = "Écrivez aussi les heures selon vous, ou effacez ce commentaire si vous confirmez."
LATER_OR_NOT = "Vous écrivez une réponse et la remettez à plus tard\u00a0: gardez l’une des deux."


class SecondAnswersForm(TradeForm):
    """The lines that were shown; one left as it stands is confirmed."""

    shown = SelectMultipleField("Lignes", coerce=str, validate_choice=False)
    lines: Sequence[Line] = ()

    def validate_shown(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("Aucune ligne n’attend votre réponse. Rouvrez la page.")
        if any(not (each.isascii() and each.isdigit() and len(each) < 10) for each in field.data):
            raise ValidationError("L’une de ces lignes n’est pas dans la liste. Rouvrez la page.")

    def validate(self, *args: Any, **others: Any) -> bool:
        """A contest says its hours and why; what is left for later says nothing else."""
        valid = super().validate(*args, **others)
        for line in self.lines:
            hours, comment, later = self.of(line)
            if hours.errors:
                continue
            if later.data and (hours.data is not None or comment.data):
                later.errors = [LATER_OR_NOT]
            elif comment.data and hours.data is None:
                hours.errors = [FIGURE_TOO]
            elif wants_comment(line.hours, hours.data, comment.data):
                comment.errors = [WHY]
            else:
                continue
            valid = False
        return valid

    def of(self, line: Line) -> tuple[Any, Any, Any]:
        """The three fields of a line: hours, comment, later."""
        key = line.share_id
        return self[f"hours_{key}"], self[f"comment_{key}"], self[f"later_{key}"]

    def wrong(self, line: Line) -> bool:
        """Whether something of this line is to be mended."""
        return any(field.errors for field in self.of(line))

    def said(self) -> list[Said]:
        """The answers, of the lines that were shown only; one that is decided by now is left to the verb."""
        known = {str(line.share_id): line for line in self.lines}
        found = []
        for key in dict.fromkeys(self.shown.data or ()):
            if key not in known:
                found.append(Said(int(key)))
                continue
            hours, comment, later = self.of(known[key])
            if not later.data:
                found.append(Said(int(key), hours.data, comment.data))
        return found


def second_answers_form(lines: Sequence[Line], *, named: bool) -> type[SecondAnswersForm]:
    """The form of these lines; by a mailed link, one says who answers."""
    fields: dict[str, Any] = {"lines": tuple(lines)}
    if named:
        fields["sender"] = LineField(
            "Votre nom",
            longest=120,
            validators=[required()],
            description="Il figure à côté de vos réponses.",
            render_kw={"autocomplete": "name"},
        )
    for line in lines:
        key = line.share_id
        fields[f"hours_{key}"] = HoursField(f"Heures selon vous – {line.person}")
        fields[f"comment_{key}"] = LineField(f"Ce que vous contestez – {line.person}", longest=300)
        fields[f"later_{key}"] = BooleanField(f"Répondre plus tard – {line.person}")
    return type("SecondAnswersOf", (SecondAnswersForm,), fields)


def as_answered(lines: Sequence[Line]) -> dict[str, Any]:
    """What this side contested already, to start from."""
    known: dict[str, Any] = {}
    for line in lines:
        if line.contested:
            known[f"hours_{line.share_id}"], known[f"comment_{line.share_id}"] = line.said, line.comment
    return known
