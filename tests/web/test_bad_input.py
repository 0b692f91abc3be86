"""Every form × every kind of bad value: refused with a sentence, what was typed kept, nothing written."""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from lxml.html import HtmlElement
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator.db import Base
from tests.forms_in_pages import page_of
from tests.web import every_form
from tests.web.every_form import Found, Place, Quick, kind

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LONG = "x" * 10_000
NIR = "1 85 05 78 006 084 91"  # of nobody; its key is right
NUMBERS = ("NaN", "1e309", "1,2,3", "-", "٣", "9" * 40, LONG)
DATES = ("2026-02-30", "hier", "0000-01-01", "31/12/99999", "2026-11-02T10:00", LONG)
CODES = ("intrus", "-1", "987654321", "9" * 40, LONG)
# What no field of this kind takes, whatever the form.
REFUSED: dict[str, tuple[str, ...]] = {
    "decimal": NUMBERS,
    "numeric": (*NUMBERS, "12345678900011", "1.5.5"),
    "date": DATES,
    "month": ("2026-13", "hier", "0000-01", "2026", LONG),
    "email": ("personne", "a@b@c.fr", "a@", f"{LONG}@demo.example", "à\x00@demo.example"),
    "text": (LONG, "cloche\x07", "nul\x00", f"vu {NIR}"),
    "textarea": (LONG, "cloche\x07", "nul\x00", f"vu {NIR}"),
    "select": CODES,
    "radio": CODES,
    "checkbox": (),
    "hidden": (),
    "password": ("court", LONG),
}
# What some forms take and others refuse: never a failure, and nothing written when it is refused.
DOUBTFUL: dict[str, tuple[str, ...]] = {
    "decimal": ("-1", "0", "250000"),
    "numeric": ("-1", "0"),
    "date": ("2099-12-31", "1900-01-01"),
    "month": ("2099-01", "1900-01"),
    "text": ("=1+1", "<script>alert(1)</script>", "'; DROP TABLE users; --"),
    "textarea": ("=1+1",),
    "checkbox": ("intrus", "987654321", LONG, "-1"),
    "hidden": ("intrus", "987654321", LONG, "nul\x00", ""),
    "select": ("",),
    "email": ("",),
    "radio": ("",),
}
# Routes whose form shows in another state than this territory’s; their own tests open it.
UNSEEN = {
    "account.revoke_session",
    "account.switch",
    "administrators_users.reactivate_user",
    "awards.award_published",
    "declaration_links.report",
    "month_returns.report",
    "followups.confirm_proposal",
    "followups.correct",
    "sign_in.sign_in",
}
# Boxes in front of rows of a list: what is no longer there is passed over, and the answer says so.
LISTS = {"sheets", "marches"}
# A draft is kept as it was typed, even what cannot be read, and nobody signs it.
DRAFTS = {
    f"{door}.{act}" for door in ("month_returns", "declaration_links") for act in ("keep", "repeat", "nil")
}
# Each line is kept by itself: one that the domain refuses holds up no other; what cannot be read still writes nothing.
BY_LINE = {"followup_grid.fill"}
OWN = {"csrf_token", "submission"}


@dataclass
class Trial:
    """One bad value in one field of one form."""

    found: Found
    name: str
    kind: str
    typed: str
    refused: bool

    def __str__(self) -> str:
        return f"{self.found.endpoint} {self.name}={self.typed[:24]!r}"


def trials(found: Found, foreign: Sequence[str]) -> Iterator[Trial]:
    """Each field of a form with each value that is bad for its kind, and empty where it is required."""
    for name in [each for each in found.form.fields if each]:
        if name.rsplit("-", 1)[-1] in OWN or name == "version":
            continue
        first = _first(found, name)
        its = kind(first)
        drafted = found.endpoint in DRAFTS
        if first.get("required") is not None:
            yield Trial(found, name, its, "", not drafted)
        kept = drafted and its == "decimal"
        yield from (Trial(found, name, its, typed, not kept) for typed in REFUSED.get(its, ()))
        if its == "checkbox" and first.get("value") not in (None, "y", "on") and name not in LISTS:
            yield from (Trial(found, name, its, typed, True) for typed in CODES)
        if its == "select":
            offered = set(first.value_options)
            yield from (Trial(found, name, its, id, True) for id in foreign if id not in offered)
        yield from (Trial(found, name, its, typed, False) for typed in DOUBTFUL.get(its, ()))


