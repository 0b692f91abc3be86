"""`verify` recomputes everything: silent on a sound base, exit 1 and the very line when something was altered."""

import json
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from facilitator import ledger
from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.db import sqlite_driver
from facilitator.vocabulary import AwardRole, LedgerKind
from tests import trade
from tests.trade import Ground, day
from tests.unguarded import unguarded


@pytest.fixture
def ground(session: Session) -> Ground:
    ground = trade.market(session)
    trade.month(session, ground.contract, "03/2025", "100")
    trade.declared(session, ground.contract, "01/04/2025", "30/04/2025", "90")
    session.commit()
    return ground


def verify(app: Flask, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, int]]:
    code = frame.run(cli, ["verify", "--json"], app)
    found = json.loads(capsys.readouterr().out)
    listed = found.pop("faults")
    assert {name: len(each) for name, each in listed.items()} == {n: c for n, c in found.items() if c}
    return code, {name: count for name, count in found.items() if count}


def test_a_sound_base_is_said_sound(app: Flask, ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(app, capsys) == (0, {})
    assert frame.run(cli, ["verify"], app) == 0
    assert capsys.readouterr().out.replace("\u00a0", " ").count(": conforme") == 12


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE shares SET retained = 9000, unretained = 1000 WHERE standing = 'counted'",
            {"drift", "identity"},
        ),
        ("UPDATE shares SET standing = 'awaiting', retained = 0, unretained = 10000", {"drift"}),
        ("UPDATE timesheets SET worked = 5000", {"shares"}),
        ("UPDATE journal_entries SET thing_id = 999 WHERE verb = 'declare'", {"journal"}),
        (
            "UPDATE contracts SET employer_id = (SELECT max(id) FROM organisations WHERE id <> employer_id)",
            {"places"},
        ),
    ],
)
def test_what_was_altered_behind_its_back_is_found(
    app: Flask,
    session: Session,
    ground: Ground,
    capsys: pytest.CaptureFixture[str],
    statement: str,
    expected: set[str],
) -> None:
    if "10000" in statement:
        statement += " WHERE hours = 10000"
    with unguarded(session):
        session.execute(text(statement))
    code, faults = verify(app, capsys)
    assert code == 1
    assert set(faults) == expected
    assert frame.run(cli, ["verify"], app) == 1
    assert "écart" in capsys.readouterr().out


def test_the_first_altered_line_of_a_lot_s_journal_is_named(
    app: Flask, session: Session, ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    lot = {"lot": ground.lot.id}
    lines = session.scalars(
        text(
            "SELECT position FROM journal_entries WHERE lot_id = :lot AND verb = 'declare' ORDER BY position"
        ),
        lot,
    ).all()
    with unguarded(session):
        session.execute(
            text("UPDATE journal_entries SET thing_id = 999 WHERE lot_id = :lot AND verb = 'declare'"), lot
        )
    assert frame.run(cli, ["verify"], app) == 1
    told = capsys.readouterr().out.replace("\u00a0", " ")
    named = f"lot {ground.lot.id}, écriture n° {lines[0]} : « Relevé d’heures déclaré »"
    assert len(lines) == 2 and named in told and f"n° {lines[1]}" not in told


def test_hours_on_another_lot_without_an_agreement_are_found(
    app: Flask, session: Session, ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    other = trade.lot(session, ground.territory)
    session.execute(text("UPDATE shares SET lot_id = :lot"), {"lot": other.id})
    session.commit()
    assert verify(app, capsys)[1]["places"] == 2


def test_a_transfer_that_lost_one_side_is_found(
    app: Flask, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    lot = trade.lot(session, trade.territory(session))
    one = trade.award(session, lot, role=AwardRole.mandataire)
    two = trade.award(session, lot, role=AwardRole.cotraitant)
    start = day("01/01/2025")
    for award in (one, two):
        ledger.add_line(
            session, lot, LedgerKind.initial, Decimal(100), effective_on=start, by=None, award=award
        )
    ledger.transfer(session, lot, one, two, Decimal(30), effective_on=start, by=None)
    session.commit()
    assert verify(app, capsys) == (0, {})
    session.execute(text("DELETE FROM ledger_lines WHERE kind = 'transfert' AND delta > 0"))
    session.commit()
    assert verify(app, capsys) == (1, {"transfers": 1})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_orphan_line_is_found(app: Flask, ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    careless = sqlite_driver.connect(app.config["SETTINGS"].database_url.removeprefix("sqlite:///"))
    careless.execute(
        "INSERT INTO contacts (id, territory_id, organisation_id, name, rank, version) VALUES (1, 999, 999, 'X', 1, 1)"
    )
    careless.commit()
    careless.close()
    code, faults = verify(app, capsys)
    assert code == 1
    assert faults["orphans"] == 2
