"""What the address of an objectives page asks for, and its tables as a workbook."""

from collections.abc import Sequence
from io import BytesIO
from typing import TypeVar

from flask import Response, request, send_file

from facilitator.labels import Labelled
from facilitator.web import clock
from reports import objective_tables
from reports.objective_tables import Table

Code = TypeVar("Code", bound=Labelled)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def number(name: str, among: Sequence[int], otherwise: int | None) -> int | None:
    """The number asked in the address when it is one of these."""
    typed = request.args.get(name, "")
    asked = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
    return asked if asked in among else otherwise


def year(name: str, among: Sequence[int]) -> int:
    """The year asked; else this one, or the last one in which there is something."""
    now = clock.today().year
    found = number(name, among, None)
    return found or (now if now in among or not among else max(among))


def years(among: Sequence[int]) -> list[tuple[int, str]]:
    """The years to choose from; this one while there is nothing."""
    return [(each, str(each)) for each in among or [clock.today().year]]


def code(name: str, codes: type[Code], otherwise: Code) -> Code:
    """The code asked in the address when it is one of the vocabulary."""
    typed = request.args.get(name, "")
    return codes(typed) if typed in set(codes) else otherwise


def download(title: str, about: str, tables: Sequence[Table]) -> Response:
    """The workbook of a page."""
    today = clock.today()
    return send_file(
        BytesIO(objective_tables.build(title, about, tables, today)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=objective_tables.file_name(title, today),
    )
