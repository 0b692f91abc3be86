"""The doors: who is signed in, may they come through this one, and what ends with each request."""

from flask import Flask, Response, abort, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin

from facilitator import access, db, journal, sessions
from facilitator.permissions import DOORS, PUBLIC, check_register

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SEEN_AT = "seen_at"
SHOWN_AGAIN = frozenset({409, 422})  # a refused form comes back with what its page shows
login_manager = LoginManager()


class Visitor(UserMixin):
    """What Flask-Login holds: the browser’s token, and the member whom it stands for."""

    def __init__(self, token: str, member: sessions.Member) -> None:
        self.token, self.member = token, member

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader
def load(token: str) -> Visitor | None:
    """Who this is; nobody after two hours without a request (the signed cookie holds that instant)."""
    at = journal.now()
    if at.timestamp() - session.get(SEEN_AT, 0) > sessions.IDLE.total_seconds():
        return None
    member = sessions.member_of(db.db.session(), token, at=at)
    return Visitor(token, member) if member else None


def check_door() -> ResponseReturnValue | None:
    """Send strangers to sign in; a wrong role reads the same 404 as an unknown page."""
    if request.endpoint is None:
        return None  # no such page, or not by this method: the error page says so
    if any("\x00" in value for _, value in request.args.items(multi=True)):
        abort(400)  # PostgreSQL holds no NUL, and nobody types one
    door = DOORS[request.endpoint]
    if door.needs is not PUBLIC:
        member = access.visitor()
        if member is None:
            return _ask_to_sign_in()
        if not door.admits(member.role):
            abort(404)
    if request.method not in SAFE_METHODS:
        db.db.session.rollback()  # the visitor’s own read ends before the write lock is taken
        db.start_writing()
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method in SAFE_METHODS:
        return redirect(url_for("sign_in.sign_in", suite=request.full_path.rstrip("?")))
    flash(
        "Votre session est terminée\u00a0: connectez-vous, puis recommencez. Rien n’a été enregistré.",
        "warning",
    )
    return redirect(url_for("sign_in.sign_in"), 303)


def end_request(response: Response) -> Response:
    """Give back what a refusal wrote, write who was looked at, and note the instant in the cookie."""
    if response.status_code >= 400:
        db.db.session.rollback()
        if response.status_code not in SHOWN_AGAIN:
            g.pop("saw", None)
    if response.status_code >= 500:
        return response  # the database may be what failed: ask it nothing more
    access.write_what_was_seen()
    if request.endpoint not in (None, "static") and access.visitor() is not None:
        session[SEEN_AT] = int(journal.now().timestamp())
    return response


def forget_lock(error: BaseException | None) -> None:
    """The next request of this thread reads with a plain BEGIN."""
    db.stop_writing()


def init_app(app: Flask) -> None:
    """Guard every route; refuses to start when one is not in the register."""
    check_register(rule.endpoint for rule in app.url_map.iter_rules())
    login_manager.init_app(app)
    app.before_request(check_door)
    app.after_request(end_request)
    app.teardown_request(forget_lock)
