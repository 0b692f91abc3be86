"""The national survey: the page of a year, the lists behind its figures, what was sent of it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import undefer
from werkzeug import Response

from facilitator import (
    access,
    journal,
    national_series,
    survey_campaigns,
    survey_late,
    survey_lines,
    survey_parts,
)
from facilitator.db import db
from facilitator.forms.surveys import SendSurveyForm
from facilitator.survey import Indicator
from facilitator.survey_campaigns import SurveyVersion
from facilitator.survey_lines import LineRow, Listing
from facilitator.survey_tables import OF_PEOPLE, Line, Page, Rate, name_of
from facilitator.web import clock, offsets, sheets, survey_asked
from facilitator.web.frozen_bilans import download
from facilitator.web.markets import XLSX
from facilitator.web.sheets import Sheet
from facilitator.web.survey_asked import Wanted
from reports import survey_list, survey_workbook

blueprint = Blueprint("surveys", __name__, url_prefix="/enquete")
PLACES: dict[str, Callable[..., str]] = {
    "organisation": lambda id: url_for("organisations.show", organisation_id=id),
    "market": lambda id: url_for("markets.show", market_id=id),
    "lot": lambda id: url_for("lots.show", lot_id=id),
    "ledger": lambda id: url_for("engagement.show", lot_id=id),
    "timesheet": lambda id: url_for("timesheets.show", timesheet_id=id),
    "person": lambda id: url_for("people.show", person_id=id),
    "contract": lambda id: url_for("contracts.show", contract_id=id),
    "followup": lambda id, exit_on, months: url_for(
        "followups.show", person_id=id, exit_on=exit_on.isoformat(), months=months
    ),
}
MOST_EXPORTED = 50_000


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The survey of a year: each figure with its base, beside the year before."""
    wanted = survey_asked.wanted()
    page = wanted.page()
    now, _ = wanted.both
    return render_template(
        "surveys/show.html",
        wanted=wanted,
        page=page,
        survey=now.survey,
        years=survey_asked.years(),
        territories=() if wanted.own else survey_asked.territories(),
        campaign=_campaign(wanted, page),
        behind=lambda line: _behind(wanted, line),
        method=list(survey_workbook.method(now.survey, masked=not wanted.own)),
        national=national_series.published(),
        not_found=national_series.not_found(),
    )


def _campaign(wanted: Wanted, page: Page) -> survey_campaigns.Campaign | None:
    if not wanted.own or wanted.alone is None:
        return None
    return survey_campaigns.told(db.session(), wanted.alone, page, wanted.year)


def _behind(wanted: Wanted, line: Line) -> str | None:
    """The address of the list behind a figure that may be read."""
    if line.masked or line.value is None or (wanted.own and line.key == Indicator.territories):
        return None
    head, _, rest = _listed(line.key).partition("/")
    return url_for(".lines", indicator=head, **wanted.args(part=rest or None))


def _listed(key: str) -> str:
    """The key of the list behind a figure: a rate rests on its denominator, the ETP on the hours."""
    start, _, last = key.rpartition("/")
    if last in set(Rate):
        return f"{start}/{Rate(last).rests_on}"
    return Indicator.hours_counted.value if key == Indicator.etp else key


@blueprint.get("/classeur.xlsx")
def workbook() -> ResponseReturnValue:
    """The same figures as a workbook."""
    wanted = survey_asked.wanted()
    now, before = wanted.both
    content = survey_workbook.build(
        now.survey, before.survey, made_on=clock.today(), hidden=now.hidden, previous_hidden=before.hidden
    )
    access.saw("export_survey", "survey", None, wanted.alone)
    return download(content, XLSX, survey_workbook.file_name(now.survey))


# What is behind a figure.


@blueprint.get("/lignes/<indicator>")
def lines(indicator: str) -> ResponseReturnValue:
    """The lines behind a figure, for the territory itself; for others, the figure of each territory."""
    wanted, key = survey_asked.wanted(), _key(indicator)
    if not wanted.own:
        return _by_territory(wanted, key)
    listing = _listing(wanted, key)
    if listing.of_people:
        access.saw("list", "survey", None, wanted.alone)
    shown = offsets.of_query(listing.query)
    rows = [listing.read(row) for row in shown.rows]
    return render_template(
        "surveys/lines.html",
        wanted=wanted,
        key=key,
        title=name_of(key),
        listing=listing,
        total=survey_lines.total(db.session(), listing),
        rows=[(row, PLACES[row.thing](*row.ids)) for row in rows],
        shown=shown,
        export=url_for(".lines_workbook", indicator=indicator, **wanted.args(part=request.args.get("part"))),
    )


@blueprint.get("/lignes/<indicator>/classeur.xlsx")
def lines_workbook(indicator: str) -> ResponseReturnValue:
    """The same list as a workbook, whole."""
    wanted, key = survey_asked.wanted(), _key(indicator)
    listing = _listing(wanted, key)
    access.saw("export_survey", "survey", None, wanted.alone)
    title = f"{name_of(key)} – {wanted.year}"
    content = survey_list.build(
        title, listing.what, listing.columns, _every(listing), listing.unit, clock.today()
    )
    return download(content, XLSX, survey_list.file_name(title))


def _every(listing: Listing) -> Sequence[LineRow]:
    return [listing.read(row) for row in db.session.execute(listing.query.limit(MOST_EXPORTED))]


def _key(indicator: str) -> str:
    part = request.args.get("part", "")
    return f"{indicator}/{part}" if part else indicator


