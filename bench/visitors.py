"""People who look at the measured pages: an account for each, signed in by the page."""

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from bench.filling import Filled
from facilitator import accounts
from facilitator.db import db, writing
from facilitator.vocabulary import MembershipRole
from tests.builders import PASSWORD
from tests.forms_in_pages import Browser


@dataclass(frozen=True)
class Visitors:
    """One browser for each audience, without anything that watches or parses."""

    facilitator: FlaskClient
    authority: FlaskClient
    siae: FlaskClient


def sign_in(app: Flask, filled: Filled) -> Visitors:
    """Open the three accounts of a territory."""
    roles = MembershipRole
    return Visitors(
        _browser(app, filled, roles.facilitator, territory_id=filled.territory_id),
        _browser(app, filled, roles.authority, organisation_id=filled.buyer_id),
        _browser(app, filled, roles.siae, organisation_id=filled.siae_id),
    )


def _browser(app: Flask, filled: Filled, role: MembershipRole, **place: int) -> FlaskClient:
    email = f"{role}{filled.territory_id}@bench.example"
    with app.app_context(), writing():
        user = accounts.create_user(db.session(), email, "Camille Fictif", PASSWORD, by=None)
        accounts.add_membership(db.session(), user, role, by=None, **place)
        db.session.commit()
        db.session.remove()
    strict = Browser(app)
    answer = strict.submit(strict.get("/connexion"), {"email": email, "password": PASSWORD})
    cookie = strict.get_cookie("facilitator")
    if answer.status_code != 303 or cookie is None:
        raise RuntimeError(f"{email} could not sign in: {answer.status}")
    plain = FlaskClient(app, use_cookies=True)
    plain.set_cookie("facilitator", cookie.value)
    return plain
