"""What may never happen to a write, as checks of any size: the tests run small ones, the campaigns large ones."""

import time
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import integrity
from facilitator.hours import Share, Timesheet
from tests import live
from tests.live import Answer


def writers_lose_nothing(
    session: Session, database: str, folder: Path, *, writers: int, contracts: int, servers: int
) -> None:
    """Every relevé declared by several people at once is there, once, with its share."""
    site = live.prepare(session, contracts)
    with live.serving(database, folder, servers) as running:
        people = live.declarants(running, site, writers)
        live.at_once(each.declare_all for each in people)
    assert [answer.text for each in people for answer in each.refused] == []
    acknowledged = sorted(line for each in people for line in each.acknowledged)
    assert len(acknowledged) == contracts * len(live.MONTHS)
    assert _written(session) == acknowledged
    _sound(session)


def a_killed_server_loses_nothing(
    session: Session, database: str, folder: Path, *, writers: int, contracts: int, after: float
) -> None:
    """What was acknowledged before `kill -9` is there; of the rest, at most what was on its way."""
    site = live.prepare(session, contracts)
    with live.serving(database, folder) as (server,):
        people = live.declarants([server], site, writers)

        def cut() -> None:
            limit = time.monotonic() + live.PATIENCE
            while not any(each.acknowledged for each in people) and time.monotonic() < limit:
                time.sleep(0.01)
            time.sleep(after)
            server.kill()

        live.at_once([each.declare_all for each in people], meanwhile=cut)
    acknowledged = sorted(line for each in people for line in each.acknowledged)
    written = _written(session)
    assert 0 < len(acknowledged) < contracts * len(live.MONTHS), "the cut came too early or too late"
    assert set(acknowledged) <= set(written)
    assert len(written) == len(set(written)) <= len(acknowledged) + writers
    _sound(session)
    session.rollback()
    with live.serving(database, folder) as (server,):
        assert live.Visitor(server.port).get("/sante").status == 200


def the_same_post_has_one_effect(
    session: Session, database: str, folder: Path, *, times: int, servers: int
) -> None:
    """The same form sent many times at once: one relevé, and one answer for all."""
    site = live.prepare(session, 1)
    answers: list[Answer] = []
    with live.serving(database, folder, servers) as running:
        visitor = live.Visitor(running[0].port)
        visitor.sign_in(site.email)
        path = f"/contrats/{site.contract_ids[0]}/releves/nouveau"
        data = {**visitor.form(path, "worked"), "worked": "100,5"}

        def send(port: int) -> None:
            answers.append(visitor.at(port).post(path, data))

        ports = [running[number % servers].port for number in range(times)]
        live.at_once(partial(send, port) for port in ports)
    assert len(answers) == times
    assert {(answer.status, answer.location) for answer in answers} == {(303, answers[0].location)}
    assert len(_written(session)) == 1
    _sound(session)


def _written(session: Session) -> list[tuple[int, int, int]]:
    rows = session.execute(
        select(Timesheet.contract_id, Timesheet.month).join(Share, Share.timesheet_id == Timesheet.id)
    )
    return sorted((contract_id, month.year, month.month) for contract_id, month in rows)


def _sound(session: Session) -> None:
    day = session.scalars(select(Timesheet.to_on).order_by(Timesheet.to_on.desc()).limit(1)).one()
    faults = {check.code: check.faults for check in integrity.checks(session, day) if check.faults}
    assert faults == {}
