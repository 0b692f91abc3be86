"""What an import would do: published markets beside those of a territory, nothing written."""

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import lot_grouping
from facilitator.decp import Merged, Record
from facilitator.decp_markets import FIELD_LABELS, PublishedMarket
from facilitator.import_problems import Level, Problem
from facilitator.imported_organisations import Identity, in_parts
from facilitator.lot_grouping import ProposedGroup
from facilitator.markets import Market
from facilitator.organisations import Organisation
from facilitator.vocabulary import IdentifierScheme, SocialConsideration

Key = tuple[str, str]  # identifier of the buyer, number of the market

NO_OBJECT = "Objet non communiqué"
COLUMNS = (
    "object",
    "nature",
    "procedure",
    "cpv",
    "place_code",
    "place_kind",
    "amount",
    "duration_months",
    "notified_on",
    "framework_id",
    "considerations",
)
LISTS = ("holders", "modifications")  # kept in tables of their own


@dataclass(frozen=True)
class Change:
    """One field of a market that a newer publication changes; `name` as in `FIELD_LABELS`."""

    name: str
    old: object
    new: object

    @property
    def label(self) -> str:
        """The French name of the field."""
        return FIELD_LABELS[self.name]


@dataclass(frozen=True)
class ChangedMarket:
    """A market of the territory and what a newer publication changes in it.

    Without changes only the publication itself is newer. `kept` names the fields typed by hand, left alone.
    """

    market_id: int
    record: Record
    changes: tuple[Change, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class ImportPlan:
    """Every record read is in exactly one place, so read = new + changed + unchanged + rejected + ignored."""

    territory_id: int
    read: int
    new: tuple[Record, ...]
    changed: tuple[ChangedMarket, ...]
    refreshed: tuple[ChangedMarket, ...]
    same: tuple[Record, ...]
    superseded: tuple[Record, ...]
    ignored: tuple[Record, ...]
    problems: tuple[Problem, ...]
    groups: tuple[ProposedGroup, ...]

    @property
    def unchanged(self) -> int:
        """Markets already there as published, and records that a newer one replaces."""
        return len(self.same) + len(self.refreshed) + len(self.superseded)

    @property
    def rejected(self) -> int:
        return sum(each.level is Level.rejection for each in self.problems)


@dataclass(frozen=True)
class _Known:
    """A market of the territory as it stands."""

    id: int
    values: Mapping[str, Any]
    published: Mapping[str, Any] | None
    rank: str


def identity_of_buyer(market: PublishedMarket) -> Identity:
    """The buyer as an organisation; what is no SIRET at all stands apart."""
    scheme = IdentifierScheme.SIRET if len(market.buyer_id) == 14 else IdentifierScheme.AUTRE
    return scheme.value, market.buyer_id


def identities_of_holders(market: PublishedMarket) -> dict[Identity, str | None]:
    """The titulaires that can be told apart; numbers such as «1» belong to nobody in particular."""
    return {
        (each.scheme, each.identifier): each.name or None
        for each in market.holders
        if len(each.identifier) == 14 or (len(each.identifier) >= 5 and each.scheme != IdentifierScheme.SIRET)
    }


def columns_of(published: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a market, from the canonical form of a publication."""
    values = {name: published[name] for name in COLUMNS}
    values["object"] = values["object"] or NO_OBJECT
    if values["amount"] is not None:
        values["amount"] = Decimal(values["amount"])
    if values["notified_on"] is not None:
        values["notified_on"] = datetime.date.fromisoformat(values["notified_on"])
    return values


def plan(session: Session, territory_id: int, merged: Merged, *, only_social: bool = False) -> ImportPlan:
    """Compare what was read with what the territory follows. Writes nothing."""
    known = _known_markets(session, territory_id, {each.market.buyer_id for each in merged.chosen})
    new: list[Record] = []
    same: list[Record] = []
    ignored: list[Record] = []
    compared: list[ChangedMarket] = []
    for each in merged.chosen:
        row = known.get(each.market.key)
        if row is None:
            social = SocialConsideration.clause in (each.market.considerations or ())
            (new if social or not only_social else ignored).append(each)
        elif each.market.rank <= row.rank:
            same.append(each)
        else:
            compared.append(_compare(row, each))
    left_out = {each.market.key for each in ignored}
    ignored += [each for each in merged.superseded if each.market.key in left_out]
    return ImportPlan(
        territory_id=territory_id,
        read=merged.read,
        new=tuple(new),
        changed=tuple(each for each in compared if each.changes),
        refreshed=tuple(each for each in compared if not each.changes),
        same=tuple(same),
        superseded=tuple(each for each in merged.superseded if each.market.key not in left_out),
        ignored=tuple(ignored),
        problems=(*merged.problems, *_kept_by_hand(compared)),
        groups=lot_grouping.propose(each.market for each in new),
    )


def _known_markets(session: Session, territory_id: int, buyers: Iterable[str]) -> dict[Key, _Known]:
    columns = [getattr(Market, name) for name in COLUMNS]
    found: dict[Key, _Known] = {}
    for part in in_parts(sorted(buyers)):
        rows = session.execute(
            select(
                Organisation.identifier,
                Market.id,
                Market.decp_id,
                Market.published,
                Market.published_rank,
                *columns,
            )
            .join(Organisation, Organisation.id == Market.buyer_id)
            .where(Market.territory_id == territory_id, Organisation.identifier.in_(part))
        ).mappings()
        for row in rows:
            found[row["identifier"], row["decp_id"]] = _Known(
                id=row["id"],
                values={name: row[name] for name in COLUMNS},
                published=json.loads(row["published"]) if row["published"] else None,
                rank=row["published_rank"] or "",
            )
    return found


def _compare(row: _Known, record: Record) -> ChangedMarket:
    """A field changes only where it still says what the previous publication said."""
    published = json.loads(record.market.canonical())
    before = columns_of(row.published) if row.published else dict.fromkeys(COLUMNS)
    changes: list[Change] = []
    kept: list[str] = []
    for name, value in columns_of(published).items():
        current = row.values[name]
        if value == current or value == before[name]:
            continue
        if current == before[name] or (current == NO_OBJECT and name == "object"):
            changes.append(Change(name, current, value))
        else:
            kept.append(name)
    for name in LISTS:
        old = row.published[name] if row.published else []
        if old != published[name]:
            changes.append(Change(name, old, published[name]))
    return ChangedMarket(row.id, record, tuple(changes), tuple(kept))


def _kept_by_hand(compared: Iterable[ChangedMarket]) -> list[Problem]:
    return [
        Problem(
            each.record.file,
            each.record.position,
            each.record.market.decp_id,
            Level.warning,
            f"Modifié à la main et laissé tel quel : {', '.join(FIELD_LABELS[name] for name in each.kept)}.",
        )
        for each in compared
        if each.kept
    ]
