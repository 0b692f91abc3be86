"""Scenario 3: the 24 months end in the middle of a month."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import statements, territories, verdicts
from facilitator.eligibility_windows import alert_on, last_day_of
from facilitator.hours import Share
from facilitator.periods import Interval
from facilitator.statement import Statement
from facilitator.verdict_facts import windows_of
from facilitator.vocabulary import ContractType, Reason
from tests.scenarios import Scenario3, scenario_3
from tests.trade import LONG_AGO, day

D = Decimal
FIRST_DAY = {"window_basis": "first_day"}
LONGER_CDI = {"window_months_by_type": "cdi=36"}


def stood(session: Session, scene: Scenario3) -> Statement:
    return statements.of_lot(session, scene.lot.id, day("30/06/2026"))


def last_counted(session: Session, scene: Scenario3) -> object:
    rules = territories.rules_of(session, scene.territory.id).on(day("17/05/2024"))
    [window] = windows_of(session, [scene.person.id])[scene.person.id]
    contract = Interval(scene.work.contract.from_on)
    return last_day_of(window, ContractType.cdi, rules, contract)


@pytest.mark.parametrize(
    ("parameters", "last", "retained", "beyond"),
    [
        pytest.param({}, "16/05/2026", "3292", "181", id="from the date of validity"),
        pytest.param(FIRST_DAY, "02/06/2026", "3367", "106", id="from the first day worked"),
        pytest.param(LONGER_CDI, "16/05/2027", "3473", "0", id="36 months for a CDI"),
    ],
)
def test_hours_count_to_the_day(
    session: Session, parameters: dict[str, Any], last: str, retained: str, beyond: str
) -> None:
    scene = scenario_3(session, **parameters)
    figures = stood(session, scene)
    assert last_counted(session, scene) == day(last)
    assert figures.declared == D(3473)
    assert figures.retained == D(retained)
    assert dict(figures.unretained_by_reason).get(Reason.after_window, D(0)) == D(beyond)


def test_a_month_that_straddles_the_limit_waits_to_be_split_and_is_never_prorated(
    session: Session,
) -> None:
    scene = scenario_3(session, split=False)
    figures = stood(session, scene)
    assert figures.retained == D(3220)
    assert figures.unretained_by_reason == ((Reason.after_window, D(120)), (Reason.to_split, D(133)))
    [split_on] = session.scalars(select(Share.split_on).where(Share.reason == Reason.to_split))
    assert split_on == day("17/05/2026")


def test_the_end_of_the_window_is_announced_sixty_days_before(session: Session) -> None:
    scene = scenario_3(session)
    rules = territories.rules_of(session, scene.territory.id).on(day("17/05/2024"))
    last = last_counted(session, scene)
    assert last == day("16/05/2026")
    assert alert_on(day("16/05/2026"), rules) == day("17/03/2026")


def test_changing_the_setting_judges_every_share_again_in_one_transaction(session: Session) -> None:
    scene = scenario_3(session)
    assert stood(session, scene).retained == D(3292)
    for name, value, retained in (
        ("window_basis", "first_day", "3367"),
        ("window_basis", "validity", "3292"),
        ("window_months_by_type", "cdi=36", "3473"),
    ):
        territories.set_parameter(session, scene.territory, name, value, effective_on=LONG_AGO, by=None)
        session.commit()
        assert stood(session, scene).retained == D(retained)
        assert list(verdicts.drift(session)) == []


def test_a_setting_never_touches_the_months_before_it(session: Session) -> None:
    scene = scenario_3(session)
    territories.set_parameter(
        session,
        scene.territory,
        "window_months_by_type",
        "cdi=36",
        effective_on=day("01/06/2026"),
        by=None,
    )
    session.commit()
    assert stood(session, scene).retained == D(3292) + D(120)
