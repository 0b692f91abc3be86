"""Contracts (person × employer), linked n–n to the placements that they serve."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from facilitator import journal
from facilitator.db import Hours, Instant, Model, Versioned, one_of, touch
from facilitator.french import date as french_date
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.refusals import Refused
from facilitator.vocabulary import ContractType


class ContractRefused(Refused):
    """A contract cannot be recorded, renewed or ended as asked."""


class Contract(Versioned, Model):
    """A contract of employment; contracts are counted here, never through placements."""

    __tablename__ = "contracts"
    __table_args__ = (
        one_of("type", ContractType),
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint("ended_on >= from_on", name="ended"),
        CheckConstraint("weekly_hours > 0 AND weekly_hours <= 4800", name="weekly_hours"),
        CheckConstraint("renewals >= 0", name="renewals"),
        Index("ix_contracts_person", "person_id", "from_on"),
        Index("ix_contracts_territory", "territory_id", "from_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    type: Mapped[str] = mapped_column(String(20))
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date | None]  # as signed, renewals included
    ended_on: Mapped[datetime.date | None]  # last day, when it stopped before `to_on`
    end_reason: Mapped[str | None] = mapped_column(String(200))
    weekly_hours: Mapped[Decimal] = mapped_column(Hours)
    renewals: Mapped[int] = mapped_column(default=0)
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), unique=True)
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="raise")
    employer: Mapped[Organisation] = relationship(lazy="raise")

    @property
    def last_on(self) -> datetime.date | None:
        """The last day: the real one when it stopped early, else as signed; None while open."""
        return self.ended_on or self.to_on


class PlacementContract(Model):
    """This contract serves this placement."""

    __tablename__ = "placement_contracts"

    placement_id: Mapped[int] = mapped_column(ForeignKey("placements.id"), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), primary_key=True, index=True)


OPEN_ENDED = frozenset({ContractType.cdi, ContractType.cdi_inclusion, ContractType.cdi_interimaire})


def record(
    session: Session,
    person: Person,
    employer_id: int,
    *,
    type: ContractType,
    from_on: datetime.date,
    to_on: datetime.date | None,
    weekly_hours: Decimal,
    by: int | None,
    continues: Contract | None = None,
) -> Contract:
    """Record a contract (weekly hours to 0,01 h); `continues` links a CDI to the CDD that it follows.

    Refuses dates in the wrong order, a fixed-term contract without end, and the same contract twice.
    """
    _check_dates(type, from_on, to_on)
    _refuse_twice(session, person, employer_id, type, from_on)
    if continues is not None:
        _check_continued(continues, person, employer_id, from_on)
    contract = Contract(
        territory_id=person.territory_id,
        person_id=person.id,
        employer_id=employer_id,
        type=type,
        from_on=from_on,
        to_on=to_on,
        weekly_hours=weekly_hours,
        continues_id=continues.id if continues else None,
        renewals=0,
        created_at=journal.now(),
    )
    session.add(contract)
    session.flush()
    touch(session, "contract", contract.id)
    touch(session, "person", person.id)  # the first day worked may open the window
    _note(session, "record_contract", contract, by)
    return contract


def running(
    session: Session,
    person: Person,
    employer_id: int,
    *,
    type: ContractType,
    from_on: datetime.date,
    to_on: datetime.date | None,
    weekly_hours: Decimal,
) -> Contract | None:
    """The contract of exactly these terms that was recorded before and has not been ended."""
    return session.scalar(
        select(Contract).where(
            Contract.person_id == person.id,
            Contract.employer_id == employer_id,
            Contract.type == type,
            Contract.from_on == from_on,
            Contract.to_on.is_not_distinct_from(to_on),
            Contract.weekly_hours == weekly_hours,
            Contract.ended_on.is_(None),
        )
    )


def serve(session: Session, contract: Contract, placement_id: int, *, by: int | None) -> None:
    """Say that this contract serves this placement too (the same link twice has one effect)."""
    if session.get(PlacementContract, (placement_id, contract.id)) is None:
        session.add(PlacementContract(placement_id=placement_id, contract_id=contract.id))
        session.flush()
        touch(session, "contract", contract.id)
        _note(session, "serve_placement", contract, by, placement=placement_id)


def renew(
    session: Session,
    contract: Contract,
    to_on: datetime.date,
    *,
    on: datetime.date,
    by: int | None,
) -> None:
    """Move the end of a fixed-term contract by an avenant signed `on`: same contract, one renewal more."""
    if contract.to_on is None:
        raise ContractRefused(
            "Ce contrat n’a pas de date de fin\u00a0: il n’y a rien à renouveler. Enregistrez plutôt sa fin."
        )
    if to_on <= contract.to_on:
        raise ContractRefused(
            f"Le contrat court déjà jusqu’au {french_date(contract.to_on)}. Choisissez une fin plus tardive."
        )
    if contract.ended_on is not None:
        raise ContractRefused(
            f"Le contrat s’est arrêté le {french_date(contract.ended_on)}. Enregistrez un nouveau contrat."
        )
    before = contract.to_on
    contract.to_on, contract.renewals = to_on, contract.renewals + 1
    touch(session, "contract", contract.id)
    _note(session, "renew", contract, by, signed=str(on), before=str(before), after=str(to_on))


def end(
    session: Session, contract: Contract, ended_on: datetime.date, reason: str, *, by: int | None
) -> None:
    """Record the real last day of a contract, with the reason (the same end twice has one effect)."""
    if ended_on < contract.from_on:
        raise ContractRefused(
            f"Le contrat commence le {french_date(contract.from_on)}\u00a0: il ne peut pas finir avant. Choisissez une fin à partir de ce jour."
        )
    if contract.to_on is not None and ended_on > contract.to_on:
        raise ContractRefused(
            f"Le contrat finit le {french_date(contract.to_on)}. S’il continue, renouvelez-le."
        )
    if (contract.ended_on, contract.end_reason) == (ended_on, reason):
        return
    contract.ended_on, contract.end_reason = ended_on, reason
    touch(session, "contract", contract.id)
    _note(session, "end_contract", contract, by, ended=str(ended_on))


def contracts_of_placements(session: Session, placement_ids: Iterable[int]) -> dict[int, list[Contract]]:
    """The contracts that serve each placement, in order of their start (one select)."""
    found: dict[int, list[Contract]] = {}
    rows = session.execute(
        select(PlacementContract.placement_id, Contract)
        .join(Contract, Contract.id == PlacementContract.contract_id)
        .where(PlacementContract.placement_id.in_(set(placement_ids)))
        .order_by(Contract.from_on, Contract.id)
    )
    for placement_id, contract in rows:
        found.setdefault(placement_id, []).append(contract)
    return found


def _check_dates(type: ContractType, from_on: datetime.date, to_on: datetime.date | None) -> None:
    if to_on is None and type not in OPEN_ENDED:
        raise ContractRefused(
            f"Un contrat de type «\u00a0{type.label}\u00a0» a une date de fin. Indiquez la fin prévue."
        )
    if to_on is not None and type in OPEN_ENDED:
        raise ContractRefused(
            f"Un contrat de type «\u00a0{type.label}\u00a0» n’a pas de date de fin. Laissez la fin vide."
        )
    if to_on is not None and to_on < from_on:
        raise ContractRefused(
            f"La fin du contrat ({french_date(to_on)}) précède son début ({french_date(from_on)})."
            " Corrigez l’une des deux dates."
        )


def _refuse_twice(
    session: Session,
    person: Person,
    employer_id: int,
    type: ContractType,
    from_on: datetime.date,
) -> None:
    same = session.scalar(
        select(Contract.id).where(
            Contract.person_id == person.id,
            Contract.employer_id == employer_id,
            Contract.type == type,
            Contract.from_on == from_on,
        )
    )
    if same is not None:
        raise ContractRefused(
            f"Ce contrat ({type.label} du {french_date(from_on)}) est déjà enregistré chez cet employeur."
            " Rattachez-le à la mise à l’emploi au lieu de le créer de nouveau."
        )


def _check_continued(before: Contract, person: Person, employer_id: int, from_on: datetime.date) -> None:
    if before.person_id != person.id or before.employer_id != employer_id:
        raise ContractRefused(
            "Le contrat prolongé est celui d’une autre personne ou d’un autre employeur. Choisissez le bon."
        )
    if before.last_on is None or before.last_on >= from_on:
        raise ContractRefused("Le contrat précédent court encore à cette date. Enregistrez d’abord sa fin.")


def _note(session: Session, verb: str, contract: Contract, by: int | None, **details: Any) -> None:
    journal.note(session, verb, "contract", contract.id, by=by, territory_id=contract.territory_id, **details)
