"""Follow-ups on screen: the list of calls, the form, one click for what is known, the chain with its n."""

import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import contracts, placements
from facilitator.awards import Award
from facilitator.followups import FollowUp
from facilitator.journal import AccessLogEntry
from facilitator.people import Person
from facilitator.periods import add_months
from facilitator.vocabulary import ContractType, MembershipRole, OrganisationRoleName, Situation
from facilitator.web import clock
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.pdf_text import text_of_pdf
from tests.web.desk import Desk, open_desk

CALL = {
    "outcome": "answered",
    "channel": "phone",
    "situation": "cdd_6_plus",
    "answered_by": "person",
    "weekly_hours": "35",
}

NEXT = ("suite", "suivant")


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def award(desk: Desk) -> Award:
    """A place on a lot that is under way today, whatever the day."""
    today = clock.today()
    lot = trade.lot(
        desk.session,
        desk.ground.territory,
        start=f"{add_months(today, -36):%d/%m/%Y}",
        end=f"{add_months(today, 12):%d/%m/%Y}",
    )
    return trade.award(desk.session, lot, desk.ground.company)


def left(desk: Desk, months: int = 7, type: ContractType = ContractType.cdd) -> tuple[Person, datetime.date]:
    """Somebody whose placement ended that many months ago (a CDI goes on after it)."""
    exit_on = add_months(clock.today(), -months).replace(day=15)
    start = add_months(exit_on, -3)
    person = trade.person(desk.session, desk.ground.territory, f"{start:%d/%m/%Y}", on=start)
    end = None if type is ContractType.cdi else f"{exit_on:%d/%m/%Y}"
    at_work = trade.direct(desk.session, person, award(desk), type, f"{start:%d/%m/%Y}", end)
    placements.end(desk.session, at_work.placement, exit_on, "Fin du chantier", by=None)
    return person, exit_on


def url(person: Person, exit_on: datetime.date, months: int = 6) -> str:
    return f"/suivis/{person.id}/{exit_on}/{months}"


def row(session: Session, person: Person) -> FollowUp:
    session.expire_all()
    return session.scalars(select(FollowUp).where(FollowUp.person_id == person.id)).one()


def test_a_call_is_about_the_reference_date_and_takes_one_form(desk: Desk) -> None:
    person, exit_on = left(desk)
    assert person.name in text_of(desk.get("/suivis"))
    page = desk.get(url(person, exit_on))
    assert "Quelle était la situation" in text_of(page)
    desk.send(page, CALL)
    found = row(desk.session, person)
    assert found.situation == Situation.cdd_6_plus
    assert found.reference_on == add_months(exit_on, 6)
    desk.get("/suivis")  # where the thanks are read
    assert person.name not in text_of(desk.get("/suivis"))
    assert person.name in text_of(desk.get("/suivis?etat=answered"))


def test_what_the_tool_knows_is_confirmed_in_one_click(desk: Desk) -> None:
    person, exit_on = left(desk, type=ContractType.cdi)
    page = desk.get(url(person, exit_on))
    assert "Confirmer\u00a0: CDI, même employeur, depuis le" in page.get_data(as_text=True)
    desk.send(page, {}, form=f"{url(person, exit_on)}/proposition")
    found = row(desk.session, person)
    assert (found.situation, found.same_employer, found.channel) == (Situation.cdi, True, "desk")
    assert found.tries == 0
    contract = desk.session.scalars(
        select(contracts.Contract).where(contracts.Contract.person_id == person.id)
    ).one()
    assert found.since_on == contract.from_on


def test_somebody_who_does_not_answer_stays_on_the_list_with_the_tries(desk: Desk) -> None:
    person, exit_on = left(desk)
    for _ in range(2):
        desk.send(desk.get(url(person, exit_on)), {"outcome": "unreachable", "channel": "phone"})
    page = text_of(desk.get("/suivis"))
    assert person.name in page
    assert "2 essais" in page
    desk.send(desk.get(url(person, exit_on)), {"outcome": "out_of_scope", "why": "etranger"})
    assert person.name in text_of(desk.get("/suivis?etat=out_of_scope"))


