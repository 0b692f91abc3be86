"""Verdicts kept true: shares touched by a change are judged again in the same transaction, before its commit."""

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, bindparam, event, or_, select, update
from sqlalchemy.orm import Session

from facilitator import verdict_facts
from facilitator.compliance import Verdict, verdict
from facilitator.contracts import Contract
from facilitator.db import Model, take_touched
from facilitator.hours import Share, Timesheet

CHUNK = 2000  # shares judged at once: memory stays flat when a territory changes its rules
Columns = tuple[str, Decimal, Decimal, str | None, str, datetime.date | None]


def refresh(session: Session) -> int:
    """Judge again the shares that the transaction touched; gives how many verdicts changed."""
    session.flush()
    touched = take_touched(session)
    if not touched:
        return 0
    _pass_on(session, touched)
    ids = _shares_of(session, touched)
    return sum(_store(session, changes) for changes in _changes(session, ids))


def _pass_on(session: Session, touched: dict[str, set[int]]) -> None:
    """Keep what was touched for those who look at the figures once the verdicts are right."""
    judged: dict[str, set[int]] = session.info.setdefault("judged", {})
    for kind, ids in touched.items():
        judged.setdefault(kind, set()).update(ids)


def take_judged(session: Session) -> dict[str, set[int]]:
    """What the verdicts were refreshed for since the last call."""
    judged: dict[str, set[int]] = session.info.pop("judged", {})
    return judged


def drift(session: Session) -> Iterator[tuple[int, Columns, Columns]]:
    """The shares whose stored verdict is not what the facts give: (share, stored, computed); none expected."""
    ids = list(session.scalars(select(Share.id).order_by(Share.id)))
    for changes in _changes(session, ids):
        yield from changes


def listen() -> None:
    """Refresh before every commit, once for the life of the process."""
    if not event.contains(Session, "before_commit", refresh):
        event.listen(Session, "before_commit", refresh)


def _shares_of(session: Session, touched: dict[str, set[int]]) -> list[int]:
    """The shares that rest on what was touched."""
    resting = resting_on(session, touched)
    if resting is None:
        return []
    query = select(Share.id).join(Timesheet, Timesheet.id == Share.timesheet_id)
    return list(session.scalars(query.where(resting).order_by(Share.id)))


def resting_on(session: Session, touched: dict[str, set[int]]) -> ColumnElement[bool] | None:
    """Which shares (joined to their relevé) rest on what was touched; None when none can."""
    people = touched.get("person", set())
    contracts = touched.get("contract", set())
    if contracts:  # the first day of a contract may open the window of other contracts
        people = people | set(session.scalars(select(Contract.person_id).where(Contract.id.in_(contracts))))
    sheets = touched.get("timesheet", set())
    conditions = [
        Share.person_id.in_(people) if people else None,
        Share.lot_id.in_(touched["lot"]) if touched.get("lot") else None,
        Share.placement_id.in_(touched["placement"]) if touched.get("placement") else None,
        Share.territory_id.in_(touched["territory"]) if touched.get("territory") else None,
        or_(Timesheet.id.in_(sheets), Timesheet.replaces_id.in_(sheets)) if sheets else None,
    ]
    given = [each for each in conditions if each is not None]
    return or_(*given) if given else None


def _changes(session: Session, ids: Sequence[int]) -> Iterator[list[tuple[int, Columns, Columns]]]:
    for start in range(0, len(ids), CHUNK):
        shares = verdict_facts.stored_shares(session, ids[start : start + CHUNK])
        around = verdict_facts.surroundings(session, shares)
        judged = (
            (share.id, share.verdict, _columns(verdict(verdict_facts.facts_of(share, around))))
            for share in shares
        )
        yield [change for change in judged if change[1] != change[2]]


def _columns(judged: Verdict) -> Columns:
    return (
        judged.standing.value,
        judged.retained,
        judged.unretained,
        judged.reason.value if judged.reason else None,
        " ".join(reason.value for reason in judged.reasons),
        judged.split_on,
    )


def _store(session: Session, changes: list[tuple[int, Columns, Columns]]) -> int:
    """Write through Core: thousands of objects would cost twenty times as much."""
    if not changes:
        return 0
    names = ("standing", "retained", "unretained", "reason", "reasons", "split_on")
    table = Share.__table__
    statement = (
        update(Share.__table__)  # type: ignore[arg-type]
        .where(table.c.id == bindparam("share_id"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    session.connection().execute(
        statement,
        [
            {"share_id": share_id} | {f"new_{name}": value for name, value in zip(names, new, strict=True)}
            for share_id, _, new in changes
        ],
    )
    _expire_loaded(session, {share_id for share_id, _, _ in changes})
    return len(changes)


def _expire_loaded(session: Session, ids: set[int]) -> None:
    loaded: list[Model] = [
        each for each in session.identity_map.values() if isinstance(each, Share) and each.id in ids
    ]
    for share in loaded:
        session.expire(share)
