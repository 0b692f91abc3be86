"""SQLite's single writer: those who wait have their turn, and who cannot have it is told so."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from facilitator import db as database_rules
from facilitator.db import db, sqlite_driver, writing
from facilitator.territories import Territory
from facilitator.vocabulary import MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_many_threads_write_one_after_the_other(app: Flask) -> None:
    def write(number: int) -> None:
        with app.app_context(), writing():
            db.session.execute(select(func.count(Territory.id)))
            trade.territory(db.session())
            db.session.commit()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with app.app_context():
        assert db.session.scalar(select(func.count(Territory.id))) == 24


def test_a_writer_that_fails_gives_its_turn_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_rules, "PATIENCE", 0.2)
    for _ in range(3):
        with app.app_context(), writing(), pytest.raises(ZeroDivisionError):
            db.session.execute(text("SELECT 1"))
            raise ZeroDivisionError
    with app.app_context(), writing():
        trade.territory(db.session())
        db.session.commit()
        assert db.session.scalar(select(func.count(Territory.id))) == 1


def test_who_waited_too_long_is_told_to_try_again(client: Browser, session: Session, database: str) -> None:
    builders.sign_in(client, builders.user(session, MembershipRole.administrator))
    page = client.get("/administration/territoires/nouveau")
    typed = {"slug": "ici", "name": "Ici", "kind": "plie"}
    # The same library as the application: two in one process would not see each other’s locks.
    holder = sqlite_driver.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        busy = client.submit(page, typed)
    finally:
        holder.execute("ROLLBACK")
        holder.close()

    assert (busy.status_code, busy.headers.get("Retry-After")) == (503, "5"), busy.text
    assert client.submit(page, typed).status_code == 303
    assert session.scalar(select(func.count(Territory.id))) == 1
