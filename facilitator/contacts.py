"""Whom a territory writes to in an organisation: the directory is shared, the people behind it are not."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal
from facilitator.organisations import Contact, Organisation
from facilitator.refusals import Refused


class ContactRefused(Refused):
    """A contact cannot be recorded as asked."""


def of_organisation(session: Session, territory_id: int, organisation_id: int) -> list[Contact]:
    """The contacts of a territory there, in the order in which letters look for an address."""
    return list(
        session.scalars(
            select(Contact)
            .where(Contact.territory_id == territory_id, Contact.organisation_id == organisation_id)
            .order_by(Contact.id)
        )
    )


def add(
    session: Session,
    territory_id: int,
    organisation: Organisation,
    *,
    name: str,
    by: int | None,
    **fields: Any,
) -> Contact:
    """Note somebody to write to; refuses an address that another contact there already has."""
    _refuse_same_address(session, territory_id, organisation.id, fields.get("email"))
    contact = Contact(territory_id=territory_id, organisation_id=organisation.id, name=name, **fields)
    session.add(contact)
    session.flush()
    _note(session, "add", contact, by)
    return contact


def amend(session: Session, contact: Contact, *, by: int | None, **fields: Any) -> None:
    """Change what is known of a contact; refuses an address that another contact there already has."""
    changed = sorted(name for name, value in fields.items() if getattr(contact, name) != value)
    if "email" in changed:
        _refuse_same_address(session, contact.territory_id, contact.organisation_id, fields["email"])
    for name in changed:
        setattr(contact, name, fields[name])
    if changed:
        _note(session, "amend", contact, by, fields=changed)


def remove(session: Session, contact: Contact, *, by: int | None) -> None:
    """Forget a contact: the letters already sent keep their address."""
    _note(session, "remove", contact, by)
    session.delete(contact)
    session.flush()


def _refuse_same_address(
    session: Session, territory_id: int, organisation_id: int, email: str | None
) -> None:
    for other in of_organisation(session, territory_id, organisation_id) if email else ():
        if other.email == email:
            raise ContactRefused(
                f"{other.name} a déjà l’adresse {email} dans cette organisation."
                " Modifiez ce contact au lieu d’en ajouter un second."
            )


def _note(session: Session, verb: str, contact: Contact, by: int | None, **details: Any) -> None:
    journal.note(
        session,
        verb,
        "contact",
        contact.id,
        by=by,
        territory_id=contact.territory_id,
        organisation=contact.organisation_id,
        **details,
    )
