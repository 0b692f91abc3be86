"""Forms of the register of documents: what is expected, when it came, what it was worth."""

from typing import Any

from wtforms import BooleanField

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import CodeField, FrenchDateField, LineField, MonthField, TextField, required
from facilitator.forms.lots import RowField
from facilitator.vocabulary import DocumentKind, DocumentVerdict


class ExpectedForm(TradeForm):
    """A document that a company owes on a day."""

    kind = CodeField("Document", DocumentKind, validators=[required()])
    label = LineField(
        "Précision",
        description="Par exemple «\u00a0état trimestriel des heures\u00a0». N’écrivez le nom de personne.",
    )
    award = RowField("Entreprise", "Tout le lot")
    contract = RowField("Contrat", "Sans objet")
    month = MonthField("Mois concerné")
    expected_on = FrenchDateField("Attendu le", validators=[required()])
    until_on = FrenchDateField(
        "Le même chaque mois, jusqu’au", description="Laissez vide pour un seul document."
    )
    each_contract = BooleanField("Un pour chaque contrat du lot qui ne l’a pas encore au registre")

    def validate(self, *args: Any, **others: Any) -> bool:
        """One series at a time."""
        valid = super().validate(*args, **others)
        if valid and self.each_contract.data and self.until_on.data:
            self.until_on.errors = ["Choisissez l’un ou l’autre\u00a0: chaque mois, ou chaque contrat."]
        return valid and not self.until_on.errors


class ReceivedForm(EditForm):
    """The day on which a document came."""

    received_on = FrenchDateField("Arrivé le", validators=[required()])
    filed = LineField("Où il est rangé", description="Aucun fichier n’est gardé ici.")


class SeenForm(EditForm):
    """What a document is worth once seen; what is to be redone is expected again."""

    verdict = CodeField("Avis", DocumentVerdict, validators=[required()])
    reason = TextField("Ce qu’il faut reprendre", longest=300, description="L’entreprise lit cette phrase.")
    again_on = FrenchDateField("Attendu de nouveau le")
    filed = LineField("Où il est rangé", description="Aucun fichier n’est gardé ici.")

    def validate(self, *args: Any, **others: Any) -> bool:
        """What is to be redone has its reason and its new date."""
        valid = super().validate(*args, **others)
        if valid and self.verdict.data == DocumentVerdict.to_redo:
            if not self.reason.data:
                self.reason.errors = ["Dites ce qu’il faut reprendre\u00a0: l’entreprise le lira."]
            if self.again_on.data is None:
                self.again_on.errors = ["Donnez la date à laquelle le document est attendu de nouveau."]
        return valid and not (self.reason.errors or self.again_on.errors)
