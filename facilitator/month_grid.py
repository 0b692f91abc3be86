"""Makes the grid of a month: the cells of each contract, the rows of each person, and what deserves a second look."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from facilitator import month_rows, plausibility
from facilitator.hours import LIVE, Timesheet
from facilitator.month_cells import Cell, Row, locked, shown
from facilitator.month_drafts import DraftHours, Key, Typed
from facilitator.month_rows import ZERO, Assignment, Sheet, Site, Slot
from facilitator.rules import Rules
from facilitator.territories import rules_by_territory
from facilitator.vocabulary import TimesheetState


@dataclass(frozen=True)
class Cells:
    """Makes the cells of a month from its contracts at work, its relevés and what is typed."""

    organisation_id: int
    month: datetime.date
    at_work: Sequence[Assignment]
    sheets: Sequence[Sheet]
    kept: Mapping[Key, DraftHours]
    typed: Typed | None
    nil: Collection[tuple[int, datetime.date]] = ()  # (award, month) said «néant»

    def made(self) -> list[tuple[Assignment, Cell]]:
        """Each cell with the assignment that it is of, in the order of the assignments."""
        of_contract: dict[int, list[Assignment]] = {}
        for each in self.at_work:
            of_contract.setdefault(each.contract_id, []).append(each)
        this_month: dict[int, list[Sheet]] = {}
        for sheet in self.sheets:
            if sheet.month == self.month:
                this_month.setdefault(sheet.contract_id, []).append(sheet)
        pairs = [
            (one, slot)
            for contract_id, ones in of_contract.items()
            for slot in month_rows.slots(
                contract_id, ones[0].contract, self.month, this_month.get(contract_id, [])
            )
            if self._declares(ones, slot)
            for one in ones
            if _meets(one, slot) and self._knows(one)
        ]
        before = _Before(self.sheets, self.month, [one for one, _ in pairs])
        return [(one, self._cell(one, slot, of_contract[one.contract_id], before)) for one, slot in pairs]

    def _declares(self, ones: Sequence[Assignment], slot: Slot) -> bool:
        """The employer always; its host where all is on the host’s side, until the employer has said something."""
        if ones[0].employer_id == self.organisation_id:
            return True
        if slot.sheet is not None:
            return slot.sheet.declarant_id == self.organisation_id
        return all(each.second_id == self.organisation_id for each in ones)

    def _knows(self, one: Assignment) -> bool:
        """Its own people everywhere; of others’ people, only the work on its own side."""
        return self.organisation_id in (one.employer_id, one.second_id)

    def _cell(self, one: Assignment, slot: Slot, ones: Sequence[Assignment], before: "_Before") -> Cell:
        key = (one.contract_id, one.placement_id, slot.days.from_on)
        declared = slot.sheet.hours_of(one.placement_id) if slot.sheet else None
        kept = self.kept.get(key)
        text = kept.text if kept else shown(declared)
        lots = [(each.placement_id, each.site.lot_id) for each in ones]
        return Cell(
            key=key,
            award_id=one.site.award_id,
            days=slot.days,
            last_month=before.hours(one),
            text=self.typed.cells.get(key, text) if self.typed else text,
            kept=kept.text if kept else None,
            kept_by=kept.typed_by if kept else None,
            sheet=slot.sheet,
            correction=slot.correction,
            declared=declared,
            lock=locked(
                slot.sheet,
                self.organisation_id,
                one.employer_id,
                lots,
                elsewhere=any(_meets(each, slot) and not self._knows(each) for each in ones),
                shared=any(_meets(each, slot) and each.second_id != _declarant(slot) for each in ones),
            ),
            optional=one.employer_id != self.organisation_id,
            excused=(one.site.award_id, self.month) in self.nil,
        )


def _declarant(slot: Slot) -> int | None:
    return slot.sheet.declarant_id if slot.sheet else None


def _meets(one: Assignment, slot: Slot) -> bool:
    """The placement has days in this period, or hours on its relevé."""
    in_sheet = slot.sheet is not None and slot.sheet.hours_of(one.placement_id) is not None
    return in_sheet or one.placed.meets(slot.days)


class _Before:
    """The hours of the month before, by contract and placement; by placement where its contracts follow each other."""

    def __init__(self, sheets: Sequence[Sheet], month: datetime.date, ones: Sequence[Assignment]) -> None:
        self.by_contract: dict[tuple[int, int], Decimal] = {}
        self.by_placement: dict[int, Decimal] = {}
        corrected = {sheet.replaces_id for sheet in sheets if sheet.state in LIVE}
        for sheet in sheets:
            if sheet.month == month or sheet.state not in LIVE or sheet.id in corrected:
                continue
            for part in sheet.parts:
                key = (sheet.contract_id, part.placement_id)
                self.by_contract[key] = self.by_contract.get(key, ZERO) + part.hours
                self.by_placement[part.placement_id] = (
                    self.by_placement.get(part.placement_id, ZERO) + part.hours
                )
        self.cells_of: dict[int, int] = {}
        for one in ones:
            self.cells_of[one.placement_id] = self.cells_of.get(one.placement_id, 0) + 1

    def hours(self, one: Assignment) -> Decimal | None:
        if self.cells_of[one.placement_id] > 1:
            return None  # nobody can say which of the cells it should go to
        known = self.by_contract.get((one.contract_id, one.placement_id))
        return self.by_placement.get(one.placement_id) if known is None else known


def sites(at_work: Sequence[Assignment], cells: Sequence[tuple[Assignment, Cell]]) -> tuple[Site, ...]:
    used = {cell.award_id for _, cell in cells}
    sites = {each.site.award_id: each.site for each in at_work if each.site.award_id in used}
    return tuple(
        sorted(sites.values(), key=lambda site: (site.territory, site.market, site.lot, site.award_id))
    )


def rows(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    at_work: Sequence[Assignment],
    cells: Sequence[tuple[Assignment, Cell]],
) -> tuple[Row, ...]:
    grouped: dict[tuple[int, int], list[tuple[Assignment, Cell]]] = {}
    for one, cell in cells:
        grouped.setdefault((one.person_id, one.employer_id), []).append((one, cell))
    rules = rules_by_territory(session, {each.site.territory_id for each in at_work})
    totals = _totals(session, {person_id for person_id, _ in grouped}, month)
    found = []
    for (person_id, employer_id), ones in grouped.items():
        first = ones[0][0]
        in_force = rules[first.site.territory_id].on(month)
        found.append(
            Row(
                person_id=person_id,
                person=first.person,
                employer=first.employer if employer_id != organisation_id else None,
                territory_id=first.site.territory_id,
                cells=tuple(sorted((cell for _, cell in ones), key=lambda cell: cell.days.from_on)),
                day_hours=in_force.day_hours,
                warnings=tuple(_warnings(ones, totals.get(person_id, ZERO), in_force)),
            )
        )
    return tuple(found)


def _warnings(ones: Sequence[tuple[Assignment, Cell]], elsewhere: Decimal, rules: Rules) -> Iterator[str]:
    """What deserves a second look in what stands on the page: the person’s month, then each contract."""
    slots: dict[tuple[int, datetime.date], list[tuple[Assignment, Cell]]] = {}
    for one, cell in ones:
        slots.setdefault((one.contract_id, cell.days.from_on), []).append((one, cell))
    worked = {key: sum((cell.hours or ZERO for _, cell in pairs), ZERO) for key, pairs in slots.items()}
    changed = sum((worked[key] - _live(pairs) for key, pairs in slots.items()), ZERO)
    total = elsewhere + changed
    said: dict[str, None] = {}
    for key, pairs in slots.items():
        one, cell = pairs[0]
        if worked[key]:
            said |= dict.fromkeys(
                plausibility.warnings_for(
                    total, worked[key], one.weekly_hours, cell.days.from_on, cell.days.last_on, rules
                )
            )
    yield from said


def _live(pairs: Sequence[tuple[Assignment, Cell]]) -> Decimal:
    """What is already in the person’s month of these cells, all of one relevé."""
    return sum((cell.declared or ZERO for _, cell in pairs if cell.state in LIVE), ZERO)


def _totals(session: Session, people: set[int], month: datetime.date) -> dict[int, Decimal]:
    """Live hours of each person in the month, over all contracts; a pending correction is not added."""
    old = aliased(Timesheet)
    rows = session.execute(
        select(Timesheet.person_id, func.sum(Timesheet.worked))
        .outerjoin(old, old.id == Timesheet.replaces_id)
        .where(
            Timesheet.person_id.in_(people),
            Timesheet.month == month,
            Timesheet.state.in_(LIVE),
            or_(
                Timesheet.state == TimesheetState.validated,
                old.id.is_(None),
                old.state != TimesheetState.validated,
            ),
        )
        .group_by(Timesheet.person_id)
    )
    return {person_id: Decimal(total) for person_id, total in rows}
