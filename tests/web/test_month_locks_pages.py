"""Closed cells on the page of a month, signed in and by a link: shared out by the facilitator, or somebody else’s too."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import declarations, journal, links
from facilitator.awards import Award
from facilitator.links import ActionLink
from facilitator.organisations import Organisation
from facilitator.sendings import Sending
from facilitator.vocabulary import MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, form_in
from tests.months import APRIL, TODAY
from tests.test_month_locks import TwoHosts, emptied, live

D = Decimal


def signed_in(client: Browser, session: Session, company: Organisation) -> str:
    builders.sign_in(client, builders.user(session, MembershipRole.company, organisation=company))
    return "/heures/mois/2026-04"


def by_link(client: Browser, session: Session, company: Organisation) -> str:
    place = session.scalars(select(Award.territory_id).where(Award.organisation_id == company.id)).first()
    token = links.issue_declaration(
        session, company.id, APRIL, "hote@demo.example", at=journal.now(), territory_id=place
    )
    for link in session.query(ActionLink):
        link.expires_at = journal.now().replace(year=2027)
    session.commit()
    return f"/declaration/{token}"


Door = Callable[[Browser, Session, Organisation], str]
doors = pytest.mark.parametrize("door", [signed_in, by_link], ids=["signed-in", "by-link"])


@doors
def test_hours_being_shared_out_are_shown_without_a_field(
    client: Browser, session: Session, door: Door
) -> None:
    ground = trade.market(session)
    sheet = emptied(session, ground)
    url = door(client, session, ground.company)
    page = client.get(url)
    assert "le facilitateur répartit ces heures" in page.text
    assert "100,00\u00a0h" in page.text
    assert not [name for name in form_in(page, form="mois").fields if name.startswith("h-")]
    sheets = url if door is by_link else "/heures"
    form = client.get(f"{sheets}/releves/{sheet.id}/corriger")
    refused = client.submit(
        form, {"reason": "Absent le 29", "sender_name": "Camille Démo", "certified": True}
    )
    assert refused.status_code == 422
    assert "le facilitateur répartit ces heures" in refused.text
    assert live(session) == [D(100)]


@doors
def test_a_host_reads_nothing_of_another_host_through_any_door(
    client: Browser, session: Session, door: Door
) -> None:
    two = TwoHosts(session)
    url = door(client, session, two.a)
    page = client.get(url)
    assert "travaille aussi" in page.text
    assert "Hôte B" not in page.text
    assert not [name for name in form_in(page, form="mois").fields if name.startswith("h-")]
    corrected = declarations.correct(
        session, two.contract, two.sheet, "Deux hôtes",
        from_on=two.sheet.from_on, to_on=two.sheet.to_on, worked=D(90), on=TODAY, by=None,
        parts=[trade.Part(two.first.key[1], D(50)), trade.Part(two.placement.id, D(40))],
        sending=session.get_one(Sending, two.sheet.sending_id),
    ).timesheet  # fmt: skip
    session.commit()
    sheets = url if door is by_link else "/heures"
    for act in ("corriger", "partager"):
        answer = client.get(f"{sheets}/releves/{corrected.id}/{act}")
        assert answer.status_code == 404, answer.text
