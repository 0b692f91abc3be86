"""Globalisations: the agreements of a territory, each buyer’s consent, and the corrections that wait for shares."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, globalisations, sharing, visibility
from facilitator.db import db
from facilitator.forms.hours import ConsentForm, globalisation_form
from facilitator.forms.sharing import WithdrawalForm
from facilitator.hours import Globalisation
from facilitator.organisations import Organisation
from facilitator.web import sheets
from facilitator.web.employer_choice import asked
from facilitator.web.sheets import Sheet

blueprint = Blueprint("globalisations", __name__, url_prefix="/globalisations")
HEADING = "Globalisation des heures d’une entreprise"


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The agreements of the territory, and the corrections whose hours wait for their shares."""
    member, session = access.current(), db.session()
    access.saw("list", "timesheet", None, member.territory_id)
    return render_template(
        "facilitators/hours/globalisations.html",
        agreements=session.execute(globalisations.listed(visibility.globalisations(member))).all(),
        waiting=session.execute(sharing.waiting(visibility.timesheets(member))).all(),
    )


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
        back=url_for(".index"),
        crumbs=(
            ("Relevés", url_for("timesheets.queue")),
            ("Globalisations", url_for(".index")),
            ("Nouvelle", None),
        ),
        intro="Les heures ne vont sur un autre lot qu’à partir de l’accord de son donneur d’ordre.",
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
    rows = globalisations.lots_of(db.session(), agreement)
    form, back = ConsentForm(), url_for(".show", globalisation_id=agreement.id)
    form.lot.offer(
        (str(row.lot_id), _label(row)) for row in rows if row.consented_on is None or row.withdrawn_on
    )

    def verb() -> str:
        assert form.lot.data and form.consented_on.data  # validated
        globalisations.consent(
            db.session(), agreement, int(form.lot.data), form.consented_on.data, by=access.current().user_id
        )
        return back

    return sheets.answer(
        form,
        _about(
            agreement, "Noter l’accord du donneur d’ordre", back, "facilitators/hours/globalisation_show.html"
        ),
        verb,
        "L’accord du donneur d’ordre est noté.",
        rows=rows,
        agreement_id=agreement.id,
        effective_on=agreement.effective_on,
        document=agreement.document,
    )


@blueprint.route("/<int:globalisation_id>/retrait", methods=["GET", "POST"])
def withdraw(globalisation_id: int) -> ResponseReturnValue:
    """The buyer of one lot takes its consent back from a day on."""
    agreement = access.globalisation_or_404(globalisation_id, lock=request.method == "POST")
    form, back = WithdrawalForm(), url_for(".show", globalisation_id=agreement.id)
    rows = globalisations.lots_of(db.session(), agreement)
    form.lot.offer((str(row.lot_id), _label(row)) for row in rows if row.consented_on)

    def verb() -> str:
        assert form.lot.data and form.withdrawn_on.data  # validated
        globalisations.withdraw(
            db.session(), agreement, int(form.lot.data), form.withdrawn_on.data, by=access.current().user_id
        )
        return back

    about = _about(
        agreement,
        "Noter le retrait de l’accord",
        back,
        "facilitators/act.html",
        "Noter le retrait d’un accord",
    )
    return sheets.answer(form, about, verb, "Le retrait de l’accord est noté.")


def _about(agreement: Globalisation, submit: str, back: str, template: str, here: str = "") -> Sheet:
    company = db.session.get_one(Organisation, agreement.company_id).label
    crumbs: list[tuple[str, str | None]] = [
        ("Relevés", url_for("timesheets.queue")),
        ("Globalisations", url_for(".index")),
    ]
    crumbs += [(company, back), (here, None)] if here else [(company, None)]
    heading = f"{here or HEADING} – {company}"
    return Sheet(heading=heading, submit=submit, back=back, crumbs=crumbs, template=template)


def _label(row: Any) -> str:
    return f"{row.object} – lot {row.number} {row.title}"
