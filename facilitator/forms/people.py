"""Forms of people: identity, requests and decisions of eligibility, suspensions and extensions."""

import datetime
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Regexp, ValidationError

from facilitator import people
from facilitator.eligibility import Proof
from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import (
    CodeField,
    FrenchDateField,
    LineField,
    TextField,
    WholeField,
    required,
)
from facilitator.vocabulary import Criterion, EducationLevel, Sex

CHOOSE = "Choisissez l’une des réponses proposées."


def check_birth(day: datetime.date | None, on: datetime.date) -> None:
    """Say beside the field that a birth date gives an age outside 14 to 99."""
    try:
        people.refuse_odd_age(day, on)
    except people.PersonRefused as refused:
        raise ValidationError(refused.sentence) from None


class PersonForm(EditForm):
    """Who the person is: no NIR, address or income, such fields do not exist."""

    last_name = LineField("Nom", longest=80, validators=[required()], render_kw={"autocomplete": "off"})
    first_name = LineField("Prénom", longest=80, validators=[required()], render_kw={"autocomplete": "off"})
    birth_on = FrenchDateField("Date de naissance")
    sex = CodeField("Sexe", Sex, blank="Non précisé")
    commune = LineField(
        "Commune",
        longest=5,
        description="Code INSEE, cinq caractères.",
        validators=[
            Regexp(
                r"^[0-9][0-9AB][0-9]{3}$", message="Un code INSEE compte cinq caractères, par exemple 35238."
            )
        ],
    )
    qpv = LineField(
        "Quartier prioritaire (QPV)",
        longest=8,
        description="Code du quartier, par exemple QN03501M.",
        validators=[
            Regexp(
                r"^Q[NP][0-9A-Z]{6}$",
                message="Un code de quartier compte huit caractères, par exemple QN03501M.",
            )
        ],
    )
    qpv_zoning = WholeField("Année du zonage", low=2014, high=2100)
    education = CodeField("Niveau de diplôme", EducationLevel, blank="Non précisé")
    referrer_id = CodeField("Référent unique de parcours", blank="Aucun")
    dossier_number = LineField(
        "Numéro de dossier chez le référent",
        longest=40,
        description="Tel que l’écrit le logiciel du référent\u00a0: il sert à coller ses réponses.",
        render_kw={"autocomplete": "off"},
    )
    confirmed = BooleanField("C’est une autre personne\u00a0: l’enregistrer quand même")
    on: datetime.date

    def validate_birth_on(self, field: Any) -> None:
        check_birth(field.data, self.on)

    def facts(self) -> dict[str, Any]:
        """The facts of the person, by column."""
        referrer = self.referrer_id.data
        return self.typed("confirmed") | {"referrer_id": int(referrer) if referrer else None}


class RequestForm(TradeForm):
    """A request for eligibility."""

    requested_on = FrenchDateField("Demande reçue le", validators=[required()])
    wished_start_on = FrenchDateField("Début de contrat souhaité")


class ReasonForm(TradeForm):
    """A compulsory reason."""

    reason = TextField("Motif", longest=300, validators=[required()])


class AdjustmentForm(TradeForm):
    """Days of a window that do not count, or that are added to it."""

    from_on = FrenchDateField("Du", validators=[required()])
    to_on = FrenchDateField("Au", description="Dernier jour compris.", validators=[required()])
    reason = TextField("Motif", longest=300, validators=[required()])


class DecisionForm(TradeForm):
    """The decision on a fiche, with its two dates; `for_criteria` adds the proof of each criterion."""

    decided_on = FrenchDateField("Décision du", validators=[required()])
    effective_on = FrenchDateField(
        "Date d’effet",
        description="Les heures faites avant ne comptent jamais.",
        validators=[required()],
    )
    backdating_reason = LineField(
        "Pourquoi la date d’effet précède la décision",
        longest=300,
        description="À remplir seulement dans ce cas\u00a0; gardé au journal.",
    )
    window_reason = LineField(
        "Pourquoi une nouvelle période",
        longest=300,
        description="À remplir seulement si la personne a déjà eu une période d’éligibilité.",
    )
    criteria: Sequence[Criterion] = ()

    def proofs(self) -> list[Proof]:
        """What was seen for each criterion."""
        return [
            Proof(
                criterion,
                determining=self["determining"].data == criterion.value,
                kind=self[f"kind_{criterion.value}"].data,
                seen_on=self[f"seen_on_{criterion.value}"].data,
                valid_until=self[f"valid_until_{criterion.value}"].data,
                filed_at=self[f"filed_at_{criterion.value}"].data,
            )
            for criterion in self.criteria
        ]


def decision_form(chosen: Sequence[Criterion]) -> type[DecisionForm]:
    """The decision form of these criteria: which one determines, and each one’s proof."""
    fields: dict[str, Any] = {
        "criteria": tuple(chosen),
        "determining": RadioField(
            "Critère déterminant",
            choices=[SelectChoice(each.value, each.label) for each in chosen],
            validators=[InputRequired(CHOOSE)],
        ),
    }
    for each in chosen:
        fields |= {
            f"kind_{each.value}": LineField("Preuve", longest=120, default=each.proof),
            f"seen_on_{each.value}": FrenchDateField("Vue le"),
            f"valid_until_{each.value}": FrenchDateField("Valable jusqu’au"),
            f"filed_at_{each.value}": LineField("Classée à", longest=120),
        }
    return type("DecisionOf", (DecisionForm,), fields)
