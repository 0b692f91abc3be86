"""A monthly plan typed by a facilitator: the hours expected follow it, until it is taken away."""

from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import lot_dates, lot_plan, statements
from facilitator.journal import JournalEntry
from facilitator.markets import MarketRefused
from tests import trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.trade import day
from tests.web.desk import Desk, open_desk

D = Decimal


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def said(page: object) -> str:
    return text_of(page).replace("\u00a0", " ").replace("\u202f", " ")  # type: ignore[arg-type]


def address(desk: Desk, rest: str = "/plan") -> str:
    return f"/lots/{desk.ground.lot.id}{rest}"


def expected(desk: Desk, on: str) -> Fraction | None:
    desk.session.expire_all()
    found = statements.of_lot(desk.session, desk.ground.lot.id, day(on)).expected
    return None if found is None else Fraction(found)


def test_the_hours_expected_follow_the_plan_and_go_back_to_an_even_rhythm(desk: Desk) -> None:
    even = expected(desk, "31/12/2025")
    page = desk.get(address(desk))
    assert len(page_of(page).xpath("//input[@inputmode='decimal']")) == 24
    desk.send(page, {"hours_2025_02": "300", "hours_2025_03": "62,5", "hours_2026_01": "0"})
    assert expected(desk, "31/01/2025") == 0
    assert expected(desk, "14/02/2025") == 150
    assert expected(desk, "31/12/2025") == Fraction("362.5")
    tab = said(desk.get(address(desk, "/engagement")))
    assert "un plan de 3 mois, 362,50 h en tout, pour 1 000,00 h engagées" in tab
    again = desk.get(address(desk))
    assert page_of(again).xpath("//input[@name='hours_2025_03']/@value") == ["62,50"]
    assert "-637,50 h" in said(again).replace("−", "-")
    desk.send(again, {"hours_2025_02": "", "hours_2025_03": "", "hours_2026_01": ""})
    assert expected(desk, "31/12/2025") == even
    journal = said(desk.get(address(desk, "/journal")))
    assert "Plan mensuel : 3 mois, 362,50 h." in journal and "Plan mensuel retiré" in journal


def test_a_plan_that_cannot_be_kept_is_refused_and_writes_nothing(desk: Desk) -> None:
    page = desk.get(address(desk))
    assert "aucune heure" in said(desk.send(page, {"hours_2025_02": "0"}, status=422))
    wrong = desk.send(page, {"hours_2025_02": "-5", "hours_2025_03": "10"}, status=422)
    assert page_of(wrong).xpath("//input[@name='hours_2025_02']/@value") == ["-5"]
    assert not lot_plan.of_lot(desk.session, desk.ground.lot.id)
    assert not desk.session.scalars(select(JournalEntry).where(JournalEntry.verb == "plan")).all()


def test_two_editors_of_a_plan_see_each_other(desk: Desk) -> None:
    page, other = desk.get(address(desk)), desk.get(address(desk))
    desk.send(page, {"hours_2025_02": "300"})
    conflict = said(desk.send(other, {"hours_2025_02": "400"}, status=409))
    assert "300" in conflict and "400" in conflict


def test_a_lot_without_dates_or_too_long_has_no_plan(desk: Desk) -> None:
    lot = trade.lot(desk.session, desk.ground.territory, start=None, end=None, number="9")
    assert "Fixez d’abord" in said(desk.get(f"/lots/{lot.id}/plan", status=422))
    assert "/plan" not in desk.get(f"/lots/{lot.id}/engagement").text
    lot_dates.set_date(desk.session, desk.ground.lot, "end", day("31/12/2099"), by=None)
    assert "au plus 60 mois" in said(desk.get(address(desk), status=422))


def test_months_planned_before_the_dates_moved_stay_in_sight() -> None:
    bounds = (day("15/02/2026"), day("02/04/2026"))
    months = lot_plan.months(bounds, {day("01/06/2026"): D(10)})
    assert [each.month for each in months] == [2, 3, 4, 6]
    with pytest.raises(MarketRefused):
        lot_plan.months((None, day("02/04/2026")), {})
