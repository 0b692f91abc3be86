"""The queue of relevés to validate: each waiting line with what matters beside it, in a few selects."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from facilitator import eligibility_windows, french, plausibility, second_answers, verdict_facts
from facilitator.accounts import User
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.labels import Labelled
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.periods import Interval, add_months, last_of_month
from facilitator.placements import Placement
from facilitator.rules import DatedRules
from facilitator.second_answers import ANSWERER, Answered, SecondAnswer
from facilitator.sendings import Sending
from facilitator.timesheet_turns import Declaration, declaration_of
from facilitator.vocabulary import ContractType, Reason, Standing, TimesheetState

MONTHS_BEFORE = 3
SOON = datetime.timedelta(days=60)  # an eligibility that ends sooner is told
_Old, _Declarant = aliased(Timesheet), aliased(Organisation)


class Answer(Labelled):
    """What the other side says of a line."""

    agreed = "concordant", "Concordant"
    contested = "conteste", "Contesté"
    silent = "sans-reponse", "Sans réponse"
    alone = "seul", "Pas d’autre partie"


@dataclass(frozen=True)
class Wanted:
    """Which lines the facilitator asks for; nothing chosen is all of them."""

    lot_id: int | None = None
    employer_id: int | None = None
    answer: Answer | None = None
    plausible: bool = False

    def __bool__(self) -> bool:
        return self != Wanted()


@dataclass(frozen=True)
class Eligible:
    """Whether hours of that period can count for the person, and until when."""

    valid: bool
    last_on: datetime.date | None

    def ends_soon(self, on: datetime.date) -> bool:
        return self.valid and self.last_on is not None and on <= self.last_on <= on + SOON


@dataclass(frozen=True)
class Waiting:
    """One share of a waiting relevé, and what a facilitator wants to know before saying yes."""

    share_id: int
    timesheet_id: int
    shares: int  # of this relevé, on whatever lots
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
    declaration: Declaration
    corrects: Decimal | None  # the hours before, of the whole relevé
    worked: Decimal
    correction_reason: str | None
    before: tuple[tuple[datetime.date, Decimal | None], ...]
    eligible: Eligible
    answered: Answered | None
    asked: str | None  # who may still answer
    reasons: tuple[Reason, ...]
    split_on: datetime.date | None
    warnings: tuple[str, ...]

    @property
    def period(self) -> str:
        """The month when it is whole, else its days."""
        if self.from_on.day == 1 and self.to_on == last_of_month(self.from_on):
            return french.month(self.from_on)
        return f"du {french.short_date(self.from_on)} au {french.short_date(self.to_on)}"

    @property
    def answer(self) -> Answer:
        if self.answered is not None:
            return Answer.contested if self.answered.contested else Answer.agreed
        return Answer.alone if self.asked is None else Answer.silent

    @property
    def agrees(self) -> bool:
        """The other side says the same, nothing is implausible, and all of it will be retained."""
        return self.answer is Answer.agreed and not self.warnings and not self.reasons


def rows(timesheets: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The shares of these waiting relevés, as the columns that `lines` reads; in order lot, month, share."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.lot_id is not None:
        conditions.append(Share.lot_id == wanted.lot_id)
    if wanted.employer_id is not None:
        conditions.append(Contract.employer_id == wanted.employer_id)
    if wanted.answer is not None:
        conditions.append(_ANSWERS[wanted.answer])
    return _joined(timesheets).where(*conditions).with_only_columns(
        Share.id, Timesheet.id.label("timesheet_id"), Timesheet.territory_id, Timesheet.person_id,
        Timesheet.from_on, Timesheet.to_on, Timesheet.month, Timesheet.worked, Timesheet.declared_on,
        Timesheet.correction_reason, _Old.worked.label("corrects"), _SHARES.label("shares"),
        Person.first_name, Person.last_name, Organisation.name, Organisation.identifier,
        Lot.id.label("lot_id"), Lot.number, Lot.title, Market.object,
        Contract.id.label("contract_id"), Contract.type, Contract.from_on.label("contract_from"),
        Contract.to_on.label("contract_to"), Contract.ended_on, Contract.weekly_hours,
        Share.placement_id, Share.hours, Share.training, Share.reasons, Share.split_on,
        Sending.sender_name, Sending.sender_position, Sending.sent_at,
        func.coalesce(_Declarant.name, _Declarant.identifier).label("declarant"), User.name.label("typist"),
    )  # fmt: skip


def choices(
    session: Session, timesheets: Select[*tuple[Any, ...]]
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The lots and the employers that have lines waiting, to filter on (one select)."""
    found = session.execute(
        _joined(timesheets)
        .with_only_columns(
            Lot.id.label("lot_id"), Market.object, Lot.number, Lot.title,
            Organisation.id.label("employer_id"), Organisation.name, Organisation.identifier,
        )
        .distinct()
    ).all()  # fmt: skip
    lots = {row.lot_id: _lot(row) for row in found}
    employers = {row.employer_id: row.name or f"SIRET {row.identifier}" for row in found}
    return sorted(lots.items(), key=lambda each: each[1]), sorted(
        employers.items(), key=lambda each: each[1].lower()
    )


