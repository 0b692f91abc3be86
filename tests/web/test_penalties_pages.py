"""A penalty from the simulation to the décompte, on the pages of the facilitator, the buyer and the company."""

import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, inspect, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import contacts, documents, markets, penalty_files, penalty_lists, validations
from facilitator.journal import JournalEntry
from facilitator.mails import MailState, OutboxMail
from facilitator.penalty_files import PenaltyFile, PenaltyObservation
from facilitator.penalty_words import PenaltyDecision, PenaltyLetter, PenaltyState
from facilitator.vocabulary import GroupementForm, MembershipRole
from reports import penalty_letters
from tests import builders, penalties, trade
from tests.forms_in_pages import Browser, form_in, page_of, text_of
from tests.penalties import STATED, TODAY, Ended, notified, rennes, stated
from tests.scenarios import scenario_8
from tests.trade import day

D = Decimal
ROLES = MembershipRole
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def said(page: TestResponse) -> str:
    return text_of(page).replace("\u00a0", " ").replace("\u202f", " ")


@dataclass
class Hall:
    """The three who act on one lot, and their browser: `as_` changes who holds it."""

    client: Browser
    session: Session
    at: Ended
    users: dict[MembershipRole, Any]

    def as_(self, role: MembershipRole) -> "Hall":
        builders.change_user(self.client, self.users[role])
        return self

    def get(self, path: str, status: int = 200) -> TestResponse:
        answer = self.client.get(path)
        assert answer.status_code == status, said(answer)[:800]
        return answer

    def send(self, path: str, values: dict[str, str], status: int = 303) -> TestResponse:
        """Open a page and send the form found there."""
        page = self.get(path)
        answer = self.client.submit(page, values)
        assert answer.status_code == status, said(answer)[:1500]
        return answer

    def file(self) -> PenaltyFile:
        self.session.rollback()  # what other connections wrote is read in a new transaction
        self.session.expire_all()
        return self.session.scalars(select(PenaltyFile).order_by(PenaltyFile.id.desc()).limit(1)).one()


@pytest.fixture
def hall(client: Browser, session: Session) -> Hall:
    at = rennes(session)
    at.territory.email = "clauses@demo.example"
    for company, address in ((at.buyer, "achats@demo.example"), (at.company, "chantier@demo.example")):
        contacts.add(session, at.territory.id, company, name="Alix Fictif", email=address, by=None)
    users = {
        ROLES.facilitator: builders.user(session, ROLES.facilitator, territory=at.territory),
        ROLES.authority: builders.user(session, ROLES.authority, organisation=at.buyer),
        ROLES.company: builders.user(session, ROLES.company, organisation=at.company),
    }
    return Hall(client, session, at, users)


def letters_to(session: Session, address: str) -> list[str]:
    return list(
        session.scalars(
            select(OutboxMail.subject).where(OutboxMail.recipient == address).order_by(OutboxMail.id)
        )
    )


def count(session: Session, model: type[Any]) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


# The simulator


def test_the_simulator_explains_ta_rennes_step_by_step_and_keeps_nothing(hall: Hall) -> None:
    lot = hall.at.lot.id
    for role, path in (
        (ROLES.facilitator, f"/lots/{lot}/penalite"),
        (ROLES.authority, f"/mes-marches/lots/{lot}/penalite"),
    ):
        page = said(hall.as_(role).get(path))
        assert "14 700,00 €" in page
        assert "490,00 h − 70,00 h" in page and "420,00 h × 35,00 €" in page
        supposed = said(hall.get(f"{path}?heures=20&taux=60&tolerance=seuil&pourcent=5"))
        assert "24 000,00 €" in supposed  # (490 − 90) × 60
        assert "seuil de 5 % des heures engagées : il est dépassé" in supposed
        assert "rien n’est enregistré" in supposed
        free = said(hall.get(f"{path}?tolerance=franchise&pourcent=10"))
        assert "12 985,00 €" in free  # 420 − 49 = 371 h
    assert count(hall.session, PenaltyFile) == 0


