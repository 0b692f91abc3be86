"""Puts official lists into the reference labels: a newer file replaces the labels of its codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from facilitator.reference_lists import ReferenceList
from facilitator.references import ReferenceLabel


@dataclass(frozen=True)
class Labelled:
    """What a list gave: read = created + updated + unchanged + ignored."""

    read: int
    created: int
    updated: int
    unchanged: int
    ignored: int


def load(session: Session, reference: ReferenceList) -> Labelled:
    """Record the labels of one list."""
    known = _known(session, {each.list_name for each in reference.labels})
    rows = [
        {"list_name": each.list_name, "code": each.code, "label": each.label} for each in reference.labels
    ]
    new = [row for row in rows if (row["list_name"], row["code"]) not in known]
    changed = [
        row for row in rows if known.get((row["list_name"], row["code"]), row["label"]) != row["label"]
    ]
    if new:
        session.execute(insert(ReferenceLabel), new)
    if changed:
        table = cast(Table, ReferenceLabel.__table__)
        session.connection().execute(
            update(table)
            .where(table.c.list_name == bindparam("of_list"), table.c.code == bindparam("of_code"))
            .values(label=bindparam("new_label")),
            [
                {"of_list": row["list_name"], "of_code": row["code"], "new_label": row["label"]}
                for row in changed
            ],
        )
    return Labelled(
        read=reference.read,
        created=len(new),
        updated=len(changed),
        unchanged=len(rows) - len(new) - len(changed),
        ignored=reference.ignored,
    )


def _known(session: Session, lists: Iterable[str]) -> dict[tuple[str, str], str]:
    rows = session.execute(
        select(ReferenceLabel.list_name, ReferenceLabel.code, ReferenceLabel.label).where(
            ReferenceLabel.list_name.in_(sorted(lists))
        )
    )
    return {(list_name, code): label for list_name, code, label in rows}
