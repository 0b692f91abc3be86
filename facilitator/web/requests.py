"""Requests to validate a public, for the facilitator: the queue, one request with its likely people, the answers."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from facilitator import (
    access,
    eligibility_requests,
    eligibility_sheets,
    journal,
    request_asking,
    request_decisions,
    request_letters,
    request_lists,
    visibility,
)
from facilitator.accounts import User
from facilitator.db import db
from facilitator.eligibility import OPEN_STATES
from facilitator.eligibility_requests import EligibilityRequest, Turn
from facilitator.forms.base import TradeForm
from facilitator.forms.requests import (
    SOMEBODY_NEW,
    AnswerForm,
    DropForm,
    KnownFicheForm,
    MissingForm,
    PhonedRequestForm,
    RefusalForm,
    answer_form,
)
from facilitator.french import date as french_date
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.request_lists import Candidate
from facilitator.vocabulary import Criterion, CriterionFamily, EligibilityState, Sex
from facilitator.web import clock, offsets, once, sheets
from facilitator.web.people import described
from facilitator.web.sheets import Sheet
from reports import eligibility_sheet

blueprint = Blueprint("requests", __name__)
PDF = "application/pdf"
TO_TREAT, ALL = "", "toutes"


class StillToChoose(eligibility_requests.RequestRefused):
    """The facilitator chooses between organisations of a close name."""


@blueprint.get("/demandes")
def index() -> ResponseReturnValue:
    """The requests of the territory, the longest waiting first."""
    session, member, on = db.session(), access.current(), clock.today()
    state, asker = request.args.get("etat", TO_TREAT), request.args.get("organisation", "")
    askers = request_lists.askers(session, member.territory_id)
    asker = asker if asker in dict(askers) else ""
    rows = request_lists.queue(
        visibility.eligibility_requests(member), _states(state), int(asker) if asker else None
    )
    access.saw("list", "eligibility_request", None, member.territory_id)
    return render_template(
        "facilitators/requests/index.html",
        shown=offsets.of_query(rows),
        answering=request_lists.answering(session, member.territory_id, on),
        waiting=request_lists.waiting(session, member.territory_id),
        states=[(TO_TREAT, "À traiter ou à compléter"), *EligibilityState.choices(), (ALL, "Toutes")],
        state=state,
        askers=[("", "Toutes"), *askers],
        asker=asker,
        labels={each.value: each.label.lower() for each in EligibilityState},
        on=on,
    )


def _states(asked: str) -> tuple[str, ...]:
    if asked in set(EligibilityState):
        return (asked,)
    return tuple(EligibilityState) if asked == ALL else OPEN_STATES


@blueprint.route("/demandes/nouvelle", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Type what somebody asked by phone or by mail."""
    form, member = PhonedRequestForm(), access.current()
    form.on = clock.today()
    del form.lot_id
    home = url_for(".index")
    sheet = Sheet(
        "Saisir une demande reçue",
        "Enregistrer la demande",
        home,
        (("Demandes", home), ("Saisir une demande", None)),
        template="facilitators/requests/new.html",
    )

    def verb() -> str:
        asked = request_asking.ask(
            db.session(), member.territory_id, _asker(form), form.asked(), on=form.on, by=member.user_id
        )
        return url_for(".show", request_id=asked.id)

    return sheets.answer(form, sheet, verb, "La demande est enregistrée\u00a0: il vous reste à y répondre.")


def _asker(form: PhonedRequestForm) -> int:
    """The organisation that the words name; when several answer, the form offers them."""
    found = request_asking.askers_named(db.session(), form.organisation.data or "")
    if len(found) == 1:
        return found[0].id
    form.organisation_id.choices = [
        SelectChoice(str(each.id), f"{each.label} – {each.scheme} {each.identifier}") for each in found
    ]
    for each in found:
        if form.organisation_id.data == str(each.id):
            return each.id
    raise StillToChoose("Plusieurs organisations portent ce nom\u00a0: choisissez la bonne.")