def test_the_simulator_reads_a_past_day_and_refuses_one_to_come(hall: Hall) -> None:
    path = f"/lots/{hall.at.lot.id}/penalite"
    hall.as_(ROLES.facilitator)
    assert "Si le lot s’arrêtait le 30 septembre 2025" in said(hall.get(f"{path}?au=2025-09-30"))
    assert "17 150,00 €" in said(hall.get(f"{path}?au=2025-09-30"))  # nothing retained yet
    for asked, sentence in (
        ("au=2027-01-01", "n’est pas encore connue"),
        ("heures=1,2,3", "ne se lit pas comme un nombre"),
        ("heures=-71", "Seules 70,00 h sont retenues à cette date"),
        ("taux=-1", "est négatif"),
        ("pourcent=101", "de 0 à 100"),
        ("groupement=intrus", "Choisissez l’une des réponses proposées"),
        ("entreprise=987", "Choisissez l’une des réponses proposées"),
    ):
        assert sentence in said(hall.get(f"{path}?{asked}", 422)), asked


def test_the_three_forms_of_groupement_are_supposed_on_one_lot(client: Browser, session: Session) -> None:
    scene = scenario_8(session)
    user = builders.user(session, ROLES.facilitator, territory=scene.territory)
    builders.change_user(client, user)
    path = f"/lots/{scene.lot.id}/penalite"
    assert "3 000,00 €" in said(client.get(path))
    for form in ("conjoint", "conjoint_mandataire_solidaire"):
        page = said(client.get(f"{path}?groupement={form}&parts=part"))
        assert "6 000,00 €" in page and "2 400,00 €" in page and "3 600,00 €" in page
        assert ("mandataire solidaire" in page.split("Et si…")[0]) == (form != "conjoint")
    helped = said(client.get(f"{path}?groupement=conjoint&parts=part&heures=40&entreprise={scene.a.id}"))
    assert "3 600,00 €" in helped and "2 400,00 €" not in helped


def test_an_etti_and_another_buyer_never_open_a_simulator(hall: Hall) -> None:
    lot, session = hall.at.lot.id, hall.session
    stranger = builders.user(session, ROLES.authority, organisation=trade.buyer(session))
    siae = builders.user(session, ROLES.siae, organisation=trade.siae(session))
    for user in (stranger, siae):
        builders.change_user(hall.client, user)
        for path in (f"/lots/{lot}/penalite", f"/mes-marches/lots/{lot}/penalite"):
            hall.get(path, 404)


# The procedure


def test_a_penalty_goes_from_the_constat_to_the_decompte(hall: Hall) -> None:
    at, session = hall.at, hall.session
    hall.as_(ROLES.facilitator)
    constat = f"/lots/{at.lot.id}/penalite/constater"
    answer = hall.send(constat, {"who": "lot", "clause_reference": "CCAP, article 8.3"})
    file = hall.file()
    assert (file.owed, file.retained, file.missing, file.amount) == (490, 70, 420, 14700)
    assert answer.location == f"/penalites/{file.id}"
    page = said(hall.get(answer.location))
    assert "14 700,00 €" in page and "CCAP, article 8.3" in page
    assert "À le donneur d’ordre" not in page and "Au donneur d’ordre" in page
    assert len(letters_to(session, "achats@demo.example")) == 1
    assert len(letters_to(session, "chantier@demo.example")) == 1
    day_page = said(hall.get("/ma-journee"))
    assert f"1mise en demeure à envoyer – {at.buyer.label}" in day_page

    hall.as_(ROLES.authority)
    home = said(hall.get("/mes-marches"))
    assert "Ce que vous avez à faire" in home and "envoyer la mise en demeure" in home
    here = f"/mes-marches/penalites/{file.id}"
    assert "À vous" in said(hall.get(here))
    early = hall.send(f"{here}/decision", {"decision": "apply"}, 422)
    assert "Envoyez d’abord la mise en demeure" in said(early)
    hall.send(f"{here}/mise-en-demeure", {"notice_on": "2026-11-23", "days": "15"})
    waiting = said(hall.get(here))
    assert "À l’entreprise" in waiting and "jusqu’au 8 décembre 2026" in waiting
    early = hall.send(f"{here}/decision", {"decision": "apply"}, 422)
    assert "L’entreprise peut répondre jusqu’au 8 décembre 2026" in said(early)

    hall.as_(ROLES.company)
    own = f"/entreprise/penalites/{file.id}"
    assert "répondre à la mise en demeure" in said(hall.get("/entreprise/lots"))
    hall.send(f"{own}/observations", {"text": "Trois ETTI appelées en mars, sans candidat."})
    assert "Trois ETTI appelées" in said(hall.get(own))
    assert letters_to(session, "achats@demo.example")[-1].endswith("mise en demeure")

    hall.as_(ROLES.authority)
    assert "Trois ETTI appelées" in said(hall.get(here))
    assert "décider de la pénalité" in said(hall.get("/mes-marches"))
    decision = {
        "decision": "reduce",
        "amount": "7 000",
        "reason": "vain_searches",
        "note": "Recherches prouvées.",
    }
    hall.send(f"{here}/decision", decision)
    assert "Pénalité réduite à 7 000,00 €" in said(hall.get(here))
    hall.send(f"{here}/decompte", {"number": "DGD-4", "settled_on": "2026-11-23"})
    file = hall.file()
    assert (file.state, file.decided_amount, file.settlement_number) == ("settled", 7000, "DGD-4")
    assert file.amount == 14700  # the constat is never written again
    assert "Ce que vous avez à faire" not in page_of(hall.get("/mes-marches")).xpath("string(//h2[1])")

    hall.as_(ROLES.company)
    assert "Recherches prouvées." in said(hall.get(own))
    assert "Décompte n° DGD-4" in said(hall.get(own))
    verbs = session.scalars(
        select(JournalEntry.verb).where(JournalEntry.thing == "penalty_file").order_by(JournalEntry.id)
    )
    assert list(verbs) == ["state", "give_notice", "observe", "decide", "settle"]
    journal = said(hall.as_(ROLES.facilitator).get(f"/lots/{at.lot.id}/journal"))
    assert "Pénalité constatée : 14 700,00 €." in journal
    assert "Décision du donneur d’ordre : réduire la pénalité, 7 000,00 €." in journal


