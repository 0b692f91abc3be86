"""Runs the measurements: `python -m bench --help`. Nothing is asserted, everything is printed as it is known."""

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import text

from bench import imports, month, pages, posts, survey, verdict_refresh, workbook
from bench.engines import Engine, applications
from bench.filling import Filled, fill
from bench.measure import seconds
from bench.pages import Site
from bench.visitors import sign_in
from facilitator.db import db, sqlite_driver, writing
from facilitator.web.clock import today

SMALL, LARGE = 30_000, 300_000
WORKBOOK = 28_500
RECORDS = 2_000
PARTS = ("pages", "workbook", "import", "verdicts", "posts", "month", "survey")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for, on each engine."""
    asked = _parser().parse_args(arguments)
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite_driver.sqlite_version}. "
        "Medians of at least five rounds, ± half the spread; ratios within this run are what counts."
    )
    for name in asked.engines:
        with applications(name) as engine:
            _measure(engine, asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"some of: {', '.join(PARTS)} (all by default)"
    )
    parser.add_argument(
        "--engines", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"]
    )
    parser.add_argument("--small", type=int, default=SMALL, help="lines of hours of the small database")
    parser.add_argument("--large", type=int, default=LARGE, help="lines of hours of the large one")
    parser.add_argument(
        "--workbook", type=int, default=WORKBOOK, help="lines of the workbook to compare with"
    )
    parser.add_argument("--records", type=int, default=RECORDS, help="published markets to import")
    return parser


def _measure(engine: Engine, asked: argparse.Namespace) -> None:
    parts = asked.parts or PARTS
    unknown = set(parts) - set(PARTS)
    if unknown:
        sys.exit(f"unknown part: {', '.join(sorted(unknown))}")
    if "month" in parts:
        month.run(engine.name, engine.application("month"))
    if "survey" in parts:
        small, large = (_filled(engine, f"survey-{size}", [size])[0] for size in (asked.small, asked.large))
        survey.run(engine.name, [small[0], large[0]])
    if set(parts) - {"month", "survey"}:
        _measure_filled(engine, asked, parts)


def _measure_filled(engine: Engine, asked: argparse.Namespace, parts: Sequence[str]) -> None:
    """The parts that need a filled database."""
    small = _site(engine, "small", [asked.small])[0]
    if "pages" in parts:
        beside, inside = _site(engine, "large", [asked.small, asked.large - asked.small])
        pages.run(engine.name, small, beside, inside)
        pages.beside_its_template(engine.name, small)
    with small.app.app_context():
        if "workbook" in parts:
            workbook.run(db.session(), engine.name, small.filled, asked.workbook, engine.folder)
        if "import" in parts:
            imports.run(db.session(), engine.name, asked.records)
        if "verdicts" in parts:
            verdict_refresh.run(db.session(), engine.name, small.filled)
        db.session.remove()
    if "posts" in parts:
        posts.run(engine.name, small)


def _site(engine: Engine, name: str, sizes: Sequence[int]) -> list[Site]:
    """An application whose territories have so many lines each, with its visitors."""
    return [Site(app, each, sign_in(app, each)) for app, each in _filled(engine, name, sizes)]


def _filled(engine: Engine, name: str, sizes: Sequence[int]) -> list[tuple[Flask, Filled]]:
    """An application whose territories have so many lines each."""
    app = engine.application(name)
    filled = []
    with app.app_context(), writing():
        for number, lines in enumerate(sizes, start=1):
            started = time.perf_counter()
            filled.append(fill(db.session(), f"{name}-{number}", lines, today()))
            took = seconds(time.perf_counter() - started)
            print(f"({engine.name}: {lines} lines written and judged in {took})", flush=True)
        db.session.remove()
        if engine.server is not None:  # what autovacuum does elsewhere: the servers of the tests have none
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
    return [(app, each) for each in filled]


if __name__ == "__main__":
    main()
