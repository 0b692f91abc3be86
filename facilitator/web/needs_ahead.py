"""Needs ahead, for the facilitator: where the next twelve months lack people, each figure open to its lines."""

from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from facilitator import access, needs_ahead
from facilitator.db import db
from facilitator.quarters_ahead import Ahead
from facilitator.trade_families import Family
from facilitator.web import clock, offsets
from facilitator.web.document_files import XLSX
from reports import needs_ahead_workbook
from reports.needs_ahead_workbook import METHOD

blueprint = Blueprint("needs_ahead", __name__, url_prefix="/besoins/a-venir")


def _read() -> Ahead:
    return needs_ahead.of_territory(db.session(), access.current().territory_id, clock.today())


def _heads(ahead: Ahead) -> list[tuple[str, str]]:
    return [(each.label, "num") for each in ahead.quarters]


def _family() -> Family | None:
    """The family in the address, when it is one."""
    asked = request.args.get("famille", "")
    return Family(asked) if asked in set(Family) else None


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Hours to do by family and quarter, what was done, who is available, what lacks."""
    ahead = _read()
    access.saw("list", "person", None, access.current().territory_id)
    highest = max((max(line.total, line.capacity) for line in ahead.lines), default=0)
    return render_template(
        "facilitators/needs/ahead.html", ahead=ahead, highest=highest, heads=_heads(ahead), method=METHOD
    )


@blueprint.get("/lots")
def lots() -> ResponseReturnValue:
    """The lots behind a figure: of a family, of a quarter, or those of which nothing can be said."""
    ahead, family, quarter = _read(), _family(), request.args.get("trimestre", "")
    codes = [each.code for each in ahead.quarters]
    position = codes.index(quarter) if quarter in codes else None
    unknown = request.args.get("inconnus") == "oui"
    found = [each for each in (ahead.unknown if unknown else ahead.known) if family in (None, each.family)]
    if position is not None and not unknown:
        found = [each for each in found if each.hours[position]]
    return render_template(
        "facilitators/needs/ahead_lots.html",
        ahead=ahead,
        shown=offsets.of_list(found),
        found=found,
        families=[("", "Toutes"), *Family.choices()],
        family=family,
        quarters=[("", "Les douze mois"), *((each.code, each.label) for each in ahead.quarters)],
        position=position,
        heads=_heads(ahead),
        unknown=unknown,
    )


@blueprint.get("/structures")
def capacity() -> ResponseReturnValue:
    """The hours that the SIAE did, by structure and family."""
    ahead, family = _read(), _family()
    found = [each for each in ahead.worked if family in (None, each.family)]
    return render_template(
        "facilitators/needs/ahead_capacity.html",
        ahead=ahead,
        shown=offsets.of_list(found),
        found=found,
        families=[("", "Toutes"), *Family.choices()],
        family=family,
    )


@blueprint.get("/personnes")
def people() -> ResponseReturnValue:
    """Who is available: an open window, at work nowhere."""
    ahead, family = _read(), _family()
    found = [each for each in ahead.free if family in (None, each.family)]
    access.saw("list", "person", None, access.current().territory_id)
    return render_template(
        "facilitators/needs/ahead_people.html",
        shown=offsets.of_list(found),
        found=found,
        families=[("", "Toutes"), *Family.choices()],
        family=family,
    )


@blueprint.get("/gptec.xlsx")
def workbook() -> ResponseReturnValue:
    """The same figures and the lots behind them as a workbook."""
    ahead, place = _read(), access.current().place
    access.saw("export_needs_ahead", "territory", None, access.current().territory_id)
    return send_file(
        BytesIO(needs_ahead_workbook.build(ahead, place)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"besoins-a-venir-{ahead.on.isoformat()}.xlsx",
    )
