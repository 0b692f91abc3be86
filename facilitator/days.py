"""A facilitator's day: what waits for them, what waits for others and since when, what will soon go wrong."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from facilitator import documents, lot_dates, month_words
from facilitator.awards import Award
from facilitator.candidates import CandidateState, NeedCandidate
from facilitator.commitments import ExpectedDocument, LedgerLine
from facilitator.contracts import Contract, PlacementContract
from facilitator.eligibility import OPEN_STATES
from facilitator.hours import Share, Timesheet
from facilitator.mails import OutboxMail
from facilitator.markets import Lot, Market
from facilitator.needs import Need
from facilitator.organisations import Organisation
from facilitator.people import Eligibility, Person
from facilitator.periods import DAY, first_of_month
from facilitator.placements import Placement
from facilitator.vocabulary import EligibilityState, PlacementState, Reason, Standing, TimesheetState

RECENT_DAYS = 90  # a relevé refused longer ago is settled: its hours will not come
SHOWN = 6  # lines of a list of the day; the rest stands behind its count
_Later = aliased(Placement)


@dataclass(frozen=True)
class Waiting:
    """How many things wait, the oldest since `since` (None: nothing waits)."""

    count: int
    since: datetime.date | None

    def days(self, on: datetime.date) -> int:
        """How long the oldest has waited."""
        return max(0, (on - self.since).days) if self.since else 0


@dataclass(frozen=True)
class Counts:
    """How much waits: what facilitators can do now, then what others owe them."""

    sheets: Waiting
    fiches: Waiting
    declined: Waiting
    to_split: Waiting
    undefined_lots: Waiting
    documents: Waiting  # to read
    late_documents: Waiting  # that companies have not handed in
    candidates: Waiting  # for a need, to answer
    needs: Waiting  # that companies asked for, to publish
    proposed: Waiting  # placements whose employer has not answered
    refused: Waiting  # relevés sent back of late and not corrected since


@dataclass(frozen=True)
class Awaited:
    """A placement whose employer has not answered yet."""

    placement_id: int
    person: str
    employer: str
    lot: str
    since: datetime.date
    written_at: datetime.datetime | None  # the last letter


@dataclass(frozen=True)
class Fiche:
    """A request for eligibility that waits for a decision."""

    id: int
    person: str
    state: EligibilityState
    asked_on: datetime.date
    wished_on: datetime.date | None


@dataclass(frozen=True)
class Declined:
    """A placement that its employer declined, with nobody proposed since."""

    placement_id: int
    person: str
    employer: str
    reason: str | None
    since: datetime.date | None


@dataclass(frozen=True)
class Silent:
    """An employer that has not declared the hours of some contracts of a month."""

    employer_id: int
    employer: str
    contracts: int


def counts(session: Session, territory_id: int, on: datetime.date) -> Counts:
    """How much waits on a day in a territory, for its facilitators and for others (one select)."""
    recent = on - datetime.timedelta(days=RECENT_DAYS)
    newer = aliased(Timesheet)
    each = {
        "sheets": _count(
            Timesheet.declared_on,
            Timesheet.territory_id == territory_id,
            Timesheet.state == TimesheetState.declared,
        ),
        "fiches": _count(
            Eligibility.requested_on,
            Eligibility.territory_id == territory_id,
            Eligibility.state.in_(OPEN_STATES),
        ),
        "declined": _count(Placement.answered_on, Placement.territory_id == territory_id, still_declined(on)),
        "to_split": _count(
            Share.to_on,
            Share.territory_id == territory_id,
            Share.standing == Standing.counted,
            Share.reason == Reason.to_split,
        ),
        # A fruitless import may leave many lots without a line of the ledger: nobody is said to be late.
        "undefined_lots": _count(
            cast(null(), Date), Lot.territory_id == territory_id, ~exists().where(LedgerLine.lot_id == Lot.id)
        ).select_from(Lot),
        "documents": _count(
            ExpectedDocument.received_on, ExpectedDocument.territory_id == territory_id, documents.to_see()
        ),
        "late_documents": _count(
            ExpectedDocument.expected_on, ExpectedDocument.territory_id == territory_id, documents.late(on)
        ),
        "candidates": _count(
            NeedCandidate.proposed_on,
            NeedCandidate.territory_id == territory_id,
            NeedCandidate.state == CandidateState.proposed,
        ),
        "needs": _count(
            Need.created_on,
            Need.territory_id == territory_id,
            Need.published_on.is_(None),
            Need.closed_on.is_(None),
        ),
        "proposed": _count(
            Placement.proposed_on,
            Placement.territory_id == territory_id,
            Placement.state == PlacementState.proposed,
        ),
        "refused": _count(
            Timesheet.decided_on,
            Timesheet.territory_id == territory_id,
            Timesheet.state == TimesheetState.refused,
            Timesheet.decided_on > recent,
            ~exists().where(newer.replaces_id == Timesheet.id),
        ),
    }
    rows = session.execute(union_all(*(query.add_columns(literal(kind)) for kind, query in each.items())))
    return Counts(**{kind: Waiting(count, since) for count, since, kind in rows})


def still_declined(on: datetime.date) -> ColumnElement[bool]:
    """Declined, wished for a date not too long past, and nobody was proposed for the person since."""
    since = on - datetime.timedelta(days=180)
    again = exists().where(
        _Later.person_id == Placement.person_id,
        _Later.id > Placement.id,
        _Later.state.in_((PlacementState.proposed, PlacementState.confirmed)),
    )
    return and_(Placement.state == PlacementState.declined, Placement.answered_on >= since, ~again)


def documents_of(session: Session, where: ColumnElement[bool], on: datetime.date) -> tuple[Waiting, Waiting]:
    """Documents that came and wait to be read, then those that are late (one select)."""
    to_see, late = documents.to_see(), documents.late(on)
    row = session.execute(
        select(
            func.count().filter(to_see), func.min(ExpectedDocument.received_on).filter(to_see),
            func.count().filter(late), func.min(ExpectedDocument.expected_on).filter(late),
        ).where(where)
    ).one()  # fmt: skip
    return Waiting(row[0], row[1]), Waiting(row[2], row[3])


def _count(since: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(func.count(), func.min(since)).where(*conditions)


def oldest_declared(session: Session, lot_id: int) -> datetime.date | None:
    """Since when hours of a lot wait to be validated (one select)."""
    return session.scalar(
        select(func.min(Timesheet.declared_on))
        .join(Share, Share.timesheet_id == Timesheet.id)
        .where(Share.lot_id == lot_id, Timesheet.state == TimesheetState.declared)
    )


# What waits for others.


def awaited(session: Session, territory_id: int) -> list[Awaited]:
    """The oldest confirmations that are awaited (one select)."""
    asked = and_(Placement.territory_id == territory_id, Placement.state == PlacementState.proposed)
    written = (
        select(func.max(OutboxMail.created_at))
        .where(OutboxMail.thing == "placement", OutboxMail.thing_id == Placement.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Placement.id, Person.first_name, Person.last_name, Organisation.name, Organisation.identifier,
            Lot.number, Lot.title, Placement.proposed_on, written,
        )
        .join(Person, Person.id == Placement.person_id)
        .join(Organisation, Organisation.id == Placement.employer_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .where(asked)
        .order_by(Placement.proposed_on, Placement.id)
        .limit(SHOWN)
    )  # fmt: skip
    return [
        Awaited(id_, _name(first, last), name or identifier, f"lot {number} – {title}", since, at)
        for id_, first, last, name, identifier, number, title, since, at in rows
    ]


def open_fiches(session: Session, territory_id: int) -> list[Fiche]:
    """The oldest requests for eligibility that wait, by wished start when it presses (one select)."""
    rows = session.execute(
        select(
            Eligibility.id, Person.first_name, Person.last_name, Eligibility.state,
            Eligibility.requested_on, Eligibility.wished_start_on,
        )
        .join(Person, Person.id == Eligibility.person_id)
        .where(Eligibility.territory_id == territory_id, Eligibility.state.in_(OPEN_STATES))
        .order_by(Eligibility.requested_on, Eligibility.id)
        .limit(SHOWN)
    )  # fmt: skip
    return [
        Fiche(id_, _name(first, last), EligibilityState(state), asked_on, wished_on)
        for id_, first, last, state, asked_on, wished_on in rows
    ]


def declined(session: Session, territory_id: int, on: datetime.date) -> list[Declined]:
    """The oldest declined placements that nobody took up again (one select)."""
    rows = session.execute(
        select(
            Placement.id, Person.first_name, Person.last_name, Organisation.name, Organisation.identifier,
            Placement.decline_reason, Placement.answered_on,
        )
        .join(Person, Person.id == Placement.person_id)
        .join(Organisation, Organisation.id == Placement.employer_id)
        .where(Placement.territory_id == territory_id, still_declined(on))
        .order_by(Placement.answered_on, Placement.id)
        .limit(SHOWN)
    )  # fmt: skip
    return [
        Declined(id_, _name(first, last), name or identifier, reason, since)
        for id_, first, last, name, identifier, reason, since in rows
    ]


def _name(first: str, last: str) -> str:
    return f"{first} {last.upper()}"


def silent(session: Session, territory_id: int, month: datetime.date) -> list[Silent]:
    """The employers with contracts at work in a month of which no relevé is known, most contracts first.

    A company that said «néant» for the lot has spoken.
    """
    return _silent(session, first_of_month(month), Contract.territory_id == territory_id)


def silent_on_lot(session: Session, lot_id: int, month: datetime.date) -> list[Silent]:
    """The same, for the people at work on one lot, under way (three selects)."""
    return _silent(session, first_of_month(month), Placement.lot_id == lot_id, under_way=True)


def _silent(
    session: Session, first: datetime.date, where: ColumnElement[bool], under_way: bool = False
) -> list[Silent]:
    rows = session.execute(
        select(
            Contract.id, Placement.award_id, Placement.lot_id, Organisation.id, Organisation.name,
            Organisation.identifier,
        )
        .join(Organisation, Organisation.id == Contract.employer_id)
        .join(PlacementContract, PlacementContract.contract_id == Contract.id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(where, *_at_work(first))
    ).all()  # fmt: skip
    words = month_words.read(session, [first], {row[0] for row in rows}, {row[1] for row in rows})
    rows = [row for row in rows if words.owes(row[0], row[1], first)]
    bounds = {} if under_way else lot_dates.execution(session, {row[2] for row in rows})
    owing: dict[tuple[int, str], set[int]] = {}
    for contract_id, _, lot_id, id_, name, identifier in rows:
        end = bounds.get(lot_id, (None, None))[1]
        if end is None or end >= first:  # a contract may go on after its lot: nothing is owed any more
            owing.setdefault((id_, name or identifier), set()).add(contract_id)
    found = [Silent(id_, label, len(theirs)) for (id_, label), theirs in owing.items()]
    return sorted(found, key=lambda each: (-each.contracts, each.employer))


def _at_work(first: datetime.date) -> Iterable[ColumnElement[bool]]:
    following = first_of_month(first + datetime.timedelta(days=31))
    last_on = func.coalesce(Contract.ended_on, Contract.to_on)
    return (
        Placement.state == PlacementState.confirmed,
        Contract.from_on < following,
        Placement.from_on < following,
        or_(last_on.is_(None), last_on >= first),
        or_(Placement.to_on.is_(None), Placement.to_on >= first),
    )


def last_month(on: datetime.date) -> datetime.date:
    """The first day of the month that has just ended."""
    return first_of_month(first_of_month(on) - DAY)


def lots_to_watch(territory_id: int) -> Select[*tuple[Any, ...]]:
    """The lots whose hours are defined: their number, title, market, buyer and companies."""
    buyer = aliased(Organisation)
    return (
        select(
            Lot.id,
            Lot.number,
            Lot.title,
            Market.object,
            func.coalesce(buyer.name, buyer.scheme + " " + buyer.identifier),
        )
        .join(Market, Market.id == Lot.market_id)
        .join(buyer, buyer.id == Market.buyer_id)
        .where(Lot.territory_id == territory_id, exists().where(LedgerLine.lot_id == Lot.id))
    )


def award_labels(session: Session, lot_ids: Iterable[int]) -> dict[int, str]:
    """Who answers for each lot: its titulaire or mandataire."""
    rows = session.execute(
        select(
            Award.lot_id,
            func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier),
        )
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(Award.lot_id.in_(set(lot_ids)), Award.role.in_(("titulaire", "mandataire")))
    )
    return dict(rows.all())
