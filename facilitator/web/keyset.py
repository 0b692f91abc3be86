"""Long lists by slices: the next one starts after the last row shown, whatever was added meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from facilitator.access import LARGEST_ID
from facilitator.db import db

SIZE = 50
AFTER, BEFORE = "apres", "avant"


@dataclass(frozen=True)
class Slice:
    """The rows to show, with the links to those before and after."""

    rows: Sequence[Any]
    previous_url: str | None
    next_url: str | None


def slice_of(
    rows: Select[*tuple[Any, ...]],
    *order: InstrumentedAttribute[Any],
    descending: bool = False,
    size: int = SIZE,
    endpoint: str | None = None,
) -> Slice:
    """The slice that the address asks for (two selects, one when ordered by id); the first column is the id, which ends `order`.

    `endpoint` is the page of the list, where a refused form shows it under another address.
    """
    after, before = _asked(AFTER), _asked(BEFORE)
    backwards = before is not None
    cursor = before if backwards else after
    reverse = descending != backwards
    key = tuple_(*order)
    wanted = rows
    start = _start(rows, order, cursor)
    if start is not None:
        wanted = rows.where(key < tuple_(*start) if reverse else key > tuple_(*start))
    wanted = wanted.order_by(*(each.desc() if reverse else each.asc() for each in order))
    found = list(db.session.execute(wanted.limit(size + 1)))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    earlier, later = (more, True) if backwards else (start is not None, more)
    return Slice(
        found,
        _url(BEFORE, found[0][0], endpoint) if earlier and found else None,
        _url(AFTER, found[-1][0], endpoint) if later and found else None,
    )


def _start(
    rows: Select[*tuple[Any, ...]], order: Sequence[InstrumentedAttribute[Any]], cursor: int | None
) -> Sequence[Any] | None:
    """Where the row of the cursor stands in the order; an id alone says it by itself."""
    if cursor is None:
        return None
    if len(order) == 1:
        return (cursor,)
    return db.session.execute(rows.with_only_columns(*order).where(order[-1] == cursor)).first()


def _asked(name: str) -> int | None:
    typed = request.args.get(name, "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 11 else 0
    return number if 0 < number <= LARGEST_ID else None


def _url(name: str, row_id: int, endpoint: str | None) -> str:
    kept = {key: value for key, value in request.args.items() if key not in (AFTER, BEFORE)}
    asked: dict[str, Any] = {**kept, **(request.view_args or {}), name: row_id}
    return url_for(endpoint or str(request.endpoint), **asked)
