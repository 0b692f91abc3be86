"""The chain, as its people walk it: a published market, its hours, somebody at work, the buyer's workbook."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import accounts, french, mails, organisations
from facilitator.periods import add_months, first_of_month
from facilitator.vocabulary import MembershipRole
from facilitator.web import clock
from tests import workbooks
from tests.browser.visitors import Site, Visitor
from tests.conftest import NOW

pytestmark = pytest.mark.browser

PUBLISHED = Path(__file__).parents[1] / "data" / "decp" / "v2_list.json"
BUYER = "99900171200010"
HOLDER = "90077710300012"
LOT = "gros œuvre, charpente et couverture"
PASSWORD = "Tilleul-Fictif-9-Clairière"
SIAE = "Tremplin Intérim d’Exemple"
WORKED = (Decimal("151.67"), Decimal("140.50"))  # of the two months before the one of the story's day
FIRST, SECOND, LATER = -2, -1, 0


def month(after: int) -> datetime.date:
    """The first day of a month, counted from the one in which the story begins."""
    return add_months(first_of_month(NOW.date()), after)


def last_of(after: int) -> datetime.date:
    return month(after + 1) - datetime.timedelta(days=1)


def day(at: datetime.date) -> str:
    return at.isoformat()  # what a date picker sends


def expects(visitor: Visitor, status: int) -> None:
    """The console reports each refusal; this one was wanted."""
    visitor.complaints = [each for each in visitor.complaints if f"status of {status}" not in each]


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def import_the_market(desk: Visitor) -> None:
    desk.see("01-ma-journee")
    desk.page.get_by_role("link", name="Marchés", exact=True).click()
    desk.follow("Importer des marchés")
    desk.page.locator("[name=files]").set_input_files(PUBLISHED)
    desk.press("Lire les fichiers")
    desk.told("4 enregistrements lus")
    desk.see("02-import-apercu")
    desk.on_small_screens("import-apercu")
    boxes = desk.page.locator("[name=marches]")
    expect(boxes).to_have_count(2)
    desk.page.get_by_label("Importer le marché 2024T90002").uncheck()
    desk.press("Importer les marchés choisis")
    desk.told("L’import est terminé")
    desk.see("03-marches")
    desk.on_small_screens("marches")


def size_the_lot(desk: Visitor) -> str:
    """Dates, 833 hours, the published company; the lot's address."""
    desk.page.get_by_role("link", name="Construction du gymnase des Acacias").first.click()
    desk.see("04-marche")
    desk.on_small_screens("marche")
    desk.page.locator("main table").get_by_role("link").first.click()
    lot = desk.page.url.removeprefix(desk.address)
    desk.told("restent à définir")
    desk.see("05-lot-a-definir")
    desk.follow("Fixer les dates")
    desk.fill(start=day(month(-5)), end=day(last_of(12)))
    desk.see("06-dates")
    desk.press("Enregistrer les dates")
    desk.follow("Calibrer les heures")
    desk.fill(amount="1 000 000", labour_percent="50", rate_percent="5", hourly_cost="30")
    desk.press("Calculer les heures")
    desk.told("833")
    desk.fill(effective_on=day(month(-5)), document="CCAP, article 12")
    desk.see("07-calibrage")
    desk.on_small_screens("calibrage")
    desk.page.get_by_role("button", name="Garder et engager").click()
    expect(desk.page.locator("main .figures").first).to_contain_text("833")
    desk.see("08-engagement")
    desk.on_small_screens("engagement")
    desk.page.get_by_role("navigation", name="Pages du lot").get_by_role("link", name="Entreprises").click()
    desk.see("09-titulaire-publie")
    desk.page.get_by_role("button", name="Attribuer le lot").click()
    desk.told("Le lot est attribué")
    desk.see("10-entreprises")
    desk.on_small_screens("entreprises")
    return lot


