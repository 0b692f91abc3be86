"""One’s own account: role, password, open sessions."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, accounts, journal, passwords, sessions
from facilitator.accounts import User
from facilitator.db import db
from facilitator.forms.accounts import ChangePasswordForm
from facilitator.web import navigation
from facilitator.web.answers import page

blueprint = Blueprint("account", __name__, url_prefix="/compte")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Who one is here, and from which browsers."""
    return _page(ChangePasswordForm())


def _page(form: ChangePasswordForm) -> ResponseReturnValue:
    member = access.current()
    opened = sessions.still_open(db.session(), member.user_id, at=journal.now())
    return page("account/show.html", form, member=member, opened=opened)


@blueprint.post("/mot-de-passe")
def change_password() -> ResponseReturnValue:
    """Change the password; every other session of the account ends."""
    member, form = access.current(), ChangePasswordForm()
    if not form.validate_on_submit():
        return _page(form)
    user = db.session.get_one(User, member.user_id)
    if not passwords.opens(user.password_hash, form.present.data or ""):
        form.refuse("Ce n’est pas votre mot de passe actuel\u00a0; retapez-le.", "present")
        return _page(form)
    try:
        accounts.set_password(db.session(), user, form.password.data or "", by=user.id)
    except passwords.PasswordRefused as refused:
        form.refuse(refused, "password")
        return _page(form)
    sessions.revoke_all(db.session(), user.id, at=journal.now(), but=member.session_id)
    db.session.commit()
    flash("Votre mot de passe est changé\u00a0; vos autres sessions sont fermées.", "done")
    return redirect(url_for(".show"), 303)


@blueprint.post("/sessions/<int:session_id>/fermer")
def revoke_session(session_id: int) -> ResponseReturnValue:
    """End one of one’s own sessions."""
    opened = access.session_or_404(session_id, lock=True)
    sessions.revoke(db.session(), opened.id, at=journal.now())
    db.session.commit()
    flash("La session est fermée.", "done")
    return redirect(url_for(".show"), 303)


@blueprint.post("/role")
def switch() -> ResponseReturnValue:
    """Act in another of one’s own roles."""
    chosen = request.form.get("membership", "")
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    place = sessions.switch(db.session(), access.current(), number)
    db.session.commit()
    return redirect(url_for(navigation.home_of(place.role)), 303)
