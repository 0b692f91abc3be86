"""Short lists read page by page (an employer's own rows): a page number in the address, never a count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Select

from facilitator.db import db

SIZE = 50
LAST_PAGE = 200


@dataclass(frozen=True)
class Page:
    """The rows to show, with the links to those before and after."""

    rows: Sequence[Any]
    previous_url: str | None
    next_url: str | None


def asked() -> int:
    """The page asked for, the first when it says nothing readable."""
    typed = request.args.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
    return min(max(number, 1), LAST_PAGE)


def of_query(rows: Select[Any], size: int = SIZE) -> Page:
    """One page of a query that says its order (one select)."""
    number = asked()
    found = list(db.session.execute(rows.limit(size + 1).offset((number - 1) * size)))
    return _page(found[:size], number, len(found) > size)


def of_list(rows: Sequence[Any], size: int = SIZE) -> Page:
    """One page of what is already in memory."""
    number, start = asked(), (asked() - 1) * size
    return _page(rows[start : start + size], number, len(rows) > start + size)


def _page(rows: Sequence[Any], number: int, more: bool) -> Page:
    return Page(rows, _url(number - 1) if number > 1 else None, _url(number + 1) if more else None)


def _url(number: int) -> str:
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if key != "page"}
    return url_for(str(request.endpoint), **(request.view_args or {}), **kept, page=number)
