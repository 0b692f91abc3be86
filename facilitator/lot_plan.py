"""The monthly plan of a lot: the hours expected month by month, in place of an even rhythm."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from facilitator import journal
from facilitator.french import of_month
from facilitator.lot_dates import Bounds
from facilitator.markets import Lot, MarketRefused, PlannedMonth
from facilitator.periods import DAY, first_of_month, last_of_month

LONGEST = 60  # months that a plan may count
Plan = Mapping[datetime.date, Decimal]


def of_lot(session: Session, lot_id: int) -> dict[datetime.date, Decimal]:
    """The hours of each planned month, by its first day; empty: no plan (one select)."""
    rows = session.scalars(
        select(PlannedMonth).where(PlannedMonth.lot_id == lot_id).order_by(PlannedMonth.month)
    )
    return {row.month: row.hours for row in rows}


def months(bounds: Bounds, plan: Plan) -> list[datetime.date]:
    """The months to plan, from the start of the lot to its end, with those planned before its dates moved.

    Refuses a lot without dates, or longer than sixty months.
    """
    start, end = bounds
    if start is None or end is None:
        raise MarketRefused("Fixez d’abord le début et la fin du lot\u00a0: le plan va de l’un à l’autre.")
    found = set(plan)
    month = first_of_month(start)
    while month <= end:
        found.add(month)
        if len(found) > LONGEST:
            raise MarketRefused(
                f"Un plan compte au plus {LONGEST}\u00a0mois\u00a0: ce lot est plus long, ses heures attendues suivent un rythme égal."
            )
        month = last_of_month(month) + DAY
    return sorted(found)


def replace(session: Session, lot: Lot, plan: Plan, *, by: int | None) -> None:
    """Write the whole plan anew; an empty one takes it away. Refuses a plan without any hour."""
    total = sum(plan.values(), Decimal(0))
    if plan and not total:
        raise MarketRefused(
            "Ce plan ne compte aucune heure. Laissez tous les mois vides pour revenir à un rythme égal."
        )
    for month, hours in plan.items():
        if hours < 0:
            raise MarketRefused(f"Les heures {of_month(month)} sont négatives\u00a0: corrigez-les.")
    session.execute(delete(PlannedMonth).where(PlannedMonth.lot_id == lot.id))
    session.add_all(
        PlannedMonth(territory_id=lot.territory_id, lot_id=lot.id, month=first_of_month(month), hours=hours)
        for month, hours in plan.items()
    )
    session.flush()
    journal.note(
        session,
        "plan",
        "lot",
        lot.id,
        by=by,
        territory_id=lot.territory_id,
        lot_id=lot.id,
        months=len(plan),
        total=str(total),
    )
