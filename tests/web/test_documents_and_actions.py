"""The register of documents and the field actions on screen, for each audience."""

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import documents, field_actions, markets
from facilitator.commitments import ExpectedDocument
from facilitator.documents import Wanted
from facilitator.field_actions import About, FieldAction, What
from facilitator.vocabulary import AwardRole, DocumentKind, FieldActionKind, MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.pdf_text import text_of_pdf
from tests.penalties import rennes, stated
from tests.trade import day
from tests.web.desk import BUDGET, Desk, open_desk


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def said(answer: TestResponse) -> str:
    return text_of(answer).replace("\u00a0", " ").replace("\u202f", " ")


def papers(desk: Desk) -> list[ExpectedDocument]:
    desk.session.expire_all()
    return list(desk.session.scalars(select(ExpectedDocument).order_by(ExpectedDocument.id)))


def as_role(desk: Desk, role: MembershipRole, **where: object) -> None:
    user = builders.user(desk.session, role, **where)  # type: ignore[arg-type]
    desk.client.submit(desk.client.get("/compte"), {}, form="/deconnexion")
    assert builders.sign_in(desk.client, user).status_code == 303


def test_a_document_is_expected_comes_late_and_is_seen(desk: Desk) -> None:
    lot = desk.ground.lot
    markets.amend_lot(desk.session, lot, late_document_rate=Decimal(75), by=None)
    form = f"/lots/{lot.id}/documents/attendre"
    typed = {
        "kind": "hours_proof",
        "label": "État trimestriel",
        "expected_on": "2026-04-15",
        "month": "2026-03",
    }
    desk.send(desk.get(form), typed)
    assert "déjà attendu" in said(desk.send(desk.get(form), typed, 422))
    page = desk.get(f"/lots/{lot.id}/documents")
    link = page_of(page).xpath("//a[contains(@href, '/arrivee')]/@href")[0]
    future = desk.send(desk.get(link), {"received_on": "2099-01-01"}, 422)
    assert "pas encore passé" in said(future)
    assert page_of(future).xpath("//input[@name='received_on']/@value") == ["2099-01-01"]
    desk.send(desk.get(link), {"received_on": "2026-04-21", "filed": "Classeur 3"})
    text = said(desk.get(f"/lots/{lot.id}/documents"))
    assert "6 jours" in text and "450,00 €" in text and "à lire" in text and "Classeur 3" in text
    link = page_of(desk.get(f"/lots/{lot.id}/documents")).xpath("//a[contains(@href, '/lecture')]/@href")[0]
    assert "Dites ce qu’il faut reprendre" in said(desk.send(desk.get(link), {"verdict": "to_redo"}, 422))
    again = {"verdict": "to_redo", "reason": "Pas signé", "again_on": "2026-12-01"}
    stale = desk.get(link)
    desk.send(desk.get(link), again)
    assert [each.verdict for each in papers(desk)] == ["to_redo", None]
    late = desk.send(stale, {"verdict": "compliant"}, 409)
    assert "À reprendre" in said(late)
    text = said(desk.get(f"/lots/{lot.id}/documents"))
    assert "à reprendre" in text and "Pas signé" in text and "01/12/2026" in text


def test_a_document_expected_by_mistake_goes_and_one_that_came_stays(desk: Desk) -> None:
    found = documents.expect(desk.session, desk.ground.lot, "Erreur", day("15/04/2026"), by=None)
    page = desk.get(f"/lots/{desk.ground.lot.id}/documents")
    documents.receive(desk.session, found, day("15/04/2026"), on=day("15/04/2026"), by=None)
    kept = desk.send(page, {}, 422, form=f"/documents/{found.id}/retirer")
    assert "il reste dans le registre" in said(kept)
    other = documents.expect(desk.session, desk.ground.lot, "Autre", day("15/04/2026"), by=None)
    page = desk.get(f"/lots/{desk.ground.lot.id}/documents")
    desk.send(page, {}, form=f"/documents/{other.id}/retirer")
    assert [each.label for each in papers(desk)] == ["Erreur"]


