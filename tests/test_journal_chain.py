"""The journal of a lot is one chain: nobody changes a line of it unseen, and two who write follow each other."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from facilitator import journal, journal_chain
from facilitator.db import db, writing
from facilitator.journal import JournalEntry
from facilitator.journal_chain import JournalHead
from facilitator.markets import Lot
from tests import trade
from tests.trade import Ground
from tests.unguarded import unguarded


@pytest.fixture
def ground(session: Session) -> Ground:
    ground = trade.market(session)
    trade.month(session, ground.contract, "03/2025", "100")
    session.commit()
    return ground


def chain(session: Session, lot: Lot) -> list[tuple[int | None, str | None]]:
    rows = session.execute(
        select(JournalEntry.position, JournalEntry.digest)
        .where(JournalEntry.lot_id == lot.id)
        .order_by(JournalEntry.position)
    )
    return [(position, digest) for position, digest in rows]


def faults(session: Session) -> list[str]:
    return [fault.replace("\u00a0", " ") for fault in journal_chain.faults(session)]


def test_each_line_of_a_lot_is_sealed_in_order_with_the_commit(session: Session, ground: Ground) -> None:
    lines = chain(session, ground.lot)
    assert [position for position, _ in lines] == list(range(1, len(lines) + 1))
    assert len({digest for _, digest in lines}) == len(lines) > 5
    end = session.get_one(JournalHead, ground.lot.id)
    assert (end.position, end.digest) == lines[-1]
    trade.month(session, ground.contract, "04/2025", "90")
    session.commit()
    assert chain(session, ground.lot)[: len(lines)] == lines
    assert len(chain(session, ground.lot)) == len(lines) + 2
    assert faults(session) == []


def test_the_text_that_is_sealed_never_changes() -> None:
    """Fixed here for ever: another text would break every chain there is."""
    line = SimpleNamespace(
        at=datetime(2026, 3, 12, 9, 30, tzinfo=timezone(timedelta(hours=1))),
        lot_id=7, territory_id=1, user_id=None, verb="declare", thing="timesheet", thing_id=12,
        details={"month": "2026-02-01", "contract": 5, "motif": "« été »"},
    )  # fmt: skip
    text = (
        '{"at":"2026-03-12T08:30:00.000000Z","details":{"contract":5,"month":"2026-02-01","motif":"« été »"},'
        '"lot":7,"position":1,"territory":1,"thing":"timesheet","thing_id":12,"user":null,"verb":"declare"}'
    )
    assert (
        journal_chain.digest_of(journal_chain.START, line, 1)
        == sha256(("0" * 64 + text).encode()).hexdigest()
    )


def test_a_line_of_no_lot_stays_outside_every_chain(session: Session) -> None:
    place = trade.territory(session)
    journal.note(session, "amend", "territory", place.id, by=None, territory_id=place.id)
    session.commit()
    assert session.scalar(select(func.count(JournalEntry.position))) == 0
    assert faults(session) == []


def test_what_a_savepoint_took_back_was_never_written(session: Session, ground: Ground) -> None:
    before = len(chain(session, ground.lot))
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        trade.declared(session, ground.contract, "01/05/2025", "31/05/2025", "10")
        raise ZeroDivisionError
    with session.begin_nested():
        trade.declared(session, ground.contract, "01/06/2025", "30/06/2025", "10")
    session.commit()
    assert len(chain(session, ground.lot)) == before + 1
    assert faults(session) == []


@pytest.mark.parametrize(
    "change",
    [
        update(JournalEntry).values(verb="refuse"),
        update(JournalEntry).values(position=None, digest=None),
        delete(JournalEntry),
    ],
)
def test_the_database_refuses_to_change_a_sealed_line(
    session: Session, ground: Ground, change: object
) -> None:
    with pytest.raises(IntegrityError, match="ne se modifie pas"):
        session.execute(change)  # type: ignore[call-overload]
    session.rollback()
    assert faults(session) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_does_not_empty_the_journal_either(session: Session, ground: Ground) -> None:
    with pytest.raises(IntegrityError, match="ne se modifie pas"):
        session.execute(text("TRUNCATE journal_entries"))


def of(session: Session, lot: Lot, position: int) -> JournalEntry:
    return session.scalars(
        select(JournalEntry).where(JournalEntry.lot_id == lot.id, JournalEntry.position == position)
    ).one()


def alter_a_field(session: Session, lot: Lot) -> None:
    session.execute(
        update(JournalEntry)
        .where(JournalEntry.lot_id == lot.id, JournalEntry.verb == "declare")
        .values(thing_id=JournalEntry.thing_id + 1)
    )


def remove_in_the_middle(session: Session, lot: Lot) -> None:
    session.execute(delete(JournalEntry).where(JournalEntry.lot_id == lot.id, JournalEntry.position == 3))


def remove_the_end(session: Session, lot: Lot) -> None:
    last = len(chain(session, lot))
    session.execute(delete(JournalEntry).where(JournalEntry.lot_id == lot.id, JournalEntry.position == last))


def insert_a_line(session: Session, lot: Lot) -> None:
    entry = {"at": journal.now(), "lot_id": lot.id, "verb": "stop", "thing": "lot", "thing_id": lot.id}
    session.execute(insert(JournalEntry).values(entry | {"details": {"from_on": "2025-06-01"}}))


def insert_and_forge(session: Session, lot: Lot) -> None:
    insert_a_line(session, lot)
    session.execute(
        update(JournalEntry)
        .where(JournalEntry.position.is_(None), JournalEntry.lot_id == lot.id)
        .values(position=len(chain(session, lot)), digest="f" * 64)
    )


def change_the_head(session: Session, lot: Lot) -> None:
    session.execute(update(JournalHead).values(digest="a" * 64))


def remove_the_head(session: Session, lot: Lot) -> None:
    session.execute(delete(JournalHead))


def remove_everything(session: Session, lot: Lot) -> None:
    session.execute(delete(JournalEntry).where(JournalEntry.lot_id == lot.id))


def move_to_another_day(session: Session, lot: Lot) -> None:
    one = of(session, lot, 2)
    session.execute(
        update(JournalEntry).where(JournalEntry.id == one.id).values(at=one.at.replace(year=2020))
    )


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (alter_a_field, "« Relevé d’heures déclaré » du 23 novembre 2026 n’est plus telle qu’elle a été"),
        (remove_in_the_middle, "écriture n° 3 : elle manque entre « "),
        (remove_the_end, "elle manque à la fin, après « Relevé d’heures déclaré » du 23 novembre 2026"),
        (
            insert_a_line,
            "« Arrêt des travaux à partir du 1er juin 2025 » du 23 novembre 2026 n’est pas scellée",
        ),
        (insert_and_forge, "« Arrêt des travaux à partir du 1er juin 2025 »"),
        (change_the_head, "la tête du journal ne porte pas l’empreinte de « Relevé d’heures validé »"),
        (remove_the_head, "la tête du journal manque après « Relevé d’heures validé »"),
        (remove_everything, "écriture n° 1 : elle manque à la fin"),
        (
            move_to_another_day,
            "écriture n° 2 : « Début d’exécution fixé au 1er janvier 2025 » du 23 novembre 2020",
        ),
    ],
)
def test_the_first_line_that_somebody_altered_is_named(
    session: Session, ground: Ground, alter: Callable[[Session, Lot], None], named: str
) -> None:
    sound = trade.market(session)
    with unguarded(session):
        alter(session, ground.lot)
    found = faults(session)
    broken = [ground.lot.id, *([sound.lot.id] if alter in (change_the_head, remove_the_head) else [])]
    assert [fault.partition(",")[0] for fault in found] == [f"lot {each}" for each in broken]
    assert named in found[0]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_line_that_cannot_even_be_read_is_found(session: Session, ground: Ground) -> None:
    sound = trade.market(session)
    with unguarded(session):
        session.execute(
            text("UPDATE journal_entries SET details = '{broken' WHERE lot_id = :lot"), {"lot": ground.lot.id}
        )
    assert faults(session) == [f"lot {ground.lot.id}, une écriture de son journal ne se lit plus"]
    assert sound.lot.id != ground.lot.id


def test_two_transactions_on_the_same_lots_both_succeed_in_order(app: Flask, session: Session) -> None:
    """Each writes on both lots, in opposite orders, and begins a chain of its own: nobody waits in a circle."""
    lots = [trade.lot(session, place) for place in [trade.territory(session)] for _ in range(4)]
    ids = [(lot.id, lot.territory_id) for lot in lots]
    session.commit()
    before = len(chain(session, lots[0]))
    session.rollback()
    together, failed = threading.Barrier(8), []

    def write(number: int) -> None:
        together.wait()
        try:
            for rank in range(5):
                with app.app_context(), writing():
                    for lot_id, territory_id in ids if number % 2 else reversed(ids):
                        journal.note(
                            *(db.session(), "amend", "lot", lot_id), by=None, territory_id=territory_id,
                            lot_id=lot_id, fields=[f"{number}.{rank}"],
                        )  # fmt: skip
                        db.session.flush()
                    db.session.commit()
        except Exception as refused:
            failed.append(refused)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for lot in lots:
        assert [position for position, _ in chain(session, lot)] == list(range(1, before + 41))
    assert faults(session) == []


def test_two_who_begin_a_chain_at_once_follow_each_other(app: Flask, session: Session) -> None:
    lot = trade.lot(session, trade.territory(session))
    lot_id = lot.id
    with unguarded(session):
        session.execute(delete(JournalHead))
        session.execute(delete(JournalEntry))
    together, failed = threading.Barrier(6), []

    def write(number: int) -> None:
        together.wait()
        try:
            with app.app_context(), writing():
                journal.note(db.session(), "amend", "lot", lot_id, by=None, lot_id=lot_id, fields=[number])
                db.session.commit()
        except Exception as refused:
            failed.append(refused)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [position for position, _ in chain(session, lot)] == [1, 2, 3, 4, 5, 6]
    assert faults(session) == []


def test_sealing_many_lines_costs_as_many_statements_as_sealing_two(session: Session) -> None:
    ground = trade.market(session)
    session.commit()
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: sent.append(args[2]))

    def cost(lines: int) -> int:
        journal.note_many(
            session,
            *("amend", "lot"),
            [journal.Line(ground.lot.id, ground.territory.id, ground.lot.id, {"fields": []})] * lines,
            by=None,
        )
        session.flush()
        sent.clear()
        session.commit()
        return len(sent)

    assert cost(2) == cost(200) <= 7
    assert faults(session) == []
