"""Validating hours: a facilitator says yes or no to a relevé; a correction then takes the place of the old."""

import datetime
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import hours
from facilitator.db import touch
from facilitator.declarations import give_way
from facilitator.hours import HoursRefused, Timesheet
from facilitator.vocabulary import TimesheetState


def validate(session: Session, sheet: Timesheet, *, on: datetime.date, by: int | None) -> None:
    """Validate a relevé (twice has one effect); the relevé that it corrects is replaced at the same time."""
    validate_all(session, [sheet], on=on, by=by)


def validate_all(session: Session, sheets: Sequence[Timesheet], *, on: datetime.date, by: int | None) -> None:
    """Validate many relevés or none; beside the UPDATE and the journal line of each, statements are constant."""
    new = [sheet for sheet in sheets if sheet.state != TimesheetState.validated]
    for sheet in new:
        _refuse_unless_declared(sheet)
    for replaced in _corrected(session, new):
        give_way(session, replaced)
    for sheet in new:
        sheet.state, sheet.decided_on, sheet.decided_by_id = TimesheetState.validated, on, by
    touch(session, "timesheet", *(sheet.id for sheet in new))
    hours.note(session, "validate", new, by)


def refuse(session: Session, sheet: Timesheet, reason: str, *, on: datetime.date, by: int | None) -> None:
    """Refuse a relevé with the reason that its declarant will read; a validated one is corrected instead."""
    if sheet.state == TimesheetState.refused and sheet.refusal_reason == reason:
        return
    _refuse_unless_declared(sheet)
    sheet.state, sheet.refusal_reason = TimesheetState.refused, reason
    sheet.decided_on, sheet.decided_by_id = on, by
    touch(session, "timesheet", sheet.id)
    hours.note(session, "refuse", [sheet], by)


def lock_all(session: Session, ids: list[int], territory_id: int) -> list[Timesheet]:
    """The relevés of a queue, locked in one order, that still wait for a decision."""
    return list(
        session.scalars(
            select(Timesheet)
            .where(
                Timesheet.id.in_(ids),
                Timesheet.territory_id == territory_id,
                Timesheet.state == TimesheetState.declared,
            )
            .order_by(Timesheet.id)
            .with_for_update()
        )
    )


def _corrected(session: Session, sheets: Sequence[Timesheet]) -> list[Timesheet]:
    """The validated relevés that these replace."""
    ids = {sheet.replaces_id for sheet in sheets if sheet.replaces_id is not None}
    if not ids:
        return []
    query = select(Timesheet).where(Timesheet.id.in_(ids), Timesheet.state == TimesheetState.validated)
    return list(session.scalars(query.order_by(Timesheet.id)))


def _refuse_unless_declared(sheet: Timesheet) -> None:
    if sheet.state != TimesheetState.declared:
        label = TimesheetState(sheet.state).label.lower()
        raise HoursRefused(
            f"Ce relevé est déjà {label}\u00a0: il ne change plus. Corrigez-le par un nouveau relevé."
        )
