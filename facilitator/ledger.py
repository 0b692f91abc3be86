"""The ledger’s verbs: lines of hours owed, tranches affirmed, transfers, invoices and hours of the site."""

import datetime
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import calibration, journal
from facilitator.awards import Award
from facilitator.calibration import Sizing
from facilitator.commitments import (
    Calibration,
    Invoicing,
    LedgerLine,
    LedgerRefused,
    SiteHours,
)
from facilitator.compliance import LedgerFact, refuse_negative
from facilitator.db import touch
from facilitator.french import date as french_date
from facilitator.french import hours as french_hours
from facilitator.markets import Lot
from facilitator.periods import first_of_month, last_of_month
from facilitator.vocabulary import CalibrationBasis, LedgerKind, TrancheState


def facts(session: Session, lot_id: int) -> list[LedgerFact]:
    """The lines of a lot as the pure modules read them (one select)."""
    return [as_fact(line) for line in lines(session, lot_id)]


def lines(session: Session, lot_id: int) -> list[LedgerLine]:
    """The lines of a lot in order of effect; tranches not affirmed come last."""
    query = (
        select(LedgerLine)
        .where(LedgerLine.lot_id == lot_id)
        .order_by(LedgerLine.effective_on.nulls_last(), LedgerLine.id)
    )
    return list(session.scalars(query))


def as_fact(line: LedgerLine) -> LedgerFact:
    """One line without its database."""
    return LedgerFact(
        kind=LedgerKind(line.kind),
        delta=line.delta,
        effective_on=line.effective_on,
        option_until=line.option_until,
        from_on=line.from_on,
        to_on=line.to_on,
        award_id=line.award_id,
    )


def add_line(
    session: Session,
    lot: Lot,
    kind: LedgerKind,
    delta: Decimal,
    *,
    effective_on: datetime.date | None,
    by: int | None,
    award: Award | None = None,
    from_on: datetime.date | None = None,
    to_on: datetime.date | None = None,
    option_until: datetime.date | None = None,
    label: str | None = None,
    document: str | None = None,
    calibration: Calibration | None = None,
) -> LedgerLine:
    """Append a line of hours owed (signed, to 0,01 h).

    Refuses what would make the lot or an award negative on any day, and a line without date of effect
    unless it is a tranche not affirmed.
    """
    _check_kind(session, lot, kind, delta, effective_on)
    _check_award(lot, award)
    if from_on is not None and to_on is not None and to_on < from_on:
        raise LedgerRefused(
            f"La période de la ligne finit le {french_date(to_on)}, avant son début. Corrigez l’une des deux dates."
        )
    line = LedgerLine(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        award_id=award.id if award else None,
        kind=kind,
        delta=delta,
        effective_on=effective_on,
        option_until=option_until,
        from_on=from_on,
        to_on=to_on,
        label=label,
        document=document,
        calibration_id=calibration.id if calibration else None,
        author_id=by,
        recorded_at=journal.now(),
    )
    _refuse_negative(session, lot, [as_fact(line)])
    return _write(session, lot, line, by)


def affirm(session: Session, lot: Lot, line: LedgerLine, on: datetime.date, *, by: int | None) -> None:
    """Affirm an optional tranche on a day: it is owed from that day (twice has one effect)."""
    if line.kind != LedgerKind.tranche:
        raise LedgerRefused("Seule une tranche optionnelle s’affermit. Choisissez-en une.")
    if line.effective_on == on:
        return
    if line.effective_on is not None:
        raise LedgerRefused(
            f"Cette tranche est affermie depuis le {french_date(line.effective_on)}. Il n’y a rien à refaire."
        )
    if as_fact(line).tranche_state(on) == TrancheState.caduque and line.option_until:
        raise LedgerRefused(
            f"Cette tranche pouvait être affermie jusqu’au {french_date(line.option_until)}\u00a0: elle est caduque."
            " Un avenant peut engager de nouvelles heures."
        )
    line.effective_on = on
    touch(session, "owed", lot.id)
    _note(session, "affirm_tranche", lot, line.id, by, effective_on=str(on))


