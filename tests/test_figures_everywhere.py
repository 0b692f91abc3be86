"""One figure, everywhere: list, lot, market, buyer's pages and both workbooks say the same over the whole demo."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml.html import HtmlElement
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator.accounts import User
from facilitator.contracts import Contract, PlacementContract
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.placements import Placement
from facilitator.territories import Territory
from facilitator.vocabulary import ContractType, MembershipRole
from tests import builders
from tests.demo_template import ON
from tests.forms_in_pages import Browser, page_of
from tests.workbooks import opened, rows, sheet

PAST = datetime.date(2026, 3, 31)
SQLITE = pytest.mark.parametrize("demonstrated", ["sqlite"], indirect=True)
MEASURES = ("Déclarées", "Retenues", "Non retenues", "En attente", "Refusées")
STOPPED = "Si le lot s’arrêtait aujourd’hui"
PACES = ("en avance", "dans le rythme", "en retard", "critique")
COUNTS = {
    "Sortis": "Parcours sortis",
    "Personnes": "Personnes",
    "Échéance atteinte": "Échéance atteinte",
    "Dans le champ": "Dans le champ",
    "Sollicités": "Sollicités",
    "Répondants": "Répondants",
    "En emploi ou en formation": "En emploi ou en formation qualifiante",
}
RATES = {
    "Taux de réponse": "Taux de réponse",
    "Taux": "En emploi ou formation, parmi les répondants",
    "Taux plancher": "Taux plancher",
}


@pytest.fixture
def database(demonstrated: str) -> str:
    """The whole demonstration."""
    return demonstrated


class Reader(Browser):
    """A browser that reads many pages: their HTML is checked elsewhere."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return FlaskClient.open(self, *args, **kwargs)


def value(said: Any) -> str | Decimal | None:
    """What a cell says, of a page or of a workbook: a number, a word, or nothing."""
    if isinstance(said, (int, float, Decimal)):
        return Decimal(str(said)).quantize(Decimal("0.01"))
    text = " ".join(str(said or "").split())
    if not text or text in ("–", "inconnues"):
        return None
    if "à définir" in text:
        return "heures à définir"
    if pace := next((each for each in PACES if each in text.lower()), None):
        return pace
    kept = "".join(each for each in text.replace("−", "-").replace(",", ".") if each in "0123456789.-")
    return Decimal(kept).quantize(Decimal("0.01")) if kept.strip("-.") else text


def percent(said: Any) -> str | Decimal | None:
    """A rate of the workbook, as its cell shows it."""
    return said if isinstance(said, str) else value(None if said is None else Decimal(str(said)) * 100)


@dataclass
class Tale:
    """Everything that one place tells of each lot, by (market, lot number): heading → value."""

    where: str
    lots: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def cells(row: HtmlElement) -> dict[str, str]:
    return {cell.get("data-label"): cell.text_content() for cell in row.xpath("td[@data-label]")}


def body(page: HtmlElement, table: str) -> list[HtmlElement]:
    found: list[HtmlElement] = page.xpath(f"//table[@id='{table}']/tbody/tr[th]")
    return found


def hrefs(row: HtmlElement) -> int:
    return int(row.xpath("th//a/@href")[0].split("?")[0].rsplit("/", 1)[1])


def told(row: dict[str, str], *but: str) -> dict[str, Any]:
    said = {name: value(text) for name, text in row.items() if name not in but}
    if said.get("Rythme") == "heures à définir":  # the badge of a lot that has no rythme
        said["Rythme"] = None
    return said


def figures(page: HtmlElement) -> dict[str, str]:
    """The large figures of a page, with the rate that stands under the retained hours."""
    said = {}
    for each in page.xpath("//dl[@class='figures']/div"):
        label = each.findtext("dt")
        said["Attendues" if label.startswith("Attendues") else label] = each.xpath("string(dd[1])")
        note = each.xpath("string(dd[@class='note'])")
        if label == "Retenues":
            said["Taux"] = note if "%" in note else ""
    return said


