"""What may never happen to a write, as checks of any size: the tests run small ones, the campaigns large ones."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import integrity
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.journal import JournalEntry
from facilitator.month_drafts import Key
from facilitator.sendings import Sending
from facilitator.vocabulary import MembershipRole
from tests import builders, live, months, trade
from tests.live import Answer, Visitor


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
    path = f"/contrats/{site.contract_ids[0]}/releves/nouveau"

    def form(visitor: Visitor) -> tuple[str, dict[str, str | list[str]]]:
        return path, {**visitor.form(path, "worked"), "worked": "100,5"}

    _send_at_once(site.email, form, database, folder, times=times, servers=servers)
    assert len(_written(session)) == 1
    _sound(session)


def a_month_sent_many_times_has_one_effect(
    session: Session, database: str, folder: Path, *, times: int, servers: int
) -> None:
    """The same month sent many times at once by the ETTI: each relevé once, one sending, one answer for all."""
    scene = months.etti(session)
    email = builders.user(session, MembershipRole.siae, organisation=scene.etti).email
    texts = months.texts(session, scene)
    typed = {
        cell_name(key): "140" if text == "145" else text for key, text in texts.items()
    }  # under the ceiling
    session.commit()
    path, certified = "/heures/mois/2026-04", {"sender_name": "Camille Démo", "sender_position": "gérante"}

    def form(visitor: Visitor) -> tuple[str, dict[str, str | list[str]]]:
        return path, {**visitor.form(path, "sender_name"), **typed, **certified, "certified": "y"}

    _send_at_once(email, form, database, folder, times=times, servers=servers)
    assert session.scalar(select(func.count(Sending.id))) == 1
    assert len(_written(session)) == len(typed)
    assert _told(session, "declare") == len(typed)
    _sound(session)


def a_validation_sent_many_times_has_one_effect(
    session: Session, database: str, folder: Path, *, times: int, servers: int
) -> None:
    """The same lines validated many times at once: each once in the journal, one answer for all."""
    site = live.prepare(session, 5)
    sheets = [
        trade.declared(session, session.get_one(Contract, each), "01/03/2025", "31/03/2025", "100")
        for each in site.contract_ids
    ]
    ticked = [str(sheet.id) for sheet in sheets]
    session.commit()

    def form(visitor: Visitor) -> tuple[str, dict[str, str | list[str]]]:
        return "/releves/valider", {**visitor.form("/releves", "sheets"), "sheets": ticked}

    _send_at_once(site.email, form, database, folder, times=times, servers=servers)
    assert set(session.scalars(select(Timesheet.state))) == {"validated"}
    assert _told(session, "validate") == len(ticked)
    _sound(session)


def _send_at_once(
    email: str,
    form: Callable[[Visitor], tuple[str, dict[str, str | list[str]]]],
    database: str,
    folder: Path,
    *,
    times: int,
    servers: int,
) -> None:
    """One visitor opens a page, then its form leaves many times at once; all get the same answer."""
    answers: list[Answer] = []
    with live.serving(database, folder, servers) as running:
        visitor = Visitor(running[0].port)
        visitor.sign_in(email)
        path, data = form(visitor)

        def send(port: int) -> None:
            answers.append(visitor.at(port).post(path, data))

        live.at_once(partial(send, running[number % servers].port) for number in range(times))
    assert len(answers) == times
    first = answers[0]
    assert {(each.status, each.location) for each in answers} == {(303, first.location)}, first.text[:1500]


def cell_name(key: Key) -> str:
    """The field of a cell of the month's page."""
    contract_id, placement_id, from_on = key
    return f"h-{contract_id}-{placement_id}-{from_on:%Y%m%d}"


def _told(session: Session, verb: str) -> int:
    """How many relevés the journal says this of."""
    lines = select(func.count(JournalEntry.id)).where(
        JournalEntry.verb == verb, JournalEntry.thing == "timesheet"
    )
    return session.scalar(lines) or 0


def _written(session: Session) -> list[tuple[int, int, int]]:
    rows = session.execute(
        select(Timesheet.contract_id, Timesheet.month).join(Share, Share.timesheet_id == Timesheet.id)
    )
    return sorted((contract_id, month.year, month.month) for contract_id, month in rows)


def _sound(session: Session) -> None:
    day = session.scalars(select(Timesheet.to_on).order_by(Timesheet.to_on.desc()).limit(1)).one()
    faults = {check.code: check.faults for check in integrity.checks(session, day) if check.faults}
    assert faults == {}
