"""Doing what a valid form asks: once, all of it or nothing, with its sentence."""

from collections.abc import Callable
from typing import TypeVar

from flask import flash, redirect
from werkzeug.wrappers import Response

from facilitator.db import db
from facilitator.forms.base import TradeForm
from facilitator.refusals import Conflict, Refused
from facilitator.web import once

Made = TypeVar("Made")


def do(
    form: TradeForm, act: Callable[[], Made], location: str | Callable[[Made], str], said: str
) -> Response | None:
    """Run a verb and go to `location`; None when the domain refused: nothing is written, the form says why.

    A conflict with another editor goes up: the view shows both versions.
    """
    if answer := once.replayed(form):
        return answer
    try:
        made = act()
    except Conflict:
        db.session.rollback()
        raise
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return None
    answer = once.commit(form, location if isinstance(location, str) else location(made))
    flash(said, "done")
    return answer


def commit(location: str, said: str) -> Response:
    """End a button’s effect: what it did twice has no second effect."""
    db.session.commit()
    flash(said, "done")
    return redirect(location, 303)
