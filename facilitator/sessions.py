"""Server-side sessions: who is behind a browser’s token, in which of their roles, and until when."""

import datetime
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from facilitator.accounts import Membership, User, UserSession
from facilitator.organisations import Organisation
from facilitator.refusals import Refused
from facilitator.territories import Territory
from facilitator.vocabulary import MembershipRole

IDLE = datetime.timedelta(hours=2)
ABSOLUTE = datetime.timedelta(hours=12)


class SessionRefused(Refused):
    """A session cannot be switched or ended as asked."""


@dataclass(frozen=True)
class Place:
    """One membership, as the header of the pages shows it; an id is 0 where the role has none."""

    id: int
    role: MembershipRole
    territory_id: int
    organisation_id: int
    place: str

    @property
    def label(self) -> str:
        """The role in French."""
        return self.role.label


@dataclass(frozen=True)
class Member:
    """A signed-in visitor, acting in one of their roles (None: an account without any)."""

    user_id: int
    name: str
    email: str
    session_id: int
    membership: Place | None
    memberships: tuple[Place, ...]

    @property
    def role(self) -> MembershipRole | None:
        return self.membership.role if self.membership else None

    @property
    def territory_id(self) -> int:
        """The facilitator’s territory; 0, which no row has, for every other role."""
        return self.membership.territory_id if self.membership else 0

    @property
    def organisation_id(self) -> int:
        """The organisation acted for; 0, which no row has, for administrators and facilitators."""
        return self.membership.organisation_id if self.membership else 0

    @property
    def place(self) -> str:
        return self.membership.place if self.membership else ""


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, user_id: int, *, at: datetime.datetime) -> str:
    """Open a session and give its token, which is stored nowhere; the first membership is chosen."""
    token = secrets.token_urlsafe(32)
    first = session.scalar(
        select(Membership.id).where(Membership.user_id == user_id).order_by(Membership.id).limit(1)
    )
    session.add(
        UserSession(
            token_hash=digest(token),
            user_id=user_id,
            membership_id=first,
            created_at=at,
            expires_at=at + ABSOLUTE,
        )
    )
    return token


def member_of(session: Session, token: str, *, at: datetime.datetime) -> Member | None:
    """Who holds this token, in one select; None when it is unknown, revoked, too old, or of a closed account."""
    rows = session.execute(
        select(UserSession, User, Membership, Territory, Organisation)
        .join(User, User.id == UserSession.user_id)
        .outerjoin(Membership, Membership.user_id == User.id)
        .outerjoin(Territory, Territory.id == Membership.territory_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            UserSession.token_hash == digest(token),
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > at,
            User.active,
        )
        .order_by(Membership.id)
    ).all()
    if not rows:
        return None
    user_session, user = rows[0][0], rows[0][1]
    places = tuple(_place(*row[2:]) for row in rows if row[2] is not None)
    chosen = [each for each in places if each.id == user_session.membership_id] or places
    return Member(
        user_id=user.id,
        name=user.name,
        email=user.email,
        session_id=user_session.id,
        membership=chosen[0] if chosen else None,
        memberships=places,
    )


def _place(membership: Membership, territory: Territory | None, organisation: Organisation | None) -> Place:
    name = territory.name if territory else organisation.label if organisation else ""
    return Place(
        id=membership.id,
        role=MembershipRole(membership.role),
        territory_id=membership.territory_id or 0,
        organisation_id=membership.organisation_id or 0,
        place=name,
    )


def switch(session: Session, member: Member, membership_id: int) -> Place:
    """Act in another of one’s own roles; refuses a membership of somebody else."""
    for place in member.memberships:
        if place.id == membership_id:
            session.execute(
                update(UserSession).where(UserSession.id == member.session_id).values(membership_id=place.id)
            )
            return place
    raise SessionRefused("Ce rôle n’est pas l’un des vôtres. Choisissez-en un dans le menu de votre compte.")


def still_open(session: Session, user_id: int, *, at: datetime.datetime) -> list[UserSession]:
    """The user’s sessions that are neither revoked nor past their limit, newest first."""
    return list(
        session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.revoked_at.is_(None),
                UserSession.expires_at > at,
            )
            .order_by(UserSession.id.desc())
        )
    )


def revoke(session: Session, session_id: int, *, at: datetime.datetime) -> None:
    """End one session at once."""
    _end(session, at, UserSession.id == session_id)


def revoke_all(session: Session, user_id: int, *, at: datetime.datetime, but: int | None = None) -> None:
    """End all the sessions of a user, except one."""
    _end(session, at, UserSession.user_id == user_id, UserSession.id != (but or 0))


def _end(session: Session, at: datetime.datetime, *which: object) -> None:
    session.execute(
        update(UserSession)
        .where(UserSession.revoked_at.is_(None), *which)  # type: ignore[arg-type]
        .values(revoked_at=at)
    )
