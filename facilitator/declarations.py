"""Declaring hours: a relevé with its shares, its corrections, its split at a limit, and «néant»."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import hours, journal, people, plausibility, second_answers, shares
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.db import touch
from facilitator.french import date as french_date
from facilitator.french import hours as french_hours
from facilitator.french import month as french_month
from facilitator.french import of_month
from facilitator.hours import HoursRefused, NilDeclaration, Share, Timesheet
from facilitator.periods import first_of_month, last_of_month
from facilitator.sendings import Sending
from facilitator.shares import Part
from facilitator.territories import rules_of
from facilitator.vocabulary import Channel, Standing, TimesheetState

ZERO = Decimal(0)


@dataclass(frozen=True)
class Declared:
    """The relevé written, and what deserves a second look before it is validated."""

    timesheet: Timesheet
    warnings: tuple[str, ...]


def default_period(contract: Contract, month: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The days of the contract inside a month; refuses a month that the contract does not touch."""
    first, last = first_of_month(month), last_of_month(month)
    start = max(first, contract.from_on)
    end = min(last, contract.last_on) if contract.last_on else last
    if end < start:
        raise HoursRefused(
            f"Le contrat ne court pas en {french_month(month)}. Choisissez un mois du contrat."
        )
    return start, end


def declare(
    session: Session,
    contract: Contract,
    *,
    from_on: datetime.date,
    to_on: datetime.date,
    worked: Decimal,
    on: datetime.date,
    by: int | None,
    training: Decimal = ZERO,
    parts: list[Part] | None = None,
    channel: Channel = Channel.form,
    sending: Sending | None = None,
) -> Declared:
    """Declare the hours of one contract over a period inside one month (hours to 0,01 h).

    Without `parts` all hours go to the only placement that the contract serves; `sending` says which organisation
    certified them (none: typed by the facilitator). Refuses a period over two
    months, in the future, wholly outside the contract or over another relevé; hours above the month's
    ceiling of the person; shares above the hours worked (trade.md §5).
    """
    plausibility.check_period(contract, from_on, to_on, on)
    plausibility.check_amounts(worked, training)
    people.lock(session, [contract.person_id])
    plausibility.refuse_overlap(session, contract, from_on, to_on)
    rules = rules_of(session, contract.territory_id).on(from_on)
    warnings = plausibility.plausible(session, contract, from_on, to_on, worked, rules, replaced=None)
    allotted = shares.allot(
        session, contract, parts, from_on=from_on, to_on=to_on, worked=worked, training=training
    )
    sheet = _write(
        session, contract, from_on, to_on, worked, training, on=on, by=by, channel=channel, sending=sending
    )
    shares.write(session, sheet, allotted)
    hours.note(session, "declare", [sheet], by)
    return Declared(sheet, warnings)


def correct(
    session: Session,
    contract: Contract,
    old: Timesheet,
    reason: str,
    *,
    from_on: datetime.date,
    to_on: datetime.date,
    worked: Decimal,
    on: datetime.date,
    by: int | None,
    training: Decimal = ZERO,
    parts: list[Part] | None = None,
    channel: Channel = Channel.form,
    sending: Sending | None = None,
) -> Declared:
    """Replace a relevé by a new one, with a reason.

    A validated relevé counts until its correction is validated; any other is replaced at once. To correct
    a correction that is not validated is to correct again the validated relevé under it. Without `parts`, the
    correction of a relevé that was shared out waits for its own shares (`sharing`): it is in no total till then.
    """
    people.lock(session, [contract.person_id])
    session.refresh(old)  # somebody may have replaced it while this one waited
    _refuse_unless_current(session, old)
    under = _validated_under(session, old)
    replaced = under or old
    if under is not None:
        _refuse_unless_current(session, under, besides=old.id)
    plausibility.check_period(contract, from_on, to_on, on)
    plausibility.check_amounts(worked, training)
    plausibility.refuse_overlap(session, contract, from_on, to_on, {old.id, replaced.id})
    rules = rules_of(session, contract.territory_id).on(from_on)
    warnings = plausibility.plausible(session, contract, from_on, to_on, worked, rules, replaced=replaced)
    chosen = parts if parts is not None else shares.same_parts(session, old, worked, training)
    allotted = shares.allot(
        session, contract, chosen or [], from_on=from_on, to_on=to_on, worked=worked, training=training
    )
    sheet = _write(
        session, contract, from_on, to_on, worked, training, on=on, by=by, channel=channel, sending=sending
    )
    sheet.replaces_id, sheet.correction_reason = replaced.id, reason
    if old.state != TimesheetState.validated:
        give_way(session, old)
    shares.write(session, sheet, allotted)
    hours.note(session, "correct", [sheet], by, replaces=old.id)
    return Declared(sheet, warnings)


