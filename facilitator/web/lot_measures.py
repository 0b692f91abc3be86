"""Facilitators: what the bases «montants facturés» and «heures du chantier» ask for as the works go on."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, ledger
from facilitator.db import db
from facilitator.forms.commitments import InvoicingForm, SiteHoursForm
from facilitator.web import acts, lot_pages

blueprint = Blueprint("lot_measures", __name__, url_prefix="/lots/<int:lot_id>")


@blueprint.route("/facturation", methods=["GET", "POST"])
def invoicing(lot_id: int) -> ResponseReturnValue:
    """Note a cumulated invoicing; the ledger follows."""
    lot = access.lot_or_404(lot_id, lock=True)
    form, back = InvoicingForm(), url_for("engagement.show", lot_id=lot_id)
    if form.validate_on_submit():
        by = access.current().user_id
        answer = acts.do(
            form,
            lambda: ledger.record_invoicing(
                db.session(), lot, form.closed_on.data, form.cumulated.data, by=by
            ),
            back,
            "La facturation est notée\u00a0; l’engagement en tient compte.",
        )
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Noter la facturation cumulée",
        "Noter la facturation",
        back,
        "Une ligne s’ajoute à l’engagement quand une nouvelle heure est due, ou cesse de l’être.",
    )


@blueprint.route("/heures-du-chantier", methods=["GET", "POST"])
def site_hours(lot_id: int) -> ResponseReturnValue:
    """Note all hours of the site in a month; the ledger follows."""
    lot = access.lot_or_404(lot_id, lock=True)
    form, back = SiteHoursForm(), url_for("engagement.show", lot_id=lot_id)
    if form.validate_on_submit():
        by = access.current().user_id
        answer = acts.do(
            form,
            lambda: ledger.record_site_hours(db.session(), lot, form.month.data, form.hours.data, by=by),
            back,
            "Les heures du chantier sont notées\u00a0; l’engagement en tient compte.",
        )
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Noter les heures du chantier",
        "Noter les heures",
        back,
        "Toutes les heures travaillées dans le mois, par toutes les entreprises, insertion comprise.",
    )
