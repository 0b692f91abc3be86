"""Dates of a lot: start and end as dated facts, stops and restarts."""

import datetime
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal
from facilitator.db import touch
from facilitator.french import date as french_date
from facilitator.markets import Lot, LotDate, LotStop, MarketRefused

Bounds = tuple[datetime.date | None, datetime.date | None]


def execution(session: Session, lot_ids: Iterable[int]) -> dict[int, Bounds]:
    """First and last day of execution of each lot, with all that is known today (one select; none without a lot)."""
    wanted = set(lot_ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(LotDate.lot_id, LotDate.kind, LotDate.value_on)
        .where(LotDate.lot_id.in_(wanted))
        .order_by(LotDate.effective_on.nulls_first(), LotDate.id)
    )
    latest: dict[int, dict[str, datetime.date]] = {}
    for lot_id, kind, value_on in rows:
        latest.setdefault(lot_id, {})[kind] = value_on
    return {lot: (dates.get("start"), dates.get("end")) for lot, dates in latest.items()}


def set_date(
    session: Session,
    lot: Lot,
    kind: str,
    value_on: datetime.date,
    *,
    by: int | None,
    effective_on: datetime.date | None = None,
    document: str | None = None,
) -> LotDate:
    """Record the start or the end of a lot; with `effective_on`, an avenant that counts from that day."""
    start, end = execution(session, [lot.id]).get(lot.id, (None, None))
    start, end = (value_on, end) if kind == "start" else (start, value_on)
    if start is not None and end is not None and end < start:
        raise MarketRefused(
            f"La fin du lot ({french_date(end)}) précède son début ({french_date(start)})."
            " Corrigez l’une des deux dates."
        )
    fact = LotDate(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        kind=kind,
        value_on=value_on,
        effective_on=effective_on,
        document=document,
        recorded_by_id=by,
        recorded_at=journal.now(),
    )
    session.add(fact)
    session.flush()
    touch(session, "lot", lot.id)
    _note(session, f"set_{kind}", lot, by, value=str(value_on))
    return fact


def stop(
    session: Session,
    lot: Lot,
    from_on: datetime.date,
    to_on: datetime.date | None,
    reason: str | None,
    *,
    by: int | None,
) -> LotStop:
    """Record days on which the works stood still; stops do not overlap."""
    if to_on is not None and to_on < from_on:
        raise MarketRefused(
            f"La reprise précède l’arrêt du {french_date(from_on)}. Corrigez l’une des deux dates."
        )
    for other in session.scalars(select(LotStop).where(LotStop.lot_id == lot.id)):
        if (to_on is None or other.from_on <= to_on) and (other.to_on is None or from_on <= other.to_on):
            raise MarketRefused(
                f"Un arrêt est déjà noté à partir du {french_date(other.from_on)}."
                " Notez d’abord sa reprise, ou choisissez d’autres dates."
            )
    pause = LotStop(territory_id=lot.territory_id, lot_id=lot.id, from_on=from_on, to_on=to_on, reason=reason)
    session.add(pause)
    session.flush()
    _note(session, "stop", lot, by, from_on=str(from_on))
    return pause


def restart(session: Session, lot: Lot, pause: LotStop, on: datetime.date, *, by: int | None) -> None:
    """Works start again `on`: the day before is the last day of the stop."""
    last = on - datetime.timedelta(days=1)
    if last < pause.from_on:
        raise MarketRefused(
            f"L’arrêt commence le {french_date(pause.from_on)}\u00a0: la reprise vient au plus tôt le lendemain."
        )
    pause.to_on = last
    _note(session, "restart", lot, by, on=str(on))


def _note(session: Session, verb: str, lot: Lot, by: int | None, **details: Any) -> None:
    journal.note(
        session,
        verb,
        "lot",
        lot.id,
        by=by,
        territory_id=lot.territory_id,
        lot_id=lot.id,
        **details,
    )
