"""Loads the indicators of a buyer for a year: its markets, their statements, the structures that worked."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from facilitator import compliance, spaser, statements
from facilitator.decp_values import FollowedMarket
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.placements import Placement
from facilitator.rules import Rules
from facilitator.spaser import Spaser, SpaserMarket, SpaserSiae
from facilitator.vocabulary import OrganisationRoleName


def of_buyer(
    session: Session,
    buyer: Organisation,
    markets: Sequence[FollowedMarket],
    year: int,
    on: datetime.date,
    territory_id: int | None = None,
) -> Spaser:
    """The indicators over the markets given; hours worked are a territory’s own (None: whoever placed)."""
    kept = spaser.notified_in((each for each in markets if each.buyer_id == buyer.id), year)
    by_lot = statements.of_lots(session, {lot.id for market in kept for lot in market.lots}, on)
    found = tuple(
        SpaserMarket(each, compliance.add_up([by_lot[lot.id] for lot in each.lots], on, Rules()))
        for each in kept
    )
    worked = _worked(buyer.id, year, on, territory_id)
    return Spaser(
        buyer=buyer.label,
        year=year,
        on=on,
        markets=found,
        total=compliance.add_up(list(by_lot.values()), on, Rules()),
        worked=session.scalar(worked.with_only_columns(func.sum(Share.retained))) or Decimal(0),
        siae=_siae(session, worked),
    )


def _worked(buyer_id: int, year: int, on: datetime.date, territory_id: int | None) -> Select[Any]:
    found = (
        select(Share.id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(
            Market.buyer_id == buyer_id,
            Share.month.between(datetime.date(year, 1, 1), datetime.date(year, 12, 31)),
            Share.to_on <= on,
            Share.retained > 0,
        )
    )
    return found if territory_id is None else found.where(Share.territory_id == territory_id)


def _siae(session: Session, worked: Select[Any]) -> tuple[SpaserSiae, ...]:
    """Employers that are structures of insertion, with a retained hour in the year (two selects)."""
    hours = session.execute(
        worked.join(Placement, Placement.id == Share.placement_id)
        .with_only_columns(Placement.employer_id, func.sum(Share.retained))
        .group_by(Placement.employer_id)
    ).all()
    by_employer: dict[int, Decimal] = dict(hours)
    roles = session.execute(
        select(
            Organisation.id, func.coalesce(Organisation.name, Organisation.identifier), OrganisationRole.kind
        )
        .join(OrganisationRole, OrganisationRole.organisation_id == Organisation.id)
        .where(OrganisationRole.role == OrganisationRoleName.siae, Organisation.id.in_(by_employer))
        .order_by(Organisation.name, Organisation.id, OrganisationRole.kind)
    )
    kinds: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    for id_, name, kind in roles:
        names[id_] = name
        kinds.setdefault(id_, []).extend(filter(None, [kind]))
    found = [SpaserSiae(name, ", ".join(kinds[id_]), by_employer[id_]) for id_, name in names.items()]
    return tuple(sorted(found, key=lambda each: -each.hours))
