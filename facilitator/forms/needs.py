"""Forms about needs: what is wanted, whom it is sent to, who is proposed, the answers, the closing."""

import datetime
from typing import Any

from wtforms.validators import Regexp

from facilitator.candidates import LONGEST_NOTE, Identity
from facilitator.forms.base import EditForm, TradeForm
from facilitator.forms.fields import (
    CodeField,
    FrenchDateField,
    HoursField,
    LineField,
    TextField,
    WholeField,
    required,
)
from facilitator.forms.lots import CodesField
from facilitator.forms.people import check_birth
from facilitator.needs import LONGEST_JOB, LONGEST_TEXT, MOST_PEOPLE, Closing, Wanted

ROME = r"^[A-N][0-9]{4}$"


class WantedPart(TradeForm):
    """Who is wanted, how many, when."""

    job = LineField("Poste", longest=LONGEST_JOB, validators=[required()])
    rome = LineField(
        "Code ROME",
        longest=5,
        validators=[
            Regexp(ROME, message="Un code ROME s’écrit une lettre puis quatre chiffres, par exemple F1606.")
        ],
    )
    people = WholeField("Nombre de personnes", low=1, high=MOST_PEOPLE, validators=[required()])
    from_on = FrenchDateField("À partir du", validators=[required()])
    to_on = FrenchDateField("Jusqu’au")
    weekly_hours = HoursField("Heures par semaine")
    text = TextField(
        "En quelques mots",
        longest=LONGEST_TEXT,
        description="Lieu, horaires, habilitation à avoir… Jamais un critère\u00a0: les structures savent qui est concerné.",
    )

    def wanted(self) -> Wanted:
        """What is wanted, as the domain takes it."""
        assert self.job.data and self.people.data and self.from_on.data  # validated
        return Wanted(
            self.job.data,
            self.people.data,
            self.from_on.data,
            to_on=self.to_on.data,
            rome=self.rome.data,
            weekly_hours=self.weekly_hours.data,
            text=self.text.data,
        )


class NewNeedForm(WantedPart):
    """A need of a lot of the territory."""

    place = CodeField("Lot et entreprise", blank="Choisir…", validators=[required()])

    def offer_places(self, choices: list[tuple[str, str]]) -> None:
        """Offer these lots; the only one is chosen."""
        if len(choices) == 1:
            self.place.blank = None
        self.place.offer(choices)

    def chosen(self) -> tuple[int, int]:
        """The lot and its award (0: none)."""
        lot_id, _, award_id = (self.place.data or "0-0").partition("-")
        return int(lot_id), int(award_id)


class AskedNeedForm(WantedPart):
    """A need that a company tells its territory."""


class EditNeedForm(WantedPart, EditForm):
    """What is wanted, changed."""


class SendForm(TradeForm):
    """To whom a need is sent."""

    recipients = CodesField("Envoyer à", [])


class ClosingForm(TradeForm):
    """Why a need is closed."""

    why = CodeField("Pourquoi", Closing, blank="Choisir…", validators=[required()])
    words = LineField(
        "En quelques mots",
        longest=200,
        description="Ceux qui ont proposé une personne encore sans réponse reçoivent cette raison.",
    )


class IdentityForm(TradeForm):
    """Somebody whom the file does not show: names, birth date, a word."""

    last_name = LineField("Nom", longest=80, render_kw={"autocomplete": "off"})
    first_name = LineField("Prénom", longest=80, render_kw={"autocomplete": "off"})
    birth_on = FrenchDateField("Date de naissance")
    note = TextField(
        "À savoir",
        longest=LONGEST_NOTE,
        description="Expérience, permis, disponibilité. Ni santé, ni critère, ni numéro de sécurité sociale.",
    )
    on: datetime.date

    def validate_birth_on(self, field: Any) -> None:
        check_birth(field.data, self.on)

    def identity(self) -> Identity | None:
        """Who was typed; None when nothing was."""
        if not (self.last_name.data and self.first_name.data and self.birth_on.data):
            return None
        return Identity(self.last_name.data, self.first_name.data, self.birth_on.data)

    def missing(self) -> bool:
        """Say beside each field what is still to be typed."""
        parts = (self.last_name, self.first_name, self.birth_on)
        for part in parts:
            if not part.data and not part.errors:
                part.errors = ["Renseignez ce champ."]
        return any(part.errors for part in parts)


class CandidateForm(IdentityForm):
    """One of one’s own people, or somebody else."""

    person = CodeField("L’une de vos personnes", blank="Quelqu’un d’autre, que j’écris ci-dessous")

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        typed = bool(self.last_name.data or self.first_name.data or self.birth_on.data)
        if self.person.data and typed:
            self.person.errors = [
                *self.person.errors,
                "Choisissez l’une de vos personnes, ou écrivez une identité\u00a0: pas les deux.",
            ]
            return False
        return valid and (bool(self.person.data) or not self.missing())


class ToldCandidateForm(IdentityForm):
    """Somebody whom an organisation named by phone or by mail."""

    organisation = CodeField("Qui propose", blank="Choisir…", validators=[required()])

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and not self.missing()


class DeclineForm(TradeForm):
    """Why a candidate is not kept."""

    reason = LineField(
        "Motif",
        longest=300,
        validators=[required()],
        description="La structure reçoit cette phrase par courriel\u00a0: ni santé, ni critère.",
    )
