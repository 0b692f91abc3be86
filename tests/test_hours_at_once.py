"""Two facilitators who write the hours of one person at the same instant: the second reads what the first wrote."""

import threading
from collections.abc import Callable
from decimal import Decimal

from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from facilitator import declarations
from facilitator.contracts import Contract
from facilitator.db import db, writing
from facilitator.hours import HoursRefused, Timesheet
from facilitator.vocabulary import ContractType, TimesheetState
from tests import trade
from tests.trade import day

D = Decimal
ON = day("05/05/2026")
Act = Callable[[Session], object]


def at_once(app: Flask, acts: list[Act]) -> list[str]:
    """Do these acts in as many sessions at once; gives the sentences of those that were refused."""
    with app.app_context():
        engine: Engine = db.engine
    ready, refusals, faults = threading.Barrier(len(acts)), [], []

    def run(act: Act) -> None:
        try:
            ready.wait(30)
            with writing(), Session(engine) as own:
                act(own)
                own.commit()
        except HoursRefused as refused:
            refusals.append(refused.sentence)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return refusals


def declare(contract_id: int, hours: str) -> Act:
    def act(session: Session) -> object:
        return trade.declared(
            session, session.get_one(Contract, contract_id), "01/04/2026", "30/04/2026", hours
        )

    return act


def correct(sheet_id: int, hours: str) -> Act:
    def act(session: Session) -> object:
        old = session.get_one(Timesheet, sheet_id)
        return declarations.correct(
            session, session.get_one(Contract, old.contract_id), old, "Relu", from_on=old.from_on,
            to_on=old.to_on, worked=D(hours), on=ON, by=None,
        )  # fmt: skip

    return act


def live(session: Session) -> list[Decimal]:
    session.rollback()  # what others committed meanwhile
    states = (TimesheetState.declared, TimesheetState.validated)
    return list(
        session.scalars(select(Timesheet.worked).where(Timesheet.state.in_(states)).order_by(Timesheet.id))
    )


def test_one_month_of_a_contract_is_declared_once(session: Session, app: Flask) -> None:
    ground = trade.market(session)
    session.commit()
    refusals = at_once(app, [declare(ground.contract.id, "100")] * 6)
    assert live(session) == [D(100)]
    assert len(refusals) == 5
    assert all("Un relevé existe déjà" in each for each in refusals)


def test_the_ceiling_of_a_person_holds_over_two_employers(session: Session, app: Flask) -> None:
    ground = trade.market(session, month_ceiling="300")
    other = trade.award(session, trade.lot(session, ground.territory, hours="500"), trade.company(session))
    second = trade.direct(session, ground.person, other, ContractType.cdi, "01/02/2026")
    session.commit()
    both = [declare(ground.contract.id, "200"), declare(second.contract.id, "180")]
    refusals = at_once(app, both)
    assert len(live(session)) == 1
    assert ["plafond" in each for each in refusals] == [True]


def test_hours_are_corrected_once(session: Session, app: Flask) -> None:
    ground = trade.market(session)
    waiting = trade.declared(session, ground.contract, "01/04/2026", "30/04/2026", "100")
    session.commit()
    refusals = at_once(app, [correct(waiting.id, str(hours)) for hours in (80, 81, 82, 83)])
    assert len(live(session)) == 1
    assert ["déjà été remplacé" in each for each in refusals] == [True] * 3


def test_validated_hours_are_corrected_once(session: Session, app: Flask) -> None:
    ground = trade.market(session)
    validated = trade.month(session, ground.contract, "04/2026", "100")
    session.commit()
    refusals = at_once(app, [correct(validated.id, str(hours)) for hours in (80, 81, 82, 83)])
    assert len(live(session)) == 2
    assert ["attend déjà sa validation" in each for each in refusals] == [True] * 3
    assert session.scalar(select(func.count(Timesheet.id))) == 2
