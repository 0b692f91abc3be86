"""What became of somebody, answered from a mailed link: seeing consumes nothing, a button consumes once."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, followup_requests, journal, links
from facilitator.db import db
from facilitator.followup_requests import FollowUpRequest, Question
from facilitator.followups import Due, FollowUp, FollowUpRefused
from facilitator.forms.followup_answers import ButtonForm, LinkAnswerForm
from facilitator.links import ActionLink, LinkRefused, LinkUnknown
from facilitator.vocabulary import FollowUpOutcome
from facilitator.web import clock, once

blueprint = Blueprint("followup_answers", __name__)
ANSWERED = (
    "Cette question a déjà reçu sa réponse\u00a0: vous n’avez rien d’autre à faire. "
    "Si vous savez autre chose, appelez le facilitateur."
)
CONTRARY = (
    "Une autre réponse, différente de la vôtre, était déjà enregistrée pour cette date\u00a0: elle reste. Le facilitateur voit"
    " les deux et vous appellera s’il le faut."
)


@dataclass(frozen=True)
class Opened:
    """A link, its question and the follow-up behind it."""

    link: ActionLink
    request: FollowUpRequest
    due: Due
    asked: Question


@blueprint.errorhandler(LinkRefused)
def refused(sentence: LinkRefused) -> ResponseReturnValue:
    """A link that opens nothing any more, and why: 404 when it was cut, 410 when it is over."""
    db.session.rollback()
    status = 404 if isinstance(sentence, LinkUnknown) else 410
    return render_template("links/refused.html", sentence=str(sentence)), status


@blueprint.route("/reponse/<token>", methods=["GET", "POST"])
def answer(token: str) -> ResponseReturnValue:
    """The question about one person, and its form."""
    if again := once.answered():
        return again
    opened = _opened(token)
    form = LinkAnswerForm(opened.asked.voice, opened.asked.reference_on)
    if not form.validate_on_submit():
        return _page(token, opened, form)
    if replay := once.replayed(form):
        return replay
    try:
        links.consume(db.session(), opened.link, at=journal.now())
        taken = followup_requests.answer(
            db.session(), opened.request, opened.due, form.answer(), form.name.data or "", on=clock.today()
        )
    except FollowUpRefused as refusal:
        db.session.rollback()
        form.refuse(refusal)
        return _page(token, _opened(token), form)
    return once.commit(form, url_for(".thanks", dit=None if taken else "autre"))


@blueprint.post("/reponse/<token>/ne-sait-pas")
def unknown(token: str) -> ResponseReturnValue:
    """«Je ne sais pas»."""
    return _press(
        token, lambda one: followup_requests.unknown(db.session(), one, on=clock.today()), "sais-pas"
    )


@blueprint.post("/reponse/<token>/deja-repondu")
def told(token: str) -> ResponseReturnValue:
    """«Je vous ai déjà répondu autrement»."""
    return _press(token, lambda one: followup_requests.told(db.session(), one, on=clock.today()), "deja")


@blueprint.get("/reponse-enregistree")
def thanks() -> ResponseReturnValue:
    """What happens next."""
    return render_template("links/follow_up_done.html", said=request.args.get("dit", ""), contrary=CONTRARY)


def _press(token: str, act: Callable[[FollowUpRequest], None], said: str) -> ResponseReturnValue:
    opened = _opened(token)
    links.consume(db.session(), opened.link, at=journal.now())
    act(opened.request)
    db.session.commit()
    return redirect(url_for(".thanks", dit=said), 303)


def _opened(token: str) -> Opened:
    session, sending = db.session(), request.method == "POST"
    link = links.find(session, followup_requests.PURPOSE, token, at=journal.now())
    asked = followup_requests.of_link(session, link, lock=sending)
    due = followup_requests.due_of(session, asked, clock.today())
    row = session.get_one(FollowUp, asked.follow_up_id)
    if not sending and row.outcome not in (*followup_requests.SILENT, FollowUpOutcome.not_asked):
        raise LinkRefused(ANSWERED)
    return Opened(link, asked, due, followup_requests.question(session, asked, due))


def _page(token: str, opened: Opened, form: LinkAnswerForm) -> ResponseReturnValue:
    access.saw("read", "person", opened.asked.person_id, opened.asked.territory_id)
    return (
        render_template(
            "links/follow_up.html",
            asked=opened.asked,
            form=form,
            pressed=ButtonForm(formdata=None),
            answer_url=url_for(".answer", token=token),
            unknown_url=url_for(".unknown", token=token),
            told_url=url_for(".told", token=token),
            contact_url=url_for("contact_changes.from_follow_up", token=token),
        ),
        422 if form.errors else 200,
    )
