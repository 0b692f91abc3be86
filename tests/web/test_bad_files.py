"""Files that are not what they say, on screen and at the console: a sentence, and nothing written."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.db import Base
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of
from tests.web.desk import open_desk

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MIB = 1024 * 1024


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("decp.json", "{}")
    return packed.getvalue()


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("decp.json", b"0" * (64 * MIB))
    return packed.getvalue()


NOT_DECP = {
    "empty": b"",
    "text": "Bonjour, voici mes marchés.".encode(),
    "other JSON": b'{"bonjour": [1, 2, 3]}',
    "a number": b"12",
    "a list of numbers": b"[1, 2, 3]",
    "null": b"null",
    "cut": b'{"marches": {"marche": [{"id": "2026',
    "zip": zipped(),
    "bomb": bomb(),
    "deep list": b"[" * 200_000 + b"]" * 200_000,
    "deep object": b'{"marches":' * 200_000 + b"1" + b"}" * 200_000,
    "invalid UTF-8": b'{"marches": {"marche": [{"id": "\xff\xfe\xc3\x28"}]}',
    "nul bytes": b"\x00" * 4096,
    "PDF": b"%PDF-1.7\n\xe2\xe3\xcf\xd3",
    "other CSV": b"nom;age\nX;12\n",
    "picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "NaN": b"NaN",
    "digits": b"9" * 100_000,
    "huge exponent": b'{"marches": 1e999999999}',
}


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def sentence(answer: object) -> str:
    """What the page says on top of the form."""
    found = page_of(answer).xpath("//*[@id='a-corriger']//li")  # type: ignore[arg-type]
    return " ".join(each.text_content().strip() for each in found)


@SQLITE
def test_a_file_that_is_not_decp_is_refused_on_screen(client: Browser, session: Session) -> None:
    token = builders.token_in(open_desk(client, session).get("/marches/importer"))
    before = counts(session)
    for name, content in NOT_DECP.items():
        for ending in (".json", ".csv"):
            sent = upload(client, token, content, f"fichier{ending}")
            assert sent.status_code == 422, (name, ending, sent.status_code)
            assert len(sentence(sent)) > 20, (name, ending)
            assert counts(session) == before, name


@SQLITE
def test_a_file_too_large_is_refused_and_the_page_says_how_large_one_may_be(
    client: Browser, session: Session
) -> None:
    desk = open_desk(client, session)
    before = counts(session)
    token = builders.token_in(desk.get("/marches/importer"))
    sent = upload(client, token, b'{"marches": {"marche": []}}' + b" " * 11 * MIB)
    assert sent.status_code == 422 and "10\u00a0Mio" in sentence(sent)
    sent = upload(client, token, b" " * 33 * MIB)
    assert sent.status_code == 413 and len(page_of(sent).xpath("string(//main)").split()) > 10
    assert counts(session) == before


def upload(client: Browser, token: str, content: bytes, name: str = "decp.json") -> TestResponse:
    """A multipart body made by hand: nothing stands in temporary files of the client."""
    field = f'--limite\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    head = f'--limite\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    body = field.encode() + head.encode() + content + b"\r\n--limite--\r\n"
    return client.post("/marches/importer", data=body, content_type="multipart/form-data; boundary=limite")


@SQLITE
def test_a_record_with_figures_beyond_reason_is_rejected_and_never_a_failure(
    client: Browser, session: Session
) -> None:
    desk = open_desk(client, session)
    values = (
        "1e309",
        "-1e309",
        "9" * 400,
        "1e-400",
        '"NaN"',
        '"\\u0000"',
        "[[]]",
        '{"a": {}}',
        "true",
        "null",
    )
    names = ("montant", "dureeMois", "objet", "dateNotification", "codeCPV", "acheteur", "titulaires", "id")
    records: list[str] = []
    for name in names:
        for value in values:
            rest = {"id": f"F{len(records)}", "acheteur": {"id": "21999001700002"}, "objet": "Essai"}
            fields = {each: json.dumps(said) for each, said in rest.items()} | {name: value}
            records.append("{" + ",".join(f'"{each}": {said}' for each, said in fields.items()) + "}")
    content = '{"marches": {"marche": [' + ",".join(records) + "]}}"
    page = desk.get("/marches/importer")
    sent = desk.client.submit(page, {"files": (io.BytesIO(content.encode()), "decp.json")})
    assert sent.status_code in (303, 422)
    if sent.status_code == 303:
        shown = desk.get(sent.location)
        desk.send(shown, {"which": "tous"})


@SQLITE
@pytest.mark.parametrize("command", ["import-decp", "import-siae", "import-refs"])
def test_the_console_refuses_a_file_that_is_not_what_it_says(
    app: Flask, session: Session, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = trade.territory(session)
    session.commit()
    more = ["--territory", place.slug] if command == "import-decp" else []
    before = counts(session)
    for name, content in NOT_DECP.items():
        for ending in (".json", ".csv"):
            file = tmp_path / f"fichier{ending}"
            file.write_bytes(content)
            assert frame.run(cli, [command, str(file), *more, "--json"], app) == 1, (name, ending)
            out, err = capsys.readouterr()
            assert out == "" and len(err.strip()) > 20, (name, ending)
            assert "Traceback" not in err
    assert counts(session) == before


BAD_COMMANDS: list[tuple[list[str], int]] = [
    ([], 2),
    (["inconnue"], 2),
    (["territory", "create"], 2),
    (["territory", "create", "Nom Mal Fait", "--name", "X", "--kind", "plie"], 1),
    (["territory", "create", "x" * 500, "--name", "X", "--kind", "plie"], 1),
    (["territory", "create", "ici", "--name", "X", "--kind", "intrus"], 2),
    (["territory", "create", "ici", "--name", "", "--kind", "plie"], 1),
    (["territory", "create", "ici", "--name", "y" * 10_000, "--kind", "plie"], 1),
    (["user", "create", "--email", "personne", "--name", "X", "--role", "administrator"], 1),
    (["user", "create", "--email", "a@demo.example", "--name", "X", "--role", "intrus"], 2),
    (["user", "create", "--email", "a@demo.example", "--name", "X", "--role", "facilitator"], 1),
    (["user", "create", "--email", "a@demo.example", "--name", "X", "--role", "siae"], 1),
    (
        [
            "user",
            "create",
            "--email",
            "a@demo.example",
            "--name",
            "X",
            "--role",
            "siae",
            "--organisation",
            "12",
        ],
        1,
    ),
    (
        [
            "user",
            "create",
            "--email",
            "a@demo.example",
            "--name",
            "X",
            "--role",
            "facilitator",
            "--territory",
            "la-bas",
        ],
        1,
    ),
    (["import-decp", "absent.json", "--territory", "ici"], 2),
    (["import-decp"], 2),
    (["compliance", "--authority", "x" * 500, "--output", "bilan.xlsx"], 1),
    (["compliance", "--authority", "12345678900011", "--output", "/nulle/part/bilan.xlsx"], 1),
    (["demo", "--on", "2026-02-30"], 2),
    (["demo", "--seed", "NaN"], 2),
    (["send-mail", "--intrus"], 2),
]


@SQLITE
def test_a_command_that_cannot_be_obeyed_says_so_and_writes_nothing(
    app: Flask,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    builders.territory(session, "la")
    session.commit()
    before = counts(session)
    wrong = []
    for args, code in BAD_COMMANDS:
        got = frame.run(cli, args, app)
        out, err = capsys.readouterr()
        if got != code or not (err or out).strip() or "Traceback" in err:
            wrong.append((args[:6], got, err[:200]))
    assert not wrong, wrong
    assert counts(session) == before
