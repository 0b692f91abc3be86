"""What the database itself refuses, through raw SQL: shares above the hours worked, whoever writes them."""

import threading

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from facilitator import database_guards
from facilitator.db import db, writing
from facilitator.hours import Share, Timesheet
from tests import trade
from tests.unguarded import unguarded

COPY = """INSERT INTO shares (territory_id, timesheet_id, placement_id, lot_id, award_id, person_id, month, to_on,
    hours, training, standing, retained, unretained, reasons)
    SELECT territory_id, timesheet_id, placement_id, :lot, award_id, person_id, month, to_on,
    :hours, 0, 'awaiting', 0, :hours, '' FROM shares WHERE timesheet_id = :sheet LIMIT 1"""


@pytest.fixture
def sheet(session: Session) -> Timesheet:
    """A relevé of 100 h whose one share has 60."""
    ground = trade.market(session)
    sheet = trade.month(session, ground.contract, "03/2025", "100", training="10")
    session.commit()
    session.execute(
        text(
            "UPDATE shares SET hours = 6000, training = 500, retained = 0, unretained = 6000, standing = 'awaiting'"
        )
    )
    session.commit()
    return sheet


def another_lot(session: Session, sheet: Timesheet) -> int:
    place = trade.territory(session)
    lot = trade.lot(session, place)
    session.commit()
    return lot.id


def shared(session: Session) -> int:
    return session.scalar(text("SELECT sum(hours) FROM shares")) or 0


def test_a_share_is_written_up_to_the_hours_worked_and_not_beyond(session: Session, sheet: Timesheet) -> None:
    lot = another_lot(session, sheet)
    with pytest.raises(IntegrityError, match="dépassent ses heures"):
        session.execute(text(COPY), {"lot": lot, "hours": 4001, "sheet": sheet.id})
    session.rollback()
    session.execute(text(COPY), {"lot": lot, "hours": 4000, "sheet": sheet.id})
    session.commit()
    assert shared(session) == 10_000


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shares SET hours = 10001, unretained = 10001",
        "UPDATE shares SET training = 1001",
        "UPDATE timesheets SET worked = 5999, training = 0",
        "UPDATE timesheets SET training = 499",
    ],
)
def test_neither_side_may_be_changed_into_too_much(
    session: Session, sheet: Timesheet, statement: str
) -> None:
    with pytest.raises(IntegrityError, match="dépassent ses heures"):
        session.execute(text(statement))
    session.rollback()
    assert shared(session) == 6000


def test_what_still_holds_is_accepted(session: Session, sheet: Timesheet) -> None:
    session.execute(text("UPDATE timesheets SET worked = 6000, training = 500"))
    session.execute(text("UPDATE shares SET hours = 5000, unretained = 5000"))
    session.commit()
    assert shared(session) == 5000


def test_two_who_share_the_same_relevé_at_once_do_not_go_beyond_it_together(
    app: Flask, session: Session, sheet: Timesheet
) -> None:
    lots, sheet_id = [another_lot(session, sheet) for _ in range(4)], sheet.id
    session.rollback()
    together, written = threading.Barrier(len(lots)), []

    def write(lot: int) -> None:
        together.wait()
        with app.app_context(), writing():
            try:
                db.session.execute(text(COPY), {"lot": lot, "hours": 3000, "sheet": sheet_id})
                db.session.commit()
                written.append(lot)
            except IntegrityError:
                db.session.rollback()

    threads = [threading.Thread(target=write, args=(lot,)) for lot in lots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 1
    assert shared(session) == 9000


def installed(session: Session) -> set[str]:
    found = session.scalars(
        text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if session.get_bind().dialect.name == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
    )
    return set(found)


def test_every_guard_stands_after_the_migrations_whatever_they_rebuilt(app: Flask, session: Session) -> None:
    expected = {guard.name for guard in database_guards.GUARDS}
    if session.get_bind().dialect.name == "sqlite":
        expected.discard("sealed_truncate")
    assert installed(session) == expected
    with unguarded(session):
        assert installed(session) == set()
    session.rollback()
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config()
        command.downgrade(config, "0009")  # no chain yet, but shares
        assert installed(session) == {name for name in expected if name.startswith("shared")}
        session.rollback()
        command.upgrade(config, "head")
    assert installed(session) == expected
    assert session.scalars(select(Share.id)).all() == []
