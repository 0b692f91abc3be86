"""Forms of operations: in which one a market stands, and what is known of one."""

from typing import Any

from wtforms import BooleanField

from facilitator.forms.base import EditForm
from facilitator.forms.fields import LineField, required
from facilitator.forms.lots import RowField

NPNRU = "Renouvellement urbain (NPNRU)"
GUP = "Gestion urbaine de proximité (GUP)"
SECTORS = "Par exemple\u00a0: bâtiment, énergies renouvelables."


class GroupForm(EditForm):
    """The operation of a market: one that exists, a new one, or none."""

    operation = RowField("Opération", "Aucune opération")
    name = LineField(
        "Ou une nouvelle opération",
        longest=500,
        description="Son nom, par exemple celui du quartier ou du projet. Vide\u00a0: l’opération choisie au-dessus.",
    )
    npnru = BooleanField(NPNRU, description="Pour une nouvelle opération.")
    gup = BooleanField(GUP, description="Pour une nouvelle opération.")
    sector = LineField("Secteur", longest=60, description=f"Pour une nouvelle opération. {SECTORS}")

    def new(self) -> dict[str, Any]:
        """What is typed of a new operation."""
        return self.typed("operation")


class OperationForm(EditForm):
    """What is known of an operation."""

    name = LineField("Nom de l’opération", longest=500, validators=[required()])
    npnru = BooleanField(NPNRU)
    gup = BooleanField(GUP)
    sector = LineField("Secteur", longest=60, description=SECTORS)
