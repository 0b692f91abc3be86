"""Relevés: the queue to validate, a lot’s twelve months, a relevé with its verdict, and «néant»."""

import datetime
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from facilitator import (
    access,
    both_sides,
    declarations,
    globalisations,
    lot_hours,
    refusal_letters,
    timesheet_queue,
    timesheet_turns,
    validations,
    visibility,
)
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.db import db
from facilitator.forms.hours import NilForm, QueueForm, RefusalForm, RefuseManyForm
from facilitator.french import plural, short_month
from facilitator.hours import Share, Timesheet
from facilitator.journal import now
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.refusals import Conflict, Refused
from facilitator.territories import rules_of
from facilitator.timesheet_queue import Answer
from facilitator.vocabulary import Channel, Reason, Standing, TimesheetState
from facilitator.web import clock, keyset, once, queue_filters, sheets
from facilitator.web.answers import page
from facilitator.web.contracts import described
from facilitator.web.sheets import Sheet

blueprint = Blueprint("timesheets", __name__)
AT_ONCE = 200  # lines of the queue on one page: a month of a large company


@blueprint.get("/releves")
def queue() -> ResponseReturnValue:
    """The relevés that wait, by lot, with what matters beside each."""
    return _queue(QueueForm())


def _queue(form: QueueForm | RefuseManyForm) -> ResponseReturnValue:
    """The list, as its address filters it; a refused form is shown in it with what was ticked and typed."""
    member, session, asked = access.current(), db.session(), queue_filters.asked()
    waiting, rules = visibility.timesheets(member), rules_of(session, member.territory_id)
    rows = timesheet_queue.rows(waiting, asked.wanted)
    if asked.wanted.plausible:
        doubtful = timesheet_queue.implausible(session, rows, rules)
        rows = rows.where(Share.id.not_in(doubtful))
    shown = keyset.slice_of(
        rows, Share.lot_id, Share.month, Share.id, size=AT_ONCE, endpoint="timesheets.queue"
    )
    lines = timesheet_queue.lines(session, shown.rows, rules)
    lots, employers = timesheet_queue.choices(session, waiting)
    access.saw("list", "timesheet", None, member.territory_id)
    return page(
        "facilitators/hours/queue.html",
        form,
        lots=[(key, list(group)) for key, group in groupby(lines, lambda line: (line.lot_id, line.lot))],
        ticked={int(each) for each in form.sheets.data or () if each.isdigit()} or asked.checked(lines),
        asked=asked,
        lot_choices=[("", "Tous"), *((str(key), label) for key, label in lots)],
        employer_choices=[("", "Tous"), *((str(key), label) for key, label in employers)],
        answer_choices=[("", "Toutes"), *Answer.choices()],
        agreeing=sum(line.agrees for line in lines),
        shown=shown,
        on=clock.today(),
    )


@blueprint.post("/releves/valider")
def validate_many() -> ResponseReturnValue:
    """Validate the relevés ticked, all or none."""
    form = QueueForm()

    def validate(found: list[Timesheet]) -> str:
        validations.validate_all(db.session(), found, on=clock.today(), by=access.current().user_id)
        return plural(len(found), "relevé validé", "relevés validés") + "."

    return _decide(form, validate)


@blueprint.post("/releves/refuser")
def refuse_many() -> ResponseReturnValue:
    """Refuse the relevés ticked for one reason, all or none; their declarants are written to."""
    form = RefuseManyForm()

    def refuse(found: list[Timesheet]) -> str:
        validations.refuse_all(db.session(), found, form.said, on=clock.today(), by=access.current().user_id)
        return f"{plural(len(found), 'relevé refusé', 'relevés refusés')}. {_tell(found, form.said)}"

    return _decide(form, refuse)


def _decide(form: QueueForm | RefuseManyForm, verb: Callable[[list[Timesheet]], str]) -> ResponseReturnValue:
    """Decide on the relevés ticked that still wait; a refusal is shown in the list."""
    if not form.validate_on_submit():
        return _queue(form)
    if (replay := once.replayed(form)) is not None:
        return replay
    found = validations.lock_all(db.session(), form.ids(), access.current().territory_id)
    try:
        said = verb(found)
    except Conflict:
        raise
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return _queue(form)
    if len(found) < len(form.ids()):
        flash(
            "Certains relevés cochés n’attendaient plus de décision\u00a0: ils n’ont pas changé.", "warning"
        )
    if found:
        flash(said, "done")
    return once.commit(form, url_for(".queue", **queue_filters.asked().kept))


