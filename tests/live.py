"""Real servers in processes of their own, and visitors that speak HTTP to them: nothing of ours is simulated."""

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import lxml.html
from lxml.html import HtmlElement
from sqlalchemy.orm import Session

from tests import builders, trade

MONTHS = [(year, month) for year in (2025, 2026) for month in range(1, 13)][1:20]  # all over long ago
PATIENCE = 30  # seconds that a server may take to start or to answer


@dataclass
class Server:
    """A running server; `kill` ends it as a power cut would."""

    port: int
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(database: str, folder: Path, count: int = 1) -> Iterator[list[Server]]:
    """So many server processes on one database."""
    with ExitStack() as stack:
        yield [stack.enter_context(_server(database, folder)) for _ in range(count)]


@contextmanager
def _server(database: str, folder: Path) -> Iterator[Server]:
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "FACILITATOR_INSTANCE": str(folder),
        "SECRET_KEY": "a key for the tests, long enough and varied",
        "ARGON2_TIME_COST": "1",
        "ARGON2_MEMORY_KIB": "8",
        "ARGON2_PARALLELISM": "1",
    }
    program = "from facilitator.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield Server(port, process)
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start (exit code {process.poll()})")


@dataclass
class Answer:
    """Status, address to go to, text."""

    status: int
    location: str
    text: str


@dataclass
class Visitor:
    """A browser reduced to its cookie."""

    port: int
    cookie: str = ""

    def at(self, port: int) -> "Visitor":
        """The same visitor at another server of the same site."""
        return Visitor(port, self.cookie)

    def get(self, path: str) -> Answer:
        return self._send("GET", path)

    def post(self, path: str, data: Mapping[str, str | list[str]]) -> Answer:
        return self._send("POST", path, urlencode(data, doseq=True))

    def _send(self, method: str, path: str, body: str | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    self.cookie = value.partition(";")[0]
            return Answer(response.status, response.getheader("Location", ""), response.read().decode())
        finally:
            connection.close()

    def form(self, path: str, field: str) -> dict[str, str]:
        """What the form that has this field would send, as it stands in the page."""
        page: HtmlElement = lxml.html.document_fromstring(self.get(path).text)
        (found,) = [each for each in page.forms if field in each.fields]
        return {name: str(value) for name, value in found.form_values()}

    def sign_in(self, email: str) -> None:
        data = self.form("/connexion", "password")
        answer = self.post("/connexion", {**data, "email": email, "password": builders.PASSWORD})
        assert answer.status == 303, answer.text


@dataclass
class Site:
    """A territory with contracts to declare hours for, and its facilitator."""

    email: str
    contract_ids: list[int]


def prepare(session: Session, contracts: int) -> Site:
    """One lot; so many people, each with a contract whose months are free."""
    ground = trade.market(session)
    facilitator = builders.user(session, builders.MembershipRole.facilitator, territory=ground.territory)
    found = []
    for _ in range(contracts):
        someone = trade.person(session, ground.territory, "01/01/2025")
        work = trade.direct(session, someone, ground.award, trade.ContractType.cdi, "01/02/2025")
        found.append(work.contract.id)
    site = Site(facilitator.email, found)
    session.commit()  # nothing is read after it: the next read sees what the servers wrote
    return site


@dataclass
class Declarant:
    """Declares one relevé after another through the form, and notes each one that was acknowledged."""

    visitor: Visitor
    contract_ids: list[int]
    token: str
    acknowledged: list[tuple[int, int, int]] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)

    def declare_all(self) -> None:
        """Until nothing is left to declare, or the server is gone."""
        for contract_id in self.contract_ids:
            for year, month in MONTHS:
                try:
                    answer = declare(self.visitor, contract_id, self.token, year, month)
                except (OSError, http.client.HTTPException):
                    return
                if answer.status == 303:
                    self.acknowledged.append((contract_id, year, month))
                else:
                    self.refused.append(answer)


def declare(visitor: Visitor, contract_id: int, token: str, year: int, month: int) -> Answer:
    """Send the hours of one month."""
    data = {
        "csrf_token": token,
        "submission": secrets.token_urlsafe(18),
        "from_on": f"01/{month:02d}/{year}",
        "to_on": f"28/{month:02d}/{year}",
        "worked": "100,5",
        "training": "",
    }
    return visitor.post(f"/contrats/{contract_id}/releves/nouveau", data)


def declarants(servers: list[Server], site: Site, writers: int) -> list[Declarant]:
    """Signed in once; the contracts are dealt out, each writer at the next server."""
    visitor = Visitor(servers[0].port)
    visitor.sign_in(site.email)
    data = visitor.form(f"/contrats/{site.contract_ids[0]}/releves/nouveau", "worked")
    return [
        Declarant(
            visitor.at(servers[number % len(servers)].port),
            site.contract_ids[number::writers],
            data["csrf_token"],
        )
        for number in range(writers)
    ]


def at_once(acts: Iterable[Callable[[], object]], meanwhile: Callable[[], object] | None = None) -> None:
    """Run all of them at the same time, and something else meanwhile."""
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    if meanwhile is not None:
        meanwhile()
    for thread in threads:
        thread.join()
