"""Facilitators: the operations that group markets of the territory."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, operations
from facilitator.db import db
from facilitator.forms.operations import GroupForm, OperationForm
from facilitator.markets import Market, Operation
from facilitator.operations import OperationRefused
from facilitator.refusals import Conflict
from facilitator.web import conflicts, sheets
from facilitator.web.sheets import Sheet

blueprint = Blueprint("operations", __name__)
MOST_SHOWN = 70  # characters of a market’s object in a breadcrumb


@blueprint.route("/marches/<int:market_id>/operation", methods=["GET", "POST"])
def of_market(market_id: int) -> ResponseReturnValue:
    """Put a market in an operation, new or not, or take it out."""
    market = access.market_or_404(market_id, lock=request.method == "POST")
    form, back = _group_form(market), url_for("markets.show", market_id=market_id)
    crumbs = (("Marchés", url_for("markets.index")), (market.object[:MOST_SHOWN], back), ("Opération", None))
    sheet = Sheet(
        "Ranger le marché dans une opération",
        "Enregistrer l’opération du marché",
        back,
        crumbs,
        intro="Une opération rassemble les marchés d’un même projet ou d’une même consultation.",
    )

    def verb() -> str:
        _group(market, form)
        return back

    try:
        return sheets.answer(form, sheet, verb, "L’opération du marché est enregistrée.")
    except Conflict:
        db.session.rollback()
        market = access.market_or_404(market_id)
        current = _group_form(market, formdata=False)
        return conflicts.page(form, market, current, submit="Enregistrer ma version", cancel_url=back)


def _group_form(market: Market, formdata: bool = True) -> GroupForm:
    data = {"operation": market.operation_id, "version": market.version}
    form = GroupForm(data=data) if formdata else GroupForm(formdata=None, data=data)
    form.operation.offer(operations.of_territory(db.session(), market.territory_id))
    return form


def _group(market: Market, form: GroupForm) -> None:
    form.check_version(market)
    session, by, new = db.session(), access.current().user_id, form.new()
    chosen = form.operation.data
    operation: Operation | None = None
    if new["name"]:
        if chosen not in (None, market.operation_id):
            raise OperationRefused("Choisissez une opération, ou nommez-en une nouvelle\u00a0: pas les deux.")
        operation = operations.create(session, market.territory_id, by=by, **new)
    elif new["npnru"] or new["gup"] or new["sector"]:
        raise OperationRefused("Nommez la nouvelle opération, ou laissez vides ses autres champs.")
    elif chosen:
        operation = access.operation_or_404(chosen)
    operations.group(session, market, operation, by=by)


@blueprint.route("/operations/<int:operation_id>", methods=["GET", "POST"])
def edit(operation_id: int) -> ResponseReturnValue:
    """Amend an operation; two editors read both versions."""
    operation = access.operation_or_404(operation_id, lock=request.method == "POST")
    form, grouped = OperationForm(obj=operation), operations.markets_of(db.session(), operation)
    back = url_for("markets.show", market_id=grouped[0][0]) if grouped else url_for("markets.index")
    sheet = Sheet(
        "Modifier l’opération",
        "Enregistrer l’opération",
        back,
        (("Marchés", url_for("markets.index")), (operation.name[:MOST_SHOWN], None)),
        template="facilitators/markets/operation.html",
    )

    def verb() -> str:
        form.check_version(operation)
        operations.amend(db.session(), operation, by=access.current().user_id, **form.typed())
        return back

    try:
        return sheets.answer(form, sheet, verb, "L’opération est à jour.", grouped=grouped)
    except Conflict:
        db.session.rollback()
        operation = access.operation_or_404(operation_id)
        current = OperationForm(formdata=None, obj=operation)
        return conflicts.page(form, operation, current, submit="Enregistrer ma version", cancel_url=back)
