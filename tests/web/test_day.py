"""«Ma journée»: what waits for me, what I wait for and since when, what will go wrong."""

import datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import days, eligibility, french, ledger, placements
from facilitator.eligibility_windows import last_counted_day
from facilitator.links import ActionLink
from facilitator.mails import OutboxMail
from facilitator.organisations import Contact, Organisation
from facilitator.vocabulary import ContractType, LedgerKind, MembershipRole, PlacementMode
from facilitator.web import clock
from tests import builders, trade
from tests.forms_in_pages import Browser, text_of
from tests.web.desk import Desk, open_desk

HOME = "/ma-journee"
MOST_SELECTS = 45  # a page that answers twelve questions; it never grows with the territory


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def before(days: int) -> str:
    return f"{clock.today() - datetime.timedelta(days=days):%d/%m/%Y}"


def waiting(desk: Desk, since: int = 4) -> placements.Placement:
    """A proposal that a SIAE has not answered for some days."""
    person = trade.person(desk.session, desk.ground.territory, before(30))
    return trade.proposed(desk.session, person, desk.ground.award, trade.siae(desk.session), before(since))


def test_an_empty_day_says_what_will_appear(client: Browser, session: Session) -> None:
    place = trade.territory(session)
    builders.sign_in(client, builders.user(session, MembershipRole.facilitator, territory=place))
    page = text_of(client.get("/", follow_redirects=True))
    assert "Rien n’attend de votre part" in page
    assert "Personne ne vous fait attendre" in page
    assert "heures sont définies apparaîtront ici" in page


def test_what_waits_for_me_is_counted_and_dated(desk: Desk) -> None:
    session, ground = desk.session, desk.ground
    trade.declared(session, ground.contract, "01/03/2026", "31/03/2026", "100")
    trade.lot(session, ground.territory)
    person = trade.person(session, ground.territory)
    asked = clock.today() - datetime.timedelta(days=3)
    eligibility.request(session, person, requested_on=asked, by=None)
    refused = waiting(desk)
    placements.decline(session, refused, "Complet", on=clock.today(), by=None)
    page = text_of(desk.get(HOME))
    assert "1relevé à valider" in page
    assert "lot aux heures à définir" in page
    assert "fiche d’éligibilité à décider" in page
    assert "depuis 3 jours" in page
    assert "Complet" in page


def test_what_others_owe_me_says_since_when(desk: Desk) -> None:
    waiting(desk, since=4)
    page = text_of(desk.get(HOME))
    assert "depuis 4 jours" in page
    month = days.last_month(clock.today())
    start = f"{month - datetime.timedelta(days=40):%d/%m/%Y}"
    lot = trade.lot(desk.session, desk.ground.territory, start=start, end=None)
    award, hired = trade.award(desk.session, lot), trade.person(desk.session, desk.ground.territory, start)
    at_work = trade.direct(desk.session, hired, award, ContractType.cdi, start)
    theirs = (award.organisation_id, 1)

    def silent() -> list[tuple[int, int]]:
        found = days.silent(desk.session, desk.ground.territory.id, month)
        return [(each.employer_id, each.contracts) for each in found]

    assert theirs in silent()
    employer = desk.session.get_one(Organisation, award.organisation_id)
    assert employer.label in text_of(desk.get(HOME))
    trade.month(desk.session, at_work.contract, f"{month:%m/%Y}", "100")
    assert theirs not in silent()


def test_a_contract_that_outlives_its_lot_owes_no_hours(desk: Desk) -> None:
    month = days.last_month(clock.today())
    lot = trade.lot(desk.session, desk.ground.territory, start="01/01/2020", end="31/12/2020")
    hired = trade.person(desk.session, desk.ground.territory, "01/01/2020", on=datetime.date(2020, 1, 1))
    award = trade.award(desk.session, lot)
    trade.direct(desk.session, hired, award, ContractType.cdi, "01/02/2020")
    silent = days.silent(desk.session, desk.ground.territory.id, month)
    assert award.organisation_id not in {each.employer_id for each in silent}


