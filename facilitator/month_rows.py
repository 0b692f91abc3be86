"""What a month of an organisation is made of: its contracts at work on sites, and the relevés that cover them."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from facilitator.awards import Award
from facilitator.contracts import Contract, PlacementContract
from facilitator.hours import Share, Timesheet
from facilitator.lot_dates import execution
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.parties import SECOND_PARTY
from facilitator.people import Person
from facilitator.periods import DAY, Interval, add_months, last_of_month
from facilitator.placements import Placement
from facilitator.second_answers import SecondAnswer
from facilitator.sendings import Sending
from facilitator.territories import Territory
from facilitator.vocabulary import Periodicity, PlacementState, TimesheetState

ZERO = Decimal("0.00")
_Employer, _Host, _Buyer, _Declarant = (aliased(Organisation) for _ in range(4))
_STANDING = (TimesheetState.declared, TimesheetState.validated, TimesheetState.refused)


@dataclass(frozen=True)
class Site:
    """A lot as its declarant knows it: where people work, for which company, buyer and territory."""

    award_id: int
    lot_id: int
    lot: str
    market: str
    buyer: str
    host: str
    territory_id: int
    territory: str
    quarterly: bool


@dataclass(frozen=True)
class Assignment:
    """A contract that serves a placement during the month."""

    contract_id: int
    placement_id: int
    person_id: int
    person: str
    employer_id: int
    employer: str
    second_id: int | None
    contract: Interval
    weekly_hours: Decimal
    placed: Interval  # placement and lot together
    site: Site


@dataclass(frozen=True)
class Part:
    """A share as it stands, and what the other side says of it."""

    share_id: int
    placement_id: int
    lot_id: int
    hours: Decimal
    training: Decimal
    split_on: datetime.date | None
    contested: Decimal | None  # the other side's figure
    contest: str | None


@dataclass
class Sheet:
    """A relevé as it stands."""

    id: int
    contract_id: int
    month: datetime.date
    from_on: datetime.date
    to_on: datetime.date
    worked: Decimal
    training: Decimal
    state: TimesheetState
    refusal_reason: str | None
    replaces_id: int | None
    declarant_id: int | None  # None: typed by the facilitator
    declarant: str | None
    parts: list[Part] = field(default_factory=list)

    @property
    def days(self) -> Interval:
        return Interval(self.from_on, self.to_on)

    @property
    def unshared(self) -> bool:
        """It waits for the facilitator to say where its hours go."""
        return self.state is TimesheetState.declared and not self.parts

    def hours_of(self, placement_id: int) -> Decimal | None:
        """What goes to one placement; None when nothing is said of it."""
        found = [part.hours for part in self.parts if part.placement_id == placement_id]
        return sum(found, ZERO) if found else None


@dataclass(frozen=True)
class Slot:
    """One period of a contract in the month: its relevé if there is one, and the correction that waits over it."""

    contract_id: int
    days: Interval
    sheet: Sheet | None = None
    correction: Sheet | None = None

    @property
    def last_on(self) -> datetime.date:
        return self.days.last_on


def assignments(
    session: Session, organisation_id: int, month: datetime.date, until: datetime.date | None = None
) -> list[Assignment]:
    """The contracts at work in a month (`until`: in the months to this one) that it employs or hosts, by name (two selects)."""
    last = last_of_month(until or month)
    rows = session.execute(_columns(organisation_id, month, last)).all()
    bounds = execution(session, {row.lot_id for row in rows})
    found = [_assignment(row, *bounds.get(row.lot_id, (None, None))) for row in rows]
    return [each for each in found if each.placed.meets(Interval(month, last))]


def _columns(organisation_id: int, first: datetime.date, last: datetime.date) -> Any:
    ends = func.coalesce(Contract.ended_on, Contract.to_on)
    return (
        select(
            Contract.id.label("contract_id"), Contract.from_on, ends.label("to_on"), Contract.weekly_hours,
            Contract.employer_id, Person.id.label("person_id"), Person.first_name, Person.last_name,
            Placement.id.label("placement_id"), Placement.award_id, Placement.lot_id,
            Placement.from_on.label("placed_from"), Placement.to_on.label("placed_to"),
            SECOND_PARTY.label("second_id"), Lot.number, Lot.title, Lot.periodicity, Market.object,
            label(_Buyer).label("buyer"), label(_Host).label("host"), label(_Employer).label("employer"),
            Territory.id.label("territory_id"), Territory.name.label("territory"),
        )
        .join(PlacementContract, PlacementContract.contract_id == Contract.id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .join(Person, Person.id == Contract.person_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(Territory, Territory.id == Contract.territory_id)
        .join(_Buyer, _Buyer.id == Market.buyer_id)
        .join(_Host, _Host.id == Placement.host_id)
        .join(_Employer, _Employer.id == Contract.employer_id)
        .where(
            Contract.id.in_(_contracts_of(organisation_id)),
            Placement.state == PlacementState.confirmed,
            Contract.from_on <= last,
            or_(ends.is_(None), ends >= first),
        )
        .order_by(Person.last_name, Person.first_name, Person.id, Contract.from_on, Contract.id, Placement.id)
    )  # fmt: skip


def _contracts_of(organisation_id: int) -> Any:
    """The contracts that it employs by, or that serve a placement on its side."""
    parents = select(Award.id).where(Award.organisation_id == organisation_id)
    below = select(Award.id).where(Award.parent_id.in_(parents))
    on_its_side = select(Placement.id).where(
        or_(Placement.host_id == organisation_id, Placement.award_id.in_(below))
    )
    serving = select(PlacementContract.contract_id).where(PlacementContract.placement_id.in_(on_its_side))
    return select(Contract.id).where(Contract.employer_id == organisation_id).union(serving)


def people_of(organisation_id: int, month: datetime.date) -> Any:
    """The people of these contracts, to lock before their hours are written."""
    last, ends = last_of_month(month), func.coalesce(Contract.ended_on, Contract.to_on)
    return select(Contract.person_id).where(
        Contract.id.in_(_contracts_of(organisation_id)),
        Contract.from_on <= last,
        or_(ends.is_(None), ends >= month),
    )


def label(of: type[Organisation]) -> Any:
    """The name of an organisation, or its identifier where nobody published one."""
    return func.coalesce(of.name, of.scheme + " " + of.identifier)


def _assignment(row: Any, starts: datetime.date | None, ends: datetime.date | None) -> Assignment:
    lasts = [each for each in (row.placed_to, ends) if each is not None]
    placed_from = max(row.placed_from, starts or row.placed_from)
    return Assignment(
        contract_id=row.contract_id,
        placement_id=row.placement_id,
        person_id=row.person_id,
        person=f"{row.first_name} {row.last_name.upper()}",
        employer_id=row.employer_id,
        employer=row.employer,
        second_id=row.second_id,
        contract=Interval(row.from_on, row.to_on),
        weekly_hours=row.weekly_hours,
        placed=Interval(placed_from, min(lasts) if lasts else None),
        site=Site(
            award_id=row.award_id,
            lot_id=row.lot_id,
            lot=site_label(row.number, row.title, row.object),
            market=row.object,
            buyer=row.buyer,
            host=row.host,
            territory_id=row.territory_id,
            territory=row.territory,
            quarterly=row.periodicity == Periodicity.quarterly,
        ),
    )


def site_label(number: str, title: str, market: str) -> str:
    """A lot inside its market: a published lot often bears the market’s own title, which is not said twice."""
    return f"Lot {number}" if title == market else f"Lot {number} – {title}"


def sheets(
    session: Session, month: datetime.date, contract_ids: Iterable[int], placement_ids: Iterable[int]
) -> list[Sheet]:
    """The relevés of these contracts in the month, and those of these placements the month before (one select)."""
    before = add_months(month, -1)
    return _sheets(
        session,
        or_(
            and_(Timesheet.month == month, Timesheet.contract_id.in_(set(contract_ids))),
            and_(
                Timesheet.month == before,
                Share.month == before,
                Share.placement_id.in_(set(placement_ids)),
            ),
        ),
    )


def sheets_of_months(
    session: Session, months: Collection[datetime.date], contract_ids: Iterable[int]
) -> list[Sheet]:
    """The relevés of these contracts over several months (one select)."""
    return _sheets(
        session, and_(Timesheet.month.in_(set(months)), Timesheet.contract_id.in_(set(contract_ids)))
    )


def _sheets(session: Session, which: ColumnElement[bool]) -> list[Sheet]:
    rows = session.execute(
        select(
            Timesheet.id, Timesheet.contract_id, Timesheet.month, Timesheet.from_on, Timesheet.to_on,
            Timesheet.worked, Timesheet.training, Timesheet.state, Timesheet.refusal_reason,
            Timesheet.replaces_id, Sending.organisation_id.label("declarant_id"),
            label(_Declarant).label("declarant"), Share.id.label("share_id"), Share.placement_id, Share.lot_id,
            Share.hours, Share.training.label("trained"), Share.split_on,
            SecondAnswer.contested, SecondAnswer.hours.label("said"), SecondAnswer.comment,
        )
        .outerjoin(Share, Share.timesheet_id == Timesheet.id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .outerjoin(_Declarant, _Declarant.id == Sending.organisation_id)
        .outerjoin(SecondAnswer, SecondAnswer.share_id == Share.id)
        .where(Timesheet.state.in_(_STANDING), which)
        .order_by(Timesheet.from_on, Timesheet.id, Share.id)
    )  # fmt: skip
    found: dict[int, Sheet] = {}
    for row in rows:
        sheet = found.get(row.id) or found.setdefault(row.id, _sheet(row))
        if row.share_id is not None:
            sheet.parts.append(_part(row))
    return list(found.values())


def _sheet(row: Any) -> Sheet:
    return Sheet(
        id=row.id,
        contract_id=row.contract_id,
        month=row.month,
        from_on=row.from_on,
        to_on=row.to_on,
        worked=row.worked,
        training=row.training,
        state=TimesheetState(row.state),
        refusal_reason=row.refusal_reason,
        replaces_id=row.replaces_id,
        declarant_id=row.declarant_id,
        declarant=row.declarant,
    )


def _part(row: Any) -> Part:
    return Part(
        share_id=row.share_id,
        placement_id=row.placement_id,
        lot_id=row.lot_id,
        hours=row.hours,
        training=row.trained,
        split_on=row.split_on,
        contested=row.said if row.contested else None,
        contest=row.comment if row.contested else None,
    )


def slots(contract_id: int, days: Interval, month: datetime.date, of_month: Sequence[Sheet]) -> list[Slot]:
    """The periods of one contract in a month: one a relevé, and what no relevé covers yet.

    A refused relevé leaves its place to what was declared over it since.
    """
    bases, corrections = _bases(of_month)
    found = [Slot(contract_id, sheet.days, sheet, corrections.get(sheet.id)) for sheet in bases]
    whole = Interval(max(days.from_on, month), min(days.last_on, last_of_month(month)))
    found += [Slot(contract_id, gap) for gap in _gaps(whole, [slot.days for slot in found])]
    return sorted(found, key=lambda slot: slot.days.from_on)


def _bases(of_month: Sequence[Sheet]) -> tuple[list[Sheet], dict[int, Sheet]]:
    """The relevés that hold a period, and over each validated one the correction last said."""
    validated = {sheet.id for sheet in of_month if sheet.state is TimesheetState.validated}
    over: dict[int, Sheet] = {}
    bases: list[Sheet] = []
    for sheet in sorted(of_month, key=lambda each: each.id):
        if sheet.replaces_id in validated:
            assert sheet.replaces_id is not None
            over[sheet.replaces_id] = sheet
        else:
            bases.append(sheet)
    live = [sheet for sheet in bases if sheet.state is not TimesheetState.refused]
    mended = [
        sheet
        for sheet in bases
        if sheet.state is TimesheetState.refused and not any(sheet.days.meets(each.days) for each in live)
    ]
    return live + _latest(mended), over


def _latest(refused: Sequence[Sheet]) -> list[Sheet]:
    """Of refused relevés over the same days, the last one said."""
    kept: list[Sheet] = []
    for sheet in sorted(refused, key=lambda each: -each.id):
        if not any(sheet.days.meets(each.days) for each in kept):
            kept.append(sheet)
    return kept


def _gaps(whole: Interval, covered: Sequence[Interval]) -> Iterator[Interval]:
    start = whole.from_on
    for each in sorted(covered):
        if each.from_on > start and each.from_on <= whole.last_on:
            yield Interval(start, each.from_on - DAY)
        start = max(start, each.last_on + DAY)
    if start <= whole.last_on:
        yield Interval(start, whole.last_on)
