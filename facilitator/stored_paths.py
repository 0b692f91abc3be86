"""Paths kept: exits and reference dates stored with the stays that they join, written anew in the transaction that moves one."""

import datetime
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    delete,
    event,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journeys, people
from facilitator.contracts import Contract
from facilitator.db import Model, touched
from facilitator.journeys import Journey
from facilitator.periods import DAY
from facilitator.placements import Placement

CHUNK = 1000  # people whose paths are computed at once: memory stays flat when a territory changes its rules
Row = dict[str, Any]


class StoredPath(Model):
    """One path of one person (trade.md §6): `to_on` is the fin du dispositif; None while the path has no end.

    The exit is provisional until the eve of `firm_on`; `six_on` and `twelve_on` are the days that the follow-ups ask about.
    """

    __tablename__ = "paths"
    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint(
            "(to_on IS NULL) = (firm_on IS NULL) AND (to_on IS NULL) = (six_on IS NULL)"
            " AND (to_on IS NULL) = (twelve_on IS NULL)",
            name="dates_of_the_end",
        ),
        Index("ix_paths_six", "territory_id", "six_on"),
        Index("ix_paths_twelve", "territory_id", "twelve_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    from_on: Mapped[datetime.date] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    to_on: Mapped[datetime.date | None]
    firm_on: Mapped[datetime.date | None]
    six_on: Mapped[datetime.date | None]
    twelve_on: Mapped[datetime.date | None]
    last_employer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)


class StoredStay(Model):
    """A confirmed placement inside its path, with its real end; one that never had a day stands in none."""

    __tablename__ = "stays"
    __table_args__ = (
        ForeignKeyConstraint(["person_id", "path_from_on"], ["paths.person_id", "paths.from_on"]),
        Index("ix_stays_path", "person_id", "path_from_on"),
    )

    placement_id: Mapped[int] = mapped_column(ForeignKey("placements.id"), primary_key=True)
    person_id: Mapped[int]
    path_from_on: Mapped[datetime.date]
    ends_on: Mapped[datetime.date | None]


def refresh(session: Session) -> int:
    """Write anew the paths that the transaction moved; gives how many people had theirs changed."""
    session.flush()
    moved = touched(session)
    wanted = _people_of(session, moved) if moved else ()
    return sum(_store(session, chunk) for chunk in _chunks(wanted))


def listen() -> None:
    """Refresh before every commit; first of the hooks, since it locks people before shares are judged."""
    if not event.contains(Session, "before_commit", refresh):
        event.listen(Session, "before_commit", refresh)


def fill(session: Session) -> int:
    """Write the paths of a base that has none yet (its placements are older than the table)."""
    if session.scalar(select(StoredPath.person_id).limit(1)) is not None:
        return 0
    return sum(
        _store(session, chunk) for chunk in _chunks(session.scalars(select(Placement.person_id).distinct()))
    )


def drift(session: Session) -> Iterator[int]:
    """The people whose kept paths are not what their placements give; none expected."""
    everybody = session.scalars(select(Placement.person_id).union(select(StoredPath.person_id)))
    for chunk in _chunks(everybody):
        stored, computed = _stored(session, chunk), _computed(session, chunk)
        yield from (person for person in chunk if stored.get(person) != computed.get(person))


def _people_of(session: Session, moved: dict[str, set[int]]) -> set[int]:
    """Whose paths rest on what was touched; a relevé moves none."""
    found = set(moved.get("person", ()))
    asked: list[Select[int]] = []
    if contracts := moved.get("contract"):
        asked.append(select(Contract.person_id).where(Contract.id.in_(contracts)))
    for kind, column in (
        ("placement", Placement.id),
        ("lot", Placement.lot_id),
        ("territory", Placement.territory_id),
    ):
        if ids := moved.get(kind):
            asked.append(select(Placement.person_id).where(column.in_(ids)))
    for query in asked:
        found.update(session.scalars(query))
    return found


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def _store(session: Session, ids: Collection[int]) -> int:
    """Replace what is kept of those whose paths moved; a row says the same whoever writes it, so it has no number."""
    people.lock(session, ids)
    stored, computed = _stored(session, ids), _computed(session, ids)
    changed = {person for person in ids if stored.get(person) != computed.get(person)}
    if not changed:
        return 0
    if stored:
        unsynchronised = {"synchronize_session": False}  # no object of these is ever loaded
        session.execute(
            delete(StoredStay).where(StoredStay.person_id.in_(changed)), execution_options=unsynchronised
        )
        session.execute(
            delete(StoredPath).where(StoredPath.person_id.in_(changed)), execution_options=unsynchronised
        )
    rows = [row for person in sorted(changed) for row in computed.get(person, ())]
    if rows:
        session.execute(insert(StoredPath), [path for path, _ in rows])
        session.execute(insert(StoredStay), [stay for _, stays in rows for stay in stays])
    return len(changed)


Kept = dict[int, list[tuple[Row, list[Row]]]]  # by person: each path with its stays


def _computed(session: Session, ids: Collection[int]) -> Kept:
    found: Kept = {}
    for journey in journeys.of_people(session, ids):
        found.setdefault(journey.person_id, []).append((_path(journey), _stays(journey)))
    return found


def _path(journey: Journey) -> Row:
    path = journey.path
    reference = {milestone.months: milestone.reference_on for milestone in path.milestones()}
    return {
        "person_id": journey.person_id,
        "from_on": path.from_on,
        "territory_id": journey.territory_id,
        "to_on": path.to_on,
        "firm_on": path.provisional_until + DAY if path.provisional_until else None,
        "six_on": reference.get(6),
        "twelve_on": reference.get(12),
        "last_employer_id": journey.last_employer_id,
    }


def _stays(journey: Journey) -> list[Row]:
    return [
        {
            "placement_id": stay.placement_id,
            "person_id": stay.person_id,
            "path_from_on": journey.path.from_on,
            "ends_on": stay.days.to_on,
        }
        for stay in sorted(journey.stays, key=lambda stay: stay.placement_id)
    ]


def _stored(session: Session, ids: Collection[int]) -> Kept:
    stays: dict[tuple[int, datetime.date], list[Row]] = {}
    of_people = select(StoredStay.__table__).where(StoredStay.person_id.in_(ids))
    for row in session.execute(of_people.order_by(StoredStay.placement_id)).mappings():
        stays.setdefault((row["person_id"], row["path_from_on"]), []).append(dict(row))
    found: Kept = {}
    paths = select(StoredPath.__table__).where(StoredPath.person_id.in_(ids))
    for row in session.execute(paths.order_by(StoredPath.person_id, StoredPath.from_on)).mappings():
        theirs = stays.get((row["person_id"], row["from_on"]), [])
        found.setdefault(row["person_id"], []).append((dict(row), theirs))
    return found
