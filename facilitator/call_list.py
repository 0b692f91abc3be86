"""The work list of calls: who is to be heard at 6 and 12 months, read from the kept paths, a page at a time."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    extract,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from facilitator import followups
from facilitator.followup_list import LATE_DAYS, OPEN, CallState, name
from facilitator.followups import FollowUp, Question
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.outcomes import Proposal
from facilitator.people import Eligibility, Person
from facilitator.placements import Placement
from facilitator.stored_paths import StoredPath, StoredStay
from facilitator.vocabulary import FollowUpOutcome

People = Select[Any]  # ids of the people that the reader may see
SETTLED = (CallState.answered, CallState.refused, CallState.out_of_scope)


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; None: everything."""

    states: Sequence[CallState] = OPEN
    months: int | None = None
    referrer_id: int | None = None
    market_id: int | None = None
    buyer_id: int | None = None
    employer_id: int | None = None
    year: int | None = None
    mine: int | None = None  # a user: whom they validated, or called before


@dataclass(frozen=True)
class Line:
    """One follow-up as it is read in a list or on a call sheet."""

    person_id: int
    name: str
    exit_on: datetime.date
    months: int
    reference_on: datetime.date
    firm_on: datetime.date
    state: CallState
    tries: int
    called_on: datetime.date | None
    referrer: str | None
    dossier_number: str | None
    employer: str
    employer_id: int
    proposal: Proposal | None = None

    @property
    def question(self) -> Question:
        return Question(self.person_id, self.reference_on, self.employer_id)


@dataclass(frozen=True)
class Choices:
    """What the filters offer, as (id, label)."""

    referrers: list[tuple[int, str]]
    markets: list[tuple[int, str]]
    buyers: list[tuple[int, str]]
    employers: list[tuple[int, str]]
    years: list[tuple[int, str]]


def counts(session: Session, people: People, wanted: Wanted, on: datetime.date) -> Counter[CallState]:
    """How many stand in each state, whatever the state asked for (one select)."""
    due = _due(people, replace(wanted, states=tuple(CallState)), on).subquery()
    rows = session.execute(select(due.c.state, func.count()).group_by(due.c.state))
    return Counter({CallState(state): count for state, count in rows})


def lines(people: People, wanted: Wanted, on: datetime.date) -> Select[Any]:
    """The select of the list: whom nobody tried yet first, then by reference date, the oldest first."""
    due = _due(people, wanted, on).subquery()
    return select(due).order_by(*_order(due))


def names(session: Session, people: People, wanted: Wanted, on: datetime.date) -> set[str]:
    """The follow-ups of the list by their name in a form (one select)."""
    due = _due(people, wanted, on).subquery()
    rows = session.execute(select(due.c.person_id, due.c.exit_on, due.c.months))
    return {name(*row) for row in rows}


def read(session: Session, rows: Iterable[Any]) -> list[Line]:
    """The lines of these rows, with what the tool already knows of those to call (two selects)."""
    found = [_line(row) for row in rows]
    known = followups.proposals(session, [each.question for each in found if each.state in OPEN])
    return [replace(each, proposal=known.get(each.question)) for each in found]


def following(
    session: Session,
    people: People,
    wanted: Wanted,
    line: tuple[bool, datetime.date, int, int],
    on: datetime.date,
) -> Line | None:
    """The next to call after a line (tried already, reference date, person, months), else the first of the others.

    Who was tried in vain today is not proposed again.
    """
    due = _due(people, replace(wanted, states=OPEN), on).subquery()
    tried, reference_on, person_id, months = line
    here = tuple_(literal(int(tried)), literal(reference_on), literal(person_id), literal(months))
    others = select(due).where(
        or_(due.c.person_id != person_id, due.c.months != months),
        or_(due.c.called_on.is_(None), due.c.state != CallState.unreachable, due.c.called_on < on),
    )
    order = _order(due)
    for query in (others.where(tuple_(*order) > here), others):
        row = session.execute(query.order_by(*order).limit(1)).first()
        if row is not None:
            return _line(row)
    return None


def choices(session: Session, people: People, on: datetime.date) -> Choices:
    """What the filters offer over these people (four selects)."""
    left = select(StoredPath.person_id).where(StoredPath.person_id.in_(people), StoredPath.to_on <= on)
    placed = select(Placement.lot_id).where(Placement.person_id.in_(left))
    markets = session.execute(
        select(Market.id, Market.object, Organisation)
        .join(Organisation, Organisation.id == Market.buyer_id)
        .where(Market.id.in_(select(Lot.market_id).where(Lot.id.in_(placed))))
    ).all()
    referrers = select(Person.referrer_id).where(Person.id.in_(left))
    employers = select(Placement.employer_id).where(Placement.person_id.in_(left))
    first, last = session.execute(
        select(func.min(StoredPath.six_on), func.max(StoredPath.twelve_on)).where(
            StoredPath.person_id.in_(people), StoredPath.to_on <= on
        )
    ).one()
    return Choices(
        _named(session, referrers),
        _sorted((market_id, title[:60]) for market_id, title, _ in markets),
        _sorted({(buyer.id, buyer.label) for _, _, buyer in markets}),
        _named(session, employers),
        [(each, str(each)) for each in range(last.year, first.year - 1, -1)] if first and last else [],
    )


