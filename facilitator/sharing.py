"""Sharing out: corrections whose hours wait for their shares, and a month of a company over the lots of its agreement."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from facilitator import declarations, hours, people, shares
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import touch
from facilitator.hours import LIVE, Globalisation, GlobalisationLot, HoursRefused, Share, Timesheet
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.sendings import Sending
from facilitator.shares import ZERO, Part
from facilitator.vocabulary import Channel, PlacementState, TimesheetState

_Correction = aliased(Timesheet)
_KNOWN = (
    *(Timesheet.id, Timesheet.version, Timesheet.contract_id, Timesheet.replaces_id, Timesheet.state),
    *(Timesheet.from_on, Timesheet.to_on, Timesheet.worked, Timesheet.training, Timesheet.correction_reason),
)


@dataclass(frozen=True)
class Cell:
    """The hours of a relevé on one lot: those it has (or would have), or why none may go there."""

    lot_id: int
    placement_id: int
    hours: Decimal | None
    closed: str | None


@dataclass(frozen=True)
class Row:
    """A relevé of the month, and its hours over the lots of the agreement."""

    sheet: Any  # the columns `_KNOWN` of its relevé
    person: str
    employer: str
    cells: Sequence[Cell]
    kept: Sequence[Part]  # what goes to lots of no agreement, or twice to one lot: left as it is
    waits: bool  # a correction without shares yet: its cells are a proposal

    @property
    def elsewhere(self) -> Decimal:
        return sum((part.hours for part in self.kept), ZERO)

    @property
    def shared(self) -> Decimal:
        return sum((cell.hours or ZERO for cell in self.cells), self.elsewhere)


@dataclass(frozen=True)
class Month:
    """What `share_month` shares out: the lots across, the relevés down."""

    lots: Sequence[tuple[int, str]]
    rows: Sequence[Row]

    @property
    def seen(self) -> str:
        """What stands on the page, to notice that somebody changed it meanwhile."""
        return "-".join(f"{row.sheet.id}.{row.sheet.version}" for row in self.rows)

    def total(self, lot_id: int) -> Decimal:
        return sum(
            (cell.hours or ZERO for row in self.rows for cell in row.cells if cell.lot_id == lot_id), ZERO
        )

    @property
    def worked(self) -> Decimal:
        return sum((row.sheet.worked for row in self.rows), ZERO)

    @property
    def shared(self) -> Decimal:
        return sum((row.shared for row in self.rows), ZERO)


def unshared() -> ColumnElement[bool]:
    """A relevé that waits for its shares: its hours go nowhere yet."""
    return (Timesheet.state == TimesheetState.declared) & ~(
        select(Share.id).where(Share.timesheet_id == Timesheet.id).correlate(Timesheet).exists()
    )


def waiting(timesheets: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Those of these relevés that wait for their shares, as lines of a list, oldest month first."""
    return (
        timesheets.where(unshared())
        .join(Person, Person.id == Timesheet.person_id)
        .order_by(Timesheet.month, Timesheet.id)
        .with_only_columns(
            Timesheet.id, Timesheet.from_on, Timesheet.to_on, Timesheet.worked, Timesheet.declared_on,
            Timesheet.correction_reason, Person.first_name, Person.last_name,
        )
    )  # fmt: skip


def share_out(
    session: Session, contract: Contract, sheet: Timesheet, parts: list[Part] | None, *, by: int | None
) -> None:
    """Give its shares to a correction that waits for them; it then waits for its validation."""
    if sheet.state != TimesheetState.declared or shares.parts(session, sheet):
        raise HoursRefused("Ce relevé n’attend pas de parts\u00a0: pour les changer, corrigez-le.")
    if not parts:
        raise HoursRefused("Écrivez les heures d’au moins un lot.")
    allotted = shares.allot(
        *(session, contract, parts),
        from_on=sheet.from_on,
        to_on=sheet.to_on,
        worked=sheet.worked,
        training=sheet.training,
    )
    shares.write(session, sheet, allotted)
    touch(session, "timesheet", sheet.id)
    hours.note(session, "share_out", [sheet], by)


def proposal(session: Session, sheet: Timesheet) -> list[Part]:
    """The shares of a correction that waits, in proportion to those of the relevé that it corrects."""
    if sheet.replaces_id is None:
        return []
    old = session.get_one(Timesheet, sheet.replaces_id)
    return _scaled(shares.parts(session, old), old.worked, sheet)


