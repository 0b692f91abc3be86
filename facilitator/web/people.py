"""People: the list, a person’s file, registering and amending, with duplicates proposed."""

from typing import Any

from flask import Blueprint, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import and_, or_, true

from facilitator import (
    access,
    followups,
    journeys,
    organisations,
    people,
    person_file,
    placement_list,
    request_lists,
    unhired,
    visibility,
)
from facilitator.db import db
from facilitator.forms.people import PersonForm
from facilitator.organisations import Organisation
from facilitator.people import Person, PersonRefused
from facilitator.placements import Placement
from facilitator.refusals import Conflict, Refused
from facilitator.vocabulary import ContractType, OrganisationRoleName
from facilitator.web import clock, conflicts, keyset, letters, once, sheets
from facilitator.web.answers import page
from facilitator.web.sheets import Sheet

blueprint = Blueprint("people", __name__, url_prefix="/personnes")
SHOWN_LETTERS = 5  # the others stand behind their link
LONGEST_SEARCH = 80
UNHIRED = "sans-embauche"  # the filter of fiches validated for long without a hire


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The people of the territory, by name; no criterion is read here."""
    member, words = access.current(), request.args.get("q", "")[:LONGEST_SEARCH]
    rows = visibility.persons(member).with_only_columns(
        Person.id, Person.first_name, Person.last_name, Person.birth_on, Person.commune
    )
    named = [Person.search_name.contains(word, autoescape=True) for word in people.normalised(words).split()]
    rows = rows.where(or_(and_(true(), *named), Person.dossier_number == words.strip()))
    months = None
    if request.args.get("filtre") == UNHIRED:
        rules = unhired.rules_on(db.session(), member.territory_id, clock.today())
        rows, months = rows.where(unhired.people(rules, clock.today())), rules.hire_within_months
    shown = keyset.slice_of(rows, Person.search_name, Person.id)
    access.saw("list", "person", None, member.territory_id)
    return render_template("facilitators/people/index.html", shown=shown, words=words, months=months)


@blueprint.get("/doublons")
def duplicates() -> ResponseReturnValue:
    """People who may be the one being typed: a comfort of the forms, which work without it."""
    member = access.current()
    last_name, first_name = (request.args.get(name, "")[:LONGEST_SEARCH] for name in ("nom", "prenom"))
    found = []
    if people.normalised(last_name) and people.normalised(first_name):
        found = people.possible_duplicates(db.session(), member.territory_id, last_name, first_name, None)
    return jsonify(people=[described(person) for person in found])


def described(person: Person) -> dict[str, str]:
    """What tells a person from another of the same name; reading it leaves a line."""
    access.saw("list", "person", person.id, person.territory_id)
    born = f"née ou né le {person.birth_on:%d/%m/%Y}" if person.birth_on else "date de naissance inconnue"
    return {
        "name": person.name,
        "born": born,
        "url": url_for("people.show", person_id=person.id),
        "express": url_for("express.hire", personne=person.id),
    }


@blueprint.route("/nouvelle", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Register a person; those who may be the same are proposed first."""
    member, form = access.current(), _form()
    if not form.validate_on_submit():
        return page("facilitators/people/new.html", form, alike=[])
    if (replay := once.replayed(form)) is not None:
        return replay
    alike = _alike(form, member.territory_id)
    try:
        if alike and not form.confirmed.data:
            raise PersonRefused("Une personne proche est déjà inscrite\u00a0: est-ce la même\u00a0?")
        person = people.register(
            db.session(), member.territory_id, on=form.on, by=member.user_id, **form.facts()
        )
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return page("facilitators/people/new.html", form, alike=alike)
    flash(f"{person.name} est inscrit au fichier du territoire.", "done")
    return once.commit(form, url_for(".show", person_id=person.id))


def _form(**given: Any) -> PersonForm:
    """The form with the référents to choose from; the one of the person stays among them."""
    form = PersonForm(**given)
    form.on = clock.today()
    chosen = getattr(given.get("obj"), "referrer_id", None)
    form.referrer_id.offer(organisations.of_role(db.session(), OrganisationRoleName.referrer, chosen))
    return form


def _alike(form: PersonForm, territory_id: int) -> list[dict[str, str]]:
    found = people.possible_duplicates(
        db.session(),
        territory_id,
        form.last_name.data or "",
        form.first_name.data or "",
        form.birth_on.data,
    )
    return [described(person) for person in found]


@blueprint.get("/<int:person_id>")
def show(person_id: int) -> ResponseReturnValue:
    """A person’s file; looking leaves a line in the access log."""
    person = access.person_or_404(person_id)
    access.saw("read", "person", person.id, person.territory_id)
    return render_template("facilitators/people/show.html", person=person, **_file(person))


def _file(person: Person) -> dict[str, Any]:
    session, on = db.session(), clock.today()
    contracts = person_file.contracts_of(session, person.id)
    paths = journeys.of_person(session, person.id)
    rows = placement_list.columns(
        visibility.placements(access.current()).where(Placement.person_id == person.id)
    ).order_by(Placement.from_on.desc(), Placement.id.desc())
    lines = [placement_list.line(row) for row in session.execute(rows)]
    ends = {stay.placement_id: stay.days.to_on for path in paths for stay in path.stays}
    return {
        "on": on,
        "age": people.age(person.birth_on, on) if person.birth_on else None,
        "fiches": person_file.fiches(session, person.id),
        "letters": letters.about("person", person.id, limit=SHOWN_LETTERS),
        "requests": request_lists.of_person(session, person),
        "referrer": session.get(Organisation, person.referrer_id) if person.referrer_id else None,
        "overdue": unhired.of_person(session, person, on),
        "windows": person_file.windows(session, person, [contract for contract, _ in contracts]),
        "placements": [(each, placement_list.turn(each, on, ends.get(each.id))) for each in lines],
        "contracts": contracts,
        "types": {each.value: each.label for each in ContractType},
        "months": person_file.months(session, person.id),
        "journeys": paths,
        "dues": followups.derived(session, paths, on),
    }


@blueprint.route("/<int:person_id>/modifier", methods=["GET", "POST"])
def edit(person_id: int) -> ResponseReturnValue:
    """Amend a person; two editors read both versions."""
    person = access.person_or_404(person_id, lock=request.method == "POST")
    back = url_for(".show", person_id=person.id)
    form = _form(obj=person)
    del form.confirmed

    def verb() -> str:
        form.check_version(person)
        people.amend(db.session(), person, by=access.current().user_id, **form.facts())
        return back

    crumbs = (("Personnes", url_for(".index")), (person.name, back), ("Modifier", None))
    access.saw("read", "person", person.id, person.territory_id)
    try:
        return sheets.answer(
            form,
            Sheet(f"Modifier la fiche de {person.name}", "Enregistrer les informations", back, crumbs),
            verb,
            f"Les informations de {person.name} sont à jour.",
        )
    except Conflict:
        db.session.rollback()
        person = access.person_or_404(person_id)
        current = _form(formdata=None, obj=person)
        del current.confirmed
        return conflicts.page(form, person, current, submit="Enregistrer ma version", cancel_url=back)
