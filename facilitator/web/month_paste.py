"""Pasting a month from a spreadsheet, signed in or by a link: what is understood is shown, then put into the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from facilitator import access, journal, month_returns, pasted_months, remembered_names
from facilitator.db import db
from facilitator.forms.month_paste import PasteForm, ReportForm, numbers, report_form
from facilitator.french import plural
from facilitator.month_cells import MonthPage
from facilitator.paste_matching import Placed, Sure
from facilitator.pasted_lines import Line, read
from facilitator.pasted_months import Target
from facilitator.refusals import Refused
from facilitator.web import clock, month_pages, once
from facilitator.web.answers import page as answer
from facilitator.web.month_pages import Declarant


@dataclass(frozen=True)
class Row:
    """A line of the paste as the user looks it over."""

    number: int
    name: str
    site: str
    hours: str
    cell: str  # the name of the one it goes to
    sure: Sure
    near: tuple[str, ...]
    said: str  # why it is to be looked at
    wrong: str  # what is to be mended
    skipped: bool


def paste(who: Declarant) -> ResponseReturnValue:
    """Ask for the lines; show what is understood of them."""
    shown = _read(who)
    form = PasteForm()
    if not form.validate_on_submit():
        return answer("months/paste.html", form, who=who, page=shown)
    placed = _place(shown, read(form.text.data or ""))
    rows = [_row(each) for each in placed]
    return _look_over(who, shown, report_form([row.number for row in rows])(formdata=None), rows, 200)


def report(who: Declarant) -> ResponseReturnValue:
    """Put the lines into the draft, all or none; nothing is sent."""
    shown = _read(who)
    form = report_form(numbers(request.form.getlist("lines")))()
    targets = pasted_months.targets(shown)
    wrong = pasted_months.wrong(form.choices(), targets)
    if not form.validate_on_submit() or wrong:
        return _look_over(who, shown, form, _rows(shown, form, wrong), 422)
    if (replay := once.replayed(form)) is not None:
        return replay
    chosen = [(choice.line, targets[choice.cell]) for choice in form.choices()]
    try:
        pasted_months.report(db.session(), shown, chosen, by=who.by, at=journal.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return _look_over(who, shown, form, _rows(shown, form, {}), 422)
    flash(
        f"{plural(len(chosen), 'ligne reportée', 'lignes reportées')} dans le brouillon\u00a0: relisez, puis envoyez.",
        "done",
    )
    return once.commit(form, who.url("show"))


def _read(who: Declarant) -> MonthPage:
    shown = month_returns.page(
        db.session(), who.organisation_id, who.month, on=clock.today(), reach=who.reach
    )
    month_pages.refuse_closed(who, shown)
    return shown


def _place(shown: MonthPage, lines: Sequence[Line]) -> list[Placed[str]]:
    known = remembered_names.known(db.session(), shown.organisation_id)
    return pasted_months.month_of(shown, known).place(lines)


def _row(one: Placed[str]) -> Row:
    line = one.line
    return Row(
        number=line.number,
        name=line.name,
        site=line.site,
        hours=line.hours,
        cell=one.slot or "",
        sure=Sure.doubtful if line.problem else one.sure,
        near=one.near,
        said=one.problem
        or (
            "À vérifier\u00a0: le nom ou le chantier est écrit autrement." if one.sure == Sure.likely else ""
        ),
        wrong="",
        skipped=one.closed or (not line.hours and bool(one.slot)),
    )


def _rows(shown: MonthPage, form: ReportForm, wrong: Mapping[int, str]) -> list[Row]:
    """The lines as they came back, with what was chosen and what is to be mended."""
    placed = _place(shown, [form.line(number) for number in form.numbers])
    return [
        Row(
            number=one.line.number,
            name=one.line.name,
            site=one.line.site,
            hours=one.line.hours,
            cell=form[f"cell_{one.line.number}"].data or "",
            sure=Sure.doubtful if one.line.number in wrong else one.sure,
            near=one.near,
            said="",
            wrong=wrong.get(one.line.number, ""),
            skipped=bool(form[f"skip_{one.line.number}"].data),
        )
        for one in placed
    ]


def _look_over(
    who: Declarant, shown: MonthPage, form: ReportForm, rows: list[Row], status: int
) -> ResponseReturnValue:
    for territory_id in sorted({row.territory_id for row in shown.rows}):
        access.saw("list", "timesheet", None, territory_id)
    targets = pasted_months.targets(shown)
    certain = [row for row in rows if row.sure == Sure.certain and not row.wrong and row.cell in targets]
    return (
        render_template(
            "months/pasted.html",
            who=who,
            page=shown,
            form=form,
            to_look_over=[row for row in rows if row not in certain],
            certain=certain,
            targets=targets,
            open=_open(targets),
        ),
        status,
    )


def _open(targets: Mapping[str, Target]) -> dict[str, str]:
    """The cells that may be chosen, with their label."""
    return {name: each.label for name, each in targets.items() if not each.cell.lock}
