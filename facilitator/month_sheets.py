"""One’s own relevé: other hours asked for with a reason, and its division at a limit."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from facilitator import declarations, second_answers, shares
from facilitator.contracts import Contract
from facilitator.db import CENT
from facilitator.hours import HoursRefused, Share, Timesheet
from facilitator.lot_dates import execution
from facilitator.markets import Lot, Market
from facilitator.month_drafts import Author
from facilitator.month_rows import site_label
from facilitator.month_sending import UNSHARED, Sender, SendingRefused, certify, check_sender
from facilitator.periods import Interval
from facilitator.placements import Placement
from facilitator.sendings import Sending
from facilitator.shares import Part
from facilitator.vocabulary import TimesheetState

ZERO = Decimal("0.00")
NEVER_SHARED = "Ce relevé a été refusé avant d’être réparti\u00a0: saisissez ses heures sur la page du mois."


@dataclass(frozen=True)
class SheetPart:
    """One share of a relevé: where, how much, and the days on which this site is worked."""

    label: str
    hours: Decimal
    placed: Interval


def declared_by(organisation_id: int) -> Select[Timesheet]:
    """The relevés of which an organisation is the declarant: those it sent, and those typed for it as the employer.

    A host loses to the employer those of a contract that serves somebody else too: it would write another’s site.
    """
    return (
        select(Timesheet)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .where(second_answers.MENDER.in_((organisation_id,)))
    )


def parts_of(session: Session, sheet: Timesheet) -> list[SheetPart]:
    """Its shares, in the order in which they were typed (two selects)."""
    rows = session.execute(
        select(Share.hours, Lot.id, Lot.number, Lot.title, Market.object, Placement.from_on, Placement.to_on)
        .join(Placement, Placement.id == Share.placement_id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Share.timesheet_id == sheet.id)
        .order_by(Share.id)
    ).all()
    bounds = execution(session, {row.id for row in rows})
    found = []
    for row in rows:
        starts, ends = bounds.get(row.id, (None, None))
        lasts = [each for each in (row.to_on, ends) if each is not None]
        placed = Interval(max(row.from_on, starts or row.from_on), min(lasts) if lasts else None)
        found.append(
            SheetPart(f"{site_label(row.number, row.title, row.object)}, {row.object}", row.hours, placed)
        )
    return found


def limit_of(session: Session, sheet: Timesheet) -> datetime.date | None:
    """The first day of the second part, where the relevé straddles a limit."""
    return session.scalar(select(func.min(Share.split_on)).where(Share.timesheet_id == sheet.id))


def proposed_firsts(sheet: Timesheet, parts: Sequence[SheetPart], at: datetime.date) -> list[Decimal]:
    """Hours before a day, in proportion to the days on each site: a proposal, which one corrects."""
    found = []
    for part in parts:
        start, end = max(sheet.from_on, part.placed.from_on), min(sheet.to_on, part.placed.last_on)
        days = Interval(start, end).days() if start <= end else 0
        before = max(0, min(days, (at - start).days))
        found.append((part.hours * before / days).quantize(CENT, ROUND_HALF_UP) if days else ZERO)
    return found


def request_correction(
    session: Session,
    organisation_id: int,
    sheet: Timesheet,
    hours: Sequence[Decimal],
    reason: str,
    *,
    sender: Sender,
    on: datetime.date,
    at: datetime.datetime,
    by: Author,
) -> declarations.Declared:
    """Ask for other hours of a relevé, share by share in their order, with a reason.

    A validated relevé counts until the facilitator has validated its correction; any other is replaced at once.
    """
    check_sender(sender)
    if not reason.strip():
        raise SendingRefused("Dites pourquoi ces heures changent\u00a0: le facilitateur lira ce motif.")
    before = shares.parts(session, sheet)
    if not before:
        raise SendingRefused(UNSHARED if sheet.state == TimesheetState.declared else NEVER_SHARED)
    asked = [
        Part(part.placement_id, new, min(new, part.training), part.lot_id)
        for part, new in zip(before, hours, strict=True)
    ]
    beside = sheet.worked - sum((part.hours for part in before), ZERO)
    worked = sum((part.hours for part in asked), ZERO) + beside
    sending = certify(session, organisation_id, sheet.month, sender, at=at, by=by)
    return declarations.correct(
        session,
        session.get_one(Contract, sheet.contract_id),
        sheet,
        reason.strip(),
        from_on=sheet.from_on,
        to_on=sheet.to_on,
        worked=worked,
        training=min(worked, sheet.training),
        parts=asked,
        on=on,
        by=by.user_id,
        sending=sending,
    )


def split(
    session: Session,
    sheet: Timesheet,
    at: datetime.date,
    firsts: Sequence[Decimal],
    *,
    on: datetime.date,
    by: Author,
) -> tuple[Timesheet, Timesheet]:
    """Divide one’s own relevé at a limit: the hours before it, share by share; refuses one that is validated."""
    if sheet.state == TimesheetState.validated:
        raise HoursRefused(
            "Ce relevé est validé\u00a0: le facilitateur seul le partage. Appelez-le, ou demandez une correction."
        )
    contract = session.get_one(Contract, sheet.contract_id)
    beside = sheet.worked - sum((part.hours for part in shares.parts(session, sheet)), ZERO)
    first_hours = sum(firsts, ZERO) + max(ZERO, beside)
    return declarations.split(session, contract, sheet, at, first_hours, on=on, by=by.user_id, firsts=firsts)
