"""What the survey of a year counts: one selection for each kind of line, used by its figures and by the lists behind them."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    case,
    extract,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract, PlacementContract
from facilitator.followups import FollowUp
from facilitator.hours import Share
from facilitator.markets import Lot, Market, Operation
from facilitator.organisations import OrganisationRole
from facilitator.people import Eligibility, EligibilityCriterion, Person
from facilitator.placements import Placement
from facilitator.stored_paths import StoredPath
from facilitator.survey import BANDS_FROM, SEVERAL, AgeBand, InQpv, public_of
from facilitator.vocabulary import Criterion, EligibilityState, OrganisationRoleName, PlacementState

_Earlier = aliased(Market)


@dataclass(frozen=True)
class Asked:
    """A year, the territories that it is asked of (None: all), and the day whose knowledge it tells."""

    year: int
    territory_ids: Collection[int] | None
    on: datetime.date

    @property
    def first(self) -> datetime.date:
        return datetime.date(self.year, 1, 1)

    @property
    def last(self) -> datetime.date:
        """The last day of the year that is told: none after the day of the survey."""
        return min(datetime.date(self.year, 12, 31), self.on)

    def of(self, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """The rows of the territories that are asked."""
        return true() if self.territory_ids is None else column.in_(self.territory_ids)

    def within(self, column: Any) -> ColumnElement[bool]:
        """The dates of the year that are told."""
        found: ColumnElement[bool] = column.between(self.first, self.last)
        return found


def leading() -> ColumnElement[bool]:
    """Markets that count: followed as pilote, and by the first if two territories say so."""
    earlier = select(_Earlier.id).where(
        _Earlier.buyer_id == Market.buyer_id,
        _Earlier.decp_id == Market.decp_id,
        _Earlier.pilot,
        _Earlier.id < Market.id,
    )
    return and_(Market.pilot, ~earlier.exists())


def ledger_lines(asked: Asked) -> Select[Any]:
    """Lines of hours owed that take effect in the year; a tranche that is not affirmed has no such date."""
    return (
        select(LedgerLine.id)
        .join(Lot, Lot.id == LedgerLine.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(leading(), asked.within(LedgerLine.effective_on), asked.of(LedgerLine.territory_id))
    )


def shares(asked: Asked) -> Select[Any]:
    """Shares with retained hours in a month of the year (a relevé stands in one month: its last day tells it)."""
    return select(Share.id).where(Share.retained > 0, asked.within(Share.to_on), asked.of(Share.territory_id))


def lots(asked: Asked) -> Select[Any]:
    """Lots of markets that count, with a line of hours owed or a retained hour in the year."""
    owed = select(LedgerLine.id).where(LedgerLine.lot_id == Lot.id, asked.within(LedgerLine.effective_on))
    worked = select(Share.id).where(Share.lot_id == Lot.id, Share.retained > 0, asked.within(Share.to_on))
    return (
        select(Lot.id)
        .join(Market, Market.id == Lot.market_id)
        .where(leading(), asked.of(Lot.territory_id), or_(owed.exists(), worked.exists()))
    )


def starts(asked: Asked) -> ColumnElement[bool]:
    """Placements that were confirmed and begin in the year."""
    return and_(Placement.state == PlacementState.confirmed, asked.within(Placement.from_on))


def worked(asked: Asked) -> Subquery:
    """Retained hours of the year by placement."""
    return (
        shares(asked)
        .with_only_columns(Share.placement_id, func.sum(Share.retained).label("hours"))
        .group_by(Share.placement_id)
        .subquery("worked")
    )


def placements(asked: Asked) -> Select[Any]:
    """Placements that begin in the year or have a retained hour in it; `hours` are those."""
    hours = worked(asked)
    return (
        select(Placement.id, hours.c.hours)
        .outerjoin(hours, hours.c.placement_id == Placement.id)
        .where(asked.of(Placement.territory_id), or_(hours.c.hours.is_not(None), starts(asked)))
    )


def contracts(asked: Asked) -> Select[Any]:
    """Contracts that begin in the year and serve a confirmed placement; one row for each placement served."""
    return (
        select(Contract.id)
        .join(PlacementContract, PlacementContract.contract_id == Contract.id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(
            Placement.state == PlacementState.confirmed,
            asked.within(Contract.from_on),
            asked.of(Contract.territory_id),
        )
    )


def people(asked: Asked) -> CTE:
    """People behind the placements of the year, one row each: territory, hours, and its category on each axis (NULL: not known).

    Materialized: else both engines look the fiche of a person up again for each category that is counted.
    """
    behind = placements(asked).add_columns(
        Placement.person_id, case((starts(asked), Placement.from_on)).label("start_on")
    )
    each = behind.subquery("behind")
    folded = (
        select(
            each.c.person_id,
            func.sum(each.c.hours).label("hours"),
            func.coalesce(func.min(each.c.start_on), asked.first).label("start_on"),
        )
        .group_by(each.c.person_id)
        .subquery("folded")
    )
    return (
        select(
            Person.id,
            Person.territory_id,
            folded.c.hours,
            Person.sex,
            Person.education,
            age_band(Person.birth_on, folded.c.start_on).label("age"),
            case((Person.qpv.is_not(None), InQpv.qpv.value), else_=InQpv.outside.value).label("qpv"),
            public(_criterion(asked)).label("public"),
        )
        .join(folded, folded.c.person_id == Person.id)
        .cte("people")
        .prefix_with("MATERIALIZED")
    )


def paths(asked: Asked, months: int) -> Select[*tuple[Any, ...]]:
    """Paths whose reference date falls in the year and is told, with what was learnt of it (NULL: nobody tried).

    One whose exit is still provisional on the day of the survey has not reached its milestone.
    """
    reference_on = {6: StoredPath.six_on, 12: StoredPath.twelve_on}[months]
    return (
        select(
            StoredPath.person_id,
            StoredPath.territory_id,
            StoredPath.to_on,
            (StoredPath.firm_on <= asked.on).label("reached"),
            FollowUp.outcome,
            FollowUp.situation,
        )
        .outerjoin(
            FollowUp,
            and_(
                FollowUp.person_id == StoredPath.person_id,
                FollowUp.exit_on == StoredPath.to_on,
                FollowUp.milestone == months,
            ),
        )
        .where(asked.within(reference_on), asked.of(StoredPath.territory_id))
    )


def age_band(birth_on: Any, start_on: Any) -> ColumnElement[str]:
    """The band of the age in whole years on a day; NULL without a date of birth."""
    day = [100 * extract("month", each) + extract("day", each) for each in (start_on, birth_on)]
    years = extract("year", start_on) - extract("year", birth_on) - case((day[0] < day[1], 1), else_=0)
    return case(
        (birth_on.is_(None), None),
        *((years >= first, band.value) for first, band in reversed(BANDS_FROM)),
        else_=AgeBand.under_26.value,
    )


def _criterion(asked: Asked) -> ScalarSelect[Any]:
    """The determining criterion of the last fiche in force by the end of what is told."""
    return (
        select(EligibilityCriterion.criterion)
        .join(Eligibility, Eligibility.id == EligibilityCriterion.eligibility_id)
        .where(
            EligibilityCriterion.determining,
            Eligibility.person_id == Person.id,
            Eligibility.state == EligibilityState.validated,
            Eligibility.effective_on <= asked.last,
        )
        .order_by(Eligibility.effective_on.desc(), Eligibility.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def public(criterion: Any) -> ColumnElement[str]:
    """The public of a criterion; NULL without any."""
    return case({each.value: public_of(each).value for each in Criterion}, value=criterion)


def kinds(role: OrganisationRoleName) -> Subquery:
    """The category or kind of each organisation that plays a part: '' when nobody said it, or several at once."""
    kind = func.nullif(OrganisationRole.kind, "")
    return (
        select(
            OrganisationRole.organisation_id,
            case((func.count(kind.distinct()) > 1, SEVERAL), else_=func.coalesce(func.max(kind), "")).label(
                "kind"
            ),
        )
        .where(OrganisationRole.role == role)
        .group_by(OrganisationRole.organisation_id)
        .subquery("kinds")
    )


def with_sector(query: Select[Any]) -> Select[Any]:
    """Joins the market and the operation of the lots of a query, where `SECTOR_TYPED` and `DIVISION` stand."""
    return query.join(Market, Market.id == Lot.market_id).outerjoin(
        Operation, Operation.id == Market.operation_id
    )


SECTOR_TYPED = Operation.sector
DIVISION = func.substr(func.coalesce(Lot.cpv, Market.cpv), 1, 2)
