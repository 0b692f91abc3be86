"""Each guard of the test house is shown to fail when it must."""

import socket

import pytest
from flask import Flask, render_template_string, request
from jinja2 import UndefinedError
from sqlalchemy import insert

from facilitator.db import db
from facilitator.journal import AccessLogEntry, JournalEntry, now
from tests.forms_in_pages import Browser
from tests.watch import RequestWatch

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def entry() -> dict[str, object]:
    return {"at": now(), "verb": "read", "thing": "person", "thing_id": 1}


def answer(app: Flask, view, methods: tuple[str, ...] = ("GET",)) -> None:  # type: ignore[no-untyped-def]
    """Hang a view on the application, behind no door."""
    app.before_request_funcs.clear()
    app.add_url_rule("/essai", view_func=view, methods=methods)


def bare(app: Flask) -> Browser:
    """A browser with its watch, for an application whose doors were taken off."""
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    client.watch = RequestWatch(app)
    return client


def test_a_get_that_writes_fails(app: Flask) -> None:
    def view() -> str:
        db.session.execute(insert(JournalEntry).values(entry()))
        db.session.commit()
        return ""

    answer(app, view)
    with pytest.raises(AssertionError, match="GET /essai wrote"):
        bare(app).get("/essai")


def test_a_get_may_write_that_somebody_looked(app: Flask) -> None:
    def view() -> str:
        db.session.execute(insert(AccessLogEntry).values(entry()))
        db.session.commit()
        return ""

    answer(app, view)
    assert bare(app).get("/essai").status_code == 200


def test_a_request_that_forgets_to_commit_fails(app: Flask) -> None:
    def view() -> str:
        db.session.execute(insert(JournalEntry).values(entry()))
        return ""

    answer(app, view, ("POST",))
    with pytest.raises(AssertionError, match="without commit"):
        bare(app).post("/essai")


def test_a_request_that_leaves_a_dirty_session_fails(app: Flask) -> None:
    def view() -> str:
        db.session.add(JournalEntry(**entry()))
        return ""

    answer(app, view, ("POST",))
    with pytest.raises(AssertionError, match="dirty session"):
        bare(app).post("/essai")


def test_a_page_that_is_not_valid_html_fails(app: Flask) -> None:
    answer(app, lambda: "<!doctype html><title>Essai</title><p><b>ouvert</p>")
    with pytest.raises(Exception, match=r"(?i)tag|parse"):
        bare(app).get("/essai")


def test_a_misspelt_variable_fails(app: Flask) -> None:
    answer(app, lambda: render_template_string("{{ heurse }}"))
    with pytest.raises(UndefinedError):
        bare(app).get("/essai")


def test_the_network_is_refused(database: str) -> None:
    with pytest.raises(AssertionError, match="called out"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


PAGE = """<!doctype html><html lang="fr"><title>Essai</title><main><form method="post" action="/essai">
<input type="hidden" name="jeton" value="secret"><input name="heures">
<select name="mode"><option value="a">A<option value="b">B</select>
<input type="checkbox" name="public" value="rsa"><input type="checkbox" name="public" value="qpv">
<button name="suite" value="oui">Oui</button></form></main></html>"""


def test_a_form_is_sent_as_it_stands_in_the_page(app: Flask) -> None:
    def view() -> str | dict[str, list[str]]:
        return request.form.to_dict(flat=False) if request.method == "POST" else PAGE

    answer(app, view, ("GET", "POST"))
    client = bare(app)
    page = client.get("/essai")
    sent = client.submit(page, {"heures": "151,67", "mode": "b", "public": ["qpv"]}, button=("suite", "oui"))
    assert sent.json == {
        "jeton": ["secret"],
        "heures": ["151,67"],
        "mode": ["b"],
        "public": ["qpv"],
        "suite": ["oui"],
    }
    with pytest.raises(AssertionError, match="0 forms"):
        client.submit(page, {"inconnu": "1"})
    with pytest.raises(ValueError, match="no option"):
        client.submit(page, {"mode": "c"})
