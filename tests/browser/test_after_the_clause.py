"""After the clause, as its people walk it: the end of a contract, both follow-ups, the rates of the territory."""

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from facilitator.vocabulary import MembershipRole
from tests.browser import scenes
from tests.browser.scenes import AtWork
from tests.browser.visitors import Site, Visitor

pytestmark = pytest.mark.browser

EXIT = "2025-08-31"
CHAIN = "/suivis/chaine"
STEPS = ("Parcours sortis", "Échéance atteinte", "Répondants", "En emploi ou en formation qualifiante")


def chain(desk: Visitor, which: str = "") -> list[tuple[int, int]]:
    """The figures at 6 and 12 months of the steps that the journey moves."""
    desk.go(f"{CHAIN}{which}")
    if "Aucune sortie ne correspond" in desk.page.locator("main").inner_text():
        return [(0, 0)] * len(STEPS)
    found = []
    for step in STEPS:
        cells = desk.page.locator("#chaine tr", has=desk.page.locator("th", has_text=step)).first.locator(
            "td"
        )
        six, twelve = (int("".join(filter(str.isdigit, cells.nth(each).inner_text()))) for each in (0, 1))
        found.append((six, twelve))
    return found


def end_the_contract(desk: Visitor, scene: AtWork) -> None:
    desk.go(f"/contrats/{scene.contract}")
    desk.follow("Enregistrer la fin")
    desk.fill(ended_on=EXIT, reason="Fin du chantier")
    desk.press("Enregistrer la fin")
    desk.told("La fin du contrat est enregistrée")


def call(desk: Visitor, scene: AtWork, months: int, question: str, **answer: str) -> None:
    """From the list to the answer about one date."""
    desk.go(f"/suivis?echeance={months}")
    row = desk.page.locator("tr", has_text=f"{scene.first_name} {scene.last_name}")
    expect(row).to_contain_text("En retard", ignore_case=True)
    row.locator("th a").click()
    desk.told(question)
    desk.fill(outcome="answered", channel="phone", answered_by="person", **answer)
    desk.see(f"60-suivi-{months}-mois")
    desk.on_small_screens(f"suivi-{months}-mois")
    desk.page.locator("main form button[type=submit].primary").last.click()
    desk.told("Réponse enregistrée")


def test_from_the_end_of_a_contract_to_both_follow_ups_and_the_rates(site: Site, aside: Session) -> None:
    scene = scenes.at_work(aside)
    desk = site.enter(MembershipRole.facilitator)
    own, before = f"?marche={scene.market}", chain(desk)
    assert chain(desk, own) == [(0, 0)] * 4

    end_the_contract(desk, scene)
    assert chain(desk, own) == [(1, 1), (1, 1), (0, 0), (0, 0)]
    call(
        desk, scene, 6, "28 février 2026", situation="cdd_6_plus", since_on="2025-10-01", weekly_hours="35",
        same_employer="non",
    )  # fmt: skip
    call(desk, scene, 12, "31 août 2026", situation="recherche")

    assert chain(desk, own) == [(1, 1), (1, 1), (1, 1), (1, 0)]
    rates = desk.page.locator("#taux")
    expect(rates).to_contain_text("100,00")
    desk.see("61-la-chaine-du-marche")
    desk.on_small_screens("la-chaine-du-marche")
    desk.page.locator("#chaine tr", has_text="Répondants").first.locator("td a").first.click()
    expect(desk.page.locator("#parcours")).to_contain_text(scene.last_name)
    desk.on_small_screens("parcours-derriere")
    moved = [
        (six + a, twelve + b)
        for (six, twelve), (a, b) in zip(before, [(1, 1), (1, 1), (1, 1), (1, 0)], strict=True)
    ]
    assert chain(desk) == moved
