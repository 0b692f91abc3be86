"""The chain from exit to work, at 6 and 12 months, for any choice of paths: counted in SQL, each step with its list."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, extract, false, func, or_, select
from sqlalchemy.orm import Session

from facilitator.bilan import public_groups
from facilitator.followups import FollowUp
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.outcomes import MILESTONES, Chain, ChainStep, steps_passed, tally
from facilitator.people import Eligibility, EligibilityCriterion, Person
from facilitator.placements import Placement
from facilitator.stored_paths import StoredPath, StoredStay
from facilitator.vocabulary import EligibilityState, FollowUpOutcome, Situation

Known = tuple[bool, FollowUpOutcome | None, Situation | None]  # milestone reached, outcome, situation


@dataclass(frozen=True)
class Choice:
    """Which paths are counted; None leaves a choice open. A path belongs to each market that it passes through."""

    territory_ids: Collection[int] | None = None
    referrer_id: int | None = None
    market_id: int | None = None
    buyer_id: int | None = None
    employer_id: int | None = None
    public: str | None = None  # a name of `bilan.public_groups`
    left_in: int | None = None  # year of the exit
    asked_about: int | None = None  # year of the reference date


@dataclass(frozen=True)
class Line:
    """One path behind a figure: who, when it ended, and what is known at the milestone."""

    person_id: int
    name: str
    exit_on: datetime.date
    reference_on: datetime.date
    result: str


def chains(session: Session, choice: Choice, on: datetime.date) -> dict[int, Chain]:
    """Both chains of the paths chosen, at the close of a day (four selects)."""
    return {months: _chain(session, choice, months, on) for months in MILESTONES}


def lines(session: Session, choice: Choice, months: int, step: ChainStep, on: datetime.date) -> Select[Any]:
    """The paths behind one figure of a chain, the oldest reference date first, for `as_line` (one select to write it)."""
    passing = [known for known in _counted(session, choice, months, on) if step in steps_passed(*known)]
    reference, reached = reference_on(months), reached_on(months, on)
    return (
        followed(choice, months, on)
        .join(Person, Person.id == StoredPath.person_id)
        .with_only_columns(
            Person.id,
            Person.first_name,
            Person.last_name,
            StoredPath.to_on,
            reference,
            reached,
            FollowUp.outcome,
            FollowUp.situation,
        )
        .where(or_(false(), *(_is(known, reached) for known in passing)))
        .order_by(reference, StoredPath.person_id, StoredPath.from_on)
    )


def as_line(row: Sequence[Any]) -> Line:
    """A row of `lines` in words."""
    person_id, first_name, last_name, exit_on, asked, *rest = row
    reached, outcome, situation = _known(*rest)
    if not reached:
        result = "Échéance à venir"
    elif outcome is None:
        result = "Pas encore sollicité"
    else:
        result = situation.label if situation else outcome.label
    return Line(person_id, f"{first_name} {last_name.upper()}", exit_on, asked, result)


@dataclass(frozen=True)
class Choices:
    """What the paths of a territory can be chosen by: (id, name), by name, and the years of their exits."""

    markets: list[tuple[int, str]]
    buyers: list[tuple[int, str]]
    employers: list[tuple[int, str]]
    years: list[int]


def choices(session: Session, base: Choice) -> Choices:
    """What occurs in the paths of a base choice (four selects)."""
    through = (
        select(Market.id, Market.object)
        .join(Lot, Lot.market_id == Market.id)
        .join(Placement, Placement.lot_id == Lot.id)
        .join(StoredStay, StoredStay.placement_id == Placement.id)
        .join(StoredPath, and_(*_of_path()))
        .where(*_conditions(base, MILESTONES[0], datetime.date.max))
        .distinct()
    )
    name = func.coalesce(Organisation.name, Organisation.identifier)
    buyers = through.join(Organisation, Organisation.id == Market.buyer_id)
    employers = through.join(Organisation, Organisation.id == Placement.employer_id)
    ends = select(extract("year", StoredPath.to_on)).where(
        StoredPath.to_on.is_not(None), *_conditions(base, MILESTONES[0], datetime.date.max)
    )
    return Choices(
        _named(session, through),
        _named(session, buyers.with_only_columns(Organisation.id, name)),
        _named(session, employers.with_only_columns(Organisation.id, name)),
        sorted((int(year) for year in session.scalars(ends.distinct())), reverse=True),
    )


def _named(session: Session, query: Select[int, str]) -> list[tuple[int, str]]:
    return sorted(((id_, name) for id_, name in session.execute(query)), key=lambda each: each[1].casefold())


def _of_path() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """A stay beside its path."""
    return StoredStay.person_id == StoredPath.person_id, StoredStay.path_from_on == StoredPath.from_on


def reference_on(months: int) -> ColumnElement[Any]:
    """The day that the follow-up of a milestone asks about."""
    column: ColumnElement[Any] = {6: StoredPath.six_on, 12: StoredPath.twelve_on}[months].expression
    return column


def reached_on(months: int, on: datetime.date) -> ColumnElement[bool]:
    """Whether the milestone is reached: its day has come and the exit is no longer provisional."""
    return and_(reference_on(months) <= on, StoredPath.firm_on <= on)


def followed(choice: Choice, months: int, on: datetime.date) -> Select[Any]:
    """The paths chosen that were left by a day, each beside what is known at one milestone."""
    same = and_(
        FollowUp.person_id == StoredPath.person_id,
        FollowUp.exit_on == StoredPath.to_on,
        FollowUp.milestone == months,
    )
    return (
        select(StoredPath.person_id)
        .outerjoin(FollowUp, same)
        .where(StoredPath.to_on <= on, *_conditions(choice, months, on))
    )


def _chain(session: Session, choice: Choice, months: int, on: datetime.date) -> Chain:
    people = followed(choice, months, on).with_only_columns(func.count(StoredPath.person_id.distinct()))
    return tally(_counted(session, choice, months, on), people=session.scalar(people) or 0)


def _counted(session: Session, choice: Choice, months: int, on: datetime.date) -> Mapping[Known, int]:
    known = (reached_on(months, on), FollowUp.outcome, FollowUp.situation)
    rows = session.execute(
        followed(choice, months, on).with_only_columns(*known, func.count()).group_by(*known)
    )
    return {_known(reached, outcome, situation): number for reached, outcome, situation, number in rows}


def _known(reached: Any, outcome: str | None, situation: str | None) -> Known:
    return (
        bool(reached),
        FollowUpOutcome(outcome) if outcome else None,
        Situation(situation) if situation else None,
    )


def _is(known: Known, reached: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(
        reached if known[0] else ~reached,
        FollowUp.outcome.is_not_distinct_from(known[1]),
        FollowUp.situation.is_not_distinct_from(known[2]),
    )


def _conditions(choice: Choice, months: int, on: datetime.date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if choice.territory_ids is not None:
        found.append(StoredPath.territory_id.in_(choice.territory_ids))
    if choice.referrer_id is not None:
        found.append(StoredPath.person_id.in_(_followed_by(choice.referrer_id)))
    if choice.left_in is not None:
        found.append(_in_year(StoredPath.to_on.expression, choice.left_in))
    if choice.asked_about is not None:
        found.append(_in_year(reference_on(months), choice.asked_about))
    if choice.public is not None:
        found.append(_public(choice.public, on))
    through = _through(choice)
    return [*found, through] if through is not None else found


def _in_year(day: ColumnElement[Any], year: int) -> ColumnElement[bool]:
    return day.between(datetime.date(year, 1, 1), datetime.date(year, 12, 31))


def _followed_by(referrer_id: int) -> Select[int]:
    return select(Person.id).where(Person.referrer_id == referrer_id)


def _through(choice: Choice) -> ColumnElement[bool] | None:
    """Paths with a stay at an employer, in a market, for a buyer: one stay meets all three."""
    wanted = [
        (Placement.employer_id, choice.employer_id),
        (Lot.market_id, choice.market_id),
        (Market.buyer_id, choice.buyer_id),
    ]
    conditions = [column == value for column, value in wanted if value is not None]
    if not conditions:
        return None
    return (
        select(StoredStay.placement_id)
        .join(Placement, Placement.id == StoredStay.placement_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(*_of_path(), *conditions)
        .exists()
    )


def _public(name: str, on: datetime.date) -> ColumnElement[bool]:
    """People whose last fiche was validated for a criterion of this group."""
    if name not in public_groups():
        return false()
    last = (
        select(Eligibility.id)
        .where(
            Eligibility.person_id == StoredPath.person_id,
            Eligibility.state == EligibilityState.validated,
            Eligibility.effective_on <= on,
        )
        .order_by(Eligibility.effective_on.desc(), Eligibility.id.desc())
        .limit(1)
        .correlate(StoredPath)
        .scalar_subquery()
    )
    return (
        select(EligibilityCriterion.id)
        .where(
            EligibilityCriterion.eligibility_id == last,
            EligibilityCriterion.determining,
            EligibilityCriterion.criterion.in_(public_groups()[name]),
        )
        .exists()
    )
