"""The two databases of a run: a SQLite file and a PostgreSQL server of our own, both migrated."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import Flask

from facilitator import create_app, schema
from facilitator.db import db, writing
from facilitator.settings import PasswordCost, Settings
from tests import postgres

CHEAP = PasswordCost(time=1, memory_kib=8, parallelism=1)  # signing in is not what is measured
KEY = "a key for the measurements, long and varied"


@contextmanager
def applications(engine: str) -> Iterator["Engine"]:
    """Makes applications on fresh databases of one engine; all are gone at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        server = stack.enter_context(postgres.running()) if engine == "postgresql" else None
        yield Engine(engine, folder, server, stack)


class Engine:
    """One engine: `application(name)` is an application on its own empty, migrated database."""

    def __init__(self, name: str, folder: Path, server: postgres.Server | None, stack: ExitStack) -> None:
        self.name, self.folder, self.server, self.stack = name, folder, server, stack

    def application(self, name: str) -> Flask:
        """The schema comes from the migrations, as users get it."""
        if self.server is None:
            url = f"sqlite:///{self.folder / name}.sqlite"
        else:
            url = self.stack.enter_context(self.server.database(name))
        settings = Settings(instance=self.folder, database_url=url, secret_key=KEY, password_cost=CHEAP)
        app = create_app(settings)
        with app.app_context(), writing():
            schema.upgrade()
        self.stack.callback(_close, app)
        return app


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
