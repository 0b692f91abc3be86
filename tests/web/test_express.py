"""The express screen: a person, a fiche, a placement and a contract in one sending, all or nothing."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import organisations
from facilitator.contracts import Contract
from facilitator.people import Eligibility, Person, Window
from facilitator.placements import Placement
from facilitator.vocabulary import OrganisationRoleName, PlacementMode, PlacementState, SiaeKind
from facilitator.web import clock
from tests import trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import Desk, open_desk

EXPRESS = "/mises-a-l-emploi/express"


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def typed(desk: Desk, **others: str) -> dict[str, Any]:
    return {
        "last_name": "Fictive",
        "first_name": "Mona",
        "birth_on": "05/06/1992",
        "criterion": "rsa",
        "decided_on": f"{clock.today():%d/%m/%Y}",
        "award": str(desk.ground.award.id),
        "type": "cdd",
        "from_on": "01/10/2026",
        "to_on": "31/12/2026",
        "weekly_hours": "35",
        **others,
    }


def counted(desk: Desk) -> list[int]:
    desk.session.expire_all()
    tables = (Person, Eligibility, Window, Placement, Contract)
    return [desk.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def newest(desk: Desk) -> Placement:
    desk.session.expire_all()
    found = desk.session.scalars(select(Placement).order_by(Placement.id.desc())).first()
    assert found is not None
    return found


def test_twelve_fields_and_no_more_are_shown(desk: Desk) -> None:
    page = page_of(desk.get(EXPRESS))
    form = page.xpath("//form[contains(@class, 'sheet')]")[0]
    shown = [each for each in form.inputs if each.get("type") != "hidden"]
    assert len(shown) <= 12


def test_one_sending_writes_all_four_and_the_same_one_again_nothing_more(desk: Desk) -> None:
    page = desk.get(EXPRESS)
    first = desk.send(page, typed(desk))
    assert counted(desk) == [2, 2, 2, 2, 2]
    again = desk.send(page, typed(desk))
    assert counted(desk) == [2, 2, 2, 2, 2]
    assert first.location == again.location
    assert "En cours" in text_of(desk.get(first.location))
    assert newest(desk).state == PlacementState.confirmed
    assert newest(desk).mode == PlacementMode.embauche_directe


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to_on": ""}, "a une date de fin"),
        ({"to_on": "01/09/2026"}, "précède son début"),
        ({"from_on": "2026-02-30"}, "n’existe pas au calendrier"),
        ({"weekly_hours": "1e309"}, "ne se lit pas comme un nombre"),
        ({"weekly_hours": "NaN"}, "ne se lit pas comme un nombre"),
        ({"weekly_hours": "90"}, "au plus 48"),
        ({"criterion": ""}, "pas encore de fiche"),
        ({"birth_on": ""}, "Renseignez ce champ"),
        ({"employer": "12345678901234"}, "SIRET"),
        ({"employer": "Structure que personne ne connaît"}, "ne s’appelle"),
        ({"last_name": ""}, "Renseignez ce champ"),
        ({"from_on": "01/02/2031", "to_on": "28/02/2031"}, "ne peut pas commencer après"),
        ({"decided_on": "01/01/2030"}, "au plus tard aujourd’hui"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_is_written_when_one_of_the_four_is_refused(
    desk: Desk, wrong: dict[str, str], said: str
) -> None:
    refused = desk.send(desk.get(EXPRESS), typed(desk, **wrong), 422)
    assert said in text_of(refused).replace("\u00a0", " ")
    assert page_of(refused).xpath("//input[@name='first_name']/@value") == ["Mona"]
    assert counted(desk) == [1, 1, 1, 1, 1]


def test_a_siae_named_by_words_gives_the_mode(desk: Desk) -> None:
    siae = trade.siae(desk.session, SiaeKind.ETTI, "Intérim solidaire")
    desk.send(desk.get(EXPRESS), typed(desk, employer="intérim sol", type="ctt"))
    assert (newest(desk).employer_id, newest(desk).mode) == (siae.id, PlacementMode.mise_a_disposition)


def test_when_several_answer_one_is_chosen(desk: Desk) -> None:
    trade.siae(desk.session, SiaeKind.EI, "Atelier des prés")
    second = trade.siae(desk.session, SiaeKind.ACI, "Atelier des bois")
    asked = desk.send(desk.get(EXPRESS), typed(desk, employer="atelier", type="cddi"), 422)
    assert "choisissez le bon" in text_of(asked)
    assert counted(desk)[0] == 1
    desk.send(asked, {"employer_id": str(second.id)})
    assert (newest(desk).employer_id, newest(desk).mode) == (second.id, PlacementMode.sous_traitance)


def test_a_structure_of_two_kinds_asks_for_the_mode(desk: Desk) -> None:
    siae = trade.siae(desk.session, SiaeKind.AI, "Double casquette")
    organisations.add_role(desk.session, siae, OrganisationRoleName.siae, SiaeKind.ACI)
    asked = desk.send(desk.get(EXPRESS), typed(desk, employer=siae.identifier, type="cddi"), 422)
    desk.send(asked, {"mode": "mise_a_disposition"})
    assert newest(desk).mode == PlacementMode.mise_a_disposition


def test_a_namesake_is_chosen_or_set_aside(desk: Desk) -> None:
    desk.send(desk.get(EXPRESS), typed(desk))
    known = newest(desk).person_id
    again = typed(desk, birth_on="01/01/1980", from_on="05/10/2026", criterion="")
    asked = desk.send(desk.get(EXPRESS), again, 422)
    assert "dites si c’est la même" in text_of(asked)
    desk.send(asked, {"same_as": str(known)})
    assert counted(desk) == [2, 2, 2, 3, 3]
    other = desk.send(desk.get(EXPRESS), typed(desk, birth_on="01/01/1980"), 422)
    late = desk.send(other, {"same_as": "autre", "to_on": ""}, 422)
    desk.send(late, {"to_on": "31/12/2026"})  # the choice made before the other refusal is kept
    assert counted(desk) == [3, 3, 3, 4, 4]


def test_a_registered_person_needs_no_second_fiche(desk: Desk) -> None:
    person = trade.person(desk.session, desk.ground.territory, "01/09/2026", birth_on=None)
    page = desk.get(f"{EXPRESS}?personne={person.id}")
    values = typed(desk, criterion="", decided_on="")
    for name in ("last_name", "first_name", "birth_on"):
        values.pop(name)
    desk.send(page, values)
    assert newest(desk).person_id == person.id


def test_another_territory_s_person_and_award_are_not_there(desk: Desk) -> None:
    elsewhere = trade.market(desk.session)
    desk.get(f"{EXPRESS}?personne={elsewhere.person.id}", 404)
    desk.get(f"{EXPRESS}?personne=abc", 404)
    page = desk.get(EXPRESS)
    assert str(elsewhere.award.id) not in page_of(page).xpath("//select[@name='award']/option/@value")
