"""Buyers: where their markets stand, over all territories, and the workbook of them; figures, never a person."""

from io import BytesIO

from flask import Blueprint, Response, abort, render_template, request, send_file

from facilitator import access, bilans
from facilitator.db import db
from facilitator.web import as_of, clock
from reports import compliance_workbook

blueprint = Blueprint("authorities", __name__, url_prefix="/mes-marches")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
def index() -> str:
    """All markets of the buyer, a sentence for each."""
    member, on = access.current(), as_of.asked()
    found = bilans.situation(db.session(), member.organisation_id, on)
    return render_template("authorities/index.html", situation=found, today=clock.today())


@blueprint.get("/<int:market_id>")
def market(market_id: int) -> str:
    """One market, lot by lot; only the buyer’s own markets are looked through."""
    member, on = access.current(), as_of.asked()
    found = bilans.situation(db.session(), member.organisation_id, on, market_id=market_id)
    if not found.markets:
        abort(404)
    return render_template(
        "authorities/market.html", situation=found, market=found.markets[0], today=clock.today()
    )


@blueprint.get("/bilan.xlsx")
def bilan() -> Response:
    """The workbook of all markets, or of the one that `marche` names."""
    on, asked = as_of.asked(), request.args.get("marche", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 12):
        abort(404)
    of_market = access.market_or_404(int(asked)) if asked else None
    buyer = access.organisation_or_404(access.current().organisation_id)
    found = bilans.of_authority(db.session(), buyer, on, clock.today(), of_market)
    access.saw("export_bilan", "market" if of_market else "organisation", (of_market or buyer).id)
    content = compliance_workbook.build(found)
    name = compliance_workbook.file_name(found)
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)
