"""A year of hours for those who want a spreadsheet’s view: twelve months across, and the same as a workbook."""

from io import BytesIO

from flask import Blueprint, Response, abort, render_template, send_file
from flask.typing import ResponseReturnValue

from facilitator import access, french, year_hours
from facilitator.db import db
from facilitator.web import clock
from facilitator.year_table import State, YearTable
from reports import year_workbook

blueprint = Blueprint("hours_of_year", __name__, url_prefix="/heures/annee")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A shape and a word for each state: never the colour alone.
TONES = {
    State.missing: ("late", "▲"),
    State.refused: ("critical", "■"),
    State.waiting: ("waiting", "◌"),
    State.validated: ("good", "●"),
}


@blueprint.get("/<int:year>")
def show(year: int) -> ResponseReturnValue:
    """The people and sites of a year."""
    table = _read(year)
    access.saw("list", "timesheet", None)
    return render_template(
        "hours/year.html", table=table, tones=TONES, states=State, plain=_plain(table), today=clock.today()
    )


@blueprint.get("/<int:year>.xlsx")
def workbook(year: int) -> Response:
    """The same as a workbook of typed values."""
    table = _read(year)
    access.saw("export", "timesheet", None)
    content = year_workbook.build(table, clock.today())
    return send_file(
        BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=year_workbook.file_name(table)
    )


def _read(year: int) -> YearTable:
    if not 2000 <= year <= 2100:
        abort(404)
    return year_hours.of_organisation(
        db.session(), access.current().organisation_id or abort(404), year, on=clock.today()
    )


def _plain(table: YearTable) -> str:
    """Figures only, between tabs: what a spreadsheet takes when it is pasted."""
    lines = [["Personne", "Employeur", "Chantier", *(french.month(month) for month in table.months), "Total"]]
    for row in table.rows:
        shown = [cell.shown if (cell := row.cells.get(month)) else None for month in table.months]
        figures = ["" if each is None else _figure(french.number(each, 2)) for each in shown]
        lines.append(
            [
                *map(_cell, (row.person, row.employer, row.site.label)),
                *figures,
                _figure(french.number(row.total.hours, 2)),
            ]
        )
    return "\n".join("\t".join(line) for line in lines)


def _figure(text: str) -> str:
    return text.replace(french.THIN, "")


def _cell(text: str) -> str:
    """One cell of text: on one line, and never read as a formula."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(("=", "+", "-", "@")) else flat
