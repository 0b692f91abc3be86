"""The activity report of the facilitators for their funders: the page, the list behind each figure, PDF and workbook."""

import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, activity, activity_report, french, journal
from facilitator.activity import ActivityRefused, Asked, Line
from facilitator.activity_report import DEFINITIONS, FIELD, Funder, Measure, Report, Section
from facilitator.db import db
from facilitator.periods import first_of_month
from facilitator.web import clock, offsets
from reports import activity_pdf, activity_workbook

blueprint = Blueprint("activity", __name__, url_prefix="/rapports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = ("du", "au", "facilitateur", "financeur")


@blueprint.get("/activite")
def show() -> str:
    """What was done and followed over the days asked, the current year by default."""
    asked = _asked()
    found = activity.report(db.session(), asked, clock.today())
    months = found.period.months
    several_years = months[0].year != months[-1].year
    heading = french.month if several_years else french.short_month
    return render_template(
        "facilitators/results/activity.html",
        report=found,
        sections=Section,
        definitions=DEFINITIONS,
        months=[(heading(each), "num") for each in months],
        people=[(part.name, "num") for part in found.parts],
        asked=asked,
        facilitators=activity.facilitators(db.session(), asked.territory_id),
        funders=Funder.choices(),
        kept=_kept(),
    )


@blueprint.get("/activite/lignes")
def lines() -> ResponseReturnValue:
    """The list behind one figure; without a figure, the report."""
    if not request.args.get("quoi"):
        return redirect(url_for(".show", **_kept()))
    asked, measure = _asked(), _measure()
    month = _month(asked)
    acts = activity.of(db.session(), asked, (measure,))
    if month:
        acts = [act for act in acts if act.day and first_of_month(act.day) == month]
    page = offsets.of_list(acts)
    return render_template(
        "facilitators/results/activity_lines.html",
        measure=measure,
        definition=DEFINITIONS[measure],
        counted=activity_report.count(acts),
        lines=[(line, _url(line)) for line in activity.lines(db.session(), page.rows)],
        total=len(acts),
        timed=measure in FIELD,
        page=page,
        asked=asked,
        month=month,
        person=activity.name_of(db.session(), asked),
        back=url_for(".show", **_kept()),
    )


@blueprint.get("/activite.pdf")
def pdf() -> Response:
    """The report as a file to hand over."""
    found = _report()
    content = activity_pdf.build(found, made_at=journal.now())
    return _file(content, "application/pdf", activity_pdf.file_name(found))


@blueprint.get("/activite.xlsx")
def workbook() -> Response:
    """The same figures with the lines behind them, without what was typed in each."""
    asked, found = _asked(), _report()
    listed = activity.lines(db.session(), activity.of(db.session(), asked, found.measures))
    content = activity_workbook.build(found, [_told(line) for line in listed])
    return _file(content, XLSX, activity_workbook.file_name(found))


def _report() -> Report:
    return activity.report(db.session(), _asked(), clock.today())


def _told(line: Line) -> activity_workbook.Line:
    act = line.act
    return activity_workbook.Line(
        act.measure,
        act.day,
        line.buyer,
        line.about,
        line.author,
        act.minutes if act.measure in FIELD else None,
    )


def _file(content: bytes, mimetype: str, name: str) -> Response:
    return send_file(BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)


def _kept() -> dict[str, Any]:
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def _asked() -> Asked:
    """Read the address; refuses (422) days that make no period and a person who is nobody here."""
    today = clock.today()
    from_on = _day("du") or datetime.date((_day("au") or today).year, 1, 1)
    to_on = _day("au") or today
    found = Asked(
        access.current().territory_id or abort(404),
        activity.period(from_on, to_on, today),
        _facilitator(),
        {each.value: each for each in Funder}.get(request.args.get("financeur", "")),
    )
    activity.refuse_stranger(db.session(), found)
    return found


def _day(name: str) -> datetime.date | None:
    typed = request.args.get(name, "").strip()
    return french.parse_date(typed) if typed else None


def _facilitator() -> int | None:
    typed = request.args.get("facilitateur", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and int(typed[:11]) <= access.LARGEST_ID):
        raise ActivityRefused("Cette adresse ne désigne aucun facilitateur. Choisissez-en un dans la liste.")
    return int(typed)


def _month(asked: Asked) -> datetime.date | None:
    """The month of the column that was opened."""
    typed = request.args.get("mois", "")
    if not typed:
        return None
    known = {french.month_input(each): each for each in asked.period.months}
    return known.get(typed) or abort(404)


def _measure() -> Measure:
    asked = request.args.get("quoi", "")
    return Measure(asked) if asked in set(Measure) else abort(404)


def _url(line: Line) -> str | None:
    """The page of what was done."""
    act = line.act
    if act.measure in FIELD:
        if act.lot_id is None:
            return url_for("field_actions.with_organisation", organisation_id=act.organisation_id)
        return url_for("field_actions.of_lot", lot_id=act.lot_id)
    endpoint, parameter = PAGES.get(act.measure, ("lots.show", "lot_id"))
    value = {"lot_id": act.lot_id, "person_id": act.link_id}.get(parameter, act.subject_id)
    named: dict[str, Any] = {parameter: value}
    return url_for(endpoint, **named)


PAGES = {
    Measure.clauses: ("engagement.show", "lot_id"),
    Measure.calibrations: ("engagement.show", "lot_id"),
    Measure.buyers: ("organisations.show", "organisation_id"),
    Measure.requests: ("requests.show", "request_id"),
    Measure.answers: ("requests.show", "request_id"),
    Measure.needs: ("needs.show", "need_id"),
    Measure.placements: ("placements.show", "placement_id"),
    Measure.timesheets: ("timesheets.show", "timesheet_id"),
    Measure.letters: ("letters.show", "mail_id"),
    Measure.follow_ups: ("people.show", "person_id"),
    Measure.follow_ups_answered: ("people.show", "person_id"),
    Measure.bilans: ("frozen_bilans.pdf", "bilan_id"),
    Measure.attestations: ("attestations.show", "attestation_id"),
}
