"""The base of all forms: French sentences, one effect per submission, refusals of the domain, two editors."""

import re
import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from facilitator.refusals import Conflict, Refused

MESSAGES = {
    "This field is required.": "Renseignez ce champ.",
    "Not a valid choice.": "Choisissez l’une des réponses proposées.",
    "Invalid Choice: could not coerce.": "Choisissez l’une des réponses proposées.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Choisissez parmi les réponses proposées.",
    "Not a valid integer value.": "Écrivez un nombre entier, en chiffres.",
    "Not a valid decimal value.": "Écrivez un nombre, par exemple 151,67.",
    "Not a valid date value.": "Écrivez une date, par exemple 12/03/2026.",
    "Invalid email address.": "Écrivez une adresse électronique complète, par exemple prenom.nom@exemple.fr.",
    "File does not have an approved extension: {extensions}": "Choisissez un fichier de l’un de ces types\u00a0: {extensions}.",
}
PLURALS = {
    "'%(value)s' is not a valid choice for this field.": "Choisissez parmi les réponses proposées.",
    "'%(value)s' are not valid choices for this field.": "Choisissez parmi les réponses proposées.",
    "Field must be at least %(min)d character long.": "Écrivez au moins %(min)d caractère.",
    "Field must be at least %(min)d characters long.": "Écrivez au moins %(min)d caractères.",
    "Field cannot be longer than %(max)d character.": "Écrivez au plus %(max)d caractère.",
    "Field cannot be longer than %(max)d characters.": "Écrivez au plus %(max)d caractères.",
}


class FrenchMessages:
    """WTForms’ own sentences, said so that one knows what to do."""

    def gettext(self, text: str) -> str:
        return MESSAGES.get(text, text)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        said = singular if count < 2 else plural
        return PLURALS.get(said, said)


class TradeForm(FlaskForm):
    """A form of the trade: `submission` names this sending, `form_errors` holds what the domain refused."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> FrenchMessages:
            return FrenchMessages()

    records = True  # False: the form asks a question, nothing would be written

    submission = HiddenField(default=lambda: secrets.token_urlsafe(18))

    @property
    def key(self) -> str | None:
        """The random key of this sending; None when the page’s own key did not come back."""
        key = self.submission.data or ""
        return key if re.fullmatch(r"[A-Za-z0-9_-]{16,64}", key) else None

    def refuse(self, refused: Refused | str, field: str = "") -> None:
        """Show a refusal of the domain on top of the form, or beside one of its fields."""
        sentence = str(refused)
        if field:
            self[field].errors = [*self[field].errors, sentence]
        else:
            self.form_errors.append(sentence)

    def typed(self, *but: str) -> dict[str, Any]:
        """What was typed, by name, without the form’s own machinery."""
        own = {"csrf_token", "submission", "version", *but}
        return {name: value for name, value in self.data.items() if name not in own}


class EditForm(TradeForm):
    """A form that edits one thing: it carries back the version that was read."""

    version = HiddenField()

    def check_version(self, thing: Any) -> None:
        """Refuse (409) when somebody changed the thing since this form was shown."""
        sent = self.version.raw_data  # what came back, never what the form was filled with
        if str(thing.version) != (str(sent[0]).strip() if sent else ""):
            raise Conflict(
                "Quelqu’un a modifié cette fiche pendant que vous l’aviez ouverte\u00a0: comparez les deux versions."
            )
