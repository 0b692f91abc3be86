"""The year of an organisation over all its buyers and territories: what it employs, and its own share of what it hosts."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from facilitator import month_words
from facilitator.contracts import Contract, PlacementContract
from facilitator.hours import Share, Timesheet
from facilitator.lot_dates import execution
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.parties import SECOND_PARTY
from facilitator.people import Person
from facilitator.periods import Interval, add_months
from facilitator.placements import Placement
from facilitator.reminder_calendar import Site as Calendar
from facilitator.territories import Territory, rules_by_territory
from facilitator.vocabulary import Periodicity, PlacementState, Standing
from facilitator.year_table import DayHours, Hours, Row, Site, State, YearTable

_STATES = {
    Standing.counted: State.validated,
    Standing.awaiting: State.waiting,
    Standing.refused: State.refused,
}
Key = tuple[int, int, int]  # person, employer, lot


@dataclass
class _Found:
    """One row in the making."""

    row: Any
    contracts: set[int] = field(default_factory=set)
    said: list[Hours] = field(default_factory=list)
    asked: set[datetime.date] = field(default_factory=set)


def of_organisation(session: Session, organisation_id: int, year: int, *, on: datetime.date) -> YearTable:
    """The year, by site then person; a month that is over and of which nothing is said is missing (a constant number of selects)."""
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    found: dict[Key, _Found] = {}
    at_work = session.execute(_at_work(organisation_id, first, last)).all()
    for row in at_work:
        _of(found, row).contracts.add(row.contract_id)
    _ask(session, found, at_work, organisation_id, Interval(first, last), on)
    for row in session.execute(_shares(organisation_id, first, last)):
        one = _of(found, row)
        one.contracts.add(row.contract_id)
        one.said.append(Hours(row.month, _STATES[Standing(row.standing)], Decimal(row.hours)))
    days = _day_hours(session, {each.row.territory_id for each in found.values()}, year)
    rows = [_row(each, days) for each in found.values() if each.said or each.asked]
    rows.sort(
        key=lambda row: (row.site.territory, row.site.label, row.site.lot_id, row.person, row.person_id)
    )
    name = session.get_one(Organisation, organisation_id).label
    return YearTable(name, year, tuple(rows))


def _of(found: dict[Key, _Found], row: Any) -> _Found:
    return found.setdefault((row.person_id, row.employer_id, row.lot_id), _Found(row))


_Buyer, _Employer = aliased(Organisation), aliased(Organisation)


def _columns() -> list[Any]:
    return [
        Person.id.label("person_id"), Person.first_name, Person.last_name, Contract.id.label("contract_id"),
        Contract.employer_id, Lot.id.label("lot_id"), Lot.number, Lot.title, Market.object,
        func.coalesce(_Buyer.name, _Buyer.scheme + " " + _Buyer.identifier).label("buyer"),
        func.coalesce(_Employer.name, _Employer.scheme + " " + _Employer.identifier).label("employer"),
        Territory.id.label("territory_id"), Territory.name.label("territory"),
    ]  # fmt: skip


def _at_work(organisation_id: int, first: datetime.date, last: datetime.date) -> Any:
    """Contracts that serve its placements during the year: as employer, or for its own side only."""
    ends = func.coalesce(Contract.ended_on, Contract.to_on)
    return (
        select(
            *_columns(),
            Contract.from_on,
            ends.label("to_on"),
            Placement.from_on.label("placed_from"),
            Placement.to_on.label("placed_to"),
            Placement.award_id,
            Lot.periodicity,
        )
        .select_from(Placement)
        .join(PlacementContract, PlacementContract.placement_id == Placement.id)
        .join(Contract, Contract.id == PlacementContract.contract_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(Person, Person.id == Placement.person_id)
        .join(Territory, Territory.id == Placement.territory_id)
        .join(_Buyer, _Buyer.id == Market.buyer_id)
        .join(_Employer, _Employer.id == Contract.employer_id)
        .where(
            Placement.state == PlacementState.confirmed,
            _concerns(organisation_id),
            Contract.from_on <= last,
            or_(ends.is_(None), ends >= first),
            Placement.from_on <= last,
            or_(Placement.to_on.is_(None), Placement.to_on >= first),
        )
        .order_by(Contract.from_on, Contract.id)
    )


def _shares(organisation_id: int, first: datetime.date, last: datetime.date) -> Any:
    return (
        select(*_columns(), Share.month, Share.standing, Share.hours)
        .select_from(Share)
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Placement, Placement.id == Share.placement_id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(Person, Person.id == Share.person_id)
        .join(Territory, Territory.id == Share.territory_id)
        .join(_Buyer, _Buyer.id == Market.buyer_id)
        .join(_Employer, _Employer.id == Contract.employer_id)
        .where(
            Share.month.between(first, last),
            Share.standing.in_(_STATES),
            _concerns(organisation_id),
        )
        .order_by(Share.month, Share.id)
    )


def _concerns(organisation_id: int) -> Any:
    return or_(Placement.employer_id == organisation_id, SECOND_PARTY.in_((organisation_id,)))


def _ask(
    session: Session,
    found: dict[Key, _Found],
    at_work: Iterable[Any],
    organisation_id: int,
    year: Interval,
    on: datetime.date,
) -> None:
    """The employer is asked for each month that is over and that it still owes, inside contract, placement and lot."""
    rows = [row for row in at_work if row.employer_id == organisation_id]
    bounds = execution(session, {row.lot_id for row in rows})
    months = [year.from_on.replace(month=number) for number in range(1, 13)]
    words = month_words.read(
        session, months, {row.contract_id for row in rows}, {row.award_id for row in rows}
    )
    for row in rows:
        starts, ends = bounds.get(row.lot_id, (None, None))
        if starts is None:
            continue
        from_on = max(year.from_on, row.from_on, row.placed_from, starts)
        to_on = min(each for each in (year.last_on, row.to_on, row.placed_to, ends) if each is not None)
        asked = Calendar(quarterly=row.periodicity == Periodicity.quarterly)
        for month in months:
            runs = from_on < add_months(month, 1) and month <= to_on
            over = asked.period_end(month) < on
            if runs and over and words.owes(row.contract_id, row.award_id, month):
                _of(found, row).asked.add(month)


def _day_hours(session: Session, territory_ids: Collection[int], year: int) -> dict[int, DayHours]:
    """What a day is worth in each territory, month by month (two selects)."""
    months = [datetime.date(year, month, 1) for month in range(1, 13)]
    rules = rules_by_territory(session, set(territory_ids))
    return {key: {month: dated.on(month).day_hours for month in months} for key, dated in rules.items()}


def _row(found: _Found, days: dict[int, DayHours]) -> Row:
    row = found.row
    title = "" if row.title == row.object else f" {row.title}"
    return Row(
        person_id=row.person_id,
        person=f"{row.first_name} {row.last_name.upper()}",
        employer=row.employer,
        contracts=len(found.contracts),
        site=Site(row.lot_id, f"{row.object} – lot {row.number}{title}", row.buyer, row.territory),
        day_hours=days[row.territory_id],
        said=tuple(found.said),
        asked=frozenset(found.asked),
    )
