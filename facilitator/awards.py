"""Awards: the companies of a lot, alone, in a groupement, or as subcontractors of one another."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from facilitator import journal, organisations
from facilitator.db import Instant, Model, Versioned, one_of
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.refusals import Refused
from facilitator.vocabulary import AwardRole, OrganisationRoleName


class AwardRefused(Refused):
    """A company cannot be given this place on the lot."""


class Award(Versioned, Model):
    """One company’s place on one lot; a subcontractor’s work counts for its parent."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("lot_id", "organisation_id"),
        one_of("role", AwardRole),
        CheckConstraint("parent_id IS NULL OR role = 'sous_traitant'", name="parent"),
        CheckConstraint("role <> 'sous_traitant' OR parent_id IS NOT NULL", name="subcontractor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"))
    role: Mapped[str] = mapped_column(String(14))
    awarded_on: Mapped[datetime.date | None]
    correspondent: Mapped[str | None] = mapped_column(String(120))
    correspondent_email: Mapped[str | None] = mapped_column(String(254))
    correspondent_phone: Mapped[str | None] = mapped_column(String(30))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    lot: Mapped[Lot] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")


def award(
    session: Session,
    lot: Lot,
    organisation: Organisation,
    role: AwardRole,
    *,
    by: int | None,
    parent: Award | None = None,
    awarded_on: datetime.date | None = None,
    correspondent: str | None = None,
    correspondent_email: str | None = None,
    correspondent_phone: str | None = None,
) -> Award:
    """Give a company its place on a lot.

    Refuses the same company twice, a second titulaire or mandataire, and a subcontractor without its parent.
    """
    _check_place(session, lot, organisation, role, parent)
    organisations.add_role(session, organisation, OrganisationRoleName.company)
    place = Award(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        organisation_id=organisation.id,
        parent_id=parent.id if parent else None,
        role=role,
        awarded_on=awarded_on,
        correspondent=correspondent,
        correspondent_email=correspondent_email,
        correspondent_phone=correspondent_phone,
        created_at=journal.now(),
    )
    session.add(place)
    session.flush()
    journal.note(
        session,
        "award",
        "award",
        place.id,
        by=by,
        territory_id=lot.territory_id,
        lot_id=lot.id,
        organisation=organisation.id,
        role=role,
    )
    return place


def of_company(session: Session, lot_id: int, organisation_id: int | None) -> Award | None:
    """The place of a company on a lot."""
    return session.scalar(
        select(Award).where(Award.lot_id == lot_id, Award.organisation_id == organisation_id)
    )


def _check_place(
    session: Session,
    lot: Lot,
    organisation: Organisation,
    role: AwardRole,
    parent: Award | None,
) -> None:
    known = session.execute(select(Award.organisation_id, Award.role).where(Award.lot_id == lot.id)).all()
    if any(each == organisation.id for each, _ in known):
        raise AwardRefused(
            f"{organisation.label} figure déjà parmi les entreprises de ce lot. Modifiez sa ligne."
        )
    if role == AwardRole.sous_traitant and (parent is None or parent.lot_id != lot.id):
        raise AwardRefused("Un sous-traitant travaille pour une entreprise du lot. Choisissez laquelle.")
    if role != AwardRole.sous_traitant and parent is not None:
        raise AwardRefused("Seul un sous-traitant est rattaché à une autre entreprise. Changez son rôle.")
    _check_role(role, {each for _, each in known})


def _check_role(role: AwardRole, others: set[str]) -> None:
    alone, leader = AwardRole.titulaire in others, AwardRole.mandataire in others
    if role == AwardRole.titulaire and (alone or leader or AwardRole.cotraitant in others):
        raise AwardRefused(
            "Ce lot a déjà son titulaire. Dans un groupement, choisissez mandataire ou cotraitant."
        )
    if role == AwardRole.mandataire and (alone or leader):
        raise AwardRefused("Ce lot a déjà un titulaire ou un mandataire. Choisissez cotraitant.")
    if role == AwardRole.cotraitant and alone:
        raise AwardRefused("Le lot a un titulaire seul. Faites-en d’abord le mandataire d’un groupement.")


def amend(session: Session, place: Award, *, by: int | None, role: AwardRole, **fields: object) -> None:
    """Change the role or the correspondent of a company; a subcontractor stays one."""
    role = AwardRole(role)
    if role != place.role:
        if AwardRole.sous_traitant in (role, place.role):
            raise AwardRefused(
                "Un sous-traitant ne change pas de rôle, et une autre entreprise du lot ne le devient pas."
                " Ajoutez plutôt une entreprise au lot."
            )
        others = session.scalars(select(Award.role).where(Award.lot_id == place.lot_id, Award.id != place.id))
        _check_role(role, set(others))
    wanted = {"role": role.value, **fields}
    changed = sorted(name for name, value in wanted.items() if getattr(place, name) != value)
    for name in changed:
        setattr(place, name, wanted[name])
    if changed:
        journal.note(
            session,
            "amend",
            "award",
            place.id,
            by=by,
            territory_id=place.territory_id,
            lot_id=place.lot_id,
            fields=changed,
        )
