"""Placements (mises à l’emploi): person × lot × employer × host, proposed, confirmed, declined or withdrawn."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from facilitator import contracts, journal
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.db import Hours, Instant, Model, Versioned, one_of, touch
from facilitator.french import date as french_date
from facilitator.lot_dates import execution
from facilitator.markets import Lot
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.people import Person
from facilitator.refusals import Refused
from facilitator.vocabulary import (
    Channel,
    ContractType,
    OrganisationRoleName,
    PlacementMode,
    PlacementState,
)


class PlacementRefused(Refused):
    """A placement cannot be proposed, answered or withdrawn as asked."""


class Placement(Versioned, Model):
    """A person at work for a lot; *under way* and *ended* come from dates, they are not stored."""

    __tablename__ = "placements"
    __table_args__ = (
        Index(
            "uq_placements_live",
            "person_id",
            "lot_id",
            "employer_id",
            "from_on",
            unique=True,
            sqlite_where=text("state IN ('proposed', 'confirmed')"),
            postgresql_where=text("state IN ('proposed', 'confirmed')"),
        ),
        one_of("mode", PlacementMode),
        one_of("state", PlacementState),
        one_of("answer_channel", Channel),
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint("state <> 'declined' OR decline_reason IS NOT NULL", name="declined"),
        Index("ix_placements_lot", "lot_id", "state"),
        Index("ix_placements_employer", "employer_id", "state"),
        Index("ix_placements_territory", "territory_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), index=True)  # whose hours
    employer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)  # EU
    mode: Mapped[str] = mapped_column(String(20))
    rome: Mapped[str | None] = mapped_column(String(5))
    job: Mapped[str | None] = mapped_column(String(200))
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date | None]
    end_reason: Mapped[str | None] = mapped_column(String(200))
    weekly_hours: Mapped[Decimal | None] = mapped_column(Hours)  # as wished in the proposal
    state: Mapped[str] = mapped_column(String(10))
    proposed_on: Mapped[datetime.date]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_on: Mapped[datetime.date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer_channel: Mapped[str | None] = mapped_column(String(20))
    answered_by_name: Mapped[str | None] = mapped_column(String(120))  # on whose word
    decline_reason: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="raise")
    lot: Mapped[Lot] = relationship(lazy="raise")
    award: Mapped[Award] = relationship(lazy="raise")
    employer: Mapped[Organisation] = relationship(lazy="raise", foreign_keys=[employer_id])
    host: Mapped[Organisation] = relationship(lazy="raise", foreign_keys=[host_id])


@dataclass(frozen=True)
class Answer:
    """What an employer answers when it confirms: the contract that it signed (weekly hours to 0,01 h)."""

    type: ContractType
    from_on: datetime.date
    to_on: datetime.date | None
    weekly_hours: Decimal


def propose(
    session: Session,
    person: Person,
    award: Award,
    *,
    employer_id: int,
    mode: PlacementMode,
    from_on: datetime.date,
    on: datetime.date,
    by: int | None,
    to_on: datetime.date | None = None,
    rome: str | None = None,
    job: str | None = None,
    weekly_hours: Decimal | None = None,
) -> Placement:
    """Propose a person to an employer for the lot of an award; the award's company is the host (EU).

    Refuses another territory's person, an employer that cannot act in this mode, dates in the wrong
    order, a start after the lot's end, and the same placement twice.
    """
    if person.territory_id != award.territory_id:
        raise PlacementRefused(
            "Cette personne n’est pas suivie par le territoire de ce lot. Choisissez une personne de ce territoire."
        )
    if to_on is not None and to_on < from_on:
        raise PlacementRefused(
            f"La fin ({french_date(to_on)}) précède le début ({french_date(from_on)}). Corrigez l’une des deux dates."
        )
    _check_employer(session, mode, employer_id, award)
    _check_lot_dates(session, award.lot_id, from_on)
    _refuse_twice(session, person.id, award.lot_id, employer_id, from_on)
    placement = Placement(
        territory_id=award.territory_id,
        person_id=person.id,
        lot_id=award.lot_id,
        award_id=award.id,
        employer_id=employer_id,
        host_id=award.organisation_id,
        mode=mode,
        rome=rome,
        job=job,
        from_on=from_on,
        to_on=to_on,
        weekly_hours=weekly_hours,
        state=PlacementState.proposed,
        proposed_on=on,
        proposed_by_id=by,
        created_at=journal.now(),
    )
    session.add(placement)
    session.flush()
    touch(session, "placement", placement.id)
    _note(session, "propose", placement, by)
    return placement


def confirm(
    session: Session,
    placement: Placement,
    person: Person,
    answer: Answer,
    *,
    on: datetime.date,
    by: int | None,
    channel: Channel = Channel.form,
    on_word_of: str | None = None,
) -> Contract:
    """Confirm with the contract signed; the same answer twice has one effect, a contrary one is refused.

    A contract that this employer recorded before serves this placement too: it is not recorded again. One that
    began before the lot leaves the placement its proposed day.
    """
    if placement.state == PlacementState.confirmed:
        return _same_contract(session, placement, answer)
    _refuse_unless_proposed(placement)
    known = contracts.running(session, person, placement.employer_id, **vars(answer))
    from_on = _first_day(session, placement, answer, known)
    if placement.to_on is not None and from_on > placement.to_on:
        raise PlacementRefused(
            f"La mise à l’emploi est prévue jusqu’au {french_date(placement.to_on)}\u00a0: le contrat doit commencer"
            " avant. Corrigez son début, ou appelez le facilitateur."
        )
    if from_on != placement.from_on:
        _check_lot_dates(session, placement.lot_id, from_on)
        _refuse_twice(session, placement.person_id, placement.lot_id, placement.employer_id, from_on)
    contract = known or contracts.record(session, person, placement.employer_id, **vars(answer), by=by)
    contracts.serve(session, contract, placement.id, by=by)
    placement.from_on = from_on
    mark_confirmed(session, placement, on=on, by=by, channel=channel, on_word_of=on_word_of)
    return contract


def _first_day(
    session: Session, placement: Placement, answer: Answer, known: Contract | None
) -> datetime.date:
    """The contract’s first day; the day proposed where the contract ran before, here or before the lot began."""
    lot_start, _ = execution(session, [placement.lot_id]).get(placement.lot_id, (None, None))
    if known is None and (lot_start is None or answer.from_on >= lot_start):
        return answer.from_on
    if answer.to_on is not None and answer.to_on < placement.from_on:
        raise PlacementRefused(
            f"Ce contrat finit le {french_date(answer.to_on)}, avant le début de la mise à l’emploi"
            f" ({french_date(placement.from_on)}). Indiquez le contrat qui la couvre."
        )
    return max(answer.from_on, placement.from_on)


def serve(
    session: Session, contract: Contract, placement: Placement, *, on: datetime.date, by: int | None
) -> None:
    """Say that a contract serves a placement too, which confirms it; refuses another person’s or employer’s."""
    if (contract.person_id, contract.employer_id) != (placement.person_id, placement.employer_id):
        raise PlacementRefused(
            "Ce contrat est celui d’une autre personne ou d’un autre employeur."
            " Choisissez un contrat de cette mise à l’emploi."
        )
    contracts.serve(session, contract, placement.id, by=by)
    mark_confirmed(session, placement, on=on, by=by, channel=Channel.desk)


def mark_confirmed(
    session: Session,
    placement: Placement,
    *,
    on: datetime.date,
    by: int | None,
    channel: Channel = Channel.form,
    on_word_of: str | None = None,
) -> None:
    """A contract recorded by the employer is a confirmation: note who said so, when and how."""
    if placement.state == PlacementState.confirmed:
        return
    _refuse_unless_proposed(placement)
    placement.state = PlacementState.confirmed
    placement.answered_on, placement.answered_by_id = on, by
    placement.answer_channel, placement.answered_by_name = channel, on_word_of
    touch(session, "placement", placement.id)
    _note(session, "confirm", placement, by, channel=channel)


def decline(
    session: Session,
    placement: Placement,
    reason: str,
    *,
    on: datetime.date,
    by: int | None,
    channel: Channel = Channel.form,
    on_word_of: str | None = None,
) -> None:
    """Decline with a reason; declining twice has one effect, declining what was confirmed is refused."""
    if placement.state == PlacementState.declined:
        return
    _refuse_unless_proposed(placement)
    placement.state, placement.decline_reason = PlacementState.declined, reason
    placement.answered_on, placement.answered_by_id = on, by
    placement.answer_channel, placement.answered_by_name = channel, on_word_of
    touch(session, "placement", placement.id)
    _note(session, "decline", placement, by, channel=channel)


def withdraw(session: Session, placement: Placement, reason: str, *, by: int | None) -> None:
    """Withdraw a proposal that waits (a confirmed placement is ended, not withdrawn)."""
    if placement.state == PlacementState.withdrawn:
        return
    if placement.state != PlacementState.proposed:
        raise PlacementRefused(
            "Cette mise à l’emploi a reçu sa réponse\u00a0: elle ne se retire plus. Enregistrez plutôt sa fin."
        )
    placement.state, placement.end_reason = PlacementState.withdrawn, reason
    touch(session, "placement", placement.id)
    _note(session, "withdraw", placement, by)


def end(session: Session, placement: Placement, to_on: datetime.date, reason: str, *, by: int | None) -> None:
    """Type the last day of a placement, with its reason."""
    if placement.state != PlacementState.confirmed:
        raise PlacementRefused(
            "Seule une mise à l’emploi confirmée peut prendre fin. Retirez plutôt la proposition si elle attend encore."
        )
    if to_on < placement.from_on:
        raise PlacementRefused(
            f"La mise à l’emploi commence le {french_date(placement.from_on)}\u00a0: elle ne peut pas finir avant. Choisissez une fin à partir de ce jour."
        )
    placement.to_on, placement.end_reason = to_on, reason
    touch(session, "placement", placement.id)
    _note(session, "end_placement", placement, by, to=str(to_on))


def _same_contract(session: Session, placement: Placement, answer: Answer) -> Contract:
    for contract in contracts.contracts_of_placements(session, [placement.id]).get(placement.id, []):
        known = Answer(ContractType(contract.type), contract.from_on, contract.to_on, contract.weekly_hours)
        if known == answer:
            return contract
    raise PlacementRefused(
        "Cette mise à l’emploi est déjà confirmée avec d’autres informations. Pour les changer,"
        " écrivez au facilitateur\u00a0: il corrigera le contrat."
    )


def _refuse_unless_proposed(placement: Placement) -> None:
    if placement.state != PlacementState.proposed:
        label = PlacementState(placement.state).label.lower()
        raise PlacementRefused(
            f"Cette mise à l’emploi est déjà {label}\u00a0: la réponse ne change plus. Appelez le facilitateur"
            " si la situation a changé."
        )


def _check_employer(session: Session, mode: PlacementMode, employer_id: int, award: Award) -> None:
    direct = mode == PlacementMode.embauche_directe
    if direct and employer_id != award.organisation_id:
        raise PlacementRefused(
            "En embauche directe, l’employeur est l’entreprise du lot. Choisissez-la, ou changez de mode."
        )
    if direct:
        return
    siae = session.scalar(
        select(OrganisationRole.id).where(
            OrganisationRole.organisation_id == employer_id,
            OrganisationRole.role == OrganisationRoleName.siae,
        )
    )
    if siae is None:
        raise PlacementRefused(
            "Cet employeur n’est pas connu comme structure d’insertion. Choisissez une SIAE, ou l’embauche directe."
        )


def _check_lot_dates(session: Session, lot_id: int, from_on: datetime.date) -> None:
    _, end_on = execution(session, [lot_id]).get(lot_id, (None, None))
    if end_on is not None and from_on > end_on:
        raise PlacementRefused(
            f"Le lot finit le {french_date(end_on)}\u00a0: la mise à l’emploi ne peut pas commencer après. Avancez son début, ou choisissez un autre lot."
        )


def _refuse_twice(
    session: Session, person_id: int, lot_id: int, employer_id: int, from_on: datetime.date
) -> None:
    same = session.scalar(
        select(Placement.id).where(
            Placement.person_id == person_id,
            Placement.lot_id == lot_id,
            Placement.employer_id == employer_id,
            Placement.from_on == from_on,
            Placement.state.in_((PlacementState.proposed, PlacementState.confirmed)),
        )
    )
    if same is not None:
        raise PlacementRefused(
            "Cette personne est déjà proposée à cet employeur, pour ce lot et à cette date."
            " Ouvrez la mise à l’emploi existante."
        )


def _note(session: Session, verb: str, placement: Placement, by: int | None, **details: Any) -> None:
    journal.note(
        session,
        verb,
        "placement",
        placement.id,
        by=by,
        territory_id=placement.territory_id,
        lot_id=placement.lot_id,
        **details,
    )
