"""One link, one page, all territories that know its address; a territory alone opens nothing of another."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import contacts, journal, link_reach, links
from facilitator.links import ActionLink
from facilitator.month_drafts import MonthDraft
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.territories import Territory
from facilitator.vocabulary import ContractType, MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, form_in, text_of
from tests.trade import Work, day

OCTOBER = day("01/10/2026")
ADDRESS = "agence@demo.example"


@dataclass
class Two:
    """An ETTI at work in two territories; a link that a facilitator of the first one sent."""

    session: Session
    client: Browser
    etti: Organisation
    one: Territory
    other: Territory
    here: Work
    there: Work
    token: str

    def page(self) -> str:
        return text_of(self.client.get(f"/declaration/{self.token}"))

    def reach(self) -> frozenset[int] | None:
        link = links.find(self.session, links.DECLARE_MONTH, self.token, at=journal.now())
        return link_reach.of_link(self.session, link)


@pytest.fixture
def two(session: Session, client: Browser) -> Two:
    etti, works = trade.siae(session), []
    places = [trade.territory(session), trade.territory(session)]
    for place in places:
        award = trade.award(session, trade.lot(session, place, hours="500"), trade.company(session))
        person = trade.person(session, place, "01/01/2026")
        works.append(trade.work(session, person, award, etti, ContractType.ctt, "01/10/2026", "31/10/2026"))
    token = links.issue_declaration(
        session, etti.id, OCTOBER, ADDRESS, at=journal.now(), territory_id=places[0].id
    )
    session.commit()
    return Two(session, client, etti, places[0], places[1], works[0], works[1], token)


def fields(two: Two) -> list[str]:
    page = two.client.get(f"/declaration/{two.token}")
    return [name for name in form_in(page, form="mois").fields if name.startswith("h-")]


def test_a_territory_alone_opens_no_name_of_another(two: Two) -> None:
    contacts.add(two.session, two.one.id, two.etti, name="Alix Fictif", email=ADDRESS, by=None)
    assert len(fields(two)) == 1
    assert fields(two)[0].startswith(f"h-{two.here.contract.id}-")
    assert "seulement les chantiers des territoires qui vous écrivent" in two.page()
    page = two.client.get(f"/declaration/{two.token}")
    data = dict(form_in(page, form="mois").form_values())
    foreign = f"h-{two.there.contract.id}-{two.there.placement.id}-20261001"
    refused = two.client.post(
        f"/declaration/{two.token}",
        data={**data, foreign: "12", "sender_name": "Alix", "certified": "y"},
    )
    assert refused.status_code == 422
    assert "n’existe pas ou n’existe plus" in text_of(refused)
    sheet = trade.declared(two.session, two.there.contract, "01/10/2026", "31/10/2026", "80")
    two.session.commit()
    assert two.client.get(f"/declaration/{two.token}/releves/{sheet.id}/corriger").status_code == 404


def test_the_comment_of_a_draft_over_all_territories_is_not_told_on_a_page_of_some(two: Two) -> None:
    contacts.add(two.session, two.one.id, two.etti, name="Alix Fictif", email=ADDRESS, by=None)
    builders.sign_in(two.client, builders.user(two.session, MembershipRole.siae, organisation=two.etti))
    own = two.client.get("/heures/mois/2026-10")
    data = dict(form_in(own, form="mois").form_values())
    kept = two.client.post(
        "/heures/mois/2026-10/brouillon", data={**data, "comment": "Chantier voisin arrêté"}
    )
    assert kept.status_code == 303
    assert "Chantier voisin arrêté" in two.client.get("/heures/mois/2026-10").text
    two.client.delete_cookie("facilitator")
    page = two.client.get(f"/declaration/{two.token}")
    assert "Chantier voisin arrêté" not in page.text
    form = dict(form_in(page, form="mois").form_values())
    assert two.client.post(f"/declaration/{two.token}/brouillon", data=form).status_code == 303
    draft = two.session.scalars(select(MonthDraft).execution_options(populate_existing=True)).one()
    assert draft.comment == "Chantier voisin arrêté"  # what was not shown is kept


def test_a_territory_that_knows_the_address_too_is_on_the_same_page(two: Two) -> None:
    known = contacts.add(
        two.session, two.other.id, two.etti, name="Alix Fictif", email=ADDRESS.upper(), by=None
    )
    assert len(fields(two)) == 2
    assert "seulement les chantiers" not in two.page()
    contacts.leave(two.session, known, on=day("23/11/2026"), by=None)
    assert len(fields(two)) == 1


def test_a_correspondent_on_a_lot_is_known_to_its_territory(two: Two) -> None:
    two.there.placement.employer_id = two.etti.id
    own = trade.award(two.session, trade.lot(two.session, two.other, hours="10"), two.etti)
    own.correspondent_email = ADDRESS
    assert two.reach() == {two.one.id, two.other.id}
    gone = contacts.add(two.session, two.other.id, two.etti, name="Alix", email=ADDRESS, by=None)
    contacts.leave(two.session, gone, on=day("23/11/2026"), by=None)
    assert two.reach() == {two.one.id}


def test_the_account_of_an_organisation_opens_all_its_territories(two: Two) -> None:
    user = builders.user(two.session, MembershipRole.siae, organisation=two.etti)
    user.email = ADDRESS
    assert two.reach() is None
    user.active = False
    assert two.reach() == {two.one.id}


def test_a_letter_of_several_territories_opens_those_that_know_its_address(two: Two) -> None:
    link = two.session.query(ActionLink).one()
    link.territory_id = None
    assert two.reach() == frozenset()
    for place in (two.one, two.other):
        contacts.add(two.session, place.id, two.etti, name="Alix Fictif", email=ADDRESS, by=None)
    assert two.reach() == {two.one.id, two.other.id}
    assert len(fields(two)) == 2


def test_hours_to_confirm_are_those_of_the_territories_opened(two: Two) -> None:
    session, host = two.session, two.here.placement.host_id
    site = session.get_one(type(two.here.placement), two.there.placement.id)
    site.host_id = host
    for work in (two.here, two.there):
        trade.declared(session, work.contract, "01/10/2026", "31/10/2026", "80")
    token = links.issue_declaration(
        session, host, OCTOBER, "hote@demo.example", at=journal.now(), territory_id=two.one.id
    )
    session.commit()
    names = [
        session.get_one(Person, work.contract.person_id).last_name.upper() for work in (two.here, two.there)
    ]
    shown = text_of(two.client.get(f"/declaration/{token}/a-confirmer"))
    assert names[0] in shown
    assert names[1] not in shown
