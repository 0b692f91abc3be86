"""Facilitators: the recovery plan of a lot, its steps, and what it changed."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, recovery, recovery_plans, statements
from facilitator.db import db
from facilitator.forms.recovery_plans import OpeningForm, StepForm
from facilitator.recovery_plans import Followed, RecoveryPlan, RecoveryRefused, RecoveryStep
from facilitator.web import acts, clock, lot_pages, sheets

blueprint = Blueprint("recovery_plans", __name__)
SECTIONS = (("Le retard", ("cause",)), ("La première étape", ("what", "who", "due_on")))


@blueprint.get("/lots/<int:lot_id>/rattrapage")
def show(lot_id: int) -> ResponseReturnValue:
    """The plans of a lot: who does what by when, and the hours before and since."""
    lot, session, on = lot_pages.lot_or_404(lot_id), db.session(), clock.today()
    plans = recovery_plans.of_lot(session, lot.id)
    return lot_pages.show(
        "recovery",
        lot,
        "",
        at=statements.of_lot(session, lot.id, on),
        plans=[(each, _effect(each)) for each in plans],
        open=any(each.plan.closed_on is None for each in plans),
        on=on,
    )


def _effect(followed: Followed) -> recovery.Effect:
    """Measured until today, or until the plan was closed."""
    session, plan = db.session(), followed.plan
    return recovery.effect(
        statements.of_lot(session, plan.lot_id, plan.opened_on),
        statements.of_lot(session, plan.lot_id, plan.closed_on or clock.today()),
    )


@blueprint.route("/lots/<int:lot_id>/rattrapage/nouveau", methods=["GET", "POST"])
def open_plan(lot_id: int) -> ResponseReturnValue:
    """Agree a plan with its first step."""
    lot = access.lot_or_404(lot_id, lock=request.method == "POST")
    form, back = OpeningForm(), url_for(".show", lot_id=lot_id)
    if form.validate_on_submit():
        answer = acts.do(
            form,
            lambda: recovery_plans.open_plan(
                db.session(),
                lot,
                form.cause.data or "",
                form.wanted(),
                on=clock.today(),
                by=access.current().user_id,
            ),
            back,
            "Le plan de rattrapage est ouvert. L’entreprise le lit sur la page du lot.",
        )
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Ouvrir un plan de rattrapage",
        "Ouvrir le plan",
        back,
        "Notez ce qui a été convenu avec l’entreprise. Son effet sera mesuré sur les heures retenues.",
        sections=SECTIONS,
    )


@blueprint.route("/rattrapages/<int:plan_id>/etape", methods=["GET", "POST"])
def add_step(plan_id: int) -> ResponseReturnValue:
    """Agree one more step."""
    plan = access.recovery_plan_or_404(plan_id, lock=request.method == "POST")
    lot_id, form = plan.lot_id, StepForm()
    back = url_for(".show", lot_id=lot_id)
    if form.validate_on_submit():
        answer = acts.do(
            form,
            lambda: recovery_plans.add_step(db.session(), plan, form.wanted(), by=access.current().user_id),
            back,
            "L’étape est ajoutée au plan.",
        )
        if answer is not None:
            return answer
    return lot_pages.ask(lot_id, form, "Ajouter une étape", "Ajouter l’étape", back)


@blueprint.post("/rattrapages/<int:plan_id>/etape-faite")
def finish_step(plan_id: int) -> ResponseReturnValue:
    """Note that a step is done today."""
    plan = access.recovery_plan_or_404(plan_id, lock=True)
    step = _step(plan)
    return sheets.press(
        lambda: recovery_plans.finish_step(
            db.session(), plan, step, on=clock.today(), by=access.current().user_id
        ),
        url_for(".show", lot_id=plan.lot_id),
        "L’étape est notée comme faite.",
    )


def _step(plan: RecoveryPlan) -> RecoveryStep:
    """The step of this plan whose button was pressed."""
    chosen = request.form.get("etape", 0, type=int)
    step = db.session.get(RecoveryStep, chosen) if 0 < chosen <= access.LARGEST_ID else None
    if step is None or step.plan_id != plan.id:
        raise RecoveryRefused(
            "Cette étape n’est pas dans le plan. Revenez à la page du plan et choisissez-la."
        )
    return step


@blueprint.post("/rattrapages/<int:plan_id>/terminer")
def close(plan_id: int) -> ResponseReturnValue:
    """End the plan; what it changed stays readable."""
    plan = access.recovery_plan_or_404(plan_id, lock=True)
    return sheets.press(
        lambda: recovery_plans.close(db.session(), plan, on=clock.today(), by=access.current().user_id),
        url_for(".show", lot_id=plan.lot_id),
        "Le plan de rattrapage est terminé.",
    )
