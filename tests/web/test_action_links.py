"""Answering from a mailed link: seeing consumes nothing, the button consumes once, what is over says so."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import journal, links, placement_letters, placements
from facilitator.accounts import User, UserSession
from facilitator.contracts import Contract
from facilitator.journal import AccessLogEntry
from facilitator.links import ActionLink
from facilitator.mails import OutboxMail, waiting
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.vocabulary import MembershipRole, PlacementState
from tests import builders, trade
from tests.forms_in_pages import Browser, text_of

CONTRACT = {"type": "ctt", "from_on": "2026-02-02", "to_on": "2026-06-30", "weekly_hours": "35"}
BASE = "http://guichet.example"


@dataclass(frozen=True)
class Asked:
    """A proposal that waits, the letter that asks for its answer, and the link inside."""

    placement: Placement
    person: Person
    letter: OutboxMail
    link: str


@pytest.fixture
def asked(app: Flask, session: Session) -> Asked:
    ground = trade.market(session)
    author = builders.user(session, MembershipRole.facilitator, territory=ground.territory)
    ground.territory.phone, ground.territory.email = "01 99 00 00 01", "clauses@demo.example"
    person = trade.person(session, ground.territory, "01/01/2026")
    placement = trade.proposed(session, person, ground.award, trade.siae(session), "01/02/2026")
    placement.proposed_by_id = author.id
    with app.app_context():
        letter = placement_letters.propose_by_mail(
            session, placement, "siae@demo.example", at=journal.now(), base_url=BASE
        )
    session.flush()
    found = re.search(rf"{BASE}(/lien/[\w-]+)", letter.text)
    assert found
    return Asked(placement, person, letter, found.group(1))


def state(session: Session, placement: Placement) -> str:
    session.expire_all()
    return session.get_one(Placement, placement.id).state


def test_the_letter_names_who_asks_and_whom_to_call_and_no_more_of_the_person(asked: Asked) -> None:
    for body in (asked.letter.text, asked.letter.html):
        assert asked.link in body
        assert "Territoire d’essai" in body
        assert "01 99 00 00 01" in body
        assert f"Camille {asked.person.last_name[0]}." in body
        assert asked.person.last_name not in body
        assert "RSA" not in body
        assert "/1990" not in body
        assert "janvier\u00a01990" not in body


def test_seeing_the_page_uses_nothing(client: Browser, session: Session, asked: Asked) -> None:
    for _ in range(3):
        page = client.get(asked.link)
        assert page.status_code == 200
    assert "Confirmer la mise à l’emploi" in text_of(page)
    assert asked.person.last_name.upper() not in text_of(page)
    assert session.scalar(select(func.count()).where(ActionLink.used_at.is_not(None))) == 0


def test_the_button_confirms_once_and_opens_no_session(
    client: Browser, session: Session, asked: Asked
) -> None:
    page = client.get(asked.link)
    done = client.submit(page, CONTRACT)
    assert done.status_code == 200, text_of(done)
    assert "votre réponse est enregistrée" in text_of(done)
    assert "01 99 00 00 01" in text_of(done)
    assert state(session, asked.placement) == PlacementState.confirmed
    signed = session.scalars(select(Contract).where(Contract.person_id == asked.person.id)).one()
    assert signed.weekly_hours == Decimal(35)
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0
    again = client.submit(page, CONTRACT)
    assert again.status_code == 410
    assert "déjà servi" in text_of(again)
    told = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert told is not None
    assert "confirme la mise à l’emploi" in told.subject


def test_declining_says_why_to_the_facilitator(client: Browser, session: Session, asked: Asked) -> None:
    page = client.get(asked.link)
    empty = client.submit(page, {"refus-reason": " "})
    assert empty.status_code == 422
    done = client.submit(empty, {"refus-reason": "Aucun poste de peintre en février."})
    assert done.status_code == 200
    assert state(session, asked.placement) == PlacementState.declined
    told = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert told is not None
    assert "Aucun poste de peintre" in told.text
    assert client.get(asked.link).status_code == 410


def test_a_refused_contract_keeps_the_link_and_what_was_typed(
    client: Browser, session: Session, asked: Asked
) -> None:
    page = client.get(asked.link)
    for wrong in (
        {"type": "cdd", "to_on": ""},
        {"from_on": "2026-02-30"},
        {"weekly_hours": "NaN"},
        {"weekly_hours": "1e309"},
        {"weekly_hours": "169"},
    ):
        refused = client.submit(page, CONTRACT | wrong)
        assert refused.status_code == 422, wrong
        assert next(iter(wrong.values())) in refused.get_data(as_text=True)
    assert state(session, asked.placement) == PlacementState.proposed
    assert client.submit(refused, CONTRACT).status_code == 200


def test_a_link_that_is_cut_unknown_or_over_says_which(
    client: Browser, session: Session, asked: Asked
) -> None:
    cut = client.get(asked.link[:-5])
    assert cut.status_code == 404
    assert "pas complet" in text_of(cut)
    link = session.scalars(select(ActionLink)).one()
    link.expires_at = journal.now() - datetime.timedelta(days=1)
    over = client.get(asked.link)
    assert over.status_code == 410
    assert "a expiré" in text_of(over)
    link.expires_at = journal.now() + datetime.timedelta(days=1)
    links.revoke(session, "placement", asked.placement.id, at=journal.now())
    revoked = client.get(asked.link)
    assert revoked.status_code == 410
    assert "plus valable" in text_of(revoked)


def test_an_answer_given_otherwise_closes_the_page_and_a_contrary_one_is_refused(
    client: Browser, session: Session, asked: Asked
) -> None:
    page = client.get(asked.link)
    day = datetime.date(2026, 1, 20)
    placements.decline(session, asked.placement, "Appelée : complet.", on=day, by=None)
    contrary = client.submit(page, CONTRACT)
    assert contrary.status_code == 409
    assert "déjà déclinée" in text_of(contrary)
    seen = client.get(asked.link)
    assert seen.status_code == 410
    assert "déjà reçu sa réponse" in text_of(seen)


def test_a_reminder_replaces_the_link_before(
    app: Flask, client: Browser, session: Session, asked: Asked
) -> None:
    with app.app_context():
        letter = placement_letters.remind(
            session, asked.placement, "siae@demo.example", at=journal.now(), base_url=BASE
        )
    found = re.search(rf"{BASE}(/lien/[\w-]+)", letter.text)
    assert found
    assert client.get(asked.link).status_code == 410
    assert client.get(found.group(1)).status_code == 200
    placements.withdraw(session, asked.placement, "Trouvé ailleurs", by=None)
    with pytest.raises(placements.PlacementRefused, match="plus rien à demander"):
        placement_letters.remind(session, asked.placement, "a@b.example", at=journal.now(), base_url=BASE)


def test_looking_at_a_person_through_a_link_leaves_its_line(
    client: Browser, session: Session, asked: Asked
) -> None:
    seen = select(AccessLogEntry.thing_id, AccessLogEntry.user_id, AccessLogEntry.territory_id).where(
        AccessLogEntry.verb == "read", AccessLogEntry.thing == "person"
    )
    page = client.get(asked.link)
    assert session.execute(seen).all() == [(asked.person.id, None, asked.placement.territory_id)]
    assert client.submit(page, CONTRACT | {"weekly_hours": "NaN"}).status_code == 422
    assert len(session.execute(seen).all()) == 2
    assert client.get(asked.link[:-5]).status_code == 404
    assert len(session.execute(seen).all()) == 2


def test_a_letter_never_leaves_for_a_placement_that_was_answered_otherwise(
    app: Flask, client: Browser, session: Session, asked: Asked
) -> None:
    author = session.get_one(User, asked.placement.proposed_by_id)
    session.commit()
    assert asked.letter.id in waiting(session, journal.now())
    assert builders.sign_in(client, author).status_code == 303
    page = client.get(f"/mises-a-l-emploi/{asked.placement.id}/retirer")
    assert client.submit(page, {"reason": "Trouvé ailleurs"}).status_code == 303
    assert asked.letter.id not in waiting(session, journal.now())
    assert client.get(asked.link).status_code == 410
    assert session.scalars(select(ActionLink.revoked_at)).one() is not None
