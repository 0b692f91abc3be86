"""Forms of contracts: record, renew."""

from decimal import Decimal
from typing import Any

from wtforms.validators import ValidationError

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import CodeField, FrenchDateField, HoursField, required
from facilitator.placements import Answer
from facilitator.vocabulary import ContractType

WEEKLY_LIMIT = Decimal(48)


def check_weekly(hours: Decimal | None) -> None:
    """Refuse weekly hours that no contract may hold."""
    if hours is not None and not 0 < hours <= WEEKLY_LIMIT:
        raise ValidationError(
            "Un contrat compte plus de 0 et au plus 48\u00a0heures par semaine. Vérifiez le nombre."
        )


class ContractForm(TradeForm):
    """A contract as signed."""

    type = CodeField("Type de contrat", ContractType, blank="Choisir…", validators=[required()])
    from_on = FrenchDateField("Début", validators=[required()])
    to_on = FrenchDateField("Fin", description="Laissez vide pour un CDI.")
    weekly_hours = HoursField("Heures par semaine", validators=[required()])

    def validate_weekly_hours(self, field: Any) -> None:
        check_weekly(field.data)

    def answer(self) -> Answer:
        """The contract, as the domain reads it."""
        assert self.type.data and self.from_on.data and self.weekly_hours.data  # validated
        return Answer(
            ContractType(self.type.data), self.from_on.data, self.to_on.data, self.weekly_hours.data
        )


class NewContractForm(ContractForm):
    """A further contract of a placement, which may go on from the one before."""

    continues = CodeField("Prolonge le contrat", blank="Aucun")


class RenewForm(TradeForm):
    """A new end, signed on a day."""

    signed_on = FrenchDateField("Avenant signé le", validators=[required()])
    to_on = FrenchDateField("Nouvelle fin", validators=[required()])
