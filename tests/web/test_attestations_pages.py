"""Bilans and attestations on screen: sent and kept, issued, downloaded by whom they concern, checked by anyone."""

import threading
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import attestations, db
from facilitator.attestations import Attestation
from facilitator.frozen_bilans import FrozenBilan
from facilitator.mails import OutboxMail
from facilitator.organisations import Contact, Organisation
from facilitator.vocabulary import AwardRole, GroupementForm, MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, form_in, text_of
from tests.pdf_text import plain, text_of_pdf
from tests.scenarios import scenario_8
from tests.test_attestations import correct
from tests.trade import Ground
from tests.web.desk import Desk, open_desk

ROLES = MembershipRole


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    """A facilitator whose lot of 1 000 h has met its target in 2025."""
    found = open_desk(client, session)
    for month in range(2, 12):
        trade.month(session, found.ground.contract, f"{month:02d}/2025", "100")
    session.commit()
    return found


def issued(desk: Desk) -> Attestation:
    page = desk.get(f"/lots/{desk.ground.lot.id}/attestations/delivrer")
    desk.send(page, {"closed_on": "2026-10-31"})
    return desk.session.scalars(select(Attestation).order_by(Attestation.id.desc()).limit(1)).one()


def stranger(app: Flask) -> Browser:
    """Nobody signed in."""
    return Browser(app)


def someone(app: Flask, session: Session, role: MembershipRole, organisation: Organisation) -> Browser:
    client = Browser(app)
    client.session = session  # what the test reads ends before each request writes
    user = builders.user(session, role, organisation=organisation)
    assert builders.sign_in(client, user).status_code == 303
    session.commit()
    return client


def check(client: Browser, number: str, code: str) -> TestResponse:
    return client.submit(client.get(f"/attestation?numero={number}"), {"code": code})


def test_an_attestation_is_issued_downloaded_and_checked_by_anyone(app: Flask, desk: Desk) -> None:
    made = issued(desk)
    shown = text_of(desk.get(f"/attestations/{made.id}"))
    assert made.shown_code in shown
    assert "février 2025 1 100,00 h" in plain(shown)
    file = desk.get(f"/attestations/{made.id}.pdf")
    assert file.mimetype == "application/pdf"
    assert made.shown_code in text_of_pdf(file.data)
    assert desk.ground.company.label in plain(text_of_pdf(file.data))
    answer = check(stranger(app), made.label, made.shown_code.lower())
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    read = plain(text_of(answer))
    for words in (
        "valable",
        "Travaux d’essai (fictif)",
        "1 – Lot d’essai",
        desk.ground.company.label,
        "1 000,00 h",
    ):
        assert words in read
    assert desk.ground.person.last_name not in answer.get_data(as_text=True)


def test_a_revoked_one_says_when_and_why_to_anyone(app: Flask, desk: Desk) -> None:
    made = issued(desk)
    page = desk.get(f"/attestations/{made.id}/revoquer")
    refused = desk.send(page, {"reason": "  "}, status=422)
    desk.send(refused, {"reason": "Délivrée pour un autre lot"})
    read = plain(text_of(check(stranger(app), made.label, made.code)))
    assert "révoquée" in read
    assert "Délivrée pour un autre lot" in read
    assert "valable aujourd’hui" not in read


def test_what_is_wrong_of_the_two_is_never_said(app: Flask, desk: Desk) -> None:
    made = issued(desk)
    pairs = ((made.label, "ACDEFGHJ"), ("2026-0999", made.code), ("bonjour", made.code))
    answers = [check(stranger(app), number, code) for number, code in pairs]
    sentences = {plain(text_of(each)).split("Numéro de")[0] for each in answers}
    assert len(sentences) == 1
    assert "ne vont pas ensemble" in sentences.pop()
    assert {each.status_code for each in answers} == {422}


