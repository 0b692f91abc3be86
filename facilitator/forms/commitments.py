"""Forms of the hours owed: five calibrations, lines of the ledger, invoices and hours of the site."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from wtforms import Field
from wtforms.validators import ValidationError

from facilitator import calibration
from facilitator.calibration import Sizing
from facilitator.forms.base import TradeForm
from facilitator.forms.fields import (
    CodeField,
    EurosField,
    FrenchDateField,
    HoursField,
    LineField,
    MonthField,
    PercentField,
    WholeField,
    required,
)
from facilitator.forms.lots import RowField
from facilitator.vocabulary import CalibrationBasis, LedgerKind


class SizingForm(TradeForm):
    """The inputs of one basis: a question that writes nothing, so it is asked by GET."""

    class Meta(TradeForm.Meta):
        csrf = False

    def size(self) -> Sizing:
        raise NotImplementedError

    def inputs(self) -> dict[str, str]:
        """What is kept with the calibration."""
        return {name: str(value) for name, value in self.typed("base").items()}


class LabourShareForm(SizingForm):
    """Amount × labour share × rate ÷ cost of an hour."""

    amount = EurosField("Montant hors taxes, en\u00a0€", validators=[required()])
    labour_percent = PercentField("Part de main-d’œuvre, en\u00a0%", validators=[required()])
    rate_percent = PercentField("Taux d’insertion, en\u00a0%", validators=[required()])
    hourly_cost = EurosField("Coût d’une heure, en\u00a0€", validators=[required()])

    def size(self) -> Sizing:
        return calibration.size(calibration.LabourShare(**self.typed()))


class SiteShareForm(SizingForm):
    """A percent of all hours of the site."""

    site_hours = HoursField("Heures du chantier prévues", validators=[required()])
    percent = PercentField("Part des heures, en\u00a0%", validators=[required()])

    def size(self) -> Sizing:
        return calibration.size(calibration.SiteShare(**self.typed()))


class InvoicedForm(SizingForm):
    """One hour per full amount invoiced above a floor."""

    cumulated = EurosField("Montant facturé prévu, hors taxes, en\u00a0€", validators=[required()])
    floor = EurosField("Plancher au-dessus duquel des heures sont dues, en\u00a0€", validators=[required()])
    step = EurosField("Montant qui vaut une heure, en\u00a0€", validators=[required()])

    def size(self) -> Sizing:
        return calibration.size(calibration.Invoiced(**self.typed()))


class PerOrderForm(SizingForm):
    """Hours for each order."""

    orders = WholeField("Nombre de bons de commande", validators=[required()])
    hours_each = HoursField("Heures par bon de commande", validators=[required()])

    def size(self) -> Sizing:
        return calibration.size(calibration.PerOrder(**self.typed()))


class TypedForm(SizingForm):
    """The figure of the contract."""

    hours = HoursField("Heures inscrites au contrat", validators=[required()])

    def size(self) -> Sizing:
        return calibration.size(calibration.Typed(**self.typed()))


SIZINGS: Mapping[CalibrationBasis, type[SizingForm]] = MappingProxyType(
    {
        CalibrationBasis.labour_share: LabourShareForm,
        CalibrationBasis.site_share: SiteShareForm,
        CalibrationBasis.invoiced: InvoicedForm,
        CalibrationBasis.per_order: PerOrderForm,
        CalibrationBasis.typed: TypedForm,
    }
)


class KeepForm(TradeForm):
    """Keep a sizing as it was computed."""


class EngageForm(TradeForm):
    """Keep a sizing, and owe its hours from a day on."""

    effective_on = FrenchDateField("Heures engagées à compter du", validators=[required()])
    document = LineField("Document", description="Par exemple\u00a0: CCAP, article 12.")


class LedgerLineForm(TradeForm):
    """One line of the ledger."""

    kind = CodeField(
        "Nature de la ligne",
        [each for each in LedgerKind.choices() if each[0] != LedgerKind.transfert],
        validators=[required()],
    )
    hours = HoursField(
        "Heures",
        negative=True,
        description="Négatif pour retirer des heures, par exemple −50.",
        validators=[required()],
    )
    effective_on = FrenchDateField(
        "Date d’effet", description="Vide seulement pour une tranche optionnelle non affermie."
    )
    option_until = FrenchDateField(
        "Affermissement possible jusqu’au", description="Tranche optionnelle seulement."
    )
    award = RowField("Entreprise engagée", "Le lot entier")
    from_on = FrenchDateField("Période\u00a0: du", description="Vide\u00a0: le début du lot.")
    to_on = FrenchDateField("au", description="Vide\u00a0: la fin du lot.")
    label = LineField("Intitulé")
    document = LineField("Document", description="Par exemple\u00a0: avenant n°\u00a01, acte d’engagement.")


def _something_changes(form: Any, field: Field) -> None:
    unread = form.hours.process_errors or form.end.process_errors
    if form.hours.data is None and form.end.data is None and not unread:
        raise ValidationError(
            "Un avenant change les heures, la fin, ou les deux\u00a0: saisissez l’une ou l’autre."
        )


class AvenantForm(TradeForm):
    """An avenant: hours, new end, or both, from one day on."""

    effective_on = FrenchDateField("Date d’effet", validators=[required(), _something_changes])
    hours = HoursField(
        "Heures ajoutées ou retirées", negative=True, description="Négatif pour retirer des heures."
    )
    end = FrenchDateField("Nouvelle fin d’exécution")
    award = RowField("Entreprise engagée", "Le lot entier")
    document = LineField("Document", description="Par exemple\u00a0: avenant n°\u00a01 du 15 mars.")


class TransferForm(TradeForm):
    """Hours owed go from one company of the lot to another."""

    giver = RowField("De", "Choisir une entreprise", validators=[required()])
    taker = RowField("À", "Choisir une entreprise", validators=[required()])
    hours = HoursField("Heures transférées", validators=[required()])
    effective_on = FrenchDateField("Date d’effet", validators=[required()])
    document = LineField("Document")


class AffirmForm(TradeForm):
    """An optional tranche is affirmed."""

    line = RowField("Tranche", "Choisir une tranche", validators=[required()])
    on = FrenchDateField("Affermie le", validators=[required()])


class InvoicingForm(TradeForm):
    """The cumulated amount invoiced at a date."""

    closed_on = FrenchDateField("Arrêté au", validators=[required()])
    cumulated = EurosField(
        "Montant cumulé facturé, hors taxes, en\u00a0€",
        description="Un avoir diminue le cumul\u00a0: saisissez le nouveau cumul.",
        validators=[required()],
    )


class SiteHoursForm(TradeForm):
    """All hours worked on the site in a month."""

    month = MonthField("Mois", validators=[required()])
    hours = HoursField("Heures travaillées sur le chantier, toutes entreprises", validators=[required()])
