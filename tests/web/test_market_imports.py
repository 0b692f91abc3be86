"""Published markets come in on screen: choose, look, tick, confirm; nothing is written before."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.import_batches import ImportBatch
from facilitator.ledger import LedgerLine
from facilitator.markets import Lot, Market, Operation
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import Desk, open_desk

DATA = Path(__file__).parents[1] / "data" / "decp"
BUYER = "21999001700002"


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def main(page: object) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", text_of(page))  # type: ignore[arg-type]


def file(name: str, content: bytes | None = None) -> tuple[io.BytesIO, str]:
    return io.BytesIO((DATA / name).read_bytes() if content is None else content), name


def published(**others: Any) -> dict[str, Any]:
    return {
        "id": "2026FICTIF10",
        "acheteur": {"id": BUYER},
        "objet": "Rénovation du gymnase des Tilleuls - lot 1 gros œuvre",
        "nature": "Marché",
        "procedure": "Procédure adaptée",
        "codeCPV": "45000000",
        "dureeMois": 12,
        "montant": 100000,
        "dateNotification": "2026-01-10",
        "datePublicationDonnees": "2026-01-20",
        "titulaires": [],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
        **others,
    }


def decp(*markets: dict[str, Any]) -> tuple[io.BytesIO, str]:
    return file("decp.json", json.dumps({"marches": {"marche": list(markets)}}).encode())


def look(desk: Desk, chosen: tuple[io.BytesIO, str]) -> Any:
    """Send a file, and open its preview."""
    return desk.get(desk.send(desk.get("/marches/importer"), {"files": chosen}).location)


def markets(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count(Market.id)).where(Market.published.is_not(None))) or 0


def test_what_a_file_holds_is_shown_before_anything_is_written(desk: Desk) -> None:
    preview = look(desk, file("v2_wrapped.json"))
    text = main(preview)
    assert "3 enregistrements lus" in text and "école des Marronniers" in text
    assert "Contrat de concession" in text and "2025FICTIF03" in text
    assert page_of(preview).xpath("count(//input[@name='marches'])") == 1  # the social one
    assert markets(desk.session) == 0


def test_ticked_markets_come_in_with_a_lot_whose_hours_are_to_be_defined(desk: Desk) -> None:
    done = desk.send(look(desk, file("v2_wrapped.json")), {"which": "coches"})
    assert done.location.endswith("/marches")
    assert "2025FICTIF01" in main(desk.get("/marches")) and markets(desk.session) == 1
    made = desk.session.scalars(select(Market).where(Market.decp_id == "2025FICTIF01")).one()
    lot = desk.session.scalars(select(Lot).where(Lot.market_id == made.id)).one()
    assert desk.session.scalar(select(func.count(LedgerLine.id)).where(LedgerLine.lot_id == lot.id)) == 0
    assert "restent à définir" in main(desk.get(f"/lots/{lot.id}"))
    again = look(desk, file("v2_wrapped.json"))
    assert "Déjà suivis1" in main(again)


def test_all_markets_may_come_in_at_once(desk: Desk) -> None:
    desk.send(look(desk, file("v2_wrapped.json")), {"which": "tous"})
    assert markets(desk.session) == 2


def test_nothing_ticked_is_refused_and_every_box_can_be_emptied(desk: Desk) -> None:
    preview = look(desk, file("v2_wrapped.json"))
    link = page_of(preview).xpath("//a[contains(@href, 'cocher=aucun')]/@href")[0]
    empty = desk.get(link)
    assert not page_of(empty).xpath("//input[@name='marches'][@checked]")
    refused = desk.send(empty, {"which": "coches"}, status=422)
    assert "Aucun marché n’est coché" in main(refused)
    assert not page_of(refused).xpath("//input[@name='marches'][@checked]")
    desk.send(empty, {"which": "sociaux"})
    assert markets(desk.session) == 1


def test_a_newer_publication_shows_old_and_new_values(desk: Desk) -> None:
    desk.send(look(desk, decp(published())), {"which": "coches"})
    newer = published(montant=120000, datePublicationDonnees="2026-03-01")
    preview = look(desk, decp(newer))
    assert "montant : 100 000,00 € → 120 000,00 €" in main(preview)
    desk.send(preview, {"which": "coches"})
    desk.session.expire_all()
    changed = desk.session.scalars(select(Market).where(Market.decp_id == "2026FICTIF10")).one()
    assert changed.amount == 120000


def test_the_lots_of_one_consultation_are_grouped_when_a_human_says_so(desk: Desk) -> None:
    twins = [
        published(
            id=f"2026FICTIF1{number}", objet=f"Rénovation du gymnase des Tilleuls - lot {number} {what}"
        )
        for number, what in ((1, "gros œuvre"), (2, "peinture"))
    ]
    preview = look(desk, decp(*twins))
    values = page_of(preview).xpath("//input[@name='groupes']/@value")
    assert len(values) == 1 and "1 regroupement proposé" in main(preview)
    desk.send(preview, {"which": "coches", "groupes": True})
    operation = desk.session.scalars(select(Operation)).one()
    grouped = select(func.count(Market.id)).where(Market.operation_id == operation.id)
    assert desk.session.scalar(grouped) == 2


def test_the_same_confirmation_twice_has_one_effect(desk: Desk) -> None:
    preview = look(desk, file("v2_wrapped.json"))
    first, second = (desk.send(preview, {"which": "tous"}) for _ in range(2))
    assert first.location == second.location and markets(desk.session) == 2
    batch = desk.session.scalars(select(ImportBatch)).one()
    assert batch.content == b"" and batch.confirmed_at is not None
    assert "déjà importés" in main(desk.get(f"/marches/importer/{batch.id}"))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("photo.json", b"\x89PNG\r\n\x1a\n\0\0\0\0", "fichier binaire"),
        ("vide.csv", b"", "il est vide"),
        ("liste.csv", b"nom;prenom\nA;B\n", "ne sont pas celles de marchés"),
        ("coupe.json", b'{"marches": {"marche": [', "incomplet ou mal formé"),
        ("gros.json", b" " * (10 * 1024 * 1024 + 1), "dépasse 10 Mio"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_whole(
    desk: Desk, name: str, content: bytes, sentence: str
) -> None:
    refused = desk.send(desk.get("/marches/importer"), {"files": file(name, content)}, status=422)
    refused.request.environ["wsgi.input"].close()  # the test client leaves a long body open
    assert sentence in main(refused)
    assert desk.session.scalar(select(func.count(ImportBatch.id))) == 0


def test_no_file_is_refused(desk: Desk) -> None:
    page = desk.get("/marches/importer")
    assert "au moins un fichier" in main(desk.send(page, {"files": (io.BytesIO(), "")}, status=422))


def test_many_markets_without_a_social_clause_come_by_pages(desk: Desk) -> None:
    many = [
        published(
            id=f"2026F{number:04d}", objet=f"Fournitures diverses {number}", considerationsSociales=None
        )
        for number in range(250)
    ]
    preview = look(desk, decp(*many))
    assert page_of(preview).xpath("count(//input[@name='marches'])") == 200
    second = desk.get(page_of(preview).xpath("//a[@rel='next']/@href")[0])
    assert page_of(second).xpath("count(//input[@name='marches'])") == 50
    desk.send(second, {"which": "coches"})
    assert markets(desk.session) == 50
