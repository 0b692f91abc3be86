"""Facilitators: start and end of a lot as dated facts, stops and restarts."""

import datetime

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitator import access, french, lot_dates
from facilitator.db import db
from facilitator.forms.lots import DatesForm, RestartForm, StopForm
from facilitator.markets import Lot, LotStop, MarketRefused
from facilitator.web import acts, lot_pages

blueprint = Blueprint("lot_calendar", __name__, url_prefix="/lots/<int:lot_id>")


@blueprint.route("/dates", methods=["GET", "POST"])
def set_dates(lot_id: int) -> ResponseReturnValue:
    """Set the start, the end, or both."""
    lot = access.lot_or_404(lot_id, lock=True)
    start, end = lot_dates.execution(db.session(), [lot.id]).get(lot.id, (None, None))
    form, back = DatesForm(data={"start": start, "end": end}), url_for("engagement.show", lot_id=lot_id)
    if form.validate_on_submit():
        answer = acts.do(
            form, lambda: _set(lot, form, (start, end)), back, "Les dates du lot sont enregistrées."
        )
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Fixer les dates du lot",
        "Enregistrer les dates",
        back,
        "Chaque date reste au dossier\u00a0: rien n’est écrasé.",
    )


def _set(lot: Lot, form: DatesForm, before: lot_dates.Bounds) -> None:
    """Only what changes is written; in the order that never puts the end before the start."""
    wanted = {"start": form.start.data, "end": form.end.data}
    if not any(wanted.values()):
        raise MarketRefused("Indiquez le début du lot, sa fin, ou les deux.")
    changes = [
        (kind, value)
        for (kind, value), known in zip(wanted.items(), before, strict=True)
        if value and value != known
    ]
    if not changes:
        raise MarketRefused("Ces dates sont déjà celles du lot. Changez-en au moins une.")
    if before[1] is None or (form.end.data and form.end.data > before[1]):
        changes.reverse()
    for kind, value in changes:
        lot_dates.set_date(
            db.session(),
            lot,
            kind,
            value,
            effective_on=form.effective_on.data,
            document=form.document.data,
            by=access.current().user_id,
        )


@blueprint.route("/arrets", methods=["GET", "POST"])
def stop(lot_id: int) -> ResponseReturnValue:
    """Note days on which the works stand still."""
    lot = access.lot_or_404(lot_id, lock=True)
    form, back = StopForm(), url_for("engagement.show", lot_id=lot_id)
    if form.validate_on_submit():
        answer = acts.do(form, lambda: _stop(lot, form), back, "L’arrêt des travaux est noté.")
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Noter un arrêt des travaux",
        "Noter l’arrêt",
        back,
        "Les jours d’arrêt sont retirés du calcul des heures attendues.",
    )


def _stop(lot: Lot, form: StopForm) -> None:
    lot_dates.stop(
        db.session(),
        lot,
        form.from_on.data,
        form.to_on.data,
        form.reason.data,
        by=access.current().user_id,
    )


@blueprint.route("/reprise", methods=["GET", "POST"])
def restart(lot_id: int) -> ResponseReturnValue:
    """The works start again after a stop; `?arret=` chooses it."""
    lot = access.lot_or_404(lot_id, lock=True)
    rows = db.session.scalars(select(LotStop).where(LotStop.lot_id == lot.id, LotStop.to_on.is_(None)))
    stops = {pause.id: pause for pause in rows}
    form = RestartForm(data={"stop": request.args.get("arret")})
    form.stop.offer([(id, f"depuis le {french.date(pause.from_on)}") for id, pause in stops.items()])
    back = url_for("engagement.show", lot_id=lot_id)
    if form.validate_on_submit():
        answer = acts.do(
            form,
            lambda: _restart(lot, stops[form.stop.data], form.on.data),
            back,
            "La reprise est notée.",
        )
        if answer is not None:
            return answer
    return lot_pages.ask(lot_id, form, "Noter la reprise des travaux", "Noter la reprise", back)


def _restart(lot: Lot, pause: LotStop, on: datetime.date) -> None:
    lot_dates.restart(db.session(), lot, pause, on, by=access.current().user_id)
