"""The express form: a person, a fiche, a placement and its contract in twelve fields."""

import datetime
from typing import Any

from wtforms import RadioField
from wtforms.validators import Optional

from facilitator.express import Entitlement, Newcomer
from facilitator.forms.contracts import ContractForm
from facilitator.forms.fields import CodeField, FrenchDateField, LineField, required
from facilitator.forms.people import check_birth
from facilitator.forms.placements import EmployerForm
from facilitator.vocabulary import Criterion, Sex

ANOTHER = "autre"


class EntitlementPart(EmployerForm, ContractForm):
    """What the two express forms share: criterion, lot, employer, contract."""

    criterion = CodeField("Critère déterminant", Criterion.choices(), blank="Choisir…")
    decided_on = FrenchDateField(
        "Fiche validée le",
        description="Preuve vue et décision ce jour-là\u00a0; les heures comptent à partir de lui.",
    )
    window_reason = LineField("Pourquoi une nouvelle période", longest=300)

    def entitlement(self) -> Entitlement | None:
        """The fiche to validate; None when no criterion was chosen."""
        if not self.criterion.data or not self.decided_on.data:
            return None
        return Entitlement(
            Criterion(self.criterion.data),
            self.decided_on.data,
            self.window_reason.data,
        )


class ExpressForm(EntitlementPart):
    """Somebody new."""

    last_name = LineField("Nom", longest=80, validators=[required()], render_kw={"autocomplete": "off"})
    first_name = LineField("Prénom", longest=80, validators=[required()], render_kw={"autocomplete": "off"})
    birth_on = FrenchDateField("Date de naissance", validators=[required()])
    sex = CodeField("Sexe", Sex, blank="Non précisé")
    same_as = RadioField(
        "Est-ce la même personne\u00a0?", coerce=str, validators=[Optional()], validate_choice=False
    )
    on: datetime.date

    def validate_birth_on(self, field: Any) -> None:
        check_birth(field.data, self.on)

    def newcomer(self) -> Newcomer:
        """The person to register."""
        assert self.last_name.data and self.first_name.data and self.birth_on.data  # validated
        return Newcomer(self.last_name.data, self.first_name.data, self.birth_on.data, self.sex.data)


class KnownExpressForm(EntitlementPart):
    """Somebody already registered."""
