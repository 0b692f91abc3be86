"""Accounts: users, what they are members of, their sessions on the server, delays after wrong passwords."""

import datetime
import re

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from facilitator import journal
from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.organisations import Organisation
from facilitator.passwords import hashed, refuse_weak
from facilitator.refusals import Refused
from facilitator.territories import Territory
from facilitator.vocabulary import MembershipRole

LONGEST_NAME = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class AccountRefused(Refused):
    """An account cannot be made or changed as asked."""


class User(Versioned, Model):
    """A person who signs in."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)


class Membership(Model):
    """A role of a user, in one territory or one organisation (an administrator: in neither)."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "territory_id", "organisation_id"),
        one_of("role", MembershipRole),
        CheckConstraint(
            "(role = 'administrator' AND territory_id IS NULL AND organisation_id IS NULL)"
            " OR (role = 'facilitator' AND territory_id IS NOT NULL AND organisation_id IS NULL)"
            " OR (role IN ('authority', 'company', 'siae', 'referrer')"
            " AND territory_id IS NULL AND organisation_id IS NOT NULL)",
            name="place",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(14))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)

    user: Mapped[User] = relationship(lazy="raise")
    territory: Mapped[Territory | None] = relationship(lazy="raise")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")


class UserSession(Model):
    """A signed-in browser: revocable, with an absolute limit; only the hash of its token is kept."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime.datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(Instant)


class SignInDelay(Model):
    """Wrong passwords for one address: the next try waits, the account is never locked."""

    __tablename__ = "sign_in_delays"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the address
    failures: Mapped[int]
    next_try_at: Mapped[datetime.datetime] = mapped_column(Instant)


class Submission(Model):
    """A form that was taken: its random key, so that the same POST replayed has one effect."""

    __tablename__ = "submissions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime.datetime] = mapped_column(Instant, index=True)
    location: Mapped[str] = mapped_column(String(500))


def create_user(
    session: Session,
    email: str,
    name: str,
    password: str | None,
    *,
    by: int | None,
    demo: bool = False,
) -> User:
    """Open an account; without a password it waits for a link. Refuses a known address and a weak password."""
    email = email.strip().lower()
    _refuse_unreadable(email, name)
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise AccountRefused(f"Un compte existe déjà pour {email}\u00a0: ajoutez-lui un rôle.")
    if password is not None:
        refuse_weak(password, email)
    user = User(
        email=email,
        name=name.strip(),
        password_hash=hashed(password) if password is not None else None,
        demo=demo,
        created_at=journal.now(),
    )
    session.add(user)
    session.flush()
    journal.note(session, "create", "user", user.id, by=by)
    return user


def _refuse_unreadable(email: str, name: str) -> None:
    """The console has no form that would have read them first."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) or len(email) > 254 or _CONTROL.search(email):
        raise AccountRefused(
            f"«\u00a0{email[:60]}\u00a0» n’est pas une adresse électronique complète\u00a0; écrivez-la ainsi\u00a0: "
            "prenom.nom@exemple.fr."
        )
    if not name.strip() or len(name) > LONGEST_NAME or _CONTROL.search(name):
        raise AccountRefused(f"Donnez un nom d’une ligne, de {LONGEST_NAME} caractères au plus.")


def set_password(session: Session, user: User, password: str, *, by: int | None) -> None:
    """Give an account its password; refuses a weak one."""
    refuse_weak(password, user.email)
    user.password_hash = hashed(password)
    journal.note(session, "set_password", "user", user.id, by=by)


def amend(session: Session, user: User, *, name: str, email: str, by: int | None) -> None:
    """Change a name or an address; refuses the address of another account."""
    email = email.strip().lower()
    taken = session.scalar(select(User.id).where(User.email == email, User.id != user.id))
    if taken is not None:
        raise AccountRefused(
            f"Un autre compte porte déjà l’adresse {email}. Donnez-en une autre, ou ouvrez ce compte."
        )
    user.name, user.email = name.strip(), email
    journal.note(session, "amend", "user", user.id, by=by)


def deactivate(session: Session, user: User, *, at: datetime.datetime, by: int | None) -> None:
    """Close an account and end its sessions; refuses one’s own, so that an administrator always remains."""
    if by == user.id:
        raise AccountRefused(
            "Vous ne pouvez pas fermer votre propre compte\u00a0: demandez-le à un autre administrateur."
        )
    user.active = False
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user.id, UserSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    journal.note(session, "deactivate", "user", user.id, by=by)


def reactivate(session: Session, user: User, *, by: int | None) -> None:
    """Open a closed account again."""
    user.active = True
    journal.note(session, "reactivate", "user", user.id, by=by)


def add_membership(
    session: Session,
    user: User,
    role: MembershipRole,
    *,
    by: int | None,
    territory_id: int | None = None,
    organisation_id: int | None = None,
) -> Membership:
    """Give a role in its place; refuses a role without the place that it needs, and the same role twice."""
    role = MembershipRole(role)
    _refuse_wrong_place(role, territory_id, organisation_id)
    same = session.scalar(
        select(Membership.id).where(
            Membership.user_id == user.id,
            Membership.role == role.value,
            Membership.territory_id.is_not_distinct_from(territory_id),
            Membership.organisation_id.is_not_distinct_from(organisation_id),
        )
    )
    if same is not None:
        raise AccountRefused(
            f"{user.name} a déjà ce rôle à cet endroit. Choisissez un autre rôle ou un autre lieu."
        )
    membership = Membership(
        user_id=user.id,
        role=role.value,
        territory_id=territory_id,
        organisation_id=organisation_id,
    )
    session.add(membership)
    session.flush()
    journal.note(
        session, "add_membership", "user", user.id, by=by, territory_id=territory_id, role=role.value
    )
    return membership


def remove_membership(session: Session, membership: Membership, *, by: int | None) -> None:
    """Take a role away; refuses one’s own, so that nobody shuts themselves out."""
    if by == membership.user_id:
        raise AccountRefused(
            "Vous ne pouvez pas retirer votre propre rôle\u00a0: demandez-le à un autre administrateur."
        )
    session.execute(
        update(UserSession).where(UserSession.membership_id == membership.id).values(membership_id=None)
    )
    journal.note(
        session,
        "remove_membership",
        "user",
        membership.user_id,
        by=by,
        territory_id=membership.territory_id,
        role=membership.role,
    )
    session.delete(membership)


def has_demo_users(session: Session) -> bool:
    """Whether an account with a published password exists."""
    return session.scalar(select(User.id).where(User.demo).limit(1)) is not None


def _refuse_wrong_place(role: MembershipRole, territory_id: int | None, organisation_id: int | None) -> None:
    wants_territory = role is MembershipRole.facilitator
    wants_organisation = role not in (MembershipRole.facilitator, MembershipRole.administrator)
    if wants_territory != (territory_id is not None):
        raise AccountRefused("Un facilitateur, et lui seul, reçoit son rôle dans un territoire.")
    if wants_organisation != (organisation_id is not None):
        raise AccountRefused(
            "Un donneur d’ordre, une entreprise, une structure d’insertion ou un conseiller référent"
            " reçoit son rôle dans une organisation, et eux seuls."
        )
