"""Facilitators: operations of urban renewal against the hours of their sites, and whose hours they are."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from facilitator import access, french, npnru_figures
from facilitator.db import db
from facilitator.npnru import ProjectLine
from facilitator.web import clock, objective_files
from reports import objective_tables

blueprint = Blueprint("renewal_objectives", __name__, url_prefix="/objectifs")


@blueprint.get("/renouvellement-urbain")
def index() -> ResponseReturnValue:
    """Each operation, then each of its buyers."""
    return render_template("facilitators/objectives/renewal.html", lines=_lines(), on=clock.today())


@blueprint.get("/renouvellement-urbain.xlsx")
def workbook() -> Response:
    """The same as a workbook."""
    about = f"{access.current().place}, au {french.date(clock.today())}."
    return objective_files.download("NPNRU et GUP", about, objective_tables.renewal(_lines()))


def _lines() -> list[ProjectLine]:
    return npnru_figures.of_territory(db.session(), access.current().territory_id, clock.today())
