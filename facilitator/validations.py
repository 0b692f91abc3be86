"""Validating hours: a facilitator says yes or no to a relevé; a correction then takes the place of the old."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import hours
from facilitator.db import touch
from facilitator.declarations import give_way
from facilitator.hours import HoursRefused, Timesheet
from facilitator.vocabulary import TimesheetState


def validate(session: Session, sheet: Timesheet, *, on: datetime.date, by: int | None) -> None:
    """Validate a relevé (twice has one effect); the relevé that it corrects is replaced at the same time."""
    if sheet.state == TimesheetState.validated:
        return
    _refuse_unless_declared(sheet)
    replaced = session.get(Timesheet, sheet.replaces_id) if sheet.replaces_id else None
    if replaced is not None and replaced.state == TimesheetState.validated:
        give_way(session, replaced)
    sheet.state, sheet.decided_on, sheet.decided_by_id = TimesheetState.validated, on, by
    touch(session, "timesheet", sheet.id)
    hours.note(session, "validate", sheet, by)


def refuse(session: Session, sheet: Timesheet, reason: str, *, on: datetime.date, by: int | None) -> None:
    """Refuse a relevé with the reason that its declarant will read; a validated one is corrected instead."""
    if sheet.state == TimesheetState.refused and sheet.refusal_reason == reason:
        return
    _refuse_unless_declared(sheet)
    sheet.state, sheet.refusal_reason = TimesheetState.refused, reason
    sheet.decided_on, sheet.decided_by_id = on, by
    touch(session, "timesheet", sheet.id)
    hours.note(session, "refuse", sheet, by)


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


def _refuse_unless_declared(sheet: Timesheet) -> None:
    if sheet.state != TimesheetState.declared:
        label = TimesheetState(sheet.state).label.lower()
        raise HoursRefused(
            f"Ce relevé est déjà {label} : il ne change plus. Corrigez-le par un nouveau relevé."
        )
