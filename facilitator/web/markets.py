"""Facilitators: the markets that the territory follows, as published and as amended by hand."""

import io

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from facilitator import (
    access,
    bilans,
    lot_dates,
    lot_lists,
    market_lists,
    markets,
    organisations,
    references,
    statements,
)
from facilitator.db import db
from facilitator.forms.markets import MarketForm, NewLotForm, NewMarketForm
from facilitator.markets import Lot, Market, MarketRefused
from facilitator.refusals import Conflict
from facilitator.vocabulary import IdentifierScheme
from facilitator.web import acts, as_of, clock, conflicts
from facilitator.web.answers import page
from facilitator.web.lots import page_number
from reports import compliance_workbook

blueprint = Blueprint("markets", __name__, url_prefix="/marches")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The markets of the territory, newest first."""
    words, number = request.args.get("q", "")[:200].strip(), page_number(request.args)
    lines, more = market_lists.of_territory(db.session(), access.current().territory_id, words, number)
    return render_template(
        "facilitators/markets/index.html", lines=lines, more=more, words=words, number=number
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Make a market by hand, with its first lot."""
    form = NewMarketForm()
    if form.validate_on_submit():
        answer = acts.do(
            form,
            lambda: _create(form),
            lambda market: url_for(".show", market_id=market.id),
            "Le marché est créé\u00a0; les heures de son lot restent à définir.",
        )
        if answer is not None:
            return answer
    return page("facilitators/markets/new.html", form)


def _create(form: NewMarketForm) -> Market:
    session, by = db.session(), access.current().user_id
    siret, name = form.siret.data, form.buyer_name.data
    if organisations.by_siret(session, siret) is None and not name:
        raise MarketRefused(
            f"Le SIRET {siret} n’est pas encore connu du guichet. Donnez le nom du donneur d’ordre."
        )
    market = markets.create(
        session,
        access.current().territory_id,
        organisations.find_or_create(session, IdentifierScheme.SIRET, siret, name),
        by=by,
        **form.typed("siret", "buyer_name", "number", "title", "start", "end"),
    )
    lot = markets.add_lot(
        session,
        market,
        number=form.number.data or "1",
        title=form.title.data or market.object,
        by=by,
    )
    _set_dates(lot, form)
    return market


def _set_dates(lot: Lot, form: NewMarketForm | NewLotForm) -> None:
    for kind, field in (("start", form.start), ("end", form.end)):
        if field.data is not None:
            lot_dates.set_date(db.session(), lot, kind, field.data, by=access.current().user_id)


@blueprint.get("/<int:market_id>")
def show(market_id: int) -> ResponseReturnValue:
    """One market: its lots with their figures, their sum, and what was published."""
    market, on = _market(market_id), as_of.asked()
    session = db.session()
    lines = lot_lists.of_market(session, market.id, on)
    return render_template(
        "facilitators/markets/show.html",
        market=market,
        lines=lines,
        total=statements.add_up(session, [line.statement for line in lines], on, market.territory_id),
        on=on,
        today=clock.today(),
        considerations=market_lists.considered(market.considerations),
        holders=market_lists.holders(session, market.id),
        modifications=market_lists.modifications(session, market.id),
        cpv=references.labels(session, "cpv", [market.cpv]).get(market.cpv or "", ""),
    )


@blueprint.get("/<int:market_id>/bilan.xlsx")
def workbook(market_id: int) -> ResponseReturnValue:
    """The compliance workbook of this market, as its buyer would get it from this territory."""
    market, on = _market(market_id), as_of.asked()
    bilan = bilans.of_authority(
        db.session(), market.buyer, on, clock.today(), market, territory_id=market.territory_id
    )
    access.saw("export_bilan", "market", market.id, market.territory_id)
    return send_file(
        io.BytesIO(compliance_workbook.build(bilan)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=compliance_workbook.file_name(bilan),
    )


def _market(market_id: int) -> Market:
    return access.market_or_404(market_id, options=(joinedload(Market.buyer), joinedload(Market.operation)))


@blueprint.route("/<int:market_id>/modifier", methods=["GET", "POST"])
def edit(market_id: int) -> ResponseReturnValue:
    """Amend a market; two editors read both versions."""
    market = access.market_or_404(market_id, lock=True)
    form, back = _filled(market), url_for(".show", market_id=market_id)
    if form.validate_on_submit():
        try:
            answer = acts.do(form, lambda: _amend(market, form), back, "Le marché est à jour.")
        except Conflict:
            current = _filled(market, formdata=False)
            return conflicts.page(form, market, current, submit="Enregistrer ma version", cancel_url=back)
        if answer is not None:
            return answer
    return page("facilitators/markets/edit.html", form, market=_market(market_id))


def _filled(market: Market, formdata: bool = True) -> MarketForm:
    """The form of a market; a generated number is not shown as if it had been published."""
    form = MarketForm(obj=market) if formdata else MarketForm(formdata=None, obj=market)
    if market.generated_id and not form.is_submitted():
        form.decp_id.data = None
    return form


def _amend(market: Market, form: MarketForm) -> None:
    form.check_version(market)
    fields = form.typed()
    if not fields["decp_id"]:
        if not market.generated_id:
            raise MarketRefused(
                f"L’identifiant DECP {market.decp_id} est connu\u00a0: corrigez-le au lieu de l’effacer."
            )
        del fields["decp_id"]
    markets.amend(db.session(), market, by=access.current().user_id, **fields)


@blueprint.route("/<int:market_id>/lots/nouveau", methods=["GET", "POST"])
def add_lot(market_id: int) -> ResponseReturnValue:
    """Add a lot, its hours still to be defined."""
    market = access.market_or_404(market_id, lock=True)
    form = NewLotForm()
    if form.validate_on_submit():
        answer = acts.do(
            form,
            lambda: _add_lot(market, form),
            lambda lot: url_for("lots.show", lot_id=lot.id),
            "Le lot est ajouté\u00a0; ses heures restent à définir.",
        )
        if answer is not None:
            return answer
    return page("facilitators/markets/new_lot.html", form, market=_market(market_id))


def _add_lot(market: Market, form: NewLotForm) -> Lot:
    lot = markets.add_lot(
        db.session(),
        market,
        number=form.number.data or "",
        title=form.title.data or "",
        cpv=form.cpv.data,
        by=access.current().user_id,
    )
    _set_dates(lot, form)
    return lot
