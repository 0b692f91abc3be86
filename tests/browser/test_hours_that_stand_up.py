"""Hours that stand up, as their people walk it: declared, contested, mended, attested; and a penalty decided."""

import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.settings import Settings
from facilitator.vocabulary import MembershipRole
from tests.browser import scenes
from tests.browser.scenes import PASSWORD, Scene
from tests.browser.visitors import Site, Visitor
from tests.conftest import settings_for
from tests.pdf_text import plain, text_of_pdf
from tests.postman import Postman

pytestmark = pytest.mark.browser

AGENCY, SITE = "agence-tulipier@demo.example", "chantier-tulipier@demo.example"
LATE = "travaux-sureau@demo.example"
OCTOBER = "octobre 2026"


@pytest.fixture
def settings(database: str, tmp_path: Path, postman: tuple[Postman, str]) -> Settings:
    """The demonstration writes to a real SMTP server."""
    return settings_for(
        database, tmp_path, smtp_url=postman[1], mail_from="Guichet d’exemple <guichet@demo.example>"
    )


def deliver(app: Flask, postman: Postman) -> None:
    """What cron does."""
    assert frame.run(cli, ["send-mail"], app) == 0


def letters(postman: Postman, address: str) -> list[EmailMessage]:
    return [each for each in postman.letters if each["To"] == address]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def link_in(letter: EmailMessage, what: str) -> str:
    """The path of the first such link; the HTML body has the same one."""
    found = re.search(rf"https?://[^/\s]+({what}/[\w-]+)", text_of(letter))
    assert found, text_of(letter)
    html = letter.get_body(("html",))
    assert html is not None and found[1] in html.get_content()
    return found[1]


def hours_of(visitor: Visitor, person: str) -> Any:
    """The field of one person on the month’s page."""
    return visitor.page.locator("#grille tbody tr", has_text=person).locator("input[inputmode=decimal]")


def remind_the_agency(desk: Visitor) -> None:
    desk.go("/relances")
    desk.see("30-relances")
    desk.on_small_screens("relances")
    row = desk.page.locator("tr", has_text=AGENCY)
    expect(row).to_contain_text("heures de Camille")
    row.get_by_role("button").click()
    desk.told("écrite le")


def declare_on_a_phone(phone: Visitor, path: str, scene: Scene) -> None:
    phone.go(path)
    phone.told(OCTOBER)
    phone.see("390-31-declaration")
    hours_of(phone, scene.people[0]).fill("63")
    hours_of(phone, scene.people[1]).fill("36")
    phone.fill(sender_name="Alix Fictif", sender_position="Responsable d’agence")
    phone.page.locator("[name=certified]").check()
    phone.see("390-32-declaration-remplie")
    phone.press("Envoyer toutes les heures saisies")
    phone.told("Vos envois d’octobre 2026")
    phone.see("390-33-declaration-envoyee")
    phone.on_small_screens()


def contest_one_line(company: Visitor, scene: Scene) -> None:
    company.sign_in(SITE, PASSWORD)
    company.go("/heures/a-confirmer")
    row = company.page.locator("tr", has_text=scene.people[0])
    row.locator("summary").click()
    row.locator("input[name^=hours_]").fill("56")
    row.locator("[name^=comment_]").fill("absent le 29 octobre")
    company.see("34-contester")
    company.on_small_screens("contester")
    company.page.get_by_role("button", name="Je confirme ces heures, sauf ce que je conteste").click()
    company.told("contestée")
    company.told("56,00 h selon vous")


