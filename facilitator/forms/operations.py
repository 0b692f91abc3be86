"""Forms of operations: in which one a market stands, and what is known of one."""

from typing import Any

from wtforms import BooleanField

from facilitator.forms.base import EditForm
from facilitator.forms.fields import HoursField, LineField, WholeField, required
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
    convention = LineField("Numéro de la convention", longest=60, description="Celui de la convention ANRU.")
    target_percent = WholeField(
        "Objectif d’insertion, en\u00a0% des heures du chantier",
        low=1,
        high=100,
        description="Vide\u00a0: 5\u00a0% des travaux, 10\u00a0% pour la GUP.",
    )
    women_percent = WholeField("Objectif de femmes, en\u00a0% des heures d’insertion", high=100)
    qpv_percent = WholeField("Objectif d’habitants de QPV, en\u00a0% des heures d’insertion", high=100)
    alternance_percent = WholeField("Objectif d’alternance, en\u00a0% des heures d’insertion", high=100)
    site_hours = HoursField(
        "Heures du chantier, en tout",
        description="Vide\u00a0: les heures du chantier saisies mois par mois sur chaque lot.",
    )
    site_hours_source = LineField(
        "D’où vient ce nombre", description="Par exemple\u00a0: convention, avenant n°\u00a02, page\u00a014."
    )