def test_the_register_costs_the_same_whatever_its_length(desk: Desk) -> None:
    address = f"/lots/{desk.ground.lot.id}/documents"
    documents.expect(desk.session, desk.ground.lot, "Pièce", day("15/04/2026"), by=None)
    desk.get(address)
    few = desk.selects()
    for number in range(20):
        documents.expect(
            desk.session, desk.ground.lot, f"Pièce {number}", day("15/04/2026"), by=None,
            wanted=Wanted(contract_id=desk.ground.contract.id),
        )  # fmt: skip
    desk.get(address)
    assert desk.selects() == few <= BUDGET
    market = desk.get(f"/marches/{desk.ground.lot.market_id}/documents")
    assert len(page_of(market).xpath("//table[@id='pieces']/tbody/tr")) == 21


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_audience_downloads_the_list_that_it_may_read(desk: Desk) -> None:
    ground = desk.ground
    ground.award.role = AwardRole.mandataire
    other = trade.award(desk.session, ground.lot, trade.company(desk.session), AwardRole.cotraitant)
    name = ground.person.last_name
    for award_id, contract_id in ((ground.award.id, ground.contract.id), (other.id, None)):
        documents.expect(
            desk.session, ground.lot, f"Contrat de {name}", day("15/04/2026"), by=None,
            wanted=Wanted(DocumentKind.work_contract, award_id, contract_id),
        )  # fmt: skip
    lot, market = ground.lot.id, ground.lot.market_id
    desk.session.commit()

    def rows(path: str) -> list[str]:
        sheet = load_workbook(BytesIO(desk.get(f"{path}/liste.xlsx").data)).worksheets[0]
        shown = [
            "".join(str(cell or "") for cell in row) for row in sheet.iter_rows(min_row=6, values_only=True)
        ]
        assert len(page_of(desk.get(path)).xpath("//tbody/tr")) == len(shown)
        return shown

    for path in (f"/lots/{lot}/documents", f"/marches/{market}/documents"):
        found = rows(path)
        assert len(found) == 2 and name.upper() in found[0]
    as_role(desk, MembershipRole.authority, organisation=ground.buyer)
    found = rows(f"/mes-marches/{market}/documents")
    assert len(found) == 2 and all(name.upper() not in each.upper() for each in found)
    assert name.upper() not in said(desk.get(f"/mes-marches/{market}/documents")).upper()
    as_role(desk, MembershipRole.company, organisation=ground.company)
    found = rows(f"/entreprise/lots/{lot}/documents")
    assert len(found) == 1 and name.upper() in found[0]
    desk.get(f"/lots/{lot}/documents", 404)


def test_the_day_and_the_lot_say_which_documents_wait_and_for_whom(desk: Desk) -> None:
    lot = desk.ground.lot
    came, _ = (
        documents.expect(desk.session, lot, label, day("13/11/2026"), by=None) for label in ("Bilan", "Plan")
    )
    documents.receive(desk.session, came, day("18/11/2026"), on=day("18/11/2026"), by=None)
    desk.session.commit()
    home = desk.get("/ma-journee")
    assert "document arrivé, à lire" in said(home) and "document en retard chez les entreprises" in said(home)
    text = said(desk.get(f"/lots/{lot.id}"))
    assert "1 document en retard. À l’entreprise, depuis 10 jours." in text
    assert "1 document arrivé, à lire. À vous, depuis 5 jours." in text
    for state, label in (
        ("a-lire", "Bilan"),
        ("en-retard", "Plan"),
        ("tous", "Bilan"),
        ("n-importe", "Plan"),
    ):
        assert label in said(desk.get(f"/documents?etat={state}"))
    assert "Plan" not in said(desk.get("/documents?etat=a-lire"))
    sheet = load_workbook(BytesIO(desk.get("/documents/liste.xlsx?etat=en-retard").data)).worksheets[0]
    shown = [row for row in sheet.iter_rows(min_row=6, values_only=True) if row[0]]
    assert len(shown) == 1 and lot.title in str(shown[0][0]) and "Plan" in shown[0]


