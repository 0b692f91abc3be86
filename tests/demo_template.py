"""The demonstration loaded once per engine, then copied for each test that reads it."""

import datetime
import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask.ctx import AppContext
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from facilitator import create_app, demo
from facilitator.settings import Settings
from tests import postgres

ON = datetime.date(2026, 11, 23)
NAME = "template_of_demo"
_numbers = itertools.count(1)


def console() -> AppContext:
    """The application around the story, which writes letters; it reads no database of its own."""
    settings = Settings(
        instance=Path("/nowhere"), database_url="sqlite://", secret_key="a key for the tests, long and varied"
    )
    return create_app(settings).app_context()


def _told(url: str) -> None:
    """The story as told on its day: a template is made before any test sets the clock."""
    engine = create_engine(url)
    nine = datetime.datetime(ON.year, ON.month, ON.day, 9, tzinfo=datetime.UTC)
    with time_machine.travel(nine, tick=True), console(), Session(engine) as session:
        demo.load(session, 1, ON, lambda sentence: None)
        session.commit()
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the demonstration."""
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    shutil.copyfile(sqlite_template, path)
    _told(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:  # one file to copy: no -wal beside it
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgresql_demo(postgresql: postgres.Server, postgresql_template: str) -> Iterator[str]:
    """A PostgreSQL database that holds the demonstration."""
    with postgresql.database(NAME, postgresql_template) as url:
        _told(url)
        yield NAME


@pytest.fixture(params=["sqlite", "postgresql"])
def demonstrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh copy of the demonstration, on each engine in turn."""
    if request.param == "sqlite":
        path = tmp_path / "demo.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_demo"), path)
        yield f"sqlite:///{path}"
        return
    template: str = request.getfixturevalue("postgresql_demo")
    server: postgres.Server = request.getfixturevalue("postgresql")
    with server.database(f"demo_{os.getpid()}_{next(_numbers)}", template) as url:
        yield url