def send(client: Quick, trial: Trial) -> TestResponse:
    data = every_form.filled(trial.found.form)
    data[trial.name] = [trial.typed]
    for name in data:
        if name.rsplit("-", 1)[-1] == "submission":
            data[name] = [secrets.token_urlsafe(18)]
    return client.post(trial.found.target, data=data)


def done(trial: Trial, answer: TestResponse) -> bool:
    """The value was harmless; a mailed link, once used, answers on the spot."""
    said_there = trial.found.endpoint == "action_links.decline" and answer.status_code == 200
    return answer.status_code == 303 or said_there


def faults(trial: Trial, answer: TestResponse) -> Iterator[str]:
    """What is wrong with an answer."""
    status = answer.status_code
    if done(trial, answer) and not trial.refused:
        return
    if status not in (400, 404, 409, 422, 429):
        yield f"{trial}: {status}"
        return
    if status == 422:
        page = page_of(answer)
        if not page.xpath("//*[@id='a-corriger']//li | //main//p"):
            yield f"{trial}: no sentence"
        yield from _not_linked(trial, page)
        yield from _not_kept(trial, page)


def _field(trial: Trial, page: HtmlElement) -> Any:
    for form in page.forms:
        if trial.name in [each for each in form.fields if each]:
            inputs = form.inputs[trial.name]
            return inputs if hasattr(inputs, "tag") else None
    return None


def _not_linked(trial: Trial, page: HtmlElement) -> Iterator[str]:
    """A value that the field itself cannot read has its sentence beside the field, tied to it."""
    if not trial.refused or trial.kind in ("hidden", "radio", "checkbox", "password"):
        return
    field = _field(trial, page)
    if field is None:
        yield f"{trial}: the form is gone"
        return
    said = page.xpath("//*[@id=$id]", id=f"{field.get('id')}-refus")
    if not said or not said[0].text_content().strip():
        yield f"{trial}: no sentence beside the field"
    elif f"{field.get('id')}-refus" not in (field.get("aria-describedby") or ""):
        yield f"{trial}: the sentence is not tied to the field"


def _not_kept(trial: Trial, page: HtmlElement) -> Iterator[str]:
    if trial.kind in ("hidden", "radio", "checkbox", "select", "password"):
        return
    if any(ord(each) < 32 for each in trial.typed):
        return  # HTML cannot hold it
    field = _field(trial, page)
    kept = None if field is None else (field.value or "")
    if kept is not None and kept.strip() != trial.typed.strip():
        yield f"{trial}: kept {kept[:40]!r}"


# Who saw whom is noted also when a form is refused, and tries at a code are counted before they are judged.
LOOKED = ("access_log", "sign_in_delays")


class Ledger:
    """Says whether anything but these counters was written, and puts everything back (SQLite)."""

    def __init__(self, database: str) -> None:
        self.path = database.removeprefix("sqlite:///")
        self.watcher = sqlite3.connect(self.path, isolation_level=None)
        self.copy = sqlite3.connect(":memory:")
        self.watcher.backup(self.copy)
        self.seen = self.version()

    def version(self) -> int:
        found: int = self.watcher.execute("PRAGMA data_version").fetchone()[0]
        return found

    def written(self) -> bool:
        before, self.seen = self.seen, self.version()
        return before != self.seen and any(
            self.watcher.execute(query).fetchall() != self.copy.execute(query).fetchall()
            for query in (f'SELECT * FROM "{name}"' for name in Base.metadata.tables if name not in LOOKED)
        )

    def put_back(self) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            self.copy.backup(connection)
        self.seen = self.version()

    def close(self) -> None:
        self.watcher.close()
        self.copy.close()


def foreign(elsewhere: Place) -> list[str]:
    """Ids of another territory, of every kind that a form offers."""
    kinds = ("award", "lot", "contract", "placement", "timesheet")
    return sorted({str(id) for each in kinds for id in elsewhere.ids[each]})