def transfer(
    session: Session,
    lot: Lot,
    giver: Award,
    taker: Award,
    hours: Decimal,
    *,
    effective_on: datetime.date,
    by: int | None,
    document: str | None = None,
) -> tuple[LedgerLine, LedgerLine]:
    """Move hours owed from one company of the lot to another: two lines that add up to 0."""
    if giver.id == taker.id:
        raise LedgerRefused("Un transfert va d’une entreprise à une autre. Choisissez-en deux.")
    if hours <= 0:
        raise LedgerRefused("Indiquez le nombre d’heures transférées, supérieur à 0.")
    _check_award(lot, giver)
    _check_award(lot, taker)
    key = str(uuid.uuid4())
    pair = [
        LedgerLine(
            territory_id=lot.territory_id,
            lot_id=lot.id,
            award_id=award.id,
            kind=LedgerKind.transfert,
            delta=delta,
            effective_on=effective_on,
            document=document,
            transfer_key=key,
            author_id=by,
            recorded_at=journal.now(),
        )
        for award, delta in ((giver, -hours), (taker, hours))
    ]
    _refuse_negative(session, lot, [as_fact(line) for line in pair])
    return _write(session, lot, pair[0], by), _write(session, lot, pair[1], by)


def keep_calibration(
    session: Session,
    lot: Lot,
    basis: CalibrationBasis,
    inputs: Mapping[str, str],
    sizing: Sizing,
    *,
    on: datetime.date,
    by: int | None,
) -> Calibration:
    """Keep a sizing with its inputs, author and date; it binds nobody until a line of the ledger cites it."""
    kept = Calibration(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        basis=basis,
        inputs=dict(inputs),
        exact=sizing.exact,
        hours=Decimal(sizing.hours),
        author_id=by,
        made_on=on,
        made_at=journal.now(),
    )
    session.add(kept)
    session.flush()
    _note(session, "calibrate", lot, kept.id, by, basis=basis)
    return kept


def record_invoicing(
    session: Session, lot: Lot, closed_on: datetime.date, cumulated: Decimal, *, by: int | None
) -> LedgerLine | None:
    """Record the cumulated amount invoiced (€ HT); writes the line that the lot’s convention gives, if any.

    The convention (1 h per full N € above a floor) is the lot’s last calibration on invoiced amounts.
    """
    floor, step = _invoicing_convention(session, lot)
    last = session.scalar(select(func.max(Invoicing.closed_on)).where(Invoicing.lot_id == lot.id))
    if last is not None and closed_on <= last:
        raise LedgerRefused(f"Un cumul est déjà noté au {french_date(last)}. Notez un arrêté plus récent.")
    delta = calibration.invoiced_hours(cumulated, floor, step) - _sum(session, lot, LedgerKind.facturation)
    line = None
    if delta:
        line = add_line(
            session,
            lot,
            LedgerKind.facturation,
            delta,
            effective_on=closed_on,
            by=by,
            label=f"Facturation cumulée au {french_date(closed_on)}",
        )
    session.add(
        Invoicing(territory_id=lot.territory_id, lot_id=lot.id, closed_on=closed_on, cumulated=cumulated)
    )
    session.flush()
    return line


def record_site_hours(
    session: Session, lot: Lot, month: datetime.date, hours: Decimal, *, by: int | None
) -> LedgerLine | None:
    """Record all hours worked on the site in a month; writes the line that the lot’s percentage gives.

    Rounded down over the cumulated hours, so that months never round twice.
    """
    percent = _site_percent(session, lot)
    month = first_of_month(month)
    known = session.scalar(select(SiteHours.id).where(SiteHours.lot_id == lot.id, SiteHours.month == month))
    if known is not None:
        raise LedgerRefused(
            "Les heures du chantier sont déjà notées pour ce mois. Notez un autre mois, ou passez par un avenant."
        )
    before = session.scalar(select(func.sum(SiteHours.hours)).where(SiteHours.lot_id == lot.id))
    if hours < 0:
        raise LedgerRefused("Les heures du chantier ne peuvent pas être négatives. Corrigez le nombre.")
    due = calibration.size(calibration.SiteShare(Decimal(before or 0) + hours, percent)).hours
    delta = due - _sum(session, lot, LedgerKind.heures_travaillees)
    line = None
    if delta:
        line = add_line(
            session,
            lot,
            LedgerKind.heures_travaillees,
            delta,
            effective_on=last_of_month(month),
            by=by,
            label="Heures travaillées sur le chantier",
        )
    session.add(SiteHours(territory_id=lot.territory_id, lot_id=lot.id, month=month, hours=hours))
    session.flush()
    return line


