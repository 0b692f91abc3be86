"""Judging a whole territory again, beside the bare writing of the same columns."""

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from bench.filling import Filled
from bench.measure import ROUNDS, Table, Times, once
from facilitator import verdicts
from facilitator.db import touch, writing
from facilitator.hours import Share

NAMES = ("standing", "retained", "unretained", "reason", "reasons", "split_on")


def run(session: Session, engine: str, filled: Filled) -> None:
    """Prints lines a second of both, and their ratio."""
    shares = session.scalar(select(func.count()).where(Share.territory_id == filled.territory_id)) or 0
    session.rollback()
    judged, written = [], []
    for _ in range(ROUNDS):
        _forget(session, filled)
        judged.append(once(lambda: _refresh(session, filled)))
        written.append(once(lambda: _write_again(session, filled)))
    whole, bare = Times(judged), Times(written)
    table = Table(
        f"{engine} – verdicts.refresh of a territory of {shares} shares, all of them changed",
        ("what", "time", "shares/s", "× bare write"),
    )
    table.add("verdicts.refresh", whole, f"{shares / whole.median:.0f}", f"{whole.median / bare.median:.1f}")
    table.add("bare executemany of the six columns", bare, f"{shares / bare.median:.0f}", "1.0")
    table.show()


def _forget(session: Session, filled: Filled) -> None:
    with writing():
        session.execute(
            update(Share)
            .where(Share.territory_id == filled.territory_id)
            .values(
                standing="awaiting",
                retained=0,
                unretained=Share.hours,
                reason=None,
                reasons="?",
                split_on=None,
            )
            .execution_options(synchronize_session=False)
        )
        session.commit()


def _refresh(session: Session, filled: Filled) -> None:
    with writing():
        touch(session, "territory", filled.territory_id)
        verdicts.refresh(session)
        session.commit()


def _write_again(session: Session, filled: Filled) -> None:
    table = Share.__table__
    columns = [table.c[name] for name in NAMES]
    rows = session.execute(select(table.c.id, *columns).where(table.c.territory_id == filled.territory_id))
    values = [
        {"share_id": row[0], **{f"new_{name}": row[1 + i] for i, name in enumerate(NAMES)}} for row in rows
    ]
    session.rollback()
    statement = (
        update(table)  # type: ignore[arg-type]
        .where(table.c.id == bindparam("share_id"))
        .values({name: bindparam(f"new_{name}") for name in NAMES})
    )
    with writing():
        session.connection().execute(statement, values)
        session.commit()
