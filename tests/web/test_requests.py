"""Requests to validate a public on screen: asked by three roles, answered by the territory, nothing half written."""

import datetime
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import contacts, request_asking, request_decisions
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.journal import AccessLogEntry
from facilitator.mails import OutboxMail
from facilitator.organisations import Organisation
from facilitator.people import Eligibility, Person, Window
from facilitator.request_lines import Asked
from facilitator.vocabulary import Criterion, EligibilityState, MembershipRole, OrganisationRoleName
from facilitator.web import clock
from tests import builders, trade
from tests.forms_in_pages import Browser, form_in, page_of, text_of
from tests.pdf_text import text_of_pdf
from tests.trade import Ground, day
from tests.web.desk import BUDGET, Desk, open_desk

OWN = "/demandes-de-validation"
LOU = {"last_name": "Fictif", "first_name": "Lou", "birth_on": "1990-03-12"}
GOOD = "Fictif; Jo; 12/03/1990; ; RSA\nFictif; Alix; 30/06/2001"


@dataclass(frozen=True)
class Asker:
    """Somebody of a SIAE who signed in, on a territory where it has a contact, and that territory’s desk."""

    client: Browser
    desk: Desk
    organisation: Organisation

    @property
    def session(self) -> Session:
        return self.desk.session

    @property
    def ground(self) -> Ground:
        return self.desk.ground

    def get(self, path: str, status: int = 200) -> TestResponse:
        answer = self.client.get(path)
        assert answer.status_code == status, text_of(answer)[:800]
        return answer

    def send(
        self, page: TestResponse, values: dict[str, Any], status: int = 303, **more: Any
    ) -> TestResponse:
        answer = self.client.submit(page, values, **more)
        assert answer.status_code == status, (answer.location, text_of(answer)[:1200])
        return answer

    def ask(self, **values: Any) -> EligibilityRequest:
        """Ask through the page."""
        self.send(self.get(f"{OWN}/nouvelle"), LOU | values)
        return self.session.scalars(select(EligibilityRequest).order_by(EligibilityRequest.id.desc())).first()  # type: ignore[return-value]

    def count(self, model: Any = EligibilityRequest) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def asker(app: Flask, client: Browser, session: Session) -> Asker:
    desk = open_desk(client, session)
    desk.ground.territory.email = "clauses@demo.example"
    organisation = trade.siae(session)
    contacts.add(session, desk.ground.territory.id, organisation, name="Alix Fictif", by=None)
    own = app.test_client()
    assert isinstance(own, Browser)
    own.session, own.watch = session, client.watch
    builders.sign_in(own, builders.user(session, MembershipRole.siae, organisation=organisation))
    return Asker(own, desk, organisation)


def fresh(asker: Asker, request: EligibilityRequest) -> EligibilityRequest:
    asker.session.expire_all()
    return asker.session.get_one(EligibilityRequest, request.id)


def test_from_the_request_to_the_fiche(asker: Asker) -> None:
    request = asker.ask(criteria=["rsa"], pass_iae="99999 12 34567", proofs="Attestation d’octobre")
    assert (request.criteria, request.pass_iae) == (["rsa", "pass_iae"], "999991234567")
    assert "au territoire de répondre" in text_of(asker.get(OWN))

    desk = asker.desk
    assert "demande de validation à traiter depuis aujourd’hui" in text_of(desk.get("/ma-journee"))
    assert "Lou FICTIF" in text_of(desk.get("/demandes"))
    desk.send(desk.get(f"/demandes/{request.id}/completer"), {"missing": "La date du PASS"})
    assert "demande de validation à compléter par son auteur" in text_of(desk.get("/ma-journee"))

    told = text_of(asker.get(f"{OWN}/{request.id}"))
    assert "C’est à vous" in told and "La date du PASS" in told
    asker.send(
        asker.get(f"{OWN}/{request.id}/completer"), {"answer": "Jusqu’en mars", "first_name": "Louise"}
    )
    assert "C’est à vous" in text_of(desk.get(f"/demandes/{request.id}"))

    criteria = desk.get(f"/demandes/{request.id}/valider")
    assert sorted(page_of(criteria).xpath("//input[@name='critere' and @checked]/@value")) == [
        "pass_iae",
        "rsa",
    ]
    deciding = desk.get(f"/demandes/{request.id}/valider?critere=rsa&critere=qpv")
    desk.send(deciding, {"determining": "rsa", "filed_at_rsa": "Classeur 4"})

    done = fresh(asker, request)
    assert done.state == EligibilityState.validated
    person = asker.session.get_one(Person, done.person_id)
    assert person.name == "Louise FICTIF"
    shown = text_of(asker.get(f"{OWN}/{request.id}"))
    assert "public validé" in shown and "Dernier jour qui compte" in shown and "prioritaire" not in shown
    last = asker.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert last is not None and "public validé" in last.subject and f"{OWN}/{request.id}" in last.text
    assert "Demandes de validation" in text_of(desk.get(f"/personnes/{person.id}"))


