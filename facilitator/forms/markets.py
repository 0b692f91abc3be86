"""Forms of markets: made by hand, amended, and the lots that are added to them."""

import re
from typing import Any

from wtforms import Field, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import FrenchDateField, LineField, SiretField, TextField, WholeField, required

_CPV = re.compile(r"[0-9]{8}(-[0-9])?")


class CpvField(LineField):
    """A code of the common procurement vocabulary: eight digits, and its key if known."""

    def __init__(self, label: str = "Code CPV", **others: Any) -> None:
        super().__init__(label, longest=10, **others)
        self.render_kw = {**(self.render_kw or {}), "inputmode": "numeric", "autocomplete": "off"}

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data and not _CPV.fullmatch(self.data):
            raise ValidationError("Un code CPV compte huit chiffres, par exemple 45000000 ou 45000000-7.")


class FollowingField(SelectField):
    """Whether the territory leads on the market (True) or follows it for another (False)."""

    def __init__(self, label: str, **others: Any) -> None:
        choices = [
            SelectChoice("pilote", "Pilote\u00a0: notre territoire tient les heures engagées"),
            SelectChoice("associe", "Associé\u00a0: un autre territoire est pilote"),
        ]
        super().__init__(label, choices=choices, coerce=_leads, **others)


def _leads(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("pilote", "associe"):
        raise ValueError(str(value)[:20])
    return bool(value == "pilote")


def _ends_after_start(form: Any, field: Field) -> None:
    if field.data and form.start.data and field.data < form.start.data:
        raise ValidationError("La fin précède le début\u00a0: corrigez l’une des deux dates.")


class _MarketFields(EditForm):
    """What is typed of a market."""

    object = TextField("Objet", validators=[required()])
    decp_id = LineField(
        "Identifiant DECP",
        longest=64,
        description="De 1 à 16 caractères, tel que publié. Laissez vide s’il n’est pas encore connu.",
    )
    buyer_number = LineField("Numéro du donneur d’ordre", longest=40)
    cpv = CpvField()
    consulted_on = FrenchDateField("Lancement de la consultation")
    notified_on = FrenchDateField("Notification")


class NewMarketForm(_MarketFields):
    """A market made by hand, with its first lot."""

    siret = SiretField("SIRET du donneur d’ordre", validators=[required()])
    buyer_name = LineField(
        "Nom du donneur d’ordre",
        longest=300,
        description="Utile seulement si le SIRET n’est pas encore connu du guichet.",
    )
    number = LineField("Numéro du premier lot", longest=20, default="1", validators=[required()])
    title = TextField("Objet du premier lot", description="Vide\u00a0: l’objet du marché.", longest=1000)
    start = FrenchDateField("Début d’exécution (ordre de service)")
    end = FrenchDateField("Fin d’exécution", validators=[_ends_after_start])


class MarketForm(_MarketFields):
    """What is known of a market; the next import leaves alone what was changed here."""

    nature = LineField("Nature", longest=60)
    procedure = LineField("Procédure", longest=120)
    duration_months = WholeField("Durée en mois", high=999)
    pilot = FollowingField(
        "Suivi",
        description="Quand plusieurs territoires suivent le même marché, le donneur d’ordre le lit une seule fois\u00a0: les heures"
        " engagées sont celles du pilote, et les heures faites pour chaque territoire s’y ajoutent.",
    )


class NewLotForm(TradeForm):
    """One more lot, its hours still to be defined."""

    number = LineField("Numéro du lot", longest=20, validators=[required()])
    title = TextField("Objet du lot", longest=1000, validators=[required()])
    cpv = CpvField(description="Vide\u00a0: celui du marché.")
    start = FrenchDateField("Début d’exécution (ordre de service)")
    end = FrenchDateField("Fin d’exécution", validators=[_ends_after_start])