def test_the_register_of_a_territory_costs_the_same_whatever_its_length(desk: Desk) -> None:
    documents.expect(desk.session, desk.ground.lot, "Pièce", day("15/04/2026"), by=None)
    desk.get("/documents")
    few = desk.selects()
    for number in range(60):
        lot = desk.ground.lot if number % 2 else trade.lot(desk.session, desk.ground.territory)
        documents.expect(desk.session, lot, f"Pièce {number}", day("15/04/2026"), by=None)
    page = desk.get("/documents")
    assert desk.selects() == few <= BUDGET
    assert len(page_of(page).xpath("//table[@id='documents']/tbody/tr")) == 50
    rest = desk.get("/documents?page=2")
    assert len(page_of(rest).xpath("//table[@id='documents']/tbody/tr")) == 11


def test_a_series_of_documents_is_asked_at_once(desk: Desk) -> None:
    address = f"/lots/{desk.ground.lot.id}/documents/attendre"
    monthly = {"kind": "hours_proof", "month": "2026-01", "expected_on": "2026-02-15"}
    page = desk.get(address)
    desk.send(page, monthly | {"until_on": "2026-04-15"})
    desk.send(page, monthly | {"until_on": "2026-04-15"})  # sent twice, written once
    assert [f"{each.month:%m}" for each in papers(desk) if each.month] == ["01", "02", "03"]
    both = desk.send(desk.get(address), monthly | {"until_on": "2026-05-15", "each_contract": "y"}, 422)
    assert "Choisissez l’un ou l’autre" in said(both)
    assert page_of(both).xpath("//input[@name='until_on']/@value") == ["2026-05-15"]
    before = desk.send(desk.get(address), monthly | {"until_on": "2026-01-01"}, 422)
    assert "vient avant le" in said(before)
    desk.send(desk.get(address), {"kind": "work_contract", "expected_on": "2026-02-15", "each_contract": "y"})
    assert [each.contract_id for each in papers(desk)] == [None] * 3 + [desk.ground.contract.id]


def test_the_actions_of_a_lot_are_a_file_and_stand_on_its_penalty(desk: Desk) -> None:
    session = desk.session
    at = rennes(session)
    file = stated(session, at)
    about, secret = About(at.territory.id, at.lot.id), "Appel à Dominique Confidence"
    call = What(FieldActionKind.call, day("20/09/2026"), 95, secret)
    wrong = field_actions.note(session, about, call, on=day("20/09/2026"), by=None)
    right = What(FieldActionKind.call, day("20/09/2026"), 65, "Elle a duré 65 minutes")
    field_actions.correct(session, wrong, right, on=day("21/09/2026"), by=None)
    never = field_actions.note(session, about, call, on=day("20/09/2026"), by=None)
    field_actions.correct(
        session,
        never,
        What(FieldActionKind.call, day("20/09/2026"), 0, "Annulé"),
        on=day("21/09/2026"),
        by=None,
    )
    session.commit()

    def opened(role: MembershipRole, path: str, **where: object) -> TestResponse:
        as_role(desk, role, **where)
        return desk.get(path)

    page = opened(MembershipRole.facilitator, f"/penalites/{file.id}", territory=at.territory)
    assert secret in said(page) and "n’a pas eu lieu" in said(page)
    pdf = desk.get(f"/lots/{at.lot.id}/actions.pdf")
    text = text_of_pdf(pdf.data)
    assert "Confidence" in text and "Corrige une ligne." in text and "Ligne corrigée par une autre." in text
    assert "1 h 05" in text and "n’a pas eu lieu" in text
    assert "Journal du lot scellé" in text
    theirs = opened(MembershipRole.authority, f"/mes-marches/penalites/{file.id}", organisation=at.buyer)
    assert "Ce que le facilitateur a fait" in said(theirs) and "20/09/2026" in said(theirs)
    assert secret not in said(theirs) and "65 minutes" not in said(theirs)
    own = opened(MembershipRole.company, f"/entreprise/penalites/{file.id}", organisation=at.company)
    assert own.status_code == 200 and "Ce que le facilitateur a fait" not in said(own)


