"""A facilitator groups markets in operations, and says who leads on a market."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import bilans, operations
from facilitator.journal import JournalEntry
from facilitator.markets import Market, Operation
from facilitator.operations import OperationRefused
from tests import trade
from tests.forms_in_pages import Browser, text_of
from tests.web.desk import Desk, open_desk


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def said(page: object) -> str:
    return text_of(page).replace("\u00a0", " ").replace("\u202f", " ")  # type: ignore[arg-type]


def market_of(desk: Desk) -> Market:
    desk.session.expire_all()
    return desk.session.get_one(Market, desk.ground.lot.market_id)


def test_a_market_enters_a_new_operation_then_another_one_then_none(desk: Desk) -> None:
    other = operations.create(desk.session, desk.ground.territory.id, name="Écoles", by=None)
    where = f"/marches/{desk.ground.lot.market_id}"
    site = {"name": "Quartier des Tilleuls", "npnru": True, "sector": "bâtiment"}
    desk.send(desk.get(f"{where}/operation"), site)
    text = said(desk.get(where))
    assert "Quartier des Tilleuls · NPNRU · bâtiment" in text and "· GUP" not in text
    desk.send(desk.get(f"{where}/operation"), {"operation": other.id})
    assert market_of(desk).operation_id == other.id
    desk.send(desk.get(f"{where}/operation"), {"operation": ""})
    assert market_of(desk).operation_id is None and "Ranger dans une opération" in said(desk.get(where))
    verbs = desk.session.scalars(select(JournalEntry.verb).where(JournalEntry.thing == "market"))
    assert list(verbs).count("group") == 3


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "Écoles"}, "déjà une opération"),
        ({"gup": True}, "Nommez la nouvelle opération"),
        ({"name": "Neuve", "operation": "first"}, "pas les deux"),
    ],
)
def test_an_unclear_operation_is_refused(desk: Desk, typed: dict[str, object], sentence: str) -> None:
    known = operations.create(desk.session, desk.ground.territory.id, name="Écoles", by=None)
    typed = {name: known.id if value == "first" else value for name, value in typed.items()}
    page = desk.get(f"/marches/{desk.ground.lot.market_id}/operation")
    assert sentence in said(desk.send(page, typed, status=422))
    assert desk.session.scalars(select(Operation.name)).all() == ["Écoles"]


def test_the_operation_of_another_territory_is_neither_offered_nor_opened(desk: Desk) -> None:
    theirs = operations.create(desk.session, trade.territory(desk.session).id, name="Ailleurs", by=None)
    page = desk.get(f"/marches/{desk.ground.lot.market_id}/operation")
    assert "Ailleurs" not in said(page)
    assert desk.client.get(f"/operations/{theirs.id}").status_code == 404
    with pytest.raises(OperationRefused):
        operations.group(desk.session, market_of(desk), theirs, by=None)


def test_two_editors_of_an_operation_see_each_other(desk: Desk) -> None:
    known = operations.create(desk.session, desk.ground.territory.id, name="Écoles", by=None)
    page, other = (desk.get(f"/operations/{known.id}") for _ in range(2))
    desk.send(page, {"name": "Groupes scolaires", "gup": True})
    conflict = said(desk.send(other, {"name": "Collèges"}, status=409))
    assert "Groupes scolaires" in conflict and "Collèges" in conflict


def test_an_associated_territory_says_so_and_the_buyer_reads_the_pilot_s_hours(desk: Desk) -> None:
    ground, where = desk.ground, f"/marches/{desk.ground.lot.market_id}"
    elsewhere = trade.lot(desk.session, trade.territory(desk.session), hours="400", by_buyer=ground.buyer)
    mine, theirs = market_of(desk), desk.session.get_one(Market, elsewhere.market_id)
    mine.decp_id = theirs.decp_id = "2026COMMUN"
    desk.send(desk.get(f"{where}/modifier"), {"pilot": "associe"})
    assert not market_of(desk).pilot and "territoire associé" in said(desk.get(where))
    found = bilans.situation(desk.session, ground.buyer.id, trade.day("31/12/2025"))
    assert [(len(market.lots), market.statement.owed) for market in found.markets] == [(1, 400)]
    desk.send(desk.get(f"{where}/modifier"), {"object": "Autre objet"})
    assert not market_of(desk).pilot
    desk.send(desk.get(f"{where}/modifier"), {"pilot": "pilote"})
    assert market_of(desk).pilot


def test_a_form_that_lost_the_version_that_was_read_changes_nothing(desk: Desk) -> None:
    known = operations.create(desk.session, desk.ground.territory.id, name="Écoles", by=None)
    page = desk.get(f"/operations/{known.id}")
    desk.send(page, {"name": "Collèges", "version": ""}, status=409)
    desk.session.expire_all()
    assert known.name == "Écoles"
