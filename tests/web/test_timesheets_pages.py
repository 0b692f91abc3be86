"""Relevés on screen: recorded, validated by many, refused, corrected, split; twelve months; globalisations."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import globalisations
from facilitator.hours import GlobalisationLot, NilDeclaration, Share, Timesheet
from facilitator.vocabulary import ContractType, TimesheetState
from tests import trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import BUDGET, Desk, open_desk


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def sheets(desk: Desk) -> list[Timesheet]:
    desk.session.expire_all()
    return list(desk.session.scalars(select(Timesheet).order_by(Timesheet.id)))


def said(answer: object) -> str:
    return text_of(answer).replace("\u00a0", " ").replace("\u202f", " ")  # type: ignore[arg-type]


def test_hours_of_a_month_are_recorded_once_and_validated(desk: Desk) -> None:
    page = desk.get(f"/contrats/{desk.ground.contract.id}/releves/nouveau?mois=2025-02")
    first = desk.send(page, {"worked": "151,67", "training": "7"})
    again = desk.send(page, {"worked": "151,67", "training": "7"})
    assert first.location == again.location
    assert [sheet.worked for sheet in sheets(desk)] == [Decimal("151.67")]
    shown = desk.get(first.location)
    assert "toutes ces heures seront retenues" in said(shown)
    desk.send(shown, {}, form=f"{first.location}/valider")
    assert "151,67 h" in said(desk.get(first.location))
    assert sheets(desk)[0].state == TimesheetState.validated


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"worked": ""}, "Renseignez ce champ"),
        ({"worked": "NaN"}, "ne se lit pas comme un nombre"),
        ({"worked": "1e309"}, "ne se lit pas comme un nombre"),
        ({"worked": "-7"}, "négatif"),
        ({"worked": "7,123"}, "plus de deux décimales"),
        ({"worked": "251"}, "le plafond est de 250,00 h"),
        ({"training": "12"}, "La formation"),
        ({"from_on": "2026-02-30"}, "n’existe pas au calendrier"),
        ({"from_on": "01/02/2025", "to_on": "15/03/2025"}, "un seul mois"),
        ({"from_on": "01/03/2099", "to_on": "31/03/2099"}, "n’est pas commencé"),
        ({"from_on": "01/01/2025", "to_on": "31/01/2025"}, "en dehors"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_hours_that_make_no_sense_are_refused_with_their_sentence(
    desk: Desk, typed: dict[str, str], sentence: str
) -> None:
    page = desk.get(f"/contrats/{desk.ground.contract.id}/releves/nouveau?mois=2025-02")
    refused = desk.send(page, {"worked": "7", **typed}, 422)
    assert sentence in said(refused)
    name, value = next(iter(typed.items()))
    assert page_of(refused).xpath(f"//input[@name='{name}']/@value") == [value]
    assert sheets(desk) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_month_that_cannot_be_read_falls_back_on_one_of_the_contract(desk: Desk) -> None:
    for month in ("2025-13", "abc", "1999-01", ""):
        desk.get(f"/contrats/{desk.ground.contract.id}/releves/nouveau?mois={month}")


def test_warnings_are_shown_after_saving(desk: Desk) -> None:
    page = desk.get(f"/contrats/{desk.ground.contract.id}/releves/nouveau?mois=2025-02")
    answer = desk.send(page, {"worked": "200"})
    assert "seuil d’alerte" in said(desk.get(answer.location))
    assert "seuil d’alerte" in said(desk.get("/releves"))


def test_many_are_validated_in_one_sending(desk: Desk) -> None:
    for month in ("02", "03", "04"):
        trade.declared(desk.session, desk.ground.contract, f"01/{month}/2025", f"28/{month}/2025", "100")
    page = desk.get("/releves")
    refused = desk.send(page, {"sheets": []}, 422)
    assert "Aucun relevé n’est coché" in said(refused)
    ticked = [str(sheet.id) for sheet in sheets(desk)[:2]]
    desk.send(page, {"sheets": ticked})
    again = desk.send(page, {"sheets": ticked})
    states = [sheet.state for sheet in sheets(desk)]
    assert states == ["validated", "validated", "declared"]
    assert "2 relevés validés" in said(desk.get(again.location))


def test_another_territory_s_relevé_is_not_validated_with_mine(desk: Desk) -> None:
    elsewhere = trade.market(desk.session)
    theirs = trade.declared(desk.session, elsewhere.contract, "01/02/2025", "28/02/2025", "10")
    mine = trade.declared(desk.session, desk.ground.contract, "01/02/2025", "28/02/2025", "10")
    desk.session.commit()
    page = desk.get("/releves")
    token = page_of(page).xpath("//form//input[@name='csrf_token']/@value")[0]
    desk.client.post("/releves/valider", data={"csrf_token": token, "sheets": [str(theirs.id), str(mine.id)]})
    assert {sheet.id: sheet.state for sheet in sheets(desk)} == {
        theirs.id: TimesheetState.declared,
        mine.id: TimesheetState.validated,
    }
    desk.get(f"/releves/{theirs.id}", 404)


def test_a_relevé_is_refused_with_a_reason(desk: Desk) -> None:
    sheet = trade.declared(desk.session, desk.ground.contract, "01/02/2025", "28/02/2025", "100")
    page = desk.get(f"/releves/{sheet.id}/refuser")
    desk.send(page, {"reason": " "}, 422)
    answer = desk.send(page, {"reason": "Feuille de présence manquante"})
    assert "Feuille de présence manquante" in said(desk.get(answer.location))


def test_a_correction_waits_and_then_replaces(desk: Desk) -> None:
    old = trade.validated(desk.session, desk.ground.contract, "01/02/2025", "28/02/2025", "100")
    page = desk.get(f"/releves/{old.id}/corriger")
    assert page_of(page).xpath("//input[@name='worked']/@value") == ["100,00"]
    desk.send(page, {"worked": "90"}, 422)
    answer = desk.send(page, {"worked": "90", "reason": "Absence du 12"})
    shown = desk.get(answer.location)
    assert "Le relevé d’origine compte" in said(shown)
    assert "Absence du 12" in said(shown)
    desk.send(shown, {}, form=f"{answer.location}/valider")
    assert [sheet.state for sheet in sheets(desk)] == ["replaced", "validated"]


def test_a_straddling_period_proposes_its_split(desk: Desk) -> None:
    person = trade.person(desk.session, desk.ground.territory, "01/01/2025")
    contract = trade.direct(
        desk.session, person, desk.ground.award, ContractType.cdd, "16/06/2025", "31/12/2025"
    ).contract
    sheet = trade.declared(desk.session, contract, "01/06/2025", "30/06/2025", "90")
    shown = desk.get(f"/releves/{sheet.id}")
    assert "à préciser" in said(shown)
    assert "16/06/2025" in said(shown)
    page = desk.get(f"/releves/{sheet.id}/partager")
    assert page_of(page).xpath("//input[@name='at']/@value") == ["2025-06-16"]
    assert page_of(page).xpath("//input[@name='first_hours']/@value") == ["45,00"]
    desk.send(page, {"first_hours": "91"}, 422)
    desk.send(page, {"first_hours": "20"})
    assert [sheet.worked for sheet in sheets(desk)] == [Decimal(90), Decimal(20), Decimal(70)]


def test_a_lot_shows_people_over_twelve_months(desk: Desk) -> None:
    trade.month(desk.session, desk.ground.contract, "02/2025", "100.25")
    trade.declared(desk.session, desk.ground.contract, "01/03/2025", "31/03/2025", "50")
    page = desk.get(f"/lots/{desk.ground.lot.id}/releves?annee=2025")
    assert desk.selects() <= BUDGET
    cells = [
        each.text_content().strip() for each in page_of(page).xpath("//table[@id='grille']/tfoot/tr[1]/td")
    ]
    assert (cells[1], cells[2], cells[12]) == ("100,25", "50", "150,25")
    desk.get(f"/lots/{desk.ground.lot.id}/releves?annee=abc")


def test_nil_is_said_once_and_not_beside_hours(desk: Desk) -> None:
    address = f"/lots/{desk.ground.lot.id}/releves?annee=2025"
    page = desk.get(address)
    values = {"award": str(desk.ground.award.id), "month": "2025-05"}
    desk.send(page, values)
    desk.send(page, values)
    assert desk.session.scalar(select(func.count(NilDeclaration.id))) == 1
    assert "néant" in said(desk.get(address))
    desk.send(page, values | {"month": "2099-01"}, 303)  # the same sending: the first answer
    refused = desk.send(desk.get(address), values | {"month": "2099-01"}, 422)
    assert "n’est pas commencé" in said(refused)
    trade.month(desk.session, desk.ground.contract, "06/2025", "10")
    refused = desk.send(desk.get(address), values | {"month": "2025-06"}, 422)
    assert "Des heures sont déjà déclarées" in said(refused)


def test_hours_are_shared_between_the_lots_of_a_contract(desk: Desk) -> None:
    ground = desk.ground
    second = trade.award(desk.session, trade.lot(desk.session, ground.territory), ground.company)
    other = trade.serves(
        desk.session,
        ground.person,
        second,
        ground.contract,
        "01/02/2025",
        mode=ground.placement.mode,  # type: ignore[arg-type]
    )
    page = desk.get(f"/contrats/{ground.contract.id}/releves/nouveau?mois=2025-02")
    own, far = f"{ground.placement.id}_{ground.lot.id}", f"{other.id}_{second.lot_id}"
    refused = desk.send(page, {"worked": "100", f"hours_{own}": "60", f"hours_{far}": "60"}, 422)
    assert "Les parts dépassent" in said(refused)
    desk.send(refused, {f"hours_{far}": "40"})
    shares = desk.session.scalars(select(Share).order_by(Share.lot_id)).all()
    assert [(share.lot_id, share.hours) for share in shares] == [
        (ground.lot.id, Decimal(60)),
        (second.lot_id, Decimal(40)),
    ]


def test_a_globalisation_opens_another_lot_of_the_company(desk: Desk) -> None:
    ground = desk.ground
    far = trade.lot(desk.session, ground.territory)
    trade.award(desk.session, far, ground.company)
    first = desk.get("/globalisations/nouvelle")
    page = desk.send(first, {"entreprise": str(ground.company.id)}, 200)
    typed = {"effective_on": "01/01/2025", f"consented_{ground.lot.id}": "10/01/2025"}
    desk.send(page, typed | {"lots": [str(ground.lot.id)]}, 422)
    answer = desk.send(page, typed | {"lots": [str(ground.lot.id), str(far.id)]})
    shown = desk.get(answer.location)
    assert "attendu du donneur d’ordre" in said(shown)
    hours = f"/contrats/{ground.contract.id}/releves/nouveau?mois=2025-02"
    assert not page_of(desk.get(hours)).xpath(f"//input[contains(@name, '_{far.id}')]")
    desk.send(shown, {"lot": str(far.id), "consented_on": "20/01/2025"})
    page = desk.get(hours)
    desk.send(page, {"worked": "100", f"hours_{ground.placement.id}_{far.id}": "100"})
    share = desk.session.scalars(select(Share)).one()
    assert (share.lot_id, share.globalisation_id is not None) == (far.id, True)
    assert desk.session.scalar(select(func.count()).select_from(GlobalisationLot)) == 2
    assert globalisations.companies(desk.session, ground.territory.id)
