"""Fiches d’éligibilité: request, complete, validate, refuse, drop; windows suspended and extended."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, eligibility, people
from facilitator.db import db
from facilitator.forms.people import AdjustmentForm, ReasonForm, RequestForm, decision_form
from facilitator.people import Eligibility, Person
from facilitator.vocabulary import Criterion, CriterionFamily
from facilitator.web import clock, sheets
from facilitator.web.sheets import Sheet

blueprint = Blueprint("eligibility", __name__)


def _sheet(person: Person, heading: str, submit: str, intro: str = "", template: str = "") -> Sheet:
    back = url_for("people.show", person_id=person.id)
    return Sheet(
        heading=f"{heading} – {person.name}",
        submit=submit,
        back=back,
        crumbs=(("Personnes", url_for("people.index")), (person.name, back), (heading, None)),
        intro=intro,
        template=template or "facilitators/act.html",
    )


@blueprint.route("/personnes/<int:person_id>/fiches/nouvelle", methods=["GET", "POST"])
def request_for(person_id: int) -> ResponseReturnValue:
    """Open a fiche."""
    person = access.person_or_404(person_id)
    form = RequestForm(data={"requested_on": clock.today()})
    sheet = _sheet(person, "Demande d’éligibilité", "Ouvrir la fiche")

    def verb() -> str:
        fiche = eligibility.request(
            db.session(),
            person,
            requested_on=form.requested_on.data or clock.today(),
            wished_start_on=form.wished_start_on.data,
            by=access.current().user_id,
        )
        return url_for(".decide", eligibility_id=fiche.id)

    return sheets.answer(form, sheet, verb, "La fiche est ouverte\u00a0: il vous reste à la décider.")


@blueprint.route("/fiches/<int:eligibility_id>/valider", methods=["GET", "POST"])
def decide(eligibility_id: int) -> ResponseReturnValue:
    """Choose the criteria, then say of each how it is proved; the dates are those of the decision and its effect."""
    fiche, person = _fiche(eligibility_id)
    chosen = [Criterion(code) for code in request.args.getlist("critere") if code in set(Criterion)]
    sheet = _sheet(
        person, "Valider l’éligibilité", "Valider la fiche", template="facilitators/people/decide.html"
    )
    if not chosen:
        families = [
            (family, [each for each in Criterion if each.family == family]) for family in CriterionFamily
        ]
        return render_template("facilitators/people/criteria.html", sheet=sheet, families=families)
    form = decision_form(list(dict.fromkeys(chosen)))(
        data={"decided_on": clock.today(), "effective_on": clock.today()}
        | ({"determining": chosen[0].value} if len(chosen) == 1 else {})
    )

    def verb() -> str:
        eligibility.validate(
            db.session(),
            fiche,
            form.proofs(),
            decided_on=form.decided_on.data or clock.today(),
            effective_on=form.effective_on.data or clock.today(),
            backdating_reason=form.backdating_reason.data,
            window_reason=form.window_reason.data,
            by=access.current().user_id,
        )
        return sheet.back

    return sheets.answer(
        form, sheet, verb, "La fiche est validée\u00a0; la période d’éligibilité est ouverte."
    )


@blueprint.post("/fiches/<int:eligibility_id>/completer")
def ask_completion(eligibility_id: int) -> ResponseReturnValue:
    """Say that something lacks."""
    fiche, person = _fiche(eligibility_id)
    return sheets.press(
        lambda: eligibility.ask_completion(db.session(), fiche, by=access.current().user_id),
        url_for("people.show", person_id=person.id),
        "La fiche est «\u00a0à compléter\u00a0».",
    )


@blueprint.post("/fiches/<int:eligibility_id>/sans-suite")
def drop(eligibility_id: int) -> ResponseReturnValue:
    """Close a request that came to nothing."""
    fiche, person = _fiche(eligibility_id)
    return sheets.press(
        lambda: eligibility.drop(db.session(), fiche, on=clock.today(), by=access.current().user_id),
        url_for("people.show", person_id=person.id),
        "La demande est classée sans suite.",
    )


@blueprint.route("/fiches/<int:eligibility_id>/refuser", methods=["GET", "POST"])
def refuse(eligibility_id: int) -> ResponseReturnValue:
    """Refuse with a reason."""
    fiche, person = _fiche(eligibility_id)
    form = ReasonForm()
    sheet = _sheet(
        person, "Refuser l’éligibilité", "Refuser la demande", "L’auteur de la demande lira ce motif."
    )

    def verb() -> str:
        by = access.current().user_id
        eligibility.refuse(db.session(), fiche, form.reason.data or "", on=clock.today(), by=by)
        return sheet.back

    return sheets.answer(form, sheet, verb, "La demande est refusée.")


@blueprint.route("/periodes/<int:window_id>/suspendre", methods=["GET", "POST"])
def suspend(window_id: int) -> ResponseReturnValue:
    """Suspend a window: its days do not count, and push its end."""
    return _adjust(
        window_id,
        "suspension",
        "Suspendre la période",
        "Ces jours ne comptent pas\u00a0; la fin est reportée d’autant.",
    )


@blueprint.route("/periodes/<int:window_id>/prolonger", methods=["GET", "POST"])
def extend(window_id: int) -> ResponseReturnValue:
    """Extend a window up to a day."""
    return _adjust(
        window_id,
        "extension",
        "Prolonger la période",
        "Les heures comptent jusqu’au dernier jour que vous indiquez.",
    )


def _adjust(window_id: int, kind: str, heading: str, intro: str) -> ResponseReturnValue:
    window = access.window_or_404(window_id, lock=request.method == "POST")
    person = access.person_or_404(window.person_id)
    form = AdjustmentForm()
    sheet = _sheet(person, heading, heading, intro)

    def verb() -> str:
        start, end = form.from_on.data, form.to_on.data
        assert start and end  # validated
        by, reason = access.current().user_id, form.reason.data or ""
        eligibility.adjust(db.session(), window, kind, start, end, reason, by=by)
        return sheet.back

    return sheets.answer(
        form, sheet, verb, "La période est modifiée\u00a0; les heures concernées ont été jugées de nouveau."
    )


def _fiche(eligibility_id: int) -> tuple[Eligibility, people.Person]:
    fiche = access.eligibility_or_404(eligibility_id, lock=request.method == "POST")
    person = access.person_or_404(fiche.person_id)
    access.saw("read", "person", person.id, person.territory_id)
    return fiche, person