@dataclass
class Reading:
    """The readers of a demonstration: one facilitator per territory, one account per buyer."""

    app: Flask
    session: Session

    def facilitators(self) -> Iterator[tuple[int, Reader]]:
        places = self.session.scalars(select(Territory).order_by(Territory.id)).all()
        users = [
            (place.id, builders.user(self.session, MembershipRole.facilitator, territory=place))
            for place in places
        ]
        yield from self._signed_in(users)

    def buyers(self) -> Iterator[tuple[int, Reader]]:
        query = select(Organisation).where(Organisation.id.in_(select(Market.buyer_id)))
        found = self.session.scalars(query.order_by(Organisation.id)).all()
        users = [
            (buyer.id, builders.user(self.session, MembershipRole.authority, organisation=buyer))
            for buyer in found
        ]
        yield from self._signed_in(users)

    def _signed_in(self, users: list[tuple[int, User]]) -> Iterator[tuple[int, Reader]]:
        self.session.expire_on_commit = False
        self.session.commit()  # no read stays open while the pages write their access log
        for id, user in users:
            client = Reader(self.app)
            assert builders.sign_in(client, user).status_code == 303
            yield id, client

    def keys(self, territory_id: int | None = None) -> dict[int, tuple[str, str]]:
        query = select(Lot.id, Market.decp_id, Lot.number).join(Market, Market.id == Lot.market_id)
        if territory_id:
            query = query.where(Lot.territory_id == territory_id)
        found = {id: (market, number) for id, market, number in self.session.execute(query)}
        self.session.commit()
        return found

    def markets(self, territory_id: int) -> list[int]:
        query = select(Market.id).where(Market.territory_id == territory_id)
        found = list(self.session.scalars(query.order_by(Market.id)))
        self.session.commit()
        return found


@pytest.fixture
def reading(app: Flask, session: Session) -> Reading:
    return Reading(app, session)


def page(client: Reader, address: str) -> HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return page_of(answer)


