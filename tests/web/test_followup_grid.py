"""Many follow-ups at once: a grid saved line by line, a paste matched by dossier number or by names and birth date."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import people
from facilitator.followup_pastes import LineRefused, read, situation
from facilitator.followups import FollowUp
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.vocabulary import ContractType, MembershipRole, OrganisationRoleName, Situation
from tests import builders, trade
from tests.forms_in_pages import Browser, text_of
from tests.web.desk import Desk, open_desk

EXIT = "20260430"


@dataclass
class Place:
    """Three people out on 30/04/2026; the first two have a dossier number at their référent’s."""

    desk: Desk
    people: list[Person]

    def cell(self, column: str, number: int) -> str:
        return f"{column}_{self.people[number].id}_{EXIT}_6"


@pytest.fixture
def place(client: Browser, session: Session) -> Place:
    desk = open_desk(client, session)
    referrer = builders.organisation(session, "Mission locale", OrganisationRoleName.referrer)
    found = []
    for number in range(3):
        person = trade.person(session, desk.ground.territory, "01/01/2026")
        trade.direct(session, person, desk.ground.award, ContractType.cdd, "02/02/2026", "30/04/2026")
        if number < 2:
            people.amend(session, person, by=None, referrer_id=referrer.id, dossier_number=f"ML-{number}")
        found.append(person)
    session.commit()
    return Place(desk, found)


def known(place: Place) -> dict[int, str | None]:
    place.desk.session.commit()
    place.desk.session.expire_all()
    order = [person.id for person in place.people]
    return {order.index(row.person_id): row.situation for row in place.desk.session.scalars(select(FollowUp))}


def paste(place: Place, text: str, status: int = 200) -> TestResponse:
    return place.desk.send(place.desk.get("/suivis/saisie/coller"), {"text": text}, status)


def test_good_lines_are_written_and_wrong_ones_stay_with_their_sentence(place: Place) -> None:
    shown = place.desk.get("/suivis/saisie")
    typed = {
        place.cell("situation", 0): "cdi", place.cell("hours", 0): "35", place.cell("same", 0): "oui",
        place.cell("outcome", 1): "refused", place.cell("situation", 1): "cdi",
    }  # fmt: skip
    left = place.desk.send(shown, typed, 422)
    text = text_of(left)
    assert "ne va pas avec une situation" in text and "1 ligne enregistrée" in text
    assert known(place) == {0: "cdi"}
    assert place.people[0].name not in text and place.people[1].name in text
    place.desk.send(left, {place.cell("situation", 1): ""})
    assert known(place) == {0: "cdi", 1: None}
    again = place.desk.send(shown, typed | {place.cell("situation", 0): "recherche"}, 422)
    assert "rien n’est à enregistrer" in text_of(again) or "ne va pas" in text_of(again)
    assert known(place)[0] == "cdi"


def test_a_cell_that_cannot_be_read_writes_nothing_and_keeps_the_text(place: Place) -> None:
    shown = place.desk.get("/suivis/saisie")
    good = {place.cell("situation", 0): "cdi"}
    for column, typed in (("hours", "1e309"), ("hours", "NaN"), ("since", "2026-02-30"), ("hours", "200")):
        refused = place.desk.send(shown, good | {place.cell(column, 1): typed}, 422)
        assert f'value="{typed}"' in refused.get_data(as_text=True)
    assert "Aucune ligne n’est remplie" in text_of(place.desk.send(shown, {}, 422, form="grille-suivis"))
    assert known(place) == {}


def test_a_paste_is_looked_over_then_written_and_twice_changes_nothing(place: Place) -> None:
    third = place.people[2]
    text = "\n".join(
        (
            "Situation\tHeures\tDossier\tNom\tPrénom\tNé(e) le\tRemarque\tDepuis le",
            "CDD 8 mois\t35\tML-0\t\t\t\tvu\t05/01/2026",
            "recherche d’emploi\t\tML-9\t\t\t\t\t",
            "CDD\t\tML-1\t\t\t\t\t",
            f"formation qualifiante\t\t\t{third.last_name.upper()}\tcamille\t01/01/1990\t\t",
            "CDI\t\tML-0\t\t\t\t\t",
        )
    )
    seen = paste(place, text)
    said = text_of(seen)
    assert known(place) == {}
    assert "2 lignes comprises" in said
    for sentence in ("ne répond à ces indications", "dites sa durée", "figure déjà à la ligne 2"):
        assert sentence in said
    place.desk.send(seen, {}, form="grille-suivis")
    assert known(place) == {0: "cdd_6_plus", 2: "formation_qualifiante"}
    again = text_of(paste(place, text))
    assert "0 ligne comprise" in again and "déjà enregistrée" in again
    assert "Une autre réponse est enregistrée" in again and "CDD de 6 mois ou plus" in again
    rows = place.desk.session.scalars(select(FollowUp).order_by(FollowUp.id)).all()
    assert (rows[0].weekly_hours, rows[0].since_on) == (Decimal(35), date(2026, 1, 5))


def test_nobody_of_another_territory_is_matched(place: Place, session: Session) -> None:
    stranger = trade.market(session)
    person = trade.person(session, stranger.territory, "01/01/2026")
    trade.direct(session, person, stranger.award, ContractType.cdd, "02/02/2026", "30/04/2026")
    seen = paste(place, f"{person.last_name};Camille;01/01/1990;CDI")
    assert "ne répond à ces indications" in text_of(seen) and person.last_name.upper() not in text_of(seen)
    assert session.scalar(select(func.count(FollowUp.id))) == 0


def test_the_grid_takes_the_filters_of_the_list_and_keeps_them(place: Place) -> None:
    address = f"/suivis/saisie?echeance=6&referent={place.people[0].referrer_id}"
    shown = place.desk.get(address)
    assert [each.name in text_of(shown) for each in place.people] == [True, True, False]
    done = place.desk.send(shown, {place.cell("situation", 0): "cdi"}, form="grille-suivis")
    assert done.location == address and known(place) == {0: "cdi"}
    assert "ne répond à ces filtres" in text_of(place.desk.get("/suivis/saisie?echeance=12"))
    assert place.people[2].name in text_of(place.desk.get("/suivis/saisie?etat=answered"))


def test_a_referrer_fills_and_pastes_for_its_own_people_only(place: Place) -> None:
    desk, stranger = place.desk, place.people[2]
    referrer = desk.session.get_one(Organisation, place.people[0].referrer_id)
    builders.change_user(
        desk.client, builders.user(desk.session, MembershipRole.referrer, organisation=referrer)
    )
    shown = desk.get("/suivis/saisie")
    assert place.people[1].name in text_of(shown) and stranger.name not in text_of(shown)
    key = f"{stranger.id}_{EXIT}_6"
    forged = {"rows": key, place.cell("situation", 2): "cdi"}
    answer = desk.client.post("/suivis/saisie", data=forged | {"csrf_token": builders.token_in(shown)})
    assert answer.status_code == 422 and known(place) == {}
    seen = paste(place, f"{stranger.last_name};Camille;01/01/1990;CDI\nML-0;CDI")
    assert "1 ligne comprise" in text_of(seen) and stranger.last_name.upper() not in text_of(seen)
    desk.send(seen, {}, form="grille-suivis")
    (row,) = desk.session.scalars(select(FollowUp)).all()
    assert (known(place), row.answered_by) == ({0: "cdi"}, "referrer")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("CDI", Situation.cdi), ("CDD 8 mois", Situation.cdd_6_plus), ("cdd de 6 mois", Situation.cdd_6_plus),
        ("CDD 5 mois", Situation.cdd_6_moins), ("Intérim 3 mois", Situation.interim_6_moins),
        ("CDD de 6 mois ou plus", Situation.cdd_6_plus), ("cdd_6_moins", Situation.cdd_6_moins),
        ("FORMATION QUALIFIANTE", Situation.formation_qualifiante), ("Recherche d'emploi", Situation.recherche),
        ("Création d’entreprise", Situation.creation), ("CDDI", Situation.contrat_iae),
    ],
)  # fmt: skip
def test_usual_words_name_a_situation(typed: str, expected: Situation) -> None:
    assert situation(typed) is expected


def test_what_may_mean_two_things_is_asked(place: Place) -> None:
    for typed in ("CDD", "intérim", "n’importe quoi"):
        with pytest.raises(LineRefused):
            situation(typed)
    for line in (
        "ML-1",
        "ML-1;",
        ";CDI",
        "ML-1;CDI;30/02/2026",
        "ML-1;CDI;;NaN",
        "1 85 05 78 006 084 91;CDI",
    ):
        (one,) = read(line)
        assert one.told is None and one.problem, line
    with pytest.raises(LineRefused, match="201"):
        read("ML-1;CDI\n" * 201)
    assert "201" in text_of(paste(place, "ML-1;CDI\n" * 201, 422))
    refused = paste(place, "ML-1;CDD", 422)
    assert "dites sa durée" in text_of(refused) and "ML-1;CDD" in refused.get_data(as_text=True)


def test_the_grid_costs_the_same_however_long(place: Place) -> None:
    place.desk.get("/suivis/saisie")
    few = place.desk.selects()
    for _ in range(4):
        person = trade.person(place.desk.session, place.desk.ground.territory, "01/01/2026")
        trade.direct(
            place.desk.session, person, place.desk.ground.award, ContractType.cdd, "02/02/2026", "30/04/2026"
        )
    place.desk.get("/suivis/saisie")
    assert place.desk.selects() == few