def implausible(session: Session, wanted: Select[*tuple[Any, ...]], rules: DatedRules) -> set[int]:
    """The shares among these whose hours deserve a second look (one select)."""
    found = session.execute(wanted.add_columns(_MONTH_TOTAL.label("total")))
    return {row.id for row in found if _warnings(row, row.total, rules)}


def lines(session: Session, rows: Sequence[Any], rules: DatedRules) -> list[Waiting]:
    """What stands beside each row (seven selects, whatever their number)."""
    totals = _month_totals(session, rows)
    before = _months_before(session, rows)
    shares = [row.id for row in rows]
    answered = second_answers.of_shares(session, shares)
    asked = second_answers.still_asked(session, shares)
    eligible = _eligible(session, rows, rules)
    return [
        Waiting(
            share_id=row.id,
            timesheet_id=row.timesheet_id,
            shares=row.shares,
            person_id=row.person_id,
            person=f"{row.first_name} {row.last_name.upper()}",
            employer=row.name or f"SIRET {row.identifier}",
            lot_id=row.lot_id,
            lot=_lot(row),
            contract_id=row.contract_id,
            contract=_short(ContractType(row.type)),
            contract_from=row.contract_from,
            contract_to=row.ended_on or row.contract_to,
            from_on=row.from_on,
            to_on=row.to_on,
            hours=row.hours,
            training=row.training,
            declared_on=row.declared_on,
            declaration=declaration_of(row),
            corrects=row.corrects if row.correction_reason else None,
            worked=row.worked,
            correction_reason=row.correction_reason,
            before=tuple(
                (month, before.get((row.placement_id, row.lot_id, month)))
                for month in (add_months(row.month, -back) for back in range(1, MONTHS_BEFORE + 1))
            ),
            eligible=eligible[row.id],
            answered=answered.get(row.id),
            asked=asked.get(row.id),
            reasons=tuple(map(Reason, row.reasons.split())),
            split_on=row.split_on,
            warnings=_warnings(row, totals[row.person_id, row.month], rules),
        )
        for row in rows
    ]


