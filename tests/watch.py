"""Watches each request of a test: a GET writes nothing, and no request leaves its work half done."""

import re
from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy import Engine, event

from facilitator.db import db

WRITE = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Looking at a person leaves its line: the one write that a GET does.
WRITTEN_BY_GET = frozenset({"access_log"})


class RequestWatch:
    """Collects what requests did wrong; `complain` raises it in the test."""

    def __init__(self, app: Flask) -> None:
        self.faults: list[str] = []
        self.uncommitted: list[str] = []
        self.selects = 0
        with app.app_context():
            self._listen(db.engine)
        app.before_request_funcs.setdefault(None, []).insert(0, self._begin)
        app.teardown_request(self._end)

    def _begin(self) -> None:
        self.uncommitted.clear()
        self.selects = 0

    def _listen(self, engine: Engine) -> None:
        @event.listens_for(engine, "before_cursor_execute")
        def executed(
            connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool
        ) -> None:
            if has_request_context():
                self._note(statement)

        @event.listens_for(engine, "commit")
        @event.listens_for(engine, "rollback")
        def ended(connection: Any) -> None:
            if has_request_context():
                self.uncommitted.clear()

    def _note(self, statement: str) -> None:
        written = WRITE.match(statement)
        if not written:
            self.selects += 1
            return
        table = written.group(1)
        self.uncommitted.append(table)
        if request.method in SAFE_METHODS and table not in WRITTEN_BY_GET:
            self.faults.append(f"{request.method} {request.path} wrote: {statement}")

    def _end(self, error: BaseException | None) -> None:
        if error is not None:
            return
        where = f"{request.method} {request.path}"
        if self.uncommitted:
            self.faults.append(f"{where} ended without commit after writing {self.uncommitted}")
        session = db.session()
        changed = [each for each in session.dirty if session.is_modified(each)]
        if session.new or session.deleted or changed:
            self.faults.append(f"{where} ended with a dirty session: {[*session.new, *changed]}")

    def complain(self) -> None:
        """Raise what was seen since the last time."""
        faults, self.faults = self.faults, []
        assert not faults, "\n".join(faults)
