"""Needs on screen: published, sent, candidates proposed by a SIAE, answered, turned into a mise à l’emploi, measured."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import candidates, contacts, need_lists, needs
from facilitator.candidates import CandidateState, Identity, NeedCandidate
from facilitator.mails import OutboxMail
from facilitator.needs import Need, Wanted
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.references import ReferenceLabel
from facilitator.vocabulary import MembershipRole
from facilitator.web import clock
from tests import builders, trade
from tests.forms_in_pages import Browser, form_in, text_of
from tests.trade import day
from tests.web.desk import BUDGET, Desk, open_desk

OPEN = "/besoins/ouverts"
JOB = {"job": "Peintre", "people": "2", "from_on": "2026-12-01", "weekly_hours": "35"}
LOU = {"last_name": "Fictif", "first_name": "Lou", "birth_on": "1990-03-12"}


@dataclass(frozen=True)
class Scene:
    """A facilitator’s desk, and a SIAE where the territory has a contact."""

    desk: Desk
    client: Browser
    siae: Organisation

    @property
    def session(self) -> Session:
        return self.desk.session

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

    def need(self, people: int = 2) -> Need:
        need = needs.publish_new(
            self.session,
            self.desk.ground.lot,
            self.desk.ground.award,
            Wanted("Peintre", people, day("01/12/2026")),
            on=day("10/11/2026"),
            by=None,
        )
        self.session.commit()
        return need

    def count(self, model: Any) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(model)) or 0

    def newest(self, model: Any) -> Any:
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()


@pytest.fixture
def scene(app: Flask, client: Browser, session: Session) -> Scene:
    desk = open_desk(client, session)
    siae = trade.siae(session)
    contacts.add(
        session, desk.ground.territory.id, siae, name="Alix Fictif", email="siae@demo.example", by=None
    )
    own = app.test_client()
    assert isinstance(own, Browser)
    own.session, own.watch = session, client.watch
    builders.sign_in(own, builders.user(session, MembershipRole.siae, organisation=siae))
    return Scene(desk, own, siae)


def test_from_the_need_to_the_first_day_of_work(scene: Scene) -> None:
    desk, lot = scene.desk, scene.desk.ground.lot
    assert f"/besoins/nouveau?lot={lot.id}" in desk.get(f"/lots/{lot.id}/mises-a-l-emploi").text
    to_send = desk.send(desk.get(f"/besoins/nouveau?lot={lot.id}"), JOB | {"rome": "F1606"}).location
    need: Need = scene.newest(Need)
    assert (need.published_on, need.award_id) == (clock.today(), desk.ground.award.id)
    desk.send(desk.get(to_send), {"recipients": [str(scene.siae.id)]})
    letter = scene.newest(OutboxMail)
    assert letter.recipient == "siae@demo.example" and f"{OPEN}/{need.id}" in letter.text
    assert "Déjà prévenus" in text_of(desk.get(to_send))

    assert "Besoins à pourvoir" in text_of(scene.get("/demandes-de-validation"))
    assert "Peintre" in text_of(scene.get(OPEN))
    page = scene.get(f"{OPEN}/{need.id}")
    assert "critère" not in text_of(page).replace("Ni santé, ni critère", "")
    scene.send(page, LOU | {"note": "Permis B"})
    lou: NeedCandidate = scene.newest(NeedCandidate)
    assert "personne proposée pour un besoin, sans réponse" in text_of(desk.get("/ma-journee"))
    shown = desk.get(f"/besoins/{need.id}")
    assert "Lou FICTIF" in text_of(shown) and "pas encore au fichier" in text_of(shown)
    desk.send(shown, {}, form=f"/candidatures/{lou.id}/retenir")
    assert "est retenu" in scene.newest(OutboxMail).text
    assert "retenue" in text_of(scene.get(OPEN))

    screen = desk.get(f"/candidatures/{lou.id}/placer", 302).location
    express = desk.get(screen)
    fields = form_in(express, ["last_name"]).fields
    assert (fields["last_name"], fields["birth_on"], fields["employer"], fields["from_on"]) == (
        "Fictif", "1990-03-12", scene.siae.identifier, "2026-12-01",
    )  # fmt: skip
    desk.send(express, {"criterion": "rsa", "decided_on": "2026-11-23", "type": "cddi", "from_on": "2026-11-23", "to_on": "2026-12-20"})  # fmt: skip
    placement: Placement = scene.newest(Placement)
    scene.session.refresh(lou)
    assert (lou.state, lou.placement_id, lou.person_id) == ("placed", placement.id, placement.person_id)
    told = text_of(desk.get("/besoins"))
    assert "1 / 2" in told and "moyenne 0 j, n = 1" in told
    assert "1 / 2" in text_of(scene.get(OPEN)), "one place is left for those who propose"


def test_somebody_of_the_file_is_proposed_to_the_employer_and_the_place_is_free_again_when_it_declines(
    scene: Scene,
) -> None:
    desk, need, session = scene.desk, scene.need(people=1), scene.session
    known = trade.person(session, desk.ground.territory, "01/10/2026")
    identity = Identity(known.last_name, known.first_name, day("01/01/1990"))
    who = candidates.propose(session, need, scene.siae.id, identity, None, on=day("12/11/2026"), by=None)
    candidates.retain(session, who, need, on=day("13/11/2026"), by=None)
    session.commit()
    screen = desk.get(f"/candidatures/{who.id}/placer", 302).location
    assert f"personne={known.id}" in screen
    desk.send(desk.get(screen), {"job": "Peintre"})
    assert "pourvu" in text_of(desk.get(f"/besoins/{need.id}"))
    placement = scene.newest(Placement)
    desk.send(
        desk.get(f"/mises-a-l-emploi/{placement.id}/decliner"),
        {"reason": "Trop loin", "on_word_of": "Chef fictif", "channel": "phone"},
    )
    assert "place libre à nouveau" in text_of(desk.get(f"/besoins/{need.id}"))
    assert desk.get(f"/candidatures/{who.id}/placer", 302).location


def test_a_siae_never_sees_the_candidates_of_another(scene: Scene) -> None:
    need, other = scene.need(), trade.siae(scene.session)
    secret = Identity("Zinzolin", "Ocre", day("02/02/1992"))
    candidates.propose(scene.session, need, other.id, secret, None, on=day("12/11/2026"), by=None)
    scene.session.commit()
    for path in (OPEN, f"{OPEN}/{need.id}"):
        assert "inzolin" not in scene.get(path).text.lower()
    scene.send(
        scene.get(f"{OPEN}/{need.id}"),
        {"last_name": "Zinzolin", "first_name": "Ocre", "birth_on": "1992-02-02"},
    )
    assert "aussi proposée par 1 autre organisation" in text_of(scene.desk.get(f"/besoins/{need.id}"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"people": "0"}, "de 1 à 500"),
        ({"people": "501"}, "de 1 à 500"),
        ({"to_on": "2026-11-30"}, "précède le début"),
        ({"from_on": "2027-02-01"}, "ne peut pas commencer après"),
        ({"rome": "Z9999"}, "une lettre puis quatre chiffres"),
        ({"rome": "F9999"}, "pas dans la liste officielle"),
        ({"weekly_hours": "60"}, "de 0,01 à 48"),
        ({"job": ""}, "Renseignez ce champ"),
        ({"text": "x" * 301}, "au plus 300"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_need_that_cannot_be_is_refused_and_what_was_typed_stays(
    scene: Scene, typed: dict[str, str], said: str
) -> None:
    scene.session.add(ReferenceLabel(list_name="rome", code="F1606", label="Peinture en bâtiment"))
    scene.session.commit()
    page = scene.desk.get(f"/besoins/nouveau?lot={scene.desk.ground.lot.id}")
    answer = scene.desk.send(page, JOB | {"text": "Venir à vélo"} | typed, status=422)
    assert said in text_of(answer)
    fields = form_in(answer, ["job"]).fields
    assert all((fields[name] or "").strip() == value.strip() for name, value in typed.items())
    assert scene.count(Need) == 0


def test_who_cannot_be_proposed_is_refused_with_its_sentence(scene: Scene) -> None:
    need, session, ground = scene.need(people=1), scene.session, scene.desk.ground
    page = scene.get(f"{OPEN}/{need.id}")
    scene.send(page, LOU)

    def refused(values: dict[str, str], said: str) -> None:
        before = scene.count(NeedCandidate)
        answer = scene.send(scene.get(f"{OPEN}/{need.id}"), values, status=422)
        assert said in text_of(answer), text_of(answer)[:600]
        fields = form_in(answer, list(values)).fields
        assert all((fields[name] or "").strip() == value.strip() for name, value in values.items())
        assert scene.count(NeedCandidate) == before

    refused(LOU | {"last_name": "FICTIF "}, "déjà proposé")
    refused({"last_name": "Seul"}, "Renseignez ce champ")
    refused(LOU | {"birth_on": "2020-01-01"}, "14 à 99")
    at_work = trade.work(
        session,
        trade.person(session, ground.territory, "01/01/2026"),
        ground.award,
        scene.siae,
        trade.ContractType.cddi,
        "01/06/2026",
        "31/12/2026",
    )
    session.commit()
    refused({"person": str(at_work.placement.person_id)}, "déjà à l’emploi sur ce lot")
    refused({"person": str(at_work.placement.person_id), "last_name": "Fictif"}, "pas les deux")
    late = scene.get(f"{OPEN}/{need.id}")
    scene.desk.send(scene.desk.get(f"/besoins/{need.id}/clore"), {"why": "cancelled"})
    answer = scene.send(late, LOU | {"first_name": "Jo"}, status=422)
    assert "clos depuis le 23 novembre 2026" in text_of(answer)
    last = scene.newest(OutboxMail)
    assert "L’entreprise n’en a plus besoin" in last.text, "who waited is told why"
    assert scene.newest(NeedCandidate).state == CandidateState.declined


def test_an_answer_given_stays_and_twice_is_once(scene: Scene) -> None:
    need, session, desk = scene.need(), scene.session, scene.desk
    who = candidates.propose(
        session, need, scene.siae.id, Identity("Fictif", "Jo", day("01/01/1991")), None, on=day("12/11/2026"), by=None
    )  # fmt: skip
    session.commit()
    page = desk.get(f"/besoins/{need.id}")
    declining = desk.get(f"/candidatures/{who.id}/decliner")
    scene.send(scene.get(f"{OPEN}/{need.id}"), {}, form=f"{OPEN}/candidatures/{who.id}/retirer")
    answer = desk.send(page, {}, status=422, form=f"/candidatures/{who.id}/retenir")
    assert "déjà retirée" in text_of(answer)
    said = desk.send(declining, {"reason": "Trop loin"}, status=422)
    assert "déjà retirée" in text_of(said) and "Trop loin" in said.text
    scene.send(
        scene.get(f"{OPEN}/{need.id}"), {"last_name": "Fictif", "first_name": "Jo", "birth_on": "1991-01-01"}
    )
    assert scene.count(NeedCandidate) == 2, "who was taken back may be proposed again"


def test_a_company_says_what_it_needs_and_the_territory_publishes(app: Flask, scene: Scene) -> None:
    desk, ground = scene.desk, scene.desk.ground
    company = app.test_client()
    assert isinstance(company, Browser)
    company.session, company.watch = scene.session, scene.client.watch
    builders.sign_in(
        company, builders.user(scene.session, MembershipRole.company, organisation=ground.company)
    )
    asking = company.get(f"/entreprise/lots/{ground.lot.id}/besoin")
    assert company.submit(asking, JOB).status_code == 303
    need: Need = scene.newest(Need)
    assert (need.published_on, need.asked_by_id) == (None, ground.company.id)
    assert scene.client.get(f"{OPEN}/{need.id}").status_code == 404
    assert "chez le territoire" in text_of(company.get(f"/entreprise/lots/{ground.lot.id}"))
    assert "besoin dit par une entreprise, à publier" in text_of(desk.get("/ma-journee"))
    desk.send(desk.get(f"/besoins/{need.id}"), {}, form=f"/besoins/{need.id}/publier")
    assert scene.get(f"{OPEN}/{need.id}")


def test_the_delays_are_those_of_the_lines(scene: Scene) -> None:
    """Recomputed with pandas from the rows, by another path."""
    import pandas as pd

    session, ground, on = scene.session, scene.desk.ground, day("23/11/2026")
    for number, (published, waits, starts) in enumerate(
        (("01/09/2026", 3, 20), ("01/10/2026", 8, None), ("05/11/2026", 0, 2), ("01/02/2025", 90, 200))
    ):
        wanted = Wanted(f"Poste {number}", 2, day("01/12/2026"))
        since = day(published)
        need = needs.publish_new(session, ground.lot, ground.award, wanted, on=since, by=None)
        for late in (waits + 4, waits):
            identity = Identity("Fictif", f"Jo{number}-{late}", day("01/01/1991"))
            proposed_on = since + (day("02/01/2026") - day("01/01/2026")) * late
            who = candidates.propose(session, need, scene.siae.id, identity, None, on=proposed_on, by=None)
        candidates.retain(session, who, need, on=proposed_on, by=None)
        if starts is not None:
            first = since + (day("02/01/2026") - day("01/01/2026")) * starts
            person = trade.person(session, ground.territory, "01/01/2025", on=day("01/01/2025"))
            work = trade.work(
                session, person, ground.award, scene.siae, trade.ContractType.cddi,
                first.strftime("%d/%m/%Y"), "31/12/2026",
            )  # fmt: skip
            candidates.place(session, who, need, work.placement, on=on, by=None)
    session.commit()
    rows = pd.DataFrame(
        [
            (need.id, need.published_on, need.people, each.proposed_on, each.state, placement)
            for need in session.scalars(select(Need))
            for each in session.scalars(select(NeedCandidate).where(NeedCandidate.need_id == need.id))
            for placement in [session.get(Placement, each.placement_id) if each.placement_id else None]
        ],
        columns=["need", "published", "people", "proposed", "state", "placement"],
    )
    rows["start"] = [each.from_on if each is not None else None for each in rows["placement"]]
    recent = rows[pd.to_datetime(rows["published"]) > pd.Timestamp(on) - pd.Timedelta(days=365)]
    by_need = recent.groupby("need").agg(
        published=("published", "first"), first=("proposed", "min"), start=("start", "min"), people=("people", "first")
    )  # fmt: skip
    wait = (pd.to_datetime(by_need["first"]) - pd.to_datetime(by_need["published"])).dt.days
    start = (pd.to_datetime(by_need["start"]) - pd.to_datetime(by_need["published"])).dt.days.dropna()
    found = need_lists.measures(need_lists.lines(session, select(Need), on), on)
    assert (found.needs, found.asked, found.filled) == (
        len(by_need), by_need["people"].sum(), (recent["state"] == "placed").sum(),
    )  # fmt: skip
    assert (found.to_candidate.count, found.to_candidate.median) == (len(wait), wait.median())
    assert (found.to_start.count, found.to_start.median) == (len(start), start.median())
    assert found.to_candidate.mean is not None and found.to_start.mean is not None
    assert float(found.to_candidate.mean) == round(wait.mean(), 1)
    assert float(found.to_start.mean) == round(start.mean(), 1)


def test_lists_cost_the_same_however_many_needs(scene: Scene) -> None:
    for number in range(3):
        need = scene.need()
        for each in range(number):
            candidates.propose(
                scene.session, need, scene.siae.id, Identity("Fictif", f"Jo{each}", day("01/01/1991")), None,
                on=day("12/11/2026"), by=None,
            )  # fmt: skip
    scene.session.commit()
    costs = []
    for path in ("/besoins", f"/besoins/{need.id}"):
        scene.desk.get(path)
        costs.append(scene.desk.selects())
    scene.get(OPEN)
    costs.append(scene.desk.selects())
    assert max(costs) <= BUDGET, costs
    assert scene.count(Person) == 1
