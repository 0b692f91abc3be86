"""`survey` and `demo --size survey`: what they print, write and refuse, on a small base."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.commitments import LedgerLine
from facilitator.db import db
from facilitator.organisations import Organisation
from facilitator.settings import Environment
from facilitator.territories import Territory
from tests import trade
from tests.survey_year import YEAR, Lived, lived

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Captured = pytest.CaptureFixture[str]
COUNTED = ("authorities", "territories", "hours_owed", "hours_counted", "contracts")


def ran(app: Flask, capsys: Captured, *args: str) -> tuple[int, str, str]:
    code = frame.run(cli, args, app)
    return code, *capsys.readouterr()


@pytest.fixture
def year(session: Session) -> Lived:
    return lived(session)


def test_the_survey_is_read_in_the_terminal_in_json_and_in_a_workbook(
    app: Flask, year: Lived, tmp_path: Path, capsys: Captured
) -> None:
    own = ("--year", str(YEAR), "--territory", year.ground.territory.slug)
    code, out, err = ran(app, capsys, "survey", *own)
    assert (code, err) == (0, "")
    assert out.startswith(
        "Enquête nationale 2025 – Territoire d’essai – situation au 23\u00a0novembre\u00a02026"
    )
    line = next(each for each in out.splitlines() if each.startswith("  Personnes "))
    assert line.split()[1] == "7" and line.endswith("sur 1\u00a0territoire")

    code, out, err = ran(app, capsys, "survey", *own, "--json")
    told: dict[str, Any] = json.loads(out)
    assert (code, err) == (0, "")
    assert all(told[each]["base_territories"] == 1 and "value" in told[each] for each in COUNTED)
    assert (told["authorities"]["value"], told["authorities"]["by_category"]["commune"]) == (1, 1)
    assert list(told["contracts"]["shares"]) == [
        "cdi", "cdd", "professionnalisation", "aide", "interim", "autres",
    ]  # fmt: skip
    rates = {"rate", "floor_rate", "answered", "reached", "response_rate"}
    assert all(rates <= told["followup"][months].keys() for months in ("6", "12"))
    assert [told["followup"]["6"][key] for key in ("reached", "answered", "rate")] == [6, 2, 50]

    # Without a year nor a territory: the last complete year, everywhere.
    everywhere = json.loads(ran(app, capsys, "survey", "--json")[1])
    assert (everywhere["year"], everywhere["territories"]["value"]) == (2025, 2)
    assert everywhere["hours_counted"]["value"] == told["hours_counted"]["value"] + 50

    path = tmp_path / "enquete.xlsx"
    code, out, err = ran(app, capsys, "survey", *own, "--output", str(path))
    assert (code, out) == (0, "") and str(path) in err
    cells = [cell for sheet in load_workbook(path) for row in sheet.values for cell in row]
    assert told["hours_owed"]["value"] in cells and told["hours_counted"]["value"] in cells


REFUSED = {
    ("--territory", "inconnu"): "Aucun territoire ne porte le nom court «\u00a0inconnu\u00a0»",
    ("--year", "2027"): "L’année 2027 n’a pas commencé le 23\u00a0novembre\u00a02026",
    ("--on", "2026-11-24"): "La situation au 24\u00a0novembre\u00a02026 n’est pas encore connue",
}


def test_a_survey_that_cannot_be_drawn_up_is_refused_and_writes_no_file(
    app: Flask, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "enquete.xlsx"
    for asked, said in REFUSED.items():
        code, out, err = ran(app, capsys, "survey", *asked, "--output", str(path))
        assert (code, out) == (1, "") and said in err
        assert not path.exists()


def rows(app: Flask) -> list[int]:
    with app.app_context():
        return [
            db.session.scalar(select(func.count()).select_from(each)) or 0
            for each in (Territory, Organisation, LedgerLine)
        ]


def test_the_fictitious_country_is_not_written_beside_a_territory_nor_in_production(
    app: Flask, session: Session, capsys: Captured
) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, environment=Environment.production)
    code, out, err = ran(app, capsys, "demo", "--size", "survey")
    assert (code, out) == (1, "") and "ne se chargent pas en production" in err
    assert rows(app) == [0, 0, 0]
    app.config["SETTINGS"] = settings
    trade.territory(session)
    session.commit()
    code, out, err = ran(app, capsys, "demo", "--size", "survey", "--json")
    assert (code, out) == (1, "") and "contient déjà des données" in err
    assert rows(app) == [1, 0, 0]
