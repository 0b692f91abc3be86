"""Facilitators: published markets come in: choose files, look, tick, confirm."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, french, journal, market_files, market_lists
from facilitator.db import db
from facilitator.decp import Record
from facilitator.decp_import import Imported
from facilitator.decp_plan import Change, ImportPlan, Key
from facilitator.forms.market_imports import ALL, TICKED, ChooseFilesForm, ConfirmImportForm
from facilitator.import_batches import ImportBatch
from facilitator.import_problems import Level, Problem
from facilitator.market_files import ImportRefused
from facilitator.vocabulary import SocialConsideration
from facilitator.web import acts
from facilitator.web.answers import page
from facilitator.web.lots import page_number

blueprint = Blueprint("market_imports", __name__, url_prefix="/marches/importer")

ROWS = 200  # of the markets without a social clause, and of the warnings


@dataclass(frozen=True)
class Preview:
    """What the page shows of a plan; `shown` are the new markets of this view, each with a box."""

    plan: ImportPlan
    shown: Sequence[Record]
    social: int
    view: str
    page: int
    more: bool
    ticked: Callable[[Record], bool]
    rejections: Sequence[Problem]
    warnings: Sequence[Problem]


@blueprint.route("", methods=["GET", "POST"])
def choose() -> ResponseReturnValue:
    """Choose files; what they hold is shown before anything is written."""
    try:
        return _choose(ChooseFilesForm())
    finally:
        for each in request.files.getlist("files"):
            each.close()  # long ones stand in temporary files


def _choose(form: ChooseFilesForm) -> ResponseReturnValue:
    if form.validate_on_submit():
        answer = acts.do(
            form,
            lambda: _keep(form),
            lambda batch: url_for(".preview", batch_id=batch.id),
            "Les fichiers sont lus. Rien n’est encore importé\u00a0: choisissez ce que vous gardez.",
        )
        if answer is not None:
            return answer
    return page("facilitators/markets/import.html", form)


def _keep(form: ChooseFilesForm) -> ImportBatch:
    member = access.current()
    files = [(_name(each.filename), each.read()) for each in form.files.data or [] if each.filename]
    return market_files.keep(db.session(), member.territory_id, files, by=member.user_id, at=journal.now())


def _name(given: str) -> str:
    """The name without the folders that some browsers send."""
    return given.replace("\\", "/").rsplit("/", 1)[-1][:120] or "sans nom"


@blueprint.route("/<int:batch_id>", methods=["GET", "POST"])
def preview(batch_id: int) -> ResponseReturnValue:
    """What an import would do; confirming writes what was chosen."""
    batch = access.import_batch_or_404(batch_id, lock=request.method == "POST")
    form = ConfirmImportForm()
    if form.validate_on_submit():
        answer = acts.do(
            form, lambda: _confirm(batch, form.which.data), url_for("markets.index"), "L’import est terminé."
        )
        if answer is not None:
            return answer
        batch = access.import_batch_or_404(batch_id)
    if batch.confirmed_at is not None:
        return page("facilitators/markets/imported.html", form, batch=batch)
    shown = _preview(batch)
    return page("facilitators/markets/preview.html", form, batch=batch, preview=shown, said=said)


def _confirm(batch: ImportBatch, which: str) -> Imported:
    selected = _selected(batch, which)
    if selected is not None and not selected:
        raise ImportRefused("Aucun marché n’est coché. Cochez-en, ou choisissez une autre façon d’importer.")
    return market_files.confirm(
        db.session(),
        batch,
        selected=selected,
        grouped={_key(each) for each in request.form.getlist("groupes")},
        by=access.current().user_id,
        at=journal.now(),
    )


def _selected(batch: ImportBatch, which: str) -> set[Key] | None:
    if which == ALL:
        return None
    if which == TICKED:
        return {_key(each) for each in request.form.getlist("marches")}
    plan = market_files.plan(db.session(), batch)
    changed = {each.record.market.key for each in plan.changed}
    return changed | {each.market.key for each in plan.new if is_social(each)}


def _key(value: str) -> Key:
    buyer, _, number = value.partition("|")
    return buyer, number


def is_social(record: Record) -> bool:
    """Whether the market was published with a social clause."""
    return SocialConsideration.clause in (record.market.considerations or ())


def _preview(batch: ImportBatch) -> Preview:
    """Social markets all at once; the others by slices, which one ticks slice by slice."""
    plan, number = market_files.plan(db.session(), batch), page_number(request.args)
    social = [each for each in plan.new if is_social(each)]
    view = request.args.get("voir", "sociaux" if social else "autres")
    others = [each for each in plan.new if not is_social(each)]
    shown = others[(number - 1) * ROWS : number * ROWS] if view == "autres" else social
    none = request.args.get("cocher") == "aucun"
    sent = set(request.form.getlist("marches")) if request.method == "POST" else None

    def ticked(record: Record) -> bool:
        return not none if sent is None else "|".join(record.market.key) in sent

    by_level = {level: [each for each in plan.problems if each.level is level] for level in Level}
    return Preview(
        plan=plan,
        shown=shown,
        social=len(social),
        view=view,
        page=number,
        more=view == "autres" and len(others) > number * ROWS,
        ticked=ticked,
        rejections=by_level[Level.rejection],
        warnings=by_level[Level.warning],
    )


def said(change: Change, value: object) -> str:
    """An old or a new value as a reader knows it."""
    if change.name in ("holders", "modifications"):
        return french.plural(len(value) if isinstance(value, list) else 0, "ligne")
    if change.name == "considerations":
        return market_lists.considered(value if isinstance(value, list) else None)
    if value is None:
        return french.NOTHING
    if isinstance(value, Decimal):
        return french.euros(value)
    return french.date(value) if isinstance(value, datetime.date) else str(value)
