"""Accounts: users, what they are members of, their sessions on the server, delays after wrong passwords."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.organisations import Organisation
from facilitator.refusals import Refused
from facilitator.territories import Territory
from facilitator.vocabulary import MembershipRole


class AccountRefused(Refused):
    """An account cannot be made or changed as asked."""


class User(Versioned, Model):
    """A person who signs in."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
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
