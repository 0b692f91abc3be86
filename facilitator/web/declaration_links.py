"""Declaring a month from a mailed link, without an account: the link serves until everything is validated."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import journal, link_reach, links
from facilitator.db import db
from facilitator.hours import Timesheet
from facilitator.links import LinkRefused, LinkUnknown
from facilitator.month_drafts import Author
from facilitator.web import month_pages, month_paste, month_sheets
from facilitator.web.month_pages import Declarant

blueprint = Blueprint("declaration_links", __name__, url_prefix="/declaration")


@blueprint.errorhandler(LinkRefused)
def refused(sentence: LinkRefused) -> ResponseReturnValue:
    """A link that opens nothing any more, and why: 404 when it was cut, 410 when it is over."""
    db.session.rollback()
    status = 404 if isinstance(sentence, LinkUnknown) else 410
    return render_template("links/refused.html", sentence=str(sentence)), status


@blueprint.route("/<token>", methods=["GET", "POST"])
def show(token: str) -> ResponseReturnValue:
    """The month of the link; sent, what is certified leaves."""
    who = _opened(token)
    return month_pages.send(who) if request.method == "POST" else month_pages.show(who)


@blueprint.post("/<token>/brouillon")
def keep(token: str) -> ResponseReturnValue:
    """Keep the draft."""
    return month_pages.keep(_opened(token))


@blueprint.post("/<token>/reprendre")
def repeat(token: str) -> ResponseReturnValue:
    """Take the hours of the month before."""
    return month_pages.repeat(_opened(token))


@blueprint.post("/<token>/neant")
def nil(token: str) -> ResponseReturnValue:
    """Say «néant»."""
    return month_pages.nil(_opened(token))


@blueprint.route("/<token>/coller", methods=["GET", "POST"])
def paste(token: str) -> ResponseReturnValue:
    """Paste from a spreadsheet; what is understood is shown."""
    return month_paste.paste(_opened(token))


@blueprint.post("/<token>/coller/reporter")
def report(token: str) -> ResponseReturnValue:
    """Put the pasted lines into the draft."""
    return month_paste.report(_opened(token))


@blueprint.route("/<token>/releves/<int:timesheet_id>/corriger", methods=["GET", "POST"])
def correct(token: str, timesheet_id: int) -> ResponseReturnValue:
    """Ask for other hours."""
    who = _opened(token)
    return month_sheets.correct(who, _sheet(who, timesheet_id))


@blueprint.route("/<token>/releves/<int:timesheet_id>/partager", methods=["GET", "POST"])
def split(token: str, timesheet_id: int) -> ResponseReturnValue:
    """Divide a relevé at a limit."""
    who = _opened(token)
    return month_sheets.split(who, _sheet(who, timesheet_id))


def _opened(token: str) -> Declarant:
    """The declarant of a live link."""
    session = db.session()
    link = links.find(session, links.DECLARE_MONTH, token, at=journal.now())
    assert link.period_on is not None  # CHECK period

    def url(action: str, **values: Any) -> str:
        return url_for(f"declaration_links.{action}", token=token, **values)

    return Declarant(
        organisation_id=link.thing_id,
        month=link.period_on,
        by=Author(link.recipient, link_id=link.id),
        name="",
        url=url,
        month_url=None,
        months_url=None,
        confirm_url=url_for("hours_to_confirm.by_link", token=token),
        contact_url=url_for("contact_changes.from_declaration", token=token),
        reach=link_reach.of_link(session, link),
    )


def _sheet(who: Declarant, timesheet_id: int) -> Timesheet:
    """A relevé of the declarant and of the link’s month."""
    sheet = month_sheets.of(who.organisation_id, timesheet_id)
    month_pages.refuse_closed(who)
    opened = who.reach is None or sheet.territory_id in who.reach
    return sheet if opened and sheet.month == who.month else abort(404)
