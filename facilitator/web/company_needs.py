"""Needs, for the company of a lot: it says whom it looks for, its territory publishes."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, awards, needs
from facilitator.db import db
from facilitator.forms.needs import AskedNeedForm
from facilitator.web import clock, sheets
from facilitator.web.sheets import Sheet

blueprint = Blueprint("company_needs", __name__, url_prefix="/entreprise")


@blueprint.route("/lots/<int:lot_id>/besoin", methods=["GET", "POST"])
def ask(lot_id: int) -> ResponseReturnValue:
    """Say whom we look for on one of our lots."""
    lot, member, form = access.lot_or_404(lot_id), access.current(), AskedNeedForm()
    award = awards.of_company(db.session(), lot_id, member.organisation_id or 0)
    if award is None:
        abort(404)
    back = url_for("companies.lot", lot_id=lot_id)
    heading = "Dire un besoin de personnes"
    sheet = Sheet(
        heading=heading,
        submit="Envoyer au territoire",
        back=back,
        crumbs=(("Vos lots", url_for("companies.lots")), (lot.title, back), (heading, None)),
        intro="Le territoire publie ce besoin auprès des prescripteurs et des structures d’insertion, puis vous propose des personnes.",
        template="facilitators/needs/edit.html",
    )

    def verb() -> str:
        needs.ask(db.session(), lot, award, form.wanted(), on=clock.today(), by=member.user_id)
        return back

    return sheets.answer(
        form, sheet, verb, "Votre besoin est transmis\u00a0: c’est au territoire de le publier."
    )
