"""A facilitator says yes or no to hours: once, and never the contrary afterwards."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import statements, validations
from facilitator.hours import HoursRefused, Timesheet
from facilitator.journal import JournalEntry
from facilitator.vocabulary import TimesheetState
from tests import trade
from tests.trade import Ground, day

D = Decimal
ON = day("05/04/2025")


def waiting(session: Session) -> tuple[Ground, Timesheet]:
    ground = trade.market(session)
    return ground, trade.declared(session, ground.contract, "01/03/2025", "31/03/2025", "140")


def decisions(session: Session, sheet: Timesheet) -> int:
    query = select(func.count(JournalEntry.id)).where(
        JournalEntry.thing == "timesheet",
        JournalEntry.thing_id == sheet.id,
        JournalEntry.verb.in_(("validate", "refuse")),
    )
    return session.scalar(query) or 0


def test_hours_count_once_validated_and_validating_twice_has_one_effect(session: Session) -> None:
    ground, sheet = waiting(session)
    session.commit()
    before = statements.of_lot(session, ground.lot.id, ON)
    assert (before.retained, before.awaiting) == (D(0), D(140))
    validations.validate(session, sheet, on=ON, by=None)
    validations.validate(session, sheet, on=day("06/04/2025"), by=None)
    session.commit()
    after = statements.of_lot(session, ground.lot.id, ON)
    assert (after.retained, after.awaiting) == (D(140), D(0))
    assert (sheet.decided_on, decisions(session, sheet)) == (ON, 1)


def test_what_was_validated_cannot_be_refused(session: Session) -> None:
    _, sheet = waiting(session)
    validations.validate(session, sheet, on=ON, by=None)
    session.commit()
    with pytest.raises(HoursRefused, match="déjà validé\u00a0: il ne change plus"):
        validations.refuse(session, sheet, "Trop tard", on=ON, by=None)
    session.commit()
    assert (sheet.state, decisions(session, sheet)) == (TimesheetState.validated, 1)


def test_what_was_refused_cannot_be_validated_and_refusing_twice_has_one_effect(
    session: Session,
) -> None:
    ground, sheet = waiting(session)
    validations.refuse(session, sheet, "Illisible", on=ON, by=None)
    validations.refuse(session, sheet, "Illisible", on=ON, by=None)
    with pytest.raises(HoursRefused, match="déjà refusé\u00a0: il ne change plus"):
        validations.validate(session, sheet, on=ON, by=None)
    with pytest.raises(HoursRefused, match="déjà refusé"):
        validations.refuse(session, sheet, "Un autre motif", on=ON, by=None)
    session.commit()
    assert (sheet.refusal_reason, decisions(session, sheet)) == ("Illisible", 1)
    stood = statements.of_lot(session, ground.lot.id, ON)
    assert (stood.declared, stood.refused, stood.retained) == (D(140), D(140), D(0))


def test_a_replaced_relevé_takes_no_decision(session: Session) -> None:
    _, sheet = waiting(session)
    sheet.state = TimesheetState.replaced
    with pytest.raises(HoursRefused, match="déjà remplacé"):
        validations.validate(session, sheet, on=ON, by=None)


def test_a_queue_locks_only_what_waits_in_its_own_territory(session: Session) -> None:
    ground, sheet = waiting(session)
    elsewhere, foreign = waiting(session)
    done = trade.month(session, ground.contract, "02/2025", "100")
    session.commit()
    ids = [done.id, foreign.id, sheet.id]
    assert [each.id for each in validations.lock_all(session, ids, ground.territory.id)] == [sheet.id]
    assert [each.id for each in validations.lock_all(session, ids, elsewhere.territory.id)] == [foreign.id]
