"""Buyers: the indicators of their own SPASER, and what their publications should say; figures, never a person."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from facilitator import access, decp_values, followed_markets, french, npnru_figures, spaser_figures
from facilitator import spaser as indicators
from facilitator.db import db
from facilitator.decp_values import TO_MEND, Publication
from facilitator.organisations import Organisation
from facilitator.spaser import Spaser, SpaserRow
from facilitator.web import clock, objective_files
from reports import objective_tables

blueprint = Blueprint("buyer_objectives", __name__, url_prefix="/mes-marches/achats-responsables")


@blueprint.get("")
def spaser() -> ResponseReturnValue:
    """The indicators of a year, over all territories."""
    found, years = _spaser()
    row = objective_files.code("ligne", SpaserRow, SpaserRow.all)
    return render_template(
        "authorities/spaser.html", found=found, row=row, year_choices=objective_files.years(years)
    )


@blueprint.get("/spaser.xlsx")
def spaser_workbook() -> Response:
    """The same as a workbook."""
    found, _ = _spaser()
    about = f"{found.buyer}, marchés notifiés en {found.year}, situation au {french.date(found.on)}."
    return objective_files.download(f"SPASER {found.year}", about, objective_tables.spaser(found))


def _spaser() -> tuple[Spaser, list[int]]:
    session, buyer = db.session(), _buyer()
    markets = followed_markets.of_buyer(session, buyer.id)
    years = indicators.years(markets)
    year = objective_files.year("annee", years)
    return spaser_figures.of_buyer(session, buyer, markets, year, clock.today()), years


@blueprint.get("/renouvellement-urbain")
def renewal() -> ResponseReturnValue:
    """What the buyer has in operations of urban renewal; small groups of people are masked."""
    lines = npnru_figures.of_buyer(db.session(), _buyer().id, clock.today())
    return render_template("authorities/renewal.html", lines=lines, on=clock.today())


@blueprint.get("/renouvellement-urbain.xlsx")
def renewal_workbook() -> Response:
    """The same as a workbook."""
    buyer, today = _buyer(), clock.today()
    lines = npnru_figures.of_buyer(db.session(), buyer.id, today)
    about = f"{buyer.label}, au {french.date(today)}."
    return objective_files.download("NPNRU et GUP", about, objective_tables.renewal(lines))


@blueprint.get("/declarations")
def publications() -> ResponseReturnValue:
    """The publications that say nothing of the clause, or something else than the lots."""
    every = _publications()
    return render_template(
        "authorities/publications.html",
        counts_shown=decp_values.counts_shown(every),
        rows=decp_values.chosen(every, TO_MEND, None),
    )


@blueprint.get("/declarations.xlsx")
def publications_workbook() -> Response:
    """Every market with the value to declare."""
    about = f"{_buyer().label}, au {french.date(clock.today())}."
    title = "Considérations sociales à déclarer"
    return objective_files.download(title, about, objective_tables.publications(_publications()))


def _publications() -> list[Publication]:
    return [Publication(each) for each in followed_markets.of_buyer(db.session(), _buyer().id)]


def _buyer() -> Organisation:
    return access.organisation_or_404(access.current().organisation_id)
