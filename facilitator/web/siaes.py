"""The SIAE's pages, over all territories: what to answer, its contracts, its hours."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from facilitator import access, employer_lists, visibility
from facilitator.db import db
from facilitator.vocabulary import ContractType, TimesheetState
from facilitator.web import clock, offsets, placement_answers
from facilitator.web.placement_answers import Audience

blueprint = Blueprint("siaes", __name__, url_prefix="/siae")
ANSWERS = Audience("siaes", "Mises à l’emploi")
CURRENT = (TimesheetState.declared, TimesheetState.validated, TimesheetState.refused)


@blueprint.get("/mises-a-l-emploi")
def placements() -> ResponseReturnValue:
    """What is asked of us, the oldest question first, then what we answered."""
    rows = employer_lists.to_answer(visibility.placements(access.current()))
    access.saw("list", "placement", None)
    return render_template("siaes/placements.html", shown=offsets.of_query(rows), on=clock.today())


@blueprint.route("/mises-a-l-emploi/<int:placement_id>", methods=["GET", "POST"])
def placement(placement_id: int) -> ResponseReturnValue:
    """One proposal: confirm it with the contract signed."""
    return placement_answers.confirm(placement_id, ANSWERS)


@blueprint.post("/mises-a-l-emploi/<int:placement_id>/decliner")
def decline(placement_id: int) -> ResponseReturnValue:
    """Say that it is not possible, and why."""
    return placement_answers.decline(placement_id, ANSWERS)


@blueprint.get("/contrats")
def contracts() -> ResponseReturnValue:
    """Our contracts with people on an insertion path."""
    shown = offsets.of_query(employer_lists.contracts(visibility.contracts(access.current())))
    access.saw("list", "contract", None)
    labels = {each.value: each.label for each in ContractType}
    return render_template("siaes/contracts.html", shown=shown, labels=labels, on=clock.today())


@blueprint.get("/heures")
def hours() -> ResponseReturnValue:
    """Our relevés: where each stands, why it was refused or not retained, and what would mend it."""
    state = request.args.get("etat", "")
    states = [each for each in CURRENT if each.value == state] or list(CURRENT)
    rows = employer_lists.sheets(visibility.timesheets(access.current()), states)
    shown = offsets.of_query(rows)
    access.saw("list", "timesheet", None)
    return render_template(
        "siaes/hours.html",
        shown=shown,
        verdicts=employer_lists.verdicts(db.session(), [row.id for row in shown.rows]),
        states=[("", "Tous"), *((each.value, each.label) for each in CURRENT)],
        state=state,
        labels={each.value: each.label for each in CURRENT},
    )