def test_tries_wait_longer_and_longer_and_a_right_pair_ends_the_wait(app: Flask, desk: Desk) -> None:
    made = issued(desk)
    visitor = stranger(app)
    statuses = [check(visitor, made.label, "XXXXXXXX").status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    waits = check(visitor, made.label, made.code)
    assert waits.status_code == 429
    assert int(waits.headers["Retry-After"]) > 0
    assert "recommencez dans" in text_of(waits)


def test_what_is_not_met_is_refused_on_its_form_and_what_was_typed_is_kept(desk: Desk) -> None:
    trade.ledger.add_line(
        desk.session, desk.ground.lot, trade.LedgerKind.avenant, Decimal(12), effective_on=trade.day("01/01/2026"), by=None
    )  # fmt: skip
    page = desk.get(f"/lots/{desk.ground.lot.id}/attestations/delivrer")
    for typed, sentence in (
        ("2026-10-31", "Il manque 12,00 h à ce lot au 31 octobre 2026"),
        ("2031-01-01", "n’est pas encore connue"),
        ("32/13/2026", "n’existe pas au calendrier"),
    ):
        refused = desk.send(page, {"closed_on": typed}, status=422)
        assert sentence in plain(text_of(refused))
        assert form_in(refused, ["closed_on"]).fields["closed_on"] == typed
    assert desk.session.scalar(select(func.count()).select_from(Attestation)) == 0
    desk.send(page, {"closed_on": "2025-12-31"})


def test_a_company_is_chosen_where_the_shares_bind(client: Browser, session: Session) -> None:
    scene = scenario_8(session, groupement_form=GroupementForm.conjoint, shares_binding=True)
    user = builders.user(session, ROLES.facilitator, territory=scene.territory)
    assert builders.sign_in(client, user).status_code == 303
    page = client.get(f"/lots/{scene.lot.id}/attestations/delivrer")
    refused = client.submit(page, {"closed_on": "2026-10-31"})
    assert "choisissez l’entreprise" in text_of(refused)
    done = client.submit(refused, {"award": str(scene.mandataire.id), "closed_on": "2026-10-31"})
    assert done.status_code == 303
    made = session.scalars(select(Attestation)).one()
    assert (made.award_id, made.retained) == (scene.mandataire.id, Decimal(650))


def test_a_correction_that_undoes_it_stands_on_the_day_and_the_public_page(app: Flask, desk: Desk) -> None:
    made = issued(desk)
    correct(desk.session, desk.ground, "79")
    assert f"attestation {made.label} révoquée" in plain(text_of(desk.get("/ma-journee")))
    read = plain(text_of(check(stranger(app), made.label, made.code)))
    assert "979,00 h sont désormais retenues pour 1 000,00 h engagées : il manque 21,00 h" in read


def test_buyer_and_company_download_it_and_a_subcontractor_of_another_lot_does_not(
    app: Flask, desk: Desk
) -> None:
    made = issued(desk)
    ground, session = desk.ground, desk.session
    buyer = someone(app, session, ROLES.authority, ground.buyer)
    company = someone(app, session, ROLES.company, ground.company)
    other = someone(app, session, ROLES.company, trade.company(session))
    assert made.label in text_of(buyer.get("/mes-marches/bilans"))
    assert made.label in text_of(company.get(f"/entreprise/lots/{ground.lot.id}"))
    files = [each.get(f"/attestations/{made.id}.pdf") for each in (buyer, company, desk.client)]
    assert {each.data for each in files} == {files[0].data}
    assert other.get(f"/attestations/{made.id}.pdf").status_code == 404
    assert company.get(f"/attestations/{made.id}").status_code == 404


def test_a_bilan_is_sent_once_kept_byte_for_byte_and_read_by_its_buyer(app: Flask, desk: Desk) -> None:
    ground, session = desk.ground, desk.session
    session.add(
        Contact(
            territory_id=ground.territory.id, organisation_id=ground.buyer.id, name="Alix Fictif", email="achats@demo.example"
        )
    )  # fmt: skip
    page = desk.get(f"/lots/{ground.lot.id}/bilans/etablir")
    for _ in range(2):  # the same sending twice has one effect
        desk.send(page, {"kind": "interim", "on": "2026-10-31"})
    frozen = session.scalars(select(FrozenBilan)).one()
    assert (frozen.number, frozen.sent_to, frozen.retained) == (1, "Alix Fictif", Decimal(1000))
    letter = session.scalars(select(OutboxMail)).one()
    assert letter.recipient == "achats@demo.example"
    buyer = someone(app, session, ROLES.authority, ground.buyer)
    before = [buyer.get(f"/bilans/{frozen.id}.{what}").data for what in ("pdf", "xlsx")]
    correct(session, ground, "79")
    assert [desk.get(f"/bilans/{frozen.id}.{what}").data for what in ("pdf", "xlsx")] == before
    shown = plain(text_of(desk.get(f"/lots/{ground.lot.id}/bilans")))
    assert "les heures ont changé depuis : −21,00 h – établir le n° 2" in shown
    desk.send(
        desk.get(f"/lots/{ground.lot.id}/bilans/etablir"),
        {"kind": "interim", "on": "2026-10-31", "email": ""},
    )
    for client, path in ((desk.client, f"/lots/{ground.lot.id}/bilans"), (buyer, "/mes-marches/bilans")):
        assert "remplacé par le n° 2, écart −21,00 h" in plain(text_of(client.get(path)))
    assert session.scalar(select(func.count()).select_from(OutboxMail)) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"on": "2031-01-01"}, "n’est pas encore connue"),
        ({"on": "hier"}, "ne se lit pas comme une date"),
        ({"kind": "final", "on": "2026-10-31"}, "n’est pas terminée"),
        ({"sent_to": " "}, "Renseignez ce champ"),
        ({"email": "achats"}, "adresse électronique complète"),
        ({"sent_to": "x" * 201}, "gardez-en au plus 200"),
    ],
)
def test_a_bilan_badly_asked_is_refused_with_its_sentence_and_nothing_is_kept(
    desk: Desk, typed: dict[str, str], sentence: str
) -> None:
    page = desk.get(f"/marches/{desk.ground.lot.market_id}/bilans/etablir")
    refused = desk.send(page, {"on": "2026-10-31", "email": "", **typed}, status=422)
    assert sentence in plain(text_of(refused))
    shown = form_in(refused, ["sent_to"]).fields
    assert {name: shown[name].strip() for name in typed} == {
        name: each.strip() for name, each in typed.items()
    }
    assert desk.session.scalar(select(func.count()).select_from(FrozenBilan)) == 0


