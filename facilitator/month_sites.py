"""The sites where an organisation has hours to do and nobody is known to work in a month: «néant» can be said of them."""

import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from facilitator.awards import Award
from facilitator.hours import NilDeclaration
from facilitator.lot_dates import Bounds, execution
from facilitator.markets import Lot, Market
from facilitator.month_rows import Site, label, site_label
from facilitator.organisations import Organisation
from facilitator.periods import Interval, last_of_month
from facilitator.placements import Placement
from facilitator.territories import Territory
from facilitator.vocabulary import Periodicity, PlacementState


def empty(session: Session, organisation_id: int, month: datetime.date) -> list[tuple[Site, bool]]:
    """The awards of the organisation that run in the month with nobody at work, and whether «néant» is said (two selects)."""
    last, buyer = last_of_month(month), aliased(Organisation)
    rows = session.execute(
        select(
            Award.id, Award.lot_id, Lot.number, Lot.title, Lot.periodicity, Market.object,
            label(buyer).label("buyer"), label(Organisation).label("host"),
            Territory.id.label("territory_id"), Territory.name.label("territory"),
            NilDeclaration.id.label("nil_id"),
        )
        .join(Lot, Lot.id == Award.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(buyer, buyer.id == Market.buyer_id)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .join(Territory, Territory.id == Award.territory_id)
        .outerjoin(NilDeclaration, (NilDeclaration.award_id == Award.id) & (NilDeclaration.month == month))
        .where(Award.organisation_id == organisation_id, ~_somebody(month, last))
        .order_by(Territory.name, Market.object, Lot.number, Award.id)
    ).all()  # fmt: skip
    bounds = execution(session, {row.lot_id for row in rows})
    month_days = Interval(month, last)
    return [
        (_site(row), row.nil_id is not None)
        for row in rows
        if _runs(bounds.get(row.lot_id, (None, None)), month_days)
    ]


def _somebody(first: datetime.date, last: datetime.date) -> Any:
    """Somebody is placed on the award in the month, or on those of its subcontractors."""
    place, below = aliased(Award), aliased(Award)
    return (
        select(Placement.id)
        .join(place, place.id == Placement.award_id)
        .outerjoin(below, below.id == place.parent_id)
        .where(
            or_(place.id == Award.id, place.parent_id == Award.id, below.parent_id == Award.id),
            Placement.state == PlacementState.confirmed,
            Placement.from_on <= last,
            or_(Placement.to_on.is_(None), Placement.to_on >= first),
        )
        .correlate(Award)
        .exists()
    )


def _runs(bounds: Bounds, month: Interval) -> bool:
    """Nothing is asked of a lot before its ordre de service, nor after its end."""
    starts, ends = bounds
    return starts is not None and month.meets(Interval(starts, ends))


def _site(row: Any) -> Site:
    return Site(
        award_id=row.id,
        lot_id=row.lot_id,
        lot=site_label(row.number, row.title, row.object),
        market=row.object,
        buyer=row.buyer,
        host=row.host,
        territory_id=row.territory_id,
        territory=row.territory,
        quarterly=row.periodicity == Periodicity.quarterly,
    )
