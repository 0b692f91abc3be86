"""Fixtures of all tests: a fresh database per test on both engines, a strict browser, no network."""

import datetime
import gc
import itertools
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from facilitator import create_app, schema
from facilitator.db import db
from facilitator.settings import PasswordCost, Settings
from tests import postgres
from tests.demo_template import demonstrated, postgresql_demo, sqlite_demo  # noqa: F401 – fixtures
from tests.forms_in_pages import Browser
from tests.postman import postman  # noqa: F401 – fixture
from tests.watch import RequestWatch

CHEAP = PasswordCost(time=1, memory_kib=8, parallelism=1)
TEMPLATE = "template_of_tests"
NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
_numbers = itertools.count(1)


def settings_for(url: str, instance: Path, **others: Any) -> Settings:
    """The settings of a test: its own database, cheap passwords."""
    return Settings(
        instance=instance,
        database_url=url,
        secret_key="a key for the tests, long enough and varied",
        password_cost=CHEAP,
        **others,
    )


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Every test lives on one day: what it says of «today» holds in ten years."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine answers: anything else is refused before it leaves."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            self.close()
            raise AssertionError(f"a test called out to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)


def make_schema(url: str, folder: Path) -> None:
    """The schema as users get it: through the migrations."""
    app = create_app(settings_for(url, folder))
    with app.app_context():
        try:
            schema.upgrade()
        finally:
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.sqlite"
    make_schema(f"sqlite:///{path}", folder)
    with sqlite3.connect(path) as connection:  # one file to copy: no -wal beside it
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """One server for the session; absent programs fail loudly."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A migrated PostgreSQL database, copied for each test."""
    with postgresql.database(TEMPLATE) as url:
        make_schema(url, tmp_path_factory.mktemp("postgresql"))
        yield TEMPLATE


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database, on each engine in turn.

    A test that has nothing to learn from the second engine says
    `@pytest.mark.parametrize("database", ["sqlite"], indirect=True)`.
    """
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template: str = request.getfixturevalue("postgresql_template")
    server: postgres.Server = request.getfixturevalue("postgresql")
    with server.database(f"test_{os.getpid()}_{next(_numbers)}", template) as url:
        yield url


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Override in a module to change a setting for its tests."""
    return settings_for(database, tmp_path)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Each test has an application of its own; a template is compiled once for all of them."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def routes_compiled_once() -> Iterator[None]:
    """Each test has an application of its own, of the same routes: what builds an address is compiled once for all.

    werkzeug compiles two functions a route, which took a quarter of the tests’ time.
    """
    compile_builder, known = Rule._compile_builder, {}

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:  # they are written into the function
            return compile_builder(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture
def app(settings: Settings, compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application on the fresh database."""
    app = create_app(settings)
    app.testing = True
    app.jinja_env.bytecode_cache = compiled
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session of the test's own, apart from those of the requests."""
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session


@pytest.fixture
def watch(app: Flask) -> RequestWatch:
    """What requests do to the database; `watch.selects` counts the last one's queries."""
    return RequestWatch(app)


@pytest.fixture
def client(app: Flask, session: Session, watch: RequestWatch) -> Iterator[Browser]:
    """A strict browser; each request first commits what the test prepared in `session`."""
    app.test_client_class = Browser
    with_cookies = app.test_client()
    assert isinstance(with_cookies, Browser)
    with_cookies.session, with_cookies.watch = session, watch
    yield with_cookies
    watch.complain()


def pytest_collection_finish() -> None:
    """What the imports left stays for good: looking through it again and again took a fifth of the tests’ time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