def _tell(refused: Sequence[Timesheet], reason: str) -> str:
    """Write to the declarants; gives the sentence that says who is told."""
    letters, unknown = refusal_letters.tell(
        db.session(), refused, reason, at=now(), base_url=current_app.config["SETTINGS"].base_url
    )
    told = plural(len(letters), "courriel prévient le déclarant.", "courriels préviennent les déclarants.")
    if not unknown:
        return told
    return (
        f"{told if letters else ''} Personne à prévenir pour {plural(unknown, 'relevé')}\u00a0:"
        " ajoutez un contact avec son adresse à l’employeur."
    ).strip()


@blueprint.get("/lots/<int:lot_id>/releves")
def of_lot(lot_id: int) -> ResponseReturnValue:
    """The people of a lot over twelve months, then its relevés one by one."""
    lot, year = _lot(lot_id), _year()
    form = NilForm()
    form.award.offer(_companies(lot.id))
    return _lot_page(lot, year, form)


def _lot(lot_id: int) -> Lot:
    return access.lot_or_404(lot_id, options=(joinedload(Lot.market),))


def _lot_page(lot: Lot, year: int, form: NilForm) -> ResponseReturnValue:
    grid = lot_hours.grid(db.session(), lot.id, datetime.date(year, 1, 1))
    rows = (
        visibility.timesheets(access.current())
        .join(Share, Share.timesheet_id == Timesheet.id)
        .join(Person, Person.id == Timesheet.person_id)
        .where(Share.lot_id == lot.id, Share.month.in_(grid.months))
        .with_only_columns(
            Share.id, Timesheet.id.label("timesheet_id"), Timesheet.from_on, Timesheet.to_on, Timesheet.state,
            Person.first_name, Person.last_name, Share.hours, Share.retained, Share.reasons,
        )
    )  # fmt: skip
    shown = keyset.slice_of(rows, Share.month, Share.id, descending=True)
    access.saw("list", "timesheet", None, lot.territory_id)
    return page(
        "facilitators/hours/lot.html",
        form,
        lot=lot,
        market=lot.market,
        grid=grid,
        months_columns=[(short_month(month), "num") for month in grid.months],
        year=year,
        shown=shown,
        turns=timesheet_turns.of_sheets(
            db.session(), {row.timesheet_id for row in shown.rows}, clock.today()
        ),
        reasons={reason.value: reason for reason in Reason},
        agreements=_agreements(lot.id),
    )


def _agreements(lot_id: int) -> Sequence[Any]:
    visible = visibility.globalisations(access.current()).where(globalisations.on_lot(lot_id))
    return db.session.execute(globalisations.listed(visible)).all()


def _year() -> int:
    typed = request.args.get("annee", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0
    return year if 2000 <= year <= 2100 else clock.today().year


def _companies(lot_id: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Award.id, Organisation.name, Organisation.identifier)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(Award.lot_id == lot_id)
        .order_by(Award.id)
    )
    return [(str(key), name or identifier) for key, name, identifier in rows]


@blueprint.post("/lots/<int:lot_id>/releves/neant")
def nil(lot_id: int) -> ResponseReturnValue:
    """Say that nobody worked for a company of the lot in a month."""
    lot, form = _lot(lot_id), NilForm()
    form.award.offer(_companies(lot.id))
    if not form.validate_on_submit():
        return _lot_page(lot, _year(), form)
    if (replay := once.replayed(form)) is not None:
        return replay
    assert form.month.data  # validated
    award = access.award_or_404(int(form.award.data or 0))
    try:
        declarations.declare_nil(
            db.session(), award, form.month.data, on=clock.today(), by=access.current().user_id
        )
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return _lot_page(_lot(lot_id), _year(), form)
    flash("«\u00a0Néant\u00a0» est noté pour ce mois.", "done")
    return once.commit(form, url_for(".of_lot", lot_id=lot_id, annee=form.month.data.year))


