"""Forms of reminders: send one letter or all, say who is the right contact, choose the words of a letter."""

from wtforms import HiddenField

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import AddressField, LineField, TextField, required
from facilitator.letter_texts import LONGEST


class SendReminderForm(TradeForm):
    """One button: the letter of an address leaves now."""

    recipient = HiddenField()


class SendAllForm(TradeForm):
    """One button: every letter of the page leaves now."""


class NewContactForm(TradeForm):
    """Who is the right person, said by the one who is not any more."""

    name = LineField("Son nom", longest=120, validators=[required()])
    email = AddressField("Son adresse électronique", validators=[required()])
    phone = LineField("Son téléphone", longest=30)


class LetterTextForm(EditForm):
    """What a letter says before and after its lines."""

    opening = TextField(
        "Avant les lignes",
        longest=LONGEST,
        validators=[required()],
        description="Une ligne vide sépare deux paragraphes.",
    )
    closing = TextField("Après les lignes", longest=LONGEST)
