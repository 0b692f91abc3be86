"""Facilitators: the monthly plan of a lot."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, lot_dates, lot_plan, statements
from facilitator.db import db
from facilitator.forms.lot_plan import Edition, PlanForm, form_of
from facilitator.markets import Lot
from facilitator.refusals import Conflict
from facilitator.web import acts, clock, conflicts, lot_pages
from facilitator.web.answers import page

blueprint = Blueprint("lot_plan", __name__, url_prefix="/lots/<int:lot_id>")


@blueprint.route("/plan", methods=["GET", "POST"])
def edit(lot_id: int) -> ResponseReturnValue:
    """Plan the hours month by month; everything empty takes the plan away."""
    lot, session = access.lot_or_404(lot_id, lock=True), db.session()
    known = Edition(lot_plan.of_lot(session, lot.id))
    bounds = lot_dates.execution(session, [lot.id]).get(lot.id, (None, None))
    months = lot_plan.months(bounds, known.plan)
    form, back = form_of(months, known), url_for("engagement.show", lot_id=lot_id)
    if form.validate_on_submit():
        try:
            answer = acts.do(
                form, lambda: _replace(lot, form, known), back, "Le plan mensuel est enregistré."
            )
        except Conflict:
            current = form_of(months, known, formdata=False)
            return conflicts.page(form, known, current, submit="Enregistrer ma version", cancel_url=back)
        if answer is not None:
            return answer
    at = statements.of_lot(session, lot_id, clock.today())
    return page(
        "facilitators/lots/plan.html",
        form,
        lot=lot_pages.lot_or_404(lot_id),
        cancel_url=back,
        planned=sum(form.plan().values()),
        owed=at.owed if at.defined else None,
    )


def _replace(lot: Lot, form: PlanForm, known: Edition) -> None:
    form.check_version(known)
    lot_plan.replace(db.session(), lot, form.plan(), by=access.current().user_id)
