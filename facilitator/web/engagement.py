"""Facilitators: the hours that a lot owes, line by line."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitator import access, french, ledger, lot_dates, lot_plan, statements
from facilitator.accounts import User
from facilitator.awards import Award
from facilitator.commitments import Calibration, Invoicing, LedgerLine, SiteHours
from facilitator.db import db
from facilitator.forms.commitments import AffirmForm, AvenantForm, LedgerLineForm, TransferForm
from facilitator.ledger import LedgerRefused
from facilitator.markets import Lot, LotDate, LotStop
from facilitator.organisations import Organisation
from facilitator.vocabulary import CalibrationBasis, LedgerKind, TrancheState
from facilitator.web import acts, clock, lot_pages

blueprint = Blueprint("engagement", __name__, url_prefix="/lots/<int:lot_id>/engagement")


@blueprint.get("")
def show(lot_id: int) -> ResponseReturnValue:
    """The ledger, the dates, the stops and the calibrations of the lot."""
    lot, today = lot_pages.lot_or_404(lot_id), clock.today()
    session = db.session()
    calibrations = session.scalars(
        select(Calibration).where(Calibration.lot_id == lot.id).order_by(Calibration.id.desc())
    ).all()
    return lot_pages.show(
        "engagement",
        lot,
        "engagement.show",
        at=statements.of_lot(session, lot.id, today),
        lines=_lines(lot.id),
        calibrations=[(each, CalibrationBasis(each.basis).label) for each in calibrations],
        bases={each.basis for each in calibrations},
        dates=_dates(lot.id),
        stops=_of(LotStop, lot.id),
        invoices=_of(Invoicing, lot.id),
        site_hours=_of(SiteHours, lot.id),
        plan=lot_plan.of_lot(session, lot.id),
    )


def _lines(lot_id: int) -> list[dict[str, Any]]:
    """Each line with its running total, its author, its company and the state of its tranche."""
    rows = db.session.execute(
        select(LedgerLine, User.name, Organisation.name)
        .outerjoin(User, User.id == LedgerLine.author_id)
        .outerjoin(Award, Award.id == LedgerLine.award_id)
        .outerjoin(Organisation, Organisation.id == Award.organisation_id)
        .where(LedgerLine.lot_id == lot_id)
        .order_by(LedgerLine.effective_on.nulls_last(), LedgerLine.id)
    )
    total, told = Decimal(0), []
    for line, author, company in rows:
        counts = line.effective_on is not None
        total += line.delta if counts else 0
        told.append(
            {
                "line": line,
                "kind": LedgerKind(line.kind).label,
                "author": author,
                "company": company,
                "total": total if counts else None,
                "signed": f"{'+' if line.delta > 0 else ''}{french.hours(line.delta)}",
                "tranche": _tranche(line),
            }
        )
    return told


def _tranche(line: LedgerLine) -> TrancheState | None:
    if line.kind != LedgerKind.tranche:
        return None
    return ledger.as_fact(line).tranche_state(clock.today())


def _dates(lot_id: int) -> list[tuple[LotDate, str | None]]:
    rows = db.session.execute(
        select(LotDate, User.name)
        .outerjoin(User, User.id == LotDate.recorded_by_id)
        .where(LotDate.lot_id == lot_id)
        .order_by(LotDate.effective_on.nulls_first(), LotDate.id)
    )
    return [(fact, author) for fact, author in rows]


def _of(model: Any, lot_id: int) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.lot_id == lot_id).order_by(model.id)))


def companies(lot_id: int) -> list[tuple[int, str]]:
    """The companies of a lot, to choose from."""
    rows = db.session.execute(
        select(Award.id, Organisation.name, Organisation.identifier)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(Award.lot_id == lot_id)
        .order_by(Award.id)
    )
    return [(id, name or identifier) for id, name, identifier in rows]


def _award(award_id: int | None) -> Award | None:
    return None if award_id is None else access.award_or_404(award_id)


@blueprint.route("/ligne", methods=["GET", "POST"])
def add_line(lot_id: int) -> ResponseReturnValue:
    """Append a line to the ledger."""
    lot = access.lot_or_404(lot_id, lock=True)
    form, back = LedgerLineForm(), url_for(".show", lot_id=lot_id)
    form.award.offer(companies(lot_id))
    if form.validate_on_submit():
        answer = acts.do(form, lambda: _add_line(lot, form), back, "La ligne est ajoutée à l’engagement.")
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Ajouter une ligne d’engagement",
        "Ajouter la ligne",
        back,
        "Les heures engagées ne se récrivent jamais\u00a0: chaque changement est une ligne, avec sa date d’effet.",
    )


def _add_line(lot: Lot, form: LedgerLineForm) -> None:
    fields = form.typed("kind", "hours", "award")
    ledger.add_line(
        db.session(),
        lot,
        LedgerKind(form.kind.data),
        form.hours.data,
        award=_award(form.award.data),
        by=access.current().user_id,
        **fields,
    )


@blueprint.route("/avenant", methods=["GET", "POST"])
def add_avenant(lot_id: int) -> ResponseReturnValue:
    """Record an avenant: hours and end change together, from the same day."""
    lot = access.lot_or_404(lot_id, lock=True)
    form, back = AvenantForm(), url_for(".show", lot_id=lot_id)
    form.award.offer(companies(lot_id))
    if form.validate_on_submit():
        answer = acts.do(form, lambda: _add_avenant(lot, form), back, "L’avenant est enregistré.")
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Enregistrer un avenant",
        "Enregistrer l’avenant",
        back,
        "Les situations d’avant la date d’effet ne changent pas.",
    )


def _add_avenant(lot: Lot, form: AvenantForm) -> None:
    by, since, document = access.current().user_id, form.effective_on.data, form.document.data
    if form.hours.data is not None:
        ledger.add_line(
            db.session(),
            lot,
            LedgerKind.avenant,
            form.hours.data,
            effective_on=since,
            award=_award(form.award.data),
            document=document,
            by=by,
        )
    if form.end.data is not None:
        lot_dates.set_date(
            db.session(), lot, "end", form.end.data, effective_on=since, document=document, by=by
        )


@blueprint.route("/transfert", methods=["GET", "POST"])
def transfer(lot_id: int) -> ResponseReturnValue:
    """Move hours owed from one company of the lot to another."""
    lot = access.lot_or_404(lot_id, lock=True)
    form, back = TransferForm(), url_for(".show", lot_id=lot_id)
    for field in (form.giver, form.taker):
        field.offer(companies(lot_id))
    if form.validate_on_submit():
        answer = acts.do(form, lambda: _transfer(lot, form), back, "Le transfert est enregistré.")
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Transférer des heures entre entreprises",
        "Transférer les heures",
        back,
        "Deux lignes qui s’annulent\u00a0: le total du lot ne change pas.",
    )


def _transfer(lot: Lot, form: TransferForm) -> None:
    giver, taker = _award(form.giver.data), _award(form.taker.data)
    if giver is None or taker is None:
        raise LedgerRefused("Choisissez les deux entreprises du transfert.")
    ledger.transfer(
        db.session(),
        lot,
        giver,
        taker,
        form.hours.data,
        effective_on=form.effective_on.data,
        document=form.document.data,
        by=access.current().user_id,
    )


@blueprint.route("/affermir", methods=["GET", "POST"])
def affirm(lot_id: int) -> ResponseReturnValue:
    """Affirm an optional tranche on a day; `?ligne=` chooses it."""
    lot = access.lot_or_404(lot_id, lock=True)
    tranches = {line.id: line for line in ledger.lines(db.session(), lot.id) if _waits(line)}
    form, back = AffirmForm(data={"line": request.args.get("ligne")}), url_for(".show", lot_id=lot_id)
    form.line.offer(
        [(id, f"{line.label or 'Tranche'}, {french.hours(line.delta)}") for id, line in tranches.items()]
    )
    if form.validate_on_submit():
        by = access.current().user_id
        answer = acts.do(
            form,
            lambda: ledger.affirm(db.session(), lot, tranches[form.line.data], form.on.data, by=by),
            back,
            "La tranche est affermie\u00a0: ses heures sont engagées.",
        )
        if answer is not None:
            return answer
    return lot_pages.ask(lot_id, form, "Affermir une tranche", "Affermir la tranche", back)


def _waits(line: LedgerLine) -> bool:
    return line.kind == LedgerKind.tranche and line.effective_on is None
