"""Puts published markets into a territory: all or nothing, the same again changes nothing."""

import datetime
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, null, select, update
from sqlalchemy.orm import Session

from facilitator import imported_organisations, journal, lot_grouping
from facilitator.decp import Record
from facilitator.decp_fields import DESTROYED
from facilitator.decp_markets import PublishedMarket
from facilitator.decp_plan import (
    LISTS,
    NO_OBJECT,
    ChangedMarket,
    ImportPlan,
    Key,
    columns_of,
    identities_of_holders,
    identity_of_buyer,
)
from facilitator.imported_organisations import Facts, Identity, in_parts
from facilitator.lot_grouping import ProposedGroup
from facilitator.markets import Lot, Market, MarketHolder, MarketModification, Operation
from facilitator.organisations import Organisation
from facilitator.vocabulary import OrganisationRoleName


@dataclass(frozen=True)
class Imported:
    """What an import did: created + updated + unchanged + rejected + ignored = read."""

    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    ignored: int


def apply(
    session: Session,
    plan: ImportPlan,
    *,
    by: int | None,
    at: datetime.datetime,
    selected: Collection[Key] | None = None,
    groups: Iterable[ProposedGroup] = (),
) -> Imported:
    """Write a plan, or of it the markets selected; `groups` are those that a human accepted."""
    new = [each for each in plan.new if _wanted(each, selected)]
    changed = [each for each in plan.changed if _wanted(each.record, selected)]
    organisations = _record_organisations(session, [*new, *(each.record for each in changed)], at=at)
    _insert(session, plan.territory_id, new, organisations, at)
    for each in changed:
        _update(session, plan.territory_id, each, organisations, by)
    for each in plan.refreshed:
        session.execute(_publication_of(each))
    _group(session, plan.territory_id, groups)
    left = len(plan.new) - len(new) + len(plan.changed) - len(changed)
    done = Imported(
        read=plan.read,
        created=len(new),
        updated=len(changed),
        unchanged=plan.unchanged,
        rejected=plan.rejected,
        ignored=len(plan.ignored) + left,
    )
    if not done.created and not done.updated:
        return done
    journal.note(
        session,
        "import_decp",
        "territory",
        plan.territory_id,
        by=by,
        territory_id=plan.territory_id,
        created=done.created,
        updated=done.updated,
    )
    return done


def _wanted(record: Record, selected: Collection[Key] | None) -> bool:
    return selected is None or record.market.key in selected


def _record_organisations(
    session: Session, records: list[Record], *, at: datetime.datetime
) -> dict[Identity, int]:
    """Buyers and titulaires, named by the newest publication that names them well."""
    names: dict[Identity, tuple[bool, str, str]] = {}
    buyers: set[Identity] = set()
    holders: set[Identity] = set()
    for each in records:
        buyer = identity_of_buyer(each.market)
        held = identities_of_holders(each.market)
        buyers.add(buyer)
        holders |= held.keys()
        newest = str(each.market.newest_on or "")
        for identity, name in ((buyer, each.market.buyer_name), *held.items()):
            whole = (DESTROYED not in (name or DESTROYED), newest if name else "", name or "")
            names[identity] = max(whole, names.get(identity, whole))
    recorded = imported_organisations.record(
        session, {each: Facts(name or None) for each, (_, _, name) in names.items()}, at=at
    )
    ids = dict(recorded.ids)
    imported_organisations.add_roles(
        session,
        [(ids[each], OrganisationRoleName.authority, "") for each in buyers]
        + [(ids[each], OrganisationRoleName.company, "") for each in holders],
    )
    return ids


def _row(market: PublishedMarket) -> dict[str, Any]:
    """The columns that say what was published; an unknown one is left out, so that it is NULL."""
    values = columns_of(json.loads(market.canonical()))
    known = {name: value for name, value in values.items() if value is not None}
    return known | {"published": market.canonical(), "published_rank": market.rank}