def settle_and_refuse(desk: Visitor, scene: Scene) -> None:
    """The contested line is settled at 56 h, the other is sent back with its reason."""
    desk.go(f"/releves?lot={scene.lot}")
    row = desk.page.locator("tr", has_text=scene.people[0])
    expect(row).to_contain_text("contesté")
    expect(row).to_contain_text("63,00 h")
    expect(row).to_contain_text("56,00 h")
    expect(row).to_contain_text("7,00 h")
    desk.see("35-file-contestee")
    desk.on_small_screens("file-contestee")
    row.get_by_role("link", name=re.compile("Corriger à 56,00 h")).click()
    expect(desk.page.locator("[name=worked]")).to_have_value("56,00")
    desk.see("36-corriger")
    desk.press("Enregistrer la correction")
    desk.told("La correction est enregistrée")
    desk.press("Valider le relevé")
    desk.told("validé")
    desk.see("37-releve-valide")
    desk.go(f"/releves?lot={scene.lot}")
    row = desk.page.locator("tr", has_text=scene.people[1])
    row.get_by_role("link", name=re.compile("Refuser")).click()
    desk.fill(reason="La feuille signée dit 63 h : corrigez.")
    desk.press("Refuser le relevé")
    desk.told("refus")


def mend_on_a_phone(phone: Visitor, path: str, scene: Scene) -> None:
    phone.go(path)
    phone.told("La feuille signée dit 63 h")
    phone.see("390-38-refuse")
    phone.page.get_by_role("link", name=re.compile("corriger")).click()
    phone.see("390-39-repondre")
    phone.page.locator("main input[inputmode=decimal]").fill("63")
    phone.fill(reason="Feuille relue avec le chantier", sender_name="Alix Fictif")
    phone.page.locator("[name=certified]").check()
    phone.press("Envoyer la correction")
    phone.told("envoyé")
    phone.see("390-40-corrige")


def validate_the_rest(desk: Visitor, scene: Scene) -> None:
    desk.go(f"/releves?lot={scene.lot}")
    row = desk.page.locator("tr", has_text=scene.people[1])
    expect(row).to_contain_text("36,00 h → 63,00 h")
    row.get_by_role("checkbox").check()
    desk.press("Valider les relevés cochés")
    desk.told("1 relevé validé")


def attest(desk: Visitor, scene: Scene) -> tuple[str, str]:
    """From the lot’s own «À faire» to the PDF; the number and the code."""
    desk.go(scene.page)
    desk.told("Objectif atteint")
    figures = desk.page.locator("main .figures").first
    expect(figures).to_contain_text("119,00 h")
    desk.see("41-objectif-atteint")
    desk.on_small_screens("objectif-atteint")
    desk.page.get_by_role("link", name=re.compile("Délivrer l’attestation")).first.click()
    desk.see("42-delivrer")
    desk.page.locator("main form button[type=submit].primary").click()
    desk.told("Code")
    desk.see("43-attestation")
    desk.on_small_screens("attestation")
    text = desk.page.locator("main").inner_text()
    number, code = re.search(r"n°\s(\S+)", text), re.search(r"Code de vérification\s+(\S+)", text)
    assert number and code, text
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name=re.compile("PDF")).first.click()
    read = plain(text_of_pdf(Path(download.value.path()).read_bytes()))
    assert number[1] in read and code[1] in read and "119,00 h" in read and scene.company in read
    return number[1], code[1]


def check_as_anybody(visitor: Visitor, number: str, code: str, scene: Scene) -> None:
    visitor.go("/attestation")
    visitor.see("44-verifier")
    visitor.fill(number=number, code=code)
    visitor.page.locator("main form button[type=submit]").click()
    visitor.told(scene.company)
    visitor.told("119,00 h")
    for person in scene.people:
        expect(visitor.page.locator("body")).not_to_contain_text(person, ignore_case=True)
    visitor.see("45-verifiee")
    visitor.on_small_screens("verifiee")


