"""Forms of accounts: sign in, choose a password, users and their roles."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import Length, ValidationError

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import AddressField, CodeField, LineField, SiretField, required
from facilitator.passwords import LONGEST
from facilitator.vocabulary import MembershipRole

RULE = (
    "Au moins douze caractères\u00a0: une phrase de quatre mots convient. "
    "Ni votre adresse, ni un mot de passe courant."
)


class SignInForm(TradeForm):
    """Address and password."""

    records = False
    email = LineField(
        "Adresse électronique",
        longest=254,
        validators=[required()],
        render_kw={"type": "email", "autocomplete": "username"},
    )
    password = PasswordField(
        "Mot de passe",
        validators=[required(), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class ChoosePasswordForm(TradeForm):
    """A new password, typed twice."""

    password = PasswordField(
        "Nouveau mot de passe",
        description=RULE,
        validators=[required(), Length(max=LONGEST)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "Le même, une seconde fois",
        validators=[required(), Length(max=LONGEST)],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Any) -> None:
        if field.data != self.password.data:
            raise ValidationError("Les deux mots de passe diffèrent\u00a0; retapez-les.")


class ChangePasswordForm(ChoosePasswordForm):
    """The present password, then the new one."""

    present = PasswordField(
        "Mot de passe actuel",
        validators=[required(), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class UserForm(EditForm):
    """Who the account belongs to."""

    name = LineField("Nom affiché", longest=120, validators=[required()])
    email = AddressField("Adresse électronique", validators=[required()])


class MembershipForm(TradeForm):
    """A role, and the place where it is held."""

    role = CodeField("Rôle", MembershipRole, validators=[required()])
    territory = CodeField("Territoire", blank="Aucun", description="Pour un facilitateur.")
    siret = SiretField(
        "SIRET de l’organisation",
        description="Pour un donneur d’ordre, une entreprise, une structure d’insertion ou un conseiller référent.",
    )
