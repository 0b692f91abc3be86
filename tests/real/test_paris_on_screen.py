"""The Paris file of 2024 through the import screen: read, shown, ticked, confirmed."""

import io
import os
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.ledger import LedgerLine
from facilitator.markets import Lot, Market
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import Desk, open_desk

REAL = Path(os.environ.get("FACILITATOR_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
PARIS = REAL / "decp" / "v2_reel" / "decp_2024_ville_de_paris.json"
BUYER = "21750001600019"


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def preview(desk: Desk) -> tuple[str, str]:
    """Send the file; the address of its preview, and what it says."""
    chosen = {"files": (io.BytesIO(PARIS.read_bytes()), PARIS.name)}
    sent = desk.send(desk.get("/marches/importer"), chosen)
    sent.request.environ["wsgi.input"].close()  # the test client leaves a long body open
    address = sent.location
    return address, re.sub(r"[\u00a0\u202f]", " ", text_of(desk.get(address)))


def test_the_social_markets_of_paris_come_in_once(desk: Desk, session: Session) -> None:
    address, said = preview(desk)
    assert "1 054 enregistrements lus" in said and "dont 220 avec clause sociale" in said
    page = desk.get(address)
    assert page_of(page).xpath("count(//input[@name='marches'][@checked])") == 220
    desk.send(page, {"which": "coches"})
    mine = select(func.count(Market.id)).where(Market.published.is_not(None))
    assert session.scalar(mine) == 220
    lots = select(Lot.id).join(Market, Market.id == Lot.market_id).where(Market.published.is_not(None))
    assert len(session.scalars(lots).all()) == 220
    owed = select(func.count(LedgerLine.id)).where(LedgerLine.lot_id.in_(lots))
    assert session.scalar(owed) == 0  # hours are never invented
    first = session.scalars(lots.order_by(Lot.id).limit(1)).one()
    assert "restent à définir" in text_of(desk.get(f"/lots/{first}"))
    _, again = preview(desk)
    assert "Déjà suivis220" in again
