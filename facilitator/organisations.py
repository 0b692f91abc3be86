"""Organisations: buyers, companies, SIAE and referrers, shared by all territories; contacts are not."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.refusals import Refused
from facilitator.vocabulary import IdentifierScheme, OrganisationRoleName


class OrganisationRefused(Refused):
    """An organisation cannot be recorded as asked."""


class Organisation(Versioned, Model):
    """One legal unit or establishment, unique on (scheme, identifier)."""

    __tablename__ = "organisations"
    __table_args__ = (
        UniqueConstraint("scheme", "identifier"),
        one_of("scheme", IdentifierScheme),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(12))
    identifier: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(String(300))  # DECP v2 publishes no name
    legal_category: Mapped[str | None] = mapped_column(String(4))
    naf: Mapped[str | None] = mapped_column(String(6))
    postcode: Mapped[str | None] = mapped_column(String(5))
    city: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    @property
    def label(self) -> str:
        """The name, or the identifier where nobody published a name."""
        return self.name or f"{self.scheme} {self.identifier}"


class OrganisationRole(Model):
    """What an organisation is: one SIRET can be buyer, company and two kinds of SIAE."""

    __tablename__ = "organisation_roles"
    __table_args__ = (
        UniqueConstraint("organisation_id", "role", "kind"),
        one_of("role", OrganisationRoleName),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[str] = mapped_column(String(12), index=True)
    kind: Mapped[str] = mapped_column(String(24), default="")  # category or SIAE kind; "" = none


class Contact(Versioned, Model):
    """Whom one territory writes to in an organisation."""

    __tablename__ = "contacts"
    __table_args__ = (CheckConstraint("length(name) > 0", name="named"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(30))