def pdf(answer: TestResponse) -> str:
    assert answer.mimetype == "application/pdf", text_of(answer)
    assert "attachment" in answer.headers["Content-Disposition"]
    return text_of_pdf(answer.data)


def test_each_reads_their_own_copy_of_the_fiche_and_the_log_says_so(asker: Asker) -> None:
    request = asker.ask()
    desk = asker.desk
    desk.send(desk.get(f"/demandes/{request.id}/valider?critere=rsa"), {"filed_at_rsa": "Classeur 4"})
    eligibility_id = fresh(asker, request).eligibility_id

    theirs, ours = (
        pdf(asker.get(f"{OWN}/{request.id}/fiche.pdf")),
        pdf(desk.get(f"/fiches/{eligibility_id}/fiche.pdf")),
    )

    assert "public validé" in theirs and "RSA" not in theirs and "Classeur" not in theirs
    assert "Bénéficiaire du RSA" in ours and "Classeur 4" in ours
    asker.session.rollback()
    exports = asker.session.execute(
        select(AccessLogEntry.thing).where(AccessLogEntry.verb == "export_fiche").order_by(AccessLogEntry.id)
    )
    assert [each.thing for each in exports] == ["eligibility_request", "person"]


def test_a_fiche_is_not_downloaded_before_the_decision(asker: Asker) -> None:
    request = asker.ask()
    assert "n’est pas validée" in text_of(asker.get(f"{OWN}/{request.id}/fiche.pdf", 422))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"birth_on": "2027-01-01"}, "âge hors de 14 à 99"),
        ({"wished_start_on": "2020-01-01"}, "trop ancien"),
        ({"wished_start_on": "2062-01-01"}, "dans plus d’un an"),
        ({"pass_iae": "12345"}, "compte 12 chiffres"),
        ({"commune": "Rennes"[:5]}, "code INSEE"),
        ({"comment": "NIR 269054958815780"}, "numéro de sécurité sociale"),
        ({"last_name": " "}, "Renseignez ce champ"),
    ],
)
def test_what_cannot_be_right_is_said_kept_and_not_written(
    asker: Asker, values: dict[str, str], said: str
) -> None:
    refused = asker.send(asker.get(f"{OWN}/nouvelle"), LOU | values, 422)
    assert said in text_of(refused).replace("\u00a0", " ")
    kept = dict(form_in(refused, ["last_name"]).form_values())
    assert {name: kept[name].strip() for name in values} == {
        name: each.strip() for name, each in values.items()
    }
    assert asker.count() == 0


def test_an_unknown_criterion_is_refused(asker: Asker) -> None:
    page = asker.get(f"{OWN}/nouvelle")
    sent = dict(form_in(page, ["last_name"]).form_values()) | LOU | {"criteria": "riche"}
    assert asker.client.post(f"{OWN}/nouvelle", data=sent).status_code == 422
    assert asker.count() == 0


def test_the_same_sending_has_one_effect_and_the_same_person_is_asked_for_once(asker: Asker) -> None:
    page = asker.get(f"{OWN}/nouvelle")
    first = asker.send(page, LOU)
    assert asker.send(page, LOU).location == first.location
    again = asker.send(asker.get(f"{OWN}/nouvelle"), LOU | {"first_name": "LOU"}, 422)
    assert "déjà demandée" in text_of(again)
    assert asker.count() == 1


def paste(asker: Asker, lines: str, status: int = 303, **more: Any) -> TestResponse:
    return asker.send(asker.get(f"{OWN}/plusieurs"), {"lines": lines} | more, status)


