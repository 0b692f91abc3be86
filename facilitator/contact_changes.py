"""«Je ne suis plus le bon contact»: the addressee of a link says who is; a stolen link redirects nothing silently."""

import datetime
from collections.abc import Collection, Sequence

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import contacts, followup_letters, followup_requests, journal, links, mails, reminders
from facilitator.awards import Award
from facilitator.db import Instant, Model
from facilitator.links import ActionLink
from facilitator.organisations import Contact, Organisation
from facilitator.placements import Placement
from facilitator.refusals import Refused
from facilitator.territories import Territory
from facilitator.vocabulary import PlacementState

# Mailboxes that anybody opens: the same one says nothing of whom one works for (docs/decisions/005).
OPEN_TO_ALL = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.com",
        "live.fr", "msn.com", "yahoo.com", "yahoo.fr", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr",
        "neuf.fr", "bbox.fr", "laposte.net", "icloud.com", "me.com", "aol.com", "gmx.fr", "gmx.com",
        "proton.me", "protonmail.com", "numericable.fr", "club-internet.fr", "aliceadsl.fr",
    }
)  # fmt: skip
_OPEN = text("decided_on IS NULL")
MOST_OPEN = 3  # proposals that wait for one organisation: a stolen link fills no inbox


class ContactChangeRefused(Refused):
    """The new contact cannot be as said."""


