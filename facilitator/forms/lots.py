"""Forms of lots: clause and penalty rule, dates, stops, companies."""

from typing import Any

from wtforms import BooleanField, Field, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import (
    AddressField,
    CodeField,
    EurosField,
    FrenchDateField,
    LineField,
    SiretField,
    TextField,
    WholeField,
    required,
)
from facilitator.forms.markets import CpvField
from facilitator.vocabulary import (
    AwardRole,
    ClauseKind,
    Criterion,
    GroupementForm,
    Periodicity,
    PlacementMode,
    ToleranceKind,
)


class CodesField(SelectMultipleField):
    """Several codes of a vocabulary, as boxes to tick; none ticked is None."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, codes: list[tuple[str, str]], **others: Any) -> None:
        super().__init__(label, choices=[SelectChoice(code, text) for code, text in codes], **others)

    @property
    def codes(self) -> list[str] | None:
        return list(self.data or ()) or None


class RowField(SelectField):
    """A company, a tranche, a document… of the lot; `blank` is the first line."""

    def __init__(self, label: str, blank: str, **others: Any) -> None:
        super().__init__(label, choices=[], coerce=_id, **others)
        self.blank = blank

    def offer(self, rows: list[tuple[int, str]]) -> None:
        """Offer the rows of the lot: (id, name)."""
        self.choices = [SelectChoice("", self.blank), *(SelectChoice(str(id), label) for id, label in rows)]

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.flags.required and self.data is None and not self.errors:
            raise ValidationError("Choisissez l’une des réponses proposées.")


def _id(value: Any) -> int | None:
    text = str(value or "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(text[:20])  # what is no row is refused, never read as «none»
    return int(text) if text else None


def _a_day_after_start(form: Any, field: Field) -> None:
    if field.data and form.from_on.data and field.data < form.from_on.data:
        raise ValidationError(
            "Le dernier jour d’arrêt précède le premier\u00a0: corrigez l’une des deux dates."
        )


class LotForm(EditForm):
    """What the contract says of a lot."""

    number = LineField("Numéro du lot", longest=20, validators=[required()])
    title = TextField("Objet du lot", longest=1000, validators=[required()])
    cpv = CpvField()
    clause = CodeField("Clause sociale", ClauseKind, blank="Pas encore connue")
    modes_admitted = CodesField(
        "Modes admis", PlacementMode.choices(), description="Rien de coché\u00a0: tous sont admis."
    )
    publics_admitted = CodesField(
        "Publics admis",
        [(each.value, each.label) for each in Criterion],
        description="Rien de coché\u00a0: tous sont admis.",
    )
    women_percent = WholeField("Objectif de femmes, en\u00a0% des heures", high=100)
    qpv_percent = WholeField("Objectif d’habitants de QPV, en\u00a0% des heures", high=100)
    alternance_percent = WholeField("Objectif d’alternance, en\u00a0% des heures", high=100)
    penalty_rate = EurosField("Pénalité par heure non faite, en\u00a0€")
    tolerance_kind = CodeField("Tolérance avant pénalité", ToleranceKind, validators=[required()])
    tolerance_percent = WholeField("Tolérance, en\u00a0% des heures engagées", high=100, default=0)
    late_document_rate = EurosField("Pénalité par jour de retard d’un document, en\u00a0€")
    groupement_form = CodeField("Forme du groupement", GroupementForm, validators=[required()])
    shares_binding = BooleanField(
        "Les parts individuelles engagent chaque entreprise",
        description="À cocher seulement si l’acte d’engagement le dit, dans un groupement conjoint.",
    )
    periodicity = CodeField("Relevés", Periodicity, validators=[required()])
    received_on = FrenchDateField("Réception des travaux")
    end_with_renewals_on = FrenchDateField("Fin, reconductions comprises")

    def wanted(self) -> dict[str, Any]:
        """The fields as the domain takes them."""
        fields = self.typed("publics_admitted", "modes_admitted")
        fields["tolerance_percent"] = fields["tolerance_percent"] or 0
        return fields | {
            "publics_admitted": self.publics_admitted.codes,
            "modes_admitted": self.modes_admitted.codes,
        }


class DatesForm(TradeForm):
    """Start and end of a lot; with a date of effect, what an avenant changes from that day on."""

    start = FrenchDateField("Début d’exécution (ordre de service)")
    end = FrenchDateField("Fin d’exécution")
    effective_on = FrenchDateField(
        "Date d’effet",
        description="Pour un avenant ou un nouvel ordre de service\u00a0: les situations d’avant ce jour ne changent pas. "
        "Vide\u00a0: ces dates valent depuis le début.",
    )
    document = LineField("Document", description="Par exemple\u00a0: ordre de service n°\u00a01.")


class StopForm(TradeForm):
    """Days on which the works stand still."""

    from_on = FrenchDateField("Premier jour d’arrêt", validators=[required()])
    to_on = FrenchDateField(
        "Dernier jour d’arrêt",
        description="Vide\u00a0: la reprise n’est pas encore décidée.",
        validators=[_a_day_after_start],
    )
    reason = LineField("Motif")


class RestartForm(TradeForm):
    """The works start again."""

    stop = RowField("Arrêt", "Choisir un arrêt", validators=[required()])
    on = FrenchDateField("Premier jour de reprise", validators=[required()])


class _Correspondent(EditForm):
    role = CodeField("Rôle", AwardRole, validators=[required()])
    awarded_on = FrenchDateField("Attribué le")
    correspondent = LineField("Correspondant dans l’entreprise", longest=120)
    correspondent_email = AddressField("Son adresse électronique")
    correspondent_phone = LineField("Son téléphone", longest=30)


class NewAwardForm(_Correspondent):
    """A company takes its place on the lot."""

    siret = SiretField("SIRET de l’entreprise", validators=[required()])
    name = LineField(
        "Nom de l’entreprise",
        longest=300,
        description="Utile seulement si le SIRET n’est pas encore connu du guichet.",
    )
    parent = RowField("Travaille pour", "Sans objet", description="Pour un sous-traitant seulement.")


class AwardForm(_Correspondent):
    """Role and correspondent of a company."""
