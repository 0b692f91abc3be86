"""The console: French sentences, JSON alone on stdout, and 0, 1 or 2."""

import click
import pytest
from flask import Flask
from sqlalchemy import func, select

from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.journal import JournalEntry, note
from facilitator.refusals import Refused

one_engine = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@click.group()
def group() -> None:
    """Commands of this test."""


@group.command()
@click.option("--refuse", is_flag=True)
def write(refuse: bool) -> None:
    with frame.transaction() as session:
        note(session, "tried", "market", 1, by=None)
        session.flush()
        if refuse:
            raise Refused("Ce marché est déjà clos.")
    frame.print_json({"written": 1})


def entries(app: Flask) -> int:
    from facilitator.db import db

    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def test_a_command_that_is_done_commits_and_says_0(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.run(group, ["write"], app) == 0
    assert entries(app) == 1
    assert capsys.readouterr() == ('{\n  "written": 1\n}\n', "")


def test_a_refusal_is_said_on_stderr_and_nothing_is_written(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    assert frame.run(group, ["write", "--refuse"], app) == 1
    assert entries(app) == 0
    assert capsys.readouterr() == ("", "Ce marché est déjà clos.\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["serve", "--bla"], "L’option --bla n’existe pas."),
        (["bla"], "La commande «\u00a0bla\u00a0» n’existe pas."),
        (["serve", "--port", "0"], "Valeur non comprise pour"),
        ([], "Facilitator, guichet unique"),
    ],
)
def test_a_wrong_usage_says_2_and_how_to_get_help(
    args: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert frame.run(cli, args) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""


@one_engine
def test_a_database_without_its_tables_says_what_to_do(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    from facilitator.db import db

    with app.app_context():
        db.drop_all()
    assert frame.run(group, ["write"], app) == 1
    assert "facilitator upgrade" in capsys.readouterr().err