def actions(desk: Desk) -> list[FieldAction]:
    desk.session.expire_all()
    return list(desk.session.scalars(select(FieldAction).order_by(FieldAction.id)))


def test_an_action_is_noted_in_two_clicks_from_a_lot_and_from_an_organisation(desk: Desk) -> None:
    lot, company = desk.ground.lot, desk.ground.company
    page = desk.get(f"/lots/{lot.id}")
    first = desk.send(page, {"kind": "call"}, form=f"/lots/{lot.id}/actions")
    again = desk.send(page, {"kind": "call"}, form=f"/lots/{lot.id}/actions")
    assert first.location == again.location
    page = desk.get(f"/organisations/{company.id}")
    desk.send(page, {"kind": "visit", "text": "Siège"}, form=f"/organisations/{company.id}/actions")
    assert [(each.kind, each.minutes, each.lot_id, each.organisation_id) for each in actions(desk)] == [
        ("call", 30, lot.id, None),
        ("visit", 30, None, company.id),
    ]
    assert "30 min" in said(desk.get(first.location))
    assert "Siège" in said(desk.get(f"/organisations/{company.id}"))
    assert "Appel du 23 novembre 2026, 30 minutes" in said(desk.get(f"/lots/{lot.id}/journal"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"minutes": "-5"}, "nombre entier de 1 à 1 440"),
        ({"minutes": "0"}, "nombre entier de 1 à 1 440"),
        ({"minutes": "1441"}, "nombre entier de 1 à 1 440"),
        ({"minutes": "1,2,3"}, "nombre entier de 1 à 1 440"),
        ({"done_on": "2099-01-01"}, "n’est pas encore passé"),
        ({"text": "NIR 1 85 05 78 006 084 91"}, "numéro de sécurité sociale"),
    ],
)
def test_an_action_that_cannot_be_is_refused_and_what_was_typed_is_kept(
    desk: Desk, typed: dict[str, str], sentence: str
) -> None:
    address = f"/lots/{desk.ground.lot.id}/actions"
    refused = desk.send(desk.get(address), {"kind": "visit", **typed}, 422)
    assert sentence in said(refused)
    name, value = next(iter(typed.items()))
    assert page_of(refused).xpath(f"//input[@name='{name}']/@value") == [value]
    assert actions(desk) == []


def test_an_action_is_changed_today_and_corrected_later(desk: Desk) -> None:
    lot = desk.ground.lot
    desk.send(desk.get(f"/lots/{lot.id}/actions"), {"kind": "meeting", "text": "Lancement"})
    mine = actions(desk)[0]
    edit, other = desk.get(f"/actions/{mine.id}/modifier"), desk.get(f"/actions/{mine.id}/modifier")
    desk.send(edit, {"minutes": "60"})
    conflict = desk.send(other, {"minutes": "45"}, 409)
    assert "60" in said(conflict)
    about, what = About(lot.territory_id, lot.id), What(FieldActionKind.visit, day("20/11/2026"), 90)
    old = field_actions.note(desk.session, about, what, on=day("20/11/2026"), by=None)
    desk.session.commit()
    closed = desk.send(desk.get(f"/actions/{old.id}/modifier"), {"minutes": "45"}, 422)
    assert "Écrivez plutôt une ligne qui la corrige" in said(closed)
    page = desk.get(f"/actions/{old.id}/corriger")
    desk.send(page, {"minutes": "0", "text": ""}, 422)
    desk.send(page, {"minutes": "0", "text": "N’a pas eu lieu"})
    shown = desk.get(f"/lots/{lot.id}/actions")
    assert len(page_of(shown).xpath("//tr[@class='replaced']")) == 1
    desk.send(shown, {}, form=f"/actions/{mine.id}/annuler")
    assert desk.session.scalar(select(func.count(FieldAction.id))) == 2
