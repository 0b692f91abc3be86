"""Globalisations on screen: the agreements, a month shared over lots in one sending, corrections that wait."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import globalisations
from facilitator.hours import Globalisation, GlobalisationLot, Share, Timesheet
from facilitator.markets import Lot
from facilitator.vocabulary import ContractType
from tests import trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.trade import day
from tests.web.desk import BUDGET, Desk, open_desk

D = Decimal


@dataclass(frozen=True)
class Scene:
    """A company with two lots under an agreement and a validated relevé of March 2025: 100 h, all here."""

    desk: Desk
    far: Lot
    agreement: Globalisation
    sheet: Timesheet

    @property
    def page(self) -> str:
        return f"/globalisations/{self.agreement.id}/repartir?mois=2025-03"

    def field(self, lot: Lot, sheet: Timesheet | None = None) -> str:
        return f"part_{(sheet or self.sheet).id}_{lot.id}"

    @property
    def here(self) -> str:
        return self.field(self.desk.ground.lot)

    @property
    def there(self) -> str:
        return self.field(self.far)

    def shares(self) -> list[tuple[int, Decimal]]:
        """Those of the newest relevé."""
        self.desk.session.rollback()
        newest = self.desk.session.scalar(select(func.max(Timesheet.id)))
        rows = self.desk.session.execute(
            select(Share.lot_id, Share.hours).where(Share.timesheet_id == newest).order_by(Share.lot_id)
        )
        return [(lot_id, hours) for lot_id, hours in rows]

    def relevés(self) -> int:
        self.desk.session.rollback()
        return self.desk.session.scalar(select(func.count(Timesheet.id))) or 0


@pytest.fixture
def scene(client: Browser, session: Session) -> Scene:
    desk = open_desk(client, session)
    far = trade.lot(session, desk.ground.territory, hours="500")
    trade.award(session, far, desk.ground.company)
    consents = {desk.ground.lot.id: day("01/01/2025"), far.id: day("01/02/2025")}
    agreement = globalisations.record(
        session, desk.ground.territory.id, desk.ground.company.id, consents,
        effective_on=day("01/01/2025"), by=None,
    )  # fmt: skip
    return Scene(desk, far, agreement, trade.month(session, desk.ground.contract, "03/2025", "100"))


def said(answer: TestResponse) -> str:
    return text_of(answer).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_month_is_shared_out_in_one_sending_and_once(scene: Scene) -> None:
    page = scene.desk.get(scene.page)
    assert "Répartir les heures de mars 2025" in said(page)
    typed = {scene.here: "60,5", scene.there: "39,5", "reason": "Convention du 2 février"}
    first = scene.desk.send(page, typed)
    again = scene.desk.send(page, typed)
    assert first.location == again.location
    assert scene.shares() == [(scene.desk.ground.lot.id, D("60.5")), (scene.far.id, D("39.5"))]
    assert scene.relevés() == 2
    shown = scene.desk.get(first.location)
    assert "correction à valider" in said(shown)
    newest = scene.desk.session.scalars(select(Timesheet).order_by(Timesheet.id.desc()).limit(1)).one()
    assert (newest.correction_reason, newest.replaces_id) == ("Convention du 2 février", scene.sheet.id)
    scene.desk.send(scene.desk.get(f"/releves/{newest.id}"), {}, form=f"/releves/{newest.id}/valider")
    assert "39,50" in said(scene.desk.get(scene.page))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"here": "60", "there": "40,01"},
            "100,01 h réparties pour 100,00 h travaillées. Réduisez une part.",
        ),
        ({"here": "1,2,3", "there": ""}, "ne se lit pas comme un nombre"),
        ({"here": "-5", "there": ""}, "négatif"),
        ({"here": "NaN", "there": "40"}, "ne se lit pas comme un nombre"),
        ({"here": "50", "there": "50", "reason": ""}, "dites pourquoi"),
        ({"here": "50", "there": "50", "reason": "x" * 301}, "300"),
    ],
)
def test_what_is_not_right_is_said_and_kept_as_typed(
    scene: Scene, typed: dict[str, str], sentence: str
) -> None:
    typed = {"reason": "Convention"} | typed
    values = {scene.here: typed["here"], scene.there: typed["there"], "reason": typed["reason"]}
    refused = scene.desk.send(scene.desk.get(scene.page), values, 422)
    assert sentence in said(refused)
    assert scene.relevés() == 1
    kept = page_of(refused).xpath(f"//input[@name='{scene.here}']/@value")
    assert kept == [typed["here"]]


def test_somebody_else_who_shares_the_same_month_meanwhile_is_noticed(scene: Scene) -> None:
    mine = scene.desk.get(scene.page)
    other = scene.desk.get(scene.page)
    scene.desk.send(other, {scene.here: "10", scene.there: "90", "reason": "L’autre"})
    refused = scene.desk.send(mine, {scene.here: "60", scene.there: "40", "reason": "Le mien"}, 422)
    assert "ont changé depuis l’ouverture" in said(refused)
    assert scene.relevés() == 2
    assert scene.shares() == [(scene.desk.ground.lot.id, D(10)), (scene.far.id, D(90))]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_lot_without_the_consent_of_its_buyer_takes_no_hours(scene: Scene) -> None:
    desk, address = scene.desk, f"/globalisations/{scene.agreement.id}"
    page = desk.get(f"{address}/retrait")
    refused = desk.send(page, {"lot": str(scene.far.id), "withdrawn_on": "01/02/2025"}, 422)
    assert "le retrait vient après" in said(refused)
    open_page = desk.get(scene.page)
    desk.send(page, {"lot": str(scene.far.id), "withdrawn_on": "15/03/2025"})
    assert "retiré à partir du 15 mars 2025" in said(desk.get(address))
    shown = desk.get(scene.page)
    assert "son donneur d’ordre a retiré son accord à partir du 15 mars 2025" in said(shown)
    assert not page_of(shown).xpath(f"//input[@name='{scene.there}']")
    # The page opened before the withdrawal still has the field: nothing goes there all the same.
    desk.send(open_page, {scene.here: "60", scene.there: "40", "reason": "Convention"})
    assert scene.shares() == [(desk.ground.lot.id, D(60))]
    desk.send(desk.get(address), {"lot": str(scene.far.id), "consented_on": "01/03/2025"})
    assert desk.session.get_one(GlobalisationLot, (scene.agreement.id, scene.far.id)).withdrawn_on is None
    assert page_of(desk.get(scene.page)).xpath("//input[starts-with(@name, 'part_')]")


def test_a_correction_downwards_waits_and_is_shared_out_from_its_own_page(scene: Scene) -> None:
    desk, own, far = scene.desk, scene.desk.ground.placement.id, scene.far.id
    typed = {scene.here: "60", scene.there: "40", "reason": "Convention"}
    desk.send(desk.get(scene.page), typed)
    newest = desk.session.scalar(select(func.max(Timesheet.id)))
    here = f"{own}_{desk.ground.lot.id}"
    blank = {
        f"hours_{here}": "",
        f"hours_{own}_{far}": "",
        f"training_{here}": "",
        f"training_{own}_{far}": "",
    }
    page = desk.get(f"/releves/{newest}/corriger")
    assert "Videz toutes les parts" in said(page)
    waiting = desk.send(page, {"worked": "50", "reason": "Absence du 31", **blank}).location
    shown = desk.get(waiting)
    assert "À répartir" in said(shown) and "Valider le relevé" not in said(shown)
    listed = desk.get("/globalisations/")
    assert "Corrections à répartir" in said(listed) and "Absence du 31" in said(listed)
    page = desk.get(f"{waiting}/repartir")
    refused = desk.send(page, {f"hours_{here}": "40", f"hours_{own}_{far}": "10,01"}, 422)
    assert "Les parts dépassent les heures du relevé (50,00 h)" in said(refused)
    desk.send(refused, {f"hours_{own}_{far}": "10"})
    assert scene.shares() == [(desk.ground.lot.id, D(40)), (far, D(10))]
    assert "Corrections à répartir" not in said(desk.get("/globalisations/"))
    again = desk.send(desk.get(f"{waiting}/repartir"), {f"hours_{here}": "1"}, 422)
    assert "n’attend pas de parts" in said(again)


def test_validating_many_says_where_a_correction_that_waits_is_shared_out(scene: Scene) -> None:
    desk = scene.desk
    trade.declared(desk.session, desk.ground.contract, "01/04/2025", "30/04/2025", "10")
    desk.send(desk.get(scene.page), {scene.here: "60", scene.there: "40", "reason": "Convention"})
    newest = desk.session.scalar(select(func.max(Timesheet.id)))
    page = desk.get("/releves")
    desk.session.execute(Share.__table__.delete().where(Share.timesheet_id == newest))  # type: ignore[attr-defined]
    desk.session.commit()
    refused = desk.send(page, {"sheets": [str(newest)]}, 422, form="/releves/valider")
    assert "attend ses parts" in said(refused) and "Répartissez-les" in said(refused)


def test_the_lot_and_the_list_lead_to_the_month(scene: Scene) -> None:
    address = f"/globalisations/{scene.agreement.id}"
    assert f"{address}/repartir" in scene.desk.get(f"/lots/{scene.far.id}/releves").get_data(as_text=True)
    listed = scene.desk.get("/globalisations/")
    assert f"{address}/repartir" in listed.get_data(as_text=True) and "tous donnés" in said(listed)
    assert "Aucun relevé d’avril 2025" in said(scene.desk.get(f"{address}/repartir?mois=2025-04"))
    assert "octobre 2026" in said(scene.desk.get(f"{address}/repartir?mois=jamais"))


def test_a_month_costs_as_many_queries_for_many_as_for_one(scene: Scene) -> None:
    scene.desk.get(scene.page)
    once = scene.desk.selects()
    session, ground = scene.desk.session, scene.desk.ground
    for _ in range(4):
        someone = trade.person(session, ground.territory, "01/01/2025")
        hired = trade.direct(session, someone, ground.award, ContractType.cdi, "01/02/2025")
        trade.month(session, hired.contract, "03/2025", "10")
    page = scene.desk.get(scene.page)
    assert len(page_of(page).xpath("//tbody/tr")) == 5
    assert scene.desk.selects() == once <= BUDGET + 4
