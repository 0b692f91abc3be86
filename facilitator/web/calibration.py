"""Facilitators: size the hours of a lot by one of five bases, keep the sizing, owe its hours."""

import datetime
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from facilitator import access, ledger, territories
from facilitator.calibration import CalibrationRefused, Sizing
from facilitator.commitments import Calibration
from facilitator.db import db
from facilitator.forms.base import TradeForm
from facilitator.forms.commitments import SIZINGS, EngageForm, KeepForm, SizingForm
from facilitator.markets import Lot
from facilitator.refusals import Refused
from facilitator.vocabulary import CalibrationBasis, LedgerKind
from facilitator.web import acts, clock, lot_pages
from facilitator.web.answers import page

blueprint = Blueprint("calibration", __name__, url_prefix="/lots/<int:lot_id>/calibrage")

# Their lines come later, one at each invoice or month: owing the estimate now would count it twice.
MEASURED = frozenset({CalibrationBasis.site_share, CalibrationBasis.invoiced})


@blueprint.get("")
def show(lot_id: int) -> ResponseReturnValue:
    """Compute a sizing; nothing is written."""
    basis = _basis(request.args)
    return _page(lot_id, basis, _asked(lot_id, basis, request.args), KeepForm(), EngageForm())


@blueprint.post("/garder")
def keep(lot_id: int) -> ResponseReturnValue:
    """Keep a sizing; it binds nobody yet."""
    return _keep(lot_id, KeepForm(), EngageForm(formdata=None), None)


@blueprint.post("/engager")
def engage(lot_id: int) -> ResponseReturnValue:
    """Keep a sizing, and owe its hours."""
    form = EngageForm()
    return _keep(lot_id, KeepForm(formdata=None), form, form)


def _keep(lot_id: int, kept: KeepForm, owed: EngageForm, engaging: EngageForm | None) -> ResponseReturnValue:
    lot = access.lot_or_404(lot_id, lock=True)
    basis = _basis(request.form)
    if engaging is not None and basis in MEASURED:
        raise CalibrationRefused(
            "Sur cette base, les heures s’engagent à mesure\u00a0: gardez le calibrage, puis notez chaque facturation ou chaque mois."
        )
    asked, form = _asked(lot_id, basis, request.form), engaging or kept
    valid, sizing = form.validate(), _sized(asked)
    if valid and sizing is not None:
        said = (
            "Le calibrage est gardé, et ses heures sont engagées." if engaging else "Le calibrage est gardé."
        )
        answer = acts.do(
            form,
            lambda: _write(lot, basis, asked, sizing, engaging),
            url_for("engagement.show", lot_id=lot_id),
            said,
        )
        if answer is not None:
            return answer
    return _page(lot_id, basis, asked, kept, owed)


def _write(
    lot: Lot, basis: CalibrationBasis, asked: SizingForm, sizing: Sizing, engaging: EngageForm | None
) -> None:
    by = access.current().user_id
    kept = ledger.keep_calibration(db.session(), lot, basis, asked.inputs(), sizing, on=clock.today(), by=by)
    if engaging is not None:
        _owe(lot, kept, engaging.effective_on.data, engaging.document.data, by)


def _owe(
    lot: Lot, kept: Calibration, effective_on: datetime.date | None, document: str | None, by: int
) -> None:
    ledger.add_line(
        db.session(),
        lot,
        LedgerKind.initial,
        kept.hours,
        effective_on=effective_on,
        document=document,
        calibration=kept,
        by=by,
    )


def _basis(typed: MultiDict[str, str]) -> CalibrationBasis:
    try:
        return CalibrationBasis(typed.get("base", CalibrationBasis.labour_share))
    except ValueError:
        abort(404)


def _asked(lot_id: int, basis: CalibrationBasis, typed: MultiDict[str, str]) -> SizingForm:
    """The inputs typed, or the territory’s usual ones."""
    usual: dict[str, Any] = {}
    if basis is CalibrationBasis.labour_share:
        lot = access.lot_or_404(lot_id)
        rules = territories.rules_of(db.session(), lot.territory_id).on(clock.today())
        usual = {
            "labour_percent": rules.labour_share,
            "rate_percent": rules.insertion_rate,
            "hourly_cost": rules.hourly_cost,
        }
    given = any(name in typed for name in SIZINGS[basis](formdata=None).typed())
    return SIZINGS[basis](typed if given else None, data=usual)


def _sized(asked: SizingForm) -> Sizing | None:
    """What the inputs give; None when they were refused (the form says why)."""
    if not asked.validate():
        return None
    try:
        return asked.size()
    except Refused as refused:
        asked.refuse(refused)
        return None


def _page(
    lot_id: int, basis: CalibrationBasis, asked: SizingForm, kept: TradeForm, owed: EngageForm
) -> ResponseReturnValue:
    """The question, its answer, and what may be done with it; 422 when something was refused."""
    sent = any(field.raw_data for field in asked)
    sizing = _sized(asked) if sent and not asked.errors else None
    if owed.effective_on.data is None and not owed.effective_on.raw_data:
        owed.effective_on.data = clock.today()
    body, status = page(
        "facilitators/lots/calibration.html",
        asked,
        lot=lot_pages.lot_or_404(lot_id),
        basis=basis,
        bases=[
            (each.label, url_for(".show", lot_id=lot_id, base=each.value), each is basis)
            for each in CalibrationBasis
        ],
        sizing=sizing,
        kept=kept,
        owed=owed,
        measured=basis in MEASURED,
        hidden={"base": basis.value} | {name: asked[name]._value() for name in asked.typed()},
    )
    return body, 422 if status == 422 or kept.errors or owed.errors else 200
