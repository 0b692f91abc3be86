"""Forms that settle a lot: freeze a bilan, issue or revoke an attestation, check one."""

from wtforms.validators import InputRequired

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import AddressField, CodeField, FrenchDateField, LineField, TextField, required
from facilitator.vocabulary import BilanKind

KINDS = ((BilanKind.interim.value, "Intermédiaire"), (BilanKind.final.value, "Définitif"))


class FreezeForm(TradeForm):
    """What kind of bilan, at which date, to whom; an address gets a letter."""

    kind = CodeField("Bilan", KINDS, validators=[InputRequired("Choisissez l’une des réponses proposées.")])
    on = FrenchDateField("Situation au", validators=[required()])
    sent_to = LineField(
        "Adressé à",
        200,
        description="Nom et service, tels qu’ils figureront sur le bilan.",
        validators=[required()],
    )
    email = AddressField(
        "Prévenir à l’adresse",
        description="Un courriel avec un lien pour se connecter, sans fichier joint. Laissez vide si vous prévenez autrement.",
    )


class IssueForm(TradeForm):
    """Which company (where each answers for its share), and the day of the situation."""

    award = CodeField("Entreprise", blank="Choisissez l’entreprise")
    closed_on = FrenchDateField(
        "Situation au",
        description="Le jour où l’engagement est atteint\u00a0: la fin du lot, ou avant.",
        validators=[required()],
    )


class RevokeForm(TradeForm):
    """Why an attestation is no longer valid: anyone who checks it reads this."""

    reason = TextField(
        "Motif",
        500,
        description="Tout le monde peut le lire sur la page de vérification\u00a0: ne nommez aucune personne.",
        validators=[required()],
    )


class CheckForm(TradeForm):
    """The pair written on an attestation."""

    records = False

    number = LineField(
        "Numéro de l’attestation", 20, description="Par exemple 2026-0007.", validators=[required()]
    )
    code = LineField(
        "Code de vérification",
        20,
        description="Huit lettres et chiffres, au bas de l’attestation.",
        validators=[required()],
    )
