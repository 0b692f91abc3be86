"""People on screen: list, file, duplicates, two editors, fiches and windows."""

import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.journal import AccessLogEntry
from facilitator.people import Eligibility, EligibilityCriterion, Person, Window, WindowAdjustment
from facilitator.vocabulary import OrganisationRoleName
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import BUDGET, Desk, open_desk

NAMES = {"last_name": "Exemplaire", "first_name": "Élodie", "birth_on": "12/03/1990"}


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def count(desk: Desk, model: type) -> int:
    desk.session.expire_all()
    return desk.session.scalar(select(func.count()).select_from(model)) or 0


def someone(desk: Desk, **names: str) -> Person:
    page = desk.get("/personnes/nouvelle")
    desk.send(page, NAMES | names)
    desk.session.expire_all()
    return desk.session.scalars(select(Person).order_by(Person.id.desc())).first()  # type: ignore[return-value]


def test_a_person_is_registered_once_whatever_the_number_of_sendings(desk: Desk) -> None:
    page = desk.get("/personnes/nouvelle")
    first = desk.send(page, NAMES | {"commune": "35238", "qpv": "QN03501M", "qpv_zoning": "2024"})
    again = desk.send(page, NAMES | {"commune": "35238", "qpv": "QN03501M", "qpv_zoning": "2024"})
    assert first.location == again.location
    assert count(desk, Person) == 2
    assert "Élodie EXEMPLAIRE" in text_of(desk.get(first.location))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"last_name": ""}, "Renseignez ce champ"),
        ({"last_name": "x" * 81}, "au plus 80"),
        ({"birth_on": "2026-02-30"}, "n’existe pas au calendrier"),
        ({"birth_on": "1e309"}, "ne se lit pas comme une date"),
        ({"birth_on": "12/03/2025"}, "hors de 14 à 99"),
        ({"commune": "Rennes"}, "cinq caractères"),
        ({"qpv_zoning": "NaN"}, "nombre entier"),
        ({"last_name": "1 85 05 78 006 084 91"}, "numéro de sécurité sociale"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_cannot_be_read_is_kept_and_nothing_is_written(
    desk: Desk, typed: dict[str, str], said: str
) -> None:
    answer = desk.send(desk.get("/personnes/nouvelle"), NAMES | typed, 422)
    assert said in text_of(answer).replace("\u00a0", " ")
    name, value = next(iter(typed.items()))
    assert page_of(answer).xpath(f"//input[@name='{name}']/@value")[0][:40] == value[:40]
    assert count(desk, Person) == 1


def test_a_namesake_is_proposed_before_a_second_file_is_opened(desk: Desk) -> None:
    known = someone(desk)
    page = desk.get("/personnes/nouvelle")
    refused = desk.send(page, NAMES | {"birth_on": "01/01/1985"}, 422)
    assert "Est-ce la même personne" in text_of(refused)
    assert page_of(refused).xpath(f"//a[@href='/personnes/{known.id}']")
    desk.send(refused, {"confirmed": True})
    assert count(desk, Person) == 3


def test_the_very_same_person_is_not_registered_twice(desk: Desk) -> None:
    someone(desk)
    refused = desk.send(desk.get("/personnes/nouvelle"), NAMES, 422)
    refused = desk.send(refused, {"confirmed": True}, 422)
    assert "déjà inscrite" in text_of(refused)
    assert count(desk, Person) == 2


def test_possible_duplicates_are_told_while_one_types(desk: Desk) -> None:
    known = someone(desk)
    answer = desk.get("/personnes/doublons?nom=EXEMPLAIRE&prenom=elodie")
    assert [each["url"] for each in answer.json["people"]] == [f"/personnes/{known.id}"]  # type: ignore[index]
    assert desk.get("/personnes/doublons?nom=&prenom=").json == {"people": []}


def test_another_territory_s_people_are_never_proposed(desk: Desk) -> None:
    elsewhere = trade.territory(desk.session)
    trade.person(desk.session, elsewhere)
    stranger = desk.session.scalars(select(Person).order_by(Person.id.desc())).first()
    assert stranger is not None
    answer = desk.get(f"/personnes/doublons?nom={stranger.last_name}&prenom={stranger.first_name}")
    assert answer.json == {"people": []}
    desk.get(f"/personnes/{stranger.id}", 404)


def test_looking_at_a_person_leaves_a_line(desk: Desk) -> None:
    desk.get(f"/personnes/{desk.ground.person.id}")
    lines = desk.session.scalars(
        select(AccessLogEntry).where(AccessLogEntry.thing_id == desk.ground.person.id)
    ).all()
    assert [(line.verb, line.thing) for line in lines] == [("read", "person")]


def test_a_namesake_proposed_by_a_refused_form_leaves_a_line(desk: Desk) -> None:
    person = desk.ground.person
    typed = {"last_name": person.last_name, "first_name": person.first_name, "birth_on": "12/03/1990"}
    desk.send(desk.get("/personnes/nouvelle"), typed, 422)
    lines = desk.session.scalars(select(AccessLogEntry).where(AccessLogEntry.thing_id == person.id)).all()
    assert [(line.verb, line.thing) for line in lines] == [("list", "person")]


def test_a_file_tells_the_window_the_contract_and_the_hours(desk: Desk) -> None:
    trade.month(desk.session, desk.ground.contract, "03/2025", "120.50")
    said = text_of(desk.get(f"/personnes/{desk.ground.person.id}")).replace("\u00a0", " ")
    assert "31 décembre 2026" in said  # 1 January 2025 + 24 months − 1 day
    assert "Bénéficiaire du RSA" in said
    assert "120,50 h" in said


def test_two_editors_read_both_versions(desk: Desk) -> None:
    person = someone(desk)
    mine = desk.get(f"/personnes/{person.id}/modifier")
    theirs = desk.get(f"/personnes/{person.id}/modifier")
    desk.send(theirs, {"first_name": "Élodie-Anne"})
    conflict = desk.send(mine, {"first_name": "Elodie"}, 409)
    said = text_of(conflict)
    assert "Élodie-Anne" in said
    assert "Elodie" in said
    desk.send(conflict, {"first_name": "Elodie"})
    desk.session.expire_all()
    assert desk.session.get_one(Person, person.id).first_name == "Elodie"


def test_the_list_keeps_its_number_of_queries_and_pages_by_name(desk: Desk) -> None:
    for _ in range(60):
        trade.person(desk.session, desk.ground.territory)
    page = desk.get("/personnes")
    assert desk.selects() <= BUDGET
    following = page_of(page).xpath("//a[@rel='next']/@href")[0]
    second = desk.get(following)
    back = page_of(second).xpath("//a[@rel='prev']/@href")[0]
    assert not page_of(second).xpath("//a[@rel='next']")
    assert text_of(desk.get(back)) == text_of(page)
    assert "Fictif" not in text_of(desk.get("/personnes?q=introuvable"))


def newest_fiche(desk: Desk, person: Person) -> Eligibility:
    desk.send(desk.get(f"/personnes/{person.id}/fiches/nouvelle"), {"requested_on": "01/03/2026"})
    return desk.session.scalars(select(Eligibility).where(Eligibility.person_id == person.id)).one()


def test_a_fiche_is_validated_with_its_proofs_and_opens_a_window(desk: Desk) -> None:
    person = someone(desk)
    fiche = newest_fiche(desk, person)
    first = desk.get(f"/fiches/{fiche.id}/valider")
    second = desk.send(first, {"critere": ["rsa", "qpv"]}, 200)
    desk.send(
        second,
        {
            "determining": "rsa",
            "seen_on_rsa": "02/03/2026",
            "filed_at_rsa": "Armoire 3",
            "decided_on": "10/03/2026",
            "effective_on": "10/03/2026",
        },
    )
    windows = desk.session.scalars(select(Window).where(Window.person_id == person.id)).all()
    assert [window.from_on for window in windows] == [datetime.date(2026, 3, 10)]
    rows = desk.session.scalars(
        select(EligibilityCriterion).where(EligibilityCriterion.eligibility_id == fiche.id)
    ).all()
    assert {row.criterion: row.determining for row in rows} == {"rsa": True, "qpv": False}
    assert "Armoire 3" in text_of(desk.get(f"/personnes/{person.id}"))


def test_a_backdated_fiche_asks_why_and_keeps_what_was_typed(desk: Desk) -> None:
    person = someone(desk)
    fiche = newest_fiche(desk, person)
    page = desk.get(f"/fiches/{fiche.id}/valider?critere=deld")
    typed = {"decided_on": "10/03/2026", "effective_on": "05/03/2026", "filed_at_deld": "Bureau"}
    refused = desk.send(page, typed, 422)
    assert "Indiquez pourquoi" in text_of(refused)
    assert page_of(refused).xpath("//input[@name='filed_at_deld']/@value") == ["Bureau"]
    desk.send(refused, {"backdating_reason": "Attestation reçue en retard"})
    assert count(desk, Window) == 2


def test_a_request_is_completed_refused_or_dropped(desk: Desk) -> None:
    person = someone(desk)
    fiche = newest_fiche(desk, person)
    file = desk.get(f"/personnes/{person.id}")
    desk.send(file, {}, form=f"/fiches/{fiche.id}/completer")
    refusing = desk.get(f"/fiches/{fiche.id}/refuser")
    desk.send(refusing, {"reason": ""}, 422)
    desk.send(refusing, {"reason": "Aucun justificatif"})
    assert "Aucun justificatif" in text_of(desk.get(f"/personnes/{person.id}"))
    answer = desk.send(file, {}, 422, form=f"/fiches/{fiche.id}/sans-suite")
    assert "déjà refusée" in text_of(answer)


def test_a_window_is_suspended_and_extended_with_a_reason(desk: Desk) -> None:
    window = desk.session.scalars(select(Window)).one()
    page = desk.get(f"/periodes/{window.id}/suspendre")
    desk.send(page, {"from_on": "10/06/2026", "to_on": "01/06/2026", "reason": "Maladie"}, 422)
    desk.send(page, {"from_on": "01/06/2026", "to_on": "30/06/2026", "reason": "Maladie"})
    said = text_of(desk.get(f"/personnes/{desk.ground.person.id}")).replace("\u00a0", " ")
    assert "30 janvier 2027" in said  # 30 days later
    page = desk.get(f"/periodes/{window.id}/prolonger")
    desk.send(page, {"from_on": "01/02/2027", "to_on": "30/06/2027", "reason": "Accord de l’acheteur"})
    assert count(desk, WindowAdjustment) == 2


def test_a_person_of_another_territory_is_not_amended(desk: Desk) -> None:
    elsewhere = builders.chain(desk.session, "ailleurs")
    desk.get(f"/personnes/{elsewhere.ids['person']}/modifier", 404)
    desk.get(f"/fiches/{elsewhere.ids['eligibility']}/valider", 404)


def test_a_dossier_number_names_one_person_at_its_referent(desk: Desk) -> None:
    mission, plie = (
        builders.organisation(desk.session, name, OrganisationRoleName.referrer)
        for name in ("Mission fictive", "PLIE fictif")
    )
    desk.session.commit()
    typed = {"referrer_id": str(mission.id), "dossier_number": "ML-0042"}
    first = desk.send(desk.get("/personnes/nouvelle"), NAMES | typed)
    said = text_of(desk.get(first.location))
    assert mission.label in said and "dossier n° ML-0042" in said

    other = {"last_name": "Modèle", "first_name": "Camille", "birth_on": "01/02/1991"}
    refused = desk.send(desk.get("/personnes/nouvelle"), other | typed, 422)
    assert "déjà celui d’une autre personne chez ce référent" in text_of(refused)
    assert page_of(refused).xpath("//input[@name='dossier_number']/@value") == ["ML-0042"]
    lonely = desk.send(refused, {"referrer_id": ""}, 422)
    assert "choisissez le référent" in text_of(lonely)
    assert count(desk, Person) == 2

    desk.send(lonely, {"referrer_id": str(plie.id)})  # the same number elsewhere is somebody else’s
    camille = desk.session.scalars(select(Person).where(Person.last_name == "Modèle")).one()
    again = desk.send(desk.get(f"/personnes/{camille.id}/modifier"), typed, 422)
    assert "déjà celui d’une autre personne" in text_of(again)
    desk.session.expire_all()
    assert camille.referrer_id == plie.id
    found = text_of(desk.get("/personnes?q=ML-0042"))
    assert "Élodie" in found and "Camille" in found
    desk.send(desk.get(f"/personnes/{camille.id}/modifier"), {"referrer_id": "", "dossier_number": ""})
    desk.session.expire_all()
    assert (camille.referrer_id, camille.dossier_number) == (None, None)