def test_the_day_says_which_decision_is_awaited_and_since_when(hall: Hall) -> None:
    notified(hall.session, hall.at)  # the delay ran until 16 October
    page = said(hall.as_(ROLES.facilitator).get("/ma-journee"))
    assert f"1décision de pénalité – {hall.at.buyer.label} depuis 37 jours" in page


def test_hours_that_change_after_the_constat_are_told_and_its_figures_stay(hall: Hall) -> None:
    file = stated(hall.session, hall.at)
    trade.month(hall.session, hall.at.work.contract, "11/2025", "12")
    for role, path in (
        (ROLES.facilitator, f"/penalites/{file.id}"),
        (ROLES.authority, f"/mes-marches/penalites/{file.id}"),
        (ROLES.company, f"/entreprise/penalites/{file.id}"),
    ):
        page = said(hall.as_(role).get(path))
        told = (
            "Les heures ont changé depuis le constat : +12,00 h retenues, la pénalité serait de 14 280,00 €"
        )
        assert told in page
        assert "70,00 h retenues sur 490,00 h" in page
    hall.as_(ROLES.facilitator)
    hall.send(f"/penalites/{file.id}/retirer", {"reason": "Heures de novembre retrouvées"})
    assert "Constat retiré" in said(hall.get(f"/penalites/{file.id}"))
    hall.send(f"/lots/{hall.at.lot.id}/penalite/constater", {"who": "lot"})
    assert hall.file().amount == 14280


def test_a_constat_is_refused_before_the_end_and_without_anything_due(
    client: Browser, session: Session
) -> None:
    ground = trade.market(session)
    place = ground.territory
    user = builders.user(session, ROLES.facilitator, territory=place)
    builders.change_user(client, user)
    undefined = trade.lot(session, place, start="01/01/2025", end="31/12/2025", penalty_rate=D(35))
    trade.award(session, undefined)
    nobody = trade.lot(session, place, start="01/01/2025", end="31/12/2025", hours="10", penalty_rate=D(35))
    no_rate = rennes(session, place, penalty_rate=None)
    enough = rennes(session, place)
    for month in ("11/2025", "12/2025", "01/2026"):
        trade.month(session, enough.work.contract, month, "150")
    twice = rennes(session, place)
    stated(session, twice)
    session.commit()
    for lot, sentence in (
        (ground.lot, "le lot finit le 31 décembre 2026 : seule la simulation existe avant"),
        (undefined, "Les heures de ce lot sont à définir"),
        (nobody, "Désignez le titulaire ou le mandataire"),
        (no_rate.lot, "Le contrat ne fixe pas de pénalité par heure"),
        (enough.lot, "Rien ne manque : 520,00 h retenues pour 490,00 h engagées"),
        (twice.lot, "déjà constatée depuis le 1er octobre 2026"),
    ):
        before = count(session, PenaltyFile)
        page = client.get(f"/lots/{lot.id}/penalite/constater")
        answer = client.submit(page, {"who": "lot", "clause_reference": "CCAP 9"})
        assert answer.status_code == 422, (lot, sentence)
        assert sentence in said(answer), sentence
        assert form_in(answer, ["clause_reference"]).fields["clause_reference"] == "CCAP 9"
        assert count(session, PenaltyFile) == before


