"""What the database itself refuses, whoever writes: a change of a sealed line, shares above the hours worked.

SQLite rebuilds a table to alter it and loses its triggers then, so they are taken off before the migrations
and put back after them (migrations/env.py): no migration can forget them.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, inspect

SEALED = "Le journal d’un lot est scellé\u00a0: une écriture ne se modifie pas et ne se supprime pas."
SHARED = "Les parts d’un relevé dépassent ses heures travaillées ou sa formation."


@dataclass(frozen=True)
class Guard:
    """One trigger: when it looks, at what, and the sentence with which it refuses."""

    name: str
    table: str
    when: str  # BEFORE UPDATE, AFTER INSERT OR UPDATE OF…
    wrong: str  # the condition of the refusal, over OLD and NEW, in the SQL of both engines
    sentence: str
    needs: str  # the column that it looks at: an older schema may not have it yet
    lock: str = ""  # PostgreSQL: what makes two transactions take turns


_SHARED_TOO_MUCH = """EXISTS (
    SELECT 1 FROM shares JOIN timesheets ON timesheets.id = shares.timesheet_id WHERE timesheets.id = :sheet
    GROUP BY timesheets.id, timesheets.worked, timesheets.training
    HAVING sum(shares.hours) > timesheets.worked OR sum(shares.training) > timesheets.training)"""


GUARDS = (
    Guard(
        "sealed_update", "journal_entries", "BEFORE UPDATE", "OLD.position IS NOT NULL", SEALED, "position"
    ),
    Guard(
        "sealed_delete", "journal_entries", "BEFORE DELETE", "OLD.position IS NOT NULL", SEALED, "position"
    ),
    Guard("sealed_truncate", "journal_entries", "BEFORE TRUNCATE", "TRUE", SEALED, "position"),
    *(
        Guard(
            f"shared_{name}",
            "shares",
            f"AFTER {event}",
            _SHARED_TOO_MUCH.replace(":sheet", "NEW.timesheet_id"),
            SHARED,
            "hours",
            # Two who share one relevé at once would each see their own share only.
            lock="PERFORM 1 FROM timesheets WHERE id = NEW.timesheet_id FOR NO KEY UPDATE",
        )
        for name, event in (("insert", "INSERT"), ("update", "UPDATE OF hours, training, timesheet_id"))
    ),
    Guard(
        "shared_worked",
        "timesheets",
        "AFTER UPDATE OF worked, training",
        _SHARED_TOO_MUCH.replace(":sheet", "NEW.id"),
        SHARED,
        "worked",
    ),
)


def put(connection: Connection) -> None:
    """Put on the tables that exist the guards that make sense for them."""
    inspector = inspect(connection)
    tables = set(inspector.get_table_names())
    for guard in GUARDS:
        if guard.table in tables and guard.needs in {c["name"] for c in inspector.get_columns(guard.table)}:
            for statement in _statements(guard, connection.dialect.name):
                connection.exec_driver_sql(statement)


def take_off(connection: Connection) -> None:
    """Take every guard off, for the time of a migration."""
    tables = set(inspect(connection).get_table_names())
    on_sqlite = connection.dialect.name == "sqlite"
    for guard in GUARDS:
        if guard.table in tables:
            where = "" if on_sqlite else f" ON {guard.table}"
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard.name}{where}")
        if not on_sqlite:
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {guard.name}()")


def _statements(guard: Guard, engine: str) -> list[str]:
    emptied = guard.when == "BEFORE TRUNCATE"
    if engine == "sqlite":
        return (
            []
            if emptied
            else [
                f"CREATE TRIGGER {guard.name} {guard.when} ON {guard.table} FOR EACH ROW WHEN {guard.wrong}"
                f" BEGIN SELECT RAISE(ABORT, '{guard.sentence}'); END"
            ]
        )
    lock = f"{guard.lock};" if guard.lock else ""
    given = "OLD" if guard.when.startswith("BEFORE DELETE") else "NEW"
    return [
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock}"
        f" IF {guard.wrong} THEN"
        f" RAISE EXCEPTION USING MESSAGE = '{guard.sentence}', ERRCODE = 'integrity_constraint_violation';"
        f" END IF; RETURN {given}; END $$",
        f"CREATE TRIGGER {guard.name} {guard.when} ON {guard.table}"
        f" FOR EACH {'STATEMENT' if emptied else 'ROW'} EXECUTE FUNCTION {guard.name}()",
    ]