def test_pasted_people_are_all_asked_for_and_the_same_paste_again_adds_nothing(asker: Asker) -> None:
    paste(asker, GOOD)
    assert asker.count() == 2
    again = text_of(paste(asker, GOOD, 422))
    assert again.count("est déjà demandée depuis") == 2
    assert asker.count() == 2


def test_a_wrong_line_holds_all_back_until_it_is_mended_or_left_aside(asker: Asker) -> None:
    wrong = f"{GOOD}\nFictif; Sam; 31/02/1990\nFictif; Max; 01/01/2001; ; riche"
    refused = paste(asker, wrong, 422)
    text = text_of(refused)
    assert "2 lignes sont à reprendre" in text.replace("\u00a0", " ")
    assert "n’existe pas au calendrier" in text and "n’est pas un critère connu" in text
    assert form_in(refused, ["lines"]).fields["lines"].strip() == wrong
    assert asker.count() == 0

    done = asker.send(refused, {"only_good": True}, follow_redirects=True, status=200)

    assert "2 demandes sont envoyées" in text_of(done).replace("\u00a0", " ")
    assert "2 lignes restent de côté" in text_of(done).replace("\u00a0", " ")
    assert asker.count() == 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("\n".join(f"Fictif{number}; Lou; 01/01/1990" for number in range(41)), "41 lignes"),
        ("Fictif; Lou; 01/01/1990; ; 269054958815780", "sécurité sociale"),
        (";;;", "aucune personne"),
    ],
)
def test_a_paste_that_cannot_be_sent_says_why(asker: Asker, lines: str, said: str) -> None:
    refused = paste(asker, lines, 422)
    assert said in text_of(refused).replace("\u00a0", " ")
    assert form_in(refused, ["lines"]).fields["lines"].strip() == lines
    assert asker.count() == 0


def test_forty_people_are_asked_for_at_once(asker: Asker) -> None:
    text = "\n".join(f"Fictif{number}; Lou; 01/01/1990" for number in range(40))
    paste(asker, text)
    assert asker.count() == 40


def test_a_refused_validation_registers_nobody(asker: Asker) -> None:
    request = asker.ask()
    before = asker.count(Person)
    page = asker.desk.get(f"/demandes/{request.id}/valider?critere=rsa")
    early = (clock.today() - datetime.timedelta(days=3)).isoformat()
    refused = asker.desk.send(page, {"effective_on": early}, 422)
    assert "précède la décision" in text_of(refused)
    assert asker.count(Person) == before and asker.count(Eligibility) == 1 and asker.count(Window) == 1
    assert asker.count(OutboxMail) == 0


def test_a_namesake_is_proposed_to_the_facilitator_and_never_to_the_asker(asker: Asker) -> None:
    known = trade.person(asker.session, asker.ground.territory, "01/06/2026", birth_on=day("05/05/1985"))
    request = asker.ask(last_name=known.last_name, first_name=known.first_name)
    desk = asker.desk

    page = desk.get(f"/demandes/{request.id}/valider?critere=rsa")
    assert "05/05/1985" in text_of(page)
    refused = desk.send(page, {"determining": "rsa"}, 422)
    assert "Choisissez l’une des réponses" in text_of(refused)
    desk.send(desk.get(f"/demandes/{request.id}/deja-valide"), {"fiche": str(_fiche_of(asker, known))})

    done = fresh(asker, request)
    assert (done.state, done.person_id) == (EligibilityState.validated, known.id)
    seen = [asker.get(f"{OWN}/{request.id}").text, pdf(asker.get(f"{OWN}/{request.id}/fiche.pdf"))]
    assert not any("05/05/1985" in each or "5 mai 1985" in each for each in seen)
    assert asker.count(Person) == 2


def _fiche_of(asker: Asker, person: Person) -> int | None:
    return asker.session.scalar(select(Eligibility.id).where(Eligibility.person_id == person.id))


def test_there_is_no_running_fiche_to_answer_with_when_nobody_bears_the_name(asker: Asker) -> None:
    request = asker.ask()
    assert "n’a de fiche en cours" in text_of(asker.desk.get(f"/demandes/{request.id}/deja-valide", 422))


