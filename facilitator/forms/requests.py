"""Forms of requests to validate a public: asked for one or many, completed, answered."""

import datetime
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError

from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import CodeField, FrenchDateField, LineField, TextField, required
from facilitator.forms.lots import CodesField
from facilitator.forms.people import CHOOSE, DecisionForm, check_birth, decision_form
from facilitator.refusals import Refused
from facilitator.request_lines import MOST_LINES, ORDER, Asked, pass_number
from facilitator.vocabulary import Criterion, Sex

SOMEBODY_NEW = "nouvelle"


class IdentityPart(TradeForm):
    """Who is asked for, from when, and what is announced of the proofs; neither NIR nor address."""

    last_name = LineField("Nom", longest=80, validators=[required()], render_kw={"autocomplete": "off"})
    first_name = LineField("Prénom", longest=80, validators=[required()], render_kw={"autocomplete": "off"})
    birth_on = FrenchDateField("Date de naissance", validators=[required()])
    sex = CodeField("Sexe", Sex, blank="Non précisé")
    commune = LineField(
        "Commune",
        longest=5,
        description="Code INSEE, cinq caractères.",
        validators=[
            Regexp(
                r"^[0-9][0-9AB][0-9]{3}$", message="Un code INSEE compte cinq caractères, par exemple 35238."
            )
        ],
    )
    wished_start_on = FrenchDateField(
        "Début de contrat souhaité", description="Les heures faites avant la décision ne comptent pas."
    )
    lot_id = CodeField("Pour quel lot", blank="Pas encore connu")
    job = LineField("Pour quel poste", longest=120)
    pass_iae = LineField(
        "Numéro de PASS IAE", longest=20, description="Douze chiffres, si la personne en a un."
    )
    criteria = CodesField("Critères annoncés", [(each.value, each.label) for each in Criterion])
    proofs = TextField(
        "Justificatifs que vous pouvez montrer",
        longest=500,
        description="Leur nature et leur date. Rien n’est joint\u00a0: le facilitateur les verra, sans en garder de copie.",
    )
    comment = TextField(
        "Remarque",
        longest=500,
        description="Ni santé, ni situation familiale, ni numéro de sécurité sociale.",
    )
    on: datetime.date

    def validate_birth_on(self, field: Any) -> None:
        check_birth(field.data, self.on)

    def validate_pass_iae(self, field: Any) -> None:
        try:
            pass_number(field.data or "")
        except Refused as refused:
            raise ValidationError(refused.sentence) from None

    def asked(self) -> Asked:
        """The person asked for, as the domain takes them."""
        assert self.last_name.data and self.first_name.data and self.birth_on.data  # validated
        number = pass_number(self.pass_iae.data) if self.pass_iae.data else None
        grounds = [Criterion(code) for code in self.criteria.data or ()]
        if number and Criterion.pass_iae not in grounds:
            grounds.append(Criterion.pass_iae)
        lot = self.lot_id.data if "lot_id" in self else None
        return Asked(
            self.last_name.data,
            self.first_name.data,
            self.birth_on.data,
            sex=self.sex.data,
            commune=self.commune.data,
            wished_start_on=self.wished_start_on.data,
            lot_id=int(lot) if lot else None,
            job=self.job.data,
            criteria=tuple(grounds),
            pass_iae=number,
            proofs=self.proofs.data,
            comment=self.comment.data,
        )


class TerritoryPart(TradeForm):
    """Which territory is asked."""

    territory = CodeField("À quel territoire", blank="Choisir…", validators=[required()])

    def offer_territories(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these territories; the only one is chosen."""
        if len(choices) == 1:
            self.territory.blank = None
        self.territory.offer(choices)


class NewRequestForm(TerritoryPart, IdentityPart):
    """One person, asked for by an organisation."""


class PhonedRequestForm(IdentityPart):
    """One person, typed by a facilitator for somebody who phoned or wrote."""

    organisation = LineField(
        "Qui demande",
        longest=120,
        description="SIRET, ou une partie du nom de la structure, de l’entreprise ou du prescripteur.",
        validators=[required()],
        render_kw={"autocomplete": "off"},
    )
    organisation_id = RadioField(
        "Quelle organisation\u00a0?", coerce=str, validators=[Optional()], validate_choice=False
    )


class PastedRequestsForm(TerritoryPart):
    """Up to forty people, one a line."""

    lines = TextField(
        "Une personne par ligne",
        longest=9000,
        description=f"{MOST_LINES} lignes au plus, collées d’un tableur ou séparées par des points-virgules\u00a0: {ORDER}.",
        validators=[required()],
        render_kw={"rows": 12, "spellcheck": "false", "autocomplete": "off"},
    )
    only_good = BooleanField("Envoyer les bonnes lignes et laisser les autres de côté")


class CompletionForm(IdentityPart, EditForm):
    """What was missing, with what was typed before to mend."""

    answer = TextField("Votre réponse", longest=500, validators=[required()])


class MissingForm(TradeForm):
    """What is missing."""

    missing = TextField(
        "Ce qui manque",
        longest=500,
        validators=[required()],
        description="L’auteur de la demande reçoit cette phrase par courriel.",
    )


class RefusalForm(TradeForm):
    """Why a request is refused."""

    reason = TextField(
        "Motif",
        longest=500,
        validators=[required()],
        description="L’auteur de la demande reçoit cette phrase\u00a0: ne citez ni critère, ni santé, ni ce que vous savez par ailleurs.",
    )


class DropForm(TradeForm):
    """Why a request came to nothing, if it is worth saying."""

    reason = TextField(
        "Motif", longest=500, description="Facultatif\u00a0; l’auteur de la demande le reçoit."
    )


class KnownFicheForm(TradeForm):
    """Which running fiche answers the request."""

    fiche = RadioField("Fiche en cours", validators=[InputRequired(CHOOSE)])


class AnswerForm(DecisionForm):
    """The decision on a request: who the person is, the criteria proved, the two dates."""

    person = RadioField("Qui est cette personne\u00a0?", validators=[InputRequired(CHOOSE)])

    def offer_people(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer the registered people who may be the one asked for, then somebody new."""
        self.person.choices = [
            *(SelectChoice(key, label) for key, label in choices),
            SelectChoice(
                SOMEBODY_NEW, "C’est quelqu’un de nouveau\u00a0: l’inscrire au fichier du territoire"
            ),
        ]


def answer_form(chosen: Sequence[Criterion]) -> type[AnswerForm]:
    """The decision form of these criteria, with the choice of the person."""
    return type("AnswerOf", (AnswerForm, decision_form(chosen)), {})
