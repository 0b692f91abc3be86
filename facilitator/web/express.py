"""The express screen: person, eligibility, placement and contract in one sending."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from facilitator import access, express, people
from facilitator.db import db
from facilitator.forms.express import ANOTHER, EntitlementPart, ExpressForm, KnownExpressForm
from facilitator.people import Person
from facilitator.vocabulary import OrganisationRoleName
from facilitator.web import candidate_choice, clock, employer_choice, sheets
from facilitator.web.people import described
from facilitator.web.sheets import Sheet

blueprint = Blueprint("express", __name__)


class StillToChoose(express.ExpressRefused):
    """The facilitator chooses between people, or between employers."""


@blueprint.route("/mises-a-l-emploi/express", methods=["GET", "POST"])
def hire() -> ResponseReturnValue:
    """Record somebody at work for a lot, all or nothing."""
    known = employer_choice.asked("personne")
    person = access.person_or_404(known) if known else None
    chosen = candidate_choice.asked()
    form = _form(person, candidate_choice.known(chosen))
    candidate_choice.only_its_lot(form, chosen)
    if person is not None:
        access.saw("read", "person", person.id, person.territory_id)
    sheet = Sheet(
        heading=f"Mise à l’emploi express – {person.name}" if person else "Mise à l’emploi express",
        submit="Enregistrer la mise à l’emploi",
        back=url_for("placements.index"),
        crumbs=(("Mises à l’emploi", url_for("placements.index")), ("Mise à l’emploi express", None)),
        template="facilitators/people/express.html",
    )
    return sheets.answer(
        form,
        sheet,
        lambda: _hire(form, person, chosen),
        "La personne, sa fiche, sa mise à l’emploi et son contrat sont enregistrés.",
        person=person and described(person),
        entitled=person is not None and express.has_fiche(db.session(), person.id),
        known_employers=employer_choice.known(OrganisationRoleName.siae),
    )


def _form(person: Person | None, known: dict[str, Any]) -> EntitlementPart:
    if person is not None:
        return KnownExpressForm(data=known)
    form = ExpressForm(data={"decided_on": clock.today()} | known)
    form.on = clock.today()
    return form


def _hire(form: EntitlementPart, person: Person | None, chosen: candidate_choice.Chosen) -> str:
    award, employer_id, mode = employer_choice.chosen(form)
    member = access.current()
    placement = express.hire(
        db.session(),
        person or _who(form),
        award,
        employer_id=employer_id,
        mode=mode,
        contract=form.answer(),
        entitlement=form.entitlement(),
        on=clock.today(),
        by=member.user_id,
    )
    candidate_choice.placed(chosen, placement)
    return url_for("placements.show", placement_id=placement.id)


def _who(form: EntitlementPart) -> express.Newcomer | Person:
    """The newcomer typed, or the registered person whom the facilitator recognised."""
    assert isinstance(form, ExpressForm)
    newcomer = form.newcomer()
    alike = people.possible_duplicates(
        db.session(),
        access.current().territory_id,
        newcomer.last_name,
        newcomer.first_name,
        newcomer.birth_on,
    )
    if not alike:
        return newcomer
    form.same_as.choices = [
        *(SelectChoice(str(each.id), f"{each.name}, {described(each)['born']}") for each in alike),
        SelectChoice(ANOTHER, "C’est une autre personne"),
    ]
    if form.same_as.data == ANOTHER:
        return newcomer
    for person in alike:
        if form.same_as.data == str(person.id):
            return person
    raise StillToChoose("Une personne proche est déjà inscrite\u00a0: dites si c’est la même.")