@blueprint.get("/releves/<int:timesheet_id>")
def show(timesheet_id: int) -> ResponseReturnValue:
    """One relevé: its verdict, why, what would mend it, and what it replaced."""
    sheet = access.timesheet_or_404(timesheet_id)
    session = db.session()
    contract = session.get_one(Contract, sheet.contract_id)
    history = _history(sheet)
    access.saw("read", "person", sheet.person_id, sheet.territory_id)
    return render_template(
        "facilitators/hours/show.html",
        sheet=sheet,
        state=TimesheetState(sheet.state),
        channel=Channel(sheet.channel).label,
        contract=contract,
        contract_label=described(contract),
        person=session.get_one(Person, sheet.person_id),
        employer=session.get_one(Organisation, contract.employer_id),
        parts=_parts(sheet),
        turn=timesheet_turns.of_sheets(session, [sheet.id], clock.today())[sheet.id],
        declaration=timesheet_turns.declaration(session, sheet),
        history=history,
        corrected=next((each for each in history if each.id == sheet.replaces_id), None)
        if sheet.correction_reason
        else None,
        authors=timesheet_turns.authors(session, [each.id for each in history]),
        states=TimesheetState,
    )


def _parts(sheet: Timesheet) -> list[dict[str, Any]]:
    """The shares with their verdict in words, and what the other side says of each."""
    session = db.session()
    rows = session.execute(
        select(Share, Lot.number, Lot.title, Market.object)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Share.timesheet_id == sheet.id)
        .order_by(Share.id)
    ).all()
    said = both_sides.of_sheet(session, sheet)
    return [
        {
            "share": share,
            "lot": f"{market} – lot {number} {title}",
            "standing": Standing(share.standing).label,
            "reasons": [Reason(code) for code in share.reasons.split()],
            "second": said.get(share.id),
        }
        for share, number, title, market in rows
    ]


def _history(sheet: Timesheet) -> list[Timesheet]:
    """The relevés of the same contract and month: what this one replaced, and what replaced it."""
    rows = visibility.timesheets(access.current()).where(
        Timesheet.contract_id == sheet.contract_id,
        Timesheet.month == sheet.month,
        or_(Timesheet.replaces_id.is_not(None), Timesheet.id == sheet.id, Timesheet.id.in_(_replaced(sheet))),
    )
    return list(db.session.scalars(rows.order_by(Timesheet.id)))


def _replaced(sheet: Timesheet) -> Any:
    return select(Timesheet.replaces_id).where(
        Timesheet.contract_id == sheet.contract_id, Timesheet.replaces_id.is_not(None)
    )


@blueprint.post("/releves/<int:timesheet_id>/valider")
def validate(timesheet_id: int) -> ResponseReturnValue:
    """Validate one relevé."""
    sheet = access.timesheet_or_404(timesheet_id, lock=True)
    return sheets.press(
        lambda: validations.validate(db.session(), sheet, on=clock.today(), by=access.current().user_id),
        url_for(".show", timesheet_id=timesheet_id),
        "Le relevé est validé.",
    )


@blueprint.route("/releves/<int:timesheet_id>/refuser", methods=["GET", "POST"])
def refuse(timesheet_id: int) -> ResponseReturnValue:
    """Refuse one relevé, with a reason."""
    sheet = access.timesheet_or_404(timesheet_id, lock=request.method == "POST")
    person = db.session.get_one(Person, sheet.person_id)
    access.saw("read", "person", person.id, person.territory_id)
    back = url_for(".show", timesheet_id=sheet.id)
    form, waits = RefusalForm(), sheet.state == TimesheetState.declared
    about = Sheet(
        heading=f"Refuser le relevé – {person.name}",
        submit="Refuser le relevé",
        back=back,
        crumbs=(("Relevés", url_for(".queue")), (person.name, back), ("Refuser", None)),
        intro="Celui qui a déclaré ces heures lira ce motif\u00a0: dites ce qu’il faut corriger.",
    )

    def verb() -> str:
        validations.refuse(db.session(), sheet, form.said, on=clock.today(), by=access.current().user_id)
        if waits:
            flash(_tell([sheet], form.said), "done")
        return back

    return sheets.answer(form, about, verb, "Le relevé est refusé.")
