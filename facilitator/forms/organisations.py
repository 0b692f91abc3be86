"""Forms of organisations and of the parts that they play."""

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import AddressField, CodeField, LineField, SiretField, required
from facilitator.vocabulary import AuthorityCategory, OrganisationRoleName, SiaeKind


class NewOrganisationForm(TradeForm):
    """An organisation, by its SIRET."""

    siret = SiretField("SIRET", validators=[required()])
    name = LineField("Nom", longest=300, validators=[required()])


class OrganisationForm(EditForm):
    """What is known of an organisation."""

    name = LineField("Nom", longest=300, validators=[required()])
    postcode = LineField("Code postal", longest=5)
    city = LineField("Commune", longest=120)


class OrganisationRoleForm(TradeForm):
    """A part that the organisation plays, and its kind."""

    role = CodeField("Rôle", OrganisationRoleName, validators=[required()])
    kind = CodeField(
        "Catégorie ou type",
        [*AuthorityCategory.choices(), *SiaeKind.choices()],
        blank="Non précisé",
        description="Catégorie d’un donneur d’ordre, ou type d’une structure d’insertion.",
    )


class ContactForm(EditForm):
    """Somebody to write to in an organisation."""

    name = LineField("Nom", longest=120, validators=[required()])
    position = LineField("Fonction", longest=120)
    email = AddressField("Adresse électronique")
    phone = LineField("Téléphone", longest=30)
