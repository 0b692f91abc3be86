"""Facilitators: whom the territory writes to in an organisation."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, contact_changes, contacts, journal
from facilitator.contacts import ContactRefused
from facilitator.db import db
from facilitator.forms.organisations import ContactForm
from facilitator.organisations import Contact, Organisation
from facilitator.refusals import Conflict
from facilitator.web import clock, conflicts, sheets
from facilitator.web.sheets import Sheet

blueprint = Blueprint("contacts", __name__)


def _page_of(organisation_id: int) -> str:
    return url_for("organisations.show", organisation_id=organisation_id)


def _sheet(organisation: Organisation, heading: str, template: str = "facilitators/act.html") -> Sheet:
    back = _page_of(organisation.id)
    return Sheet(
        heading,
        "Enregistrer le contact",
        back,
        ((organisation.label, back), (heading, None)),
        intro="Seul votre territoire voit ses contacts. Le premier que l’on peut joindre reçoit les courriels, le suivant prend le relais.",
        template=template,
    )


@blueprint.route("/organisations/<int:organisation_id>/contacts/nouveau", methods=["GET", "POST"])
def add(organisation_id: int) -> ResponseReturnValue:
    """Note somebody to write to."""
    organisation, form = access.organisation_or_404(organisation_id), ContactForm()

    def verb() -> str:
        member = access.current()
        contacts.add(db.session(), member.territory_id, organisation, by=member.user_id, **form.typed())
        return _page_of(organisation_id)

    return sheets.answer(form, _sheet(organisation, "Ajouter un contact"), verb, "Le contact est ajouté.")


@blueprint.route("/contacts/<int:contact_id>/modifier", methods=["GET", "POST"])
def edit(contact_id: int) -> ResponseReturnValue:
    """Amend a contact; two editors read both versions."""
    contact = access.contact_or_404(contact_id, lock=request.method == "POST")
    form, back = ContactForm(obj=contact), _page_of(contact.organisation_id)
    organisation = access.organisation_or_404(contact.organisation_id)
    template = "facilitators/organisations/contact.html"
    sheet = _sheet(organisation, f"Modifier le contact {contact.name}", template)
    shown = {
        "contact_id": contact.id,
        "version": contact.version,
        "name": contact.name,
        "reachable": contact.reachable,
    }

    def verb() -> str:
        form.check_version(contact)
        contacts.amend(db.session(), contact, by=access.current().user_id, **form.typed())
        return back

    try:
        return sheets.answer(form, sheet, verb, "Le contact est à jour.", contact=shown)
    except Conflict:
        db.session.rollback()
        contact = access.contact_or_404(contact_id)
        current = ContactForm(formdata=None, obj=contact)
        return conflicts.page(form, contact, current, submit="Enregistrer ma version", cancel_url=back)


@blueprint.post("/contacts/<int:contact_id>/ecrire-d-abord")
def put_first(contact_id: int) -> ResponseReturnValue:
    """Letters go to this contact before the others."""
    contact = access.contact_or_404(contact_id, lock=True)
    return sheets.press(
        lambda: contacts.put_first(db.session(), contact, by=access.current().user_id),
        _page_of(contact.organisation_id),
        f"Les courriels vont d’abord à {contact.name}.",
    )


@blueprint.post("/contacts/<int:contact_id>/ecrire-de-nouveau")
def write_again(contact_id: int) -> ResponseReturnValue:
    """The person is back, or the address answers again."""
    contact = access.contact_or_404(contact_id, lock=True)
    return sheets.press(
        lambda: contacts.write_again(db.session(), contact, by=access.current().user_id),
        _page_of(contact.organisation_id),
        f"Les courriels peuvent de nouveau aller à {contact.name}.",
    )


@blueprint.post("/contacts/<int:contact_id>/ne-plus-ecrire")
def leave(contact_id: int) -> ResponseReturnValue:
    """The person left, or letters come back: the next contact gets them."""
    contact = access.contact_or_404(contact_id, lock=True)
    by, on, at = access.current().user_id, clock.today(), journal.now()
    return sheets.press(
        lambda: contact_changes.depart(db.session(), contact, on=on, at=at, by=by),
        _page_of(contact.organisation_id),
        f"Plus aucun courriel ne va à {contact.name}\u00a0; ses liens ne servent plus.",
    )


@blueprint.post("/contacts/<int:contact_id>/retirer")
def remove(contact_id: int) -> ResponseReturnValue:
    """Forget a contact, as it was read: one that changed meanwhile is read again first."""
    contact = access.contact_or_404(contact_id, lock=True)
    return sheets.press(
        lambda: _remove(contact, request.form.get("version", "")),
        _page_of(contact.organisation_id),
        "Le contact est retiré.",
    )


def _remove(contact: Contact, version: str) -> None:
    if version != str(contact.version):
        raise ContactRefused(
            f"Le contact {contact.name} a changé pendant que vous l’aviez ouvert\u00a0: relisez-le avant de le retirer."
        )
    contact_changes.end_links(db.session(), contact, at=journal.now())
    contacts.remove(db.session(), contact, by=access.current().user_id)
