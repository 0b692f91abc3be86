"""Settled lots of the demonstration: an attestation that holds, one that a correction revoked, a market with two bilans."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import (
    attestation_watch,
    attestations,
    declarations,
    frozen_bilans,
    statements,
    validations,
    verdicts,
)
from facilitator.attestations import ALPHABET, CODE_LENGTH
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, Market
from facilitator.statement import Statement
from facilitator.vocabulary import BilanKind, Standing, TimesheetState

LOST = Decimal(21)  # hours that the correction leaves missing


def settle(
    session: Session,
    random: Random,
    territory_id: int,
    buyer_id: int,
    on: datetime.date,
    by: int,
    base_url: str,
) -> None:
    """Attest two lots that met their target, those of the demonstration’s buyer first; then correct one of them."""
    met = list(_met(session, territory_id, buyer_id, on))
    undone = next(((lot, end, sheet) for lot, end, sheet in met if sheet is not None), None)
    kept = next(((lot, end) for lot, end, _ in met if undone is None or lot.id != undone[0].id), None)
    if kept is not None:
        _attest(session, random, *kept, on, by, base_url)
    if undone is None:
        return
    lot, end, sheet = undone
    assert sheet is not None
    _attest(session, random, lot, end, on, by, base_url)
    market = session.get_one(Market, lot.market_id)
    for _ in range(2):
        _send(session, market, on, by)
        if sheet.state == TimesheetState.validated:
            _correct(session, lot, end, sheet, on, by)


def _met(
    session: Session, territory_id: int, buyer_id: int, on: datetime.date
) -> Iterator[tuple[Lot, datetime.date, Timesheet | None]]:
    """Lots that are over and whose target is met, with a relevé whose correction would undo it, if there is one."""
    lots = session.execute(
        select(Lot, Market.buyer_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.territory_id == territory_id)
        .order_by(Lot.id)
    ).all()
    figures = statements.of_lots(session, [lot.id for lot, _ in lots], on)
    ordered = sorted(lots, key=lambda row: (row[1] != buyer_id, figures[row[0].id].surplus, row[0].id))
    for lot, _ in ordered:
        found = figures[lot.id]
        whole = not found.penalty_binding_by_award and bool(found.awards)
        if found.ended and found.defined and found.owed and not found.left and whole and found.end:
            yield lot, found.end, _deciding(session, lot, found)


def _deciding(session: Session, lot: Lot, found: Statement) -> Timesheet | None:
    return session.scalars(
        select(Timesheet)
        .join(Share, Share.timesheet_id == Timesheet.id)
        .where(
            Share.lot_id == lot.id,
            Share.standing == Standing.counted,
            Share.globalisation_id.is_(None),
            Share.retained == Timesheet.worked,
            Timesheet.state == TimesheetState.validated,
            Timesheet.worked > found.surplus + LOST,
            Timesheet.training == Decimal(0),
            Timesheet.id.not_in(select(Timesheet.replaces_id).where(Timesheet.replaces_id.is_not(None))),
        )
        .order_by(Timesheet.id.desc())
        .limit(1)
    ).first()


def _attest(
    session: Session, random: Random, lot: Lot, end: datetime.date, on: datetime.date, by: int, base_url: str
) -> None:
    code = "".join(random.choice(ALPHABET) for _ in range(CODE_LENGTH))
    attestations.issue(
        session, lot, None, closed_on=end, on=on, at=_at(on), by=by, base_url=base_url, code=code
    )


def _send(session: Session, market: Market, on: datetime.date, by: int) -> None:
    scope = frozen_bilans.of_market(session, market)
    sent_to = f"{scope.buyer.label}, service des marchés"
    frozen_bilans.freeze(
        session, scope, BilanKind.interim, on=on, sent_to=sent_to, made_on=on, at=_at(on), by=by
    )


def _correct(
    session: Session, lot: Lot, end: datetime.date, sheet: Timesheet, on: datetime.date, by: int
) -> None:
    """The company finds hours that were not done: the attestation falls with them."""
    surplus = statements.of_lot(session, lot.id, end).surplus
    corrected = declarations.correct(
        session,
        session.get_one(Contract, sheet.contract_id),
        sheet,
        "Heures d’un autre chantier, retirées à la demande de l’entreprise",
        from_on=sheet.from_on,
        to_on=sheet.to_on,
        worked=sheet.worked - surplus - LOST,
        on=on,
        by=by,
    )
    validations.validate(session, corrected.timesheet, on=on, by=by)
    verdicts.refresh(session)
    attestation_watch.hold(session)


def _at(on: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(on, datetime.time(9), datetime.UTC)