def _insert(
    session: Session,
    territory_id: int,
    new: list[Record],
    organisations: dict[Identity, int],
    at: datetime.datetime,
) -> None:
    """New markets, each with its titulaires, its modifications and one lot «heures à définir»."""
    if not new:
        return
    session.execute(
        insert(Market),
        [
            _row(each.market)
            | {
                "territory_id": territory_id,
                "buyer_id": organisations[identity_of_buyer(each.market)],
                "decp_id": each.market.decp_id,
                "created_at": at,
            }
            for each in new
        ],
    )
    ids = _ids_of(session, territory_id, new, organisations)
    _insert_facts(session, [(ids[each.market.key], each.market) for each in new], organisations)
    session.execute(
        insert(Lot),
        [
            {
                "territory_id": territory_id,
                "market_id": ids[each.market.key],
                "number": lot_grouping.number_in(each.market.object) or "1",
                "title": each.market.object or NO_OBJECT,
            }
            | ({"cpv": each.market.cpv} if each.market.cpv else {})
            for each in new
        ],
    )


def _ids_of(
    session: Session, territory_id: int, new: list[Record], organisations: dict[Identity, int]
) -> dict[Key, int]:
    identifiers = {organisations[identity_of_buyer(each.market)]: each.market.buyer_id for each in new}
    found: dict[Key, int] = {}
    for part in in_parts(identifiers):
        rows = session.execute(
            select(Market.buyer_id, Market.decp_id, Market.id).where(
                Market.territory_id == territory_id, Market.buyer_id.in_(part)
            )
        )
        found |= {(identifiers[buyer_id], decp_id): id_ for buyer_id, decp_id, id_ in rows}
    return found


def _insert_facts(
    session: Session, markets: list[tuple[int, PublishedMarket]], organisations: dict[Identity, int]
) -> None:
    """Titulaires and modifications as published."""
    holders = [
        {"market_id": market_id, "organisation_id": organisations[identity], "position": position}
        for market_id, market in markets
        for position, identity in enumerate(identities_of_holders(market), start=1)
    ]
    modifications = [
        {
            "market_id": market_id,
            "position": position,
            "number": each.number,
            "object": each.object,
            "duration_months": each.duration_months,
            "amount": each.amount,
            "notified_on": each.notified_on,
            "published_on": each.published_on,
            "holders": [list(holder) for holder in each.holders],
        }
        for market_id, market in markets
        for position, each in enumerate(market.modifications, start=1)
    ]
    if holders:
        session.execute(insert(MarketHolder), holders)
    if modifications:
        session.execute(insert(MarketModification), modifications)


def _update(
    session: Session,
    territory_id: int,
    changed: ChangedMarket,
    organisations: dict[Identity, int],
    by: int | None,
) -> None:
    session.execute(_publication_of(changed))
    if any(each.name in LISTS for each in changed.changes):
        for table in (MarketHolder, MarketModification):
            session.execute(delete(table).where(table.market_id == changed.market_id))
        _insert_facts(session, [(changed.market_id, changed.record.market)], organisations)
    journal.note(
        session,
        "publish",
        "market",
        changed.market_id,
        by=by,
        territory_id=territory_id,
        changes={
            each.name: [] if each.name in LISTS else [_plain(each.old), _plain(each.new)]
            for each in changed.changes
        },
    )


def _publication_of(changed: ChangedMarket) -> Any:
    """The UPDATE that brings a market to a newer publication."""
    values = {
        each.name: null() if each.new is None else each.new
        for each in changed.changes
        if each.name not in LISTS
    }
    market = changed.record.market
    return (
        update(Market)
        .where(Market.id == changed.market_id)
        .values(
            **values,
            published=market.canonical(),
            published_rank=market.rank,
            version=Market.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


def _plain(value: object) -> object:
    return str(value) if isinstance(value, (Decimal, datetime.date)) else value


def _group(session: Session, territory_id: int, groups: Iterable[ProposedGroup]) -> None:
    """One operation per accepted group; a market already in one stays there."""
    for group in groups:
        operation = Operation(territory_id=territory_id, name=group.title[:500])
        session.add(operation)
        session.flush()
        members = [_id_of(session, territory_id, each.market) for each in group.lots]
        session.execute(
            update(Market)
            .where(Market.id.in_([each for each in members if each]), Market.operation_id.is_(None))
            .values(operation_id=operation.id)
            .execution_options(synchronize_session=False)
        )


def _id_of(session: Session, territory_id: int, market: PublishedMarket) -> int | None:
    return session.scalar(
        select(Market.id)
        .join(Organisation, Organisation.id == Market.buyer_id)
        .where(
            Market.territory_id == territory_id,
            Market.decp_id == market.decp_id,
            Organisation.identifier == market.buyer_id,
        )
    )
