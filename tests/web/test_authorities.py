"""Buyers read where their markets stand and download the same figures; the console writes them too."""

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.journal import AccessLogEntry
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.vocabulary import ContractType, GroupementForm, MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.scenarios import scenario_1, scenario_8
from tests.watch import RequestWatch
from tests.workbooks import opened, rows, sheet

D = Decimal
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SHARED = ("Déclarées", "Retenues", "Attendues", "Reste", "Si le lot s’arrêtait aujourd’hui")


def sign_in(client: Browser, session: Session, buyer: Organisation) -> None:
    user = builders.user(session, MembershipRole.authority, organisation=buyer)
    builders.sign_in(client, user)


def buyer_of(session: Session, lot: Lot) -> Organisation:
    market = session.get_one(Market, lot.market_id)
    return session.get_one(Organisation, market.buyer_id)


def figure(text: str) -> Decimal:
    """The number that a cell of the page shows."""
    kept = text.replace("−", "-").replace(",", ".")
    return D("".join(letter for letter in kept if letter.isdigit() or letter in "-."))


def cells(response: object, table: str) -> list[dict[str, str]]:
    """The rows of a table of the page, by heading."""
    found = page_of(response).xpath(f"//table[@id='{table}']/tbody/tr[th]")  # type: ignore[arg-type]
    return [
        {cell.get("data-label"): cell.text_content().strip() for cell in row.xpath("td")} for row in found
    ]


def compare(client: Browser, page: str, table: str, workbook: str, name: str) -> dict[str, str]:
    """Each figure of a row of the page is the one of the workbook; gives the row of the page."""
    [shown] = cells(client.get(page), table)
    answer = client.get(workbook)
    assert answer.status_code == 200
    written = rows(sheet(opened(answer.data), name))[0]
    for heading in ("Écart", *SHARED) if table == "lots" else SHARED:
        assert figure(shown[heading]) == D(str(written[heading])), heading
    assert figure(shown["Engagées"]) == D(str(written["Engagées"]))
    assert figure(shown["Taux"]) == D(str(written["Taux"])) * 100
    return shown


def test_scenario_1_is_the_same_on_the_page_and_in_the_workbook(client: Browser, session: Session) -> None:
    scene = scenario_1(session)
    sign_in(client, session, scene.buyer)
    for page, table, name in (
        ("/mes-marches", "marches", "Synthèse"),
        (f"/mes-marches/{scene.lot.market_id}", "lots", "Marchés et lots"),
    ):
        url = f"/mes-marches/bilan.xlsx?au=2026-03-31&marche={scene.lot.market_id}"
        shown = compare(client, f"{page}?au=2026-03-31", table, url, name)
        assert figure(shown["Retenues"]) == D("441.25")
        assert figure(shown["Reste"]) == D("548.75")
        assert "en retard" in shown["Rythme"]
    assert "441,25 h retenues sur 990 h engagées" in text_of(client.get("/mes-marches?au=2026-03-31"))


def test_scenario_8_is_the_same_on_the_page_and_in_the_workbook(client: Browser, session: Session) -> None:
    scene = scenario_8(session, groupement_form=GroupementForm.conjoint, shares_binding=True)
    sign_in(client, session, buyer_of(session, scene.lot))
    page, url = f"/mes-marches/{scene.lot.market_id}?au=2026-08-31", "/mes-marches/bilan.xlsx?au=2026-08-31"
    shown = compare(client, page, "lots", url, "Marchés et lots")
    assert figure(shown["Si le lot s’arrêtait aujourd’hui"]) == 6000
    companies = cells(client.get(page), f"entreprises-{scene.lot.id}")
    written = [row for row in rows(sheet(opened(client.get(url).data), "Entreprises")) if row["Retenues"]]
    assert [figure(row["Retenues"]) for row in companies] == [D(str(row["Retenues"])) for row in written]
    assert [figure(row["Retenues"]) for row in companies] == [650, 460, 40]
    assert "décider de la pénalité" in text_of(client.get(page))


def test_the_file_has_a_dated_french_name_and_its_download_is_noted(
    client: Browser, session: Session
) -> None:
    scene = scenario_1(session)
    sign_in(client, session, scene.buyer)
    answer = client.get("/mes-marches/bilan.xlsx?au=2026-03-31")
    disposition = answer.headers["Content-Disposition"]
    assert "filename*=UTF-8''Bilan%20clause%20sociale%20%E2%80%93%20" in disposition
    assert disposition.endswith("2026-03-31.xlsx")
    session.rollback()
    [noted] = session.scalars(select(AccessLogEntry)).all()
    assert (noted.verb, noted.thing, noted.thing_id) == ("export_bilan", "organisation", scene.buyer.id)


