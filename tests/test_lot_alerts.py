"""A lot says what is wrong and what to do next."""

from sqlalchemy.orm import Session

from facilitator import lot_alerts, recovery_plans, statements
from facilitator.lot_alerts import NextAction
from facilitator.recovery_plans import Wanted
from tests import trade
from tests.trade import day


def alerts(session: Session, lot_id: int, on: str) -> list[tuple[str, NextAction]]:
    session.commit()
    at = statements.of_lot(session, lot_id, day(on))
    return [(each.tone, each.action) for each in lot_alerts.of_lot(session, lot_id, at, day(on))]


def test_a_critical_lot_asks_for_a_plan_and_names_who_is_silent(session: Session) -> None:
    ground = trade.market(session)
    trade.month(session, ground.contract, "02/2025", "10")

    assert alerts(session, ground.lot.id, "10/07/2025") == [
        ("critical", NextAction.recover),
        ("late", NextAction.ask_hours),
    ]


def test_with_a_plan_only_its_late_steps_are_told(session: Session) -> None:
    ground = trade.market(session)
    trade.month(session, ground.contract, "06/2025", "10")
    step = Wanted("Accueillir deux peintres", "Le titulaire", day("20/07/2025"))
    recovery_plans.open_plan(session, ground.lot, "Retard", step, on=day("10/07/2025"), by=None)

    assert alerts(session, ground.lot.id, "15/07/2025") == []
    assert alerts(session, ground.lot.id, "21/07/2025") == [("late", NextAction.follow_plan)]


def test_waiting_hours_and_hours_to_split_are_told(session: Session) -> None:
    ground = trade.market(session)
    trade.declared(session, ground.contract, "01/06/2025", "30/06/2025", "120")

    assert ("late", NextAction.validate) in alerts(session, ground.lot.id, "10/07/2025")


def test_a_lot_without_dates_asks_for_them(session: Session) -> None:
    place = trade.territory(session)
    lot = trade.lot(session, place, hours="100", end=None)
    assert alerts(session, lot.id, "10/07/2025") == [("late", NextAction.set_dates)]


def test_a_lot_on_time_and_up_to_date_asks_nothing(session: Session) -> None:
    ground = trade.market(session)
    for month in range(2, 7):
        trade.month(session, ground.contract, f"{month:02}/2025", "70")
    assert alerts(session, ground.lot.id, "10/07/2025") == []
