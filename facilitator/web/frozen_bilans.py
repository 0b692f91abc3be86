"""Bilans of a lot, of a market or of a buyer: what can be read today, what was sent, and sending the next one."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import undefer

from facilitator import access, attestations, frozen_bilans, journal, organisation_file
from facilitator.bilan import Bilan
from facilitator.db import db
from facilitator.forms.bilans import FreezeForm
from facilitator.frozen_bilans import FrozenBilan, Scope
from facilitator.markets import Lot, Market
from facilitator.organisations import OrganisationRefused
from facilitator.vocabulary import BilanKind
from facilitator.web import as_of, clock, lot_pages, sheets
from facilitator.web.markets import XLSX
from facilitator.web.sheets import Sheet
from reports import compliance_workbook, lot_bilan

blueprint = Blueprint("frozen_bilans", __name__)
PDF = "application/pdf"


@dataclass(frozen=True)
class Place:
    """Where the bilans of a scope stand: its name, and its own pages."""

    scope: Scope
    name: str
    home: str
    here: str
    freeze: str
    today_pdf: str
    today_workbook: str


def _of_lot(lot: Lot) -> Place:
    return Place(
        frozen_bilans.of_lot(db.session(), lot),
        f"Lot {lot.number} – {lot.title}",
        url_for("lots.show", lot_id=lot.id),
        url_for(".of_lot", lot_id=lot.id),
        url_for(".freeze_lot", lot_id=lot.id),
        url_for(".lot_pdf", lot_id=lot.id),
        url_for(".lot_workbook", lot_id=lot.id),
    )


def _of_market(market: Market) -> Place:
    return Place(
        frozen_bilans.of_market(db.session(), market),
        market.object,
        url_for("markets.show", market_id=market.id),
        url_for(".of_market", market_id=market.id),
        url_for(".freeze_market", market_id=market.id),
        url_for(".market_pdf", market_id=market.id),
        url_for("markets.workbook", market_id=market.id),
    )


def _of_buyer(organisation_id: int) -> Place:
    """All markets of a buyer that the territory follows; refuses (422) a buyer of whom it follows none."""
    buyer, territory_id = access.organisation_or_404(organisation_id), access.current().territory_id
    if not organisation_file.bought(db.session(), territory_id, buyer.id)[0]:
        raise OrganisationRefused(
            f"Votre territoire ne suit aucun marché de {buyer.label}\u00a0: il n’y a pas de bilan à établir."
        )
    return Place(
        frozen_bilans.of_buyer(buyer, territory_id),
        buyer.label,
        url_for("organisations.show", organisation_id=buyer.id),
        url_for(".of_buyer", organisation_id=buyer.id),
        url_for(".freeze_buyer", organisation_id=buyer.id),
        url_for(".buyer_pdf", organisation_id=buyer.id),
        url_for("organisations.bilan", organisation_id=buyer.id),
    )


# What was sent, and what can be read today.


@blueprint.get("/lots/<int:lot_id>/bilans")
def of_lot(lot_id: int) -> ResponseReturnValue:
    """The bilans of a lot that were sent, and its attestations."""
    lot = lot_pages.lot_or_404(lot_id)
    session, place = db.session(), _of_lot(lot)
    return lot_pages.show(
        "bilans",
        lot,
        "frozen_bilans.of_lot",
        place=place,
        versions=frozen_bilans.of_scope(session, place.scope),
        issued=attestations.of_lot(session, lot.id),
    )


@blueprint.get("/marches/<int:market_id>/bilans")
def of_market(market_id: int) -> ResponseReturnValue:
    """The bilans of a market that were sent."""
    return _listed(_of_market(access.market_or_404(market_id)))


@blueprint.get("/organisations/<int:organisation_id>/bilans")
def of_buyer(organisation_id: int) -> ResponseReturnValue:
    """The bilans of all markets of a buyer that were sent."""
    return _listed(_of_buyer(organisation_id))


def _listed(place: Place) -> ResponseReturnValue:
    versions = frozen_bilans.of_scope(db.session(), place.scope)
    return render_template("facilitators/bilans/list.html", place=place, versions=versions)


@blueprint.get("/lots/<int:lot_id>/bilan.pdf")
def lot_pdf(lot_id: int) -> ResponseReturnValue:
    """The bilan of a lot as known today: not numbered, not kept."""
    return _read_today(_of_lot(access.lot_or_404(lot_id)), _pdf)


@blueprint.get("/lots/<int:lot_id>/bilan.xlsx")
def lot_workbook(lot_id: int) -> ResponseReturnValue:
    """The same figures as a workbook."""
    return _read_today(_of_lot(access.lot_or_404(lot_id)), _workbook)


@blueprint.get("/marches/<int:market_id>/bilan.pdf")
def market_pdf(market_id: int) -> ResponseReturnValue:
    """The bilan of a market as known today."""
    return _read_today(_of_market(access.market_or_404(market_id)), _pdf)


@blueprint.get("/organisations/<int:organisation_id>/bilan.pdf")
def buyer_pdf(organisation_id: int) -> ResponseReturnValue:
    """The bilan of a buyer’s markets as known today."""
    return _read_today(_of_buyer(organisation_id), _pdf)


def _read_today(place: Place, drawn: Callable[[Bilan], tuple[bytes, str, str]]) -> ResponseReturnValue:
    scope = place.scope
    found = frozen_bilans.current(db.session(), scope, as_of.asked(), clock.today())
    access.saw("export_bilan", scope.kind, scope.id, scope.territory_id)
    content, mimetype, name = drawn(found)
    return download(content, mimetype, name)


def _pdf(found: Bilan) -> tuple[bytes, str, str]:
    kind = BilanKind.final if found.situation.statement.ended else BilanKind.interim
    content = lot_bilan.build(found, lot_bilan.Edition(kind), made_at=journal.now())
    return content, PDF, lot_bilan.file_name(found)


def _workbook(found: Bilan) -> tuple[bytes, str, str]:
    return compliance_workbook.build(found), XLSX, compliance_workbook.file_name(found)


def download(content: bytes, mimetype: str, name: str) -> ResponseReturnValue:
    """A file that the browser saves under this name."""
    return send_file(io.BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)


@blueprint.get("/bilans/<int:bilan_id>.pdf")
def pdf(bilan_id: int) -> ResponseReturnValue:
    """A bilan as it was sent, byte for byte."""
    frozen = access.frozen_bilan_or_404(bilan_id, options=(undefer(FrozenBilan.pdf),))
    _saw(frozen)
    return download(frozen.pdf, PDF, f"{frozen.file_name}.pdf")


@blueprint.get("/bilans/<int:bilan_id>.xlsx")
def workbook(bilan_id: int) -> ResponseReturnValue:
    """Its workbook as it was sent, byte for byte."""
    frozen = access.frozen_bilan_or_404(bilan_id, options=(undefer(FrozenBilan.workbook),))
    _saw(frozen)
    return download(frozen.workbook, XLSX, f"{frozen.file_name}.xlsx")


def _saw(frozen: FrozenBilan) -> None:
    access.saw("export_bilan", frozen_bilans.THING, frozen.id, frozen.territory_id)


# Sending the next one.


@blueprint.route("/lots/<int:lot_id>/bilans/etablir", methods=["GET", "POST"])
def freeze_lot(lot_id: int) -> ResponseReturnValue:
    """Draw up and keep the next bilan of a lot."""
    return _freeze(_of_lot(access.lot_or_404(lot_id)))


@blueprint.route("/marches/<int:market_id>/bilans/etablir", methods=["GET", "POST"])
def freeze_market(market_id: int) -> ResponseReturnValue:
    """Draw up and keep the next bilan of a market."""
    return _freeze(_of_market(access.market_or_404(market_id)))


@blueprint.route("/organisations/<int:organisation_id>/bilans/etablir", methods=["GET", "POST"])
def freeze_buyer(organisation_id: int) -> ResponseReturnValue:
    """Draw up and keep the next bilan of all markets of a buyer."""
    return _freeze(_of_buyer(organisation_id))


def _freeze(place: Place) -> ResponseReturnValue:
    form = FreezeForm(data=None if request.method == "POST" else _filled(place.scope))
    about = Sheet(
        heading=f"Établir un bilan – {place.name}",
        submit="Établir et garder ce bilan",
        back=place.here,
        crumbs=((place.name, place.home), ("Bilans", place.here), ("Établir", None)),
        intro="Le PDF et le classeur seront numérotés et gardés tels quels. Le donneur d’ordre les lit sur sa page.",
    )
    return sheets.answer(form, about, lambda: _kept(place, form), "Le bilan est établi et gardé.")


def _filled(scope: Scope) -> dict[str, object]:
    contact = frozen_bilans.buyer_contact(db.session(), scope)
    return {
        "kind": BilanKind.interim.value,
        "on": clock.today(),
        "sent_to": contact.name if contact else scope.buyer.label,
        "email": contact.email if contact else None,
    }


def _kept(place: Place, form: FreezeForm) -> str:
    assert form.kind.data and form.on.data  # validated
    session, at = db.session(), journal.now()
    frozen = frozen_bilans.freeze(
        session,
        place.scope,
        BilanKind(form.kind.data),
        on=form.on.data,
        sent_to=form.sent_to.data or "",
        made_on=clock.today(),
        at=at,
        by=access.current().user_id,
    )
    if form.email.data:
        link = current_app.config["SETTINGS"].base_url + url_for("authorities.sent_bilans")
        frozen_bilans.send(session, frozen, form.email.data, at=at, link=link)
    return place.here
