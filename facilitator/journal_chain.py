"""The journal of each lot is one chain: every line carries the SHA-256 of itself and of all those before it.

Lines are sealed before the commit of the transaction that wrote them; the database then refuses to change
them (`database_guards`), and `faults` names the first line that somebody altered all the same.
"""

import datetime
import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ForeignKey, String, bindparam, event, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import french
from facilitator.db import Model
from facilitator.journal import JournalEntry, take_noted_lots
from facilitator.journal_sentences import sentence

START = "0" * 64  # what stands before the first line of a chain
CHUNK = 5000  # lots sealed or verified at once: an IN list holds that many on both engines
SHOWN = 16  # first characters of a digest, enough to compare two prints by eye

Line = Any  # a row of `_lines`


class JournalHead(Model):
    """Where the chain of a lot ends: how many lines it has, and the digest of the last."""

    __tablename__ = "journal_heads"

    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    position: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


_lines = select(
    *(JournalEntry.id, JournalEntry.lot_id, JournalEntry.position, JournalEntry.digest, JournalEntry.at),
    *(JournalEntry.user_id, JournalEntry.territory_id, JournalEntry.verb, JournalEntry.thing),
    *(JournalEntry.thing_id, JournalEntry.details),
)


def listen() -> None:
    """Seal before every commit, once for the life of the process; the last of the hooks, for others write lines."""
    if not event.contains(Session, "before_commit", seal):
        event.listen(Session, "before_commit", seal)


def seal(session: Session) -> int:
    """Seal the lines that the transaction wrote, in a constant number of statements; gives how many.

    The heads are locked in the order of the lots: two transactions on one lot follow each other, and never
    wait for one another in a circle.
    """
    if session.in_nested_transaction():  # only the whole transaction ends the wait for its locks
        return 0
    lots = sorted(take_noted_lots(session))
    if lots:
        session.flush()
    return sum(_seal(session, lots[start : start + CHUNK]) for start in range(0, len(lots), CHUNK))


