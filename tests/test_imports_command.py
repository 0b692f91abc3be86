"""`import-decp`, `import-siae`, `import-refs`: numbers that add up, JSON alone, nothing half done."""

import datetime
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.db import db, writing
from facilitator.markets import Market
from facilitator.territories import Territory

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DATA = Path(__file__).parent / "data"
V1, V2 = str(DATA / "decp/v1.json"), str(DATA / "decp/v2_wrapped.json")
TABLE = str(DATA / "decp/holders.csv")


@pytest.fixture(autouse=True)
def territory(app: Flask) -> None:
    with app.app_context(), writing():
        at = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
        db.session.add(Territory(slug="fictif", name="PLIE fictif", kind="plie", created_at=at))
        db.session.commit()


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Market)) or 0


def test_import_decp_says_its_numbers_in_json(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["import-decp", V1, V2, TABLE, "--territory", "fictif", "--json"]
    assert frame.run(cli, args, app) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert err == ""
    assert list(result) == ["read", "created", "updated", "unchanged", "rejected", "ignored", "problems"]
    assert (result["read"], result["created"], result["rejected"]) == (12, 6, 6)
    assert set(result["problems"][0]) == {"file", "position", "id", "level", "reason"}
    assert frame.run(cli, args, app) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 6)


def test_one_file_that_is_not_decp_refuses_the_whole(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("Bonjour")
    assert frame.run(cli, ["import-decp", V2, str(other), "--territory", "fictif"], app) == 1
    out, err = capsys.readouterr()
    assert out == "" and "notes.txt" in err
    assert count(app) == 0


def test_an_unknown_territory_refuses(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.run(cli, ["import-decp", V2, "--territory", "ailleurs"], app) == 1
    assert "ailleurs" in capsys.readouterr().err


def test_a_missing_file_is_wrong_usage(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.run(cli, ["import-decp", "absent.json", "--territory", "fictif"], app) == 2
    assert "n’existe pas" in capsys.readouterr().err


def test_import_decp_tells_a_person_in_french(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.run(cli, ["import-decp", V2, "--territory", "fictif", "--only-social"], app) == 0
    out = capsys.readouterr().out
    assert "1\u00a0marché créé" in out and "rejet" in out


def test_import_siae_and_refs_twice_change_nothing_the_second_time(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    siae = ["import-siae", str(DATA / "siae/siae.csv"), "--json"]
    labels = tmp_path / "naf.json"
    labels.write_text('{"01.11Z": "Culture de céréales"}')
    refs = ["import-refs", str(labels), "--json"]
    assert frame.run(cli, siae, app) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["read"], first["loaded"], first["created"], first["rejected"]) == (5, 3, 3, 2)
    assert frame.run(cli, siae, app) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["loaded"], again["unchanged"]) == (3, 3)
    assert frame.run(cli, refs, app) == 0
    assert json.loads(capsys.readouterr().out)["created"] == 1
    assert frame.run(cli, refs, app) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 1
