"""The compliance workbook: typed values under words one can search, hostile text, nobody’s name."""

import datetime
import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import bilans, markets
from facilitator.bilan import Bilan
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.vocabulary import GroupementForm
from reports import compliance_workbook
from tests import trade
from tests.scenarios import scenario_1, scenario_2, scenario_5, scenario_8
from tests.trade import day
from tests.workbooks import all_text, opened, rows, sheet

D = Decimal
MADE = day("31/12/2027")


def bilan_of(session: Session, lot: Lot, on: str) -> Bilan:
    buyer_id = session.scalars(select(Market.buyer_id).where(Market.id == lot.market_id)).one()
    return bilans.of_authority(session, session.get_one(Organisation, buyer_id), day(on), MADE)


def exact(value: Any) -> Decimal:
    """A cell’s number to 0,0001: the file holds it in decimal digits."""
    return D(str(value))


def test_scenario_1_is_read_under_its_headings(session: Session) -> None:
    book = opened(compliance_workbook.build(bilan_of(session, scenario_1(session).lot, "31/03/2026")))
    assert tuple(book.sheetnames) == compliance_workbook.SHEETS
    lot, whole = rows(sheet(book, "Marchés et lots"))
    for row in (lot, whole, rows(sheet(book, "Synthèse"))[0]):
        assert exact(row["Engagées"]) == 990
        assert exact(row["Déclarées"]) == D("481.25")
        assert exact(row["Retenues"]) == D("441.25")
        assert exact(row["Écart"]) == D("-548.75")
        assert exact(row["Taux"]) == D("0.4457")
        assert exact(row["Attendues"]) == D("492.68")
        assert exact(row["Reste"]) == D("548.75")
        assert row["Rythme"] == "▲ En retard"
        assert exact(row["Si le lot s’arrêtait aujourd’hui"]) == D("19206.25")
    assert (lot["Engagées au départ"], lot["Lignes ajoutées ou retirées"]) == (833, 157)
    assert (lot["Non retenues"], lot["En attente"], lot["Pénalité due"]) == (28, 12, 0)
    assert exact(lot["Projection à la fin"]) == D("1037.42")
    assert lot["Objectif atteint en"] == datetime.datetime(2026, 10, 1)
    assert lot["Fin"] == datetime.datetime(2026, 10, 31)
    assert (lot["Personnes"], lot["Contrats"]) == (2, 2)


def test_months_stand_across_and_add_up_to_the_statement(session: Session) -> None:
    book = opened(compliance_workbook.build(bilan_of(session, scenario_1(session).lot, "31/03/2026")))
    lines = {row["Mesure"]: row for row in rows(sheet(book, "Heures par mois")) if row["Lot"]}
    march = datetime.datetime(2026, 3, 1)
    assert lines["Retenues"][march] == 90
    assert lines["Déclarées"][march] == 102
    assert exact(lines["Retenues"]["Total"]) == D("441.25")
    assert exact(lines["Non retenues"]["Total"]) == 28


def test_the_avenant_does_not_leak_into_the_workbook_of_the_day_before(session: Session) -> None:
    book = opened(compliance_workbook.build(bilan_of(session, scenario_1(session).lot, "14/03/2026")))
    lot = rows(sheet(book, "Marchés et lots"))[0]
    assert (lot["Engagées"], exact(lot["Attendues"]), exact(lot["Retenues"])) == (
        900,
        D("480.82"),
        D("351.25"),
    )


def test_a_surplus_is_never_a_negative_rest(session: Session) -> None:
    book = opened(compliance_workbook.build(bilan_of(session, scenario_2(session).lot, "31/05/2026")))
    lot = rows(sheet(book, "Marchés et lots"))[0]
    assert (lot["Reste"], lot["Excédent"], exact(lot["Taux"])) == (0, 50, D("1.0769"))
    assert lot["Si toutes les tranches étaient affermies"] == 950


def test_a_conjoint_groupement_is_told_company_by_company(session: Session) -> None:
    scene = scenario_8(session, groupement_form=GroupementForm.conjoint, shares_binding=True)
    book = opened(compliance_workbook.build(bilan_of(session, scene.lot, "31/08/2026")))
    assert rows(sheet(book, "Synthèse"))[0]["Si le lot s’arrêtait aujourd’hui"] == 6000
    companies = rows(sheet(book, "Entreprises"))
    assert [(row["Place"], row["Engagées"], row["Retenues"]) for row in companies] == [
        ("Mandataire", 600, 650),
        ("Cotraitant", 500, 460),
        ("Cotraitant", 100, 40),
        ("Sous-traitant", None, None),
    ]
    assert all(isinstance(row["SIRET"], str) and len(row["SIRET"]) == 14 for row in companies)
    assert [row["Part qui engage"] for row in companies] == ["oui", "oui", "oui", None]
    assert sorted(row["Pénalité due"] for row in rows(sheet(book, "Pénalités"))) == [0, 2400, 3600]


def test_contracts_and_follow_ups_have_their_sheets(session: Session) -> None:
    book = opened(compliance_workbook.build(bilan_of(session, scenario_5(session).lot, "30/06/2026")))
    lot = rows(sheet(book, "Contrats"))[0]
    assert (lot["Contrats"], lot["CDD"], lot["CDI"]) == (2, 1, 1)
    assert (lot["Renouvellements"], lot["CDD devenus CDI"]) == (1, 1)
    six = rows(sheet(book, "Suivi 6–12 mois"))[0]
    assert (six["Sortis"], six["Échéance atteinte"], six["Répondants"]) == (1, 1, "masqué")


