"""Forms of hours: record or correct a relevé with its shares, split it, refuse it, say «néant», globalise."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import (
    CodeField,
    FrenchDateField,
    HoursField,
    LineField,
    MonthField,
    TextField,
    required,
)
from facilitator.globalisations import Candidate
from facilitator.shares import Part

ZERO = Decimal(0)
Parts = TypeVar("Parts", bound="PartsForm")


@dataclass(frozen=True)
class Target:
    """A placement on whose lot hours may go; on another lot of the company under a globalisation."""

    placement_id: int
    lot_id: int
    label: str
    globalised: bool = False

    @property
    def suffix(self) -> str:
        return f"{self.placement_id}_{self.lot_id}"


class PartsForm(TradeForm):
    """The parts of a relevé whose period and hours are known."""

    targets: Sequence[Target] = ()

    def parts(self) -> list[Part] | None:
        """The shares typed; None leaves all to the only placement."""
        typed = [
            Part(
                target.placement_id,
                self[f"hours_{target.suffix}"].data or ZERO,
                self[f"training_{target.suffix}"].data or ZERO,
                target.lot_id,
            )
            for target in self.targets
            if self[f"hours_{target.suffix}"].data is not None
        ]
        return typed or None


class HoursForm(PartsForm):
    """Hours of one contract over a period inside one month."""

    from_on = FrenchDateField("Du", validators=[required()])
    to_on = FrenchDateField("Au", validators=[required()])
    worked = HoursField(
        "Heures travaillées", description="Au centième\u00a0: 151,67.", validators=[required()]
    )
    training = HoursField("Dont formation")


class CorrectionForm(HoursForm):
    """The relevé that replaces another, and why."""

    reason = TextField("Motif de la correction", longest=300, validators=[required()])


def with_shares(base: type[Parts], targets: Sequence[Target], least: int = 2) -> type[Parts]:
    """The form with one line of hours for each lot, when there are several."""
    if len(targets) < least:
        return base
    fields: dict[str, Any] = {"targets": tuple(targets)}
    for target in targets:
        fields[f"hours_{target.suffix}"] = HoursField(f"Heures – {target.label}")
        fields[f"training_{target.suffix}"] = HoursField(f"Dont formation – {target.label}")
    return type("SharedHours", (base,), fields)


class SplitForm(TradeForm):
    """The first day of the second part, and the hours of the first."""

    at = FrenchDateField("Premier jour de la seconde partie", validators=[required()])
    first_hours = HoursField("Heures de la première partie", validators=[required()])


# What facilitators write most often: why, then what to do.
FREQUENT_REFUSALS = (
    "Feuille d’heures signée manquante\u00a0: remettez-la au facilitateur, puis renvoyez les heures.",
    "L’autre partie dit un autre nombre d’heures\u00a0: accordez-vous, puis renvoyez les heures.",
    "Jours hors des dates du contrat\u00a0: corrigez les jours ou les dates du contrat.",
    "Plus d’heures que le contrat n’en prévoit\u00a0: vérifiez le nombre.",
    "Heures déjà déclarées sur un autre chantier\u00a0: gardez-les une seule fois.",
    "Personne absente ces jours-là\u00a0: retirez ces heures.",
)
LONGEST_REASON = 300


class RefusalForm(TradeForm):
    """Why hours are refused, for their declarant to read: a frequent sentence, one’s own words, or both."""

    sentence = CodeField(
        "Motif",
        [(str(number), sentence) for number, sentence in enumerate(FREQUENT_REFUSALS, 1)],
        blank="Je l’écris ci-dessous",
    )
    reason = TextField("Vos mots", longest=LONGEST_REASON)

    @property
    def said(self) -> str:
        """The whole reason."""
        chosen = FREQUENT_REFUSALS[int(self.sentence.data) - 1] if self.sentence.data else ""
        return f"{chosen} {self.reason.data or ''}".strip()

    def validate(self, *args: Any, **others: Any) -> bool:
        """There is a reason, and the declarant’s page has room for it."""
        if not super().validate(*args, **others):
            return False
        if not self.said:
            self.reason.errors = [
                *self.reason.errors,
                "Choisissez un motif ou écrivez-le\u00a0: le déclarant le lira.",
            ]
        elif len(self.said) > LONGEST_REASON:
            self.reason.errors = [
                *self.reason.errors,
                f"Motif et précision tiennent en {LONGEST_REASON} caractères\u00a0; raccourcissez vos mots.",
            ]
        return not self.reason.errors


class _Ticked:
    """The relevés ticked in the queue, inside its forms."""

    sheets = SelectMultipleField("Relevés", coerce=str, validate_choice=False)

    def validate_sheets(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("Aucun relevé n’est coché. Cochez ceux sur lesquels vous décidez.")
        if any(not (each.isascii() and each.isdigit() and len(each) < 10) for each in field.data):
            raise ValidationError("L’un de ces relevés n’est pas dans la liste. Cochez parmi ceux affichés.")

    def ids(self) -> list[int]:
        """Their ids, each once, in order."""
        return sorted({int(each) for each in self.sheets.data or ()})


class RefuseManyForm(_Ticked, RefusalForm):
    """The relevés ticked, and why they are refused."""


class QueueForm(_Ticked, TradeForm):
    """The relevés ticked in the queue, to validate; its page also has the fields of a refusal."""

    sentence, reason = RefusalForm.sentence, RefusalForm.reason


class NilForm(TradeForm):
    """«Néant»: nobody worked for this company on the lot in a month."""

    award = CodeField("Entreprise", validators=[required()])
    month = MonthField("Mois", validators=[required()])


class GlobalisationForm(TradeForm):
    """The agreement: its lots, its date of effect, and each buyer’s own date of consent."""

    effective_on = FrenchDateField("Date d’effet", validators=[required()])
    document = LineField("Convention", longest=200, description="Référence du document signé.")
    candidates: Sequence[Candidate] = ()

    def consents(self) -> dict[int, Any]:
        """The lots ticked, with the day of consent of each (None: not yet)."""
        return {
            each.lot_id: self[f"consented_{each.lot_id}"].data
            for each in self.candidates
            if str(each.lot_id) in (self["lots"].data or ())
        }

    def validate(self, *args: Any, **others: Any) -> bool:
        """A day of consent is for a lot that is ticked."""
        valid = super().validate(*args, **others)
        for each in self.candidates:
            field = self[f"consented_{each.lot_id}"]
            if field.data is not None and str(each.lot_id) not in (self["lots"].data or ()):
                field.errors = [*field.errors, "Cochez d’abord ce lot, ou retirez la date."]
                valid = False
        return valid


class ConsentForm(TradeForm):
    """The day on which the buyer of one lot consented."""

    lot = CodeField("Lot", validators=[required()])
    consented_on = FrenchDateField("Accord du donneur d’ordre le", validators=[required()])


def globalisation_form(candidates: Sequence[Candidate]) -> type[GlobalisationForm]:
    """The form of a company’s own lots."""
    fields: dict[str, Any] = {
        "candidates": tuple(candidates),
        "lots": SelectMultipleField(
            "Lots réunis",
            choices=[SelectChoice(str(each.lot_id), each.label) for each in candidates],
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        ),
    }
    for each in candidates:
        fields[f"consented_{each.lot_id}"] = FrenchDateField(f"Accord du donneur d’ordre – {each.label}")
    return type("GlobalisationOf", (GlobalisationForm,), fields)


def proposed_split(worked: Decimal, first_days: int, days: int) -> Decimal:
    """Hours of the first part in proportion to its days: a proposal, which one corrects."""
    return (worked * first_days / days).quantize(Decimal("0.01"))
