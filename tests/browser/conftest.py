"""Fixtures of the browser tests: Debian's Chromium, the demonstration behind a real server, visitors of each role."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
import waitress
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from facilitator import create_app, demo
from facilitator.db import db
from facilitator.vocabulary import MembershipRole
from facilitator.web import clock
from tests.browser.visitors import Site, Visitor
from tests.conftest import NOW, settings_for


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; its absence is a failure, never a skip."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise RuntimeError("Chromium is not installed: `make test` as root installs it, or use apt-get.")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": program, "args": sandbox}


@pytest.fixture(scope="session")
def demonstration(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the demonstration territory, copied for each test."""
    folder = tmp_path_factory.mktemp("demonstration")
    path = folder / "demonstration.sqlite"
    shutil.copyfile(sqlite_template, path)
    app = create_app(settings_for(f"sqlite:///{path}", folder))
    with time_machine.travel(NOW, tick=True), app.app_context():
        try:
            demo.load(db.session(), 1, clock.today(), lambda sentence: None)
            db.session.commit()
        finally:
            db.session.remove()
            db.engine.dispose()
    with sqlite3.connect(path) as connection:  # one file to copy: no -wal beside it
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return path


@pytest.fixture
def database(demonstration: Path, tmp_path: Path) -> str:
    """The demonstration, fresh; what these tests learn does not depend on the engine."""
    path = tmp_path / "test.sqlite"
    shutil.copyfile(demonstration, path)
    return f"sqlite:///{path}"


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The address of the application, served from a thread of this process."""
    server = waitress.create_server(app.wsgi_app, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=5)


@pytest.fixture
def screenshots(pytestconfig: pytest.Config) -> Path:
    """Where journeys leave what they saw, out of the repository's files."""
    folder = pytestconfig.rootpath / "build" / "screenshots"  # the plugin empties test-results
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def site(live_server: str, browser: Browser, screenshots: Path) -> Iterator[Site]:
    """The demonstration behind a real server; at the end no console may have complained."""
    site = Site(live_server, browser, screenshots)
    try:
        yield site
    finally:
        for number, visitor in enumerate(site.visitors, 1):
            visitor.page.screenshot(path=screenshots / f"last-{number}.png")  # where a failed test stopped
            visitor.page.context.close()
    assert [each for visitor in site.visitors for each in visitor.complaints] == []


@pytest.fixture
def facilitator(site: Site) -> Visitor:
    return site.enter(MembershipRole.facilitator)


@pytest.fixture
def aside(app: Flask) -> Iterator[Session]:
    """What a person with the command line would read or write beside the pages."""
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session
