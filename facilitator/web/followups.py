"""Follow-ups at 6 and 12 months: the list of calls, the form of under a minute, the chain."""

import datetime
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, followup_list, followups, french
from facilitator.db import db
from facilitator.followup_list import OPEN, CallState
from facilitator.followups import Attempt, Due, FollowUp, FollowUpRefused
from facilitator.forms.followups import (
    ConfirmProposalForm,
    CorrectFollowUpForm,
    FollowUpForm,
    said,
)
from facilitator.outcomes import MILESTONES, Answer, MilestoneState, Proposal
from facilitator.people import Person
from facilitator.refusals import Conflict, Refused
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, Situation
from facilitator.web import clock, conflicts, offsets, once
from facilitator.web.answers import page

blueprint = Blueprint("followups", __name__, url_prefix="/suivis")
SHOW = "/<int:person_id>/<exit_on>/<int:months>"
TO_DO, ALL = "", "tous"


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Who is to be called, the oldest date first; other states by the filter."""
    session, member, on = db.session(), access.current(), clock.today()
    state, milestone = request.args.get("etat", TO_DO), request.args.get("echeance", "")
    months = int(milestone) if milestone in {str(each) for each in MILESTONES} else None
    dues = followup_list.of_territory(session, member.territory_id, on)
    shown = offsets.of_list(followup_list.chosen(dues, on, _states(state), months))
    access.saw("list", "follow_up", None, member.territory_id)
    return render_template(
        "facilitators/followups/index.html",
        shown=shown,
        names=followup_list.names(session, shown.rows),
        states=[followup_list.state_of(due, on) for due in shown.rows],
        counts=followup_list.counts(dues, on),
        state=state,
        choices=[(TO_DO, "À faire, en retard, injoignables"), *CallState.choices(), (ALL, "Tous")],
        milestone=milestone,
        on=on,
    )


def _states(asked: str) -> tuple[CallState, ...]:
    if asked in set(CallState):
        return (CallState(asked),)
    return tuple(CallState) if asked == ALL else OPEN


@blueprint.route(SHOW, methods=["GET", "POST"])
def show(person_id: int, exit_on: str, months: int) -> ResponseReturnValue:
    """One follow-up: what is known, what is proposed, and the form of a call."""
    person, due = _due(person_id, exit_on, months)
    form = FollowUpForm()
    if not form.validate_on_submit():
        return _page(person, due, form)
    return _recorded(person, due, form, form.attempt()) or _page(person, due, form)


@blueprint.post(f"{SHOW}/proposition")
def confirm_proposal(person_id: int, exit_on: str, months: int) -> ResponseReturnValue:
    """What the tool already knows, confirmed in one click."""
    person, due = _due(person_id, exit_on, months)
    known, form = followups.proposal(db.session(), due), ConfirmProposalForm()
    shown = FollowUpForm(formdata=None)
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
    form, back = CorrectFollowUpForm(data=_stored(row)), _url(due)
    if not form.validate_on_submit():
        return page("facilitators/followups/correct.html", form, person=person, due=due, back=back)
    if replay := once.replayed(form):
        return replay
    try:
        form.check_version(row)
        followups.correct(db.session(), due, form.attempt(), on=clock.today(), by=access.current().user_id)
    except Conflict:
        current = CorrectFollowUpForm(formdata=None, data=_stored(row))
        return conflicts.page(form, row, current, submit="Enregistrer ma version", cancel_url=back)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return page("facilitators/followups/correct.html", form, person=person, due=due, back=back)
    flash(f"La réponse de {person.name} est corrigée.", "done")
    return once.commit(form, back)


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
    """Record and go back to the list; None when the domain refused."""
    if replay := once.replayed(form):
        return replay
    try:
        followups.record(db.session(), due, attempt, on=clock.today(), by=access.current().user_id)
    except FollowUpRefused as refused:
        db.session.rollback()
        form.refuse(refused)
        return None
    what = "Réponse enregistrée" if attempt.outcome is FollowUpOutcome.answered else "Essai enregistré"
    flash(f"{what} pour {person.name}, situation au {french.date(due.milestone.reference_on)}.", "done")
    return once.commit(form, url_for(".index"))


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
    """What was recorded, as it is read: only what was said."""
    form = CorrectFollowUpForm(formdata=None, data=_stored(row))
    labels = [
        (field.label.text, conflicts.said(field))
        for field in form
        if field.short_name not in conflicts.HIDDEN
    ]
    told = [(label, text) for label, text in labels if text and text not in ("Sans objet", "Sans réponse")]
    return [*told, ("Enregistré le", french.date(row.called_on)), ("Essais", str(row.tries))]
