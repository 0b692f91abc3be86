"""An organisation as one territory knows it: its parts, its markets, its lots, the people that it employs."""

import datetime
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import organisations
from facilitator.awards import Award
from facilitator.labels import Labelled
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.placements import Placement
from facilitator.vocabulary import (
    AuthorityCategory,
    AwardRole,
    OrganisationRoleName,
    PlacementState,
    SiaeKind,
)

SHOWN = 50  # rows of a list; the whole stands behind its link


@dataclass(frozen=True)
class BoughtMarket:
    """A market of which the organisation is the buyer."""

    id: int
    object: str
    decp_id: str
    generated: bool
    notified_on: datetime.date | None
    lots: int


@dataclass(frozen=True)
class WonLot:
    """A lot on which the organisation is one of the companies."""

    id: int
    lot: str
    market: str
    role: str
    awarded_on: datetime.date | None


def roles(session: Session, organisation: Organisation) -> list[str]:
    """Its parts in French, each with its kind (one select)."""
    kinds: list[Labelled] = [*AuthorityCategory, *SiaeKind]
    labels = {each.value: each.label for each in kinds}
    by_role: dict[str, list[str]] = {}
    for each in organisations.roles_of(session, organisation):
        by_role.setdefault(each.role, []).extend([labels[each.kind]] if each.kind in labels else [])
    parts = {OrganisationRoleName(role).label: found for role, found in by_role.items()}
    return [f"{part} ({', '.join(found)})" if found else part for part, found in parts.items()]


def bought(session: Session, territory_id: int, organisation_id: int) -> tuple[int, list[BoughtMarket]]:
    """How many of its markets the territory follows, and the newest of them (one select)."""
    own = (Market.territory_id == territory_id, Market.buyer_id == organisation_id)
    lots = select(func.count(Lot.id)).where(Lot.market_id == Market.id).correlate(Market).scalar_subquery()
    in_all = func.count().over()
    rows = session.execute(
        select(
            in_all, Market.id, Market.object, Market.decp_id, Market.generated_id, Market.notified_on, lots
        )
        .where(*own)
        .order_by(Market.notified_on.desc().nulls_last(), Market.id.desc())
        .limit(SHOWN)
    ).all()
    return rows[0][0] if rows else 0, [BoughtMarket(*row) for _, *row in rows]


def won(session: Session, territory_id: int, organisation_id: int) -> tuple[int, list[WonLot]]:
    """How many places it has on the lots of the territory, and the newest of them (one select)."""
    own = (Award.territory_id == territory_id, Award.organisation_id == organisation_id)
    rows = session.execute(
        select(
            func.count().over(), Lot.id, Lot.number, Lot.title, Market.object, Award.role, Award.awarded_on
        )
        .join(Lot, Lot.id == Award.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(*own)
        .order_by(Award.id.desc())
        .limit(SHOWN)
    ).all()
    return rows[0][0] if rows else 0, [
        WonLot(id, f"Lot {number} – {title}", market, AwardRole(role).label, since)
        for _, id, number, title, market, role, since in rows
    ]


def employed(session: Session, territory_id: int, organisation_id: int) -> list[tuple[str, int]]:
    """How many placements it is or was the employer of in the territory, by state (one select)."""
    rows = session.execute(
        select(Placement.state, func.count(Placement.id))
        .where(Placement.territory_id == territory_id, Placement.employer_id == organisation_id)
        .group_by(Placement.state)
    )
    counts: dict[str, int] = dict(iter(rows))
    return [(state.label, counts[state]) for state in PlacementState if state in counts]
