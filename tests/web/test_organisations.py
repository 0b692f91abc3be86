"""A facilitator knows whom to write to in an organisation, and downloads the bilan of a buyer."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import contacts, placement_letters
from facilitator.contacts import ContactRefused
from facilitator.journal import AccessLogEntry, JournalEntry
from facilitator.organisations import Contact
from tests import trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import BUDGET, Desk, open_desk

NIR = "2 85 05 78 006 084 41"


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def said(page: object) -> str:
    return text_of(page).replace("\u00a0", " ").replace("\u202f", " ")  # type: ignore[arg-type]


def known(desk: Desk) -> list[Contact]:
    desk.session.expire_all()
    return list(desk.session.scalars(select(Contact).order_by(Contact.id)))


def test_a_contact_is_added_amended_and_removed_and_letters_go_to_it(desk: Desk) -> None:
    ground = desk.ground
    where = f"/organisations/{ground.company.id}"
    assert "aucune adresse connue" in said(desk.get(where))
    desk.send(
        desk.get(f"{where}/contacts/nouveau"),
        {"name": "Dominique Fictif", "position": "Conduite de travaux", "email": "D.Fictif@demo.example"},
    )
    text = said(desk.get(where))
    assert "Dominique Fictif" in text and "d.fictif@demo.example" in text and "Entreprise" in text
    assert placement_letters.employer_address(desk.session, ground.placement) == "d.fictif@demo.example"
    [contact] = known(desk)
    desk.send(desk.get(f"/contacts/{contact.id}/modifier"), {"phone": "01 99 00 00 01"})
    desk.send(desk.get(f"/contacts/{contact.id}/modifier"), {}, form=f"/contacts/{contact.id}/retirer")
    assert not known(desk)
    verbs = desk.session.scalars(select(JournalEntry.verb).where(JournalEntry.thing == "contact"))
    assert list(verbs) == ["add", "amend", "remove"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "pas une adresse"}, "adresse électronique complète"),
        ({"position": f"n° {NIR}"}, "numéro de sécurité sociale"),
        ({"name": "  "}, "Renseignez ce champ"),
        ({"email": "deja@demo.example"}, "a déjà l’adresse"),
    ],
)
def test_a_contact_that_cannot_be_kept_is_refused(desk: Desk, typed: dict[str, str], sentence: str) -> None:
    ground = desk.ground
    contacts.add(
        desk.session, ground.territory.id, ground.company, name="Alix", email="deja@demo.example", by=None
    )
    page = desk.get(f"/organisations/{ground.company.id}/contacts/nouveau")
    assert sentence in said(desk.send(page, {"name": "Dominique", **typed}, status=422))
    assert len(known(desk)) == 1


def test_two_editors_of_a_contact_see_each_other(desk: Desk) -> None:
    ground = desk.ground
    made = contacts.add(desk.session, ground.territory.id, ground.company, name="Alix", by=None)
    page, other = (desk.get(f"/contacts/{made.id}/modifier") for _ in range(2))
    desk.send(page, {"name": "Alix Corrigé"})
    conflict = said(desk.send(other, {"name": "Alix Autre"}, status=409))
    assert "Alix Corrigé" in conflict and "Alix Autre" in conflict


def test_a_contact_belongs_to_its_territory_and_an_address_stands_once_there(desk: Desk) -> None:
    ground, elsewhere = desk.ground, trade.territory(desk.session)
    email = "alix@demo.example"
    theirs = contacts.add(desk.session, elsewhere.id, ground.company, name="Alix", email=email, by=None)
    assert "Alix" not in said(desk.get(f"/organisations/{ground.company.id}"))
    assert desk.client.get(f"/contacts/{theirs.id}/modifier").status_code == 404
    contacts.add(desk.session, ground.territory.id, ground.company, name="Alix", email=email, by=None)
    with pytest.raises(ContactRefused):
        contacts.add(desk.session, ground.territory.id, ground.company, name="Autre", email=email, by=None)


def test_the_bilan_of_a_buyer_holds_this_territory_s_hours_only(desk: Desk) -> None:
    ground = desk.ground
    trade.month(desk.session, ground.contract, "02/2025", "140")
    trade.lot(desk.session, trade.territory(desk.session), hours="777", by_buyer=ground.buyer)
    page = desk.get(f"/organisations/{ground.buyer.id}")
    assert len(page_of(page).xpath("//table[@id='marches']/tbody/tr")) == 1
    answer = desk.get(page_of(page).xpath("//a[contains(@href, 'bilan.xlsx')]/@href")[0] + "?au=2025-03-31")
    book = load_workbook(io.BytesIO(answer.data))
    numbers = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {1000, 140} <= numbers and 777 not in numbers
    assert desk.session.scalars(
        select(AccessLogEntry.thing_id).where(AccessLogEntry.verb == "export_bilan")
    ).all() == [ground.buyer.id]
    refused = desk.get(f"/organisations/{ground.company.id}/bilan.xlsx", status=422)
    assert "ne suit aucun marché" in said(refused)


def test_search_lot_and_market_lead_to_the_organisation_at_a_constant_cost(desk: Desk) -> None:
    ground = desk.ground
    company, buyer = (f"/organisations/{each.id}" for each in (ground.company, ground.buyer))
    assert company in desk.get(f"/recherche?q={ground.company.identifier}").text
    assert company in desk.get(f"/lots/{ground.lot.id}/entreprises").text
    assert buyer in desk.get(f"/marches/{ground.lot.market_id}").text
    desk.get(company)
    once = desk.selects()
    for number in range(5):
        lot = trade.lot(desk.session, ground.territory, by_buyer=ground.company, number=str(number))
        trade.award(desk.session, lot, ground.company)
        contacts.add(desk.session, ground.territory.id, ground.company, name=f"Alix {number}", by=None)
    text = said(desk.get(company))
    assert desk.selects() == once <= BUDGET
    assert "Donneur d’ordre" in text and "Confirmée" in text
