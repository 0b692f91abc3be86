"""Facilitators ask by letter what became of people: whom, for many at once; who has not answered, asked again now."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, followup_letters, followup_list, followup_requests, journal
from facilitator.db import db
from facilitator.followup_letters import Askable
from facilitator.followups import Due
from facilitator.forms.followup_answers import AskForm, ButtonForm, ask_form
from facilitator.french import plural
from facilitator.outcomes import MilestoneState
from facilitator.refusals import Refused
from facilitator.web import clock, offsets, once
from facilitator.web.answers import page

blueprint = Blueprint("followup_asking", __name__, url_prefix="/suivis")


@dataclass(frozen=True)
class Row:
    """One follow-up of the list, with whom may be asked."""

    key: str
    due: Due
    name: str
    whom: list[Askable]


@blueprint.route("/demander", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """The follow-ups that are due: whom to ask about each; one letter an address."""
    if again := once.answered():
        return again
    member = access.current()
    shown = offsets.of_list(_due(clock.today()))
    rows = _rows(shown.rows)
    form = ask_form({row.key: _offer(row.whom) for row in rows})(data=_proposed(rows))
    access.saw("list", "follow_up", None, member.territory_id or None)
    if form.validate_on_submit() and (wanted := _wanted(rows, form)):
        if replay := once.replayed(form):
            return replay
        if (answer := _send(form, wanted)) is not None:
            return answer
    elif form.is_submitted() and not form.errors:
        form.refuse("Choisissez au moins une organisation à qui écrire.")
    return page("facilitators/followups/ask.html", form, rows=rows, shown=shown, on=clock.today())


def _send(form: AskForm, wanted: list[tuple[Due, Askable]]) -> ResponseReturnValue | None:
    try:
        letters = followup_letters.ask(
            db.session(), wanted, on=clock.today(), at=journal.now(), base_url=_base_url(), by=access.current().user_id
        )  # fmt: skip
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return None
    flash(
        f"{plural(len(wanted), 'question')}, {plural(len(letters), 'lettre part', 'lettres partent')} avec le prochain envoi.",
        "done",
    )
    return once.commit(form, url_for(".waiting"))


@blueprint.get("/lettres")
def waiting() -> ResponseReturnValue:
    """Who was asked and has said nothing, by address; where two answers differ."""
    session, on, territory_id = db.session(), clock.today(), access.current().territory_id
    open_ = followup_requests.waiting(session, on, territory_id=territory_id)
    differing = followup_list.of_rows(session, followup_requests.contrary(session, territory_id or 0))
    access.saw("list", "follow_up", None, territory_id or None)
    by_address: dict[str, list[tuple[followup_requests.Waiting, datetime.date | None]]] = {}
    for each, following in followup_letters.schedule(session, open_, on):
        by_address.setdefault(each.request.recipient, []).append((each, following))
    return render_template(
        "facilitators/followups/letters.html",
        letters=sorted(by_address.items()),
        names=followup_list.names(session, [each.due for each in open_]),
        differing=differing,
        form=ButtonForm(formdata=None),
        on=on,
    )


@blueprint.post("/lettres/relancer")
def remind() -> ResponseReturnValue:
    """The questions of one address, asked again today; once a day."""
    form = ButtonForm()
    form.validate_on_submit()
    if replay := once.replayed(form):
        return replay
    session, on = db.session(), clock.today()
    open_ = followup_requests.waiting(session, on, territory_id=access.current().territory_id)
    these = [
        each
        for each in open_
        if each.request.recipient == form.recipient.data and each.request.written_on < on
    ]
    letters = followup_letters.remind(
        session, these, on=on, at=journal.now(), base_url=_base_url(), by=access.current().user_id
    )
    if letters:
        flash(
            f"{plural(len(these), 'question relancée', 'questions relancées')} avec le prochain envoi.",
            "done",
        )
    else:
        flash(
            "Plus rien n’est à demander aujourd’hui à cette adresse\u00a0: aucune lettre ne part.", "warning"
        )
    return once.commit(form, url_for(".waiting"))


def _due(on: datetime.date) -> list[Due]:
    """Those that may be asked, the oldest date first; of one person when the address says so."""
    session, member = db.session(), access.current()
    person = request.args.get("personne", "")
    silent = (*followup_requests.SILENT, "not_asked")
    return [
        due
        for due in followup_list.of_territory(session, member.territory_id, on)
        if due.state is MilestoneState.due
        and (due.known is None or (due.known.outcome in silent and due.known.told_on is None))
        and person in ("", str(due.journey.person_id))
    ]


def _rows(dues: Sequence[Due]) -> list[Row]:
    session = db.session()
    names, whom = followup_list.names(session, dues), followup_letters.askable(session, dues)
    return [
        Row(
            followup_list.key(due),
            due,
            names[due.journey.person_id],
            whom[due.journey.person_id, due.exit_on],
        )
        for due in dues
    ]


def _offer(whom: list[Askable]) -> list[tuple[str, str]]:
    return [
        (str(each.organisation_id), f"{each.label} – {each.voice.label.lower()}")
        for each in whom
        if each.email
    ]


def _proposed(rows: list[Row]) -> dict[str, str]:
    """The last organisation that can be written to, where nobody was asked yet."""
    return {
        f"whom_{row.key}": offered[0][0]
        for row in rows
        if (offered := _offer(row.whom)) and not (row.due.known and row.due.known.asked_on)
    }


def _wanted(rows: list[Row], form: AskForm) -> list[tuple[Due, Askable]]:
    by_id = {row.key: {str(each.organisation_id): each for each in row.whom} for row in rows}
    chosen = [(row, form[f"whom_{row.key}"].data) for row in rows]
    return [(row.due, by_id[row.key][organisation]) for row, organisation in chosen if organisation]


def _base_url() -> str:
    found: str = current_app.config["SETTINGS"].base_url
    return found
