"""A lot that is late has a plan: who does what by when; what it changed is measured, never typed."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from facilitator import recovery, recovery_plans, statements
from facilitator.recovery_plans import RecoveryPlan, RecoveryRefused, Wanted
from facilitator.vocabulary import Pace
from tests import trade
from tests.trade import day

HIRE = Wanted("Accueillir deux peintres", "Le conducteur de travaux", day("30/06/2025"))


def opened(session: Session, lot: trade.Lot, on: str = "15/06/2025") -> RecoveryPlan:
    return recovery_plans.open_plan(session, lot, "Démarrage décalé", HIRE, on=day(on), by=None)


def test_a_lot_has_one_open_plan_at_a_time(session: Session) -> None:
    ground = trade.market(session)
    plan = opened(session, ground.lot)
    with pytest.raises(RecoveryRefused, match="déjà ouvert"):
        opened(session, ground.lot)
    recovery_plans.close(session, plan, on=day("01/07/2025"), by=None)
    again = recovery_plans.open_plan(
        session, ground.lot, "Départ d’un salarié", HIRE, on=day("30/06/2025"), by=None
    )
    assert [each.plan.id for each in recovery_plans.of_lot(session, ground.lot.id)] == [again.id, plan.id]


def test_a_step_before_the_plan_or_in_a_closed_one_is_refused(session: Session) -> None:
    plan = opened(session, trade.market(session).lot)
    with pytest.raises(RecoveryRefused, match="15\u00a0juin\u00a02025"):
        recovery_plans.add_step(session, plan, Wanted("Relancer", "Le titulaire", day("14/06/2025")), by=None)
    recovery_plans.close(session, plan, on=day("01/07/2025"), by=None)
    with pytest.raises(RecoveryRefused, match="terminé depuis le"):
        recovery_plans.add_step(session, plan, HIRE, by=None)


def test_a_step_done_twice_keeps_its_first_day(session: Session) -> None:
    plan = opened(session, trade.market(session).lot)
    [followed] = recovery_plans.of_lot(session, plan.lot_id)
    [step] = followed.steps
    assert followed.late(day("30/06/2025")) == 0 and followed.late(day("01/07/2025")) == 1
    recovery_plans.finish_step(session, plan, step, on=day("20/06/2025"), by=None)
    recovery_plans.finish_step(session, plan, step, on=day("21/06/2025"), by=None)
    assert step.done_on == day("20/06/2025")
    assert recovery_plans.of_lot(session, plan.lot_id)[0].late(day("01/07/2025")) == 0


def test_the_effect_is_the_mean_before_and_since_without_the_month_of_the_opening(session: Session) -> None:
    ground = trade.market(session)
    for month, hours in (("03", "10"), ("04", "20"), ("05", "30"), ("06", "99"), ("07", "80"), ("08", "100")):
        trade.month(session, ground.contract, f"{month}/2025", hours)
    session.commit()
    then = statements.of_lot(session, ground.lot.id, day("15/06/2025"))
    now = statements.of_lot(session, ground.lot.id, day("10/09/2025"))

    told = recovery.effect(then, now)

    assert (told.before, told.since, told.months_since) == (Decimal(20), Decimal(90), 2)
    assert (told.pace_then, told.pace_now) == (Pace.critical, now.pace)
    assert told.projection_now is not None and told.projection_then is not None
    assert told.projection_now > told.projection_then


def test_without_a_full_month_since_nothing_is_said_of_the_effect(session: Session) -> None:
    ground = trade.market(session)
    then = statements.of_lot(session, ground.lot.id, date(2025, 1, 10))
    told = recovery.effect(then, statements.of_lot(session, ground.lot.id, date(2025, 2, 27)))
    assert (told.before, told.since, told.months_since) == (None, None, 0)