def _scaled(before: Sequence[Part], worked: Decimal, sheet: Any) -> list[Part]:
    hours_of = _proportions([part.hours for part in before], worked, sheet.worked)
    return _trained(
        [
            Part(part.placement_id, each, ZERO, part.lot_id)
            for part, each in zip(before, hours_of, strict=True)
        ],
        sheet,
    )


def _proportions(amounts: Sequence[Decimal], whole: Decimal, new: Decimal) -> list[Decimal]:
    """Each amount × new ÷ whole; rounded on their running sum, so that nothing is lost nor added."""
    found, before = [], ZERO
    for amount in amounts:
        upto = shares.portion(before + amount, new, whole)
        found.append(upto - shares.portion(before, new, whole))
        before += amount
    return found


def _trained(parts: Sequence[Part], sheet: Any) -> list[Part]:
    """The parts with their training, which follows the hours."""
    training = _proportions([part.hours for part in parts], sheet.worked, sheet.training)
    return [
        Part(part.placement_id, part.hours, min(part.hours, each), part.lot_id)
        for part, each in zip(parts, training, strict=True)
    ]


def of_month(
    session: Session,
    timesheets: Select[*tuple[Any, ...]],
    agreement: Globalisation,
    month: datetime.date,
    *,
    lock: bool = False,
) -> Month:
    """The relevés of a month that the agreement concerns, as they are shared out (six selects)."""
    lines = {
        line.lot_id: line
        for line in session.scalars(
            select(GlobalisationLot).where(GlobalisationLot.globalisation_id == agreement.id)
        )
    }
    sheets = _sheets(session, timesheets, agreement, set(lines), month, lock)
    served = _served(session, {sheet.contract_id for sheet in sheets})
    had = _parts_of(session, {sheet.id for sheet in sheets} | {sheet.replaces_id or 0 for sheet in sheets})
    worked = dict(
        session.execute(
            select(Timesheet.id, Timesheet.worked).where(
                Timesheet.id.in_([sheet.replaces_id for sheet in sheets if sheet.replaces_id])
            )
        ).all()
    )
    names = _names(session, {sheet.contract_id for sheet in sheets})
    rows = []
    for sheet in sheets:
        parts, waits = had.get(sheet.id, []), sheet.id not in had
        if waits and sheet.replaces_id in had:
            parts = _scaled(had[sheet.replaces_id], worked[sheet.replaces_id], sheet)
        placements = served.get(sheet.contract_id, [])
        cells, kept = _cells(sheet, parts, placements, agreement, lines)
        rows.append(Row(sheet, *names[sheet.contract_id], cells, kept, waits))
    return Month(_lots(session, lines), sorted(rows, key=lambda row: (row.person, row.sheet.from_on)))


def _sheets(
    session: Session,
    timesheets: Select[*tuple[Any, ...]],
    agreement: Globalisation,
    lots: set[int],
    month: datetime.date,
    lock: bool,
) -> Sequence[Any]:
    """Those of people at work for the company on a lot of the agreement; a correction stands for what it corrects."""
    at_work = (
        select(PlacementContract.contract_id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(
            Placement.host_id == agreement.company_id,
            Placement.lot_id.in_(lots),
            Placement.state == PlacementState.confirmed,
        )
    )
    corrected = (
        select(_Correction.id)
        .where(_Correction.replaces_id == Timesheet.id, _Correction.state == TimesheetState.declared)
        .correlate(Timesheet)
    )
    query = (
        timesheets.with_only_columns(*_KNOWN)
        .where(
            Timesheet.territory_id == agreement.territory_id,
            Timesheet.month == month,
            Timesheet.state.in_(LIVE),
            Timesheet.contract_id.in_(at_work),
            ~corrected.exists(),
        )
        .order_by(Timesheet.id)
    )
    if not lock:
        return session.execute(query).all()
    people.lock(session, query.order_by(None).with_only_columns(Timesheet.person_id))
    return session.execute(query.with_for_update()).all()


def _served(session: Session, contracts: set[int]) -> dict[int, list[Placement]]:
    rows = session.execute(
        select(PlacementContract.contract_id, Placement)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(PlacementContract.contract_id.in_(contracts), Placement.state == PlacementState.confirmed)
        .order_by(Placement.id)
    )
    found: dict[int, list[Placement]] = {}
    for contract_id, placement in rows:
        found.setdefault(contract_id, []).append(placement)
    return found


def _parts_of(session: Session, sheets: set[int]) -> dict[int, list[Part]]:
    rows = session.execute(
        select(Share.timesheet_id, Share.placement_id, Share.hours, Share.training, Share.lot_id)
        .where(Share.timesheet_id.in_(sheets))
        .order_by(Share.id)
    )
    found: dict[int, list[Part]] = {}
    for sheet_id, placement_id, worked, training, lot_id in rows:
        found.setdefault(sheet_id, []).append(Part(placement_id, worked, training, lot_id))
    return found


def _names(session: Session, contracts: set[int]) -> dict[int, tuple[str, str]]:
    rows = session.execute(
        select(Contract.id, Person.last_name, Person.first_name, Organisation.name, Organisation.identifier)
        .join(Person, Person.id == Contract.person_id)
        .join(Organisation, Organisation.id == Contract.employer_id)
        .where(Contract.id.in_(contracts))
    )
    return {key: (f"{last.upper()} {first}", name or siret) for key, last, first, name, siret in rows}


def _lots(session: Session, lots: Mapping[int, GlobalisationLot]) -> list[tuple[int, str]]:
    rows = session.execute(
        select(Lot.id, Market.object, Lot.number, Lot.title)
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.id.in_(lots))
        .order_by(Market.object, Lot.number, Lot.id)
    )
    return [(key, f"{market} – lot {number} {title}") for key, market, number, title in rows]


