"""The list of a territory's markets, and what the DECP published of one."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from facilitator.markets import Lot, Market, MarketHolder, MarketModification
from facilitator.organisations import Organisation
from facilitator.vocabulary import SocialConsideration

PAGE = 50


@dataclass(frozen=True)
class MarketLine:
    """One market as the list shows it."""

    id: int
    object: str
    buyer: str
    decp_id: str
    generated: bool
    buyer_number: str | None
    notified_on: datetime.date | None
    considerations: str
    lots: int


@dataclass(frozen=True)
class Holder:
    """A titulaire as published."""

    organisation_id: int
    label: str
    scheme: str
    identifier: str
    name: str | None


def of_territory(session: Session, territory_id: int, words: str, page: int) -> tuple[list[MarketLine], bool]:
    """One page of markets, newest first, and whether more follow; `words` in object, buyer or number."""
    lots = select(func.count(Lot.id)).where(Lot.market_id == Market.id).correlate(Market).scalar_subquery()
    query = (
        select(
            Market.id,
            Market.object,
            func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier),
            Market.decp_id,
            Market.generated_id,
            Market.buyer_number,
            Market.notified_on,
            Market.considerations,
            lots,
        )
        .join(Organisation, Organisation.id == Market.buyer_id)
        .where(Market.territory_id == territory_id)
        .order_by(Market.notified_on.desc().nulls_last(), Market.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    for word in words.split():
        query = query.where(or_(*_holds(word)))
    lines = [
        MarketLine(id, object, buyer, key, generated, number, notified_on, considered(codes), count)
        for id, object, buyer, key, generated, number, notified_on, codes, count in session.execute(query)
    ]
    return lines[:PAGE], len(lines) > PAGE


def _holds(word: str) -> Iterator[ColumnElement[bool]]:
    """The word in one of the columns; SQLite folds the case of unaccented letters only."""
    variants = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    searched = (
        Market.object,
        Organisation.name,
        Organisation.identifier,
        Market.decp_id,
        Market.buyer_number,
    )
    for column in searched:
        for variant in variants:
            yield column.icontains(variant, autoescape=True)


def considered(codes: Sequence[str] | None) -> str:
    """The social considerations in French: not said is not «none»."""
    if codes is None:
        return "non renseigné"
    return ", ".join(SocialConsideration(code).label for code in codes) or "sans objet"


def holders(session: Session, market_id: int) -> list[Holder]:
    """The titulaires as published, in order."""
    rows = session.execute(
        select(Organisation.id, Organisation.scheme, Organisation.identifier, Organisation.name)
        .join(MarketHolder, MarketHolder.organisation_id == Organisation.id)
        .where(MarketHolder.market_id == market_id)
        .order_by(MarketHolder.position)
    )
    return [
        Holder(id, name or f"{scheme} {identifier}", scheme, identifier, name)
        for id, scheme, identifier, name in rows
    ]


def modifications(session: Session, market_id: int) -> list[MarketModification]:
    """The modifications as published, in order."""
    return list(
        session.scalars(
            select(MarketModification)
            .where(MarketModification.market_id == market_id)
            .order_by(MarketModification.position)
        )
    )
