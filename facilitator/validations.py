"""Validating hours: a facilitator says yes or no to a relevé; a correction then takes the place of the old."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, select, tuple_, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from facilitator import hours
from facilitator.db import touch
from facilitator.hours import HoursRefused, Share, Timesheet
from facilitator.refusals import Conflict
from facilitator.vocabulary import TimesheetState

AT_ONCE = 500  # relevés in one UPDATE: a statement has room for so many


def validate(session: Session, sheet: Timesheet, *, on: datetime.date, by: int | None) -> None:
    """Validate a relevé (twice has one effect); the relevé that it corrects is replaced at the same time."""
    validate_all(session, [sheet], on=on, by=by)


def validate_all(session: Session, sheets: Sequence[Timesheet], *, on: datetime.date, by: int | None) -> None:
    """Validate many relevés or none, in a number of statements that does not grow with them."""
    new = [sheet for sheet in sheets if sheet.state != TimesheetState.validated]
    for sheet in new:
        _refuse_unless_declared(sheet)
    session.flush()
    _refuse_unshared(session, new)
    # First: the database accepts one validated relevé for a period.
    replaced = _replaced_with(session, new)
    _write(session, replaced, state=TimesheetState.replaced)
    _write(session, new, state=TimesheetState.validated, decided_on=on, decided_by_id=by)
    touch(session, "timesheet", *(sheet.id for sheet in (*new, *replaced)))
    hours.note(session, "validate", new, by)


def refuse(session: Session, sheet: Timesheet, reason: str, *, on: datetime.date, by: int | None) -> None:
    """Refuse a relevé with the reason that its declarant will read; a validated one is corrected instead."""
    if sheet.state == TimesheetState.refused and sheet.refusal_reason == reason:
        return
    refuse_all(session, [sheet], reason, on=on, by=by)


def refuse_all(
    session: Session, sheets: Sequence[Timesheet], reason: str, *, on: datetime.date, by: int | None
) -> None:
    """Refuse many relevés or none for one reason; without a reason nobody could mend them."""
    if not reason.strip():
        raise HoursRefused("Un refus se motive\u00a0: dites ce qu’il faut corriger, le déclarant le lira.")
    for sheet in sheets:
        _refuse_unless_declared(sheet)
    session.flush()
    _write(
        session,
        sheets,
        state=TimesheetState.refused,
        refusal_reason=reason,
        decided_on=on,
        decided_by_id=by,
    )
    touch(session, "timesheet", *(sheet.id for sheet in sheets))
    hours.note(session, "refuse", sheets, by)


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


def _replaced_with(session: Session, sheets: Sequence[Timesheet]) -> list[Timesheet]:
    """The validated relevés that these replace, and what was refused as their correction (one select)."""
    ids = {sheet.replaces_id for sheet in sheets if sheet.replaces_id is not None}
    if not ids:
        return []
    validated = (Timesheet.id.in_(ids)) & (Timesheet.state == TimesheetState.validated)
    refused = Timesheet.replaces_id.in_(ids) & (Timesheet.state == TimesheetState.refused)
    found = session.scalars(select(Timesheet).where(validated | refused).order_by(Timesheet.id)).all()
    old = {each.id for each in found if each.state == TimesheetState.validated}
    return [each for each in found if each.id in old or each.replaces_id in old]


def _write(session: Session, sheets: Sequence[Timesheet], **values: Any) -> None:
    """Change many relevés in one UPDATE each five hundred, if each still has the version that was read."""
    for some in _slices(sheets):
        read = tuple_(Timesheet.id, Timesheet.version).in_([(each.id, each.version) for each in some])
        done = session.execute(
            update(Timesheet)
            .where(read)
            .values(version=Timesheet.version + 1, **values)
            .execution_options(synchronize_session=False)
        )
        if cast(CursorResult[Any], done).rowcount != len(some):
            raise Conflict(
                "Quelqu’un a changé l’un de ces relevés en même temps que vous\u00a0: relisez la liste, puis recommencez."
            )
        for each in some:  # what is in memory says what the database says
            for name, value in (*values.items(), ("version", each.version + 1)):
                set_committed_value(each, name, value)


def _slices(sheets: Sequence[Timesheet]) -> Iterator[Sequence[Timesheet]]:
    return (sheets[start : start + AT_ONCE] for start in range(0, len(sheets), AT_ONCE))


def _refuse_unshared(session: Session, sheets: Sequence[Timesheet]) -> None:
    """A correction whose hours go nowhere yet would take them out of every lot."""
    shared = select(Share.timesheet_id).where(Share.timesheet_id.in_([sheet.id for sheet in sheets]))
    if len(set(session.scalars(shared))) < len({sheet.id for sheet in sheets}):
        raise HoursRefused(
            "Une correction attend ses parts\u00a0: ses heures ne vont encore à aucun lot."
            " Répartissez-les sur la page du relevé, puis validez."
        )


def _refuse_unless_declared(sheet: Timesheet) -> None:
    if sheet.state != TimesheetState.declared:
        label = TimesheetState(sheet.state).label.lower()
        raise HoursRefused(
            f"Ce relevé est déjà {label}\u00a0: il ne change plus. Corrigez-le par un nouveau relevé."
        )
