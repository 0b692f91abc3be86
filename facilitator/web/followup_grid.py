"""Many follow-ups at once: a grid of fifty lines, filled by hand or by a paste; good lines are kept, the others say why not."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from facilitator import access, call_list, followup_grid, followup_list, followup_pastes, visibility
from facilitator.db import db
from facilitator.followup_grid import Matched
from facilitator.followup_list import OPEN
from facilitator.followup_pastes import ORDER, Line
from facilitator.followups import Due
from facilitator.forms.followup_grid import COLUMNS, GridForm, PasteForm, grid_form
from facilitator.french import number, plural
from facilitator.people import Person
from facilitator.refusals import Refused
from facilitator.vocabulary import AnsweredBy, FollowUpOutcome, MembershipRole
from facilitator.web import call_filters, clock, offsets, once
from facilitator.web.answers import page

blueprint = Blueprint("followup_grid", __name__, url_prefix="/suivis/saisie")


@blueprint.route("", methods=["GET", "POST"])
def fill() -> ResponseReturnValue:
    """The follow-ups that want an answer, one a line; all that can be is recorded at once."""
    if again := once.answered():
        return again
    dues = followup_grid.open_of(_reached(), clock.today())
    by_key = {followup_list.key(due): due for due in dues}
    sent = [by_key[key] for key in request.form.getlist("rows") if key in by_key]
    shown = offsets.of_list(_filtered(dues))
    rows = sent if request.method == "POST" else shown.rows
    form = grid_form([followup_list.key(due) for due in rows])()
    if not form.validate_on_submit():
        return _page(form, rows, shown)
    filled = [due for due in rows if form.filled(followup_list.key(due))]
    if not filled:
        form.refuse(
            "Aucune ligne n’est remplie, ou elles le sont déjà ailleurs\u00a0: rien n’est à enregistrer."
        )
        return _page(form, rows, shown)
    if replay := once.replayed(form):
        return replay
    return _save(form, filled, shown)


def _save(form: GridForm, filled: Sequence[Due], shown: offsets.Page) -> ResponseReturnValue:
    member = access.current()
    voice = AnsweredBy.referrer if member.role == MembershipRole.referrer else AnsweredBy.person
    wanted = [(due, form.attempt(followup_list.key(due), voice)) for due in filled]
    wrong = followup_grid.save(db.session(), wanted, on=clock.today(), by=member.user_id)
    kept = len(filled) - len(wrong)
    if not wrong:
        flash(f"{plural(kept, 'suivi enregistré', 'suivis enregistrés')}.", "done")
        return once.commit(form, url_for(".fill", **call_filters.asked().kept))
    left = [due for due in filled if followup_list.key(due) in wrong]
    if kept:
        db.session.commit()
        flash(
            f"{plural(kept, 'ligne enregistrée', 'lignes enregistrées')}\u00a0; les autres sont à reprendre.",
            "warning",
        )
    else:
        db.session.rollback()
    for key, sentence in wrong.items():
        form.refuse(sentence, f"situation_{key}")
    form.submission.data = secrets.token_urlsafe(18)  # this sending is over: the next one is another
    return _page(form, left, shown)


@blueprint.route("/coller", methods=["GET", "POST"])
def paste() -> ResponseReturnValue:
    """Lines of the référent’s software: each one matched or not, then the grid filled with those that are; nothing is written."""
    form = PasteForm()
    if not form.validate_on_submit():
        return page("facilitators/followups/paste.html", form)
    try:
        lines = followup_pastes.read(form.text.data or "")
    except Refused as refused:
        form.refuse(refused, "text")
        return page("facilitators/followups/paste.html", form)
    if not any(line.told for line in lines):
        form.refuse(_none_read(lines), "text")
        return page("facilitators/followups/paste.html", form)
    found = followup_grid.match(db.session(), lines, _reached())
    good = [each for each in found if each.due]
    dues = [each.due for each in good if each.due]
    filled = grid_form([followup_list.key(due) for due in dues])(formdata=None, data=_cells(good))
    return _page(filled, dues, None, found=found, text=form.text.data)


def _none_read(lines: Sequence[Line]) -> str:
    if not lines:
        return f"Aucune ligne ne se lit\u00a0: sous les titres, collez une ligne par personne ({ORDER})."
    return f"Aucune ligne ne se lit. Ligne {lines[0].number}\u00a0: {lines[0].problem}"


def _cells(good: Sequence[Matched]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for each in good:
        told, key = each.line.told, followup_list.key(each.due) if each.due else ""
        if told:
            cells |= {
                f"outcome_{key}": FollowUpOutcome.answered.value,
                f"situation_{key}": told.situation.value,
                f"since_{key}": told.since_on,
                f"hours_{key}": told.weekly_hours,
            }
    return cells


def _reached() -> list[Due]:
    return followup_grid.reached(db.session(), visibility.persons(access.current()), clock.today())


def _people() -> Select[Any]:
    return visibility.persons(access.current()).with_only_columns(Person.id)


def _filtered(dues: Sequence[Due]) -> list[Due]:
    """Those that the filters of the list leave; a state that wants no answer filters nothing here."""
    wanted = call_filters.asked().wanted
    states = [each for each in wanted.states if each in OPEN]
    kept = call_list.names(db.session(), _people(), replace(wanted, states=states or OPEN), clock.today())
    return [due for due in dues if followup_list.key(due) in kept]


def _page(
    form: GridForm,
    dues: Sequence[Due],
    shown: offsets.Page | None,
    found: Sequence[Matched] = (),
    text: str | None = None,
) -> ResponseReturnValue:
    access.saw("list", "follow_up", None, access.current().territory_id or None)
    session, asked, people, on = db.session(), call_filters.asked(), _people(), clock.today()
    return page(
        "facilitators/followups/grid.html",
        form,
        dues=dues,
        keys=[followup_list.key(due) for due in dues],
        names=followup_list.names(session, dues),
        asked=asked,
        states=call_filters.open_states(call_list.counts(session, people, asked.wanted, on)),
        choices=call_list.choices(session, people, on),
        columns=COLUMNS,
        shown=shown,
        found=found,
        pasted=text is not None,
        number=number,
    )
