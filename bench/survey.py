"""The national survey beside one bare SELECT count, sum … GROUP BY of the shares, and the memory that it takes."""

import datetime
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.measure import Table, counted, timed
from facilitator import create_app, survey_figures
from facilitator.db import db
from facilitator.hours import Share
from facilitator.settings import Settings
from facilitator.web.clock import today


def run(engine: str, applications: Sequence[Flask]) -> None:
    """Prints both times and their ratio for each database, and the peak of a process that draws the survey up alone."""
    table = Table(
        f"{engine} – survey of {today().year - 1}: goal ≤ 20 × the bare sum at 300 000 shares, memory flat",
        ("shares", "of the year", "bare sum", "survey", "× bare sum", "statements", "peak of a process"),
    )
    for app in applications:
        with app.app_context():
            session = db.session()
            whole, of_year = _shares(session)
            bare = timed(partial(_bare, session))
            survey = timed(partial(_survey, session))
            with counted(db.engine) as statements:
                _survey(session)
            db.session.remove()
        table.add(
            whole, of_year, bare, survey, f"{survey.median / bare.median:.1f}", len(statements), _peak(app)
        )  # fmt: skip
    table.show()


def _shares(session: Session) -> tuple[int, int]:
    year = today().year - 1
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    whole = session.scalar(select(func.count()).select_from(Share)) or 0
    of_year = session.scalar(select(func.count()).where(Share.month.between(first, last))) or 0
    return whole, of_year


def _bare(session: Session) -> None:
    sums = (func.count(), func.sum(Share.hours), func.sum(Share.retained))
    session.execute(select(Share.standing, *sums).group_by(Share.standing)).all()
    session.rollback()


def _survey(session: Session) -> None:
    survey_figures.of_year(session, today().year - 1, None, today())
    session.rollback()


def _peak(app: Flask) -> str:
    """MiB of a process of its own: the one that filled the database has had more."""
    settings: Settings = app.config["SETTINGS"]
    said = {"url": settings.database_url, "instance": str(settings.instance), "key": settings.secret_key}
    found = subprocess.run(
        [sys.executable, "-m", "bench.survey"],
        input=json.dumps(said),
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def _alone() -> None:
    said = json.load(sys.stdin)
    app = create_app(
        Settings(instance=Path(said["instance"]), database_url=said["url"], secret_key=said["key"])
    )
    with app.app_context():
        before = _mib()
        _survey(db.session())
        db.session.remove()
        db.engine.dispose()
    print(f"{_mib()} MiB, {before} before")


def _mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    _alone()