def _joined(timesheets: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        timesheets.where(Timesheet.state == TimesheetState.declared)
        .join(Share, Share.timesheet_id == Timesheet.id)
        .join(Placement, Placement.id == Share.placement_id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .join(Person, Person.id == Timesheet.person_id)
        .join(Organisation, Organisation.id == Contract.employer_id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .outerjoin(_Declarant, _Declarant.id == Sending.organisation_id)
        .outerjoin(User, User.id == Timesheet.declared_by_id)
        .outerjoin(_Old, _Old.id == Timesheet.replaces_id)
    )


def _answered(contested: bool) -> ColumnElement[bool]:
    return (
        select(SecondAnswer.id)
        .where(SecondAnswer.share_id == Share.id, SecondAnswer.contested.is_(contested))
        .exists()
    )


_ANSWERS: dict[Answer, ColumnElement[bool]] = {
    Answer.agreed: _answered(False),
    Answer.contested: _answered(True),
    Answer.silent: ANSWERER.is_not(None) & ~_answered(False) & ~_answered(True),
    Answer.alone: ANSWERER.is_(None) & ~_answered(False) & ~_answered(True),
}
_Part, _Month, _Correction = aliased(Share), aliased(Timesheet), aliased(Timesheet)
_SHARES = (
    select(func.count(_Part.id))
    .where(_Part.timesheet_id == Timesheet.id)
    .correlate(Timesheet)
    .scalar_subquery()
)


def _live(sheet: Any) -> ColumnElement[bool]:
    """A validated relevé under correction is told by its correction."""
    corrected = (
        select(_Correction.id)
        .where(_Correction.replaces_id == sheet.id, _Correction.state == TimesheetState.declared)
        .correlate(sheet)
        .exists()
    )
    return or_(sheet.state == TimesheetState.declared, (sheet.state == TimesheetState.validated) & ~corrected)


_MONTH_TOTAL = (
    select(func.sum(_Month.worked))
    .where(_Month.person_id == Timesheet.person_id, _Month.month == Timesheet.month, _live(_Month))
    .correlate(Timesheet)
    .scalar_subquery()
)


def _lot(row: Any) -> str:
    return f"{row.object} – lot {row.number}{'' if row.title == row.object else f' {row.title}'}"


def _short(type: ContractType) -> str:
    """The usual letters of a type of contract, where its label gives them in brackets."""
    return type.label.rpartition("(")[2].rstrip(")")


def _warnings(row: Any, total: Decimal, rules: DatedRules) -> tuple[str, ...]:
    return plausibility.warnings_for(
        total, row.worked, row.weekly_hours, row.from_on, row.to_on, rules.on(row.from_on)
    )


def _month_totals(session: Session, rows: Sequence[Any]) -> dict[tuple[int, datetime.date], Decimal]:
    """Live hours by person and month."""
    found = session.execute(
        select(Timesheet.person_id, Timesheet.month, func.sum(Timesheet.worked))
        .where(
            Timesheet.person_id.in_({row.person_id for row in rows}),
            Timesheet.month.in_({row.month for row in rows}),
            _live(Timesheet),
        )
        .group_by(Timesheet.person_id, Timesheet.month)
    )
    return {(person_id, month): total for person_id, month, total in found}


def _months_before(session: Session, rows: Sequence[Any]) -> dict[tuple[int, int, datetime.date], Decimal]:
    """Hours of the same placements on the same lots, in the months before each line."""
    months = {add_months(row.month, -back) for row in rows for back in range(1, MONTHS_BEFORE + 1)}
    found = session.execute(
        select(Share.placement_id, Share.lot_id, Share.month, func.sum(Share.hours))
        .where(
            Share.placement_id.in_({row.placement_id for row in rows}),
            Share.month.in_(months),
            Share.standing.in_((Standing.counted, Standing.awaiting)),
        )
        .group_by(Share.placement_id, Share.lot_id, Share.month)
    )
    return {(placement, lot, month): total for placement, lot, month, total in found}


def _eligible(session: Session, rows: Sequence[Any], rules: DatedRules) -> dict[int, Eligible]:
    """For each share, whether its days are inside what counts for the person and the contract (three selects)."""
    people = {row.person_id for row in rows}
    windows = verdict_facts.windows_of(session, people)
    contracts = verdict_facts.contracts_of(session, people)
    found: dict[int, Eligible] = {}
    for row in rows:
        counted = eligibility_windows.counted_intervals(
            windows.get(row.person_id, ()),
            ContractType(row.type),
            rules.on(row.from_on),
            Interval(row.contract_from, row.ended_on or row.contract_to),
            contracts.get(row.person_id, ()),
        )
        inside = [each for each in counted if each.from_on <= row.from_on and row.to_on <= each.last_on]
        near = inside or [each for each in counted if each.meets(Interval(row.from_on, row.to_on))] or counted
        found[row.id] = Eligible(bool(inside), near[-1].to_on if near else None)
    return found
