"""Facilitators: the FSE+ list of a period, what is missing in it, and where to mend it."""

import datetime
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from facilitator import access, french, fse_list
from facilitator import fse_participants as loaded
from facilitator.db import db
from facilitator.fse_list import COLUMNS, Moment, Participant
from facilitator.statements import StatementRefused
from facilitator.web import clock, objective_files, offsets
from reports import objective_tables

blueprint = Blueprint("fse_participants", __name__, url_prefix="/objectifs")


@dataclass(frozen=True)
class _Asked:
    moment: Moment
    from_on: datetime.date
    to_on: datetime.date
    lacks: str
    found: list[Participant]
    on: datetime.date

    def kept(self) -> dict[str, str]:
        """What the address carries from one list to the next."""
        return {"qui": self.moment.value, "du": self.from_on.isoformat(), "au": self.to_on.isoformat()}

    def missing(self) -> list[tuple[str, str, int]]:
        counts = fse_list.missing(self.found, self.on)
        return [(key, column.label, counts[key]) for key, column in COLUMNS.items()]


@blueprint.get("/fse")
def index() -> ResponseReturnValue:
    """The list, with how many lines lack each column."""
    asked = _asked()
    access.saw("list", "person", None, access.current().territory_id)
    return render_template(
        "facilitators/objectives/fse.html",
        asked=asked,
        shown=offsets.of_list(fse_list.lacking(asked.found, asked.lacks, asked.on)),
        moments=Moment.choices(),
        columns=[
            ("", "Toutes les lignes"),
            *((key, f"{column.label} à compléter") for key, column in COLUMNS.items()),
        ],
    )


@blueprint.get("/fse.xlsx")
def workbook() -> Response:
    """The whole list of the period, and what is missing."""
    asked, member = _asked(), access.current()
    access.saw("export", "person", None, member.territory_id)
    period = f"du {french.date(asked.from_on)} au {french.date(asked.to_on)}"
    about = f"{member.place}, {asked.moment.label.lower()} {period}, situation au {french.date(asked.on)}."
    missing = [(label, count) for _, label, count in asked.missing()]
    return objective_files.download("Liste FSE+", about, objective_tables.participants(asked.found, missing))


def _asked() -> _Asked:
    on = clock.today()
    from_on = _day("du") or on.replace(month=1, day=1)
    to_on = _day("au") or max(on, from_on)
    if to_on < from_on:
        raise StatementRefused("La période finit avant de commencer\u00a0: corrigez l’une des deux dates.")
    moment = objective_files.code("qui", Moment, Moment.entered)
    every = loaded.of_territory(db.session(), access.current().territory_id, on)
    lacks = request.args.get("manque", "")
    found = fse_list.chosen(every, moment, from_on, to_on)
    return _Asked(moment, from_on, to_on, lacks if lacks in COLUMNS else "", found, on)


def _day(name: str) -> datetime.date | None:
    typed = request.args.get(name, "").strip()
    return french.parse_date(typed) if typed else None