def digest_of(previous: str, line: Any, position: int) -> str:
    """SHA-256, in hexadecimal, of the digest before and of the line as canonical JSON (keys sorted, UTC)."""
    said = {
        "at": line.at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "details": line.details,
        "lot": line.lot_id,
        "position": position,
        "territory": line.territory_id,
        "thing": line.thing,
        "thing_id": line.thing_id,
        "user": line.user_id,
        "verb": line.verb,
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((previous + text).encode()).hexdigest()


def head(session: Session, lot_id: int) -> tuple[int, str]:
    """How many lines of a lot are sealed, and the digest of the last one as people compare it."""
    found = session.get(JournalHead, lot_id)
    return (found.position, short(found.digest)) if found else (0, "")


def short(digest: str) -> str:
    """The start of a digest, by groups of four."""
    return "\u00a0".join(digest[start : start + 4] for start in range(0, SHOWN, 4))


def _seal(session: Session, lots: Sequence[int]) -> int:
    heads = _locked_heads(session, lots)
    sealed, ends = [], []
    for lot_id, theirs in groupby(_unsealed(session, lots), key=lambda line: line.lot_id):
        position, digest = heads[lot_id]
        for line in theirs:
            position, digest = position + 1, digest_of(digest, line, position + 1)
            sealed.append({"entry_id": line.id, "new_position": position, "new_digest": digest})
        ends.append({"of_lot": lot_id, "new_position": position, "new_digest": digest})
    if sealed:
        _write(session, JournalEntry, "id", "entry_id", sealed)
        _write(session, JournalHead, "lot_id", "of_lot", ends)
    return len(sealed)


def _unsealed(session: Session, lots: Sequence[int]) -> Sequence[Line]:
    waiting = _lines.where(JournalEntry.lot_id.in_(lots), JournalEntry.position.is_(None))
    return session.execute(waiting.order_by(JournalEntry.lot_id, JournalEntry.id)).all()


def _locked_heads(session: Session, lots: Sequence[int]) -> dict[int, tuple[int, str]]:
    """The end of each chain, locked; those that begin get their row first, all in the order of the lots."""
    known = select(JournalHead.lot_id).where(JournalHead.lot_id == JournalEntry.lot_id).exists()
    beginning = (
        select(JournalEntry.lot_id, literal(0), literal(START))
        .where(JournalEntry.lot_id.in_(lots), JournalEntry.position.is_(None), ~known)
        .distinct()
        .order_by(JournalEntry.lot_id)
    )
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(JournalHead).from_select(["lot_id", "position", "digest"], beginning)
    session.connection().execute(insert.on_conflict_do_nothing())
    rows = session.execute(
        select(JournalHead.lot_id, JournalHead.position, JournalHead.digest)
        .where(JournalHead.lot_id.in_(lots))
        .order_by(JournalHead.lot_id)
        .with_for_update()
    )
    return {lot_id: (position, digest) for lot_id, position, digest in rows}


def _write(session: Session, model: type[Model], key: str, name: str, rows: list[dict[str, Any]]) -> None:
    table = model.__table__
    statement = (
        update(table)  # type: ignore[arg-type]
        .where(table.c[key] == bindparam(name))
        .values(position=bindparam("new_position"), digest=bindparam("new_digest"))
    )
    session.connection().execute(statement, rows)


def faults(session: Session) -> Iterator[str]:
    """The first line of each chain that is not as it was sealed, said in French; none expected."""
    noted = select(JournalEntry.lot_id).where(JournalEntry.lot_id.is_not(None)).distinct()
    lots = sorted({*session.scalars(noted), *session.scalars(select(JournalHead.lot_id))})
    for start in range(0, len(lots), CHUNK):
        for lot_id, fault in _followed(session, lots[start : start + CHUNK]):
            if fault:
                yield f"lot {lot_id}, {fault}"


def _followed(session: Session, lots: Sequence[int]) -> Iterator[tuple[int, str | None]]:
    """All at once; one by one when a line was altered so much that it cannot even be read."""
    try:
        yield from list(_fault_of_each(session, lots))
    except (ValueError, TypeError):
        if len(lots) == 1:
            yield lots[0], "une écriture de son journal ne se lit plus"
            return
        for lot_id in lots:
            yield from _followed(session, [lot_id])


def _fault_of_each(session: Session, lots: Sequence[int]) -> Iterator[tuple[int, str | None]]:
    chained = _lines.where(JournalEntry.lot_id.in_(lots)).order_by(
        JournalEntry.lot_id, JournalEntry.position.is_(None), JournalEntry.position, JournalEntry.id
    )
    ends = session.execute(
        select(JournalHead.lot_id, JournalHead.position, JournalHead.digest).where(
            JournalHead.lot_id.in_(lots)
        )
    )
    heads = {lot_id: (position, digest) for lot_id, position, digest in ends}
    rows = session.execute(chained.execution_options(yield_per=CHUNK))
    for lot_id, theirs in groupby(rows, key=lambda line: line.lot_id):
        yield lot_id, _broken(theirs, heads.pop(lot_id, None))
    for lot_id, end in heads.items():
        yield lot_id, _broken(iter(()), end)


def _broken(lines: Iterator[Line], end: tuple[int, str] | None) -> str | None:
    """Follow one chain to its first fault."""
    position, digest, last = 0, START, ""
    for line in lines:
        if line.position is None:
            return f"après l’écriture n°\u00a0{position}\u00a0: {_what(line)} n’est pas scellée"
        if line.position != position + 1:
            return f"écriture n°\u00a0{position + 1}\u00a0: elle manque {_between(last, line)}"
        position, digest, last = position + 1, digest_of(digest, line, position + 1), _what(line)
        if digest != line.digest:
            return f"écriture n°\u00a0{position}\u00a0: {last} n’est plus telle qu’elle a été scellée"
    return _wrong_end(position, digest, last, end)


def _wrong_end(position: int, digest: str, last: str, end: tuple[int, str] | None) -> str | None:
    if end is None:
        return f"écriture n°\u00a0{position}\u00a0: la tête du journal manque après {last}"
    if end[0] > position:
        return f"écriture n°\u00a0{position + 1}\u00a0: elle manque à la fin" + (
            f", après {last}" if last else ""
        )
    if end[0] < position:
        return f"écriture n°\u00a0{position}\u00a0: {last} a été ajoutée après la tête du journal"
    if end[1] != digest:
        return f"écriture n°\u00a0{position}\u00a0: la tête du journal ne porte pas l’empreinte de {last}"
    return None


def _between(last: str, line: Line) -> str:
    return f"entre {last} et {_what(line)}" if last else f"avant {_what(line)}"


def _what(line: Line) -> str:
    """What was done, and when: «Relevé d’heures validé.» du 12 mars 2026."""
    details = line.details if isinstance(line.details, dict) else {}
    said = sentence(line.verb, line.thing, details).rstrip(".")
    return f"«\u00a0{said}\u00a0» du {french.date(line.at.astimezone(datetime.UTC).date())}"
