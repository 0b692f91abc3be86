"""Candidates for a need: proposed by an organisation, answered by the territory, turned into a mise à l’emploi."""

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal, people
from facilitator.db import Model, Versioned, one_of
from facilitator.french import date as french_date
from facilitator.journeys import stays
from facilitator.labels import Labelled
from facilitator.names import normalised
from facilitator.needs import Need, NeedRefused, refuse_closed
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.vocabulary import PlacementState

_LIVE = "state IN ('proposed', 'retained', 'placed')"
LONGEST_NOTE = 300


class CandidateRefused(NeedRefused):
    """A candidate cannot be proposed, answered or placed as asked."""


class CandidateState(Labelled):
    """Where a candidate stands."""

    proposed = "proposed", "À répondre"
    retained = "retained", "Retenue"
    declined = "declined", "Non retenue"
    withdrawn = "withdrawn", "Retirée"
    placed = "placed", "Mise à l’emploi"


class NeedCandidate(Versioned, Model):
    """One person proposed for a need by one organisation; identity as typed until a person of the file is known."""

    __tablename__ = "need_candidates"
    __table_args__ = (
        one_of("state", CandidateState),
        CheckConstraint("person_id IS NOT NULL OR birth_on IS NOT NULL", name="identity"),
        CheckConstraint("state <> 'declined' OR length(reason) > 0", name="declined"),
        CheckConstraint("state <> 'placed' OR placement_id IS NOT NULL", name="placed"),
        Index(
            "uq_need_candidates_live",
            "need_id",
            "organisation_id",
            "search_name",
            "birth_on",
            unique=True,
            sqlite_where=text(_LIVE),
            postgresql_where=text(_LIVE),
        ),
        Index("ix_need_candidates_territory", "territory_id", "state"),
        Index("ix_need_candidates_organisation", "organisation_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))  # who proposes
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    last_name: Mapped[str] = mapped_column(String(80))
    first_name: Mapped[str] = mapped_column(String(80))
    search_name: Mapped[str] = mapped_column(String(170))  # normalised «last first»
    birth_on: Mapped[datetime.date | None]
    note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    state: Mapped[str] = mapped_column(String(10))
    proposed_on: Mapped[datetime.date]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_on: Mapped[datetime.date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None] = mapped_column(String(300))
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placements.id"), unique=True)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name.upper()}"


@dataclass(frozen=True)
class Identity:
    """Somebody whom the territory’s file does not show to the one who proposes."""

    last_name: str
    first_name: str
    birth_on: datetime.date


def propose(
    session: Session,
    need: Need,
    organisation_id: int,
    who: Person | Identity,
    note: str | None,
    *,
    on: datetime.date,
    by: int | None,
) -> NeedCandidate:
    """Propose somebody; refuses a need that is closed or filled, the same person twice, and who is at work there."""
    _refuse_not_open(session, need)
    known = who if isinstance(who, Person) else None
    if known is not None and known.territory_id != need.territory_id:
        raise CandidateRefused("Cette personne n’est pas suivie par le territoire de ce besoin.")
    people.refuse_odd_age(who.birth_on, on)
    search_name = normalised(who.last_name, who.first_name)
    _refuse_twice(session, need, organisation_id, known, search_name, who.birth_on)
    if known is not None:
        _refuse_at_work(session, need, known, on, organisation_id)
    candidate = NeedCandidate(
        territory_id=need.territory_id,
        need_id=need.id,
        organisation_id=organisation_id,
        person_id=known.id if known else None,
        last_name=who.last_name,
        first_name=who.first_name,
        search_name=search_name,
        birth_on=who.birth_on,
        note=note,
        state=CandidateState.proposed,
        proposed_on=on,
        proposed_by_id=by,
    )
    session.add(candidate)
    session.flush()
    _note(session, "propose", candidate, need, by)
    return candidate


def withdraw(
    session: Session, candidate: NeedCandidate, need: Need, *, on: datetime.date, by: int | None
) -> None:
    """The one who proposed takes somebody back; twice has one effect, a mise à l’emploi stays."""
    if candidate.state == CandidateState.withdrawn:
        return
    if candidate.state not in (CandidateState.proposed, CandidateState.retained):
        raise CandidateRefused(
            f"Cette candidature a déjà sa réponse ({_label(candidate)})\u00a0: elle ne se retire plus. Appelez le facilitateur."
        )
    candidate.state, candidate.answered_on, candidate.answered_by_id = CandidateState.withdrawn, on, by
    _note(session, "withdraw", candidate, need, by)


def retain(
    session: Session, candidate: NeedCandidate, need: Need, *, on: datetime.date, by: int | None
) -> bool:
    """Keep somebody for the need; False when that was said already. Refuses another answer given before."""
    if candidate.state == CandidateState.retained:
        return False
    _refuse_unless(candidate, CandidateState.proposed)
    refuse_closed(need)
    if candidate.person_id is not None:
        _refuse_at_work(session, need, session.get_one(Person, candidate.person_id), on, None)
    candidate.state, candidate.answered_on, candidate.answered_by_id = CandidateState.retained, on, by
    _note(session, "retain", candidate, need, by)
    return True


def decline(
    session: Session, candidate: NeedCandidate, need: Need, reason: str, *, on: datetime.date, by: int | None
) -> bool:
    """Say no with a reason, also to somebody retained before; False when that was said already."""
    if candidate.state == CandidateState.declined:
        return False
    _refuse_unless(candidate, CandidateState.proposed, CandidateState.retained)
    candidate.state, candidate.reason = CandidateState.declined, reason
    candidate.answered_on, candidate.answered_by_id = on, by
    _note(session, "decline", candidate, need, by)
    return True


def place(
    session: Session,
    candidate: NeedCandidate,
    need: Need,
    placement: Placement,
    *,
    on: datetime.date,
    by: int | None,
) -> None:
    """Say which mise à l’emploi came of a retained candidate: one place of the need is taken."""
    refuse_unplaceable(session, candidate, need)
    if placement.lot_id != need.lot_id:
        raise CandidateRefused(
            "Cette mise à l’emploi est sur un autre lot que le besoin. Choisissez le lot du besoin."
        )
    if candidate.person_id is not None and placement.person_id != candidate.person_id:
        raise CandidateRefused(
            f"Cette mise à l’emploi n’est pas celle de {candidate.name}. Choisissez la personne proposée."
        )
    candidate.person_id, candidate.placement_id = placement.person_id, placement.id
    candidate.state, candidate.answered_on, candidate.answered_by_id = CandidateState.placed, on, by
    _note(session, "place", candidate, need, by, placement=placement.id)


def refuse_unplaceable(session: Session, candidate: NeedCandidate, need: Need) -> None:
    """Refuse to place somebody who is not retained, or for whom no place is left."""
    _refuse_not_open(session, need)
    if candidate.state != CandidateState.retained and not fell_through(session, candidate):
        raise CandidateRefused(
            f"{candidate.name}\u00a0: candidature {_label(candidate)}. Retenez d’abord la personne, puis mettez-la à l’emploi."
        )


def fell_through(session: Session, candidate: NeedCandidate) -> bool:
    """Whether the mise à l’emploi of somebody placed was declined or withdrawn: the place is free again."""
    if candidate.state != CandidateState.placed:
        return False
    state = session.scalar(select(Placement.state).where(Placement.id == candidate.placement_id))
    return state in (PlacementState.declined, PlacementState.withdrawn)


def filled(session: Session, need_id: int) -> int:
    """How many places of a need are taken (one select)."""
    return (
        session.scalar(
            select(func.count())
            .select_from(NeedCandidate)
            .join(Placement, Placement.id == NeedCandidate.placement_id)
            .where(NeedCandidate.need_id == need_id, taken())
        )
        or 0
    )


def taken() -> ColumnElement[bool]:
    """A place is taken while its mise à l’emploi was neither declined nor withdrawn (join the placement)."""
    return and_(
        NeedCandidate.state == CandidateState.placed,
        Placement.state.in_((PlacementState.proposed, PlacementState.confirmed)),
    )


def unanswered(session: Session, need_id: int) -> list[NeedCandidate]:
    """Those who wait for an answer or for their mise à l’emploi."""
    waiting = (CandidateState.proposed, CandidateState.retained)
    return list(
        session.scalars(
            select(NeedCandidate)
            .where(NeedCandidate.need_id == need_id, NeedCandidate.state.in_(waiting))
            .order_by(NeedCandidate.id)
            .with_for_update()
        )
    )


def _refuse_not_open(session: Session, need: Need) -> None:
    refuse_closed(need)
    if need.published_on is None:
        raise CandidateRefused("Ce besoin n’est pas encore publié\u00a0: publiez-le d’abord.")
    if filled(session, need.id) >= need.people:
        raise CandidateRefused(
            "Ce besoin est pourvu\u00a0: toutes ses places sont prises. Augmentez le nombre demandé, ou choisissez un autre besoin."
        )


def _refuse_twice(
    session: Session,
    need: Need,
    organisation_id: int,
    known: Person | None,
    search_name: str,
    birth_on: datetime.date | None,
) -> None:
    """Each organisation once for each person; it never learns of the proposals of another."""
    same: ColumnElement[bool] = and_(
        NeedCandidate.search_name == search_name, NeedCandidate.birth_on == birth_on
    )
    if known is not None:
        same = or_(same, NeedCandidate.person_id == known.id)
    before = session.scalar(
        select(NeedCandidate)
        .where(
            NeedCandidate.need_id == need.id,
            NeedCandidate.organisation_id == organisation_id,
            NeedCandidate.state != CandidateState.withdrawn,
            same,
        )
        .limit(1)
    )
    if before is not None:
        raise CandidateRefused(
            f"{before.name} est déjà proposé(e) pour ce besoin, depuis le {french_date(before.proposed_on)}"
            f" ({_label(before)}). Une personne se propose une seule fois."
        )


def _refuse_at_work(
    session: Session, need: Need, who: Person, on: datetime.date, organisation_id: int | None
) -> None:
    """Refuse somebody at work on this lot; an organisation is told of what it knows itself only."""
    rows = select(Placement.id).where(
        Placement.person_id == who.id,
        Placement.lot_id == need.lot_id,
        Placement.state == PlacementState.confirmed,
    )
    if organisation_id is not None and who.referrer_id != organisation_id:
        rows = rows.where(Placement.employer_id == organisation_id)
    found = stays(session, session.scalars(rows).all())
    if any(each.days.to_on is None or each.days.to_on >= on for each in found.values()):
        raise CandidateRefused(
            f"{who.name} est déjà à l’emploi sur ce lot. Proposez quelqu’un d’autre, ou prolongez son contrat."
        )


def _refuse_unless(candidate: NeedCandidate, *states: CandidateState) -> None:
    if candidate.state not in states:
        raise CandidateRefused(
            f"{candidate.name}\u00a0: cette candidature est déjà {_label(candidate)}\u00a0; la réponse ne change plus."
        )


def _label(candidate: NeedCandidate) -> str:
    return CandidateState(candidate.state).label.lower()


def _note(
    session: Session, verb: str, candidate: NeedCandidate, need: Need, by: int | None, **details: Any
) -> None:
    journal.note(
        session,
        verb,
        "need_candidate",
        candidate.id,
        by=by,
        territory_id=need.territory_id,
        lot_id=need.lot_id,
        organisation=candidate.organisation_id,
        **details,
    )