@SQLITE
def test_bad_values_are_refused_with_a_sentence_and_write_nothing(
    app: Flask, session: Session, database: str
) -> None:
    ids = foreign(every_form.place(app, session))
    here = every_form.place(app, session)
    clients = every_form.signed_in(app, here)
    found = every_form.forms(app, here, clients)
    assert every_form.without_a_form(app, found) == UNSEEN
    ledger, wrong = Ledger(database), []
    for trial in [each for form in found.values() for each in trials(form, ids)]:
        answer = send(clients[trial.found.role], trial)
        wrong += list(faults(trial, answer))
        written = ledger.written()
        if done(trial, answer):
            ledger.put_back()
        elif written:
            if trial.refused or trial.found.endpoint not in BY_LINE:
                wrong.append(f"{trial}: {answer.status_code} and something was written")
            ledger.put_back()
    ledger.close()
    assert not wrong, "\n".join(wrong)


def rows(session: Session) -> dict[str, int]:
    """How many rows each table holds, but for what notes who looked."""
    session.rollback()
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name not in LOOKED
    }


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_postgresql_cannot_hold_is_refused_before_it_gets_there(app: Flask, session: Session) -> None:
    here = every_form.place(app, session)
    clients = every_form.signed_in(app, here)
    found = every_form.forms(app, here, clients)
    nasty = {"nul\x00", "9" * 40, "0000-01-01", "1e309", "cloche\x07", "0000-01"}
    before, wrong = rows(session), []
    for trial in [each for form in found.values() for each in trials(form, [])]:
        if trial.refused and trial.typed in nasty:
            wrong += list(faults(trial, send(clients[trial.found.role], trial)))
    assert not wrong, "\n".join(wrong)
    assert rows(session) == before


# Every name that a page reads in its address.
ASKED = (
    *(
        "q",
        "page",
        "organisation",
        "territoires",
        "tri",
        "rythme",
        "acheteur",
        "annee",
        "au",
        "apres",
        "avant",
        "etat",
        "mois",
        "base",
    ),
    *("famille", "trimestre", "inconnus", "candidat", "contrat"),
    *("critere", "entreprise", "personne", "lot", "marche", "nom", "last_name", "first_name", "birth_on"),
)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_whatever_an_address_asks_is_never_a_failure(app: Flask, session: Session) -> None:
    here = every_form.place(app, session)
    clients = every_form.signed_in(app, here)
    wrong = []
    for role, client in clients.items():
        for address in every_form.addresses(app, here, role):
            for value in ("%00", "9" * 40, "%FF%FE%27"):
                asked = "&".join(f"{name}={value}" for name in ASKED)
                status = client.get(f"{address.split('?')[0]}?{asked}").status_code
                if status not in (200, 302, 400, 404, 422):
                    wrong.append((role.value, address, value, status))
    assert not wrong


# After these, nobody would be there to read the pages.
LOCKING_OUT = {
    "sign_in.sign_out",
    "sign_in.choose_password",
    "account.change_password",
    "administrators_users.deactivate_user",
    "administrators_users.remove_membership",
    "administrators_users.edit_user",
}
SCRIPT = "\"'><img src=x onerror=alert(1)>"


@SQLITE
def test_what_looks_like_a_script_is_shown_as_text_everywhere(app: Flask, session: Session) -> None:
    here = every_form.place(app, session)
    clients = every_form.signed_in(app, here)
    for found in every_form.forms(app, here, clients).values():
        data = every_form.filled(found.form)
        for name in data:
            if kind(_first(found, name)) in ("text", "textarea"):
                data[name] = [SCRIPT]
        if found.endpoint not in LOCKING_OUT:
            clients[found.role].post(found.target, data=data)
    shown = 0
    for role, client in clients.items():
        for address in every_form.addresses(app, here, role):
            answer = client.get(address)
            if answer.mimetype == "text/html":
                assert "<img src=x" not in answer.text, address
                shown += "&lt;img src=x" in answer.text
    assert shown > 10


def _first(found: Found, name: str) -> HtmlElement:
    inputs = found.form.inputs[name]
    return inputs if hasattr(inputs, "tag") else inputs[0]
