"""«Je ne suis plus le bon contact»: said from a mailed link, and decided by facilitators when it is only a proposal."""

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, contact_changes, followup_requests, journal, links, placement_letters
from facilitator.contact_changes import ContactChangeRefused
from facilitator.db import db
from facilitator.forms.reminders import NewContactForm
from facilitator.links import ActionLink, LinkRefused, LinkUnknown
from facilitator.web import clock, once, sheets
from facilitator.web.answers import page

blueprint = Blueprint("contact_changes", __name__)


@blueprint.errorhandler(LinkRefused)
def refused(sentence: LinkRefused) -> ResponseReturnValue:
    """A link that opens nothing any more, and why: 404 when it was cut, 410 when it is over."""
    db.session.rollback()
    status = 404 if isinstance(sentence, LinkUnknown) else 410
    return render_template("links/refused.html", sentence=str(sentence)), status


@blueprint.route("/declaration/<token>/contact", methods=["GET", "POST"])
def from_declaration(token: str) -> ResponseReturnValue:
    """From the page of a month."""
    return _answer(links.DECLARE_MONTH, token)


@blueprint.route("/lien/<token>/contact", methods=["GET", "POST"])
def from_placement(token: str) -> ResponseReturnValue:
    """From the page of a proposed placement."""
    return _answer(placement_letters.PURPOSE, token)


@blueprint.route("/reponse/<token>/contact", methods=["GET", "POST"])
def from_follow_up(token: str) -> ResponseReturnValue:
    """From the page that asks what became of somebody."""
    return _answer(followup_requests.PURPOSE, token)


@blueprint.get("/contact/merci")
def thanks() -> ResponseReturnValue:
    """What happens next."""
    return render_template("links/contact_done.html", waits="attente" in request.args)


def _answer(purpose: str, token: str) -> ResponseReturnValue:
    form = NewContactForm()
    valid = form.validate_on_submit()
    if valid and (replay := once.replayed(form)):
        return replay
    link = links.find(db.session(), purpose, token, at=journal.now())
    shown = {"recipient": link.recipient, "back": request.path.removesuffix("/contact")}
    if not valid:
        return page("links/contact.html", form, **shown)
    try:
        done = _change(link, form)
    except ContactChangeRefused as refusal:
        db.session.rollback()
        form.refuse(refusal, "email")
        return page("links/contact.html", form, **shown)
    return once.commit(form, url_for(".thanks", attente=None if done else 1))


def _change(link: ActionLink, form: NewContactForm) -> bool:
    return contact_changes.change(
        db.session(),
        link,
        name=form.name.data or "",
        email=form.email.data or "",
        phone=form.phone.data,
        on=clock.today(),
        at=journal.now(),
        base_url=current_app.config["SETTINGS"].base_url,
    )


# Facilitators: one click to accept, one to set aside.


@blueprint.post("/contacts-proposes/<int:proposal_id>/accepter")
def accept(proposal_id: int) -> ResponseReturnValue:
    """The person proposed becomes the contact, with new links."""
    proposal = access.contact_proposal_or_404(proposal_id, lock=True)
    return sheets.press(
        lambda: contact_changes.accept(
            db.session(),
            proposal,
            on=clock.today(),
            at=journal.now(),
            base_url=current_app.config["SETTINGS"].base_url,
            by=access.current().user_id,
        ),
        url_for("organisations.show", organisation_id=proposal.organisation_id),
        f"{proposal.name} est maintenant le contact\u00a0; un courriel lui donne ses liens.",
    )


@blueprint.post("/contacts-proposes/<int:proposal_id>/ecarter")
def dismiss(proposal_id: int) -> ResponseReturnValue:
    """Nothing changes."""
    proposal = access.contact_proposal_or_404(proposal_id, lock=True)
    return sheets.press(
        lambda: contact_changes.dismiss(
            db.session(), proposal, on=clock.today(), by=access.current().user_id
        ),
        url_for("organisations.show", organisation_id=proposal.organisation_id),
        "La proposition est écartée\u00a0: le contact ne change pas.",
    )
