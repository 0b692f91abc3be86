"""Globalisations: recording that one company’s hours may be shared over several lots."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitator import access, globalisations
from facilitator.db import db
from facilitator.forms.hours import ConsentForm, globalisation_form
from facilitator.hours import GlobalisationLot
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.web import sheets
from facilitator.web.employer_choice import asked
from facilitator.web.sheets import Sheet

blueprint = Blueprint("globalisations", __name__, url_prefix="/globalisations")
HEADING = "Globalisation des heures d’une entreprise"


@blueprint.route("/nouvelle", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Choose the company, then its lots, the date of effect, and each buyer’s consent."""
    member, company_id = access.current(), asked("entreprise")
    if company_id is None:
        known = globalisations.companies(db.session(), member.territory_id)
        return render_template("facilitators/hours/globalisation_company.html", companies=known)
    company = access.organisation_or_404(company_id)
    form = globalisation_form(globalisations.candidates(db.session(), member.territory_id, company.id))()
    sheet = Sheet(
        heading=f"{HEADING} – {company.label}",
        submit="Enregistrer la globalisation",
        back=url_for("timesheets.queue"),
        crumbs=(("Relevés", url_for("timesheets.queue")), ("Globalisation", None)),
        intro="Les heures ne vont sur un autre lot qu’à partir de l’accord de son acheteur.",
        template="facilitators/hours/globalisation.html",
    )

    def verb() -> str:
        assert form.effective_on.data  # validated
        agreement = globalisations.record(
            db.session(),
            member.territory_id,
            company_id,
            form.consents(),
            effective_on=form.effective_on.data,
            document=form.document.data,
            by=member.user_id,
        )
        return url_for(".show", globalisation_id=agreement.id)

    return sheets.answer(form, sheet, verb, "La globalisation est enregistrée.")


@blueprint.route("/<int:globalisation_id>", methods=["GET", "POST"])
def show(globalisation_id: int) -> ResponseReturnValue:
    """One agreement: its lots, and the consent that a buyer still owes."""
    agreement = access.globalisation_or_404(globalisation_id, lock=request.method == "POST")
    rows = db.session.execute(
        select(GlobalisationLot.lot_id, GlobalisationLot.consented_on, Lot.number, Lot.title, Market.object)
        .join(Lot, Lot.id == GlobalisationLot.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(GlobalisationLot.globalisation_id == agreement.id)
        .order_by(Lot.id)
    ).all()
    form = ConsentForm()
    form.lot.offer(
        (str(row.lot_id), f"{row.object} – lot {row.number}") for row in rows if row.consented_on is None
    )
    back = url_for(".show", globalisation_id=agreement.id)
    company = db.session.get_one(Organisation, agreement.company_id)
    sheet = Sheet(
        heading=f"{HEADING} – {company.label}",
        submit="Noter l’accord de l’acheteur",
        back=back,
        crumbs=(("Relevés", url_for("timesheets.queue")), ("Globalisation", None)),
        template="facilitators/hours/globalisation_show.html",
    )

    def verb() -> str:
        assert form.lot.data and form.consented_on.data  # validated
        globalisations.consent(
            db.session(), agreement, int(form.lot.data), form.consented_on.data, by=access.current().user_id
        )
        return back

    effective_on, document = agreement.effective_on, agreement.document
    return sheets.answer(
        form, sheet, verb, "L’accord de l’acheteur est noté.",
        rows=rows, effective_on=effective_on, document=document,
    )  # fmt: skip