def hire_somebody(desk: Visitor) -> None:
    desk.page.get_by_role("link", name="Personnes", exact=True).click()
    desk.follow("Mise à l’emploi express")
    desk.on_small_screens("express")
    option = desk.page.locator("[name=award] option", has_text="charpente et couverture")
    desk.fill(
        last_name="Exemple-Acacia",
        first_name="Dominique",
        birth_on="1990-03-12",
        sex="f",
        criterion="deld",
        decided_on=day(month(FIRST)),
        award=option.get_attribute("value") or "",
        type="cdd",
        weekly_hours="35",
        from_on=day(clock.today()),
        to_on=day(last_of(0)),
    )
    desk.press("Enregistrer la mise à l’emploi")
    desk.told("Mise à l’emploi de")
    desk.see("12-mise-a-l-emploi")
    desk.on_small_screens("mise-a-l-emploi")


def propose_the_person(desk: Visitor) -> None:
    desk.follow("Voir la fiche de la personne")
    desk.see("13-personne")
    desk.on_small_screens("personne")
    desk.follow("Proposer à un employeur")
    option = desk.page.locator("[name=award] option", has_text="charpente et couverture")
    desk.fill(
        award=option.get_attribute("value") or "",
        employer=SIAE,
        weekly_hours="35",
        from_on=day(month(FIRST)),
        to_on=day(last_of(LATER)),
        job="Manœuvre",
        recipient="agence@demo.example",
    )
    desk.see("14-proposer")
    desk.press("Proposer la mise à l’emploi")
    desk.told("l’employeur doit répondre")
    desk.see("15-proposee")


def confirm_as_the_siae(siae: Visitor) -> None:
    siae.see("16-siae-mises-a-l-emploi")
    siae.on_small_screens("siae-mises-a-l-emploi")
    siae.page.get_by_role("link", name="Dominique EXEMPLE-ACACIA", exact=True).click()
    siae.told("comporte une clause sociale")
    siae.see("17-siae-demande")
    siae.on_small_screens("siae-demande")
    siae.fill(from_on=day(month(FIRST)), type="ctt", to_on=day(last_of(LATER)), weekly_hours="35")
    siae.press("Confirmer la mise à l’emploi")
    siae.told("est confirmée")
    siae.see("18-siae-confirmee")


def record_and_validate(desk: Visitor) -> None:
    desk.page.get_by_role("searchbox").fill("Exemple-Acacia")
    desk.page.get_by_role("searchbox").press("Enter")
    desk.see("19-recherche")
    desk.on_small_screens("recherche")
    desk.page.locator("main").get_by_role("link", name="EXEMPLE-ACACIA").first.click()
    file = desk.page.url
    for number, worked in zip((FIRST, SECOND), WORKED, strict=True):
        desk.page.goto(file)
        row = desk.page.locator("tr", has_text=SIAE).filter(has_text="Saisir un relevé")
        row.get_by_role("link", name="Saisir un relevé").click()
        if number == FIRST:
            desk.follow("Mois précédent")
        desk.told(french.month(month(number)))
        desk.fill(worked=str(worked).replace(".", ","))
        desk.see(f"20-releve-{number}")
        desk.press("Enregistrer le relevé")
        desk.told("il attend sa validation")
    desk.see("21-releve")
    desk.on_small_screens("releve")
    desk.page.get_by_role("link", name="Heures", exact=True).click()
    desk.see("22-file")
    desk.on_small_screens("file")
    sheets = desk.page.locator("tr", has_text="EXEMPLE-ACACIA").get_by_role("checkbox")
    expect(sheets).to_have_count(2)
    for box in sheets.all():
        box.check()
    desk.press("Valider les relevés cochés")
    desk.told("2 relevés validés")


