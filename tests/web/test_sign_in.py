"""Signing in and out, sessions on the server, delays, links to choose a password."""

import datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.accounts import SignInDelay, User, UserSession
from facilitator.web.sign_in import local_path
from tests import builders
from tests.forms_in_pages import Browser, text_of

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
ADMINISTRATOR = builders.MembershipRole.administrator


@pytest.fixture
def someone(session: Session) -> User:
    return builders.user(session, ADMINISTRATOR, email="camille@demo.example")


def test_a_right_password_opens_the_page_that_was_asked_for(client: Browser, someone: User) -> None:
    asked = client.get("/administration/utilisateurs?q=a")
    page = client.get(asked.location)
    answer = client.submit(page, {"email": " Camille@demo.example ", "password": builders.PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/administration/utilisateurs?q=a")
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "target", ["//ailleurs.example", "https://ailleurs.example", "/\\ailleurs", "/a\nb", "", None]
)
def test_one_is_never_sent_to_another_site(target: str | None) -> None:
    assert local_path(target) is None


def test_a_wrong_password_and_an_unknown_address_read_the_same(client: Browser, someone: User) -> None:
    wrong = builders.sign_in(client, someone, "ce n’est pas le bon")
    page = client.get("/connexion")
    unknown = client.submit(page, {"email": "personne@demo.example", "password": "ce n’est pas le bon"})
    assert wrong.status_code == unknown.status_code == 422
    assert text_of(wrong) == text_of(unknown)
    assert "ne vont pas ensemble" in text_of(wrong)


def test_after_three_wrong_passwords_one_waits_and_the_sentence_says_how_long(
    client: Browser, someone: User, session: Session
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(3):
            assert builders.sign_in(client, someone, "encore un faux").status_code == 422
        refused = builders.sign_in(client, someone)
        assert refused.status_code == 429
        assert "attendez 8\xa0secondes" in refused.get_data(as_text=True)
        clock.shift(datetime.timedelta(seconds=9))
        assert builders.sign_in(client, someone).status_code == 303
    assert session.scalars(select(SignInDelay)).all() == []


def test_a_delay_never_passes_fifteen_minutes(client: Browser, someone: User, session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(12):
            builders.sign_in(client, someone, "encore un faux")
            clock.shift(datetime.timedelta(minutes=15))
        delay = session.scalars(select(SignInDelay)).one()
        assert delay.next_try_at - NOON <= datetime.timedelta(minutes=15 * 12)


def test_a_session_ends_two_hours_after_the_last_page(client: Browser, someone: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        builders.sign_in(client, someone)
        clock.shift(datetime.timedelta(minutes=119))
        assert client.get("/compte").status_code == 200
        clock.shift(datetime.timedelta(minutes=119))
        assert client.get("/compte").status_code == 200
        clock.shift(datetime.timedelta(minutes=121))
        assert client.get("/compte").status_code == 302


def test_a_session_ends_after_twelve_hours_whatever_was_read(client: Browser, someone: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        builders.sign_in(client, someone)
        for _ in range(7):
            clock.shift(datetime.timedelta(minutes=100))
            assert client.get("/compte").status_code == 200
        clock.shift(datetime.timedelta(minutes=25))
        assert client.get("/compte").status_code == 302


def test_signing_in_again_ends_the_session_before(client: Browser, someone: User, session: Session) -> None:
    builders.sign_in(client, someone)
    builders.sign_in_again(client, someone)
    states = session.scalars(select(UserSession.revoked_at).order_by(UserSession.id)).all()
    assert [each is None for each in states] == [False, True]


def test_signing_out_ends_the_session_on_the_server(app: Flask, client: Browser, someone: User) -> None:
    builders.sign_in(client, someone)
    kept = client.get_cookie("facilitator")
    assert kept is not None
    client.submit(client.get("/compte"), form="/deconnexion")
    client.set_cookie("facilitator", kept.value)
    assert client.get("/compte").status_code == 302


def test_a_closed_session_or_account_opens_nothing(client: Browser, someone: User, session: Session) -> None:
    builders.sign_in(client, someone)
    someone.active = False
    assert client.get("/compte").status_code == 302
    someone.active = True
    assert client.get("/compte").status_code == 200


def test_only_the_hash_of_a_token_is_kept(client: Browser, someone: User, session: Session) -> None:
    builders.sign_in(client, someone)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    row = session.scalars(select(UserSession)).one()
    assert row.token_hash != token and len(row.token_hash) == 64


def test_one_switches_to_another_of_ones_own_roles_only(client: Browser, session: Session) -> None:
    place = builders.territory(session)
    both = builders.user(session, ADMINISTRATOR)
    accounts = builders.accounts
    second = accounts.add_membership(
        session, both, builders.MembershipRole.facilitator, by=None, territory_id=place.id
    )
    other = builders.user(session, ADMINISTRATOR)
    foreign = session.query(builders.Membership.id).filter_by(user_id=other.id).scalar()
    builders.sign_in(client, both)
    page = client.get("/compte")
    answer = client.submit(page, form="/compte/role", button=("membership", str(second.id)))
    assert answer.status_code == 303
    assert client.get("/administration/territoires").status_code == 404
    token = builders.token_in(client.get("/compte"))
    for wrong in (str(foreign), "abc", "", "9" * 30):
        refused = client.post("/compte/role", data={"csrf_token": token, "membership": wrong})
        assert refused.status_code == 422


def test_changing_the_password_ends_the_other_sessions(
    app: Flask, client: Browser, someone: User, session: Session
) -> None:
    builders.sign_in(client, someone)
    other = app.test_client()
    assert isinstance(other, Browser)
    builders.sign_in(other, someone)
    new = {"password": "quatre mots bien choisis", "again": "quatre mots bien choisis"}
    wrong = client.submit(client.get("/compte"), {"present": "pas le bon du tout", **new})
    assert wrong.status_code == 422
    weak = client.submit(
        client.get("/compte"),
        {"present": builders.PASSWORD, "password": "azerty123456", "again": "azerty123456"},
    )
    assert weak.status_code == 422 and "plus employés" in text_of(weak)
    done = client.submit(client.get("/compte"), {"present": builders.PASSWORD, **new})
    assert done.status_code == 303
    assert client.get("/compte").status_code == 200
    assert other.get("/compte").status_code == 302


def test_a_link_to_choose_a_password_serves_once_and_never_by_reading_it(
    client: Browser, someone: User, session: Session
) -> None:
    path = f"/lien/mot-de-passe/{builders.password_link(session, someone)}"
    new = {"password": "quatre mots bien choisis", "again": "quatre mots bien choisis"}
    client.get(path)
    weak = client.submit(client.get(path), {"password": "court", "again": "court"})
    assert weak.status_code == 422
    page = client.get(path)
    assert client.submit(page, new).status_code == 303
    assert client.submit(page, new).status_code == 422
    assert "déjà servi" in text_of(client.get(path))
    assert builders.sign_in(client, someone, new["password"]).status_code == 303


def test_a_cut_link_says_so(client: Browser) -> None:
    refused = client.get("/lien/mot-de-passe/abc")
    assert refused.status_code == 422 and "n’est pas complet" in text_of(refused)
