"""Signing in and out, and choosing a password from a link received by mail."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from sqlalchemy import select

from facilitator import access, accounts, french, journal, links, passwords, sessions, sign_in_delays
from facilitator.accounts import User
from facilitator.db import db
from facilitator.forms.accounts import ChoosePasswordForm, SignInForm
from facilitator.web import navigation
from facilitator.web.answers import page
from facilitator.web.guard import SEEN_AT, Visitor

blueprint = Blueprint("sign_in", __name__)

UNKNOWN = (
    "Cette adresse et ce mot de passe ne vont pas ensemble\u00a0: vérifiez-les, "
    "ou demandez à votre administrateur un lien pour choisir un nouveau mot de passe."
)


@blueprint.route("/connexion", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for an address and a password; the answer for an unknown address is the same, and as long to come."""
    if request.method == "GET" and (member := access.visitor()):
        return redirect(url_for(navigation.home_of(member.role)))
    form = SignInForm()
    if not form.validate_on_submit():
        return page("sign_in/sign_in.html", form)
    email = (form.email.data or "").lower()
    wait = _count_try(email)
    if wait:
        form.refuse(_wait_sentence(wait))
        return page("sign_in/sign_in.html", form)[0], 429, {"Retry-After": str(wait)}
    user_id = _judge(email, form.password.data or "")
    if user_id is None:
        form.refuse(UNKNOWN)
        return page("sign_in/sign_in.html", form)
    member = open_session(user_id, email)
    return redirect(local_path(request.args.get("suite")) or url_for(navigation.home_of(member.role)), 303)


def _count_try(email: str) -> int:
    wait = sign_in_delays.count_try(db.session(), email, at=journal.now())
    db.session.commit()
    return wait


def _judge(email: str, password: str) -> int | None:
    """Whose password this is. No transaction is open while the hash is computed."""
    found = db.session.execute(
        select(User.id, User.password_hash).where(User.email == email, User.active)
    ).first()
    db.session.rollback()
    right = passwords.opens(found.password_hash if found else None, password)
    return found.id if found and right else None


def open_session(user_id: int, email: str) -> sessions.Member:
    """Begin a new session in this browser: whatever the old one held is thrown away."""
    at, before = journal.now(), access.visitor()
    if before is not None:
        sessions.revoke(db.session(), before.session_id, at=at)
    sign_in_delays.forget_tries(db.session(), email)
    token = sessions.begin(db.session(), user_id, at=at)
    db.session.commit()
    member = sessions.member_of(db.session(), token, at=at)
    assert member is not None
    session.clear()
    session[SEEN_AT] = int(at.timestamp())
    login_user(Visitor(token, member))
    return member


def _wait_sentence(seconds: int) -> str:
    left = french.plural(seconds, "seconde") if seconds < 120 else french.plural(-(-seconds // 60), "minute")
    return (
        f"Trop d’essais pour cette adresse\u00a0: attendez {left}, puis recommencez. "
        "Le compte n’est pas bloqué."
    )


def local_path(target: str | None) -> str | None:
    """The page asked for before signing in, when it is one of ours."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or "\\" in target or any(ord(each) < 33 for each in target):
        return None
    return target


@blueprint.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    """End this session, here and on the server."""
    sessions.revoke(db.session(), access.current().session_id, at=journal.now())
    db.session.commit()
    logout_user()
    session.clear()
    flash("Vous êtes déconnecté.", "done")
    return redirect(url_for("sign_in.sign_in"), 303)


@blueprint.route("/lien/mot-de-passe/<token>", methods=["GET", "POST"])
def choose_password(token: str) -> ResponseReturnValue:
    """Choose a password: seeing the page uses nothing, the button uses the link, once."""
    link = links.find(db.session(), "set_password", token, at=journal.now())
    user = db.session.get_one(User, link.thing_id)
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        try:
            accounts.set_password(db.session(), user, form.password.data or "", by=user.id)
            links.consume(db.session(), link, at=journal.now())
            sessions.revoke_all(db.session(), user.id, at=journal.now())
            sign_in_delays.forget_tries(db.session(), user.email)
            db.session.commit()
        except passwords.PasswordRefused as refused:
            form.refuse(refused, "password")
        else:
            flash("Votre mot de passe est enregistré\u00a0: connectez-vous.", "done")
            return redirect(url_for("sign_in.sign_in"), 303)
    return page("sign_in/choose_password.html", form, email=user.email)
