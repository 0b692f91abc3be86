"""Facilitators: the objectives of the PLIE, gauge by gauge, with the exits behind each."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from facilitator import access, french, plie_exits, plie_objectives
from facilitator.db import db
from facilitator.outcomes import MILESTONES
from facilitator.plie_objectives import FollowedExit, PlieObjectives, PlieRow, Public
from facilitator.rules import Rules
from facilitator.territories import rules_by_territory
from facilitator.web import clock, objective_files, offsets
from reports import objective_tables

blueprint = Blueprint("objectives", __name__, url_prefix="/objectifs")


@dataclass(frozen=True)
class _Asked:
    found: PlieObjectives
    exits: list[FollowedExit]
    years: list[int]
    rules: Rules


@blueprint.get("")
def plie() -> ResponseReturnValue:
    """The three gauges of a year at one milestone, beside the chain that they rest on."""
    asked = _asked()
    return render_template(
        "facilitators/objectives/plie.html",
        found=asked.found,
        year_choices=objective_files.years(asked.years),
        rules=asked.rules,
        publics=Public.choices(),
        milestones=[(each, f"à {each} mois") for each in MILESTONES],
        rows=[(row, len(plie_objectives.of_row(asked.exits, row))) for row in PlieRow],
        on=clock.today(),
    )


@blueprint.get("/sorties")
def exits() -> ResponseReturnValue:
    """The exits behind a figure of the gauges."""
    asked = _asked()
    row = objective_files.code("ligne", PlieRow, PlieRow.all)
    shown = offsets.of_list(plie_objectives.of_row(asked.exits, row))
    access.saw("list", "follow_up", None, access.current().territory_id)
    return render_template(
        "facilitators/objectives/plie_exits.html",
        found=asked.found,
        row=row,
        rows=PlieRow.choices(),
        shown=shown,
        names=plie_exits.names(db.session(), shown.rows),
    )


@blueprint.get("/plie.xlsx")
def plie_workbook() -> Response:
    """The gauges, the chain and the exits behind them, by name."""
    asked = _asked()
    found, member = asked.found, access.current()
    names = plie_exits.names(db.session(), asked.exits)
    access.saw("export", "follow_up", None, member.territory_id)
    about = f"{member.place}, dates de référence de {found.year}, à {found.months} mois, {found.public.label.lower()}, situation au {french.date(clock.today())}."
    return objective_files.download(
        f"Objectifs du PLIE {found.year}", about, objective_tables.plie(found, asked.exits, names)
    )


def _asked() -> _Asked:
    session, on, territory_id = db.session(), clock.today(), access.current().territory_id
    exits = plie_exits.of_territory(session, territory_id, on)
    years = plie_objectives.years(exits)
    year = objective_files.year("annee", years)
    months = objective_files.number("echeance", MILESTONES, MILESTONES[0]) or MILESTONES[0]
    public = objective_files.code("public", Public, Public.participants)
    rules = rules_by_territory(session, {territory_id})[territory_id].on(min(on, on.replace(year, 12, 31)))
    found = plie_objectives.objectives(exits, year, months, public, rules)
    return _Asked(found, plie_objectives.chosen(exits, year, months, public), years, rules)
