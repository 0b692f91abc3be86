"""The activity report on screen: its figures open their lists, the same figures in the PDF and in the workbook."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from facilitator import field_actions
from facilitator.field_actions import About, What
from facilitator.vocabulary import FieldActionKind, MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.pdf_text import text_of_pdf
from tests.trade import day
from tests.web.desk import Desk, open_desk

ON = day("23/11/2026")
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def noted(desk: Desk, on: str, minutes: int) -> None:
    about = About(desk.ground.territory.id, desk.ground.lot.id)
    what = What(FieldActionKind.visit, day(on), minutes, "Visite avec Camille Fictif")
    field_actions.note(desk.session, about, what, on=ON, by=None)
    desk.session.commit()


def test_each_figure_opens_its_list_and_stands_in_both_files(desk: Desk) -> None:
    noted(desk, "10/03/2026", 90)
    noted(desk, "10/04/2026", 35)
    kept = "du=2026-01-01&au=2026-11-23&financeur=fse"
    page = desk.get(f"/rapports/activite?{kept}")
    assert "pour le FSE+" in text_of(page)
    links = [str(each) for each in page_of(page).xpath("//table//a/@href") if "quoi=" in each]
    assert links
    for link in links:
        listed = desk.get(link)
        shown = page_of(page).xpath(f"//a[@href='{link}']")[0].text_content()
        assert text_of(listed).count(f": {shown}"), link
        assert page_of(listed).xpath("//table//tbody/tr"), link
    assert "Visite avec Camille Fictif" in text_of(desk.get(f"/rapports/activite/lignes?quoi=visit&{kept}"))
    words = text_of_pdf(desk.client.get(f"/rapports/activite.pdf?{kept}").data)
    assert "Visites 2 2 h 05" in words
    assert "pour le FSE+" in words
    book = load_workbook(BytesIO(desk.client.get(f"/rapports/activite.xlsx?{kept}").data))
    rows = {row[0]: row[1:3] for row in book["Synthèse"].iter_rows(min_row=11, values_only=True)}
    assert rows["Visites"] == (2, 125)
    told = [cell for row in book["Lignes"].iter_rows(values_only=True) for cell in row]
    assert told.count("Visites") == 2
    # What was typed may name somebody: it stays on the site.
    assert not any("Camille" in str(cell) for cell in told)


def test_an_empty_territory_says_what_will_appear(client: Browser, session: Session) -> None:
    place = trade.territory(session)
    user = builders.user(session, MembershipRole.facilitator, territory=place)
    builders.sign_in(client, user)
    assert "Rien n’est encore noté" in text_of(client.get("/rapports/activite"))
    assert "Aucune demande de validation" in text_of_pdf(client.get("/rapports/activite.pdf").data)
    assert client.get("/rapports/activite.xlsx").status_code == 200


@SQLITE
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("du=2026-03-02&au=2026-03-01", "précède son début"),
        ("au=2027-12-31", "n’est pas encore passé"),
        ("du=2020-01-01", "dépasse 36"),
        ("du=hier", "ne se lit pas comme une date"),
        ("facilitateur=987654", "aucune activité sur votre territoire"),
        ("facilitateur=x", "ne désigne aucun facilitateur"),
        ("facilitateur=99999999999999999999", "ne désigne aucun facilitateur"),
    ],
)
def test_what_makes_no_report_is_told(desk: Desk, query: str, sentence: str) -> None:
    for path in ("/rapports/activite", "/rapports/activite.pdf", "/rapports/activite.xlsx"):
        assert sentence in text_of(desk.get(f"{path}?{query}", 422))


@SQLITE
def test_a_facilitator_of_another_territory_is_nobody_here(desk: Desk) -> None:
    other = trade.market(desk.session)
    stranger = builders.user(desk.session, MembershipRole.facilitator, territory=other.territory)
    desk.session.commit()
    desk.get(f"/rapports/activite?facilitateur={stranger.id}", 422)
    desk.get("/rapports/activite/lignes?quoi=intrus", 404)
    desk.get("/rapports/activite/lignes?quoi=visit&mois=2031-01", 404)


@SQLITE
def test_the_report_costs_the_same_whatever_the_lines(desk: Desk) -> None:
    costs = []
    for _ in range(2):
        desk.get("/rapports/activite")
        costs.append(desk.selects())
        for on in ("10/03/2026", "11/03/2026", "12/04/2026"):
            noted(desk, on, 10)
    assert costs[0] == costs[1] <= 32
