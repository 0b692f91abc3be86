"""GET /sante: what a watching machine reads."""

from typing import cast

from flask import Flask
from sqlalchemy import Engine, create_engine

import facilitator
from facilitator.db import db
from tests.forms_in_pages import Browser


def test_health_says_state_version_and_kind_of_database(client: Browser, database: str) -> None:
    answer = client.get("/sante")
    assert answer.status_code == 200
    assert answer.json == {
        "etat": "ok",
        "version": facilitator.__version__,
        "base": database.split(":")[0].split("+")[0],
    }


def test_health_says_503_when_the_database_does_not_answer(app: Flask) -> None:
    with app.app_context():
        engines = cast(dict[str | None, Engine], db.engines)
        sound = engines[None]
        nowhere = {
            "sqlite": "sqlite:////nowhere/at/all.sqlite",
            "postgresql": "postgresql+psycopg://nobody@/nothing?host=/nowhere",
        }[sound.dialect.name]
        engines[None] = create_engine(nowhere)
    try:
        answer = app.test_client().get("/sante")
    finally:
        engines[None] = sound
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["etat"] == "base injoignable"
