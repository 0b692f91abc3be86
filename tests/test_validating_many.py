"""Validating two hundred relevés costs the statements of two; all or none; nobody overwrites what another decided."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from facilitator import declarations, statements, validations
from facilitator.db import db
from facilitator.hours import HoursRefused, Timesheet
from facilitator.journal import JournalEntry
from facilitator.refusals import Conflict
from facilitator.vocabulary import ContractType, TimesheetState
from tests import trade
from tests.trade import Ground, day

ON = day("05/04/2025")


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements sent meanwhile; many rows sent at once are one."""
    sent: list[str] = []

    def keep(connection: object, cursor: object, statement: str, *others: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def waiting(session: Session, ground: Ground, count: int) -> list[Timesheet]:
    sheets = []
    for _ in range(count):
        person = trade.person(session, ground.territory, "01/01/2025")
        contract = trade.direct(session, person, ground.award, ContractType.cdi, "01/02/2025").contract
        sheets.append(trade.declared(session, contract, "01/03/2025", "31/03/2025", "100"))
    session.commit()
    return sheets


def test_what_validating_costs_does_not_grow_with_the_relevés(app: Flask, session: Session) -> None:
    ground = trade.market(session)
    every = [each.id for each in waiting(session, ground, 62)]
    territory_id, lot_id = ground.territory.id, ground.lot.id
    spent = []
    for ids in (every[:2], every[2:]):
        session.commit()
        session.expunge_all()
        with counted(app) as sent:
            locked = validations.lock_all(session, ids, territory_id)
            validations.validate_all(session, locked, on=ON, by=None)
            session.commit()
        spent.append(len(sent))
    # The decision and its verdicts, whether each has its shares, the attestations that it may revoke, the journal’s chain.
    assert spent[0] == spent[1] <= 15 + 1 + 1 + 5
    assert statements.of_lot(session, lot_id, ON).retained == Decimal(6200)
    validated = select(func.count(JournalEntry.id)).where(JournalEntry.verb == "validate")
    assert session.scalar(validated) == 62


def test_corrections_take_the_place_of_what_they_correct_all_at_once(session: Session) -> None:
    ground = trade.market(session)
    again = []
    for which, first, last in (
        ("02/2025", "01/02/2025", "28/02/2025"),
        ("03/2025", "01/03/2025", "31/03/2025"),
    ):
        old = trade.month(session, ground.contract, which, "100")
        made = declarations.correct(
            session, ground.contract, old, "Absence", from_on=day(first), to_on=day(last),
            worked=Decimal(90), on=ON, by=None,
        )  # fmt: skip
        again.append(made.timesheet)
    session.commit()
    validations.validate_all(session, again, on=ON, by=None)
    session.commit()
    states = dict(session.execute(select(Timesheet.state, func.count()).group_by(Timesheet.state)).all())
    assert states == {"replaced": 2, "validated": 2}
    assert statements.of_lot(session, ground.lot.id, ON).retained == Decimal(180)


def test_one_that_is_refused_already_stops_them_all(session: Session) -> None:
    ground = trade.market(session)
    one, other = waiting(session, ground, 2)
    validations.refuse(session, other, "Feuille manquante", on=ON, by=None)
    with pytest.raises(HoursRefused, match="déjà refusé"):
        validations.validate_all(session, [one, other], on=ON, by=None)
    assert one.state == TimesheetState.declared


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(session: Session) -> None:
    ground = trade.market(session)
    one, other = waiting(session, ground, 2)
    assert other.version  # read, then changed behind our back
    session.execute(
        update(Timesheet)
        .where(Timesheet.id == other.id)
        .values(version=Timesheet.version + 1)
        .execution_options(synchronize_session=False)
    )
    with pytest.raises(Conflict, match="en même temps que vous"):
        validations.validate_all(session, [one, other], on=ON, by=None)
    session.rollback()
    assert [one.state, other.state] == ["declared", "declared"]


def test_a_refusal_says_why(session: Session) -> None:
    sheets = waiting(session, trade.market(session), 2)
    with pytest.raises(HoursRefused, match="Un refus se motive"):
        validations.refuse_all(session, sheets, " ", on=ON, by=None)
    validations.refuse_all(session, sheets, "Feuille manquante", on=ON, by=None)
    session.commit()
    assert {(each.state, each.refusal_reason) for each in sheets} == {("refused", "Feuille manquante")}
    with pytest.raises(HoursRefused, match="déjà refusé"):
        validations.refuse_all(session, sheets, "Encore", on=ON, by=None)