def test_a_lot_goes_from_a_mailed_link_to_its_attestation(
    app: Flask, site: Site, aside: Session, postman: tuple[Postman, str]
) -> None:
    post, scene = postman[0], scenes.october(aside, SITE, AGENCY)
    desk = site.enter(MembershipRole.facilitator)
    remind_the_agency(desk)
    deliver(app, post)
    (reminder,) = letters(post, AGENCY)
    path = link_in(reminder, "/declaration")

    phone = site.visitor(width=390, height=844)
    declare_on_a_phone(phone, path, scene)
    contest_one_line(site.visitor(), scene)
    settle_and_refuse(desk, scene)

    deliver(app, post)
    refused = letters(post, AGENCY)[-1]
    assert "La feuille signée dit 63 h : corrigez." in text_of(refused)
    mend_on_a_phone(phone, link_in(refused, "/declaration"), scene)
    validate_the_rest(desk, scene)

    number, code = attest(desk, scene)
    check_as_anybody(site.visitor(), number, code, scene)


def state_the_penalty(desk: Visitor, scene: Scene) -> None:
    """From the alert of the lot to the constat."""
    desk.go(scene.page)
    desk.told("Le lot est fini et il manque 420,00 h : pénalité de 14 700,00 €")
    desk.see("50-alerte")
    desk.on_small_screens("alerte")
    desk.page.get_by_role("link", name=re.compile("Constater la pénalité")).click()
    desk.fill(clause_reference="CCAP, article 8.3")
    desk.see("51-constater")
    desk.press("Constater la pénalité")
    desk.told("14 700,00 €")
    desk.see("52-dossier")
    desk.on_small_screens("dossier")


def give_notice(buyer: Visitor) -> None:
    buyer.told("envoyer la mise en demeure")
    buyer.see("53-acheteur-a-faire")
    row = buyer.page.locator("main .todo li", has_text="14 700,00 €")
    row.get_by_role("link").click()
    buyer.see("54-acheteur-dossier")
    buyer.on_small_screens("acheteur-dossier")
    buyer.page.get_by_role("link", name=re.compile("mise en demeure")).first.click()
    buyer.fill(days="15")
    buyer.page.locator("main form button[type=submit].primary").click()
    buyer.told("À l’entreprise")


def observe(company: Visitor) -> None:
    company.sign_in(LATE, PASSWORD)
    company.told("répondre à la mise en demeure")
    company.page.locator("main .todo li", has_text="14 700,00 €").get_by_role("link").click()
    company.see("55-entreprise-dossier")
    company.on_small_screens("entreprise-dossier")
    company.page.get_by_role("link", name=re.compile("bservations")).first.click()
    company.fill(text="Trois agences appelées en mars, sans candidat : courriers joints.")
    company.page.locator("main form button[type=submit].primary").click()
    company.told("Trois agences appelées en mars")


def decide(buyer: Visitor) -> None:
    buyer.page.reload()
    buyer.told("Trois agences appelées en mars")
    buyer.page.get_by_role("link", name=re.compile("[Dd]écider")).first.click()
    buyer.fill(decision="reduce", amount="7 000", reason="vain_searches", note="Recherches prouvées.")
    buyer.see("56-decider")
    buyer.on_small_screens("decider")
    buyer.page.locator("main form button[type=submit].primary").click()
    buyer.told("Pénalité réduite à 7 000,00 €")
    buyer.see("57-decision")


def test_a_penalty_goes_from_the_alert_to_the_buyers_decision(
    app: Flask, site: Site, aside: Session, postman: tuple[Postman, str]
) -> None:
    post, scene = postman[0], scenes.ended_short(aside, LATE)
    state_the_penalty(site.enter(MembershipRole.facilitator), scene)
    buyer = site.enter(MembershipRole.authority)
    give_notice(buyer)
    company = site.visitor()
    observe(company)
    decide(buyer)
    deliver(app, post)
    told = [text_of(each) for each in letters(post, LATE)]
    assert any("14 700,00 €" in each for each in told), told
    company.page.reload()
    company.told("Recherches prouvées.")
    for name in ("constat", "mise en demeure", "décision"):
        with company.page.expect_download() as download:
            company.page.get_by_role("link", name=re.compile(name, re.IGNORECASE)).first.click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
