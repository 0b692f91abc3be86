"""Which lots a bilan is about: a buyer’s, one market’s or one lot’s, associated territories under their pilot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.territories import Territory


@dataclass(frozen=True)
class Scope:
    """Which of a buyer’s lots a bilan is about, and which stand under the same lot of the pilot territory."""

    buyer: str
    siret: str
    markets: tuple["Followed", ...]
    shared: Mapping[int, int]

    def lot_ids(self) -> set[int]:
        """Those that stand on a line: an associated territory’s hours stand on the pilot’s."""
        known = {row.lot_id for market in self.markets for row in market.rows if row.lot_id}
        return known - self.shared.keys()


@dataclass(frozen=True)
class Followed:
    """A market of the buyer: its own row first, then what associated territories follow of it."""

    row: Any
    rows: tuple[Any, ...]
    territories: tuple[str, ...]


def followed_rows(session: Session, buyer_id: int) -> Sequence[Any]:
    """The buyer, its markets and lots, and the territories that follow them (one select)."""
    return session.execute(
        select(
            Organisation.name.label("buyer"),
            Organisation.identifier.label("siret"),
            Market.id.label("market_id"),
            Market.decp_id,
            Market.buyer_number,
            Market.object,
            Market.notified_on,
            Market.pilot,
            Market.territory_id,
            Territory.name.label("territory"),
            Lot.id.label("lot_id"),
            Lot.number,
            Lot.title,
            Lot.cpv,
            Lot.clause,
            Lot.groupement_form,
            Lot.tolerance_kind,
            Lot.tolerance_percent,
        )
        .outerjoin(Market, Market.buyer_id == Organisation.id)
        .outerjoin(Territory, Territory.id == Market.territory_id)
        .outerjoin(Lot, Lot.market_id == Market.id)
        .where(Organisation.id == buyer_id)
        .order_by(Market.decp_id, Market.id, Lot.number, Lot.id)
    ).all()


def scope(rows: Sequence[Any], territory_id: int | None) -> Scope:
    """All that the buyer’s own page shows, or what one territory follows, with those that it leads."""
    first = rows[0]
    led = {row.decp_id for row in rows if row.pilot and row.territory_id == territory_id}
    followed = [
        row
        for row in rows
        if row.market_id
        and (territory_id in (None, row.territory_id) or (row.decp_id in led and not row.pilot))
    ]
    markets, shared = _join_territories(followed)
    return Scope(first.buyer or f"SIRET {first.siret}", first.siret, markets, shared)


def _join_territories(rows: Sequence[Any]) -> tuple[tuple[Followed, ...], dict[int, int]]:
    """Put the rows of associated territories under the pilot’s: the buyer reads its market once."""
    by_key: dict[str, dict[int, list[Any]]] = {}
    for row in rows:
        by_key.setdefault(row.decp_id, {}).setdefault(row.market_id, []).append(row)
    markets: list[Followed] = []
    shared: dict[int, int] = {}
    for same in by_key.values():
        pilot = next((theirs for theirs in same.values() if theirs[0].pilot), None)
        joined = [theirs for theirs in same.values() if pilot and not theirs[0].pilot]
        for theirs in same.values():
            if theirs in joined:
                continue
            markets.append(_followed(theirs, joined if theirs is pilot else [], shared))
    newest = sorted(markets, key=lambda each: each.row.notified_on or date.min, reverse=True)
    return tuple(newest), shared


def _followed(own: list[Any], associated: list[list[Any]], shared: dict[int, int]) -> Followed:
    numbers = {row.number: row.lot_id for row in own if row.lot_id}
    rows = list(own)
    for theirs in associated:
        for row in theirs:
            if row.lot_id and row.number in numbers:
                shared[row.lot_id] = numbers[row.number]
            rows.append(row)
    names = [own[0].territory, *(theirs[0].territory for theirs in associated)]
    return Followed(own[0], tuple(rows), tuple(dict.fromkeys(names)))


def only(scope: Scope, market_id: int | None, lot_id: int | None = None) -> Scope:
    """The same scope with one market, whichever territory’s row names it, or with one of its lots."""
    if market_id is None:
        return scope
    one = _only_market(scope, market_id)
    if lot_id is None:
        return one
    line = scope.shared.get(lot_id, lot_id)
    markets = tuple(replace(each, rows=_rows_of(each, line, scope.shared)) for each in one.markets)
    shared = {lot: pilot for lot, pilot in one.shared.items() if pilot == line}
    return Scope(scope.buyer, scope.siret, markets, shared)


def _rows_of(market: Followed, line: int, shared: Mapping[int, int]) -> tuple[Any, ...]:
    return tuple(row for row in market.rows if line in (row.lot_id, shared.get(row.lot_id)))


def _only_market(scope: Scope, market_id: int) -> Scope:
    kept = tuple(
        each
        for each in scope.markets
        if market_id == each.row.market_id or any(row.market_id == market_id for row in each.rows)
    )
    inside = {row.lot_id for market in kept for row in market.rows}
    shared = {lot: pilot for lot, pilot in scope.shared.items() if lot in inside}
    return Scope(scope.buyer, scope.siret, kept, shared)


def territories_by_lot(followed: Followed, scope: Scope) -> dict[int, str]:
    """The names of the territories that follow each lot of a market."""
    names: dict[int, list[str]] = {}
    for row in followed.rows:
        if row.lot_id:
            names.setdefault(scope.shared.get(row.lot_id, row.lot_id), []).append(row.territory)
    return {lot_id: " et ".join(dict.fromkeys(each)) for lot_id, each in names.items()}
