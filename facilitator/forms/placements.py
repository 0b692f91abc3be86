"""Forms of placements: propose, confirm or decline on somebody’s word, withdraw, end."""

from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional, Regexp

from facilitator.forms.base import TradeForm
from facilitator.forms.contracts import ContractForm
from facilitator.forms.fields import (
    AddressField,
    CodeField,
    FrenchDateField,
    HoursField,
    LineField,
    required,
)
from facilitator.vocabulary import Channel, PlacementMode

WORD_CHANNELS = [(each.value, each.label) for each in Channel if each not in (Channel.form, Channel.desk)]
EMPLOYER = "SIRET, ou une partie du nom de la structure d’insertion. Laissez vide pour une embauche directe par l’entreprise du lot."


class EmployerForm(TradeForm):
    """The lot with its company, and the employer: named by words, then chosen when several answer."""

    award = CodeField("Lot et entreprise", blank="Choisir…", validators=[required()])
    employer = LineField(
        "Employeur",
        longest=120,
        description=EMPLOYER,
        render_kw={"list": "employeurs", "autocomplete": "off"},
    )
    employer_id = RadioField(
        "Quel employeur\u00a0?", coerce=str, validators=[Optional()], validate_choice=False
    )
    mode = CodeField("Mode", PlacementMode, blank="D’après l’employeur")

    def propose_employers(self, choices: list[tuple[str, str]]) -> None:
        """Show the employers that the words may name."""
        self.employer_id.choices = [SelectChoice(key, label) for key, label in choices]


class ProposalForm(EmployerForm):
    """Propose a person to an employer for a lot."""

    job = LineField("Poste", longest=200)
    rome = LineField(
        "Code ROME",
        longest=5,
        validators=[
            Regexp(
                r"^[A-N][0-9]{4}$",
                message="Un code ROME s’écrit une lettre puis quatre chiffres, par exemple F1606.",
            )
        ],
    )
    from_on = FrenchDateField("Début souhaité", validators=[required()])
    to_on = FrenchDateField("Fin souhaitée")
    weekly_hours = HoursField("Heures par semaine")
    recipient = AddressField(
        "Envoyer la demande à",
        description="L’employeur reçoit un courriel avec un lien pour répondre sans compte.",
    )


class WordForm(TradeForm):
    """Who said so, how and when."""

    on_word_of = LineField("Qui l’a dit", longest=120, validators=[required()])
    channel = CodeField(
        "Comment", WORD_CHANNELS, validators=[InputRequired("Choisissez l’une des réponses proposées.")]
    )
    said_on = FrenchDateField("Le", validators=[required()])


class ConfirmOnWordForm(WordForm, ContractForm):
    """The employer said yes: its contract, and on whose word."""


class DeclineOnWordForm(WordForm):
    """The employer said no, and why."""

    reason = LineField("Motif du refus", longest=300, validators=[required()])


class EndForm(TradeForm):
    """The last day, and why."""

    ended_on = FrenchDateField("Dernier jour", validators=[required()])
    reason = LineField("Motif", longest=200, validators=[required()])


class LinkForm(TradeForm):
    """An existing contract of the person with this employer."""

    contract: Any = RadioField(
        "Contrat", validators=[InputRequired("Choisissez l’une des réponses proposées.")]
    )
