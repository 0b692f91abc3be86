"""Follow-ups at 6 and 12 months: the list of calls, its paper, the form of under a minute."""

import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from facilitator import (
    access,
    call_list,
    followup_history,
    followup_list,
    followup_requests,
    followups,
    french,
    journal,
    visibility,
)
from facilitator.accounts import User
from facilitator.call_list import Line
from facilitator.db import db
from facilitator.followup_requests import Reply
from facilitator.followups import Attempt, Due, FollowUp, FollowUpRefused
from facilitator.forms.followups import (
    CALLS,
    VOICES,
    ConfirmProposalForm,
    CorrectFollowUpForm,
    FollowUpForm,
    said,
)
from facilitator.outcomes import Answer, MilestoneState, Proposal
from facilitator.people import Person
from facilitator.permissions import DOORS
from facilitator.refusals import Conflict, Refused
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, MembershipRole, OutOfScope, Situation
from facilitator.web import call_filters, clock, conflicts, offsets, once
from facilitator.web.answers import page
from reports import call_sheet
from reports.call_sheet import Call, CallSheet

blueprint = Blueprint("followups", __name__, url_prefix="/suivis")
NEXT = "suivant"
SHOW = "/<int:person_id>/<exit_on>/<int:months>"


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Who is to be called, the oldest date first, a page at a time; other states by the filter."""
    session, member, on = db.session(), access.current(), clock.today()
    asked, people = call_filters.asked(), _people()
    shown = offsets.of_query(call_list.lines(people, asked.wanted, on))
    counts = call_list.counts(session, people, asked.wanted, on)
    access.saw("list", "follow_up", None, member.territory_id or None)
    return render_template(
        "facilitators/followups/index.html",
        shown=shown,
        lines=call_list.read(session, shown.rows),
        counts=counts,
        asked=asked,
        states=call_filters.states(counts),
        choices=call_list.choices(session, people, on),
        on=on,
    )


@blueprint.get("/feuille-d-appel.pdf")
def sheet() -> ResponseReturnValue:
    """The list as it is filtered, on paper: what is known, and boxes to tick."""
    session, member, on = db.session(), access.current(), clock.today()
    rows = session.execute(
        call_list.lines(_people(), call_filters.asked().wanted, on).limit(call_sheet.LONGEST + 1)
    )
    lines = call_list.read(session, rows)
    for line in lines[: call_sheet.LONGEST]:
        access.saw("export_calls", "person", line.person_id, member.territory_id or None)
    found = CallSheet(member.place, on, tuple(_call(line) for line in lines))
    content = call_sheet.build(found, made_at=journal.now())
    name = call_sheet.file_name(found)
    return send_file(BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def _people() -> Select[Any]:
    """The ids of the people whom the member may follow."""
    return visibility.persons(access.current()).with_only_columns(Person.id)


def _call(line: Line) -> Call:
    return Call(
        name=line.name,
        dossier=line.dossier_number,
        months=line.months,
        reference_on=line.reference_on,
        exit_on=line.exit_on,
        employer=line.employer,
        referrer=line.referrer,
        known=line.proposal.sentence if line.proposal else None,
        tries=line.tries,
        called_on=line.called_on,
    )


@blueprint.route(SHOW, methods=["GET", "POST"])
def show(person_id: int, exit_on: str, months: int) -> ResponseReturnValue:
    """One follow-up: what is known, what is proposed, and the form of a call."""
    person, due = _due(person_id, exit_on, months)
    form = _form()
    if not form.validate_on_submit():
        return _page(person, due, form)
    return _recorded(person, due, form, form.attempt()) or _page(person, due, form)


@blueprint.post(f"{SHOW}/proposition")
def confirm_proposal(person_id: int, exit_on: str, months: int) -> ResponseReturnValue:
    """What the tool already knows, confirmed in one click."""
    person, due = _due(person_id, exit_on, months)
    known, form = followups.proposal(db.session(), due), ConfirmProposalForm()
    shown = _form(formdata=None)
    if known is None:
        shown.refuse("Le guichet ne connaît plus la situation à cette date\u00a0: posez la question.")
        return _page(person, due, shown)
    form.validate_on_submit()
    return _recorded(person, due, form, _known(known)) or _page(person, due, shown, form.form_errors)


@blueprint.route(f"{SHOW}/corriger", methods=["GET", "POST"])
def correct(person_id: int, exit_on: str, months: int) -> ResponseReturnValue:
    """Change an answer that was wrong; two editors read both versions."""
    person, due = _due(person_id, exit_on, months)
    row = due.known
    if row is None:
        raise FollowUpRefused("Aucune réponse n’est enregistrée pour cette échéance. Enregistrez-la d’abord.")
    form, back = _correction(row), _url(due)
    if not form.validate_on_submit():
        return page("facilitators/followups/correct.html", form, person=person, due=due, back=back)
    if replay := once.replayed(form):
        return replay
    try:
        form.check_version(row)
        followups.correct(db.session(), due, form.attempt(), on=clock.today(), by=access.current().user_id)
    except Conflict:
        current = _correction(row, formdata=None)
        return conflicts.page(form, row, current, submit="Enregistrer ma version", cancel_url=back)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return page("facilitators/followups/correct.html", form, person=person, due=due, back=back)
    flash(f"La réponse de {person.name} est corrigée.", "done")
    return once.commit(form, back)


def _form(**given: Any) -> FollowUpForm:
    """A référent answers for whom it follows, by this very form; others tell how they asked."""
    if access.current().role is not MembershipRole.referrer:
        return FollowUpForm(**given)
    form = FollowUpForm(data={"channel": Channel.form, "answered_by": AnsweredBy.referrer}, **given)
    form.channel.offer([(Channel.form.value, Channel.form.label), *CALLS])
    return form


def _correction(row: FollowUp, **given: Any) -> CorrectFollowUpForm:
    """The form of a correction: the channel that was recorded stays offered."""
    form = CorrectFollowUpForm(data=_stored(row), **given)
    if row.channel and row.channel not in dict(CALLS):
        form.channel.offer([*CALLS, (row.channel, Channel(row.channel).label)])
    if row.answered_by == AnsweredBy.desk:
        form.answered_by.offer([*VOICES, (AnsweredBy.desk.value, AnsweredBy.desk.label)])
    return form


def _due(person_id: int, exit_on: str, months: int) -> tuple[Person, Due]:
    """The person first (404 for others), then the follow-up that its dates call for (422)."""
    person = access.person_or_404(person_id, lock=request.method == "POST")
    access.saw("read", "person", person.id, person.territory_id)
    try:
        day = datetime.date.fromisoformat(exit_on)
    except ValueError:
        raise FollowUpRefused(
            "Cette adresse ne désigne aucun suivi. Revenez à la liste des suivis."
        ) from None
    return person, followups.due_of(db.session(), person.id, day, months, clock.today())


def _recorded(
    person: Person, due: Due, form: FollowUpForm | ConfirmProposalForm, attempt: Attempt
) -> ResponseReturnValue | None:
    """Record, then the next call or the list; None when the domain refused."""
    if replay := once.replayed(form):
        return replay
    tried = due.known is not None and due.known.outcome == FollowUpOutcome.unreachable
    here = (tried, due.milestone.reference_on, person.id, due.milestone.months)
    try:
        row = followups.record(db.session(), due, attempt, on=clock.today(), by=access.current().user_id)
    except FollowUpRefused as refused:
        db.session.rollback()
        form.refuse(refused)
        return None
    what = {FollowUpOutcome.answered: "Réponse enregistrée", FollowUpOutcome.unreachable: "Essai enregistré"}
    tries = f", {french.plural(row.tries, 'essai')}" if attempt.outcome is FollowUpOutcome.unreachable else ""
    said = what.get(attempt.outcome, "Résultat enregistré")
    flash(
        f"{said} pour {person.name}, situation au {french.date(due.milestone.reference_on)}{tries}.", "done"
    )
    return once.commit(form, _after(here))


def _after(here: tuple[bool, datetime.date, int, int]) -> str:
    """Where one goes once a call is recorded: to the next of the same list, if one asked so and there is one."""
    asked = call_filters.asked()
    back = url_for(".index", **asked.kept)
    if request.form.get("suite") != NEXT:
        return back
    line = call_list.following(db.session(), _people(), asked.wanted, here, clock.today())
    if line is None:
        flash("Il ne reste aucun suivi à faire aujourd’hui dans cette liste.", "done")
        return back
    key: dict[str, Any] = {
        "person_id": line.person_id,
        "exit_on": line.exit_on.isoformat(),
        "months": line.months,
    }
    return url_for(".show", **key, **asked.kept)


def _page(
    person: Person, due: Due, form: FollowUpForm, refusals: tuple[str, ...] | list[str] = ()
) -> ResponseReturnValue:
    for sentence in refusals:
        form.refuse(sentence)
    session, on = db.session(), clock.today()
    askable = due.state is MilestoneState.due
    known = followups.proposal(session, due) if askable else None
    return page(
        "facilitators/followups/show.html",
        form,
        person=person,
        due=due,
        state=followup_list.state_of(due, on),
        askable=askable,
        answered=due.known is not None and due.known.outcome == FollowUpOutcome.answered,
        said=_told(due.known) if due.known else [],
        history=followup_history.of(session, due.known) if due.known else [],
        letters=followup_requests.history(session, due.known.id) if due.known else [],
        replies=Reply,
        kept_filters=call_filters.asked().kept,
        next=NEXT,
        opens_file=DOORS["people.show"].admits(access.current().role),
        known=known,
        proposal=ConfirmProposalForm(formdata=None),
        kept=[(row, _result(row)) for row in followups.off_schedule(session, person.id)],
        on=on,
    )


def _url(due: Due) -> str:
    return url_for(
        ".show",
        person_id=due.journey.person_id,
        exit_on=due.exit_on.isoformat(),
        months=due.milestone.months,
    )


def _known(known: Proposal) -> Attempt:
    answer = Answer(known.situation, known.since_on, known.weekly_hours, same_employer=known.same_employer)
    return Attempt(FollowUpOutcome.answered, Channel.desk, AnsweredBy.desk, answer)


def _stored(row: FollowUp) -> dict[str, Any]:
    """What was recorded, as the fields of the form show it."""
    return {
        "version": row.version,
        "outcome": row.outcome,
        "channel": row.channel,
        "why": row.out_of_scope,
        "answered_by": row.answered_by,
        "situation": row.situation,
        "since_on": row.since_on,
        "weekly_hours": row.weekly_hours,
        "part_time_chosen": said(row.part_time_chosen),
        "same_employer": said(row.same_employer),
        "training_validated": said(row.training_validated),
    }


def _result(row: FollowUp) -> str:
    outcome = FollowUpOutcome(row.outcome).label
    return f"{outcome} – {Situation(row.situation).label}" if row.situation else outcome


def _told(row: FollowUp) -> list[tuple[str, str]]:
    """What was recorded, as it is read: only what was said, then who said it, how, and who wrote it."""
    author = db.session.get(User, row.recorded_by_id) if row.recorded_by_id else None
    yes = {True: "oui", False: "non", None: ""}
    told = [
        ("Résultat", FollowUpOutcome(row.outcome).label),
        ("Pourquoi", OutOfScope(row.out_of_scope).label if row.out_of_scope else ""),
        ("Situation", Situation(row.situation).label if row.situation else ""),
        ("Depuis le", french.date(row.since_on) if row.since_on else ""),
        ("Heures par semaine", french.hours(row.weekly_hours) if row.weekly_hours is not None else ""),
        ("Temps partiel choisi", yes[row.part_time_chosen]),
        ("Même employeur qu’à la sortie", yes[row.same_employer]),
        ("Formation validée", yes[row.training_validated]),
        ("Qui a répondu", AnsweredBy(row.answered_by).label if row.answered_by else ""),
        ("Par quel moyen", Channel(row.channel).label if row.channel else ""),
        ("Enregistré le", french.date(row.called_on)),
        ("Enregistré par", author.name if author else ""),
        ("Essais", french.number(row.tries) if row.tries else ""),
    ]
    return [(label, text) for label, text in told if text]