def _named(session: Session, ids: Select[Any]) -> list[tuple[int, str]]:
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return _sorted((each.id, each.label) for each in rows)


def _sorted(pairs: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0]))


def _order(due: Subquery) -> tuple[ColumnElement[Any], ...]:
    tried = case((due.c.state == CallState.unreachable, 1), else_=0)
    return (tried, due.c.reference_on, due.c.person_id, due.c.months)


def _milestones(people: People, on: datetime.date) -> Subquery:
    """Both milestones of every path that was left."""
    halves = [
        select(
            StoredPath.person_id,
            StoredPath.from_on,
            StoredPath.to_on.label("exit_on"),
            StoredPath.firm_on,
            StoredPath.last_employer_id,
            literal(months).label("months"),
            column.label("reference_on"),
        ).where(StoredPath.to_on <= on, StoredPath.person_id.in_(people))
        for months, column in ((6, StoredPath.six_on), (12, StoredPath.twelve_on))
    ]
    return union_all(*halves).subquery()


def _due(people: People, wanted: Wanted, on: datetime.date) -> Select[Any]:
    at, employer, referrer = _milestones(people, on), aliased(Organisation), aliased(Organisation)
    state = _state(at, on)
    rows = (
        select(
            at.c.person_id,
            at.c.exit_on,
            at.c.months,
            at.c.reference_on,
            at.c.firm_on,
            at.c.last_employer_id,
            state.label("state"),
            func.coalesce(FollowUp.tries, 0).label("tries"),
            FollowUp.called_on,
            Person.first_name,
            Person.last_name,
            Person.dossier_number,
            referrer.name.label("referrer"),
            func.coalesce(employer.name, employer.identifier).label("employer"),
        )
        .join(Person, Person.id == at.c.person_id)
        .join(employer, employer.id == at.c.last_employer_id)
        .outerjoin(referrer, referrer.id == Person.referrer_id)
        .outerjoin(
            FollowUp,
            and_(
                FollowUp.person_id == at.c.person_id,
                FollowUp.exit_on == at.c.exit_on,
                FollowUp.milestone == at.c.months,
            ),
        )
        # Nobody is to be called any more where the names were erased; what was answered stays.
        .where(or_(Person.anonymised_on.is_(None), state.in_([each.value for each in SETTLED])))
    )
    return rows.where(state.in_([each.value for each in wanted.states]), *_narrowed(at, wanted))


def _state(at: Subquery, on: datetime.date) -> ColumnElement[str]:
    """`followup_list.state_of`, in SQL."""
    settled = [
        (FollowUp.outcome == outcome.value, literal(CallState(outcome.value).value))
        for outcome in (
            FollowUpOutcome.answered,
            FollowUpOutcome.refused,
            FollowUpOutcome.out_of_scope,
            FollowUpOutcome.unreachable,
            FollowUpOutcome.asked,
        )
    ]
    return case(
        *settled,
        (at.c.firm_on > on, literal(CallState.provisional.value)),
        (at.c.reference_on > on, literal(CallState.to_come.value)),
        (at.c.reference_on < on - datetime.timedelta(days=LATE_DAYS), literal(CallState.late.value)),
        else_=literal(CallState.to_do.value),
    )


def _narrowed(at: Subquery, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.months is not None:
        found.append(at.c.months == wanted.months)
    if wanted.referrer_id is not None:
        found.append(Person.referrer_id == wanted.referrer_id)
    if wanted.year is not None:
        found.append(extract("year", at.c.reference_on) == wanted.year)
    if wanted.mine is not None:
        validated = select(Eligibility.person_id).where(Eligibility.decided_by_id == wanted.mine)
        found.append(or_(at.c.person_id.in_(validated), FollowUp.recorded_by_id == wanted.mine))
    if (wanted.employer_id, wanted.market_id, wanted.buyer_id) != (None, None, None):
        found.append(_passes(at, wanted))
    return found


def _passes(at: Subquery, wanted: Wanted) -> ColumnElement[bool]:
    """The path passes through one stay that answers all that is asked of it."""
    stay = (
        select(StoredStay.placement_id)
        .join(Placement, Placement.id == StoredStay.placement_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(StoredStay.person_id == at.c.person_id, StoredStay.path_from_on == at.c.from_on)
    )
    asked = (
        (Placement.employer_id, wanted.employer_id),
        (Market.id, wanted.market_id),
        (Market.buyer_id, wanted.buyer_id),
    )
    return stay.where(*(column == value for column, value in asked if value is not None)).exists()


def _line(row: Any) -> Line:
    return Line(
        person_id=row.person_id,
        name=f"{row.first_name} {row.last_name.upper()}",
        exit_on=row.exit_on,
        months=row.months,
        reference_on=row.reference_on,
        firm_on=row.firm_on,
        state=CallState(row.state),
        tries=row.tries,
        called_on=row.called_on,
        referrer=row.referrer,
        dossier_number=row.dossier_number,
        employer=row.employer,
        employer_id=row.last_employer_id,
    )
