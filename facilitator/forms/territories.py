"""Forms of territories and of their dated parameters."""

from wtforms import HiddenField

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import AddressField, CodeField, FrenchDateField, LineField, required
from facilitator.vocabulary import TerritoryKind


class TerritoryForm(EditForm):
    """What is known of a territory."""

    name = LineField("Nom", longest=200, validators=[required()])
    kind = CodeField("Structure porteuse", TerritoryKind, validators=[required()])
    legal_bearer = LineField("Personne morale", description="Quand elle diffère du nom affiché.", longest=200)
    email = AddressField("Adresse électronique")
    phone = LineField("Téléphone", longest=30)


class NewTerritoryForm(TradeForm):
    """A new territory."""

    name = LineField("Nom", longest=200, validators=[required()])
    slug = LineField(
        "Nom court",
        description="Minuscules, chiffres et tirets\u00a0: val-d-exemple. Il ne changera plus.",
        longest=60,
        validators=[required()],
    )
    kind = CodeField("Structure porteuse", TerritoryKind, validators=[required()])


class ParameterForm(TradeForm):
    """The value of one rule from a day on."""

    name = HiddenField()
    value = LineField("Nouvelle valeur", longest=1000, validators=[required()])
    effective_on = FrenchDateField("À compter du", validators=[required()])
