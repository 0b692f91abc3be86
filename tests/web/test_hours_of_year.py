"""A declarant’s year on its page and as a workbook: each cell leads to its month, and nobody else’s is there."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.contracts import Contract
from facilitator.journal import AccessLogEntry
from facilitator.vocabulary import ContractType, MembershipRole
from tests import builders, months, trade, workbooks
from tests.forms_in_pages import Browser, page_of, text_of
from tests.months import Etti

PAGE = "/heures/annee/2026"


@pytest.fixture
def scene(client: Browser, session: Session) -> Etti:
    scene = months.etti(session)
    [cell] = months.cells(months.page(session, scene.etti), scene.people[1], scene.x)
    contract = session.get_one(Contract, cell.key[0])
    trade.validated(session, contract, "01/04/2026", "30/04/2026", "120.25")
    builders.sign_in(client, builders.user(session, MembershipRole.siae, organisation=scene.etti))
    return scene


def test_a_cell_says_its_hours_and_state_and_leads_to_its_month(client: Browser, scene: Etti) -> None:
    page = client.get(PAGE)
    text = text_of(page)
    assert "validées : 120,25" in text
    assert "à déclarer :" in text
    assert page_of(page).xpath("//table//a[@href='/heures/mois/2026-04']")
    assert client.get("/heures/mois/2026-04").status_code == 200
    copied = page_of(page).xpath("//textarea")[0].text
    line = next(each for each in copied.splitlines() if "120,25" in each)
    assert line.split("\t")[-1] == "120,25"


def test_the_workbook_has_the_figures_of_the_page(client: Browser, session: Session, scene: Etti) -> None:
    answer = client.get(f"{PAGE}.xlsx")
    assert answer.status_code == 200
    book = workbooks.opened(answer.data)
    rows = workbooks.rows(workbooks.sheet(book, "Heures"), "Personne")
    assert Decimal(str(rows[-1]["Total"])) == Decimal("120.25")
    verbs = session.scalars(select(AccessLogEntry.verb)).all()
    assert verbs[-1] == "export"


@pytest.mark.parametrize("year", ["1999", "2101", "26", "2026x", "-1"])
def test_a_year_that_is_none_is_not_found(client: Browser, scene: Etti, year: str) -> None:
    assert client.get(f"/heures/annee/{year}").status_code == 404


def test_an_empty_year_says_what_will_stand_there(client: Browser, scene: Etti) -> None:
    assert "Aucune heure ni aucun contrat" in text_of(client.get("/heures/annee/2020"))


def test_the_year_costs_the_same_however_many_people(client: Browser, session: Session, scene: Etti) -> None:
    watch = client.watch
    assert watch is not None
    client.get(PAGE)
    before = watch.selects
    for _ in range(8):
        person = trade.person(session, scene.territory, "01/06/2025")
        at_work = trade.work(
            session, person, scene.y, scene.etti, ContractType.ctt, "01/04/2026", "30/06/2026"
        )
        trade.month(session, at_work.contract, "04/2026", "63")
    assert text_of(client.get(PAGE)).count("63,00") > 8
    assert watch.selects == before <= 15


def test_a_stranger_reads_nothing_of_it(client: Browser, session: Session, scene: Etti) -> None:
    stranger = builders.user(session, MembershipRole.company, organisation=trade.company(session))
    builders.sign_in_again(client, stranger)
    assert "Camille" not in text_of(client.get(PAGE))
    book = workbooks.opened(client.get(f"{PAGE}.xlsx").data)
    assert "Camille" not in workbooks.all_text(book)
