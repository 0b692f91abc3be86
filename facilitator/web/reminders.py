"""Facilitators: who would get which reminder now, sent for one or for all; who has nobody to write to; what was sent."""

import datetime
from itertools import groupby

from flask import Blueprint, current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, contacts, journal, reminder_plan, reminders, territories
from facilitator.db import db
from facilitator.forms.reminders import SendAllForm, SendReminderForm
from facilitator.french import plural
from facilitator.reminder_plan import Letter, Plan
from facilitator.reminders_due import Due
from facilitator.web import clock, once

blueprint = Blueprint("reminders", __name__, url_prefix="/relances")
SHOWN = 50  # letters of the history


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The dry run on screen: nothing leaves by looking."""
    session, on, territory_id = db.session(), clock.today(), access.current().territory_id
    plan = _plan(on)
    days = territories.rules_of(session, territory_id).on(on).reminder_days
    access.saw("list", "reminder", None, territory_id)
    return render_template(
        "facilitators/reminders/index.html",
        on=on,
        days=days,
        following=reminder_plan.next_day(days, on),
        letters=[(each, _by_organisation(plan, each.of_territory(territory_id))) for each in plan.letters],
        ready=sum(each.sent is None for each in plan.letters),
        unreachable=plan.unreachable,
        too_old=_by_organisation(plan, plan.too_old),
        names=plan.organisations,
        lost=contacts.unreachable(session, territory_id),
        history=reminders.history(session, territory_id, SHOWN),
        form=SendReminderForm(formdata=None),
        all_form=SendAllForm(formdata=None),
    )


@blueprint.post("/envoyer")
def send_one() -> ResponseReturnValue:
    """Write the letter of one address; said twice, it leaves once."""
    form = SendReminderForm()
    form.validate_on_submit()
    if replay := once.replayed(form):
        return replay
    wanted = [each for each in _plan(clock.today()).letters if each.recipient == form.recipient.data]
    _tell(_send(wanted), len(wanted))
    return once.commit(form, url_for(".index"))


@blueprint.post("/tout-envoyer")
def send_all() -> ResponseReturnValue:
    """Write every letter that has not left in this round."""
    form = SendAllForm()
    form.validate_on_submit()
    if replay := once.replayed(form):
        return replay
    wanted = _plan(clock.today()).letters
    _tell(_send(wanted), len(wanted))
    return once.commit(form, url_for(".index"))


def _plan(on: datetime.date) -> Plan:
    return reminder_plan.concerning(reminder_plan.plan(db.session(), on), [access.current().territory_id])


def _send(letters: list[Letter] | tuple[Letter, ...]) -> int:
    base_url, by = current_app.config["SETTINGS"].base_url, access.current().user_id
    written = [
        reminders.send(db.session(), each, at=journal.now(), base_url=base_url, by=by)
        for each in letters
        if each.sent is None
    ]
    return sum(mail is not None for mail in written)


def _tell(written: int, wanted: int) -> None:
    if written:
        flash(f"{plural(written, 'lettre part', 'lettres partent')} avec le prochain envoi.", "done")
    elif wanted:
        flash(
            "La lettre de ce jour de relance est déjà écrite\u00a0: personne n’en reçoit deux. Appelez plutôt.",
            "warning",
        )
    else:
        flash("Plus rien n’est à demander à cette adresse\u00a0: aucune lettre ne part.", "warning")


def _by_organisation(plan: Plan, items: tuple[Due, ...]) -> list[tuple[int, str, list[Due]]]:
    return [
        (key, plan.organisations[key], list(group))
        for key, group in groupby(items, lambda each: each.organisation_id)
    ]
