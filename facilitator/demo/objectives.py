"""What the operations of urban renewal of the demonstration aim at."""

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import operations
from facilitator.commitments import LedgerLine
from facilitator.markets import Lot, Market, Operation

SITE_FOR_ONE = 20  # five percent of the hours of the site


def aim(session: Session, territory_id: int, by: int) -> None:
    """Give each one its convention, its objectives and the hours of its site."""
    found = session.scalars(
        select(Operation)
        .where(Operation.territory_id == territory_id, Operation.npnru)
        .order_by(Operation.id)
    )
    for number, operation in enumerate(found, 1):
        owed = session.scalar(
            select(func.sum(LedgerLine.delta))
            .join(Lot, Lot.id == LedgerLine.lot_id)
            .join(Market, Market.id == Lot.market_id)
            .where(Market.operation_id == operation.id, LedgerLine.effective_on.is_not(None))
        )
        operations.amend(
            session,
            operation,
            by=by,
            convention=f"NPNRU-{number:03d}",
            women_percent=15,
            qpv_percent=30,
            alternance_percent=10,
            site_hours=max(owed or Decimal(0), Decimal(100)) * SITE_FOR_ONE,
            site_hours_source=f"Convention NPNRU-{number:03d}, annexe des heures",
        )
