"""The same form sent twenty times at once has one effect, and every sender gets the same answer."""

import threading

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.accounts import Submission
from facilitator.territories import Territory
from tests import builders
from tests.forms_in_pages import Browser, form_in

NEW = {"name": "PLIE du Val d’Exemple", "slug": "val-d-exemple", "kind": "plie"}
ADMINISTRATOR = builders.MembershipRole.administrator


def test_twenty_sendings_at_once_have_one_effect(app: Flask, session: Session) -> None:
    client = Browser(app)  # unwatched: the watch follows one request at a time
    someone = builders.user(session, ADMINISTRATOR)
    session.commit()
    builders.sign_in(client, someone)
    session.commit()
    form = form_in(client.get("/administration/territoires/nouveau"), ["slug"])
    data = {**dict(form.form_values()), **NEW}
    cookie = client.get_cookie("facilitator")
    assert cookie is not None
    answers = []

    def send() -> None:
        sender = Browser(app)
        sender.set_cookie("facilitator", cookie.value)
        answer = sender.post("/administration/territoires/nouveau", data=data)
        answers.append((answer.status_code, answer.location))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    territory_id = session.scalars(select(Territory.id)).one()
    where = f"/administration/territoires/{territory_id}/parametres"
    assert answers == [(303, where)] * 20
    assert session.scalar(select(func.count()).select_from(Submission)) == 1


def test_a_refused_sending_gives_its_key_back(client: Browser, session: Session) -> None:
    builders.territory(session, "val-d-exemple")
    builders.sign_in(client, builders.user(session, ADMINISTRATOR))
    page = client.get("/administration/territoires/nouveau")
    refused = client.submit(page, NEW)
    assert refused.status_code == 422
    assert "déjà le nom court" in refused.get_data(as_text=True)
    assert client.submit(refused, {"slug": "autre"}).status_code == 303


def test_somebody_else_with_the_same_key_is_not_answered_for_another(
    app: Flask, client: Browser, session: Session
) -> None:
    builders.sign_in(client, builders.user(session, ADMINISTRATOR))
    page = client.get("/administration/territoires/nouveau")
    key = form_in(page, ["slug"]).fields["submission"]
    assert client.submit(page, NEW).status_code == 303
    other = Browser(app)
    second = builders.user(session, ADMINISTRATOR)
    session.commit()
    builders.sign_in(other, second)
    theirs = other.get("/administration/territoires/nouveau")
    sent = other.submit(theirs, {**NEW, "slug": "le-leur", "submission": key})
    assert sent.status_code == 303
    session.commit()
    assert set(session.scalars(select(Territory.slug))) == {"val-d-exemple", "le-leur"}