@pytest.mark.parametrize(
    ("step", "typed", "sentence"),
    [
        ("mise-en-demeure", {"days": "0"}, "Écrivez un nombre entier de 1 à 365."),
        ("mise-en-demeure", {"notice_on": "2026-09-30"}, "précède le constat, du 1er octobre 2026"),
        ("mise-en-demeure", {"notice_on": "2026-11-24"}, "n’est pas encore passé"),
        ("mise-en-demeure", {"days": "1,2,3"}, "Écrivez un nombre entier"),
        ("observations", {"text": "Reçu", "received_on": "2026-10-02"}, "n’est pas encore envoyée"),
        ("decision", {"decision": "waive", "reason": "vain_searches"}, "Envoyez d’abord la mise en demeure"),
        ("decompte", {"number": "DGD-1"}, "la décision n’est pas encore prise"),
    ],
)
def test_a_step_out_of_turn_is_refused_and_keeps_what_was_typed(
    hall: Hall, step: str, typed: dict[str, str], sentence: str
) -> None:
    file = stated(hall.session, hall.at)
    answer = hall.as_(ROLES.authority).send(f"/mes-marches/penalites/{file.id}/{step}", typed, 422)
    assert sentence in said(answer)
    name, value = next(iter(typed.items()))
    assert (form_in(answer, [name]).fields[name] or "").strip() == value
    assert hall.file().state == PenaltyState.stated


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"decision": "reduce", "amount": "14700,01", "reason": "excessive"}, "entre 0,01 € et 14 700,00 €"),
        ({"decision": "reduce", "amount": "14700", "reason": "excessive"}, "entre 0,01 € et 14 700,00 €"),
        ({"decision": "reduce", "amount": "-5", "reason": "excessive"}, "est négatif"),
        ({"decision": "reduce", "amount": "1,2,3", "reason": "excessive"}, "ne se lit pas comme un nombre"),
        ({"decision": "reduce", "amount": "", "reason": "excessive"}, "entre 0,01 € et 14 700,00 €"),
        ({"decision": "reduce", "amount": "5000"}, "Dites pour quel motif"),
        ({"decision": "waive"}, "Dites pour quel motif"),
        ({"decision": "waive", "reason": "other"}, "Écrivez en quelques mots l’autre motif"),
        ({"decision": "waive", "reason": "excessive", "amount": "10"}, "laissez le montant vide"),
        ({"decision": "apply", "amount": "10"}, "Pour un autre montant, choisissez de réduire"),
    ],
)
@SQLITE
def test_a_decision_that_does_not_hold_is_refused(hall: Hall, typed: dict[str, str], sentence: str) -> None:
    file = notified(hall.session, hall.at)
    answer = hall.as_(ROLES.authority).send(f"/mes-marches/penalites/{file.id}/decision", typed, 422)
    assert sentence in said(answer)
    kept = form_in(answer, ["amount"]).fields
    assert all((kept[name] or "") == value for name, value in typed.items())
    assert hall.file().decision is None


def test_late_observations_are_kept_and_marked(hall: Hall) -> None:
    file = notified(hall.session, hall.at)
    own = f"/entreprise/penalites/{file.id}"
    page = hall.as_(ROLES.company).get(f"{own}/observations")
    assert "Le délai a couru jusqu’au 16 octobre 2026" in said(page)
    hall.send(f"{own}/observations", {"text": "Nous répondons tard."})
    hall.as_(ROLES.authority)
    shown = said(hall.get(f"/mes-marches/penalites/{file.id}"))
    assert "après le délai" in shown and "Nous répondons tard." in shown
    hall.send(
        f"/mes-marches/penalites/{file.id}/observations",
        {"text": "Courrier du 10 octobre.", "received_on": "2026-10-10"},
    )
    kept = hall.session.execute(
        select(PenaltyObservation.received_on, PenaltyObservation.late).order_by(PenaltyObservation.id)
    ).all()
    assert kept == [(TODAY, True), (day("10/10/2026"), False)]
    assert hall.file().observed_on == day("10/10/2026")


