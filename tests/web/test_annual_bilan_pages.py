"""The annual bilan on screen: the answer, the two files, what is no year."""

import pytest
from sqlalchemy.orm import Session

from tests import trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.pdf_text import text_of_pdf
from tests.web.desk import Desk, open_desk


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def test_the_page_answers_first_and_offers_both_files(desk: Desk) -> None:
    trade.month(desk.session, desk.ground.contract, "10/2026", "31.50")
    desk.session.commit()
    page = desk.get("/rapports/bilan-annuel?annee=2026")
    assert "En 2026, 31,50" in text_of(page)
    links = [str(each) for each in page_of(page).xpath("//div[@class='actions']/a/@href")]
    assert len(links) == 2
    pdf, workbook = (desk.get(each) for each in links)
    assert "31,50 h" in text_of_pdf(pdf.data)
    assert workbook.data.startswith(b"PK")
    # One person: nothing of people is told to the committee.
    assert "un nombre masqué de personnes" in text_of(page)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("year", ["2027", "1999", "hier", "²", "20261"])
def test_what_is_no_year_is_told(desk: Desk, year: str) -> None:
    for path in ("/rapports/bilan-annuel", "/rapports/bilan-annuel.pdf", "/rapports/bilan-annuel.xlsx"):
        assert "Choisissez" in text_of(desk.get(f"{path}?annee={year}", 422))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_bilan_costs_the_same_whatever_the_lines(desk: Desk) -> None:
    costs = []
    for month in ("09/2026", "10/2026"):
        trade.month(desk.session, desk.ground.contract, month, "31")
        desk.session.commit()
        desk.get("/rapports/bilan-annuel?annee=2026")
        costs.append(desk.selects())
    assert costs[0] == costs[1]