def book(client: Reader, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return opened(answer.data)


def listed(client: Reader, keys: dict[int, tuple[str, str]]) -> Tale:
    """The facilitator's list of lots, page after page."""
    tale, number = Tale("la liste des lots"), 1
    while True:
        lines = body(page(client, f"/lots?page={number}"), "lots")
        new = {keys[hrefs(row)]: row for row in lines if keys[hrefs(row)] not in tale.lots}
        if not new:
            return tale
        for key, row in new.items():
            said = told(cells(row), "Donneur d’ordre", "Avancement")
            said["Taux"] = value(row.xpath("string(.//td[@data-label='Avancement']//span[@class='sub'])"))
            tale.lots[key] = said
        number += 1


def of_lot(client: Reader, lot_id: int, au: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What the page of a lot tells: its figures, and its hours by month."""
    found = page(client, f"/lots/{lot_id}{au}")
    said = told(figures(found))
    said[STOPPED] = said.pop("À payer", None)
    said["Rythme"] = value(found.xpath("string(//div[@class='actions']/span[contains(@class,'pace')])"))
    said["Rythme"] = said["Rythme"] if said["Rythme"] in PACES else None
    if foot := found.xpath("//table[@id='mois']/tfoot/tr"):
        said |= told(cells(foot[0]))
    else:
        said |= dict.fromkeys(MEASURES, Decimal("0.00"))
    months = {
        row.xpath("string(th)").strip(): told(cells(row), "Retenues, cumul") for row in body(found, "mois")
    }
    return said, months


def of_market(client: Reader, market_id: int, au: str, keys: dict[int, tuple[str, str]]) -> Tale:
    lines = body(page(client, f"/marches/{market_id}{au}"), "lots")
    return Tale("la page du marché", {keys[hrefs(row)]: told(cells(row), "Avancement") for row in lines})


def of_buyer(client: Reader, au: str) -> tuple[Tale, dict[str, dict[str, Any]]]:
    """The buyer's list of markets, and every market's lots."""
    tale, markets = Tale("la page du donneur d’ordre"), {}
    for row in body(page(client, f"/mes-marches{au}"), "marches"):
        name = row.xpath("string(th/span[@class='sub'])").split(" · ")[0].split()[1]
        markets[name] = told(cells(row))
        for line in body(page(client, f"/mes-marches/{hrefs(row)}{au}"), "lots"):
            number = line.xpath("string(th)").split()[1]
            tale.lots[name, number] = told(cells(line), "Fin")
    return tale, markets


def in_book(found: Any, where: str) -> Tale:
    wanted = ("Engagées", *MEASURES, "Écart", "Attendues", "Reste", "Rythme", STOPPED)
    tale = Tale(where)
    for row in rows(sheet(found, "Marchés et lots")):
        if row["Lot"] is not None:
            said = {name: value(row[name]) for name in wanted} | {"Taux": percent(row["Taux"])}
            tale.lots[row["Marché"], str(row["Lot"])] = said
    return tale


def months_in_book(found: Any) -> dict[tuple[str, str], dict[str, dict[Any, Any]]]:
    tables: dict[tuple[str, str], dict[str, dict[Any, Any]]] = {}
    for row in rows(sheet(found, "Heures par mois")):
        if row["Lot"] is not None:
            hours = {month: value(said) for month, said in row.items() if isinstance(month, datetime.date)}
            tables.setdefault((row["Marché"], str(row["Lot"])), {})[row["Mesure"]] = hours
    return tables


def differences(one: Tale, other: Tale) -> list[str]:
    """Each figure that both tell, and that is not the same."""
    wrong = []
    for key, said in other.lots.items():
        for name, told_here in said.items():
            if name in one.lots[key] and one.lots[key][name] != told_here:
                wrong.append(
                    f"{key} {name}: {one.where} {one.lots[key][name]!r}, {other.where} {told_here!r}"
                )
    return wrong


def same_months(page_months: dict[str, dict[str, Any]], by_measure: dict[str, dict[Any, Any]]) -> bool:
    """The months of the lot's page, summed by measure and month by month, are those of the workbook."""
    for measure in MEASURES:
        shown = [said[measure] for said in page_months.values() if said[measure]]
        written = [hours for _, hours in sorted(by_measure.get(measure, {}).items()) if hours]
        if shown != written:
            return False
    return True


@pytest.mark.parametrize(
    ("demonstrated", "on"),
    [("sqlite", None), ("postgresql", None), ("sqlite", PAST)],
    indirect=["demonstrated"],
)
def test_every_figure_of_every_lot_is_the_same_everywhere(reading: Reading, on: datetime.date | None) -> None:
    written = Written(f"?au={on}" if on else "")
    for _, client in reading.buyers():
        written.read(client)
    for territory_id, client in reading.facilitators():
        written.compare(client, reading.keys(territory_id), reading.markets(territory_id))
    assert written.lots.lots.keys() == set(reading.keys().values())
    assert written.wrong == []


@dataclass
class Written:
    """What the buyers' whole workbooks say of each lot, and every place that says something else."""

    au: str
    lots: Tale = field(default_factory=lambda: Tale("le classeur du donneur d’ordre"))
    months: dict[tuple[str, str], dict[str, dict[Any, Any]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def read(self, client: Reader) -> None:
        """The workbook of a buyer, which says what the buyer’s own pages say."""
        found = book(client, f"/mes-marches/bilan.xlsx{self.au}")
        whole = in_book(found, self.lots.where)
        self.lots.lots |= whole.lots
        self.months |= months_in_book(found)
        shown, markets = of_buyer(client, self.au)
        assert shown.lots.keys() == whole.lots.keys()
        self.wrong += differences(whole, shown)
        lines = {row["Marché"]: row for row in rows(sheet(found, "Synthèse"))}
        for name, said in markets.items():
            line = {each: value(lines[name][each]) for each in said} | {"Taux": percent(lines[name]["Taux"])}
            self.wrong += [f"{name} {each}" for each in said if said[each] != line[each]]

    def compare(self, client: Reader, keys: dict[int, tuple[str, str]], markets: list[int]) -> None:
        """Every page of a facilitator, and the workbook of each market; the list is of today only."""
        if not self.au:
            found = listed(client, keys)
            assert found.lots.keys() == set(keys.values())
            self.wrong += differences(self.lots, found)
        for market_id in markets:
            self.wrong += differences(self.lots, of_market(client, market_id, self.au, keys))
            if not self.au:
                one = in_book(book(client, f"/marches/{market_id}/bilan.xlsx"), "le classeur du marché")
                self.wrong += differences(self.lots, one)
        for lot_id, key in keys.items():
            said, by_month = of_lot(client, lot_id, self.au)
            self.wrong += differences(self.lots, Tale("la page du lot", {key: said}))
            if not same_months(by_month, self.months.get(key, {})):
                self.wrong.append(f"{key}: mois {by_month} {self.months.get(key)}")


@SQLITE
def test_contracts_are_those_recorded_on_each_lot_and_each_counts_once(reading: Reading) -> None:
    recorded = contracts_by_lot(reading.session)
    keys, written = reading.keys(), {}
    for _, client in reading.buyers():
        found = book(client, "/mes-marches/bilan.xlsx")
        summary = {(row["Marché"], row["Lot"]): row for row in rows(sheet(found, "Marchés et lots"))}
        for row in rows(sheet(found, "Contrats")):
            if row["Marché"] == "Part des contrats":
                continue
            groups = [number for name, number in row.items() if name in group_names(row)]
            assert sum(groups) == row["Contrats"] == summary[row["Marché"], row["Lot"]]["Contrats"]
            if row["Lot"] is not None:
                written[row["Marché"], str(row["Lot"])] = row["Contrats"]
    assert written == {key: len(recorded[lot_id]) for lot_id, key in keys.items()}


def contracts_by_lot(session: Session) -> dict[int, set[tuple[int, ...]]]:
    """What counts once on each lot: a contract, or the missions of a person at one user company."""
    query = (
        select(Placement.lot_id, Placement.host_id, Contract.person_id, Contract.type, Contract.id)
        .join(PlacementContract, PlacementContract.placement_id == Placement.id)
        .join(Contract, Contract.id == PlacementContract.contract_id)
        .where(Contract.from_on <= ON)
    )
    found: dict[int, set[tuple[int, ...]]] = defaultdict(set)
    for lot_id, host_id, person_id, type_, id in session.execute(query):
        found[lot_id].add((person_id, host_id) if type_ == ContractType.ctt else (id,))
    session.commit()
    return found


def group_names(row: dict[Any, Any]) -> list[str]:
    """The survey's groups: the headings between the count of contracts and that of missions."""
    names = list(row)
    return names[names.index("Contrats") + 1 : names.index("Missions d’intérim")]


@SQLITE
def test_the_chain_of_follow_ups_is_the_same_for_facilitator_and_buyer(reading: Reading) -> None:
    facilitators = [client for _, client in reading.facilitators()]
    compared = 0
    for buyer_id, client in reading.buyers():
        pages = [page(each, f"/suivis/chaine?acheteur={buyer_id}") for each in facilitators]
        pages = [each for each in pages if each.xpath(f"//option[@selected and @value='{buyer_id}']")]
        for row in rows(sheet(book(client, "/mes-marches/bilan.xlsx"), "Suivi 6–12 mois")):
            if row["Marché"] == "Ensemble":
                compared += same_chain(row, pages)
    assert compared > 20


def same_chain(row: dict[Any, Any], pages: list[HtmlElement]) -> int:
    """Counts are the sum of the territories’ own; rates are compared where one territory has them."""
    column = f"À {row['Échéance']}".replace("\u00a0", " ")
    shown = [{label_of(line): cells(line) for line in body(each, "chaine")} for each in pages]
    told_here = [name for name in COUNTS if row[name] != "masqué"]
    for name in told_here:
        there = [value(each[COUNTS[name]][column]) for each in shown if each]
        assert sum(each for each in there if isinstance(each, Decimal)) == row[name], name
    rates = [{label_of(line): cells(line) for line in body(each, "taux")} for each in pages]
    for name in RATES if len(rates) == 1 and rates[0] else ():
        if row[name] != "masqué":
            assert value(rates[0][RATES[name]][column].split("n =")[0]) == percent(row[name]), name
    return len(told_here)


def label_of(row: HtmlElement) -> str:
    """The heading of a row, without its note."""
    text: str = row.find("th").text
    return text.strip()