def read_as_the_buyer(buyer: Visitor, lot_figures: dict[str, str]) -> None:
    """The workbook says on the lot's row what the buyer's page and the facilitator's page say."""
    buyer.see("24-acheteur")
    buyer.on_small_screens("acheteur")
    buyer.page.locator("main table").get_by_role("link").first.click()
    buyer.see("25-acheteur-marche")
    buyer.on_small_screens("acheteur-marche")
    row = buyer.page.locator("#lots tbody tr, table#lots tbody tr").first
    with buyer.page.expect_download() as download:
        buyer.follow("Télécharger le bilan de ce marché (XLSX)")
    book = workbooks.opened(Path(download.value.path()).read_bytes())
    (line,) = [
        each
        for each in workbooks.rows(workbooks.sheet(book, "Marchés et lots"))
        if LOT in str(each["Intitulé du lot"])
    ]
    assert (line["Engagées"], line["Retenues"]) == (833, float(sum(WORKED, Decimal(0))))
    for name in ("Engagées", "Déclarées", "Retenues", "Reste"):
        said = spaced(row.locator(f"[data-label='{name}']").inner_text())
        assert said == spaced(french.hours(Decimal(str(line[name])))), name
        if name in lot_figures:
            assert lot_figures[name] == said


def test_from_a_published_market_to_the_buyers_workbook(site: Site, aside: Session) -> None:
    desk = site.enter(MembershipRole.facilitator)
    import_the_market(desk)
    lot = size_the_lot(desk)
    hire_somebody(desk)
    propose_the_person(desk)
    desk.sign_out()
    siae = site.enter(MembershipRole.siae)
    confirm_as_the_siae(siae)
    desk = site.enter(MembershipRole.facilitator)
    record_and_validate(desk)
    desk.go(lot)
    desk.see("23-lot-a-la-fin")
    desk.on_small_screens("lot")
    figures = {
        spaced(each.locator("dt").inner_text()): spaced(each.locator(".figure").inner_text())
        for each in desk.page.locator("main .figures").first.locator("> div").all()
    }
    assert figures["Engagées"] == "833,00 h" and figures["Retenues"] == spaced(
        french.hours(sum(WORKED, Decimal(0)))
    )
    site_buyer = organisations.by_siret(aside, BUYER)
    assert site_buyer is not None
    made = accounts.create_user(aside, "maitrise@demo.example", "Acheteuse fictive", PASSWORD, by=None)
    accounts.add_membership(aside, made, MembershipRole.authority, by=None, organisation_id=site_buyer.id)
    aside.commit()
    buyer = site.visitor()
    buyer.sign_in("maitrise@demo.example", PASSWORD)
    read_as_the_buyer(buyer, figures)


def test_a_mailed_link_answers_once_on_a_phone(site: Site, aside: Session) -> None:
    desk = site.enter(MembershipRole.facilitator)
    desk.page.get_by_role("link", name="Personnes", exact=True).click()
    desk.on_small_screens("personnes")
    desk.go("/mises-a-l-emploi?etat=proposed")
    desk.on_small_screens("mises-a-l-emploi")
    desk.page.locator("main table").get_by_role("link").first.click()
    desk.follow("Voir la fiche de la personne")
    desk.follow("Proposer à un employeur")
    desk.page.locator("[name=award]").select_option(index=2)
    start = clock.today() + datetime.timedelta(days=3)
    desk.fill(
        employer="Passerelle Intérim", from_on=day(start), weekly_hours="28", recipient="agence@demo.example"
    )
    desk.press("Proposer la mise à l’emploi")
    desk.told("l’employeur doit répondre")
    text = aside.scalars(
        select(mails.OutboxMail.text).where(mails.OutboxMail.recipient == "agence@demo.example")
    ).one()
    link = next(line for line in text.splitlines() if "/lien/" in line)
    path = link[link.index("/lien/") :].strip()

    phone = site.visitor(width=390, height=844)
    phone.go(path)
    phone.see("390-lien")
    phone.on_small_screens()
    phone.fill(type="ctt", to_on=day(start + datetime.timedelta(days=60)))
    phone.press("Confirmer la mise à l’emploi")
    phone.told("confirmée")
    phone.see("390-lien-merci")
    again = phone.page.goto(f"{site.address}{path}")
    assert again is not None and again.status == 410
    phone.told("déjà")
    phone.see("390-lien-deja-servi")
    expects(phone, 410)
    desk.page.reload()
    desk.told("Confirmée")
