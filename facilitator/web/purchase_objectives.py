"""Facilitators: the indicators of a buyer’s SPASER, and what the DECP of each market should declare."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from facilitator import access, decp_values, followed_markets, french, spaser_figures
from facilitator import spaser as indicators
from facilitator.db import db
from facilitator.decp_values import TO_MEND, Publication, PublicationState
from facilitator.organisations import Organisation
from facilitator.spaser import Spaser, SpaserRow
from facilitator.web import clock, objective_files, offsets
from reports import objective_tables

blueprint = Blueprint("purchase_objectives", __name__, url_prefix="/objectifs")
TO_DO, ALL = "", "tous"


@blueprint.get("/spaser")
def spaser() -> ResponseReturnValue:
    """One buyer and one year: markets by consideration, hours, structures reached."""
    found, choices = _spaser()
    row = objective_files.code("ligne", SpaserRow, SpaserRow.all)
    return render_template("facilitators/objectives/spaser.html", found=found, row=row, **choices)


@blueprint.get("/spaser.xlsx")
def spaser_workbook() -> Response:
    """The same as a workbook; without any market yet, empty tables."""
    found, _ = _spaser()
    if found is None:
        return objective_files.download(
            "SPASER", "Aucun marché notifié n’est suivi.", objective_tables.publications([])
        )
    about = f"{access.current().place}, {found.buyer}, marchés notifiés en {found.year}, situation au {french.date(found.on)}."
    title = f"SPASER {found.year} – {found.buyer}"
    return objective_files.download(title, about, objective_tables.spaser(found))


def _spaser() -> tuple[Spaser | None, dict[str, object]]:
    session, territory_id = db.session(), access.current().territory_id
    markets = followed_markets.of_territory(session, territory_id)
    buyers, years = followed_markets.buyers(markets), indicators.years(markets)
    year = objective_files.year("annee", years)
    ids = [id_ for id_, _ in buyers]
    buyer_id = objective_files.number("acheteur", ids, ids[0] if ids else None)
    choices: dict[str, object] = {
        "buyers": buyers,
        "year_choices": objective_files.years(years),
        "buyer_id": buyer_id,
    }
    if buyer_id is None:
        return None, choices
    buyer = session.get_one(Organisation, buyer_id)
    found = spaser_figures.of_buyer(session, buyer, markets, year, clock.today(), territory_id)
    return found, choices


@blueprint.get("/declarations")
def publications() -> ResponseReturnValue:
    """The value that each market should declare, and the publications that say otherwise or nothing."""
    every, buyers = _publications()
    state, buyer_id = _state(), _buyer(buyers)
    of_buyer = decp_values.chosen(every, tuple(PublicationState), buyer_id)
    return render_template(
        "facilitators/objectives/publications.html",
        counts_shown=decp_values.counts_shown(of_buyer),
        shown=offsets.of_list(decp_values.chosen(of_buyer, _states(state), None)),
        state=state,
        choices=[(TO_DO, "À corriger ou muettes"), *PublicationState.choices(), (ALL, "Tous")],
        buyers=[("", "tous"), *buyers],
        buyer_id=buyer_id,
    )


@blueprint.get("/declarations.xlsx")
def publications_workbook() -> Response:
    """The list that is shown, as a workbook."""
    every, buyers = _publications()
    rows = decp_values.chosen(every, _states(_state()), _buyer(buyers))
    about = f"{access.current().place}, au {french.date(clock.today())}."
    title = "Considérations sociales à déclarer"
    return objective_files.download(title, about, objective_tables.publications(rows))


def _publications() -> tuple[list[Publication], list[tuple[int, str]]]:
    markets = followed_markets.of_territory(db.session(), access.current().territory_id)
    return [Publication(each) for each in markets], followed_markets.buyers(markets)


def _buyer(buyers: list[tuple[int, str]]) -> int | None:
    return objective_files.number("acheteur", [id_ for id_, _ in buyers], None)


def _state() -> str:
    """The state asked in the address: one, all, or by default what is to be mended."""
    asked = request.args.get("etat", TO_DO)
    return asked if asked in (ALL, *PublicationState) else TO_DO


def _states(asked: str) -> tuple[PublicationState, ...]:
    if asked == ALL:
        return tuple(PublicationState)
    return (PublicationState(asked),) if asked else TO_MEND