def test_a_contradiction_says_so_and_keeps_what_was_typed(desk: Desk) -> None:
    person, exit_on = left(desk)
    page = desk.get(url(person, exit_on))
    for wrong in (
        {"situation": ""},
        {"outcome": "refused"},
        {"weekly_hours": "1e309"},
        {"since_on": "2026-02-30"},
        {"weekly_hours": "NaN"},
        {"outcome": "out_of_scope", "situation": "", "weekly_hours": ""},
        {"outcome": "unreachable", "situation": ""},
        {"since_on": "31/12/2099"},
    ):
        refused = desk.send(page, CALL | wrong, 422)
        assert "Ce que vous avez saisi est gardé" in text_of(refused), wrong
    assert desk.session.scalar(select(func.count()).select_from(FollowUp)) == 0


def test_an_answer_is_corrected_with_two_versions_in_sight(desk: Desk) -> None:
    person, exit_on = left(desk)
    desk.send(desk.get(url(person, exit_on)), CALL)
    assert "Enregistrer l’appel" not in text_of(desk.get(url(person, exit_on)))
    page = desk.get(f"{url(person, exit_on)}/corriger")
    desk.send(page, {"situation": "cdi"})
    assert row(desk.session, person).situation == Situation.cdi
    late = desk.send(
        page, {"situation": "recherche", "weekly_hours": "", "submission": "a-second-editor-key"}, 409
    )
    assert "CDI" in text_of(late)
    assert row(desk.session, person).situation == Situation.cdi
    desk.send(late, {"situation": "recherche", "weekly_hours": ""})
    assert row(desk.session, person).situation == Situation.recherche


def test_a_follow_up_that_no_date_calls_for_is_refused(desk: Desk, client: Browser, session: Session) -> None:
    person, exit_on = left(desk)
    for path in (
        url(person, exit_on, 7),
        url(person, datetime.date(2020, 1, 1)),
        f"/suivis/{person.id}/demain/6",
    ):
        assert client.get(path).status_code == 422, path
    soon, end = left(desk, months=1)
    page = desk.get(url(soon, end))
    assert "provisoire jusqu’au" in text_of(page)
    assert "Enregistrer l’appel" not in text_of(page)
    stranger = trade.market(session).person
    assert client.get(url(stranger, exit_on)).status_code == 404


def test_the_chain_shows_both_rates_with_their_n(desk: Desk) -> None:
    for situation in ("cdi", "cdd_6_plus", "recherche"):
        person, exit_on = left(desk)
        desk.send(desk.get(url(person, exit_on)), CALL | {"situation": situation, "weekly_hours": ""})
    person, exit_on = left(desk)
    desk.send(desk.get(url(person, exit_on)), {"outcome": "unreachable", "channel": "phone"})
    page = desk.get("/suivis/chaine")
    cells = {
        each.xpath("string(th/text())").strip(): " ".join(each.xpath("string(td[1])").split())
        for each in page_of(page).xpath("//tbody/tr")
    }
    assert cells["Parcours sortis"] == "4"
    assert cells["Répondants"] == "3"
    assert cells["En emploi ou en formation qualifiante"] == "2"
    assert cells["Taux de réponse"] == "75,00 %n = 4"
    assert cells["En emploi ou formation, parmi les répondants"] == "66,67 %n = 3"
    assert cells["Taux plancher"] == "50,00 %n = 4"
    other = trade.buyer(desk.session)
    lot = trade.lot(desk.session, desk.ground.territory, by_buyer=other)
    assert lot.id
    none = desk.get(f"/suivis/chaine?acheteur={other.id}")
    assert "Aucune sortie ne correspond" in text_of(none)
    assert "Aucune sortie" in text_of(desk.get("/suivis/chaine?annee=1999"))
    assert desk.get("/suivis/chaine?annee=x&acheteur=%27").status_code == 200


def test_the_list_costs_the_same_however_long(desk: Desk) -> None:
    left(desk)
    desk.get("/suivis")
    first = desk.selects()
    for _ in range(5):
        left(desk)
    desk.get("/suivis")
    assert desk.selects() == first


