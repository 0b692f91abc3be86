"""One submission, one effect: the same POST replayed, or sent twice at once, gets the first one’s answer."""

import hashlib
from collections.abc import Callable

from flask import redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug import Response

from facilitator import access, journal
from facilitator.accounts import Submission
from facilitator.db import db
from facilitator.forms.base import TradeForm


def replayed(form: TradeForm) -> Response | None:
    """Take the form’s key before its effect; when it was taken already, the answer of the first time.

    Call it once the form is valid. The key is written in the transaction of the effect: a second sending waits
    for the first to end, and a refusal gives the key back.
    """
    key = _stored_key(form)
    if key is None:
        return None
    try:
        with db.session.begin_nested():
            member = access.visitor()
            user_id = member.user_id if member else None
            db.session.add(Submission(key=key, user_id=user_id, at=journal.now(), location=""))
    except IntegrityError:
        db.session.rollback()
        location = db.session.scalar(select(Submission.location).where(Submission.key == key))
        return redirect(location or url_for("public.home"), 303)
    return None


def answered() -> Response | None:
    """The answer of the first time, where the form of this request has been sent already.

    Ask it before what the first sending itself makes impossible («déjà validée»).
    """
    key = _stored_key(TradeForm()) if request.method == "POST" else None
    location = db.session.scalar(select(Submission.location).where(Submission.key == key)) if key else None
    return redirect(location, 303) if location else None


def unless_refused(check: Callable[[], None]) -> Response | None:
    """Check before a form is shown or sent, but give a form that was sent already its first answer."""
    again = answered()
    if again is None:
        check()
    return again


def commit(form: TradeForm, location: str) -> Response:
    """Commit the effect with the place where its answer is, and go there."""
    key = _stored_key(form)
    taken = db.session.get(Submission, key) if key else None
    if taken is not None:
        taken.location = location
    db.session.commit()
    return redirect(location, 303)


def _stored_key(form: TradeForm) -> str | None:
    """The key bound to its user, so that nobody learns from another’s."""
    if form.key is None:
        return None
    member = access.visitor()
    return hashlib.sha256(f"{member.user_id if member else 0}:{form.key}".encode()).hexdigest()
