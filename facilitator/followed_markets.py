"""Loads markets to be counted once: a territory’s own as pilot, or all of a buyer’s, each under one territory."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.decp_values import FollowedLot, FollowedMarket
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.territories import Territory
from facilitator.vocabulary import ClauseKind, SocialConsideration


def of_territory(session: Session, territory_id: int) -> list[FollowedMarket]:
    """The markets that a territory leads, newest first (one select)."""
    return _markets(session, Market.territory_id == territory_id, Market.pilot)


def of_buyer(session: Session, buyer_id: int) -> list[FollowedMarket]:
    """Every market of a buyer once: its pilot’s row, or the only one that the tool knows (one select)."""
    once: dict[str, FollowedMarket] = {}
    for market in _markets(session, Market.buyer_id == buyer_id):
        once.setdefault(market.decp_id, market)
    return list(once.values())


def buyers(markets: Iterable[FollowedMarket]) -> list[tuple[int, str]]:
    """The buyers of these markets by name, to choose from."""
    names = {market.buyer_id: market.buyer for market in markets}
    return sorted(names.items(), key=lambda each: (each[1].casefold(), each[0]))


def _markets(session: Session, *conditions: Any) -> list[FollowedMarket]:
    rows = session.execute(
        select(
            Market.id,
            Territory.name.label("territory"),
            Market.buyer_id,
            func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier).label(
                "buyer"
            ),
            Market.decp_id,
            Market.generated_id,
            Market.object,
            Market.notified_on,
            Market.amount,
            Market.framework_id,
            Market.considerations,
            Market.published.is_not(None).label("published"),
            Lot.id.label("lot_id"),
            Lot.number,
            Lot.clause,
        )
        .join(Territory, Territory.id == Market.territory_id)
        .join(Organisation, Organisation.id == Market.buyer_id)
        .outerjoin(Lot, Lot.market_id == Market.id)
        .where(*conditions)
        .order_by(Market.notified_on.desc().nulls_last(), Market.pilot.desc(), Market.id, Lot.number, Lot.id)
    ).all()
    by_market: dict[int, list[Any]] = {}
    for row in rows:
        by_market.setdefault(row.id, []).append(row)
    return [_market(theirs) for theirs in by_market.values()]


def _market(rows: list[Any]) -> FollowedMarket:
    first = rows[0]
    said = first.considerations
    return FollowedMarket(
        id=first.id,
        territory=first.territory,
        buyer_id=first.buyer_id,
        buyer=first.buyer,
        decp_id=first.decp_id,
        generated_id=first.generated_id,
        object=first.object,
        notified_on=first.notified_on,
        amount=first.amount,
        framework_id=first.framework_id,
        considerations=None if said is None else frozenset(SocialConsideration(each) for each in said),
        published=bool(first.published),
        lots=tuple(
            FollowedLot(row.lot_id, row.number, ClauseKind(row.clause) if row.clause else None)
            for row in rows
            if row.lot_id is not None
        ),
    )
