"""Buyers: where their markets stand, over all territories, and the workbook of them; figures, never a person."""

from io import BytesIO

from flask import Blueprint, Response, abort, render_template, request, send_file
from sqlalchemy import select

from facilitator import access, bilans, frozen_bilans, journal, visibility
from facilitator import documents as register
from facilitator.attestations import Attestation
from facilitator.bilan import Bilan
from facilitator.db import db
from facilitator.document_lists import DocumentList, Reader, list_for
from facilitator.frozen_bilans import FrozenBilan
from facilitator.markets import Lot, Market
from facilitator.penalty_words import PenaltyActor
from facilitator.vocabulary import BilanKind
from facilitator.web import as_of, clock, document_files
from reports import compliance_workbook, lot_bilan

blueprint = Blueprint("authorities", __name__, url_prefix="/mes-marches")
SHOWN = 200  # bilans and attestations on one page
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
def index() -> str:
    """All markets of the buyer, a sentence for each."""
    member, on = access.current(), as_of.asked()
    found, today = bilans.situation(db.session(), member.organisation_id, on), clock.today()
    return render_template(
        "authorities/index.html",
        situation=found,
        today=today,
        todo=found.penalties_waiting_for(PenaltyActor.buyer) if on == today else [],
    )


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


@blueprint.get("/<int:market_id>/documents")
def documents(market_id: int) -> str:
    """What the companies of a market handed in: kinds and dates, never a person."""
    market = access.market_or_404(market_id)
    return render_template("authorities/documents.html", market=market, listed=_papers(market))


@blueprint.get("/<int:market_id>/documents/liste.xlsx")
def documents_workbook(market_id: int) -> Response:
    """The same list as a workbook."""
    return document_files.download(_papers(access.market_or_404(market_id)))


def _papers(market: Market) -> DocumentList:
    session, today = db.session(), clock.today()
    lots = session.scalars(select(Lot.id).where(Lot.market_id == market.id)).all()
    found = register.of_lots(session, lots, today)
    about = f"Marché {market.decp_id}"
    return list_for(Reader.buyer, market.object, about, today, [each.facts for each in found])


@blueprint.get("/bilans")
def sent_bilans() -> str:
    """The bilans that facilitators sent, and the attestations of the buyer’s lots."""
    session, member = db.session(), access.current()
    frozen = session.scalars(
        visibility.frozen_bilans(member)
        .order_by(FrozenBilan.made_at.desc(), FrozenBilan.id.desc())
        .limit(SHOWN + 1)
    ).all()
    issued = session.scalars(
        visibility.attestations(member).order_by(Attestation.id.desc()).limit(SHOWN + 1)
    ).all()
    return render_template(
        "authorities/bilans.html",
        versions=frozen_bilans.chained(frozen)[:SHOWN],
        issued=issued[:SHOWN],
        shown=SHOWN,
        more=max(len(frozen), len(issued)) > SHOWN,
    )


@blueprint.get("/bilan.xlsx")
def bilan() -> Response:
    """The workbook of all markets, or of the one that `marche` names."""
    found = _asked()
    content = compliance_workbook.build(found)
    name = compliance_workbook.file_name(found)
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.get("/bilan.pdf")
def bilan_pdf() -> Response:
    """The same bilan as PDF: what can be read today, not numbered."""
    found = _asked()
    kind = BilanKind.final if found.situation.statement.ended else BilanKind.interim
    content = lot_bilan.build(found, lot_bilan.Edition(kind), made_at=journal.now())
    name = lot_bilan.file_name(found)
    return send_file(BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def _asked() -> Bilan:
    on, asked = as_of.asked(), request.args.get("marche", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 12):
        abort(404)
    of_market = access.market_or_404(int(asked)) if asked else None
    buyer = access.organisation_or_404(access.current().organisation_id)
    found = bilans.of_authority(db.session(), buyer, on, clock.today(), of_market)
    access.saw("export_bilan", "market" if of_market else "organisation", (of_market or buyer).id)
    return found
