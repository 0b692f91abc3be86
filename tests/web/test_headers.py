"""The same strict headers on every answer."""

import pytest
from flask import Flask

from tests.conftest import settings_for
from tests.forms_in_pages import Browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/connexion", 200),
        ("GET", "/compte", 302),
        ("GET", "/accessibilite", 200),
        ("GET", "/mentions", 200),
        ("GET", "/sante", 200),
        ("GET", "/static/facilitator.css", 200),
        ("GET", "/static/absent.css", 404),
        ("GET", "/nulle-part", 404),
        ("POST", "/", 405),
        ("POST", "/connexion", 400),
        ("PUT", "/nulle-part", 404),
    ],
)
def test_every_answer_carries_the_policy(client: Browser, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    if not path.startswith("/static"):
        assert answer.headers["Cache-Control"] == "no-store"
    answer.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_crash_is_a_french_page_with_the_same_headers(app: Flask, client: Browser) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def crash() -> str:
        raise ZeroDivisionError

    app.view_functions["public.home"] = crash
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Cela ne vient pas de vous" in answer.get_data(as_text=True)
    assert answer.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_too_heavy_request_is_refused_with_its_page(app: Flask, client: Browser) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/connexion", data={"email": "a" * 2000})
    assert answer.status_code == 413
    assert "trop lourd" in answer.get_data(as_text=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_cookie_is_closed_to_scripts_and_to_other_sites(client: Browser) -> None:
    cookie = client.get("/connexion").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_over_https_the_cookie_is_secure(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from facilitator import create_app

    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    app = create_app(settings_for(url, tmp_path, base_url="https://exemple.fr"))
    answer = app.test_client().get("/connexion", base_url="https://exemple.fr")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-") and "; Secure" in cookie
