"""Pages with few and with many lines in the database: p95, ratio, queries; and a page beside its bare template."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template

from bench.filling import Filled
from bench.measure import Table, Times, counted, seconds, timed
from bench.visitors import Visitors
from facilitator.db import db

REQUESTS = 20  # of each page; p95 is the nineteenth
GOAL, QUERIES = 1.2, 8


@dataclass(frozen=True)
class Site:
    """A filled application and whom it serves."""

    app: Flask
    filled: Filled
    visitors: Visitors


@dataclass(frozen=True)
class Seen:
    """What the requests of one page took and asked of the database."""

    times: Times
    queries: int


def _pages(site: Site) -> dict[str, tuple[FlaskClient, str]]:
    facilitator, buyer = site.visitors.facilitator, site.visitors.authority
    lot = site.filled.lot_id
    return {
        "lots by rythme": (facilitator, "/lots"),
        "lots by end, page 2": (facilitator, "/lots?tri=fin&page=2"),
        "lots that are critical": (facilitator, "/lots?rythme=critical"),
        "a lot": (facilitator, f"/lots/{lot}"),
        "hours of a lot": (facilitator, f"/lots/{lot}/releves"),
        "markets": (facilitator, "/marches"),
        "validation queue": (facilitator, "/releves"),
        "Ma journée": (facilitator, "/ma-journee"),
        "buyer: its markets": (buyer, "/mes-marches"),
        "SIAE: placements": (site.visitors.siae, "/siae/mises-a-l-emploi"),
        "SIAE: hours": (site.visitors.siae, "/siae/heures"),
    }


def run(engine: str, small: Site, beside: Site, inside: Site) -> None:
    """Prints each page on the small database, on the large one for the same territory, and for a large territory."""
    large, grown = beside.filled.lines + inside.filled.lines, inside.filled.lines
    table = Table(
        f"{engine} – pages: {small.filled.lines} lines; the same territory among {large}; a territory of {grown}",
        (
            "page",
            "p95 small",
            "among many",
            "ratio",
            "large territory",
            "ratio",
            f"queries (≤ {QUERIES})",
            "goal",
        ),
    )
    others = [_pages(beside), _pages(inside)]
    for label, (client, url) in _pages(small).items():
        first = _seen(small.app, client, url)
        if first is None:
            table.add(label, "no such page", "", "", "", "", "", "not measured")
            continue
        rest = [_seen(site.app, *pages[label]) for site, pages in zip((beside, inside), others, strict=True)]
        if None in rest:
            raise RuntimeError(f"{url} answers on one database only")
        table.add(label, *_cells([first, *(each for each in rest if each)]))
    table.show()


def _cells(seen: list[Seen]) -> Iterator[str]:
    base = seen[0].times.p95
    ratios = [each.times.p95 / base for each in seen[1:]]
    yield seconds(base)
    for each, ratio in zip(seen[1:], ratios, strict=True):
        yield seconds(each.times.p95)
        yield f"{ratio:.2f}"
    queries = [each.queries for each in seen]
    yield " / ".join(map(str, queries))
    faults = [
        f"{name} > {GOAL}" for name, ratio in zip(("many", "large"), ratios, strict=True) if ratio > GOAL
    ]
    faults += ["queries"] if max(queries) > QUERIES or len(set(queries)) > 1 else []
    yield ", ".join(faults) or "reached"


def _seen(app: Flask, client: FlaskClient, url: str) -> Seen | None:
    """None when the site has no such page."""
    answer = client.get(url)
    if answer.status_code == 404:
        return None
    if answer.status_code != 200:
        raise RuntimeError(f"GET {url}: {answer.status}")
    with app.app_context():
        engine = db.engine
    with counted(engine) as statements:
        client.get(url)
    queries = sum(each.lstrip().upper().startswith("SELECT") for each in statements)
    return Seen(timed(lambda: client.get(url), rounds=REQUESTS), queries)


# Goal 2: the page beside its own template, rendered from constants.


def beside_its_template(engine: str, site: Site, url: str = "/ma-journee") -> None:
    """Prints requests a second of a page, and of its template with the values that the page was made from."""
    client = site.visitors.facilitator
    if client.get(url).status_code == 404:
        return
    whole = timed(lambda: client.get(url), rounds=REQUESTS)
    with _constants(site.app, client, url):
        bare = timed(lambda: client.get(url), rounds=REQUESTS)
    goal = 0.6 if engine == "sqlite" else 0.3
    ratio = bare.median / whole.median
    table = Table(f"{engine} – {url} beside its template from constants", ("what", "time", "requests/s"))
    table.add("template from constants", bare, f"{1 / bare.median:.0f}")
    table.add("the page", whole, f"{1 / whole.median:.0f}")
    reached = "reached" if ratio >= goal else "not reached"
    table.add(f"page / constants: {ratio:.0%} (goal ≥ {goal:.0%}, {reached})", "", "")
    table.show()


@contextmanager
def _constants(app: Flask, client: FlaskClient, url: str) -> Iterator[None]:
    """The same address answers by its template and the values of one real request, without doors or database."""
    template, context = _captured(app, lambda: client.get(url))
    endpoint, _ = app.url_map.bind("localhost").match(url)
    view = app.view_functions[endpoint]
    before, after = app.before_request_funcs, app.after_request_funcs
    app.view_functions[endpoint] = lambda: template.render(context)
    app.before_request_funcs, app.after_request_funcs = {}, {}
    try:
        yield
    finally:
        app.view_functions[endpoint] = view
        app.before_request_funcs, app.after_request_funcs = before, after


def _captured(app: Flask, act: Callable[[], Any]) -> tuple[Template, dict[str, Any]]:
    found: list[tuple[Template, dict[str, Any]]] = []

    def note(sender: Flask, template: Template, context: dict[str, Any], **others: Any) -> None:
        found.append((template, dict(context)))

    with template_rendered.connected_to(note, app):
        act()
    return found[-1]
