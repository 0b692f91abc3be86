"""Answering from a mailed link, without an account: seeing consumes nothing, the button consumes once."""

from collections.abc import Callable

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, journal, links, placement_letters, placements
from facilitator.contracts import ContractRefused
from facilitator.db import db
from facilitator.forms.answers import ConfirmPlacementForm, DeclineForm
from facilitator.forms.base import TradeForm
from facilitator.links import ActionLink, LinkRefused, LinkUnknown
from facilitator.people import Person
from facilitator.placement_letters import Question
from facilitator.placements import Placement, PlacementRefused
from facilitator.vocabulary import PlacementState
from facilitator.web import clock, placement_answers

blueprint = Blueprint("action_links", __name__, url_prefix="/lien")
ANSWERED = (
    "Cette demande a déjà reçu sa réponse, ou elle a été retirée\u00a0: vous n’avez rien d’autre à faire. "
    "Si la situation a changé, appelez le facilitateur."
)


@blueprint.errorhandler(LinkRefused)
def refused(sentence: LinkRefused) -> ResponseReturnValue:
    """A link that no longer opens anything, and why: 404 when it was cut, 410 when it is over."""
    db.session.rollback()
    status = 404 if isinstance(sentence, LinkUnknown) else 410
    return render_template("links/refused.html", sentence=str(sentence)), status


@blueprint.route("/<token>", methods=["GET", "POST"])
def answer(token: str) -> ResponseReturnValue:
    """The question of one letter, and its form."""
    link, placement, asked = _opened(token)
    form = ConfirmPlacementForm(data=placement_answers.wished(asked))
    if not form.validate_on_submit():
        return _page(token, asked, form, DeclineForm(formdata=None))

    def confirm(person: Person) -> None:
        placements.confirm(
            db.session(),
            placement,
            person,
            form.answer(),
            on=clock.today(),
            by=None,
            on_word_of=link.recipient[:120],
        )

    status = _give(form, link, placement, confirm)
    return _thanks(asked) if status is None else _page(token, asked, form, DeclineForm(formdata=None), status)


@blueprint.post("/<token>/decliner")
def decline(token: str) -> ResponseReturnValue:
    """Say that it is not possible, and why."""
    link, placement, asked = _opened(token)
    form = DeclineForm()
    other = ConfirmPlacementForm(formdata=None, data=placement_answers.wished(asked))
    if not form.validate_on_submit():
        return _page(token, asked, other, form)

    def refuse(person: Person) -> None:
        placements.decline(
            db.session(),
            placement,
            form.reason.data or "",
            on=clock.today(),
            by=None,
            on_word_of=link.recipient[:120],
        )

    status = _give(form, link, placement, refuse)
    return _thanks(asked) if status is None else _page(token, asked, other, form, status)


def _opened(token: str) -> tuple[ActionLink, Placement, Question]:
    session, sending = db.session(), request.method == "POST"
    link = links.find(session, placement_letters.PURPOSE, token, at=journal.now())
    placement, _ = placement_letters.of_link(session, link, lock=sending)
    if placement.state != PlacementState.proposed and not sending:
        raise LinkRefused(ANSWERED)
    return link, placement, placement_letters.question(session, placement.id)


def _give(
    form: TradeForm, link: ActionLink, placement: Placement, act: Callable[[Person], None]
) -> int | None:
    """Use the link up and answer, both or neither; the status of the refusal otherwise."""
    waited = placement.state == PlacementState.proposed
    try:
        links.consume(db.session(), link, at=journal.now())
        act(db.session.get_one(Person, placement.person_id))
        if waited:
            placement_answers.tell_facilitator(placement)
        db.session.commit()
    except (PlacementRefused, ContractRefused) as refusal:
        db.session.rollback()
        form.refuse(refusal)
        return 422 if waited else 409
    return None


def _thanks(asked: Question) -> ResponseReturnValue:
    """What happens next; shown at once, for the link opens nothing any more."""
    access.saw("read", "person", asked.person_id, asked.territory_id)
    return render_template(
        "links/done.html", asked=placement_letters.question(db.session(), asked.placement_id)
    )


def _page(
    token: str,
    asked: Question,
    form: ConfirmPlacementForm,
    declining: DeclineForm,
    status: int | None = None,
) -> ResponseReturnValue:
    wrong = bool(form.errors or declining.errors)
    access.saw("read", "person", asked.person_id, asked.territory_id)
    return (
        render_template(
            "links/placement.html",
            asked=asked,
            name=asked.short_name,
            form=form,
            declining=declining,
            employs=True,
            contracts=[],
            confirm_url=url_for(".answer", token=token),
            decline_url=url_for(".decline", token=token),
            contact_url=url_for("contact_changes.from_placement", token=token),
            crumbs=None,
        ),
        status or (422 if wrong else 200),
    )
