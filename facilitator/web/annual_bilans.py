"""The annual bilan of the territory for its comité de pilotage: the page, the PDF and the workbook of one object."""

from io import BytesIO

from flask import Blueprint, Response, abort, render_template, request, send_file

from facilitator import access, annual_bilans, journal
from facilitator.annual_bilan import AnnualBilan
from facilitator.annual_bilans import FIRST_YEAR, AnnualBilanRefused
from facilitator.db import db
from facilitator.web import clock
from reports import annual_bilan_pdf, annual_bilan_workbook

blueprint = Blueprint("annual_bilans", __name__, url_prefix="/rapports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFFERED = 6  # years


@blueprint.get("/bilan-annuel")
def show() -> str:
    """The figures of the year as the committee will read them, and the two files."""
    bilan, today = _asked(), clock.today()
    years = {bilan.year, *range(max(today.year - OFFERED + 1, FIRST_YEAR), today.year + 1)}
    return render_template(
        "facilitators/results/annual_bilan.html",
        bilan=bilan,
        when=annual_bilan_pdf.when(bilan),
        sentence=annual_bilan_pdf.sentence(bilan),
        figures_rows=list(annual_bilan_pdf.key_figures(bilan)),
        parts=list(annual_bilan_pdf.parts(bilan)),
        method=list(annual_bilan_pdf.method(bilan)),
        years=[(each, str(each)) for each in sorted(years, reverse=True)],
    )


@blueprint.get("/bilan-annuel.pdf")
def pdf() -> Response:
    """The document to hand over."""
    bilan = _asked()
    content = annual_bilan_pdf.build(bilan, made_at=journal.now())
    return _file(content, "application/pdf", annual_bilan_pdf.file_name(bilan))


@blueprint.get("/bilan-annuel.xlsx")
def workbook() -> Response:
    """The same figures, typed."""
    bilan = _asked()
    return _file(annual_bilan_workbook.build(bilan), XLSX, annual_bilan_workbook.file_name(bilan))


def _file(content: bytes, mimetype: str, name: str) -> Response:
    return send_file(BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)


def _asked() -> AnnualBilan:
    """The year of the address; by default the last one that is over, refuses (422) what is no year."""
    today, typed = clock.today(), request.args.get("annee", "").strip()
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) == 4):
        raise AnnualBilanRefused("Cette adresse ne désigne aucune année. Choisissez-en une dans la liste.")
    year = int(typed) if typed else today.year
    territory_id = access.current().territory_id or abort(404)
    return annual_bilans.of_year(db.session(), territory_id, year, today)
