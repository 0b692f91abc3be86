"""A month of two hundred contracts: its declaration page, its sending, the queue and its validation."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from bench.filling import Filled
from bench.measure import Table, Times, counted, once, seconds
from bench.visitors import Visitors, sign_in
from facilitator.db import db, writing
from facilitator.vocabulary import ContractType
from tests import months, trade
from tests.forms_in_pages import form_in

CONTRACTS = 200
MONTHS = [datetime.date(2026, number, 1) for number in range(4, 9)]  # each is sent and validated once
STEPS = (
    "the month’s page, empty",
    f"send {CONTRACTS} lines",
    "the month’s page, sent",
    "the queue",
    f"validate {CONTRACTS} lines",
)
CERTIFIED = {"sender_name": "Camille Fictif", "sender_position": "Responsable d’agence", "certified": "y"}


@dataclass
class Measured:
    """What a step took each month, and how many statements it sent last."""

    name: str
    rounds: list[float] = field(default_factory=list)
    statements: int = 0

    def add(self, app: Flask, act: Callable[[], object]) -> None:
        with app.app_context():
            engine = db.engine
        with counted(engine) as sent:
            self.rounds.append(once(act))
        self.statements = len(sent)


def run(engine: str, app: Flask) -> None:
    """Prints the time of each step for a month of two hundred contracts of one ETTI."""
    filled = _hire(app)
    visitors = sign_in(app, filled)
    steps = [Measured(name) for name in STEPS]
    for month in MONTHS:
        _live_through(app, visitors, f"/heures/mois/{month:%Y-%m}", steps)
    table = Table(f"{engine} – a month of {CONTRACTS} contracts", ("what", "median", "slowest", "statements"))
    for each in steps:
        times = Times(each.rounds)
        table.add(each.name, times, seconds(max(times.rounds)), each.statements)
    table.show()


def _live_through(app: Flask, visitors: Visitors, url: str, steps: Sequence[Measured]) -> None:
    """One month, from its empty page to its validation."""
    empty, send, sent, queue, validate = steps
    empty.add(app, lambda: _get(visitors.siae, url))
    data = _month(visitors.siae, url)
    send.add(app, lambda: _post(visitors.siae, url, data))
    sent.add(app, lambda: _get(visitors.siae, url))
    queue.add(app, lambda: _get(visitors.facilitator, "/releves"))
    ticked = _ticked(visitors.facilitator)
    validate.add(app, lambda: _post(visitors.facilitator, "/releves/valider", ticked))


def _hire(app: Flask) -> Filled:
    with app.app_context(), writing():
        session = db.session()
        scene = months.etti(session)
        for _ in range(CONTRACTS):
            person = trade.person(session, scene.territory, "01/01/2026")
            trade.work(session, person, scene.x, scene.etti, ContractType.cddi, "01/03/2026", "31/12/2026")
        session.commit()
        found = Filled(scene.territory.id, trade.buyer(session).id, scene.etti.id, scene.x.lot_id, CONTRACTS)
        session.commit()
        db.session.remove()
    return found


def _month(client: FlaskClient, url: str) -> str:
    """The form of the page with 70 h in each cell of a whole month, certified."""
    form = form_in(client.get(url), form="mois")
    day = f"{url[-7:-3]}{url[-2:]}01"
    cells = [name for name in form.fields if name.startswith("h-") and name.endswith(day)]
    asked = dict.fromkeys(cells, "70") if len(cells) >= CONTRACTS else {}
    if not asked:
        raise RuntimeError(f"{url}: {len(cells)} cells")
    return urlencode({**dict(form.form_values()), **dict.fromkeys(cells, "70"), **CERTIFIED})


def _ticked(client: FlaskClient) -> str:
    form = form_in(client.get("/releves"), ["sheets"])
    boxes = form.xpath(".//input[@name='sheets']")
    values = [(name, value) for name, value in form.form_values() if name != "sheets"]
    return urlencode([*values, *(("sheets", box.get("value")) for box in boxes)])


def _get(client: FlaskClient, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"GET {url}: {answer.status}")


def _post(client: FlaskClient, url: str, data: str) -> None:
    answer = client.post(url, data=data, content_type="application/x-www-form-urlencoded")
    if answer.status_code != 303:
        raise RuntimeError(f"POST {url}: {answer.status}\n{answer.get_data(as_text=True)[-3000:]}")