def split(
    session: Session,
    contract: Contract,
    old: Timesheet,
    at: datetime.date,
    first_hours: Decimal,
    *,
    on: datetime.date,
    by: int | None,
    firsts: Sequence[Decimal] | None = None,
) -> tuple[Timesheet, Timesheet]:
    """Cut a relevé in two at a date (first day of the second part); its hours are divided, none changes.

    Its shares are divided in proportion, or each by its own hours of the first part (`firsts`, in their order).
    The two parts keep the state of the relevé that they replace, who sent it, and that the other side confirmed it.
    """
    _refuse_unless_current(session, old)
    _refuse_cut(session, old, at, first_hours)
    first, rest = shares.cut(old.worked, old.training, shares.parts(session, old), first_hours, firsts)
    days = ((old.from_on, at - datetime.timedelta(days=1)), (at, old.to_on))
    pieces = [
        _Piece(*of, piece, _allotted(session, contract, *of, piece))
        for of, piece in zip(days, (first, rest), strict=True)
    ]
    state = TimesheetState(old.state)
    give_way(session, old)
    sheets = [_write_piece(session, contract, old, piece, state, on=on, by=by) for piece in pieces]
    second_answers.carry(session, old, sheets)
    return sheets[0], sheets[1]


@dataclass(frozen=True)
class _Piece:
    """One of the two parts of a relevé that is cut, before the other gives way."""

    from_on: datetime.date
    to_on: datetime.date
    piece: shares.Piece
    allotted: list[shares.Allotment]


def _refuse_cut(session: Session, old: Timesheet, at: datetime.date, first_hours: Decimal) -> None:
    """Refuse a date or hours outside the relevé, and the cut of a correction that waits over a validated one."""
    if not old.from_on < at <= old.to_on:
        raise HoursRefused(
            f"Le partage se fait entre le {french_date(old.from_on + datetime.timedelta(days=1))}"
            f" et le {french_date(old.to_on)}. Choisissez un de ces jours."
        )
    if not ZERO <= first_hours <= old.worked:
        raise HoursRefused(
            f"La première partie compte de 0 à {french_hours(old.worked)}. Corrigez ses heures."
        )
    if _validated_under(session, old) is not None:
        raise HoursRefused(
            "Ce relevé corrige un relevé validé et attend sa validation. Validez-le ou refusez-le, puis partagez-le."
        )


def _allotted(
    session: Session, contract: Contract, from_on: datetime.date, to_on: datetime.date, piece: shares.Piece
) -> list[shares.Allotment]:
    return shares.allot(
        session,
        contract,
        piece.parts,
        from_on=from_on,
        to_on=to_on,
        worked=piece.worked,
        training=piece.training,
    )


def _write_piece(
    session: Session,
    contract: Contract,
    old: Timesheet,
    piece: _Piece,
    state: TimesheetState,
    *,
    on: datetime.date,
    by: int | None,
) -> Timesheet:
    """One part, with all that was said and decided of the whole."""
    sheet = _write(
        session,
        contract,
        piece.from_on,
        piece.to_on,
        piece.piece.worked,
        piece.piece.training,
        on=on,
        by=by,
        channel=Channel(old.channel),
    )
    sheet.replaces_id, sheet.state = old.id, state
    sheet.declared_on = old.declared_on
    sheet.decided_on, sheet.decided_by_id = old.decided_on, old.decided_by_id
    sheet.refusal_reason, sheet.sending_id = old.refusal_reason, old.sending_id
    shares.write(session, sheet, piece.allotted)
    hours.note(session, "split", [sheet], by, replaces=old.id)
    return sheet


