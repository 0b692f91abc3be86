"""One market followed by two territories: its pilot’s lots, and the same lots as associated territories follow them.

What is owed is the pilot’s; what was worked counts for the lot, whoever placed the person (trade.md §2).
"""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from facilitator.markets import Lot, Market
from facilitator.territories import Territory

PILOT_LOT, ASSOCIATED_LOT = aliased(Lot), aliased(Lot)
_PILOT, _ASSOCIATED, _Earlier = aliased(Market), aliased(Market), aliased(Market)


def pairs(*columns: Any) -> Select[*tuple[Any, ...]]:
    """`PILOT_LOT` beside each `ASSOCIATED_LOT`: same buyer, same DECP id, same number; the first pilot, if two say so."""
    earlier = select(_Earlier.id).where(
        _Earlier.buyer_id == _PILOT.buyer_id,
        _Earlier.decp_id == _PILOT.decp_id,
        _Earlier.pilot,
        _Earlier.id < _PILOT.id,
    )
    return (
        select(*columns)
        .select_from(PILOT_LOT)
        .join(_PILOT, _PILOT.id == PILOT_LOT.market_id)
        .join(
            _ASSOCIATED, (_ASSOCIATED.buyer_id == _PILOT.buyer_id) & (_ASSOCIATED.decp_id == _PILOT.decp_id)
        )
        .join(
            ASSOCIATED_LOT,
            (ASSOCIATED_LOT.market_id == _ASSOCIATED.id) & (ASSOCIATED_LOT.number == PILOT_LOT.number),
        )
        .where(_PILOT.pilot, ~_ASSOCIATED.pilot, ~earlier.exists())
    )


def pilot_of(session: Session, lot: Lot) -> str | None:
    """The territory that leads on the market of a lot, when it is another one (one select)."""
    return session.scalar(
        select(Territory.name)
        .join(_PILOT, _PILOT.territory_id == Territory.id)
        .join(
            _ASSOCIATED, (_ASSOCIATED.buyer_id == _PILOT.buyer_id) & (_ASSOCIATED.decp_id == _PILOT.decp_id)
        )
        .where(_ASSOCIATED.id == lot.market_id, ~_ASSOCIATED.pilot, _PILOT.pilot)
        .order_by(_PILOT.id)
        .limit(1)
    )
