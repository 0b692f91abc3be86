"""Attestations: issued and revoked by facilitators, downloaded by whom they are about, checked by anyone."""

from flask import Blueprint, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import undefer

from facilitator import access, attestations, french, journal, sign_in_delays, statements
from facilitator.attestations import Attestation
from facilitator.awards import Award
from facilitator.db import db
from facilitator.forms.bilans import CheckForm, IssueForm, RevokeForm
from facilitator.markets import Lot
from facilitator.statement import Statement
from facilitator.web import clock, lot_pages, sheets
from facilitator.web.answers import page
from facilitator.web.frozen_bilans import PDF, download
from facilitator.web.sheets import Sheet

blueprint = Blueprint("attestations", __name__)
# One sentence, whichever of the two is wrong: nobody learns which numbers exist.
UNKNOWN = (
    "Ce numéro et ce code ne vont pas ensemble\u00a0: recopiez-les depuis l’attestation, ou demandez-la de"
    " nouveau à qui vous l’a remise."
)


@blueprint.get("/attestations/<int:attestation_id>")
def show(attestation_id: int) -> ResponseReturnValue:
    """One attestation with the months and relevés that prove it, its flag or why it was revoked."""
    issued = access.attestation_or_404(attestation_id)
    lot = lot_pages.lot_or_404(issued.lot_id)
    return render_template("facilitators/bilans/attestation.html", issued=issued, lot=lot)


@blueprint.get("/attestations/<int:attestation_id>.pdf")
def pdf(attestation_id: int) -> ResponseReturnValue:
    """The page as it was issued, byte for byte."""
    issued = access.attestation_or_404(attestation_id, options=(undefer(Attestation.pdf),))
    return download(issued.pdf, PDF, f"Attestation clause sociale – {issued.label}.pdf")


@blueprint.route("/lots/<int:lot_id>/attestations/delivrer", methods=["GET", "POST"])
def issue(lot_id: int) -> ResponseReturnValue:
    """Issue the attestation of a lot, or of one company where each answers for its share."""
    lot = lot_pages.lot_or_404(lot_id)
    statement = statements.of_lot(db.session(), lot.id, clock.today())
    form, back = _issue_form(statement), url_for("frozen_bilans.of_lot", lot_id=lot.id)
    about = Sheet(
        heading="Délivrer l’attestation de bonne exécution",
        submit="Délivrer l’attestation",
        back=back,
        crumbs=((f"Lot {lot.number} – {lot.title}", url_for("lots.show", lot_id=lot.id)), ("Bilans", back), ("Délivrer", None)),
        facts=_figures(statement),
        intro="L’attestation reçoit un numéro et un code\u00a0; chacun peut la vérifier. Elle est révoquée d’elle-même si une correction ramène les heures sous l’engagement.",
    )  # fmt: skip
    return sheets.answer(form, about, lambda: _issued(lot, form), "L’attestation est délivrée.")


def _issue_form(statement: Statement) -> IssueForm:
    """A company is chosen only where each answers for its share."""
    end = statement.end if statement.ended else None
    form = IssueForm(data={"closed_on": end or statement.on})
    if statement.penalty_binding_by_award:
        form.award.offer((str(each.award_id), each.label) for each in statement.awards)
    else:
        del form.award
    return form


def _figures(statement: Statement) -> list[tuple[str, ...]]:
    if not statement.defined:
        return [("Engagées", "heures à définir")]
    told: list[tuple[str, ...]] = [
        ("Engagées à ce jour", french.hours(statement.owed)),
        ("Retenues à ce jour", french.hours(statement.retained)),
        ("Reste", french.hours(statement.left)),
    ]
    if statement.penalty_binding_by_award:
        told += [(each.label, f"reste {french.hours(each.left)}") for each in statement.awards]
    return told


def _issued(lot: Lot, form: IssueForm) -> str:
    assert form.closed_on.data  # validated
    chosen = form.award.data if "award" in form else None
    award: Award | None = access.award_or_404(int(chosen)) if chosen else None
    made = attestations.issue(
        db.session(),
        lot,
        award,
        closed_on=form.closed_on.data,
        on=clock.today(),
        at=journal.now(),
        by=access.current().user_id,
        base_url=current_app.config["SETTINGS"].base_url,
    )
    return url_for(".show", attestation_id=made.id)


@blueprint.route("/attestations/<int:attestation_id>/revoquer", methods=["GET", "POST"])
def revoke(attestation_id: int) -> ResponseReturnValue:
    """Say publicly that an attestation is no longer valid, and why."""
    issued = access.attestation_or_404(attestation_id, lock=request.method == "POST")
    form, back = RevokeForm(), url_for(".show", attestation_id=issued.id)
    about = Sheet(
        heading=f"Révoquer l’attestation n°\u00a0{issued.label}",
        submit="Révoquer l’attestation",
        back=back,
        crumbs=((f"Attestation {issued.label}", back), ("Révoquer", None)),
        intro="Qui la vérifiera lira qu’elle n’est plus valable, depuis quel jour, et ce motif. Une révocation ne se reprend pas\u00a0: vous pourrez délivrer une autre attestation.",
    )

    def verb() -> str:
        attestations.revoke(
            db.session(), issued, form.reason.data or "", at=journal.now(), by=access.current().user_id
        )
        return back

    return sheets.answer(form, about, verb, "L’attestation est révoquée.")


@blueprint.route("/attestation", methods=["GET", "POST"])
def check() -> ResponseReturnValue:
    """Anyone: a number and its code give what was attested, and whether it still holds."""
    form = CheckForm(
        data={"number": request.args.get("numero", "")[:20]} if request.method == "GET" else None
    )
    if not form.validate_on_submit():
        return _checked(form, None)
    at, visitor = journal.now(), f"attestation {request.remote_addr or ''}"
    wait = sign_in_delays.count_try(db.session(), visitor, at=at)
    db.session.commit()
    if wait:
        form.refuse(f"Trop d’essais de suite\u00a0: recommencez dans {french.plural(wait, 'seconde')}.")
        return _checked(form, None, 429, {"Retry-After": str(wait)})
    found = attestations.checked(db.session(), form.number.data or "", form.code.data or "")
    if found is None:
        form.refuse(UNKNOWN)
    else:
        sign_in_delays.forget_tries(db.session(), visitor)
        db.session.commit()
    return _checked(form, found)


def _checked(
    form: CheckForm,
    found: Attestation | None,
    status: int | None = None,
    headers: dict[str, str] | None = None,
) -> ResponseReturnValue:
    """The page, which no search engine keeps."""
    body, usual = page("public/attestation.html", form, found=found)
    answer = make_response(body, status or usual, headers or {})
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
