"""Declaring a month, signed in: companies and SIAE, over all their buyers and territories."""

import datetime
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, month_list
from facilitator.db import db
from facilitator.forms.month_returns import month_of
from facilitator.french import month_input
from facilitator.month_drafts import Author
from facilitator.periods import add_months, first_of_month
from facilitator.web import clock, month_pages, month_paste, month_sheets
from facilitator.web.month_pages import Declarant

blueprint = Blueprint("month_returns", __name__, url_prefix="/heures")


@blueprint.get("/mois")
def index() -> ResponseReturnValue:
    """Our months over two quarters: what is still to be said, and since when."""
    today = clock.today()
    this_month = first_of_month(today)
    first = this_month.replace(month=(this_month.month - 1) // 3 * 3 + 1)
    months = [add_months(first, count) for count in range(-3, 3) if add_months(first, count) <= today]
    found = month_list.states(db.session(), _organisation_id(), months, today)
    return render_template(
        "months/index.html", states=found[::-1], usual=add_months(this_month, -1), month_url=_url, today=today
    )


@blueprint.route("/mois/<month>", methods=["GET", "POST"])
def show(month: str) -> ResponseReturnValue:
    """The month; sent, what is certified leaves."""
    who = _declarant(month)
    return month_pages.send(who) if request.method == "POST" else month_pages.show(who)


@blueprint.post("/mois/<month>/brouillon")
def keep(month: str) -> ResponseReturnValue:
    """Keep the draft."""
    return month_pages.keep(_declarant(month))


@blueprint.post("/mois/<month>/reprendre")
def repeat(month: str) -> ResponseReturnValue:
    """Take the hours of the month before."""
    return month_pages.repeat(_declarant(month))


@blueprint.post("/mois/<month>/neant")
def nil(month: str) -> ResponseReturnValue:
    """Say «néant»."""
    return month_pages.nil(_declarant(month))


@blueprint.route("/mois/<month>/coller", methods=["GET", "POST"])
def paste(month: str) -> ResponseReturnValue:
    """Paste from a spreadsheet; what is understood is shown."""
    return month_paste.paste(_declarant(month))


@blueprint.post("/mois/<month>/coller/reporter")
def report(month: str) -> ResponseReturnValue:
    """Put the pasted lines into the draft."""
    return month_paste.report(_declarant(month))


@blueprint.route("/releves/<int:timesheet_id>/corriger", methods=["GET", "POST"])
def correct(timesheet_id: int) -> ResponseReturnValue:
    """Ask for other hours."""
    sheet = month_sheets.of(_organisation_id(), timesheet_id)
    return month_sheets.correct(_of_month(sheet.month), sheet)


@blueprint.route("/releves/<int:timesheet_id>/partager", methods=["GET", "POST"])
def split(timesheet_id: int) -> ResponseReturnValue:
    """Divide a relevé at a limit."""
    sheet = month_sheets.of(_organisation_id(), timesheet_id)
    return month_sheets.split(_of_month(sheet.month), sheet)


def _declarant(text: str) -> Declarant:
    month = month_of(text)
    return _of_month(month) if month else abort(404)


def _organisation_id() -> int:
    return access.current().organisation_id or abort(404)


def _of_month(month: datetime.date) -> Declarant:
    member = access.current()

    def url(action: str, **values: Any) -> str:
        named = values if "timesheet_id" in values else {"month": month_input(month)}
        return url_for(f"month_returns.{action}", **named)

    return Declarant(
        organisation_id=_organisation_id(),
        month=month,
        by=Author(member.name, user_id=member.user_id),
        name=member.name,
        url=url,
        month_url=_url,
        months_url=url_for("month_returns.index"),
        confirm_url=url_for("hours_to_confirm.signed_in"),
    )


def _url(month: datetime.date) -> str:
    return url_for("month_returns.show", month=month_input(month))