class ContactProposal(Model):
    """A contact named by the holder of a link whose address is elsewhere: a facilitator decides."""

    __tablename__ = "contact_proposals"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="named"),
        CheckConstraint("(decided_on IS NULL) = (accepted IS NULL)", name="decided"),
        Index("ix_contact_proposals_open", "territory_id", "decided_on"),
        # Nobody is proposed twice at once; the email is in lower case.
        Index(
            "uq_contact_proposals_open", "territory_id", "organisation_id", "email", unique=True,
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    old_email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(30))
    proposed_at: Mapped[datetime.datetime] = mapped_column(Instant)
    decided_on: Mapped[datetime.date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    accepted: Mapped[bool | None]


def same_house(old: str, new: str) -> bool:
    """Whether two addresses belong to one organisation, as far as an address tells."""
    domains = {each.rpartition("@")[2].lower() for each in (old, new)}
    return len(domains) == 1 and not domains & OPEN_TO_ALL


def change(
    session: Session,
    link: ActionLink,
    *,
    name: str,
    email: str,
    phone: str | None,
    on: datetime.date,
    at: datetime.datetime,
    base_url: str,
) -> bool:
    """Name the right person; True when done at once (same domain), False when a facilitator has to accept.

    Refuses the address that the link was sent to, and a link that another request has just ended.
    """
    if email.lower() == link.recipient.lower():
        raise ContactChangeRefused(
            "C’est l’adresse à laquelle ce lien a été envoyé. Indiquez celle de la personne qui vous remplace."
        )
    organisation_id = _organisation_of(session, link)
    territory_ids = _territories_of(session, link, organisation_id)
    if not same_house(link.recipient, email):
        _propose(session, link.recipient, organisation_id, territory_ids, name, email, phone, at, base_url)
        return False
    if not links.revoke_these(session, [link.id], at=at):
        raise links.LinkRefused(
            "Ce lien n’est plus valable\u00a0: la personne indiquée vient de recevoir le sien. Vous n’avez rien d’autre à faire."
        )
    for territory_id in territory_ids:
        _replace(session, territory_id, organisation_id, link.recipient, name, email, phone, on, by=None)
    _hand_over(session, organisation_id, territory_ids, link.recipient, email, [link], on, at, base_url)
    _tell(
        session, organisation_id, territory_ids, link.recipient, name, email, "contact_replaced", at, base_url
    )
    _warn_old(session, organisation_id, territory_ids, link.recipient, name, email, at)
    return True


def waiting(session: Session, territory_id: int, organisation_id: int | None = None) -> list[ContactProposal]:
    """The proposals that a facilitator has to decide, the oldest first."""
    query = select(ContactProposal).where(
        ContactProposal.territory_id == territory_id, ContactProposal.decided_on.is_(None)
    )
    if organisation_id is not None:
        query = query.where(ContactProposal.organisation_id == organisation_id)
    return list(session.scalars(query.order_by(ContactProposal.id)))


def accept(
    session: Session,
    proposal: ContactProposal,
    *,
    on: datetime.date,
    at: datetime.datetime,
    base_url: str,
    by: int | None,
) -> None:
    """The person proposed becomes the contact, with new links (twice has one effect)."""
    if _decide(session, proposal, True, on, by):
        _replace(
            session, proposal.territory_id, proposal.organisation_id, proposal.old_email,
            proposal.name, proposal.email, proposal.phone, on, by=by,
        )  # fmt: skip
        territory_ids = [proposal.territory_id]
        _hand_over(
            session, proposal.organisation_id, territory_ids, proposal.old_email, proposal.email, [], on, at, base_url
        )  # fmt: skip


def dismiss(session: Session, proposal: ContactProposal, *, on: datetime.date, by: int | None) -> None:
    """Nothing changes: the contact stays (twice has one effect)."""
    _decide(session, proposal, False, on, by)


def depart(
    session: Session, contact: Contact, *, on: datetime.date, at: datetime.datetime, by: int | None
) -> None:
    """A facilitator learns that this person is not the one any more: no letter, and its links open nothing."""
    contacts.leave(session, contact, on=on, by=by)
    end_links(session, contact, at=at)


def end_links(session: Session, contact: Contact, *, at: datetime.datetime) -> None:
    """The links mailed to a contact for its organisation die with it."""
    if contact.email:
        alive = _links_of(session, contact.organisation_id, [contact.territory_id], contact.email, at)
        links.revoke_these(session, [each.id for each in alive], at=at)


def _decide(
    session: Session, proposal: ContactProposal, accepted: bool, on: datetime.date, by: int | None
) -> bool:
    if proposal.decided_on is not None:
        if proposal.accepted is not accepted:
            raise ContactChangeRefused(
                "Cette proposition a déjà reçu sa réponse. Modifiez le contact lui-même si elle ne convient plus."
            )
        return False
    proposal.decided_on, proposal.decided_by_id, proposal.accepted = on, by, accepted
    _note(session, "accept_contact" if accepted else "dismiss_contact", proposal, by)
    return True


def _propose(
    session: Session,
    old: str,
    organisation_id: int,
    territory_ids: Sequence[int],
    name: str,
    email: str,
    phone: str | None,
    at: datetime.datetime,
    base_url: str,
) -> None:
    """Note the proposal once for each territory, and tell its facilitators; two at once follow each other."""
    session.get_one(Organisation, organisation_id, with_for_update={"key_share": True})
    open_ = {each: waiting(session, each, organisation_id) for each in territory_ids}
    if any(len(each) >= MOST_OPEN for each in open_.values()):
        raise ContactChangeRefused(
            "D’autres personnes ont déjà été proposées et attendent l’accord du facilitateur. Appelez-le."
        )
    new = [
        each
        for each, known in open_.items()
        if email.lower() not in {proposal.email.lower() for proposal in known}
    ]
    for territory_id in new:
        proposal = ContactProposal(
            territory_id=territory_id, organisation_id=organisation_id, old_email=old,
            name=name, email=email.lower(), phone=phone, proposed_at=at,
        )  # fmt: skip
        session.add(proposal)
        session.flush()
        _note(session, "propose_contact", proposal, None)
    _tell(session, organisation_id, new, old, name, email, "contact_proposed", at, base_url)


def _organisation_of(session: Session, link: ActionLink) -> int:
    if link.purpose == links.DECLARE_MONTH:
        return link.thing_id
    if link.purpose == followup_requests.PURPOSE:
        return followup_requests.of_link(session, link).organisation_id
    return session.get_one(Placement, link.thing_id).employer_id


def _territories_of(session: Session, link: ActionLink, organisation_id: int) -> list[int]:
    """The territory of the link; a link over several speaks for those that write to its address.

    Where none does any more, for those where the organisation works; refuses when there is none.
    """
    if link.territory_id is not None:
        return [link.territory_id]
    address = link.recipient.strip().lower()
    won = select(Award.territory_id).where(Award.organisation_id == organisation_id)
    named = won.where(func.lower(func.trim(Award.correspondent_email)) == address)
    known = {
        each.territory_id
        for each in contacts.of_address(session, address)
        if each.organisation_id == organisation_id
    } | set(session.scalars(named.distinct()))
    if not known:
        placed = select(Placement.territory_id).where(
            (Placement.employer_id == organisation_id) | (Placement.host_id == organisation_id)
        )
        known = set(session.scalars(placed.union(won)))
    if not known:
        raise ContactChangeRefused(
            "Plus aucun territoire ne suit d’heures de votre organisation\u00a0: vous n’avez rien à transmettre."
            " En cas de doute, répondez au courriel qui vous a donné ce lien."
        )
    return sorted(known)


def _replace(
    session: Session,
    territory_id: int,
    organisation_id: int,
    old: str,
    name: str,
    email: str,
    phone: str | None,
    on: datetime.date,
    *,
    by: int | None,
) -> Contact:
    """The new contact takes the rank of the old one, who leaves; an address known there is moved up."""
    known = contacts.of_organisation(session, territory_id, organisation_id)
    leaving = next((each for each in known if (each.email or "").lower() == old.lower()), None)
    organisation = session.get_one(Organisation, organisation_id)
    if leaving is None:  # written to as a correspondent: noted, so that no letter goes there again
        leaving = contacts.add(session, territory_id, organisation, name=old[:120], email=old, by=by)
    contacts.leave(session, leaving, on=on, by=by)
    there = next((each for each in known if (each.email or "").lower() == email.lower()), None)
    if there is not None:
        contacts.write_again(session, there, by=by)
        there.rank = leaving.rank
        return there
    return contacts.add(
        session, territory_id, organisation, name=name, email=email, phone=phone, rank=leaving.rank, by=by
    )


def _hand_over(
    session: Session,
    organisation_id: int,
    territory_ids: Collection[int],
    old: str,
    new: str,
    used: Sequence[ActionLink],
    on: datetime.date,
    at: datetime.datetime,
    base_url: str,
) -> None:
    """The links of the old address die; the new one gets its own, in one letter."""
    own = [*used, *_links_of(session, organisation_id, territory_ids, old, at)]
    links.revoke_these(session, [each.id for each in own], at=at)
    asked_of = [each.id for each in own if each.purpose == followup_requests.PURPOSE]
    if asked_of:
        followup_letters.hand_over(session, organisation_id, asked_of, new, on=on, at=at, base_url=base_url)
        own = [each for each in own if each.id not in asked_of]
        if not own:
            return
    months = {each.period_on for each in own if each.period_on}
    ids = {each.thing_id for each in own if not each.period_on}
    asked = session.scalars(
        select(Placement).where(Placement.id.in_(ids), Placement.state == PlacementState.proposed)
    )
    reminders.hand_over(
        session, organisation_id, territory_ids, new,
        months=months, placements=list(asked), on=on, at=at, base_url=base_url,
    )  # fmt: skip


def _links_of(
    session: Session, organisation_id: int, territory_ids: Collection[int], email: str, at: datetime.datetime
) -> list[ActionLink]:
    """The live links of an address for this organisation: its months, and the placements that it employs."""
    alive = [
        each
        for each in links.live_of(session, email, at=at)
        if each.territory_id is None or each.territory_id in territory_ids
    ]
    placements = {each.thing_id for each in alive if each.thing == "placement"}
    employed = set(
        session.scalars(
            select(Placement.id).where(Placement.id.in_(placements), Placement.employer_id == organisation_id)
        )
    )
    asked = followup_requests.links_of(session, organisation_id)
    return [
        each
        for each in alive
        if (each.thing == links.DECLARANT and each.thing_id == organisation_id)
        or (each.thing == "placement" and each.thing_id in employed)
        or each.id in asked
    ]


def _tell(
    session: Session,
    organisation_id: int,
    territory_ids: Collection[int],
    old: str,
    name: str,
    email: str,
    template: str,
    at: datetime.datetime,
    base_url: str,
) -> None:
    """A letter to the facilitators of each territory that has an address."""
    organisation = session.get_one(Organisation, organisation_id)
    verb = "change de contact" if template == "contact_replaced" else "propose un autre contact"
    for territory in session.scalars(
        select(Territory).where(Territory.id.in_(territory_ids)).order_by(Territory.id)
    ):
        if territory.email:
            mails.write(
                session, territory.email, f"{organisation.label} {verb}"[:200], template,
                thing="contact", thing_id=organisation_id, at=at, territory_id=territory.id,
                topics=(("organisation", organisation_id), ("territory", territory.id)),
                organisation=organisation.label, old=old, name=name, email=email,
                link=f"{base_url.rstrip('/')}/organisations/{organisation_id}",
            )  # fmt: skip


def _warn_old(
    session: Session,
    organisation_id: int,
    territory_ids: Sequence[int],
    old: str,
    name: str,
    email: str,
    at: datetime.datetime,
) -> None:
    """Whoever lost a link to somebody learns of it at once."""
    territories = session.scalars(
        select(Territory).where(Territory.id.in_(territory_ids)).order_by(Territory.id)
    )
    organisation = session.get_one(Organisation, organisation_id)
    mails.write(
        session, old, f"{organisation.label}\u00a0: vous n’êtes plus le contact de la clause sociale"[:200],
        "contact_left", thing="contact", thing_id=organisation_id, at=at,
        territory_id=territory_ids[0] if len(territory_ids) == 1 else None,
        topics=[("organisation", organisation_id), *(("territory", each) for each in territory_ids)],
        organisation=organisation.label, name=name, email=email, territories=list(territories),
    )  # fmt: skip


def _note(session: Session, verb: str, proposal: ContactProposal, by: int | None) -> None:
    journal.note(
        session, verb, "contact_proposal", proposal.id, by=by,
        territory_id=proposal.territory_id, organisation=proposal.organisation_id,
    )  # fmt: skip