def _cells(
    sheet: Any,
    parts: Sequence[Part],
    placements: Sequence[Placement],
    agreement: Globalisation,
    lines: Mapping[int, GlobalisationLot],
) -> tuple[list[Cell], list[Part]]:
    kept = list(parts)
    worked_on = {each.lot_id: each.id for each in reversed(placements)}
    from_here = next(
        each.id for each in placements if each.host_id == agreement.company_id and each.lot_id in lines
    )
    cells = []
    for lot_id in lines:
        here = next((part for part in kept if part.lot_id == lot_id), None)
        if here is not None:
            kept.remove(here)
        closed = None
        if lot_id not in worked_on:
            closed = lines[lot_id].closed(agreement.effective_on, sheet.from_on, sheet.to_on)
        placement_id = here.placement_id if here else worked_on.get(lot_id, from_here)
        cells.append(Cell(lot_id, placement_id, here.hours if here else None, closed))
    return cells, kept


def share_month(
    session: Session,
    found: Month,
    wanted: Mapping[tuple[int, int], Decimal | None],
    reason: str,
    *,
    on: datetime.date,
    by: int | None,
) -> int:
    """Share a month out as `wanted` says ((relevé, lot) → hours); gives how many relevés changed.

    A correction that waits gets its shares; any other relevé is corrected, with the reason: a validated one counts
    as it was until its correction is validated. Training follows the hours. What does not change stays.
    """
    changed = 0
    for row in found.rows:
        asked = [(cell, wanted.get((row.sheet.id, cell.lot_id))) for cell in row.cells]
        if not row.waits and all((value or ZERO) == (cell.hours or ZERO) for cell, value in asked):
            continue
        parts = [Part(cell.placement_id, value, ZERO, cell.lot_id) for cell, value in asked if value]
        if row.waits and not parts:
            continue  # still to be shared out
        _share_row(session, row, _trained([*parts, *row.kept], row.sheet), reason, on=on, by=by)
        changed += 1
    return changed


def _share_row(
    session: Session, row: Row, parts: list[Part], reason: str, *, on: datetime.date, by: int | None
) -> None:
    sheet = session.get_one(Timesheet, row.sheet.id)
    contract = session.get_one(Contract, sheet.contract_id)
    try:
        if row.waits:
            share_out(session, contract, sheet, parts, by=by)
            return
        if not reason.strip():
            raise HoursRefused(
                "Des parts déjà écrites changent\u00a0: dites pourquoi, ce motif reste au relevé."
            )
        declarations.correct(
            *(session, contract, sheet, reason),
            from_on=sheet.from_on,
            to_on=sheet.to_on,
            worked=sheet.worked,
            training=sheet.training,
            parts=parts,
            on=on,
            by=by,
            channel=Channel.desk,
            # The hours are those that were certified: only their place changes.
            sending=session.get(Sending, sheet.sending_id) if sheet.sending_id else None,
        )
    except HoursRefused as refused:
        raise HoursRefused(f"{row.person}\u00a0: {refused}") from refused
