"""Refusals and failures as French pages, each with its status."""

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from facilitator.db import db
from facilitator.refusals import Conflict, Refused

PAGES = (400, 403, 404, 405, 409, 413, 422, 429)
STALE_FORM = "Le formulaire avait expiré ou venait d’une autre session, par exemple après une déconnexion."
ALREADY_THERE = "Une fiche identique vient d’être enregistrée, peut-être par un second envoi."


def page(status: int, reason: str = "") -> tuple[str, int]:
    """The page of a status, with the sentence that explains this one."""
    return render_template(f"errors/{status}.html", reason=reason), status


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:  # a redirection raised as an exception
        return error.get_response()
    if code >= 500:
        return render_template("errors/500.html"), code
    body, _ = page(code if code in PAGES else 400)
    headers = {"Allow": ", ".join(sorted(error.valid_methods or ()))} if code == 405 else {}  # type: ignore[attr-defined]
    return body, code, headers


def _forged(error: CSRFError) -> ResponseReturnValue:
    return page(400, STALE_FORM)


def _refused(refused: Refused) -> ResponseReturnValue:
    db.session.rollback()
    return page(409 if isinstance(refused, Conflict) else 422, refused.sentence)


def _stale(error: StaleDataError) -> ResponseReturnValue:
    db.session.rollback()
    return page(409)


def _integrity(error: IntegrityError) -> ResponseReturnValue:
    """Two people did the same thing at the same instant: the second is told; the rest is a bug."""
    db.session.rollback()
    if getattr(error.orig, "sqlstate", "") == "23505" or "UNIQUE constraint" in str(error.orig):
        return page(409, ALREADY_THERE)
    raise error


def _busy(error: OperationalError) -> ResponseReturnValue:
    """The database is held by others for too long: nothing was written, the same sending may be tried again."""
    db.session.rollback()
    if getattr(error.orig, "sqlstate", "") == "55P03" or "database is locked" in str(error.orig):
        return render_template("errors/500.html"), 503, {"Retry-After": "5"}
    raise error


def init_app(app: Flask) -> None:
    """Answer every refusal and failure with a page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _busy)
