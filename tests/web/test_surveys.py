"""The survey’s pages: the territory reads every line, an administrator whole territories and nobody."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator.survey_campaigns import SurveyVersion
from facilitator.vocabulary import MembershipRole
from tests import builders, survey_year
from tests.forms_in_pages import Browser, page_of, text_of
from tests.survey_year import Lived
from tests.workbooks import opened, sheet


def at_the_desk(client: Browser, session: Session) -> Lived:
    here = survey_year.lived(session)
    user = builders.user(session, MembershipRole.facilitator, territory=here.ground.territory)
    assert builders.sign_in(client, user).status_code == 303
    return here


def test_a_facilitator_goes_from_a_figure_to_its_lines_and_sends_the_year(
    client: Browser, session: Session
) -> None:
    here = at_the_desk(client, session)
    page = client.get("/enquete?annee=2025")
    said = text_of(page)
    for words in ("194,75 h", "sur 1 territoire", "sur 1 structure ayant renseigné", "version 2026-1"):
        assert words in said, words
    assert "Non trouv" not in said and "2016, 2018, 2019, 2020" in said
    links = dict.fromkeys(page_of(page).xpath("//main//table//a/@href | //dl//a/@href"))
    lists = [each for each in links if each.startswith("/enquete/lignes/")]
    assert len(lists) > 25
    for each in lists[:: len(lists) // 12]:
        assert client.get(each).status_code == 200, each
    people = client.get("/enquete/lignes/people?annee=2025&part=sex/f")
    assert f"/personnes/{here.ground.person.id}" not in people.text  # nobody said her sex
    assert len(page_of(people).xpath("//tbody/tr")) == 3
    book = client.get("/enquete/lignes/hours_counted/classeur.xlsx?annee=2025")
    *each, whole = [
        row[-1] for row in sheet(opened(book.data), "Lignes").iter_rows(min_row=5, values_only=True)
    ]
    assert whole == 194.75 == sum(float(str(hours)) for hours in each)
    assert client.get("/enquete/classeur.xlsx?annee=2025").data[:2] == b"PK"
    _sent(client, session)


def _sent(client: Browser, session: Session) -> None:
    campaign = client.get("/enquete/campagnes/2025")
    assert client.submit(campaign, form="/enquete/campagnes/2025/ouvrir").status_code == 303
    page = client.get("/enquete/campagnes/2025/transmettre")
    for _ in range(2):  # the same sending has one effect
        assert _send(client, page).status_code == 303
    [version] = session.scalars(select(SurveyVersion)).all()
    again = _send(client, client.get("/enquete/campagnes/2025/transmettre"))
    assert again.status_code == 422 and "Rien n’a changé" in text_of(again)
    file = client.get(f"/enquete/versions/{version.id}.xlsx")
    assert file.data == version.workbook
    assert "Rien n’a changé depuis la version n° 1" in text_of(client.get("/enquete/campagnes/2025"))


def _send(client: Browser, page: TestResponse) -> TestResponse:
    key = page_of(page).xpath("//main//input[@name='submission']/@value")[0]
    return client.submit(page, {"submission": key})


def test_what_is_no_figure_or_no_year_is_not_found_and_an_odd_address_reads_last_year(
    client: Browser, session: Session
) -> None:
    at_the_desk(client, session)
    for path in ("lignes/rien", "lignes/people?part=sex/x", "lignes/followup?part=7/left"):
        assert client.get(f"/enquete/{path}").status_code == 404, path
    for year in (1999, 2027, 99999):
        assert client.get(f"/enquete/campagnes/{year}").status_code == 404
    for odd in ("annee=abcd", "annee=9999", "annee=²025", "annee="):
        assert "Enquête nationale 2025" in text_of(client.get(f"/enquete?{odd}"))


def test_an_administrator_reads_territories_masked_and_nobody(client: Browser, session: Session) -> None:
    here = survey_year.lived(session)
    own, other = here.ground.territory.id, here.neighbour.id
    builders.sign_in(client, builders.user(session, MembershipRole.administrator))
    page = client.get("/enquete?annee=2025")
    assert "tous les territoires" in text_of(page)
    assert "Ouvrir la campagne" not in text_of(page)
    assert not page_of(page).xpath("//a[contains(@href, '/personnes')]")
    assert "masqué" in text_of(page)
    hours = client.get("/enquete/lignes/hours_counted?annee=2025")
    assert "194,75 h" in text_of(hours) and "244,75 h" in text_of(hours)
    people = client.get("/enquete/lignes/people?annee=2025")
    assert text_of(people).count("masqué") >= 2 and here.ground.person.last_name.upper() not in people.text
    alone = client.get(f"/enquete?annee=2025&territoire={own}")
    assert "7 personnes" not in text_of(alone)
    both = client.get(f"/enquete?annee=2025&territoire={own}&territoire={other}")
    assert "Pour un choix de territoires" in text_of(both)
    for path in ("campagnes/2025", "lignes/people/classeur", "versions/1.xlsx"):
        assert client.get(f"/enquete/{path}").status_code == 404, path
    assert client.get("/enquete/lignes/rien").status_code == 404


def test_the_page_asks_as_many_queries_whatever_the_lines(client: Browser, session: Session) -> None:
    here = at_the_desk(client, session)
    counts = []
    for _ in range(2):
        client.get("/enquete?annee=2025")
        assert client.watch is not None
        page = client.watch.selects
        client.get("/enquete/lignes/contracts?annee=2025")
        counts.append((page, client.watch.selects))
        survey_year.more(session, here.ground)
    assert counts[0] == counts[1]
