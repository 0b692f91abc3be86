"""The company's pages: what it owes over all its buyers and territories, and the people that it hires directly."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from facilitator import (
    access,
    company_lots,
    days,
    difficulties,
    employer_lists,
    need_lists,
    penalty_lists,
    recovery_plans,
    subcontractors,
    visibility,
)
from facilitator import documents as register
from facilitator.attestations import Attestation
from facilitator.db import db
from facilitator.document_lists import DocumentList, Reader, list_for
from facilitator.markets import Lot
from facilitator.needs import Need
from facilitator.penalty_files import PenaltyFile
from facilitator.penalty_words import PenaltyActor
from facilitator.vocabulary import AwardRole
from facilitator.web import as_of, clock, document_files, offsets, placement_answers
from facilitator.web.placement_answers import Audience

blueprint = Blueprint("companies", __name__, url_prefix="/entreprise")
ANSWERS = Audience("companies", "Mises à l’emploi")


@blueprint.get("/lots")
def lots() -> ResponseReturnValue:
    """What we owe, lot by lot; figures only."""
    member, session, on, today = access.current(), db.session(), as_of.asked(), clock.today()
    found = company_lots.of_company(session, member.organisation_id, on)
    month = days.last_month(on)
    trees = subcontractors.trees(session, [(each.lot_id, each.award_id) for each in found], month)
    everyone = [under for tree in trees.values() for under in tree if under.running]
    files = penalty_lists.rows(session, visibility.penalty_files(member), penalty_lists.still_open())
    return render_template(
        "companies/lots.html",
        lots=found,
        totals=company_lots.totals(found),
        on=on,
        month=month,
        trees=trees,
        below=len(everyone),
        silent=subcontractors.silent(everyone),
        today=today,
        todo=penalty_lists.waiting_for(files, PenaltyActor.company, today),
    )


@blueprint.get("/lots/<int:lot_id>")
def lot(lot_id: int) -> ResponseReturnValue:
    """Our own share beside the lot's total; never the people of the other companies."""
    access.lot_or_404(lot_id)
    session, on = db.session(), as_of.asked()
    found = [
        each
        for each in company_lots.of_company(session, access.current().organisation_id, on)
        if each.lot_id == lot_id
    ]
    if not found:
        abort(404)
    own, member = found[0], access.current()
    files = visibility.penalty_files(member)
    return render_template(
        "companies/lot.html",
        own=own,
        files=penalty_lists.rows(session, files, PenaltyFile.lot_id == lot_id),
        told=difficulties.of_lot(session, lot_id, member.organisation_id),
        on=on,
        today=clock.today(),
        plan=_plan(own),
        needs=need_lists.lines(session, visibility.needs(member).where(Need.lot_id == lot_id), clock.today()),
        under=company_lots.subcontractors(session, own.award_id, on),
        issued=session.scalars(
            visibility.attestations(access.current())
            .where(Attestation.lot_id == lot_id)
            .order_by(Attestation.id.desc())
        ).all(),
        months=company_lots.months(session, [own.award_id], on),
    )


def _plan(own: company_lots.OwnLot) -> recovery_plans.Followed | None:
    """The open recovery plan, for the company that answers for the lot."""
    if own.role not in (AwardRole.titulaire, AwardRole.mandataire):
        return None
    plans = recovery_plans.of_lot(db.session(), own.lot_id)
    return next((each for each in plans if each.plan.closed_on is None), None)


@blueprint.get("/lots/<int:lot_id>/documents")
def documents(lot_id: int) -> ResponseReturnValue:
    """What we must hand in for a lot: our own papers only."""
    lot = access.lot_or_404(lot_id)
    access.saw("list", "document", lot.id, lot.territory_id)
    return render_template("companies/documents.html", lot=lot, listed=_papers(lot))


@blueprint.get("/lots/<int:lot_id>/documents/liste.xlsx")
def documents_workbook(lot_id: int) -> ResponseReturnValue:
    """The same list as a workbook."""
    lot = access.lot_or_404(lot_id)
    access.saw("export_documents", "lot", lot.id, lot.territory_id)
    return document_files.download(_papers(lot))


def _papers(lot: Lot) -> DocumentList:
    session, today = db.session(), clock.today()
    found = register.of_company(session, lot.id, access.current().organisation_id, today)
    title = f"lot {lot.number}, {lot.title}"
    return list_for(Reader.company, title, "Vos pièces", today, [each.facts for each in found])


@blueprint.get("/mises-a-l-emploi")
def placements() -> ResponseReturnValue:
    """What we must answer as the employer, then the people at work on our lots."""
    member = access.current()
    rows = employer_lists.to_answer(visibility.placements(member))
    access.saw("list", "placement", None)
    return render_template(
        "companies/placements.html",
        shown=offsets.of_query(rows),
        own_id=member.organisation_id,
        on=clock.today(),
    )


@blueprint.route("/mises-a-l-emploi/<int:placement_id>", methods=["GET", "POST"])
def placement(placement_id: int) -> ResponseReturnValue:
    """One direct hire to confirm, by the same form as a SIAE."""
    return placement_answers.confirm(placement_id, ANSWERS)


@blueprint.post("/mises-a-l-emploi/<int:placement_id>/decliner")
def decline(placement_id: int) -> ResponseReturnValue:
    """Say that it is not possible, and why."""
    return placement_answers.decline(placement_id, ANSWERS)
