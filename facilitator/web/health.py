"""Is the service up? For the machines that watch it: no account, nothing personal."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import facilitator
from facilitator.db import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/sante")
def state() -> tuple[Response, int]:
    """State, version and kind of database; 503 when the database does not answer."""
    answers = _database_answers()
    body = {
        "etat": "ok" if answers else "base injoignable",
        "version": facilitator.__version__,
        "base": db.engine.dialect.name,
    }
    return jsonify(body), 200 if answers else 503


def _database_answers() -> bool:
    try:
        return db.session.scalar(text("SELECT 1")) == 1
    except SQLAlchemyError:
        db.session.rollback()
        return False
