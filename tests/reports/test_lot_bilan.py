"""The bilan as PDF: the figures of the workbook and of the statement, in French, of one lot or of a market."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from facilitator import bilans, french
from facilitator.bilan import Bilan
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.vocabulary import BilanKind, GroupementForm
from reports import compliance_workbook, lot_bilan
from reports.lot_bilan import Edition
from tests import trade
from tests.pdf_text import plain, text_of_pdf
from tests.scenarios import scenario_1, scenario_5, scenario_8
from tests.trade import day
from tests.workbooks import opened, rows, sheet

MADE = day("31/12/2027")
MADE_AT = datetime.datetime(2027, 12, 31, 9, tzinfo=datetime.UTC)
INTERIM = Edition(BilanKind.interim)


def bilan_of(session: Session, lot: Lot, on: str, alone: bool = True) -> Bilan:
    market = session.get_one(Market, lot.market_id)
    buyer = session.get_one(Organisation, market.buyer_id)
    return bilans.of_authority(
        session, buyer, day(on), MADE, market, lot.territory_id, lot.id if alone else None
    )


def told(bilan: Bilan, edition: Edition = INTERIM) -> dict[str, Any]:
    return lot_bilan.facts(bilan, edition)


def test_scenario_1_is_told_in_french(session: Session) -> None:
    found = told(bilan_of(session, scenario_1(session).lot, "31/03/2026"))
    assert [figure for _, figure, _ in found["figures"]] == [
        "990,00\u00a0h",
        "441,25\u00a0h",
        "492,68\u00a0h",
        "548,75\u00a0h",
    ]
    assert [plain(hours) for _, hours in found["parts"]] == [
        "481,25 h",
        "441,25 h",
        "28,00 h",
        "12,00 h",
        "0,00 h",
    ]
    [(reason, hours, mend)] = found["unretained"]
    assert (reason, hours) == ("Avant la validité de l’éligibilité", "28,00\u00a0h")
    assert mend.startswith("Ces heures ne comptent pas")
    assert [plain(each[2]) for each in found["months"]] == [
        "60,00 h",
        "75,50 h",
        "50,25 h",
        "80,00 h",
        "85,50 h",
        "90,00 h",
    ]
    assert plain(found["sentence"]) == (
        "À ce jour, 441,25 h retenues sur 990 h engagées ; à ce rythme 1 037,42 h à la fin"
        " (objectif atteint en octobre 2026). Ce que vous avez à faire : rien."
    )
    assert ["Pénalité si l’exécution s’arrêtait à cette date", french.euros(Decimal("19206.25"))] in found[
        "ahead"
    ]


def test_pdf_and_workbook_of_a_lot_say_the_same(session: Session) -> None:
    bilan = bilan_of(session, scenario_1(session).lot, "31/03/2026")
    found = told(bilan)
    row = rows(sheet(opened(compliance_workbook.build(bilan)), "Marchés et lots"))[0]
    wanted = dict(zip(("Engagées", "Retenues", "Attendues", "Reste"), found["figures"], strict=True))
    for name, (_, figure, _) in wanted.items():
        assert french.hours(Decimal(str(row[name]))) == figure
    parts = dict(
        zip(("Déclarées", "Retenues", "Non retenues", "En attente", "Refusées"), found["parts"], strict=True)
    )
    for name, (_, hours) in parts.items():
        assert french.hours(Decimal(str(row[name]))) == hours


def test_the_chart_draws_the_figures_of_its_table(session: Session) -> None:
    found = told(bilan_of(session, scenario_1(session).lot, "31/03/2026"))
    drawn = [french.hours(Decimal(bar["declared"]).scaleb(-2)) for bar in found["chart"]["bars"]]
    assert drawn == [each[1] for each in found["months"]]
    assert plain(found["chart"]["alt"]).startswith(
        "Diagramme en barres, d’octobre 2025 à mars 2026 : heures déclarées et retenues de chaque mois."
    )


def test_a_rendered_page_bears_its_figures_and_nobody_s_name(session: Session) -> None:
    scene = scenario_1(session)
    edition = Edition(BilanKind.final, 2, "Mme Fictive")
    made = lot_bilan.build(bilan_of(session, scene.lot, "31/03/2026"), edition, made_at=MADE_AT)
    read = text_of_pdf(made)
    assert b"pdfuaid:part>1<" in made
    for words in (
        "Bilan définitif de la clause sociale",
        "441,25 h",
        "548,75 h",
        "octobre 2026",
        "Bilan n° 2",
        "Mme Fictive",
    ):
        assert words in read
    for person in session.query(Person):
        assert person.last_name not in read


def test_a_lot_alone_is_not_the_whole_market(session: Session) -> None:
    scene = scenario_1(session)
    market = session.get_one(Market, scene.lot.market_id)
    other = trade.markets.add_lot(session, market, number="2", title="Autre lot", by=None)
    trade.ledger.add_line(
        session, other, trade.LedgerKind.initial, Decimal(10), effective_on=day("01/09/2025"), by=None
    )
    session.commit()
    alone = told(bilan_of(session, scene.lot, "31/03/2026"))
    whole = told(bilan_of(session, scene.lot, "31/03/2026", alone=False))
    assert alone["figures"][0][1] == "990,00\u00a0h"
    assert plain(whole["figures"][0][1]) == "1 000,00 h"
    assert alone["lots"] == []
    assert [line[0] for line in whole["lots"]] == ["Lot 1 – Lot d’essai", "Lot 2 – Autre lot"]
    assert ", lot 1 seul." in dict(alone["method"])["Périmètre"]


def test_cotraitants_stand_with_their_shares_and_what_binds(session: Session) -> None:
    scene = scenario_8(session, groupement_form=GroupementForm.conjoint, shares_binding=True)
    found = told(bilan_of(session, scene.lot, "31/08/2026"))
    owed = [plain(each[3]) for each in found["companies"]]
    assert owed == ["600,00 h", "500,00 h", "100,00 h", "–"]
    assert "chaque entreprise répond de sa part" in found["companies_note"]


def test_few_people_stay_masked_as_in_the_workbook(session: Session) -> None:
    found = told(bilan_of(session, scenario_5(session).lot, "30/06/2026"))
    [table] = found["publics"]
    assert dict(table["rows"])["Personnes"] == "1"
    assert dict(table["rows"])["RSA"] == "masqué"
    six, twelve = found["follow_ups"]
    assert six[-1] == "masqué"
    assert twelve[2] == "0"


def test_a_lot_whose_hours_are_to_be_defined_has_a_bilan(session: Session) -> None:
    lot = trade.lot(session, trade.territory(session))
    session.commit()
    bilan = bilan_of(session, lot, "31/03/2026")
    found = told(bilan)
    assert found["figures"][0][1] == "heures à définir"
    assert (found["progress"], found["chart"], found["months"]) == (None, None, [])
    assert "restent à définir" in text_of_pdf(lot_bilan.build(bilan, INTERIM, made_at=MADE_AT))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_fingerprint_changes_with_the_figures_only(session: Session) -> None:
    lot = scenario_1(session).lot
    one, other = bilan_of(session, lot, "31/03/2026"), bilan_of(session, lot, "28/02/2026")
    assert told(one)["fingerprint"] == told(bilan_of(session, lot, "31/03/2026"))["fingerprint"]
    assert told(one)["fingerprint"] != told(other)["fingerprint"]
    assert told(one, Edition(BilanKind.interim, 3))["fingerprint"] == told(one)["fingerprint"]
    assert lot_bilan.file_name(one).endswith("lot 1 – 2026-03-31.pdf")
