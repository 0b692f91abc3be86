"""The queue of relevés to validate: each waiting line with what matters beside it, in a few selects."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from facilitator import french, plausibility
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.periods import add_months, last_of_month
from facilitator.territories import rules_of
from facilitator.vocabulary import ContractType, Reason, TimesheetState

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Waiting:
    """One share of a waiting relevé, and what a facilitator wants to know before saying yes."""

    timesheet_id: int
    person_id: int
    person: str
    employer: str
    lot_id: int
    lot: str
    contract_id: int
    contract: str
    contract_from: datetime.date
    contract_to: datetime.date | None
    from_on: datetime.date
    to_on: datetime.date
    hours: Decimal
    training: Decimal
    declared_on: datetime.date
    correction: bool
    last_month: Decimal | None
    reasons: tuple[Reason, ...]
    split_on: datetime.date | None
    warnings: tuple[str, ...]

    @property
    def period(self) -> str:
        """The month when it is whole, else its days."""
        if self.from_on.day == 1 and self.to_on == last_of_month(self.from_on):
            return french.month(self.from_on)
        return f"du {french.short_date(self.from_on)} au {french.short_date(self.to_on)}"


def columns(timesheets: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The shares of these waiting relevés, as the columns that `lines` reads; in order lot, month, share."""
    return (
        timesheets.where(Timesheet.state == TimesheetState.declared)
        .join(Share, Share.timesheet_id == Timesheet.id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .join(Person, Person.id == Timesheet.person_id)
        .join(Organisation, Organisation.id == Contract.employer_id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .with_only_columns(
            Share.id, Timesheet.id.label("timesheet_id"), Timesheet.territory_id, Timesheet.person_id,
            Timesheet.from_on, Timesheet.to_on, Timesheet.month, Timesheet.worked, Timesheet.declared_on,
            Timesheet.replaces_id, Person.first_name, Person.last_name,
            Organisation.name, Organisation.identifier,
            Lot.id.label("lot_id"), Lot.number, Lot.title, Market.object,
            Contract.id.label("contract_id"), Contract.type, Contract.from_on.label("contract_from"),
            Contract.to_on.label("contract_to"), Contract.ended_on, Contract.weekly_hours,
            Share.hours, Share.training, Share.reasons, Share.split_on,
        )
    )  # fmt: skip


def lines(session: Session, rows: Sequence[Any], territory_id: int) -> list[Waiting]:
    """What stands beside each row (three selects, whatever their number)."""
    rules = rules_of(session, territory_id)
    totals = _month_totals(session, rows)
    before = _months_before(session, rows)
    return [
        Waiting(
            timesheet_id=row.timesheet_id,
            person_id=row.person_id,
            person=f"{row.first_name} {row.last_name.upper()}",
            employer=row.name or f"SIRET {row.identifier}",
            lot_id=row.lot_id,
            lot=f"{row.object} – lot {row.number}{'' if row.title == row.object else f' {row.title}'}",
            contract_id=row.contract_id,
            contract=_short(ContractType(row.type)),
            contract_from=row.contract_from,
            contract_to=row.ended_on or row.contract_to,
            from_on=row.from_on,
            to_on=row.to_on,
            hours=row.hours,
            training=row.training,
            declared_on=row.declared_on,
            correction=row.replaces_id is not None,
            last_month=before.get((row.contract_id, add_months(row.month, -1))),
            reasons=tuple(map(Reason, row.reasons.split())),
            split_on=row.split_on,
            warnings=plausibility.warnings_for(
                totals[row.person_id, row.month],
                row.worked,
                row.weekly_hours,
                row.from_on,
                row.to_on,
                rules.on(row.from_on),
            ),
        )
        for row in rows
    ]


def _short(type: ContractType) -> str:
    """The usual letters of a type of contract, where its label gives them in brackets."""
    return type.label.rpartition("(")[2].rstrip(")")


def _month_totals(session: Session, rows: Sequence[Any]) -> dict[tuple[int, datetime.date], Decimal]:
    """Live hours by person and month; a validated relevé under correction is told by its correction."""
    correction = aliased(Timesheet)
    corrected = (
        select(correction.id)
        .where(
            correction.replaces_id == Timesheet.id,
            correction.state == TimesheetState.declared,
        )
        .exists()
    )
    found = session.execute(
        select(Timesheet.person_id, Timesheet.month, func.sum(Timesheet.worked))
        .where(
            Timesheet.person_id.in_({row.person_id for row in rows}),
            Timesheet.month.in_({row.month for row in rows}),
            or_(
                Timesheet.state == TimesheetState.declared,
                (Timesheet.state == TimesheetState.validated) & ~corrected,
            ),
        )
        .group_by(Timesheet.person_id, Timesheet.month)
    )
    return {(person_id, month): total for person_id, month, total in found}


def _months_before(session: Session, rows: Sequence[Any]) -> dict[tuple[int, datetime.date], Decimal]:
    """Hours of the same contracts in the month before each line."""
    found = session.execute(
        select(Timesheet.contract_id, Timesheet.month, func.sum(Timesheet.worked))
        .where(
            Timesheet.contract_id.in_({row.contract_id for row in rows}),
            Timesheet.month.in_({add_months(row.month, -1) for row in rows}),
            Timesheet.state.in_(plausibility.LIVE),
        )
        .group_by(Timesheet.contract_id, Timesheet.month)
    )
    return {(contract_id, month): total for contract_id, month, total in found}