def test_a_lot_to_define_has_the_words_and_neither_rate_nor_pace(session: Session) -> None:
    lot = trade.lot(session, trade.territory(session), penalty_rate=D(35))
    session.commit()
    book = opened(compliance_workbook.build(bilan_of(session, lot, "31/03/2026")))
    row = rows(sheet(book, "Marchés et lots"))[0]
    assert row["Engagées"] == "heures à définir"
    assert {row[name] for name in ("Taux", "Rythme", "Reste", "Écart", "Attendues")} == {None}
    assert row["Si le lot s’arrêtait aujourd’hui"] is None


HOSTILE = ("=1+1", "+33 1", "-2", "@SUM(A1)", "a\x0bb\x00c", "#N/A", "\ud800x", "é" * 40_000)


def hostile(session: Session, text: str) -> Bilan:
    place, buyer = trade.territory(session), trade.buyer(session)
    lot = trade.lot(session, place, hours="100", by_buyer=buyer)
    trade.award(session, lot)
    session.commit()
    found = bilans.of_authority(session, buyer, day("31/03/2026"), MADE)
    [market] = found.situation.markets
    line = replace(market.lots[0], title=text, object=text, territory=text)
    market = replace(market, object=text, lots=(line,))
    companies = tuple(replace(each, lot=line, name=text) for each in found.companies)
    return replace(
        found,
        situation=replace(found.situation, buyer=text, markets=(market,)),
        market=market,
        companies=companies,
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_stays_text_and_the_file_opens(session: Session, text: str) -> None:
    found = hostile(session, text)
    content = compliance_workbook.build(found)
    book = opened(content)
    page = sheet(book, "Entreprises")
    column = [cell.value for cell in page[1]].index("Entreprise") + 1
    cell = page.cell(2, column)
    assert cell.data_type == "s"
    assert cell.value == text.translate({0x0B: None, 0: None, 0xD800: None})[:32_767]
    assert CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names == list(compliance_workbook.SHEETS)
    name = compliance_workbook.file_name(found)
    assert name.endswith(" – 2026-03-31.xlsx")
    assert len(name) < 150
    assert not set(name) & set('\x00\x0b/\\:*?"<>|')


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_cell_is_a_formula_and_every_sheet_prints_well(session: Session) -> None:
    content = compliance_workbook.build(bilan_of(session, scenario_1(session).lot, "31/03/2026"))
    book = opened(content)
    for name in book.sheetnames:
        page = sheet(book, name)
        assert not [cell.coordinate for line in page.iter_rows() for cell in line if cell.data_type == "f"]
        assert page.page_setup.orientation == "landscape"
        assert page.print_title_rows
        foot = page.oddFooter
        assert foot is not None
        assert foot.left is not None
        assert "31\u00a0mars\u00a02026" in str(foot.left.text)
        if name != "Synthèse":
            assert page.freeze_panes
            assert page.auto_filter.ref
    with zipfile.ZipFile(BytesIO(content)) as parts:
        assert "xl/charts/chart1.xml" in parts.namelist()
        assert b"<f>" not in parts.read("xl/worksheets/sheet2.xml")
    formats = {
        cell.value: below for cell, below in zip(*_two_rows(sheet(book, "Marchés et lots")), strict=True)
    }
    assert formats["Engagées"].number_format == "#,##0.00"
    assert formats["Taux"].number_format == "0.00%"
    assert formats["Fin"].is_date


def _two_rows(page: Worksheet) -> tuple[Any, Any]:
    return page[1], page[2]


def test_nobody_is_named(session: Session) -> None:
    scene = scenario_5(session)
    text = all_text(opened(compliance_workbook.build(bilan_of(session, scene.lot, "30/06/2026"))))
    for someone in session.scalars(select(Person)):
        assert someone.last_name not in text
        assert someone.search_name not in text
    assert "Bénéficiaire du RSA" not in text or "masqué" in text


def test_the_method_says_the_dates_the_rules_and_the_version(session: Session) -> None:
    book = opened(compliance_workbook.build(bilan_of(session, scenario_1(session).lot, "31/03/2026")))
    said = {row["Rubrique"]: row["Explication"] for row in rows(sheet(book, "Méthode"), "Rubrique")}
    assert said["Situation au"].replace("\u00a0", " ") == "31 mars 2026"
    assert said["Établie le"].replace("\u00a0", " ") == "31 décembre 2027"
    assert "Groupes de contrats (version 2026-1)" in said
    assert any(name.startswith("Règles – ") for name in said)


def test_a_market_without_a_lot_is_there(session: Session) -> None:
    buyer = trade.buyer(session)
    markets.create(session, trade.territory(session).id, buyer, object="À venir (fictif)", by=None)
    session.commit()
    found = bilans.of_authority(session, buyer, day("31/03/2026"), MADE)
    [market, _whole] = rows(sheet(opened(compliance_workbook.build(found)), "Synthèse"))
    assert market["Lots"] == 0
    assert "n’a pas encore de lot" in market["Où en est ce marché"]