@blueprint.get("/demandes/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    """One request: who asks, whose turn it is, who the person may be, and the four answers."""
    asked, session, on = _seen(request_id), db.session(), clock.today()
    still_open = asked.state in OPEN_STATES
    return render_template(
        "facilitators/requests/show.html",
        asked=asked,
        Turn=Turn,
        on=on,
        still_open=still_open,
        organisation=session.get_one(Organisation, asked.organisation_id),
        author=session.get(User, asked.requested_by_id) if asked.requested_by_id else None,
        said=eligibility_requests.exchanges(session, asked.id),
        lot=request_lists.lot_label(session, asked.lot_id) if asked.lot_id else None,
        state=EligibilityState(asked.state).label.lower(),
        sexes={each.value: each.label for each in Sex},
        candidates=_candidates(asked) if still_open else [],
        beside=request_lists.beside(session, asked) if still_open else [],
        person=session.get(Person, asked.person_id) if asked.person_id else None,
    )


@blueprint.route("/demandes/<int:request_id>/valider", methods=["GET", "POST"])
def validate(request_id: int) -> ResponseReturnValue:
    """Choose the criteria that are proved, then who the person is, the proofs and the dates."""
    asked = _seen(request_id)
    if again := once.unless_refused(partial(eligibility_requests.refuse_closed, asked)):
        return again
    chosen = [Criterion(code) for code in request.args.getlist("critere") if code in set(Criterion)]
    sheet = _sheet(
        asked, "Valider le public", "Valider le public", template="facilitators/requests/decide.html"
    )
    if not chosen:
        families = [
            (family, [each for each in Criterion if each.family == family]) for family in CriterionFamily
        ]
        return render_template(
            "facilitators/people/criteria.html", sheet=sheet, families=families, announced=asked.announced
        )
    form = _answer_form(list(dict.fromkeys(chosen)), asked)

    def verb() -> str:
        who = form.person.data
        request_decisions.validate(
            db.session(),
            asked,
            None if who == SOMEBODY_NEW else access.person_or_404(int(who)),
            form.proofs(),
            decided_on=form.decided_on.data or clock.today(),
            effective_on=form.effective_on.data or clock.today(),
            backdating_reason=form.backdating_reason.data,
            window_reason=form.window_reason.data,
            on=clock.today(),
            by=access.current().user_id,
        )
        return _told(asked)

    done = "Le public est validé\u00a0; la fiche est prête."
    return sheets.answer(form, sheet, verb, done, announced=_announced(asked))


@blueprint.route("/demandes/<int:request_id>/deja-valide", methods=["GET", "POST"])
def known_fiche(request_id: int) -> ResponseReturnValue:
    """Answer with a fiche that runs already, of a person whom somebody else brought."""
    asked, on, form = _seen(request_id), clock.today(), KnownFicheForm()
    if again := once.unless_refused(partial(eligibility_requests.refuse_closed, asked)):
        return again
    form.fiche.choices = [
        SelectChoice(
            str(window.eligibility_id),
            f"{each.person.name}, {_born(each)}\u00a0: du {french_date(window.from_on)} au {french_date(window.last_on)}",
        )
        for each in _candidates(asked)
        for window in each.running(on)
    ]
    if not form.fiche.choices:
        raise eligibility_requests.RequestRefused(
            "Aucune personne de ce nom n’a de fiche en cours sur le territoire. Validez le public à partir de ses preuves."
        )

    def verb() -> str:
        fiche = access.eligibility_or_404(int(form.fiche.data))
        request_decisions.answer_with(db.session(), asked, fiche, on=on, by=access.current().user_id)
        return _told(asked)

    sheet = _sheet(
        asked,
        "Répondre par une fiche en cours",
        "Répondre par cette fiche",
        "Choisissez-la seulement si c’est la même personne. Le demandeur apprend ses dates, rien d’autre.",
    )
    return sheets.answer(form, sheet, verb, "La réponse est enregistrée.")


@blueprint.route("/demandes/<int:request_id>/completer", methods=["GET", "POST"])
def ask_completion(request_id: int) -> ResponseReturnValue:
    """Say what is missing."""
    form = MissingForm()
    return _close(
        request_id,
        form,
        "Demander un complément",
        "Envoyer la question",
        lambda asked, **more: request_decisions.ask_completion(
            db.session(), asked, form.missing.data or "", **more
        ),
        "La demande est à compléter\u00a0: c’est au demandeur de répondre.",
    )


@blueprint.route("/demandes/<int:request_id>/refuser", methods=["GET", "POST"])
def refuse(request_id: int) -> ResponseReturnValue:
    """Refuse with a reason."""
    form = RefusalForm()
    return _close(
        request_id,
        form,
        "Refuser la demande",
        "Refuser la demande",
        lambda asked, **more: request_decisions.refuse(db.session(), asked, form.reason.data or "", **more),
        "La demande est refusée.",
    )


@blueprint.route("/demandes/<int:request_id>/sans-suite", methods=["GET", "POST"])
def drop(request_id: int) -> ResponseReturnValue:
    """Close a request that came to nothing."""
    form = DropForm()
    return _close(
        request_id,
        form,
        "Classer sans suite",
        "Classer la demande sans suite",
        lambda asked, **more: request_decisions.drop(db.session(), asked, form.reason.data, **more),
        "La demande est classée sans suite.",
    )


@blueprint.get("/fiches/<int:eligibility_id>/fiche.pdf")
def fiche(eligibility_id: int) -> ResponseReturnValue:
    """The territory’s own copy of a validated fiche, with its criteria."""
    found = access.eligibility_or_404(eligibility_id)
    facts = eligibility_sheets.of_territory(db.session(), found, clock.today())
    access.saw("export_fiche", "person", found.person_id, found.territory_id)
    content = eligibility_sheet.build(facts, made_at=journal.now())
    return send_file(
        io.BytesIO(content),
        mimetype=PDF,
        as_attachment=True,
        download_name=eligibility_sheet.file_name(facts),
    )


def _close(
    request_id: int, form: TradeForm, heading: str, submit: str, act: Callable[..., None], done: str
) -> ResponseReturnValue:
    """One answer in one field: show it, say it once, write the letter."""
    asked = _seen(request_id)
    if again := once.unless_refused(partial(eligibility_requests.refuse_closed, asked)):
        return again

    def verb() -> str:
        act(asked, on=clock.today(), by=access.current().user_id)
        return _told(asked)

    return sheets.answer(form, _sheet(asked, heading, submit), verb, done)


def _seen(request_id: int) -> EligibilityRequest:
    asked = access.eligibility_request_or_404(request_id, lock=request.method == "POST")
    access.saw("read", "eligibility_request", asked.id, asked.territory_id)
    return asked


def _told(asked: EligibilityRequest) -> str:
    """The letter of the answer, then the page of the request."""
    base_url = current_app.config["SETTINGS"].base_url.rstrip("/")
    link = f"{base_url}{url_for('asked_requests.show', request_id=asked.id)}"
    letter = request_letters.answer(db.session(), asked, at=journal.now(), link=link)
    if letter is None:
        flash(
            "Aucun courriel ne part\u00a0: l’organisation n’a pas de contact avec une adresse. Appelez-la.",
            "warning",
        )
    else:
        flash("Un courriel prévient l’auteur de la demande.", "done")
    return url_for(".show", request_id=asked.id)


def _candidates(asked: EligibilityRequest) -> list[Candidate]:
    found = request_lists.candidates(db.session(), asked)
    for each in found:
        described(each.person)
    return found


def _born(candidate: Candidate) -> str:
    day = candidate.person.birth_on
    return f"née ou né le {day:%d/%m/%Y}" if day else "date de naissance inconnue"


def _answer_form(chosen: list[Criterion], asked: EligibilityRequest) -> AnswerForm:
    people = [(str(each.person.id), f"{each.person.name}, {_born(each)}") for each in _candidates(asked)]
    start: dict[str, Any] = {"decided_on": clock.today(), "effective_on": clock.today()}
    if len(chosen) == 1:
        start["determining"] = chosen[0].value
    if not people:
        start["person"] = SOMEBODY_NEW
    form = answer_form(chosen)(data=start)
    form.offer_people(people)
    return form


def _announced(asked: EligibilityRequest) -> list[tuple[str, str]]:
    """What the asker said of the proofs, beside the form that decides."""
    said = (
        ("Début souhaité", french_date(asked.wished_start_on) if asked.wished_start_on else ""),
        ("Justificatifs annoncés", asked.proofs or ""),
        ("PASS IAE", asked.pass_iae or ""),
    )
    return [each for each in said if each[1]]


def _sheet(
    asked: EligibilityRequest,
    heading: str,
    submit: str,
    intro: str = "",
    template: str = "facilitators/act.html",
) -> Sheet:
    back = url_for(".show", request_id=asked.id)
    return Sheet(
        heading=f"{heading} – {asked.name}",
        submit=submit,
        back=back,
        crumbs=(("Demandes", url_for(".index")), (asked.name, back), (heading, None)),
        intro=intro,
        template=template,
    )