def _listing(wanted: Wanted, key: str) -> Listing:
    """The list of a key; 404 for what is no figure of the survey."""
    listing = survey_lines.behind(db.session(), wanted.asked, key)
    if listing is None:
        abort(404)
    return listing


def _by_territory(wanted: Wanted, key: str) -> ResponseReturnValue:
    """An administrator never reads a line of anybody: the figure of each territory, masked as the page is."""
    hidden = survey_asked.secrecy(wanted.year)
    values = _values(wanted, key)
    names = dict(survey_asked.territories())
    shown = []
    for territory_id, name in names.items():
        masked = any(each == key or key.startswith(f"{each}/") for each in hidden.of(territory_id))
        value = values.get(territory_id)
        if value is not None or (masked and wanted.territory_ids is None):
            shown.append((name, None if masked or (wanted.some and _of_people(key)) else value))
    line = next((each for each in wanted.page().lines() if each.key == key), None)
    if line is None:
        abort(404)
    return render_template(
        "surveys/by_territory.html", wanted=wanted, line=line, title=name_of(key), rows=shown
    )


def _of_people(key: str) -> bool:
    return any(key == each or key.startswith(f"{each}/") for each in OF_PEOPLE)


def _values(wanted: Wanted, key: str) -> dict[int, Any]:
    """The figure of each territory that is asked for, by the same selection as the list’s."""
    session, asked = db.session(), wanted.asked
    if key == Indicator.territories:
        return dict.fromkeys(_present(wanted), 1)
    if key.split("/")[0] in OF_PEOPLE:
        parts = survey_parts.of(session, asked)
        return {
            each: value
            for each, counted in parts.items()
            if (value := survey_parts.values(counted).get(key)) is not None
        }
    listing = survey_lines.behind(session, asked, key)
    if listing is None:
        abort(404)
    return survey_lines.by_territory(session, listing)


def _present(wanted: Wanted) -> list[int]:
    """Territories that have at least one line of the year."""
    found = {each for key in ("hours_owed", "hours_counted") for each in _values(wanted, key)}
    parts = survey_parts.of(db.session(), wanted.asked)
    return sorted(found | {each for each, part in parts.items() if part.people or part.contracts.value})


# What was sent.


@blueprint.get("/campagnes/<int:year>")
def campaign(year: int) -> ResponseReturnValue:
    """The campaign of a year: its state, what was sent, what came after."""
    wanted = _own(year)
    page, session = wanted.page(), db.session()
    told = _campaign(wanted, page)
    last = told.last if told else None
    late = survey_late.lines(session, wanted.asked, last.made_at) if last else []
    if late:
        access.saw("list", "survey", None, wanted.alone)
    return render_template(
        "surveys/campaign.html",
        wanted=wanted,
        campaign=told,
        last=last,
        over=clock.today().year > year,
        late=[(each, PLACES[each.thing](*each.ids)) for each in late],
    )


@blueprint.post("/campagnes/<int:year>/ouvrir")
def open_campaign(year: int) -> ResponseReturnValue:
    """Open the campaign of a year; twice has one effect."""
    wanted, member = _own(year), access.current()
    territory = access.territory_or_404(member.territory_id)
    survey_campaigns.open_year(
        db.session(), territory, year, on=clock.today(), at=journal.now(), by=member.user_id
    )
    db.session.commit()
    flash(f"La campagne {wanted.year} est ouverte.", "done")
    return _to_campaign(year)


@blueprint.route("/campagnes/<int:year>/transmettre", methods=["GET", "POST"])
def send(year: int) -> ResponseReturnValue:
    """Freeze what is sent today: the first time, or a rectification."""
    _own(year)
    here, form = url_for(".campaign", year=year), SendSurveyForm()
    about = Sheet(
        heading=f"Transmettre l’enquête {year}",
        submit="Transmettre et garder cette version",
        back=here,
        crumbs=(("Enquête", url_for(".show", annee=year)), (f"Campagne {year}", here), ("Transmettre", None)),
        intro=(
            "Les chiffres d’aujourd’hui et leur classeur seront numérotés et gardés tels quels. Téléchargez ensuite le"
            " classeur pour l’envoyer\u00a0: rien n’est envoyé à votre place."
        ),
    )
    return sheets.answer(
        form, about, lambda: _sent(year), "Cette version est gardée telle qu’elle est transmise."
    )


def _sent(year: int) -> str:
    member = access.current()
    territory = access.territory_or_404(member.territory_id)
    survey_campaigns.send(
        db.session(), territory, year, on=clock.today(), at=journal.now(), by=member.user_id
    )
    return url_for(".campaign", year=year)


@blueprint.get("/versions/<int:version_id>.xlsx")
def version(version_id: int) -> ResponseReturnValue:
    """A survey as it was sent, byte for byte."""
    kept = access.survey_version_or_404(version_id, options=(undefer(SurveyVersion.workbook),))
    access.saw("export_survey", survey_campaigns.VERSION, kept.id, kept.territory_id)
    return download(kept.workbook, XLSX, f"{kept.file_name}.xlsx")


def _own(year: int) -> Wanted:
    """The survey of one’s own territory, of a year that is not to come."""
    if not survey_asked.FIRST_YEAR <= year <= clock.today().year:
        abort(404)
    return Wanted(year, (access.current().territory_id,), own=True)


def _to_campaign(year: int) -> Response:
    return redirect(url_for(".campaign", year=year), 303)
