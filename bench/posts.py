"""What a click writes: one confirmation, and one validation of two hundred relevés."""

import datetime
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from bench.measure import ROUNDS, Table, Times, counted, once, seconds
from bench.pages import Site
from facilitator.db import db
from facilitator.hours import Timesheet
from facilitator.placements import Placement
from facilitator.vocabulary import PlacementState, TimesheetState
from facilitator.web.clock import today
from tests.forms_in_pages import form_in

SHEETS = 200
CONFIRMATIONS = 30


def run(engine: str, site: Site) -> None:
    """Prints time and statements of both, beside the simplest page there is."""
    hello = Times([once(lambda: site.visitors.facilitator.get("/static/facilitator.css")) for _ in range(20)])
    table = Table(
        f"{engine} – what a click writes",
        ("what", "median", "p99", "statements", "/ a static file’s requests/s"),
    )
    for label, act, rounds in (
        ("confirm one placement (SIAE)", _confirm, CONFIRMATIONS),
        (f"validate {SHEETS} relevés", _validate, ROUNDS),
    ):
        posts = _posts(site, act, rounds)
        if posts is None:
            table.add(label, "no such page", "", "", "")
            continue
        times, statements = posts
        table.add(label, times, seconds(max(times.rounds)), statements, f"{hello.median / times.median:.0%}")
    table.show()


Prepared = Callable[[], None]


def _posts(
    site: Site, prepare: Callable[[Site, int], Prepared | None], rounds: int
) -> tuple[Times, int] | None:
    with site.app.app_context():
        engine = db.engine
    taken, sent = [], 0
    for number in range(rounds):
        act = prepare(site, number)
        if act is None:
            return None
        with counted(engine) as statements:
            taken.append(once(act))
        sent = len(statements)
    return Times(taken), sent


def _confirm(site: Site, number: int) -> Prepared | None:
    waiting = select(Placement.id).where(
        Placement.employer_id == site.filled.siae_id, Placement.state == PlacementState.proposed
    )
    with site.app.app_context():
        placement_id = db.session.scalars(waiting.order_by(Placement.id).limit(1)).one()
    client, url = site.visitors.siae, f"/siae/mises-a-l-emploi/{placement_id}"
    until = today() + datetime.timedelta(days=90)
    values = {"type": "ctt", "weekly_hours": "35", "to_on": f"{until:%d/%m/%Y}"}
    data = _filled_form(client, url, url, values)
    return None if data is None else lambda: _send(client, url, data)


def _validate(site: Site, number: int) -> Prepared | None:
    waiting = select(Timesheet.id).where(
        Timesheet.territory_id == site.filled.territory_id, Timesheet.state == TimesheetState.declared
    )
    with site.app.app_context():
        ids = list(db.session.scalars(waiting.order_by(Timesheet.id).limit(SHEETS)))
    client = site.visitors.facilitator
    data = _filled_form(client, "/releves", "/releves/valider", {})
    if data is None:
        return None
    data["sheets"] = [str(each) for each in ids]
    return lambda: _send(client, "/releves/valider", data)


def _filled_form(
    client: FlaskClient, page: str, action: str, values: dict[str, str]
) -> dict[str, str | list[str]] | None:
    """What the browser would send of the form found in the page; None without such a page."""
    answer = client.get(page)
    if answer.status_code == 404:
        return None
    found = form_in(answer, ["submission", *values], action)
    return {**dict(found.form_values()), **values}


def _send(client: FlaskClient, url: str, data: dict[str, str | list[str]]) -> None:
    answer = client.post(url, data=data)
    if answer.status_code != 303:
        raise RuntimeError(f"POST {url}: {answer.status}\n{answer.get_data(as_text=True)[-3000:]}")
