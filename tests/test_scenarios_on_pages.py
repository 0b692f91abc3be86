"""The worked scenarios read three times: from the statement, the facilitator's lot page, and the workbook."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from facilitator import statements
from facilitator.markets import Lot, Market
from facilitator.statement import Statement
from facilitator.territories import Territory
from facilitator.vocabulary import GroupementForm, MembershipRole
from tests import builders, scenarios
from tests.forms_in_pages import Browser, page_of
from tests.test_figures_everywhere import STOPPED, cells, figures, percent, value
from tests.trade import day
from tests.workbooks import opened, rows, sheet

D = Decimal
MONTHLY = {
    "Déclarées": "declared",
    "Retenues": "retained",
    "Non retenues": "unretained",
    "En attente": "awaiting",
    "Refusées": "refused",
}
HEADLINES = {"Engagées": "owed", "Attendues": "expected", "Reste": "left"}


@dataclass(frozen=True)
class Case:
    """A lot of a scenario on a day, and figures that the trade’s worked example gives."""

    make: Callable[[Session], Any]
    lot: str
    on: str
    told: dict[str, str]

    def set_up(self, session: Session) -> Lot:
        made = self.make(session)
        lot: Lot = made if isinstance(made, Lot) else getattr(made, self.lot)
        return lot


def _conjoint(session: Session) -> Any:
    return scenarios.scenario_8(session, groupement_form=GroupementForm.conjoint, shares_binding=True)


def _unsplit(session: Session) -> Any:
    return scenarios.scenario_3(session, split=False)


def _corrected(session: Session) -> Any:
    scene = scenarios.scenario_6(session)
    scenarios.declared_again(session, scene)
    return scene


def _invoiced(session: Session) -> Lot:
    return scenarios.scenario_2_invoiced(session)[0]


CASES = {
    "1": Case(
        scenarios.scenario_1,
        "lot",
        "31/03/2026",
        {"owed": "990", "declared": "481.25", "retained": "441.25", "awaiting": "12", "expected": "492.68"},
    ),
    "1, avant l’avenant": Case(
        scenarios.scenario_1, "lot", "14/03/2026", {"owed": "900", "retained": "351.25", "expected": "480.82"}
    ),
    "2, avant la tranche": Case(
        scenarios.scenario_2, "lot", "09/02/2026", {"owed": "400", "retained": "420"}
    ),
    "2, à la fin": Case(scenarios.scenario_2, "lot", "31/05/2026", {"owed": "650", "surplus": "50"}),
    "2, facturé": Case(_invoiced, "", "30/06/2026", {"owed": "1", "retained": "0"}),
    "3": Case(scenarios.scenario_3, "lot", "30/06/2026", {"declared": "3473", "retained": "3292"}),
    "3, à préciser": Case(_unsplit, "lot", "30/06/2026", {"retained": "3220", "unretained": "253"}),
    "5": Case(scenarios.scenario_5, "lot", "31/12/2025", {"declared": "1554", "retained": "1554"}),
    "6, X": Case(_corrected, "x", "31/05/2026", {"declared": "441", "retained": "406", "unretained": "35"}),
    "6, Y": Case(_corrected, "y", "31/05/2026", {"declared": "166", "retained": "166", "refused": "0"}),
    "8": Case(scenarios.scenario_8, "lot", "31/08/2026", {"retained": "1150", "penalty_due": "3000"}),
    "8, parts qui engagent": Case(
        _conjoint, "lot", "31/08/2026", {"left": "50", "penalty_due": "6000", "penalty_if_stopped": "6000"}
    ),
}


def _signed_in(client: Browser, session: Session, lot: Lot) -> None:
    place = session.get_one(Territory, lot.territory_id)
    user = builders.user(session, MembershipRole.facilitator, territory=place)
    assert builders.sign_in(client, user).status_code == 303


def _on_page(client: Browser, lot: Lot, on: datetime.date) -> dict[str, Any]:
    answer = client.get(f"/lots/{lot.id}?au={on}")
    assert answer.status_code == 200
    page = page_of(answer)
    said = {name: value(text) for name, text in figures(page).items()}
    foot = page.xpath("//table[@id='mois']/tfoot/tr")
    totals = cells(foot[0]) if foot else dict.fromkeys(MONTHLY, "0")
    return said | {name: value(text) for name, text in totals.items()}


def _in_workbook(client: Browser, lot: Lot, on: datetime.date) -> dict[str, Any]:
    answer = client.get(f"/marches/{lot.market_id}/bilan.xlsx?au={on}")
    assert answer.status_code == 200
    written = rows(sheet(opened(answer.data), "Marchés et lots"))
    [row] = [each for each in written if each["Lot"] == lot.number]
    names = (*HEADLINES, *MONTHLY, STOPPED, "Pénalité due", "Excédent")
    return {"Taux": percent(row["Taux"])} | {name: value(row[name]) for name in names}


def _same(stood: Statement, page: dict[str, Any], row: dict[str, Any]) -> None:
    for name, attribute in {**HEADLINES, **MONTHLY}.items():
        assert page[name] == row[name] == value(getattr(stood, attribute)), name
    assert page["Taux"] == row["Taux"] == value(stood.rate_percent)
    stopped = value(stood.penalty_if_stopped)
    assert page.get("À payer") == row[STOPPED] == stopped
    assert row["Pénalité due"] == value(stood.penalty_due)
    assert row["Excédent"] == value(stood.surplus)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_scenario_reads_the_same_three_times(client: Browser, session: Session, case: Case) -> None:
    lot, on = case.set_up(session), day(case.on)
    stood = statements.of_lot(session, lot.id, on)
    assert {name: getattr(stood, name) for name in case.told} == {
        name: D(hours) for name, hours in case.told.items()
    }
    _signed_in(client, session, lot)
    _same(stood, _on_page(client, lot, on), _in_workbook(client, lot, on))


def test_the_exits_of_scenario_9_are_counted_once_on_the_page_and_in_the_workbook(
    client: Browser, session: Session
) -> None:
    scene = scenarios.scenario_9(session)
    scene.second()
    scene.third()
    lot = scene.lot
    _signed_in(client, session, lot)
    buyer_id = session.get_one(Market, lot.market_id).buyer_id
    chain = page_of(client.get(f"/suivis/chaine?acheteur={buyer_id}"))
    shown = {
        row.xpath("string(th/text())").strip(): cells(row)
        for row in chain.xpath("//table[@id='chaine']/tbody/tr")
    }
    answer = client.get(f"/marches/{lot.market_id}/bilan.xlsx")
    for row in rows(sheet(opened(answer.data), "Suivi 6–12 mois")):
        if row["Lot"] == lot.number:
            column = f"À {row['Échéance']}".replace("\u00a0", " ")
            assert value(shown["Parcours sortis"][column]) == row["Sortis"] == 1
            assert value(shown["Échéance atteinte"][column]) == row["Échéance atteinte"]
