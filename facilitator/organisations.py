"""Organisations: buyers, companies, SIAE and referrers, shared by all territories; contacts are not."""

import datetime
import re

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    delete,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column
from stdnum.fr import siret as siret_key

from facilitator import journal
from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.labels import Labelled
from facilitator.refusals import Refused
from facilitator.vocabulary import (
    AuthorityCategory,
    IdentifierScheme,
    OrganisationRoleName,
    SiaeKind,
)


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
    """Whom one territory writes to in an organisation: by rank, the first who can be reached."""

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="named"),
        CheckConstraint("rank > 0", name="rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(30))
    rank: Mapped[int] = mapped_column(default=1)
    bounced_at: Mapped[datetime.datetime | None] = mapped_column(Instant)  # refused for good by its server
    left_on: Mapped[datetime.date | None]  # no longer the right person

    @property
    def reachable(self) -> bool:
        """Whether a letter may go there."""
        return bool(self.email) and self.bounced_at is None and self.left_on is None


def find_or_create(session: Session, scheme: str, identifier: str, name: str | None = None) -> Organisation:
    """The organisation of this identifier, made when unknown; a name is added where there was none."""
    identifier = re.sub(r"\s", "", identifier)
    _refuse_wrong_identifier(scheme, identifier)
    found = session.scalar(_of(scheme, identifier))
    if found is None:
        try:
            with session.begin_nested():
                found = Organisation(
                    scheme=scheme, identifier=identifier, name=name, created_at=journal.now()
                )
                session.add(found)
        except IntegrityError:  # somebody recorded it at the same instant
            found = session.scalars(_of(scheme, identifier)).one()
    if name and not found.name:
        found.name = name
    return found


def by_siret(session: Session, siret: str) -> Organisation | None:
    """The organisation of a SIRET, spaces allowed."""
    return session.scalar(_of(IdentifierScheme.SIRET, re.sub(r"\s", "", siret)))


def of_role(session: Session, role: OrganisationRoleName, but: int | None = None) -> list[tuple[str, str]]:
    """Those who play a part, by name, as (id, label); `but` is shown even without it."""
    playing = select(OrganisationRole.organisation_id).where(OrganisationRole.role == role)
    rows = session.scalars(
        select(Organisation).where(or_(Organisation.id.in_(playing), Organisation.id == but))
    )
    return sorted(((str(each.id), each.label) for each in rows), key=lambda each: each[1].casefold())


def add_role(
    session: Session, organisation: Organisation, role: OrganisationRoleName, kind: str = ""
) -> None:
    """Note a part that the organisation plays; twice is once. Refuses a kind that the role does not know."""
    role = OrganisationRoleName(role)
    _refuse_wrong_kind(role, kind)
    row = {"organisation_id": organisation.id, "role": role.value, "kind": kind}
    if session.scalar(select(OrganisationRole.id).filter_by(**row)) is None:
        session.add(OrganisationRole(**row))
        session.flush()


def remove_role(session: Session, organisation: Organisation, role: str, kind: str = "") -> None:
    """Forget a part; what was recorded under it stays."""
    session.execute(
        delete(OrganisationRole).where(
            OrganisationRole.organisation_id == organisation.id,
            OrganisationRole.role == role,
            OrganisationRole.kind == kind,
        )
    )


def roles_of(session: Session, organisation: Organisation) -> list[OrganisationRole]:
    """The parts that an organisation plays."""
    return list(
        session.scalars(
            select(OrganisationRole)
            .where(OrganisationRole.organisation_id == organisation.id)
            .order_by(OrganisationRole.role, OrganisationRole.kind)
        )
    )


def amend(session: Session, organisation: Organisation, *, by: int | None, **fields: str | None) -> None:
    """Change what is known of an organisation; its identifier never changes."""
    changed = sorted(name for name, value in fields.items() if getattr(organisation, name) != value)
    for name in changed:
        setattr(organisation, name, fields[name])
    if changed:
        journal.note(session, "amend", "organisation", organisation.id, by=by, fields=changed)


def search(words: str) -> Select[Organisation]:
    """Organisations whose name holds these words, or whose identifier begins with them."""
    digits = re.sub(r"\s", "", words)
    named = Organisation.name.icontains(words.strip(), autoescape=True)
    return select(Organisation).where(named | Organisation.identifier.startswith(digits, autoescape=True))


def _of(scheme: str, identifier: str) -> Select[Organisation]:
    return select(Organisation).where(Organisation.scheme == scheme, Organisation.identifier == identifier)


def _refuse_wrong_identifier(scheme: str, identifier: str) -> None:
    if scheme not in {each.value for each in IdentifierScheme}:
        raise OrganisationRefused(
            f"Le type d’identifiant «\u00a0{scheme}\u00a0» n’existe pas. Choisissez l’un des types proposés."
        )
    if not 0 < len(identifier) <= 64:
        raise OrganisationRefused(
            "L’identifiant d’une organisation compte de 1 à 64\u00a0caractères. Vérifiez-le."
        )
    if scheme == IdentifierScheme.SIRET and not siret_key.is_valid(identifier):
        raise OrganisationRefused(
            f"Le SIRET {identifier} n’a pas quatorze chiffres avec la bonne clé\u00a0: recopiez-le."
        )


def _refuse_wrong_kind(role: OrganisationRoleName, kind: str) -> None:
    kinds: dict[OrganisationRoleName, type[Labelled]] = {
        OrganisationRoleName.authority: AuthorityCategory,
        OrganisationRoleName.siae: SiaeKind,
    }
    known = {each.value for each in kinds[role]} if role in kinds else set()
    if kind and kind not in known:
        raise OrganisationRefused(
            f"«\u00a0{kind}\u00a0» n’est pas une catégorie de «\u00a0{role.label}\u00a0»."
        )