def test_a_reminder_is_a_letter_whose_link_replaces_the_one_before(desk: Desk) -> None:
    session, placement = desk.session, waiting(desk)
    session.add(
        Contact(
            territory_id=placement.territory_id,
            organisation_id=placement.employer_id,
            name="Dominique",
            email="accueil@siae.example",
        )
    )
    page, form = desk.get(HOME), f"{HOME}/mises-a-l-emploi/{placement.id}/relancer"
    desk.send(page, {}, form=form)
    desk.send(page, {}, form=form)  # a double click
    letter = session.scalars(select(OutboxMail)).one()
    assert letter.recipient == "accueil@siae.example"
    desk.send(desk.get(HOME), {}, form=form)
    assert session.scalar(select(func.count()).where(ActionLink.revoked_at.is_(None))) == 1
    placements.decline(session, placement, "Complet", on=clock.today(), by=None)
    late = desk.client.submit(page, {}, form=form)
    assert late.status_code in (303, 422)
    assert session.scalar(select(func.count()).select_from(OutboxMail)) == 2


def test_without_an_address_the_facilitator_is_told_to_call(desk: Desk) -> None:
    placement = waiting(desk)
    form = f"{HOME}/mises-a-l-emploi/{placement.id}/relancer"
    answer = desk.send(desk.get(HOME), {}, form=form)
    assert "appelez-le" in text_of(desk.client.get(answer.location))
    assert desk.session.scalar(select(func.count()).select_from(OutboxMail)) == 0


def test_attention_names_critical_lots_and_eligibilities_that_end(desk: Desk) -> None:
    session, ground = desk.session, desk.ground
    start = clock.today() - datetime.timedelta(days=300)
    lot = trade.lot(
        session,
        ground.territory,
        start=f"{start:%d/%m/%Y}",
        end=f"{clock.today() + datetime.timedelta(days=40):%d/%m/%Y}",
    )
    ledger.add_line(session, lot, LedgerKind.initial, Decimal(400), effective_on=start, by=None)
    award = trade.award(session, lot, ground.company)
    # A window of 24 months that ends in about twenty days.
    opened = clock.today() - datetime.timedelta(days=710)
    person = trade.person(session, ground.territory, f"{opened:%d/%m/%Y}", on=opened)
    trade.work(
        session, person, award, trade.siae(session), ContractType.cdi_inclusion, before(200),
        mode=PlacementMode.mise_a_disposition,
    )  # fmt: skip
    page = text_of(desk.get(HOME))
    last_on = last_counted_day(opened, 24)
    assert person.name in page
    assert f"dernier jour compté le {french.date(last_on)}".replace("\u00a0", " ") in page
    assert "sous 90 jours avec des heures à faire" in page
    assert "critique" in page


def test_the_day_costs_the_same_however_long(desk: Desk) -> None:
    waiting(desk)
    desk.get(HOME)
    first = desk.selects()
    for _ in range(4):
        waiting(desk)
        lot = trade.lot(desk.session, desk.ground.territory, hours="100")
        award = trade.award(desk.session, lot)
        person = trade.person(desk.session, desk.ground.territory, "01/01/2025")
        trade.direct(desk.session, person, award, ContractType.cdi, "01/02/2025")
    desk.get(HOME)
    assert desk.selects() == first <= MOST_SELECTS


def test_another_territory_s_day_is_its_own(desk: Desk, client: Browser, session: Session) -> None:
    other = trade.market(session)
    person = trade.person(session, other.territory, before(30))
    stranger = trade.proposed(session, person, other.award, trade.siae(session), before(2))
    assert person.last_name.upper() not in text_of(desk.get(HOME))
    token = builders.token_in(desk.get(HOME))
    answer = client.post(f"{HOME}/mises-a-l-emploi/{stranger.id}/relancer", data={"csrf_token": token})
    assert answer.status_code == 404
