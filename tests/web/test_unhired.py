"""People validated for long without a hire: told on their page and in the day, and listed."""

import datetime

import pytest
from sqlalchemy.orm import Session

from facilitator import unhired
from facilitator.people import Person
from facilitator.periods import add_months
from facilitator.vocabulary import ContractType
from facilitator.web import clock
from tests import trade
from tests.forms_in_pages import Browser, text_of
from tests.web.desk import Desk, open_desk

DAY = datetime.timedelta(days=1)


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def said(page: object) -> str:
    return text_of(page).replace("\u00a0", " ").replace("\u202f", " ")  # type: ignore[arg-type]


def validated(desk: Desk, since: datetime.date) -> Person:
    return trade.person(desk.session, desk.ground.territory, f"{since:%d/%m/%Y}")


def ago(months: int, days: int = 0) -> datetime.date:
    return add_months(clock.today(), -months) - days * DAY


def test_a_fiche_without_a_hire_is_told_in_the_day_in_a_list_and_on_the_person_s_page(desk: Desk) -> None:
    late, recent = validated(desk, ago(7)), validated(desk, ago(2))
    day = said(desk.get("/ma-journee"))
    assert "1personne validée sans embauche" in day
    listed = desk.get("/personnes?filtre=sans-embauche")
    assert "Validées depuis plus de 6 mois" in said(listed)
    assert f"/personnes/{late.id}" in listed.text and f"/personnes/{recent.id}" not in listed.text
    assert f"/personnes/{desk.ground.person.id}" not in listed.text  # at work
    assert "le délai de 6 mois pour une embauche est passé" in said(desk.get(f"/personnes/{late.id}"))
    assert "le délai de" not in said(desk.get(f"/personnes/{recent.id}"))
    none = said(desk.get("/personnes?filtre=sans-embauche&q=personne-de-ce-nom"))
    assert "Personne n’attend une embauche au-delà du délai sous ce nom" in none


def test_any_contract_since_the_date_of_effect_ends_the_alert(desk: Desk) -> None:
    session, award = desk.session, desk.ground.award
    hired, before = validated(desk, ago(8)), validated(desk, ago(8))
    start, end = ago(9), ago(8, days=1)
    cdd = ContractType.cdd
    trade.direct(session, hired, award, cdd, f"{ago(1):%d/%m/%Y}", f"{clock.today():%d/%m/%Y}")
    trade.direct(session, before, award, cdd, f"{start:%d/%m/%Y}", f"{end:%d/%m/%Y}")
    today = clock.today()
    assert unhired.of_person(session, hired, today) is None
    found = unhired.of_person(session, before, today)
    assert found is not None and found.deadline == add_months(ago(8), 6)
    assert unhired.count(session, desk.ground.territory.id, today) == 1


def test_the_delay_ends_on_its_last_day_whatever_the_month(desk: Desk) -> None:
    person = trade.person(desk.session, desk.ground.territory, "31/08/2025")
    for on, told in (("28/02/2026", False), ("01/03/2026", True), ("01/09/2027", False)):
        assert bool(unhired.of_person(desk.session, person, trade.day(on))) is told, on
    other = trade.person(desk.session, desk.ground.territory, "28/02/2026")
    assert unhired.of_person(desk.session, other, trade.day("28/08/2026")) is None
    assert unhired.of_person(desk.session, other, trade.day("31/08/2026")) is not None


def test_the_day_costs_the_same_however_many_wait(desk: Desk) -> None:
    validated(desk, ago(7))
    desk.get("/ma-journee")
    once = desk.selects()
    for _ in range(4):
        validated(desk, ago(7))
    assert "5personnes validées sans embauche" in said(desk.get("/ma-journee"))
    assert desk.selects() == once
