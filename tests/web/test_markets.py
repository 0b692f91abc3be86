"""A facilitator follows markets: by hand, amended, lot by lot, down to the buyer’s workbook."""

import io
import re
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import lot_dates
from facilitator.markets import Lot, Market, MarketModification
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import BUDGET, Desk, open_desk


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def main(page: object) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", text_of(page))  # type: ignore[arg-type]


def typed(**others: str) -> dict[str, object]:
    return {
        "siret": builders.siret(),
        "buyer_name": "Ville Fictive",
        "object": "Construction d’une école fictive",
        "cpv": "45214210-5",
        "start": "2026-01-05",
        "end": "2026-12-31",
        **others,
    }


def test_a_market_is_made_by_hand_with_its_first_lot(desk: Desk) -> None:
    done = desk.send(desk.get("/marches/nouveau"), typed(notified_on="2025-12-01"))
    text = main(desk.get(done.location))
    assert "Construction d’une école fictive" in text and "Ville Fictive" in text
    assert "identifiant DECP à venir" in text and "à définir" in text
    made = desk.session.scalars(select(Market).where(Market.object.contains("école fictive"))).one()
    lot = desk.session.scalars(select(Lot).where(Lot.market_id == made.id)).one()
    assert (lot.number, lot.title, lot.cpv) == ("1", made.object, "45214210-5")
    assert lot_dates.execution(desk.session, [lot.id])[lot.id] == (
        trade.day("05/01/2026"),
        trade.day("31/12/2026"),
    )


def test_the_same_market_sent_twice_is_made_once(desk: Desk) -> None:
    page, values = desk.get("/marches/nouveau"), typed(decp_id="2026FICTIF")
    assert desk.send(page, values).location == desk.send(page, values).location
    again = desk.send(desk.get("/marches/nouveau"), values, status=422)
    assert "déjà suivi par le territoire" in main(again)
    assert desk.session.scalar(select(func.count(Market.id))) == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"siret": ""}, "Renseignez ce champ"),
        ({"siret": "12345678901234"}, "clé du SIRET"),
        ({"siret": "abc"}, "quatorze chiffres"),
        ({"buyer_name": ""}, "Donnez le nom"),
        ({"object": "   "}, "Renseignez ce champ"),
        ({"object": "x" * 2001}, "au plus 2 000"),
        ({"cpv": "45"}, "huit chiffres"),
        ({"notified_on": "2026-02-30"}, "n’existe pas au calendrier"),
        ({"end": "2025-01-01"}, "précède le début"),
        ({"decp_id": "x" * 65}, "au plus 64"),
    ],
)
def test_a_market_that_cannot_be_made_keeps_what_was_typed(
    desk: Desk, wrong: dict[str, str], sentence: str
) -> None:
    refused = desk.send(desk.get("/marches/nouveau"), typed(**wrong), status=422)
    assert sentence in main(refused)
    if "object" not in wrong:
        assert "école fictive" in refused.text
    assert desk.session.scalar(select(func.count(Market.id))) == 1


def test_the_list_finds_a_market_by_object_buyer_or_number(desk: Desk) -> None:
    desk.send(desk.get("/marches/nouveau"), typed(buyer_number="AO-77"))
    for words in ("ÉCOLE", "ville fictive", "AO-77"):
        assert "école fictive" in desk.get(f"/marches?q={words}").text, words
    assert "Aucun marché" in main(desk.get("/marches?q=100%25"))


def test_the_list_asks_as_many_queries_for_sixty_markets_as_for_one(desk: Desk) -> None:
    desk.get("/marches")
    once = desk.selects()
    for number in range(60):
        trade.lot(desk.session, desk.ground.territory, number=str(number))
    page = desk.get("/marches")
    assert desk.selects() == once <= BUDGET
    assert len(page_of(page).xpath("//table[@id='marches']/tbody/tr")) == 50
    assert "Page 2" in main(desk.get("/marches?page=2"))


def test_a_market_shows_its_sum_and_what_was_published(desk: Desk) -> None:
    trade.month(desk.session, desk.ground.contract, "02/2025", "140")
    market = desk.session.get_one(Market, desk.ground.lot.market_id)
    market.published, market.amount = "{}", Decimal("125000.50")
    desk.session.add(MarketModification(market_id=market.id, position=1, number="1", amount=Decimal(130000)))
    page = desk.get(f"/marches/{market.id}")
    text = main(page)
    assert "tel que publié125 000,50 €" in text and "130 000,00 €" in text
    assert "Considérations socialesnon renseigné" in text and "ce n’est pas « aucune »" in text
    assert "140,00 h" in text and "14,00 %" in text
    market.considerations = ["aucune"]
    assert "Pas de considération sociale" in main(desk.get(f"/marches/{market.id}"))
    assert "n’est pas encore connue" in main(desk.get(f"/marches/{market.id}?au=2099-01-01", 422))


def test_the_workbook_of_a_market_shows_the_hours_of_its_page(desk: Desk) -> None:
    trade.month(desk.session, desk.ground.contract, "02/2025", "140")
    page = desk.get(f"/marches/{desk.ground.lot.market_id}")
    answer = desk.get(page_of(page).xpath("//a[contains(@href, 'bilan.xlsx')]/@href")[0])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    book = load_workbook(io.BytesIO(answer.data))
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {1000, 140} <= {value for value in cells if isinstance(value, (int, float))}


def test_a_market_is_amended_and_two_editors_see_each_other(desk: Desk) -> None:
    where = f"/marches/{desk.ground.lot.market_id}"
    page, other = desk.get(f"{where}/modifier"), desk.get(f"{where}/modifier")
    assert page_of(page).xpath("//input[@name='decp_id']/@value") == [""]
    desk.send(page, {"object": "Objet corrigé", "decp_id": "2026VRAI"})
    assert "marché 2026VRAI" in main(desk.get(where))
    conflict = desk.send(other, {"object": "Autre objet"}, status=409)
    assert "Objet corrigé" in main(conflict) and "Autre objet" in main(conflict)
    emptied = desk.send(desk.get(f"{where}/modifier"), {"decp_id": ""}, status=422)
    assert "au lieu de l’effacer" in main(emptied)


def test_a_lot_is_added_once_under_a_number(desk: Desk) -> None:
    where = f"/marches/{desk.ground.lot.market_id}"
    values = {"number": "2", "title": "Peinture", "start": "2026-01-05", "end": "2026-12-31"}
    done = desk.send(desk.get(f"{where}/lots/nouveau"), values)
    assert "Lot 2 – Peinture" in main(desk.get(done.location))
    assert "déjà un lot 2" in main(desk.send(desk.get(f"{where}/lots/nouveau"), values, status=422))
    assert "Lot 2 – Peinture" in main(desk.get(where))