def give_way(session: Session, old: Timesheet) -> None:
    """A relevé is replaced; what was refused as its correction leaves the totals with it."""
    refused = session.scalars(
        select(Timesheet).where(Timesheet.replaces_id == old.id, Timesheet.state == TimesheetState.refused)
    )
    for each in (old, *refused):
        each.state = TimesheetState.replaced
        touch(session, "timesheet", each.id)
    session.flush()  # the database accepts one validated relevé for a period


def declare_nil(
    session: Session,
    award: Award,
    month: datetime.date,
    *,
    on: datetime.date,
    by: int | None,
    sending: Sending | None = None,
) -> NilDeclaration:
    """Say that nobody worked for this company on its lot in a month (twice has one effect)."""
    month = first_of_month(month)
    if month > on:
        raise HoursRefused(
            f"Le mois {of_month(month)} n’est pas commencé. Choisissez un mois passé ou en cours."
        )
    known = session.scalar(
        select(NilDeclaration).where(NilDeclaration.award_id == award.id, NilDeclaration.month == month)
    )
    if known is not None:
        return known
    _refuse_nil_over_hours(session, award, month)
    nil = NilDeclaration(
        territory_id=award.territory_id,
        award_id=award.id,
        month=month,
        declared_on=on,
        declared_by_id=by,
        sending_id=sending.id if sending else None,
    )
    session.add(nil)
    session.flush()
    _note_nil(session, award, month, by)
    return nil


def _refuse_nil_over_hours(session: Session, award: Award, month: datetime.date) -> None:
    """Hours that stand say the contrary of a «néant»."""
    worked = session.scalar(
        select(func.count(Share.id)).where(
            Share.award_id == award.id,
            Share.month == month,
            Share.hours > ZERO,
            Share.standing.in_((Standing.counted, Standing.awaiting)),
        )
    )
    if worked:
        raise HoursRefused(
            f"Des heures sont déjà déclarées pour {french_month(month)}\u00a0: corrigez-les au lieu de déclarer «\u00a0néant\u00a0»."
        )


def _note_nil(session: Session, award: Award, month: datetime.date, by: int | None) -> None:
    journal.note(
        session,
        "declare_nil",
        "award",
        award.id,
        by=by,
        territory_id=award.territory_id,
        lot_id=award.lot_id,
        month=str(month),
    )


def _write(
    session: Session,
    contract: Contract,
    from_on: datetime.date,
    to_on: datetime.date,
    worked: Decimal,
    training: Decimal,
    *,
    on: datetime.date,
    by: int | None,
    channel: Channel,
    sending: Sending | None = None,
) -> Timesheet:
    sheet = Timesheet(
        territory_id=contract.territory_id,
        contract_id=contract.id,
        person_id=contract.person_id,
        month=first_of_month(from_on),
        from_on=from_on,
        to_on=to_on,
        worked=worked,
        training=training,
        state=TimesheetState.declared,
        channel=channel,
        declared_on=on,
        declared_by_id=by,
        sending_id=sending.id if sending else None,
        created_at=journal.now(),
    )
    session.add(sheet)
    session.flush()
    touch(session, "timesheet", sheet.id)
    return sheet


def _refuse_unless_current(session: Session, sheet: Timesheet, besides: int = 0) -> None:
    """Refuse a relevé that was replaced, or that another correction (`besides` this one) waits to replace."""
    if sheet.state == TimesheetState.replaced:
        raise HoursRefused("Ce relevé a déjà été remplacé. Ouvrez celui qui le remplace.")
    waiting = session.scalar(
        select(Timesheet.id).where(
            Timesheet.replaces_id == sheet.id,
            Timesheet.state == TimesheetState.declared,
            Timesheet.id != besides,
        )
    )
    if waiting is not None:
        raise HoursRefused(
            "Une correction de ce relevé attend déjà sa validation. Validez-la ou refusez-la d’abord."
        )


def _validated_under(session: Session, sheet: Timesheet) -> Timesheet | None:
    """The validated relevé that an unvalidated correction is about."""
    if sheet.state == TimesheetState.validated or sheet.replaces_id is None:
        return None
    under = session.get_one(Timesheet, sheet.replaces_id)
    return under if under.state == TimesheetState.validated else None
