"""Starts Debian's PostgreSQL for the tests: temporary folder, unix socket, nothing kept on disk for good."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

OWNER = "postgres"
# Durability is what production needs and what a throw-away server does not.
FAST = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c listen_addresses='' "
    "-c max_connections=60 -c shared_buffers=64MB -c autovacuum=off"
)

MEMORY, ROOM = "/dev/shm", 2 << 30  # bytes: two servers, their logs of transactions, a few databases


class Server:
    """A running PostgreSQL, reached through the socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        """SQLAlchemy's address of one of its databases."""
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement outside of any transaction, as CREATE DATABASE wants."""
        with psycopg.connect(
            host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self, name: str, template: str | None = None) -> Iterator[str]:
        """A database, empty or copied from a template, dropped at the end."""
        copy = f' TEMPLATE "{template}"' if template else ""
        self.execute(f'CREATE DATABASE "{name}"{copy}')
        try:
            yield self.url(name)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def binaries() -> Path:
    """The newest installed server's programs; their absence is a failure, never a skip."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=_major)
    if found:
        return found[-1].parent
    on_path = shutil.which("pg_ctl")
    if on_path:
        return Path(on_path).resolve().parent
    raise RuntimeError(
        "PostgreSQL is not installed and the tests need it: `make test` as root installs it, "
        "or run `apt-get install postgresql`."
    )


def _major(program: Path) -> int:
    name = program.parts[-3]
    return int(name) if name.isdigit() else 0


@contextmanager
def running() -> Iterator[Server]:
    """A server for the length of the test session."""
    programs = binaries()
    with tempfile.TemporaryDirectory(prefix="pg-", dir=_memory(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam(OWNER)
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "-N")
        _run(
            programs / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log",
            "-o", f"{FAST} -c unix_socket_directories='{folder}'",
        )  # fmt: skip
        try:
            yield Server(folder)
        finally:
            _run(programs / "pg_ctl", "stop", "-m", "immediate", "-D", data)


def _memory() -> str | None:
    """Where a copied database costs no disk (seven times less); None where that has little room, as in some containers."""
    roomy = Path(MEMORY).is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy and os.access(MEMORY, os.W_OK) else None


def _run(*command: str | Path) -> None:
    become = {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would stay open in the server
        stderr=subprocess.PIPE if "start" not in command else subprocess.DEVNULL,
        text=True,
        **become,  # type: ignore[call-overload]
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr}")
