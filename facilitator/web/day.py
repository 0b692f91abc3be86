"""«Ma journée»: what waits for me, what waits for others and since when, what will soon go wrong."""

from typing import Any

from flask import Blueprint, current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from facilitator import (
    access,
    alerts,
    attestation_watch,
    call_list,
    contact_changes,
    contacts,
    days,
    journal,
    penalty_lists,
    placement_letters,
    request_lists,
    unhired,
    visibility,
)
from facilitator.alerts import WatchedLot
from facilitator.call_list import Wanted
from facilitator.db import db
from facilitator.followup_list import OPEN, CallState
from facilitator.forms.answers import ReminderForm
from facilitator.people import Person
from facilitator.settling import Step
from facilitator.vocabulary import Pace
from facilitator.web import clock, once

blueprint = Blueprint("day", __name__, url_prefix="/ma-journee")
SHOWN_LOTS = 15
WEEKDAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The facilitator's first page: the same number of selects however long the day."""
    session, member, on = db.session(), access.current(), clock.today()
    territory_id, month = member.territory_id, days.last_month(on)
    lots = alerts.watched_lots(session, territory_id, on)
    mine = visibility.persons(member).with_only_columns(Person.id)
    calls = call_list.counts(session, mine, Wanted(), on)
    access.saw("list", "placement", None, territory_id)
    return render_template(
        "facilitators/day/show.html",
        on=on,
        weekday=WEEKDAYS[on.weekday()],
        place=member.place,
        form=ReminderForm(),
        counts=days.counts(session, territory_id, on),
        fiches=days.open_fiches(session, territory_id),
        attestations=attestation_watch.to_see(session, territory_id, journal.now()),
        requests=request_lists.waiting(session, territory_id),
        declined=days.declined(session, territory_id, on),
        calls=sum(calls[state] for state in OPEN),
        late_calls=calls[CallState.late],
        awaited=days.awaited(session, territory_id),
        month=month,
        silent=days.silent(session, territory_id, month),
        penalties=penalty_lists.awaited(session, visibility.penalty_files(member), on),
        difficulties=penalty_lists.unanswered(session, territory_id),
        windows=alerts.ending_windows(session, territory_id, on),
        lost=contacts.lost(session, territory_id),
        proposals=contact_changes.waiting(session, territory_id),
        unhired=unhired.count(session, territory_id, on),
        **_lots(lots, on),
    )


def _lots(lots: list[WatchedLot], on: Any) -> dict[str, Any]:
    running = alerts.under_way(lots, on)
    return {
        "to_attest": alerts.to_settle(lots, Step.attest),
        "to_penalise": alerts.to_settle(lots, Step.state_penalty),
        "critical": sum(lot.statement.pace is Pace.critical for lot in running),
        "ending": alerts.ending_lots(running, on),
        "lots": running[:SHOWN_LOTS],
        "lots_in_all": len(running),
    }


@blueprint.post("/mises-a-l-emploi/<int:placement_id>/relancer")
def remind(placement_id: int) -> ResponseReturnValue:
    """Ask an employer again, by a new letter whose link replaces the one before."""
    placement, form = access.placement_or_404(placement_id, lock=True), ReminderForm()
    form.validate_on_submit()
    if replay := once.replayed(form):
        return replay
    recipient = placement_letters.employer_address(db.session(), placement)
    if recipient is None:
        flash(
            "Aucune adresse n’est connue pour cet employeur\u00a0: appelez-le, ou ajoutez un contact à son"
            " organisation, puis relancez.",
            "warning",
        )
        return once.commit(form, url_for("placements.show", placement_id=placement.id))
    placement_letters.remind(
        db.session(),
        placement,
        recipient,
        at=journal.now(),
        base_url=current_app.config["SETTINGS"].base_url,
        by=access.current().user_id,
    )
    flash(f"Une relance part vers {recipient}\u00a0; son lien remplace le précédent.", "done")
    return once.commit(form, url_for(".show"))