@SQLITE
def test_another_buyer_s_market_is_unknown(client: Browser, session: Session) -> None:
    foreign = scenario_1(session).lot.market_id
    sign_in(client, session, trade.buyer(session))
    for address in (
        f"/mes-marches/{foreign}",
        f"/mes-marches/bilan.xlsx?marche={foreign}",
        "/mes-marches/bilan.xlsx?marche=abc",
        "/mes-marches/bilan.xlsx?marche=99999999999",
        "/mes-marches/bilan.xlsx?marche=999999999999999999999",
        "/mes-marches/0",
    ):
        assert client.get(address).status_code == 404, address
    assert "apparaîtront ici" in text_of(client.get("/mes-marches"))


@SQLITE
@pytest.mark.parametrize("typed", ["2999-01-01", "2026-02-30", "hier"])
def test_a_day_that_is_no_day_or_to_come_is_refused(client: Browser, session: Session, typed: str) -> None:
    sign_in(client, session, scenario_1(session).buyer)
    for address in ("/mes-marches", "/mes-marches/bilan.xlsx"):
        assert client.get(f"{address}?au={typed}").status_code == 422


@SQLITE
def test_a_page_takes_as_many_selects_for_40_lots_as_for_10(
    client: Browser, session: Session, watch: RequestWatch
) -> None:
    place, buyer = trade.territory(session), trade.buyer(session)
    sign_in(client, session, buyer)
    counts = []
    for upto in (range(10), range(10, 40)):
        for number in upto:
            lot = trade.lot(session, place, hours="100", by_buyer=buyer, number=str(number))
            someone = trade.person(session, place, "01/01/2025")
            trade.direct(session, someone, trade.award(session, lot), ContractType.cdi, "01/02/2025")
        market_id = lot.market_id
        seen = []
        for address in (
            "/mes-marches?au=2026-03-31",
            f"/mes-marches/{market_id}?au=2026-03-31",
            "/mes-marches/bilan.xlsx",
        ):
            assert client.get(address).status_code == 200
            seen.append(watch.selects)
        counts.append(seen)
    assert counts[0] == counts[1]
    assert max(counts[0][:2]) <= 10  # SQLite’s BEGIN, the session’s own, and eight


@SQLITE
def test_the_console_writes_the_same_workbook(app: Flask, session: Session, tmp_path: Path) -> None:
    scene = scenario_1(session)
    market = session.get_one(Market, scene.lot.market_id)
    file = tmp_path / "bilan.xlsx"
    args = ["compliance", "--authority", scene.buyer.identifier, "--market", market.decp_id]
    assert frame.run(cli, [*args, "--on", "2026-03-31", "--output", str(file)], app) == 0
    lot = rows(sheet(opened(file.read_bytes()), "Marchés et lots"))[0]
    assert (D(str(lot["Retenues"])), D(str(lot["Taux"]))) == (D("441.25"), D("0.4457"))
    assert list(tmp_path.glob(".bilan*")) == []
    session.rollback()
    assert session.scalar(select(func.count()).select_from(AccessLogEntry)) == 0


@SQLITE
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"--authority": "12345678900011"}, 1),
        ({"--market": "INCONNU"}, 1),
        ({"--on": "2999-01-01"}, 1),
        ({"--on": "2026-02-30"}, 2),
        ({"--on": "hier"}, 2),
        ({"--output": "absent/bilan.xlsx"}, 1),
        ({"--authority": None}, 2),
        ({"--output": None}, 2),
    ],
)
def test_the_console_refuses_and_writes_nothing(
    app: Flask,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str | None],
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    options = {"--authority": scenario_1(session).buyer.identifier, "--output": "bilan.xlsx"} | change
    args = [each for name, value in options.items() if value is not None for each in (name, value)]
    assert frame.run(cli, ["compliance", *args], app) == code
    assert [
        each for each in sorted(tmp_path.iterdir()) if each not in before and "sqlite" not in each.name
    ] == []


@SQLITE
def test_a_buyer_without_market_is_refused_by_the_console(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    buyer = trade.buyer(session)
    session.commit()
    args = ["compliance", "--authority", buyer.identifier, "--output", str(tmp_path / "bilan.xlsx")]
    assert frame.run(cli, args, app) == 1
    assert not (tmp_path / "bilan.xlsx").exists()