def test_a_company_and_another_buyer_never_get_a_bilan(app: Flask, desk: Desk) -> None:
    ground, session = desk.ground, desk.session
    desk.send(desk.get(f"/lots/{ground.lot.id}/bilans/etablir"), {"on": "2026-10-31", "email": ""})
    frozen = session.scalars(select(FrozenBilan)).one()
    clients = (
        someone(app, session, ROLES.company, ground.company),
        someone(app, session, ROLES.authority, trade.buyer(session)),
    )
    for client in clients:
        assert client.get(f"/bilans/{frozen.id}.pdf").status_code == 404


def test_the_bilan_of_the_day_is_read_by_each_without_being_kept(app: Flask, desk: Desk) -> None:
    ground, session = desk.ground, desk.session
    organisation_id = ground.buyer.id
    paths = (
        f"/lots/{ground.lot.id}/bilan.pdf",
        f"/marches/{ground.lot.market_id}/bilan.pdf",
        f"/organisations/{organisation_id}/bilan.pdf",
    )
    for path in paths:
        assert "1 000,00 h" in plain(text_of_pdf(desk.get(f"{path}?au=2026-10-31").data))
    assert desk.get(f"/lots/{ground.lot.id}/bilan.xlsx").data[:2] == b"PK"
    buyer = someone(app, session, ROLES.authority, ground.buyer)
    read = plain(text_of_pdf(buyer.get(f"/mes-marches/bilan.pdf?marche={ground.lot.market_id}").data))
    assert "Bilan non numéroté" in read
    assert session.scalar(select(func.count()).select_from(FrozenBilan)) == 0


def test_the_same_form_sent_many_times_at_once_issues_one_attestation(app: Flask, desk: Desk) -> None:
    page = desk.get(f"/lots/{desk.ground.lot.id}/attestations/delivrer")
    data = {**dict(form_in(page, ["closed_on"]).form_values()), "closed_on": "2026-10-31"}
    cookie = desk.client.get_cookie("facilitator")
    assert cookie is not None
    value, path, answers = cookie.value, page.request.path, list[tuple[int, str | None]]()
    desk.session.close()

    def send() -> None:
        sender = Browser(app)
        sender.set_cookie("facilitator", value)
        answer = sender.post(path, data=data)
        answers.append((answer.status_code, answer.location))

    crowd = [threading.Thread(target=send) for _ in range(8)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert len(set(answers)) == 1
    assert answers[0][0] == 303
    with app.app_context():
        assert db.db.session.scalar(select(func.count()).select_from(Attestation)) == 1


def test_a_list_of_bilans_costs_the_same_however_long(desk: Desk) -> None:
    path, costs = f"/lots/{desk.ground.lot.id}/bilans", []
    for _ in range(3):
        desk.send(desk.get(f"{path}/etablir"), {"on": "2026-10-31", "email": ""})
        desk.get(path)
        costs.append(desk.selects())
    assert costs[0] == costs[1] == costs[2]


def test_a_groupement_s_lot_attestation_is_its_cotraitant_s_too(app: Flask, desk: Desk) -> None:
    ground, session = desk.ground, desk.session
    ground.award.role = AwardRole.mandataire
    other = trade.company(session)
    trade.award(session, ground.lot, other, AwardRole.cotraitant)
    made = issued(desk)
    assert attestations.of_lot(session, ground.lot.id) == [made]
    client = someone(app, session, ROLES.company, other)
    assert client.get(f"/attestations/{made.id}.pdf").status_code == 200


def test_an_unfinished_ground_says_what_will_stand_there(client: Browser, session: Session) -> None:
    empty = open_desk(client, session)
    ground: Ground = empty.ground
    for path in (f"/lots/{ground.lot.id}/bilans", f"/marches/{ground.lot.market_id}/bilans"):
        assert "numérotés et gardés tels quels" in plain(text_of(empty.get(path)))