def _invoicing_convention(session: Session, lot: Lot) -> tuple[Decimal, Decimal]:
    inputs = _last_inputs(session, lot, CalibrationBasis.invoiced)
    if inputs is None:
        raise LedgerRefused(
            "Ce lot n’a pas de règle «\u00a01 heure par tranche facturée\u00a0». Calibrez-le d’abord sur les montants facturés."
        )
    return Decimal(inputs["floor"]), Decimal(inputs["step"])


def _site_percent(session: Session, lot: Lot) -> Decimal:
    inputs = _last_inputs(session, lot, CalibrationBasis.site_share)
    if inputs is None:
        raise LedgerRefused(
            "Ce lot n’a pas de part des heures du chantier. Calibrez-le d’abord sur cette base."
        )
    return Decimal(inputs["percent"])


def _last_inputs(session: Session, lot: Lot, basis: CalibrationBasis) -> dict[str, str] | None:
    return session.scalar(
        select(Calibration.inputs)
        .where(Calibration.lot_id == lot.id, Calibration.basis == basis)
        .order_by(Calibration.id.desc())
        .limit(1)
    )


def _sum(session: Session, lot: Lot, kind: LedgerKind) -> Decimal:
    total = session.scalar(
        select(func.sum(LedgerLine.delta)).where(LedgerLine.lot_id == lot.id, LedgerLine.kind == kind)
    )
    return Decimal(total or 0)


def _check_kind(
    session: Session,
    lot: Lot,
    kind: LedgerKind,
    delta: Decimal,
    effective_on: datetime.date | None,
) -> None:
    if effective_on is None and kind != LedgerKind.tranche:
        raise LedgerRefused("Indiquez la date d’effet de la ligne.")
    if kind == LedgerKind.transfert:
        raise LedgerRefused(
            "Un transfert s’enregistre entre deux entreprises du lot, par son propre formulaire."
        )
    if kind == LedgerKind.remise and delta > 0:
        raise LedgerRefused("Une remise retire des heures\u00a0: saisissez un nombre négatif.")
    if kind in (LedgerKind.initial, LedgerKind.tranche, LedgerKind.offre_superieure) and delta < 0:
        raise LedgerRefused(
            f"Une ligne «\u00a0{kind.label}\u00a0» engage des heures\u00a0: saisissez un nombre positif."
        )
    if delta == 0 and kind != LedgerKind.initial:
        raise LedgerRefused("Une ligne de 0 heure ne change rien. Saisissez un nombre d’heures.")


def _check_award(lot: Lot, award: Award | None) -> None:
    if award is not None and award.lot_id != lot.id:
        raise LedgerRefused("Cette entreprise n’est pas attributaire de ce lot. Attribuez-le-lui d’abord.")


def _refuse_negative(session: Session, lot: Lot, new: list[LedgerFact]) -> None:
    day = refuse_negative([*facts(session, lot.id), *new])
    if day is not None:
        total = french_hours(sum((line.delta for line in new), Decimal(0)))
        raise LedgerRefused(
            f"Cette ligne ({total}) rendrait négatives les heures engagées du lot ou d’une entreprise"
            f" au {french_date(day)}. Réduisez-la."
        )


def _write(session: Session, lot: Lot, line: LedgerLine, by: int | None) -> LedgerLine:
    session.add(line)
    session.flush()
    touch(session, "owed", lot.id)
    _note(session, "add_ledger_line", lot, line.id, by, kind=line.kind, delta=str(line.delta))
    return line


def _note(session: Session, verb: str, lot: Lot, line_id: int, by: int | None, **details: Any) -> None:
    journal.note(
        session,
        verb,
        "ledger_line",
        line_id,
        by=by,
        territory_id=lot.territory_id,
        lot_id=lot.id,
        **details,
    )
