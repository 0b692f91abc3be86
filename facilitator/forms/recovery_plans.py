"""The forms of a recovery plan: its cause, its steps."""

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import FrenchDateField, LineField, required
from facilitator.recovery_plans import Wanted


class StepForm(TradeForm):
    """One step: what, who, by when."""

    what = LineField(
        "Ce qui est à faire",
        longest=200,
        description="Par exemple\u00a0: accueillir deux peintres en insertion à partir de janvier.",
        validators=[required()],
    )
    who = LineField("Qui le fait", longest=120, validators=[required()])
    due_on = FrenchDateField("Pour le", validators=[required()])

    def wanted(self) -> Wanted:
        """The step as typed."""
        assert self.due_on.data  # validated
        return Wanted(self.what.data or "", self.who.data or "", self.due_on.data)


class OpeningForm(StepForm):
    """A new plan: why the lot is late, and its first step."""

    cause = LineField(
        "Pourquoi le lot a pris du retard",
        longest=300,
        description="Les faits\u00a0: démarrage décalé, départ d’un salarié, poste sans candidat.",
        validators=[required()],
    )
