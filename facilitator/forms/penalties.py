"""Forms of penalties: what one supposes, the constat, the buyer's steps; and of a company's difficulties."""

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import (
    CodeField,
    EurosField,
    FrenchDateField,
    HoursField,
    LineField,
    TextField,
    WholeField,
    required,
)
from facilitator.forms.lots import RowField
from facilitator.penalty_simulation import WhatIf
from facilitator.penalty_words import PenaltyDecision, PenaltyReason
from facilitator.vocabulary import GroupementForm, ToleranceKind

AS_SAID = "Comme au contrat"
NOBODY = "Ne nommez pas les personnes, et ne parlez pas de leur santé."


class SimulationForm(TradeForm):
    """What one supposes; a question that writes nothing, so it is asked by GET. Empty: as things are."""

    records = False

    class Meta(TradeForm.Meta):
        csrf = False

    au = FrenchDateField("Situation au")
    heures = HoursField("Heures retenues en plus, ou en moins", negative=True, description="Par exemple −35.")
    entreprise = RowField("Ces heures sont celles", "du lot")
    taux = EurosField("Pénalité par heure, en\u00a0€")
    tolerance = CodeField("Tolérance", ToleranceKind, blank=AS_SAID)
    pourcent = WholeField("Tolérance, en\u00a0%", high=100)
    groupement = CodeField("Forme du groupement", GroupementForm, blank=AS_SAID)
    parts = CodeField(
        "Qui répond",
        [("lot", "Le lot en entier"), ("part", "Chaque entreprise, de sa part")],
        blank=AS_SAID,
    )

    def what_if(self) -> WhatIf:
        """The suppositions, as the computation takes them."""
        return WhatIf(
            hours=self.heures.data,
            award_id=self.entreprise.data,
            rate=self.taux.data,
            tolerance_kind=ToleranceKind(self.tolerance.data) if self.tolerance.data else None,
            tolerance_percent=self.pourcent.data,
            groupement_form=GroupementForm(self.groupement.data) if self.groupement.data else None,
            shares_binding=None if not self.parts.data else self.parts.data == "part",
        )


class ConstatForm(TradeForm):
    """State what a company owes, with the figures of a day."""

    who = CodeField("Qui doit la pénalité", validators=[required()])
    figures_on = FrenchDateField(
        "Chiffres arrêtés au",
        description="Le constat garde les chiffres de ce jour\u00a0; ils ne seront plus récrits.",
        validators=[required()],
    )
    clause_reference = LineField(
        "Article du marché", description="Par exemple\u00a0: CCAP, article 8.3. Les lettres le citent."
    )


class NoticeForm(EditForm):
    """The buyer's mise en demeure: its day, and the days left to answer."""

    notice_on = FrenchDateField("Date de la mise en demeure", validators=[required()])
    days = WholeField(
        "Délai pour répondre, en jours",
        low=1,
        high=365,
        description="Les CCAG laissent au moins quinze jours pour présenter des observations.",
        validators=[required()],
    )


class ReceivedObservationsForm(TradeForm):
    """What the company answered to the buyer, by letter or by mail."""

    received_on = FrenchDateField("Reçues le", validators=[required()])
    text = TextField(
        "Ce que l’entreprise répond",
        longest=5000,
        description="Recopiez l’essentiel de son courrier. " + NOBODY,
        validators=[required()],
    )


class ObservationsForm(TradeForm):
    """What the company answers here."""

    text = TextField(
        "Vos observations",
        longest=5000,
        description="Les faits, vos recherches, ce que vous demandez. " + NOBODY,
        validators=[required()],
    )


class DecisionForm(EditForm):
    """What the buyer decides."""

    decision = CodeField("Votre décision", PenaltyDecision, validators=[required()])
    amount = EurosField("Montant demandé, en\u00a0€", description="Seulement si vous réduisez la pénalité.")
    reason = CodeField(
        "Motif",
        PenaltyReason,
        blank="Aucun",
        description="Nécessaire pour réduire la pénalité ou y renoncer.",
    )
    note = TextField("Ce que la lettre dira de vos raisons", longest=2000)


class SettleForm(EditForm):
    """The décompte that takes the penalty."""

    number = LineField("Numéro du décompte", longest=60, validators=[required()])
    settled_on = FrenchDateField("Date du décompte", validators=[required()])


class WithdrawForm(EditForm):
    """Why the constat does not hold any more."""

    reason = TextField(
        "Pourquoi ce constat est retiré",
        longest=500,
        description="Le donneur d’ordre et l’entreprise liront cette phrase.",
        validators=[required()],
    )


class DifficultyForm(TradeForm):
    """What a company signals on its lot."""

    happened_on = FrenchDateField("Depuis quel jour", validators=[required()])
    searches = TextField(
        "Ce que vous avez cherché ou essayé",
        longest=5000,
        description="Structures appelées, offres déposées, dates et réponses. " + NOBODY,
        validators=[required()],
    )
    asked = TextField("Ce que vous demandez", longest=1000, validators=[required()])


class DifficultyAnswerForm(TradeForm):
    """The facilitator's answer, given once."""

    answer = TextField(
        "Votre réponse",
        longest=5000,
        description="Elle restera telle quelle, à côté du dossier. " + NOBODY,
        validators=[required()],
    )
