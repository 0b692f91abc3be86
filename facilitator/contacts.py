"""Whom a territory writes to in an organisation: the directory is shared, the people behind it are not."""

import datetime
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
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
            .order_by(Contact.rank, Contact.id)
        )
    )


def written_to(session: Session, territory_id: int, organisation_id: int) -> Contact | None:
    """The contact who gets the letters: the first, by rank, who can be reached."""
    known = of_organisation(session, territory_id, organisation_id)
    return next((each for each in known if each.reachable), None)


def address_now(
    session: Session, territory_id: int, organisation_id: int, before: str | None = None
) -> str | None:
    """Where to write: the address used before, unless it bounced or its owner left; else the first contact there."""
    known = of_organisation(session, territory_id, organisation_id)
    gone = {each.email.lower() for each in known if each.email and not each.reachable}
    if before and before.lower() not in gone:
        return before
    return next((each.email for each in known if each.reachable), None)


def addresses(
    session: Session, territory_ids: Collection[int] | None = None
) -> dict[tuple[int, int], str | None]:
    """Where each (territory, organisation) that has contacts is written to; None when none can be reached (one select)."""
    query = select(Contact).order_by(Contact.rank, Contact.id)
    if territory_ids is not None:
        query = query.where(Contact.territory_id.in_(set(territory_ids)))
    found: dict[tuple[int, int], str | None] = {}
    for each in session.scalars(query):
        if not (each.email or each.left_on or each.bounced_at):
            continue  # a telephone number says nothing about letters
        key = (each.territory_id, each.organisation_id)
        found[key] = found.get(key) or (each.email if each.reachable else None)
    return found


def lost(session: Session, territory_id: int) -> int:
    """How many organisations have contacts of which none can be reached any more: «contact à trouver» (one select)."""
    return sum(email is None for email in addresses(session, [territory_id]).values())


def unreachable(session: Session, territory_id: int) -> list[Organisation]:
    """Those organisations, by name (two selects)."""
    gone = [key[1] for key, email in addresses(session, [territory_id]).items() if email is None]
    return list(
        session.scalars(select(Organisation).where(Organisation.id.in_(gone)).order_by(Organisation.name))
    )


def of_address(session: Session, email: str) -> list[Contact]:
    """The contacts, in all territories, who have this address."""
    return list(
        session.scalars(
            select(Contact).where(func.lower(Contact.email) == email.lower()).order_by(Contact.id)
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
    fields.setdefault("rank", _last_rank(session, territory_id, organisation.id) + 1)
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
        contact.bounced_at = None  # of the address before
    for name in changed:
        setattr(contact, name, fields[name])
    if changed:
        _note(session, "amend", contact, by, fields=changed)


def put_first(session: Session, contact: Contact, *, by: int | None) -> None:
    """Letters go to this contact before the others of the organisation (twice has one effect)."""
    others = of_organisation(session, contact.territory_id, contact.organisation_id)
    for rank, each in enumerate(sorted(others, key=lambda one: one.id != contact.id), 1):
        each.rank = rank
    _note(session, "put_first", contact, by)


def leave(session: Session, contact: Contact, *, on: datetime.date, by: int | None) -> None:
    """This person is no longer the one to write to: no letter goes there any more."""
    if contact.left_on is None:
        contact.left_on = on
        _note(session, "leave", contact, by)


def write_again(session: Session, contact: Contact, *, by: int | None) -> None:
    """The address answers again, or the person is back: letters may go there."""
    if not contact.reachable:
        contact.left_on = contact.bounced_at = None
        _note(session, "write_again", contact, by)


def bounced(session: Session, email: str, *, at: datetime.datetime) -> list[Contact]:
    """The server refused this address for good: letters go to the next contact; gives those concerned."""
    concerned = [each for each in of_address(session, email) if each.bounced_at is None]
    for each in concerned:
        each.bounced_at = at
        _note(session, "bounce", each, None)
    return concerned


def _last_rank(session: Session, territory_id: int, organisation_id: int) -> int:
    known = of_organisation(session, territory_id, organisation_id)
    return max((each.rank for each in known), default=0)


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
