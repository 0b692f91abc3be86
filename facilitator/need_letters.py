"""Letters about needs: published to the referrers and SIAE that the territory chose, answered to who proposed."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import candidates, contacts, mails, need_lists
from facilitator.accounts import Membership, User
from facilitator.candidates import CandidateState, NeedCandidate
from facilitator.needs import Closing, Need, NeedRefused, end, note, refuse_closed
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.territories import Territory
from facilitator.vocabulary import OrganisationRoleName, SiaeKind

NEED, CANDIDATE = "need", "need_candidate"
WRITTEN_TO = (OrganisationRoleName.siae, OrganisationRoleName.referrer)


@dataclass(frozen=True)
class Recipient:
    """An organisation to which a need may be sent, at the territory’s own contact there."""

    organisation_id: int
    organisation: str
    what: str  # «ETTI», «prescripteur»
    email: str
    sent_at: datetime.datetime | None  # the letter of this need that was written already


@dataclass(frozen=True)
class Answer:
    """What the one who proposed reads: a first name and an initial, the answer and its reason."""

    state: CandidateState
    person: str
    reason: str | None


def recipients(session: Session, need: Need) -> list[Recipient]:
    """The referrers and SIAE where the territory has a contact who can be reached, by name (three selects)."""
    known = {
        organisation_id: email
        for (_, organisation_id), email in contacts.addresses(session, [need.territory_id]).items()
        if email
    }
    written = {
        recipient.lower(): at
        for recipient, at in session.execute(
            select(mails.OutboxMail.recipient, func.min(mails.OutboxMail.created_at))
            .where(mails.OutboxMail.thing == NEED, mails.OutboxMail.thing_id == need.id)
            .group_by(mails.OutboxMail.recipient)
        )
    }
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.identifier, OrganisationRole.kind)
        .join(OrganisationRole, OrganisationRole.organisation_id == Organisation.id)
        .where(Organisation.id.in_(known), OrganisationRole.role.in_(WRITTEN_TO))
        .order_by(Organisation.name, Organisation.id, OrganisationRole.kind)
    )
    found: dict[int, Recipient] = {}
    for id_, name, identifier, kind in rows:
        email = known[id_]
        what = kind if kind in set(SiaeKind) else "prescripteur"
        found.setdefault(id_, Recipient(id_, name or identifier, what, email, written.get(email.lower())))
    return list(found.values())


def send(
    session: Session,
    need: Need,
    organisation_ids: Collection[int],
    *,
    on: datetime.date,
    at: datetime.datetime,
    link: str,
    by: int | None,
) -> int:
    """Write the need to these organisations, each once; gives how many letters were written."""
    refuse_closed(need)
    if need.published_on is None:
        raise NeedRefused("Publiez ce besoin avant de l’envoyer.")
    line, territory = need_lists.line(session, need, on), session.get_one(Territory, need.territory_id)
    chosen = [
        each
        for each in recipients(session, need)
        if each.organisation_id in organisation_ids and each.sent_at is None
    ]
    for each in chosen:
        mails.write(
            session,
            each.email,
            f"{territory.name}\u00a0: {need.people}\u00a0× {need.job}, à proposer",
            "need_published",
            thing=NEED,
            thing_id=need.id,
            at=at,
            territory_id=need.territory_id,
            topics=(("lot", need.lot_id), ("organisation", each.organisation_id)),
            line=line,
            rome=need_lists.romes(session, [need]).get(need.rome or ""),
            territory=territory,
            link=link,
        )
    if chosen:
        note(session, "mail", need, by, letters=len(chosen))
    return len(chosen)


def answer(
    session: Session,
    candidate: NeedCandidate,
    need: Need,
    *,
    on: datetime.date,
    at: datetime.datetime,
    link: str,
) -> None:
    """Tell who proposed what the territory says; an answer that has not left gives way to the newest."""
    mails.drop(session, CANDIDATE, candidate.id)
    recipient = _proposer(session, candidate)
    if recipient is None:
        return
    state, territory = CandidateState(candidate.state), session.get_one(Territory, need.territory_id)
    said = Answer(state, f"{candidate.first_name} {candidate.last_name[:1].upper()}.", candidate.reason)
    topics = [("lot", need.lot_id), ("organisation", candidate.organisation_id)]
    if candidate.person_id:
        topics.append(("person", candidate.person_id))
    mails.write(
        session,
        recipient,
        f"{territory.name}\u00a0: {said.person}, {need.job}",
        "candidate_answered",
        thing=CANDIDATE,
        thing_id=candidate.id,
        at=at,
        territory_id=need.territory_id,
        topics=topics,
        said=said,
        line=need_lists.line(session, need, on),
        territory=territory,
        link=link,
    )


def close(
    session: Session,
    need: Need,
    why: Closing,
    words: str | None,
    *,
    on: datetime.date,
    at: datetime.datetime,
    link: str,
    by: int | None,
) -> None:
    """Close a need: whoever still waits gets the reason as an answer, letters that wait never leave."""
    if need.closed_on is not None:
        return
    end(session, need, why, words, on=on, by=by)
    mails.drop(session, NEED, need.id)
    reason = f"Le besoin est clos\u00a0: {need.close_reason}"[:300]
    for candidate in candidates.unanswered(session, need.id):
        candidates.decline(session, candidate, need, reason, on=on, by=by)
        answer(session, candidate, need, on=on, at=at, link=link)


def _proposer(session: Session, candidate: NeedCandidate) -> str | None:
    """The address of who proposed, where that is somebody of the organisation; else the territory’s contact there."""
    own = session.scalar(
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.id == candidate.proposed_by_id,
            User.active,
            Membership.organisation_id == candidate.organisation_id,
        )
        .limit(1)
    )
    return own or contacts.address_now(session, candidate.territory_id, candidate.organisation_id)
