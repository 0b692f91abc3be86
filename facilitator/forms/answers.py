"""Forms of an employer's answer to a proposed placement: four fields to confirm, one to say why not."""

from typing import Any

from facilitator.forms.base import TradeForm
from facilitator.forms.contracts import ContractForm
from facilitator.forms.fields import TextField, required


class ConfirmPlacementForm(ContractForm):
    """The contract signed: start, type, end, weekly hours."""


class DeclineForm(TradeForm):
    """Why the employer cannot."""

    reason = TextField(
        "Pourquoi ce n’est pas possible",
        longest=300,
        validators=[required()],
        description="Le facilitateur lira cette phrase\u00a0; ne parlez pas de la santé de la personne.",
    )

    def __init__(self, *args: Any, **others: Any) -> None:
        # Beside the form that confirms, on the same page: its own names, so that each id is unique.
        super().__init__(*args, prefix="refus-", **others)


class ReminderForm(TradeForm):
    """One button: ask the employer again."""