def test_looking_at_a_follow_up_leaves_its_line(desk: Desk) -> None:
    person, exit_on = left(desk)
    desk.get(url(person, exit_on))
    read = select(AccessLogEntry.thing_id).where(AccessLogEntry.verb == "read")
    assert desk.session.scalars(read).all() == [person.id]
    assert desk.session.scalar(select(func.count()).select_from(FollowUp)) == 0


def referent(desk: Desk, *people: Person) -> None:
    """Sign in the référent who follows these people, and nobody else."""
    mission = builders.organisation(desk.session, "Mission locale fictive", OrganisationRoleName.referrer)
    for person in people:
        desk.session.get_one(Person, person.id).referrer_id = mission.id
    user = builders.user(desk.session, MembershipRole.referrer, organisation=mission)
    desk.session.commit()
    desk.client.delete_cookie("facilitator")
    assert builders.sign_in(desk.client, user).status_code == 303


def test_a_referent_answers_for_whom_it_follows_and_sees_nobody_else(desk: Desk) -> None:
    (mine, exit_on), (other, elsewhere) = left(desk), left(desk)
    referent(desk, mine)
    page = desk.get("/suivis")
    assert mine.name in text_of(page) and other.name not in text_of(page)
    assert "Suivis" in text_of(page) and "Objectifs" not in text_of(page)
    behind = text_of(desk.get("/suivis/chaine/parcours?mois=6&etape=left"))
    assert mine.name in behind and other.name not in behind
    for path in (url(other, elsewhere), "/objectifs", f"/personnes/{mine.id}"):
        desk.get(path, 404)
    form = desk.get(url(mine, exit_on))
    assert not page_of(form).xpath(f"//a[@href='/personnes/{mine.id}']")
    desk.send(form, {"situation": "cdi"})
    found = row(desk.session, mine)
    assert (found.channel, found.answered_by, found.situation) == ("form", "referrer", "cdi")
    said = text_of(desk.get(url(mine, exit_on)))
    assert "Son conseiller référent" in said and "Camille Démo" in said
    sheet = desk.get("/suivis/feuille-d-appel.pdf?etat=tous")
    assert mine.name in text_of_pdf(sheet.data) and other.name not in text_of_pdf(sheet.data)


def test_one_call_leads_to_the_next_of_the_same_list(desk: Desk) -> None:
    (first, one), (second, two) = left(desk, months=8), left(desk)
    page = desk.get(f"{url(first, one)}?echeance=6")
    after = desk.send(page, {"outcome": "unreachable"}, button=NEXT)
    assert after.location == f"{url(second, two)}?echeance=6"
    # Who was tried in vain today is not proposed again; the list says that all is done.
    last = desk.send(desk.get(after.location), CALL, button=NEXT)
    assert last.location == "/suivis?echeance=6"
    assert "Il ne reste aucun suivi à faire" in text_of(desk.get(last.location))
    again = desk.send(desk.get(f"{url(first, one)}?echeance=6"), CALL)
    assert again.location == "/suivis?echeance=6"


def test_the_filters_and_the_paper_say_the_same_people(desk: Desk) -> None:
    (late, _), (other, exit_on) = left(desk, months=9), left(desk)
    desk.send(desk.get(url(other, exit_on)), {"outcome": "unreachable"})
    listed = text_of(desk.get("/suivis?etat=unreachable"))
    assert other.name in listed and late.name not in listed
    assert "Injoignable (1)" in text_of(desk.get("/suivis"))
    paper = text_of_pdf(desk.get("/suivis/feuille-d-appel.pdf?etat=late").data)
    assert late.name in paper and other.name not in paper
    exported = select(AccessLogEntry.thing_id).where(AccessLogEntry.verb == "export_calls")
    assert desk.session.scalars(exported).all() == [late.id]
    none = desk.get("/suivis?marche=987654&employeur=x&annee=1999&moi=oui&referent=%27")
    assert "Aucun suivi ne répond" in text_of(none)
