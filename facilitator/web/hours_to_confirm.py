"""Hours that the other side declared: confirm them all at once, or contest line by line; signed in or by a link."""

import datetime
from dataclasses import replace
from itertools import groupby

from flask import Blueprint, abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, journal, lines_to_confirm, link_reach, links, second_answers
from facilitator.db import db
from facilitator.forms.second_answers import SecondAnswersForm, as_answered, second_answers_form
from facilitator.french import plural
from facilitator.lines_to_confirm import Line
from facilitator.links import LinkRefused, LinkUnknown
from facilitator.refusals import Refused
from facilitator.second_answers import AnswerTooLate, NotAsked, SecondAnswer, Speaker
from facilitator.web import once

blueprint = Blueprint("hours_to_confirm", __name__)


@blueprint.errorhandler(LinkRefused)
def refused(sentence: LinkRefused) -> ResponseReturnValue:
    """A link that opens nothing any more, and why: 404 when it was cut, 410 when it is over."""
    db.session.rollback()
    status = 404 if isinstance(sentence, LinkUnknown) else 410
    return render_template("links/refused.html", sentence=str(sentence)), status


@blueprint.route("/heures/a-confirmer", methods=["GET", "POST"])
def signed_in() -> ResponseReturnValue:
    """All that waits for our answer, over all buyers and territories."""
    member = access.current()
    return _answer(
        Speaker(member.organisation_id, member.name, user_id=member.user_id), url_for(".signed_in")
    )


@blueprint.route("/declaration/<token>/a-confirmer", methods=["GET", "POST"])
def by_link(token: str) -> ResponseReturnValue:
    """The same for the organisation and the month of a declaration link."""
    link = links.find(db.session(), links.DECLARE_MONTH, token, at=journal.now())
    speaker = Speaker(
        link.thing_id,
        link.recipient[:120],
        link_id=link.id,
        month=link.period_on,
        reach=link_reach.of_link(db.session(), link),
    )
    contact = url_for("contact_changes.from_declaration", token=token)
    return _answer(speaker, url_for(".by_link", token=token), contact)


def _answer(speaker: Speaker, location: str, contact: str | None = None) -> ResponseReturnValue:
    lines = lines_to_confirm.awaiting(
        db.session(), speaker.organisation_id, month=speaker.month, reach=speaker.reach
    )
    form = second_answers_form(lines, named=speaker.link_id is not None)(data=as_answered(lines))
    if not form.validate_on_submit():
        return _page(speaker, form, lines, 422 if form.errors else 200, contact)
    if (replay := once.replayed(form)) is not None:
        return replay
    try:
        written = second_answers.answer(db.session(), form.said(), by=_named(speaker, form), at=journal.now())
    except NotAsked:
        db.session.rollback()
        abort(404)
    except Refused as refusal:
        db.session.rollback()
        form.refuse(refusal, _beside(form, refusal))
        return _page(speaker, form, lines, 409 if isinstance(refusal, AnswerTooLate) else 422, contact)
    flash(_done(written), "done")
    return once.commit(form, location)


def _named(speaker: Speaker, form: SecondAnswersForm) -> Speaker:
    """By a link, the name that was typed; signed in, the account’s."""
    name = form["sender"].data if "sender" in form else speaker.name
    return replace(speaker, name=name)


def _beside(form: SecondAnswersForm, refusal: Refused) -> str:
    field = f"hours_{getattr(refusal, 'share_id', None)}"
    return field if field in form else ""


def _done(written: list[SecondAnswer]) -> str:
    contested = sum(each.contested for each in written)
    confirmed = len(written) - contested
    said = [plural(confirmed, "ligne confirmée", "lignes confirmées")] if confirmed else []
    if contested:
        said.append(plural(contested, "ligne contestée", "lignes contestées"))
    rest = "\u00a0: le facilitateur voit les deux chiffres côte à côte" if contested else ""
    return f"{', '.join(said) or 'Aucune réponse envoyée'}{rest}."


def _page(
    speaker: Speaker, form: SecondAnswersForm, lines: list[Line], status: int, contact: str | None
) -> ResponseReturnValue:
    if lines:
        access.saw("list", "timesheet", None)
    return (
        render_template(
            "hours/to_confirm.html",
            form=form,
            groups=[(key, list(group)) for key, group in groupby(lines, _site)],
            unanswered=sum(line.awaited for line in lines),
            month=speaker.month,
            contact_url=contact,
        ),
        status,
    )


def _site(line: Line) -> tuple[datetime.date, int, str, str]:
    return line.month, line.lot_id, line.site, line.buyer
