"""Alembic’s environment: our metadata, batch mode for SQLite, and foreign keys and guards off while tables are rebuilt."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from facilitator import database_guards
from facilitator import tables as tables
from facilitator.db import Base, db


def run() -> None:
    """Run the migrations in one transaction, on the application's database."""
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # Rebuilding a parent table with the pragma on silently deletes its children.
            _pragma(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transaction_per_migration=False,
            compare_type=True,
        )
        with context.begin_transaction():
            database_guards.take_off(connection)
            context.run_migrations()
            database_guards.put(connection)
        connection.commit()
        if sqlite:
            _refuse_orphans(connection)
            _pragma(connection, "ON")


def _pragma(connection: Connection, state: str) -> None:
    """Through the driver: inside the transaction that SQLAlchemy would begin, the pragma does nothing."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={state}")
    cursor.close()


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    connection.commit()
    if orphans:
        raise RuntimeError(f"migration left rows without their parent: {orphans[:5]}")


assert current_app  # Alembic is always run from inside the application (facilitator upgrade)
run()
