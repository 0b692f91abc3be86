"""One act, one form, one page: show it, do the verb once, commit and go; a refusal is shown in the form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from facilitator.db import db
from facilitator.forms.base import TradeForm
from facilitator.refusals import Conflict, Refused
from facilitator.web import once
from facilitator.web.answers import page


@dataclass(frozen=True)
class Sheet:
    """What stands around the form of an act; texts only, so that it survives a refusal."""

    heading: str
    submit: str
    back: str
    crumbs: Sequence[tuple[str, str | None]] = ()
    facts: Sequence[tuple[str, ...]] = ()
    intro: str = ""
    template: str = "facilitators/act.html"


def answer(
    form: TradeForm, sheet: Sheet, verb: Callable[[], str], done: str, **context: Any
) -> ResponseReturnValue:
    """Show the form; sent and valid, do the verb (which gives the next address) in one transaction."""
    if not form.validate_on_submit():
        return page(sheet.template, form, sheet=sheet, **context)
    if (replay := once.replayed(form)) is not None:
        return replay
    try:
        location = verb()
    except Conflict:
        raise
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return page(sheet.template, form, sheet=sheet, **context)
    flash(done, "done")
    return once.commit(form, location)


def press(verb: Callable[[], object], location: str, done: str) -> ResponseReturnValue:
    """A button without fields: do the verb, commit and go; a refusal is a page of its own, with its status."""
    verb()
    db.session.commit()
    flash(done, "done")
    return redirect(location, 303)
