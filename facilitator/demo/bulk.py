"""Writes many lines at once by Core, with ids of our own: what a large base of fictitious data is made of."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.orm import Session
from stdnum import luhn

from facilitator.db import Base, Model

CHUNK = 20_000
Row = dict[str, Any]


def write(session: Session, model: type[Model], rows: Iterable[Row]) -> None:
    """Insert rows that all have the same columns, some thousands at a time."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        session.connection().execute(insert(model.__table__), chunk)  # type: ignore[arg-type]


def restart_sequences(session: Session) -> None:
    """PostgreSQL numbers its next rows after ours, and learns how many there are as its autovacuum would."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None and inspect(session.connection()).has_table(table.name):
            after = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            session.execute(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), after)))
    session.execute(text("ANALYZE"))


def siret(number: int) -> str:
    """An invented SIRET with both its keys right."""
    siren = _with_key(f"8{number:07d}")
    return _with_key(f"{siren}{number % 10_000:04d}")


def _with_key(digits: str) -> str:
    return f"{digits}{luhn.calc_check_digit(digits)}"
