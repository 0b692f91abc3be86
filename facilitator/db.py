"""The database: engine rules, naming convention, exact column types, and what a transaction touched."""

import datetime
import enum
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    event,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

try:  # The wheel carries a SQLite with the WAL-reset fix; see docs/decisions/003.
    import pysqlite3 as sqlite_driver
except ImportError:
    import sqlite3 as sqlite_driver

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
CENT = Decimal("0.01")
PATIENCE = 20  # seconds that a writer waits for its turn in its own process


class Base(DeclarativeBase):
    """All tables share one metadata, whose constraints all have a name."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:

    class Model(Base):
        """What mypy sees of Flask-SQLAlchemy's model class."""

        __abstract__ = True
else:
    Model = db.Model


class _Hundredths(TypeDecorator[Decimal]):
    """An exact Decimal with two places, kept as an integer number of hundredths."""

    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        exact = Decimal(value) * 100
        if exact != exact.to_integral_value():
            raise ValueError(f"more than two decimals: {value}")
        return int(exact)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-2)


class Hours(_Hundredths):
    """Hours to 0,01 h (SQLite has no exact decimal)."""

    impl = Integer
    cache_ok = True


class Euros(_Hundredths):
    """Euros to the cent."""

    impl = BigInteger
    cache_ok = True


class Instant(TypeDecorator[datetime.datetime]):
    """An aware UTC instant; SQLite gives it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(datetime.UTC)

    def process_result_value(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value


class Versioned:
    """What people edit: SQLAlchemy adds one to `version` at each update, forms carry it back."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version}


def one_of(column: str, codes: type[enum.StrEnum], name: str | None = None) -> CheckConstraint:
    """A named CHECK that a text column holds one of the trade's codes (or NULL)."""
    listed = ", ".join(f"'{code.value}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside take SQLite's write lock at once (BEGIN IMMEDIATE)."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def start_writing() -> None:
    """Mark the rest of this context (one request) as writing."""
    _writing.set(True)


def stop_writing() -> None:
    """End what `start_writing` began; requests share their thread's context."""
    _writing.set(False)


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` gets for this database."""
    if url.startswith("sqlite"):
        return {"module": sqlite_driver, "hide_parameters": True}
    return {
        "hide_parameters": True,  # values are people's: they stay out of error messages and logs
        "pool_pre_ping": True,
        # Compiling a survey’s statements takes PostgreSQL eight times what running them does.
        "connect_args": {"options": "-c lock_timeout=5000 -c statement_timeout=60000 -c jit=off"},
    }


def guard_sqlite(engine: Engine) -> None:
    """Foreign keys on, safe journal, and BEGIN issued by us so that writers queue instead of failing."""
    safe_wal = sqlite_driver.sqlite_version_info >= (3, 51, 3)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.execute(f"PRAGMA journal_mode={'WAL' if safe_wal else 'DELETE'}")
        cursor.execute(f"PRAGMA synchronous={'FULL' if safe_wal else 'EXTRA'}")
        cursor.close()

    # SQLite's waiters poll and may starve; the threads of one process queue here instead.
    turn = threading.Lock()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not _writing.get():
            connection.exec_driver_sql("BEGIN")
            return
        connection.info["turn"] = turn.acquire(timeout=PATIENCE)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            end_turn(connection)
            raise

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def end_turn(connection: Connection) -> None:
        if connection.info.pop("turn", False):
            turn.release()


def init_app(app: Flask) -> None:
    """Bind the application to its database (config key SQLALCHEMY_DATABASE_URI)."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(url))
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            guard_sqlite(db.engine)


def touch(session: Session, kind: str, *ids: int | None) -> None:
    """Note what a verb changed, so that the verdicts resting on it are refreshed before the commit."""
    noted: dict[str, set[int]] = session.info.setdefault("touched", {})
    noted.setdefault(kind, set()).update(each for each in ids if each is not None)


def touched(session: Session) -> dict[str, set[int]]:
    """What was touched since the last commit, also what a verdict was given for already."""
    both = (session.info.get("touched", {}), session.info.get("judged", {}))
    found: dict[str, set[int]] = {}
    for noted in both:
        for kind, ids in noted.items():
            found.setdefault(kind, set()).update(ids)
    return found


def take_touched(session: Session) -> dict[str, set[int]]:
    """What was touched since the last call."""
    touched: dict[str, set[int]] = session.info.pop("touched", {})
    return touched
