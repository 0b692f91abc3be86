"""Facilitators: every letter sent about a lot, an organisation or a person, and what became of it."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, mails, reminders, visibility
from facilitator.db import db
from facilitator.mails import OutboxMail
from facilitator.web import lot_pages

blueprint = Blueprint("letters", __name__)


def about(kind: str, topic_id: int, limit: int = mails.LISTED) -> list[OutboxMail]:
    """The letters of a file that this territory may read, the newest first (one select)."""
    rows = visibility.mails(access.current())
    return list(db.session.scalars(mails.of_topic(rows, kind, topic_id).limit(limit)))


@blueprint.get("/lots/<int:lot_id>/courriers")
def of_lot(lot_id: int) -> ResponseReturnValue:
    """The letters of a lot."""
    lot = lot_pages.lot_or_404(lot_id)
    access.saw("list", "letter", None, lot.territory_id)
    return lot_pages.show("letters", lot, "letters.of_lot", letters=about("lot", lot.id))


@blueprint.get("/organisations/<int:organisation_id>/courriers")
def of_organisation(organisation_id: int) -> ResponseReturnValue:
    """The letters about an organisation, as this territory wrote them."""
    organisation = access.organisation_or_404(organisation_id)
    access.saw("list", "letter", None, access.current().territory_id)
    back = url_for("organisations.show", organisation_id=organisation.id)
    crumbs = [("Marchés", url_for("markets.index")), (organisation.label, back), ("Courriers", None)]
    return _list(f"Courriers – {organisation.label}", crumbs, about("organisation", organisation.id))


@blueprint.get("/personnes/<int:person_id>/courriers")
def of_person(person_id: int) -> ResponseReturnValue:
    """The letters that name a person."""
    person = access.person_or_404(person_id)
    access.saw("read", "person", person.id, person.territory_id)
    back = url_for("people.show", person_id=person.id)
    crumbs = [("Personnes", url_for("people.index")), (person.name, back), ("Courriers", None)]
    return _list(f"Courriers – {person.name}", crumbs, about("person", person.id))


@blueprint.get("/courriers/<int:mail_id>")
def show(mail_id: int) -> ResponseReturnValue:
    """One letter: to whom, when, what became of it, and its text without what its links open."""
    mail = access.mail_or_404(mail_id)
    territory_id = access.current().territory_id
    access.saw("read", "letter", mail.id, territory_id)
    return render_template(
        "facilitators/letters/show.html",
        mail=mail,
        lines=reminders.lines_of(db.session(), mail, territory_id) if mail.territory_id is None else None,
    )


def _list(heading: str, crumbs: list[Any], letters: list[OutboxMail]) -> ResponseReturnValue:
    return render_template("facilitators/letters/index.html", heading=heading, crumbs=crumbs, letters=letters)