def test_a_refusal_says_its_reason_to_the_asker_and_is_given_once(asker: Asker) -> None:
    request, desk = asker.ask(), asker.desk
    other_tab = desk.get(f"/demandes/{request.id}/valider?critere=rsa")
    page = desk.get(f"/demandes/{request.id}/refuser")
    assert "Renseignez ce champ" in text_of(desk.send(page, {"reason": ""}, 422))
    desk.send(page, {"reason": "Aucun justificatif montré"})
    late = desk.send(other_tab, {"determining": "rsa"}, 422)
    assert "déjà refusée" in text_of(late)
    assert "Aucun justificatif montré" in text_of(asker.get(f"{OWN}/{request.id}"))
    assert "déjà refusée" in text_of(asker.get(f"{OWN}/{request.id}/completer", 422))
    assert fresh(asker, request).person_id is None
    asker.ask()  # the situation changed: asked again


def test_an_answer_written_after_the_decision_is_refused(asker: Asker) -> None:
    request, desk = asker.ask(), asker.desk
    page = asker.get(f"{OWN}/{request.id}/completer")
    desk.send(desk.get(f"/demandes/{request.id}/sans-suite"), {"reason": "Embauchée ailleurs"})
    late = asker.send(page, {"answer": "La voici"}, 422)
    assert "déjà sans suite" in text_of(late)
    assert "Embauchée ailleurs" in text_of(asker.get(OWN))


def test_two_colleagues_completing_read_both_versions(asker: Asker) -> None:
    request = asker.ask()
    one, two = (asker.get(f"{OWN}/{request.id}/completer") for _ in range(2))
    asker.send(one, {"answer": "Voici", "job": "Peintre"})
    conflict = asker.send(two, {"answer": "Voilà", "job": "Maçon"}, 409)
    assert "Peintre" in text_of(conflict) and "Maçon" in conflict.text
    assert fresh(asker, request).job == "Peintre"


def test_a_request_is_taken_back_by_its_author(asker: Asker) -> None:
    request = asker.ask()
    form = form_in(asker.get(f"{OWN}/{request.id}"), form=f"{OWN}/{request.id}/retirer")
    assert asker.client.post(form.get("action"), data=dict(form.form_values())).status_code == 303
    assert fresh(asker, request).state == EligibilityState.dropped
    assert "déjà sans suite" in text_of(asker.client.post(form.get("action"), data=dict(form.form_values())))
    assert "Retirée par son auteur" in text_of(asker.desk.get(f"/demandes/{request.id}"))


def test_another_organisation_sees_nothing_of_it(asker: Asker) -> None:
    request = asker.ask()
    stranger = trade.siae(asker.session)
    builders.sign_in_again(
        asker.client, builders.user(asker.session, MembershipRole.siae, organisation=stranger)
    )
    for path in ("", "/completer", "/fiche.pdf"):
        asker.get(f"{OWN}/{request.id}{path}", 404)
    assert "FICTIF" not in text_of(asker.get(OWN))


def test_an_organisation_without_a_known_territory_chooses_among_all(asker: Asker) -> None:
    elsewhere = trade.territory(asker.session)
    chosen = "//select[@name='territory']/option[@value!='']"
    assert len(page_of(asker.get(f"{OWN}/nouvelle")).xpath(chosen)) == 1
    everywhere = asker.get(f"{OWN}/nouvelle?territoires=tous")
    assert len(page_of(everywhere).xpath(chosen)) == 2
    asker.send(everywhere, LOU | {"territory": str(elsewhere.id)})
    asker.session.rollback()
    assert asker.session.scalars(select(EligibilityRequest)).one().territory_id == elsewhere.id
    assert "FICTIF" not in text_of(asker.desk.get("/demandes"))


