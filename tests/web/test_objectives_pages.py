"""The objectives on screen: gauges with their lists, the indicators of a buyer, what is to be republished, workbooks."""

import io

import openpyxl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import territories
from facilitator.journal import AccessLogEntry
from facilitator.markets import Market
from facilitator.people import Person
from facilitator.vocabulary import ClauseKind, MembershipRole
from tests import builders
from tests.forms_in_pages import Browser, text_of
from tests.test_objectives import a_year_of_purchases, twelve_exits
from tests.trade import day
from tests.web.desk import BUDGET, Desk

ROLE = MembershipRole.facilitator


def said(page: object) -> str:
    return text_of(page).replace("\u00a0", " ").replace("\u202f", " ")  # type: ignore[arg-type]


def stands(words: str, page: str) -> bool:
    """Say whether words stand in a page, cells of a table glued or not."""
    return words.replace(" ", "") in page.replace(" ", "")


def cells(desk: Desk, path: str, name: str) -> list[tuple[object, ...]]:
    """The rows of a sheet below its headings."""
    book = openpyxl.load_workbook(io.BytesIO(desk.get(path).data))
    return list(book[name].iter_rows(min_row=5, values_only=True))


def test_the_gauges_open_the_exits_behind_them_and_leave_a_line(client: Browser, session: Session) -> None:
    place = twelve_exits(session)
    builders.sign_in(client, builders.user(session, ROLE, territory=place))
    desk = Desk(client, session, None)  # type: ignore[arg-type]
    page = said(desk.get("/objectifs?annee=2026&echeance=6"))
    assert desk.selects() <= BUDGET
    for words in (
        "Emploi durable 1 sortie, n = 4",
        "25 %, objectif : 42 %",
        "Sous l’objectif",
        "−17,00 points",
    ):
        assert stands(words, page)
    assert stands(
        "Sorties positives 2 sorties, n = 4 50 %, objectif : 50 % 50,00 % ●Atteint 33,33 %n = 6", page
    )
    everybody = said(desk.get("/objectifs?annee=2026&public=everybody"))
    assert stands("2 sorties, n = 6 33 %, objectif : 42 %", everybody)
    before = session.scalar(select(func.count()).select_from(AccessLogEntry))
    listed = said(desk.get("/objectifs/sorties?annee=2026&public=everybody&ligne=lasting"))
    assert listed.count("A répondu") == 2
    rows = cells(desk, "/objectifs/plie.xlsx?annee=2026&public=everybody", "Sorties")
    session.expire_all()
    names = {person.name for person in session.scalars(select(Person))}
    assert len(rows) == 10 and {row[0] for row in rows} <= names
    assert (session.scalar(select(func.count()).select_from(AccessLogEntry)) or 0) == (before or 0) + 2
    for wrong in ("annee=1e9&echeance=7&public=x", "annee=99999999999&ligne=x"):
        desk.get(f"/objectifs?{wrong}"), desk.get(f"/objectifs/sorties?{wrong}")


def test_a_territory_sets_its_own_targets_and_sees_nobody_else_s_exits(
    client: Browser, session: Session
) -> None:
    place = twelve_exits(session)
    territories.set_parameter(session, place, "plie_lasting", "20", effective_on=day("01/06/2026"), by=None)
    theirs = builders.user(session, ROLE, territory=place)
    here = builders.territory(session)
    builders.sign_in(client, builders.user(session, ROLE, territory=here))
    desk = Desk(client, session, None)  # type: ignore[arg-type]
    assert "Aucune sortie n’a sa date de référence" in said(
        desk.get("/objectifs?annee=2026&public=everybody")
    )
    assert "Fictif" not in said(desk.get("/objectifs/sorties?annee=2026&public=everybody"))
    session.commit()
    other = client.application.test_client()
    builders.sign_in(other, theirs)
    for year, aim in ((2026, "25 %, objectif : 20 %"), (2025, "100 %, objectif : 42 %")):
        assert stands(aim, said(other.get(f"/objectifs?annee={year}")))


def test_the_facilitator_and_the_buyer_read_the_same_indicators(client: Browser, session: Session) -> None:
    place, owner, first = a_year_of_purchases(session)
    builders.sign_in(client, builders.user(session, ROLE, territory=place))
    desk = Desk(client, session, None)  # type: ignore[arg-type]
    asked = f"acheteur={owner.id}&annee=2026"
    page = said(desk.get(f"/objectifs/spaser?{asked}"))
    assert desk.selects() <= BUDGET + 6
    line = "Dont critère social 2 40,00 % 530,00 € 2"
    assert line in page and "Non dit 1 20,00 %" in page
    assert "1 marché" in said(desk.get(f"/objectifs/spaser?{asked}&ligne=unsaid"))
    hours = cells(desk, f"/objectifs/spaser.xlsx?{asked}", "Heures")
    assert [row[1] for row in hours] == [500, 159, 150]
    to_mend = said(desk.get(f"/objectifs/declarations?acheteur={owner.id}"))
    assert "ajoutez « Critère social »" in to_mend or "remplacez « Pas de considération sociale »" in to_mend
    rows = cells(desk, "/objectifs/declarations.xlsx?etat=tous", "Déclarations")
    assert len(rows) == 8
    session.get_one(Market, first.market_id).considerations = ["clause"]
    session.commit()
    assert stands("Conforme1", said(desk.get("/objectifs/declarations")))
    desk.get("/objectifs/declarations?etat=x&acheteur=abc&page=0")


def test_a_buyer_reads_its_own_markets_only_and_no_name(client: Browser, session: Session) -> None:
    _, owner, _ = a_year_of_purchases(session)
    elsewhere = builders.market(session, builders.territory(session), owner, object="Voirie des Rives")
    builders.lot(session, elsewhere, clause=ClauseKind.execution.value)
    builders.sign_in(client, builders.user(session, MembershipRole.authority, organisation=owner))
    desk = Desk(client, session, None)  # type: ignore[arg-type]
    page = said(desk.get("/mes-marches/achats-responsables?annee=2026"))
    assert "Dont critère social 2 40,00 % 530,00 € 2" in page and "Fictif-" not in page
    mend = said(desk.get("/mes-marches/achats-responsables/declarations"))
    assert "Voirie des Rives" in mend
    rows = cells(desk, "/mes-marches/achats-responsables/declarations.xlsx", "Déclarations")
    assert {row[2] for row in rows} == {owner.name} and len(rows) == 8
    assert len(cells(desk, "/mes-marches/achats-responsables/spaser.xlsx?annee=2026", "Marchés")) == 5
    assert desk.get("/objectifs", 404) and desk.get("/objectifs/spaser", 404)
