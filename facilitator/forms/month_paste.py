"""Forms of a paste: the text itself, then each line with its hours and the cell that it goes to."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import plain_text, required, visible
from facilitator.pasted_lines import LONGEST, Line, read, wrong_hours
from facilitator.pasted_months import Choice

LONGEST_TEXT = 60_000


class PasteForm(TradeForm):
    """What was copied from a spreadsheet."""

    records = False
    text = TextAreaField(
        "Lignes copiées depuis votre tableur",
        validators=[required(), plain_text(LONGEST_TEXT)],
        filters=[visible],
        description="Une ligne par personne et chantier\u00a0: nom, chantier, heures. La ligne de titres peut rester.",
        render_kw={"rows": 12, "spellcheck": "false"},
    )

    def validate_text(self, field: Any) -> None:
        lines = read(field.data or "")
        if len(lines) > LONGEST:
            raise ValidationError(
                f"{len(lines)}\u00a0lignes\u00a0: collez-en au plus {LONGEST} à la fois, puis recommencez avec la suite."
            )
        if all(line.problem for line in lines):
            raise ValidationError(_none_read(lines))


def _none_read(lines: Sequence[Line]) -> str:
    if not lines:
        return "Aucune ligne ne se lit\u00a0: sous les titres, collez une ligne par personne et chantier."
    first = lines[0]
    return (
        f"Aucune ligne ne se lit. Ligne {first.number}\u00a0: {first.problem[0].lower()}{first.problem[1:]}"
    )


class ReportForm(TradeForm):
    """The lines of a paste as they were shown, with what was chosen and mended."""

    lines = SelectMultipleField("Lignes", coerce=str, validate_choice=False)
    numbers: Sequence[int] = ()

    def validate(self, *args: Any, **others: Any) -> bool:
        """Something must be left to report."""
        valid = super().validate(*args, **others)
        if not self.choices():
            self.refuse(
                "Il n’y a aucune ligne à reporter\u00a0: collez vos lignes de nouveau, ou gardez-en une."
            )
            return False
        return valid

    def choices(self) -> list[Choice]:
        """The lines that are kept, each with the cell chosen."""
        return [
            Choice(self.line(number), self[f"cell_{number}"].data or "")
            for number in self.numbers
            if not self[f"skip_{number}"].data
        ]

    def line(self, number: int) -> Line:
        """A line as it came back."""
        hours = (self[f"hours_{number}"].data or "").strip()
        name, site = (" ".join((self[f"{part}_{number}"].data or "").split()) for part in ("name", "site"))
        return Line(number, name, site, hours, wrong_hours(hours))


def numbers(sent: Iterable[str]) -> list[int]:
    """The numbers of the lines that came back, each once."""
    found = {int(each) for each in sent if each.isascii() and each.isdigit() and len(each) < 7}
    return sorted(found)[:LONGEST]


def report_form(shown: Sequence[int]) -> type[ReportForm]:
    """The form of these lines."""
    fields: dict[str, Any] = {"numbers": tuple(shown)}
    for number in shown:
        fields[f"name_{number}"] = HiddenField(f"Nom, ligne {number}", validators=[plain_text(LONGEST_TEXT)])
        fields[f"site_{number}"] = HiddenField(
            f"Chantier, ligne {number}", validators=[plain_text(LONGEST_TEXT)]
        )
        fields[f"hours_{number}"] = StringField(f"Heures, ligne {number}", validators=[plain_text(40)])
        fields[f"cell_{number}"] = StringField(f"Où, ligne {number}", validators=[plain_text(60)])
        fields[f"skip_{number}"] = BooleanField(f"Ignorer la ligne {number}")
    return type("ReportOf", (ReportForm,), fields)