def test_others_read_nothing_of_a_penalty(hall: Hall) -> None:
    session, at = hall.session, hall.at
    file = notified(session, at)
    partner = trade.award(session, trade.lot(session, at.territory), trade.company(session))
    other = session.get_one(trade.Organisation, partner.organisation_id)
    users = [
        builders.user(session, ROLES.authority, organisation=trade.buyer(session)),
        builders.user(session, ROLES.company, organisation=other),
        builders.user(session, ROLES.siae, organisation=trade.siae(session)),
        builders.user(session, ROLES.facilitator, territory=trade.territory(session)),
    ]
    for user in users:
        builders.change_user(hall.client, user)
        for start in ("/penalites", "/mes-marches/penalites", "/entreprise/penalites"):
            for rest in ("", "/courrier.pdf", "/observations", "/decision", "/retirer"):
                hall.get(f"{start}/{file.id}{rest}", 404)


def test_a_facilitator_never_decides_and_a_buyer_never_states(hall: Hall) -> None:
    file = notified(hall.session, hall.at)
    hall.as_(ROLES.facilitator).get(f"/mes-marches/penalites/{file.id}/decision", 404)
    hall.as_(ROLES.authority).get(f"/penalites/{file.id}/retirer", 404)
    hall.get(f"/lots/{hall.at.lot.id}/penalite/constater", 404)