def test_a_company_names_its_lot_and_a_referrer_has_a_home(asker: Asker) -> None:
    session, ground = asker.session, asker.ground
    builders.sign_in_again(
        asker.client, builders.user(session, MembershipRole.company, organisation=ground.company)
    )
    request = asker.ask(lot_id=str(ground.lot.id))
    assert request.lot_id == ground.lot.id
    assert "Travaux d’essai" in text_of(asker.get(f"{OWN}/{request.id}"))
    local = builders.organisation(session, "Mission locale", OrganisationRoleName.referrer)
    builders.sign_in_again(asker.client, builders.user(session, MembershipRole.referrer, organisation=local))
    home = asker.client.get("/", follow_redirects=True)
    assert home.request.path == OWN
    request = asker.ask(first_name="Noa")
    desk = asker.desk
    desk.send(desk.get(f"/demandes/{request.id}/valider?critere=cej"), {"determining": "cej"})
    done = fresh(asker, request)
    assert asker.session.get_one(Person, done.person_id).referrer_id == local.id


def test_what_was_asked_by_phone_is_typed_for_the_organisation(asker: Asker) -> None:
    desk, name = asker.desk, asker.organisation.label
    trade.siae(asker.session)
    page = desk.get("/demandes/nouvelle")
    nobody = desk.send(page, LOU | {"organisation": "Introuvable"}, 422)
    assert "Aucune structure, entreprise ni prescripteur" in text_of(nobody)
    several = desk.send(page, LOU | {"organisation": "Structure d’insertion"}, 422)
    desk.send(several, {"organisation_id": str(asker.organisation.id)})
    asker.session.rollback()
    request = asker.session.scalars(select(EligibilityRequest)).one()
    assert (request.organisation_id, request.requested_by_id) == (asker.organisation.id, None)
    assert "saisie par le territoire" in text_of(desk.get(f"/demandes/{request.id}"))
    assert name in text_of(desk.get("/demandes"))


def test_lists_are_filtered_and_cost_the_same_however_long(asker: Asker) -> None:
    session, place, on = asker.session, asker.ground.territory, clock.today()

    def ask(number: int) -> EligibilityRequest:
        asked = Asked("Fictif", f"Lou{'a' * number}", day("12/03/1990"), criteria=(Criterion.rsa,))
        return request_asking.ask(session, place.id, asker.organisation.id, asked, on=on, by=None)

    request_decisions.refuse(session, ask(0), "Non", on=on, by=None)
    costs = []
    for many in (range(1, 2), range(2, 12)):
        for number in many:
            request_decisions.ask_completion(session, ask(number), "Quoi", on=on, by=None)
        shown = text_of(asker.desk.get("/demandes"))
        of_desk = asker.desk.selects()
        asker.get(OWN)
        costs.append((of_desk, asker.desk.selects()))
    assert shown.count("FICTIF") == 11 and costs[0] == costs[1]
    assert max(costs[1]) <= BUDGET
    assert text_of(asker.desk.get("/demandes?etat=refused")).count("FICTIF") == 1
    assert "Aucune demande ne répond" in text_of(asker.desk.get("/demandes?etat=dropped"))
    own = f"/demandes?etat=toutes&organisation={asker.organisation.id}"
    assert text_of(asker.desk.get(own)).count("FICTIF") == 12


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/demandes/{}/valider?critere=rsa", {"filed_at_rsa": "Classeur 4"}),
        ("/demandes/{}/refuser", {"reason": "Hors du territoire"}),
    ],
)
def test_an_answer_sent_twice_gets_the_page_of_the_first_time(
    asker: Asker, path: str, values: dict[str, Any]
) -> None:
    page = asker.desk.get(path.format(asker.ask().id))
    first = asker.desk.send(page, values)
    again = asker.desk.send(page, values)
    assert again.location == first.location


def test_a_paste_and_a_completion_sent_twice_have_one_effect(asker: Asker) -> None:
    page = asker.get(f"{OWN}/plusieurs")
    first = asker.send(page, {"lines": GOOD})
    assert asker.send(page, {"lines": GOOD}).location == first.location
    assert asker.count() == 2
    request = asker.session.scalars(select(EligibilityRequest).order_by(EligibilityRequest.id)).first()
    assert request is not None
    asker.desk.send(asker.desk.get(f"/demandes/{request.id}/completer"), {"missing": "La date du PASS"})
    answering = asker.get(f"{OWN}/{request.id}/completer")
    done = asker.send(answering, {"answer": "Jusqu’en mars"})
    asker.desk.send(asker.desk.get(f"/demandes/{request.id}/refuser"), {"reason": "Hors du territoire"})
    assert asker.send(answering, {"answer": "Jusqu’en mars"}).location == done.location
