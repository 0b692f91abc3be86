"""Random markets: what the statement says is what an independent SQL sum says, to 0,01 h."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from facilitator import declarations, ledger, statements, validations, verdicts
from facilitator.contracts import Contract
from facilitator.hours import Timesheet
from facilitator.markets import Lot
from facilitator.periods import add_months
from facilitator.refusals import Refused
from facilitator.vocabulary import ContractType, LedgerKind
from tests import trade
from tests.trade import Ground

pytestmark = pytest.mark.campaign
HISTORIES = int(os.environ.get("CAMPAIGN_HISTORIES", "10000"))
START, END = date(2025, 1, 1), date(2026, 12, 31)
# Hundredths of hours as the database keeps them; none of our code stands between. A correction that waits, or was
# refused, stands in no total while the validated relevé that it corrects counts.
SUMS = text(
    """
    SELECT coalesce(sum(CASE WHEN t.state = 'validated' AND s.standing = 'counted' THEN s.retained END), 0),
           coalesce(sum(CASE WHEN t.state = 'validated' AND s.standing = 'counted' THEN s.hours - s.retained END), 0),
           coalesce(sum(CASE WHEN t.state = 'declared' AND (o.state IS NULL OR o.state <> 'validated')
                             THEN s.hours END), 0),
           coalesce(sum(CASE WHEN t.state = 'refused' AND (o.state IS NULL OR o.state <> 'validated')
                             THEN s.hours END), 0)
    FROM shares s JOIN timesheets t ON t.id = s.timesheet_id LEFT JOIN timesheets o ON o.id = t.replaces_id
    WHERE s.lot_id = :lot AND t.to_on <= :day
    """
)
OWED = text("SELECT coalesce(sum(delta), 0) FROM ledger_lines WHERE lot_id = :lot AND effective_on <= :day")


def test_random_histories_add_up(session: Session) -> None:
    """One lot lives through all of them: each history adds an event, then compares on a random day."""
    random = Random(2)
    market = trade.market(session)
    contracts = [market.contract, *(_hire(session, random, market) for _ in range(20))]
    acts: list[Callable[[Session, Random, Ground, Contract], None]] = [
        _declare, _declare, _declare, _decide, _decide, _correct, _owe,
    ]  # fmt: skip
    done = 0
    for number in range(HISTORIES):
        if number % 200 == 199:  # a new lot: histories stay short enough to be read
            session.commit()
            market = trade.market(session)
            contracts = [market.contract, *(_hire(session, random, market) for _ in range(20))]
        try:
            with session.begin_nested():
                random.choice(acts)(session, random, market, random.choice(contracts))
            done += 1
        except Refused:
            pass
        verdicts.refresh(session)
        _compare(session, market.lot, START + timedelta(days=random.randrange(0, 730)))
    assert done > HISTORIES // 3


def _compare(session: Session, lot: Lot, day: date) -> None:
    found = statements.of_lot(session, lot.id, day)
    retained, unretained, awaiting, refused = (_hours(each) for each in _row(session, SUMS, lot, day))
    assert (found.retained, found.unretained) == (retained, unretained)
    assert (found.awaiting, found.refused) == (awaiting, refused)
    assert found.declared == retained + unretained + awaiting + refused
    (owed,) = _row(session, OWED, lot, day)
    assert found.owed == _hours(owed)


def _row(session: Session, query: Any, lot: Lot, day: date) -> Any:
    bound = day.isoformat() if session.get_bind().dialect.name == "sqlite" else day
    return session.execute(query, {"lot": lot.id, "day": bound}).one()


def _hours(hundredths: Any) -> Decimal:
    return Decimal(int(hundredths)).scaleb(-2)


def _hire(session: Session, random: Random, market: Ground) -> Contract:
    """Somebody whose eligibility may begin after their contract, or end before it."""
    valid = START + timedelta(days=random.randrange(-700, 200))
    from_on = START + timedelta(days=random.randrange(0, 300))
    someone = trade.person(session, market.territory, f"{valid:%d/%m/%Y}")
    type_, until = random.choice(
        [(ContractType.cdi, None), (ContractType.cddi, f"{add_months(from_on, 11):%d/%m/%Y}")]
    )
    return trade.direct(session, someone, market.award, type_, f"{from_on:%d/%m/%Y}", until).contract


def _declare(session: Session, random: Random, market: Ground, contract: Contract) -> None:
    month = add_months(date(contract.from_on.year, contract.from_on.month, 1), random.randrange(0, 18))
    from_on, to_on = declarations.default_period(contract, month)
    declarations.declare(
        session, contract, from_on=from_on, to_on=to_on, worked=_worked(random),
        training=Decimal(0), parts=None, on=to_on, by=None,
    )  # fmt: skip


def _worked(random: Random) -> Decimal:
    return Decimal(random.randrange(1, 17_000)).scaleb(-2)


def _decide(session: Session, random: Random, market: Ground, contract: Contract) -> None:
    sheet = _one(session, random, contract, "declared")
    if sheet and random.random() < 0.8:
        validations.validate(session, sheet, on=END, by=None)
    elif sheet:
        validations.refuse(session, sheet, "Feuille illisible", on=END, by=None)


def _correct(session: Session, random: Random, market: Ground, contract: Contract) -> None:
    sheet = _one(session, random, contract, random.choice(["validated", "declared", "refused"]))
    if sheet:
        declarations.correct(
            session, contract, sheet, "Erreur de saisie", from_on=sheet.from_on, to_on=sheet.to_on,
            worked=_worked(random), training=Decimal(0), parts=None, on=END, by=None,
        )  # fmt: skip


def _one(session: Session, random: Random, contract: Contract, state: str) -> Timesheet | None:
    found = session.query(Timesheet).filter_by(contract_id=contract.id, state=state).all()
    return random.choice(found) if found else None


def _owe(session: Session, random: Random, market: Ground, contract: Contract) -> None:
    day = START + timedelta(days=random.randrange(0, 700))
    delta = Decimal(random.randrange(-20_000, 40_000)).scaleb(-2)
    ledger.add_line(session, market.lot, LedgerKind.avenant, delta, effective_on=day, by=None)