def test_two_users_of_a_buyer_decide_at_once_and_the_second_keeps_its_words(app: Flask, hall: Hall) -> None:
    file = notified(hall.session, hall.at)
    path = f"/mes-marches/penalites/{file.id}/decision"
    colleague = builders.user(hall.session, ROLES.authority, organisation=hall.at.buyer)
    first, second = Browser(app), Browser(app)
    hall.session.commit()
    sendings = []
    for browser, user, typed in (
        (first, hall.users[ROLES.authority], {"decision": "apply"}),
        (second, colleague, {"decision": "waive", "reason": "vain_searches", "note": "Nous renonçons."}),
    ):
        builders.sign_in(browser, user)
        form = form_in(browser.get(path), ["decision"])
        for name, value in typed.items():
            form.fields[name] = value
        sendings.append((browser, dict(form.form_values())))
    answers: list[TestResponse] = []
    start = threading.Barrier(2)

    def send(browser: Browser, data: dict[str, str]) -> None:
        start.wait()
        answers.append(browser.post(path, data=data))

    threads = [threading.Thread(target=send, args=each) for each in sendings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(each.status_code for each in answers) == [303, 409]
    refused = next(each for each in answers if each.status_code == 409)
    assert "Quelqu’un a fait avancer ce dossier" in said(refused)
    decided = hall.file().decision
    typed_there = form_in(refused, ["decision"]).fields["decision"]
    assert {decided, typed_there} == {"apply", "waive"}
    if typed_there == "waive":
        assert form_in(refused, ["note"]).fields["note"].strip() == "Nous renonçons."


@SQLITE
def test_the_same_constat_sent_twice_is_one(hall: Hall) -> None:
    page = hall.as_(ROLES.facilitator).get(f"/lots/{hall.at.lot.id}/penalite/constater")
    answers = [hall.client.submit(page, {"who": "lot"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert count(hall.session, PenaltyFile) == 1
    assert len(letters_to(hall.session, "achats@demo.example")) == 1


def test_late_documents_stand_apart_from_the_hours(client: Browser, session: Session) -> None:
    at = rennes(session, late_document_rate=D(75))
    late = documents.expect(session, at.lot, "État trimestriel", day("15/04/2026"), by=None)
    documents.receive(session, late, day("21/04/2026"), on=TODAY, by=None)
    documents.expect(session, at.lot, "Bilan", day("15/07/2026"), by=None)
    on_time = documents.expect(session, at.lot, "Attestation", day("15/07/2026"), by=None)
    documents.receive(session, on_time, day("15/07/2026"), on=TODAY, by=None)
    file = stated(session, at, day("17/07/2026").replace(month=9))
    assert [each.amount for each in penalty_files.documents_of(file)] == [D(450), D(4800)]
    assert (file.hours_amount, file.documents_amount, file.amount) == (14700, 5250, 19950)
    builders.change_user(client, builders.user(session, ROLES.company, organisation=at.company))
    page = said(client.get(f"/entreprise/penalites/{file.id}"))
    assert "450,00 €" in page and "19 950,00 €" in page and "6 jours" in page


# The groupement, through files


@pytest.mark.parametrize("form", [GroupementForm.conjoint, GroupementForm.conjoint_mandataire_solidaire])
def test_each_company_has_its_own_file_where_shares_bind(
    client: Browser, session: Session, form: GroupementForm
) -> None:
    scene = scenario_8(session, groupement_form=form, shares_binding=True)
    builders.change_user(client, builders.user(session, ROLES.facilitator, territory=scene.territory))
    path = f"/lots/{scene.lot.id}/penalite/constater"
    for award, status in ((scene.a, 303), (scene.b, 303), (scene.mandataire, 422), (scene.a, 422)):
        answer = client.submit(client.get(path), {"who": str(award.id)})
        assert answer.status_code == status, said(answer)[:600]
    files = session.scalars(select(PenaltyFile).order_by(PenaltyFile.id)).all()
    assert [each.amount for each in files] == [D(2400), D(3600)]
    assert [each.missing for each in files] == [D(40), D(60)]
    named = {each.guarantor is not None for each in files}
    assert named == {form is GroupementForm.conjoint_mandataire_solidaire}
    partner = builders.user(session, ROLES.company, organisation=_company(session, scene.b.organisation_id))
    builders.change_user(client, partner)
    assert "3 600,00 €" in said(client.get(f"/entreprise/penalites/{files[1].id}"))
    assert client.get(f"/entreprise/penalites/{files[0].id}").status_code == 404
    assert "2 400,00 €" not in said(client.get(f"/entreprise/lots/{scene.lot.id}"))


def test_the_mandataire_answers_for_the_lot_where_shares_only_inform(
    client: Browser, session: Session
) -> None:
    scene = scenario_8(session)
    builders.change_user(client, builders.user(session, ROLES.facilitator, territory=scene.territory))
    path = f"/lots/{scene.lot.id}/penalite/constater"
    assert client.submit(client.get(path), {"who": "lot"}).status_code == 303
    file = session.scalars(select(PenaltyFile)).one()
    assert (file.award_id, file.company_id) == (None, scene.mandataire.organisation_id)
    assert (file.missing, file.amount) == (D(50), D(3000))
    markets.amend_lot(
        session, scene.lot, by=None, groupement_form=GroupementForm.conjoint, shares_binding=True
    )
    again = client.submit(client.get(path), {"who": str(scene.a.id)})
    assert again.status_code == 422
    assert "répartit autrement la pénalité" in said(again)


def _company(session: Session, organisation_id: int) -> Any:
    return session.get_one(trade.Organisation, organisation_id)


# Difficulties


def test_a_company_signals_a_difficulty_and_the_facilitator_answers_once(hall: Hall) -> None:
    lot, session = hall.at.lot.id, hall.session
    file = stated(session, hall.at)
    hall.as_(ROLES.company)
    signal = f"/entreprise/lots/{lot}/difficulte"
    told = {
        "searches": "Deux ETTI et une AI appelées.",
        "asked": "Un report de 40 h.",
        "happened_on": "2026-03-02",
    }
    refused = hall.send(signal, {**told, "searches": "Vu 1 85 05 78 006 084 91"}, 422)
    assert "numéro de sécurité sociale" in said(refused)
    refused = hall.send(signal, {**told, "happened_on": "2026-12-01"}, 422)
    assert "n’est pas encore passé" in said(refused)
    hall.send(signal, told)
    assert "Un report de 40 h." in said(hall.get(f"/entreprise/lots/{lot}"))
    assert letters_to(session, "clauses@demo.example")[-1].endswith("signale une difficulté")

    hall.as_(ROLES.facilitator)
    assert "1difficulté signalée par une entreprise, sans réponse" in said(hall.get("/ma-journee"))
    tab = hall.get(f"/lots/{lot}/penalite")
    assert "Deux ETTI et une AI appelées." in said(tab)
    [answer] = page_of(tab).xpath("//a[starts-with(@href, '/difficultes/')]/@href")
    first, second = hall.get(answer), hall.get(answer)
    hall.client.submit(first, {"answer": "Report accepté sur le lot 2."})
    late = hall.client.submit(second, {"answer": "Autre réponse."})
    assert late.status_code == 422
    assert "a déjà sa réponse" in said(late) and "Autre réponse." in said(late)
    assert letters_to(session, "chantier@demo.example")[-1].endswith("réponse à votre difficulté")
    for role, path in (
        (ROLES.company, f"/entreprise/penalites/{file.id}"),
        (ROLES.authority, f"/mes-marches/penalites/{file.id}"),
        (ROLES.facilitator, f"/penalites/{file.id}"),
    ):
        assert "Report accepté sur le lot 2." in said(hall.as_(role).get(path))


def test_a_cotraitant_and_a_siae_never_read_the_difficulty_of_another(
    client: Browser, session: Session
) -> None:
    scene = scenario_8(session)
    companies = {
        each: _company(session, each.organisation_id)
        for each in (scene.mandataire, scene.a, scene.subcontractor)
    }
    builders.change_user(client, builders.user(session, ROLES.company, organisation=companies[scene.a]))
    page = client.get(f"/entreprise/lots/{scene.lot.id}/difficulte")
    told = {"searches": "Zinnia introuvable.", "asked": "Zéphyr demandé."}
    assert client.submit(page, told).status_code == 303
    client.submit(page, told)
    for other in (scene.mandataire, scene.subcontractor):
        builders.change_user(client, builders.user(session, ROLES.company, organisation=companies[other]))
        for path in (f"/entreprise/lots/{scene.lot.id}", "/entreprise/lots"):
            assert "Zinnia" not in client.get(path).text


# Letters


@pytest.mark.parametrize(("role", "start"), [
    (ROLES.facilitator, "/penalites"), (ROLES.authority, "/mes-marches/penalites"), (ROLES.company, "/entreprise/penalites"),
])  # fmt: skip
@SQLITE
def test_each_reader_downloads_the_letters_of_the_steps_taken(
    hall: Hall, role: MembershipRole, start: str
) -> None:
    file = notified(hall.session, hall.at)
    hall.as_(role)
    for kind, status in (("constat", 200), ("mise-en-demeure", 200), ("decision", 404), ("intrus", 404)):
        answer = hall.client.get(f"{start}/{file.id}/courrier.pdf?lettre={kind}")
        assert answer.status_code == status
        if status == 200:
            assert answer.data.startswith(b"%PDF-")
            assert answer.mimetype == "application/pdf"


def states_of(session: Session, address: str) -> list[tuple[str, MailState]]:
    """What an address gets of a file: the end of each subject, and where the letter stands."""
    session.rollback()
    session.expire_all()
    rows = session.scalars(select(OutboxMail).where(OutboxMail.recipient == address).order_by(OutboxMail.id))
    return [(each.subject.rpartition("\u00a0: ")[2], each.state) for each in rows]


def test_a_step_takes_back_only_the_letter_that_its_own_replaces(hall: Hall) -> None:
    hall.session.commit()
    at, lot = hall.at, hall.at.lot.id
    hall.as_(ROLES.facilitator).send(f"/lots/{lot}/penalite/constater", {"who": "lot"})
    path = f"/mes-marches/penalites/{hall.file().id}"
    hall.as_(ROLES.authority).send(f"{path}/mise-en-demeure", {"days": "15"})
    dropped, waiting = MailState.dropped, MailState.waiting
    assert states_of(hall.session, "achats@demo.example") == [("pénalité constatée", waiting)]
    company = [("pénalité constatée", dropped), ("mise en demeure", waiting)]
    assert states_of(hall.session, "chantier@demo.example") == company
    observe = f"/entreprise/penalites/{hall.file().id}/observations"
    hall.as_(ROLES.company).send(observe, {"text": "Aucun candidat proposé."})
    assert states_of(hall.session, "achats@demo.example") == [
        ("pénalité constatée", dropped),
        ("mise en demeure", waiting),
    ]
    hall.as_(ROLES.authority).send(f"{path}/decision", {"decision": "apply"})
    hall.send(f"{path}/decompte", {"number": "7"})
    assert states_of(hall.session, "chantier@demo.example") == [
        *company,
        ("décision sur la pénalité", waiting),
    ]
    assert at.lot.id == lot


def test_letters_of_a_penalty_go_to_who_is_still_there(hall: Hall) -> None:
    session, at = hall.session, hall.at
    for organisation, name in ((at.buyer, "achats"), (at.company, "chantier")):
        (gone,) = contacts.of_organisation(session, at.territory.id, organisation.id)
        contacts.add(
            session, at.territory.id, organisation, name="Camille Fictif", email=f"{name}.2@demo.example", by=None
        )  # fmt: skip
        contacts.leave(session, gone, on=TODAY, by=None)
    at.award.correspondent_email = "Chantier@demo.example "
    session.commit()
    hall.as_(ROLES.facilitator).send(f"/lots/{at.lot.id}/penalite/constater", {"who": "lot"})
    recipients = select(OutboxMail.recipient).order_by(OutboxMail.id)
    assert session.scalars(recipients).all() == ["achats.2@demo.example", "chantier.2@demo.example"]
    at.award.correspondent_email = "conduite@demo.example"
    session.commit()
    hall.send(f"/penalites/{hall.file().id}/retirer", {"reason": "Des heures manquaient."})
    assert session.scalars(recipients).all()[2:] == ["achats.2@demo.example", "conduite@demo.example"]


def test_a_penalty_is_written_to_nobody_where_all_left(hall: Hall) -> None:
    session, at = hall.session, hall.at
    for organisation in (at.buyer, at.company):
        (gone,) = contacts.of_organisation(session, at.territory.id, organisation.id)
        contacts.leave(session, gone, on=TODAY, by=None)
    session.commit()
    hall.as_(ROLES.facilitator).send(f"/lots/{at.lot.id}/penalite/constater", {"who": "lot"})
    assert count(session, OutboxMail) == 0


def test_the_letter_of_a_decision_says_only_what_was_read_before_it(hall: Hall) -> None:
    session = hall.session
    file = notified(session, hall.at)
    session.commit()

    def letter() -> str:
        case = penalty_lists.case_of(session, hall.file())
        return " ".join(penalty_letters.facts(case, PenaltyLetter.decision)["opening"])  # type: ignore[arg-type]

    hall.as_(ROLES.authority).send(f"/mes-marches/penalites/{file.id}/decision", {"decision": "apply"})
    written = letter()
    assert "Je n’ai pas reçu d’observations de votre part" in written
    observe = f"/entreprise/penalites/{file.id}/observations"
    hall.as_(ROLES.company).send(observe, {"text": "Écrit le jour même, après la décision."})
    received = {"text": "Reçu par courrier.", "received_on": "2026-10-10"}
    hall.as_(ROLES.authority).send(f"/mes-marches/penalites/{file.id}/observations", received)
    assert letter() == written
    assert "Reçu par courrier." in said(hall.get(f"/mes-marches/penalites/{file.id}"))


def test_the_letter_of_a_decision_names_the_first_of_the_observations_read(hall: Hall) -> None:
    session = hall.session
    file = notified(session, hall.at)
    for text, received_on in (("Deuxième.", "12/10/2026"), ("Première.", "09/10/2026")):
        penalty_files.record_observations(
            session, file, text, day(received_on), organisation_id=hall.at.buyer.id, on=TODAY, by=None
        )
    penalty_files.decide(session, file, PenaltyDecision.apply, on=TODAY, by=None)
    penalty_files.record_observations(
        session, file, "Après.", day("02/10/2026"), organisation_id=hall.at.buyer.id, on=TODAY, by=None
    )
    case = penalty_lists.case_of(session, file)
    opening = penalty_letters.facts(case, PenaltyLetter.decision)["opening"]
    assert "reçues à partir du 9 octobre 2026" in str(opening).replace("\\xa0", " ").replace("\xa0", " ")


@SQLITE
def test_a_file_that_waits_stands_before_two_hundred_that_are_closed(hall: Hall) -> None:
    session, waiting = hall.session, notified(hall.session, hall.at)
    session.flush()
    columns = [each.key for each in inspect(PenaltyFile).column_attrs if each.key != "id"]
    closed = {name: getattr(waiting, name) for name in columns} | {
        "state": PenaltyState.withdrawn,
        "stated_on": TODAY,
        "notice_on": None,
        "notice_days": None,
        "withdrawn_on": TODAY,
        "withdrawal_reason": "Refait.",
    }
    session.execute(insert(PenaltyFile), [closed] * 210)
    found = penalty_lists.rows(session, select(PenaltyFile))
    assert len(found) == 200
    assert [each.id for each in found if each.progress.open] == [waiting.id]
    assert found[0].id == waiting.id


def test_validating_hours_before_the_constat_leaves_them_in_it(session: Session) -> None:
    at = rennes(session)
    waiting = trade.declared(session, at.work.contract, "01/11/2025", "30/11/2025", "12")
    assert stated(session, at).retained == 70
    validations.validate(session, waiting, on=TODAY, by=None)
    assert penalties.STATED == STATED
