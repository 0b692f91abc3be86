"""The kept paths say what the placements give, after whatever moved one."""

import datetime
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from facilitator import (
    contracts,
    eligibility,
    journeys,
    lot_dates,
    placements,
    stored_paths,
    territories,
)
from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.people import Window
from facilitator.stored_paths import StoredPath, StoredStay
from facilitator.vocabulary import ContractType
from tests import trade
from tests.trade import Ground, day

Move = Callable[[Session, Ground], object]
MOVES: dict[str, tuple[Move, str]] = {
    "the placement": (
        lambda session, ground: placements.end(
            session, ground.placement, day("31/07/2026"), "Fin de chantier", by=None
        ),
        "31/07/2026",
    ),
    "the contract": (
        lambda session, ground: contracts.end(
            session, ground.contract, day("30/09/2026"), "Démission", by=None
        ),
        "30/09/2026",
    ),
    "the lot": (
        lambda session, ground: lot_dates.set_date(session, ground.lot, "end", day("30/11/2026"), by=None),
        "30/11/2026",
    ),
    "the rules": (
        lambda session, ground: territories.set_parameter(
            session, ground.territory, "window_months", "12", effective_on=day("01/01/2020"), by=None
        ),
        "31/12/2025",
    ),
    "the window": (
        lambda session, ground: eligibility.adjust(
            session,
            session.query(Window).one(),
            "suspension",
            day("01/01/2026"),
            day("31/01/2026"),
            "Congé",
            by=None,
        ),
        "31/12/2026",
    ),
}


def ends(session: Session) -> list[datetime.date | None]:
    return list(session.scalars(select(StoredPath.to_on).order_by(StoredPath.from_on)))


@pytest.mark.parametrize("what", MOVES)
def test_a_path_follows_what_it_rests_on(session: Session, what: str) -> None:
    ground = trade.market(session)
    session.commit()
    move, expected = MOVES[what]
    move(session, ground)
    session.commit()
    assert ends(session) == [day(expected)]
    assert list(stored_paths.drift(session)) == []


def test_a_path_keeps_its_dates_to_the_day(session: Session) -> None:
    ground = trade.market(session)
    contracts.end(session, ground.contract, day("31/08/2025"), "Rupture", by=None)
    session.commit()
    [path] = session.scalars(select(StoredPath))
    dates = (path.to_on, path.firm_on, path.six_on, path.twelve_on)
    assert dates == tuple(map(day, ("31/08/2025", "01/12/2025", "28/02/2026", "31/08/2026")))
    assert path.last_employer_id == ground.company.id
    [stay] = session.scalars(select(StoredStay))
    assert (stay.placement_id, stay.ends_on) == (ground.placement.id, day("31/08/2025"))


@pytest.mark.parametrize(("start", "paths"), [("30/11/2025", 1), ("01/12/2025", 2)])
def test_a_second_placement_joins_or_opens_a_path(session: Session, start: str, paths: int) -> None:
    ground = trade.market(session)
    contracts.end(session, ground.contract, day("31/08/2025"), "Rupture", by=None)
    session.commit()
    trade.direct(session, ground.person, ground.award, ContractType.cdd, start, "31/03/2026")
    session.commit()
    assert ends(session) == [day("31/08/2025"), day("31/03/2026")][-paths:]
    assert list(stored_paths.drift(session)) == []


def test_what_was_altered_behind_their_back_is_named(session: Session) -> None:
    ground = trade.market(session)
    session.commit()
    session.execute(update(StoredPath).values(six_on=day("01/01/2027")))
    assert list(stored_paths.drift(session)) == [ground.person.id]
    session.rollback()
    session.execute(delete(StoredStay))
    assert list(stored_paths.drift(session)) == [ground.person.id]
    session.rollback()
    assert journeys.of_people(session, [ground.person.id]) == journeys.of_person(session, ground.person.id)


def test_a_base_older_than_the_table_is_filled_by_upgrade(app: Flask, session: Session) -> None:
    trade.market(session)
    session.commit()
    session.execute(delete(StoredStay))
    session.execute(delete(StoredPath))
    session.commit()
    assert frame.run(cli, ["upgrade"], app) == 0
    session.rollback()
    assert len(ends(session)) == 1
    assert list(stored_paths.drift(session)) == []
    assert stored_paths.fill(session) == 0
