"""Which territories a mailed declaration link opens: the one that sent it, and those that know its address themselves."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, literal, null, select, union_all
from sqlalchemy.orm import Session

from facilitator.accounts import Membership, User
from facilitator.awards import Award
from facilitator.links import ActionLink
from facilitator.organisations import Contact
from facilitator.territories import Reach


def of_link(session: Session, link: ActionLink) -> Reach:
    """The territories whose rows the link opens (one select).

    One page holds all territories of a declarant, but no territory opens the names of another by adding an address:
    each one has that address among its own contacts or correspondents, or it is the account of the organisation.
    """
    email, organisation_id = link.recipient.strip().lower(), link.thing_id
    own = select(literal("account").label("kind"), null().label("territory_id")).where(
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organisation_id == organisation_id, User.email == email, User.active)
        .exists()
    )
    named = select(literal("named"), Award.territory_id).where(
        Award.organisation_id == organisation_id, func.lower(func.trim(Award.correspondent_email)) == email
    )
    left = Contact.left_on.is_not(None) | Contact.bounced_at.is_not(None)
    contact = (Contact.organisation_id == organisation_id) & (func.lower(func.trim(Contact.email)) == email)
    there = select(literal("known"), Contact.territory_id).where(contact, ~left)
    gone = select(literal("gone"), Contact.territory_id).where(contact, left)
    found: dict[str, set[int | None]] = {}
    rows: Iterable[Any] = session.execute(union_all(own, named, there, gone))
    for kind, territory_id in rows:
        found.setdefault(kind, set()).add(territory_id)
    if "account" in found:
        return None
    opened = found.get("known", set()) | (found.get("named", set()) - found.get("gone", set()))
    return frozenset(each for each in (*opened, link.territory_id) if each is not None)
