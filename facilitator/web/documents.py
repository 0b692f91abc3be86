"""Facilitators: the register of documents of a lot, and the list of papers of a lot or a market, on screen and as a workbook."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select, true

from facilitator import access, document_series, documents, visibility
from facilitator.commitments import ExpectedDocument
from facilitator.db import db
from facilitator.document_lists import DocumentList, Reader, list_for
from facilitator.documents import Delay, Wanted
from facilitator.forms.documents import ExpectedForm, ReceivedForm, SeenForm
from facilitator.markets import Lot, Market
from facilitator.refusals import Conflict
from facilitator.vocabulary import DocumentKind, DocumentVerdict
from facilitator.web import acts, clock, conflicts, document_files, lot_pages, offsets
from facilitator.web.engagement import companies

blueprint = Blueprint("documents", __name__)


STATES = (
    ("", "Attendus ou à lire"),
    ("a-lire", "À lire"),
    ("en-retard", "En retard"),
    ("attendus", "Attendus"),
    ("tous", "Tous"),
)


@blueprint.get("/documents")
def index() -> ResponseReturnValue:
    """The register of the territory, the oldest first: what is to read, what is late."""
    state, on = request.args.get("etat", ""), clock.today()
    shown = offsets.of_query(_register(state, on))
    found = documents.read(shown.rows, on)
    access.saw("list", "document", None, access.current().territory_id)
    return render_template(
        "facilitators/documents.html",
        shown=shown,
        rows=found,
        listed=_list_of_territory(found, state, on),
        states=STATES,
        state=state,
    )


@blueprint.get("/documents/liste.xlsx")
def workbook() -> ResponseReturnValue:
    """The same lines as a workbook, all of them."""
    state, on = request.args.get("etat", ""), clock.today()
    found = documents.read(db.session().execute(_register(state, on)), on)
    access.saw("export_documents", "territory", None, access.current().territory_id)
    return document_files.download(_list_of_territory(found, state, on))


def _register(state: str, on: date) -> Select[Any]:
    waiting = {
        "": or_(documents.awaited(), documents.to_see()),
        "a-lire": documents.to_see(),
        "en-retard": documents.late(on),
        "attendus": documents.awaited(),
        "tous": true(),
    }
    return documents.register(visibility.documents(access.current()), waiting.get(state, waiting[""]))


def _list_of_territory(found: list[Delay], state: str, on: date) -> DocumentList:
    about = f"Documents\u00a0: {dict(STATES).get(state, STATES[0][1]).lower()}"
    facts = [replace(each.facts, lot=f"{each.market}, {each.facts.lot}") for each in found]
    return list_for(Reader.facilitator, access.current().place, about, on, facts)


@blueprint.get("/lots/<int:lot_id>/documents")
def of_lot(lot_id: int) -> ResponseReturnValue:
    """The register of a lot: what was expected, came, was seen, is missing."""
    lot, today = lot_pages.lot_or_404(lot_id), clock.today()
    found = documents.delays(db.session(), lot, today)
    access.saw("list", "document", lot.id, lot.territory_id)
    return lot_pages.show("documents", lot, "documents.of_lot", rows=found, listed=_list_of_lot(lot, found))


def _list_of_lot(lot: Lot, found: list[Delay]) -> DocumentList:
    title = f"{lot.market.object}, lot {lot.number}"
    about = f"{lot.title}, {lot.market.buyer.label}"
    return list_for(Reader.facilitator, title, about, clock.today(), [each.facts for each in found])


@blueprint.get("/lots/<int:lot_id>/documents/liste.xlsx")
def lot_workbook(lot_id: int) -> ResponseReturnValue:
    """The list of papers of a lot."""
    lot = lot_pages.lot_or_404(lot_id)
    found = documents.delays(db.session(), lot, clock.today())
    access.saw("export_documents", "lot", lot.id, lot.territory_id)
    return document_files.download(_list_of_lot(lot, found))


@blueprint.get("/marches/<int:market_id>/documents")
def of_market(market_id: int) -> ResponseReturnValue:
    """The papers of all lots of a market."""
    market = access.market_or_404(market_id)
    access.saw("list", "document", market.id, market.territory_id)
    return render_template(
        "facilitators/markets/documents.html", market=market, listed=_list_of_market(market)
    )


@blueprint.get("/marches/<int:market_id>/documents/liste.xlsx")
def market_workbook(market_id: int) -> ResponseReturnValue:
    """The list of papers of a market."""
    market = access.market_or_404(market_id)
    access.saw("export_documents", "market", market.id, market.territory_id)
    return document_files.download(_list_of_market(market))


def _list_of_market(market: Market) -> DocumentList:
    session, today = db.session(), clock.today()
    lots = session.scalars(select(Lot.id).where(Lot.market_id == market.id)).all()
    found = documents.of_lots(session, lots, today)
    about = f"Marché {market.decp_id}"
    return list_for(Reader.facilitator, market.object, about, today, [each.facts for each in found])


@blueprint.route("/lots/<int:lot_id>/documents/attendre", methods=["GET", "POST"])
def expect(lot_id: int) -> ResponseReturnValue:
    """Enter a document that a company owes."""
    lot = access.lot_or_404(lot_id, lock=request.method == "POST")
    form, back = ExpectedForm(), url_for(".of_lot", lot_id=lot_id)
    form.award.offer(companies(lot.id))
    form.contract.offer(documents.contracts_of(db.session(), lot.id))
    access.saw("list", "contract", None, lot.territory_id)
    if form.validate_on_submit():
        answer = acts.do(
            form,
            lambda: _expect(lot, form),
            back,
            "Le registre est à jour\u00a0: ce que vous attendez y est noté.",
        )
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Ajouter un document attendu",
        "Noter le document attendu",
        back,
        "Chaque jour de retard coûte la pénalité journalière du lot, quand le contrat en fixe une.",
    )


def _expect(lot: Lot, form: ExpectedForm) -> object:
    wanted = Wanted(DocumentKind(form.kind.data), form.award.data, form.contract.data, form.month.data)
    asked, by = (db.session(), lot, form.label.data, form.expected_on.data), access.current().user_id
    if form.each_contract.data:
        return document_series.expect_of_each_contract(*asked, by=by, wanted=wanted)
    if form.until_on.data:
        return document_series.expect_each_month(*asked, form.until_on.data, by=by, wanted=wanted)
    return documents.expect(*asked, by=by, wanted=wanted)


@blueprint.route("/documents/<int:document_id>/arrivee", methods=["GET", "POST"])
def receive(document_id: int) -> ResponseReturnValue:
    """Note the day on which a document came."""
    document = access.document_or_404(document_id, lock=request.method == "POST")
    form = ReceivedForm(obj=document)
    if request.method == "GET" and document.received_on is None:
        form.received_on.data = clock.today()
    return _change(
        form, document, lambda: _receive(document, form), "Noter l’arrivée d’un document", "Noter l’arrivée"
    )


def _receive(document: ExpectedDocument, form: ReceivedForm) -> None:
    form.check_version(document)
    documents.receive(
        db.session(),
        document,
        form.received_on.data,
        on=clock.today(),
        by=access.current().user_id,
        filed=form.filed.data,
    )


@blueprint.route("/documents/<int:document_id>/lecture", methods=["GET", "POST"])
def review(document_id: int) -> ResponseReturnValue:
    """Say what a document is worth, once seen."""
    document = access.document_or_404(document_id, lock=request.method == "POST")
    form = SeenForm(obj=document)
    return _change(
        form,
        document,
        lambda: _review(document, form),
        "Donner un avis sur un document",
        "Enregistrer l’avis",
    )


def _review(document: ExpectedDocument, form: SeenForm) -> None:
    form.check_version(document)
    session, on, by = db.session(), clock.today(), access.current().user_id
    if form.verdict.data == DocumentVerdict.compliant:
        documents.accept(session, document, on=on, by=by, filed=form.filed.data)
        return
    documents.send_back(
        session, document, form.reason.data or "", form.again_on.data, on=on, by=by, filed=form.filed.data
    )


def _change(
    form: Any, document: ExpectedDocument, verb: Any, heading: str, submit: str
) -> ResponseReturnValue:
    """One form about one document; two editors read both versions."""
    lot_id, back = document.lot_id, url_for(".of_lot", lot_id=document.lot_id)
    intro = f"{DocumentKind(document.kind).label}, {document.label}"
    if form.validate_on_submit():
        try:
            answer = acts.do(form, verb, back, "Le registre est à jour.")
        except Conflict:
            current = type(form)(formdata=None, obj=document)
            return conflicts.page(form, document, current, submit="Enregistrer ma version", cancel_url=back)
        if answer is not None:
            return answer
    return lot_pages.ask(lot_id, form, heading, submit, back, intro)


@blueprint.post("/documents/<int:document_id>/retirer")
def remove(document_id: int) -> ResponseReturnValue:
    """Take away a document that was expected by mistake."""
    document = access.document_or_404(document_id, lock=True)
    back = url_for(".of_lot", lot_id=document.lot_id)
    documents.remove(db.session(), document, by=access.current().user_id)
    return acts.commit(back, "Le document n’est plus attendu.")
