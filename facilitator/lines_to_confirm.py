"""The lines that an organisation confirms or contests: what the other side declared and the facilitator has not decided."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session, aliased

from facilitator import french
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.periods import last_of_month
from facilitator.second_answers import ANSWERER, DECLARANT, SecondAnswer, with_answer
from facilitator.territories import Reach
from facilitator.vocabulary import TimesheetState

_Declarant = aliased(Organisation)


@dataclass(frozen=True)
class Line:
    """One live share as the side that is asked sees it: its own hours only, never why the person is eligible."""

    share_id: int
    territory_id: int
    person_id: int
    person: str
    lot_id: int
    site: str
    buyer: str
    declared_by: str  # the other side
    month: datetime.date
    from_on: datetime.date
    to_on: datetime.date
    hours: Decimal
    training: Decimal
    correction: bool
    on_site: Decimal  # all that waits for this person on this site in the month
    said: Decimal | None  # None: no answer yet
    comment: str | None

    @property
    def answered(self) -> bool:
        return self.said is not None

    @property
    def awaited(self) -> bool:
        """Whether an answer is asked: hours that nobody worked may be contested, and wait for nobody."""
        return not self.answered and self.hours > 0

    @property
    def contested(self) -> bool:
        return self.said is not None and self.said != self.hours

    @property
    def period(self) -> str:
        """The month when it is whole, else its days."""
        if self.from_on.day == 1 and self.to_on == last_of_month(self.from_on):
            return french.month(self.from_on)
        return f"du {french.short_date(self.from_on)} au {french.short_date(self.to_on)}"


def awaiting(
    session: Session,
    organisation_id: int,
    *,
    month: datetime.date | None = None,
    reach: Reach = None,
    longest: int = 500,
) -> list[Line]:
    """The live shares that the other side declared, by month, site and person; answered ones still change.

    One select; the oldest months first, up to `longest` lines.
    """
    buyer = aliased(Organisation)
    rows = with_answer(
        Share.id, Share.territory_id, Share.person_id, Person.first_name, Person.last_name,
        Share.lot_id, Lot.number, Lot.title, Market.object,
        func.coalesce(buyer.name, buyer.scheme + " " + buyer.identifier).label("buyer"),
        func.coalesce(_Declarant.name, _Declarant.scheme + " " + _Declarant.identifier).label("declarant"),
        Share.month, Timesheet.from_on, Timesheet.to_on, Share.hours, Share.training,
        Timesheet.replaces_id, SecondAnswer.hours.label("said"), SecondAnswer.comment,
        func.sum(Share.hours).over(partition_by=(Share.person_id, Share.lot_id, Share.month)).label("on_site"),
    )  # fmt: skip
    rows = (
        rows.join(Person, Person.id == Share.person_id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(buyer, buyer.id == Market.buyer_id)
        .join(_Declarant, _Declarant.id == DECLARANT)
        .where(Timesheet.state == TimesheetState.declared, ANSWERER.in_((organisation_id,)))
        .order_by(
            Share.month, Market.object, Lot.number, Lot.id, Person.last_name, Person.id, Timesheet.from_on
        )
        .limit(longest)
    )
    if month is not None:
        rows = rows.where(Share.month == month)
    if reach is not None:
        rows = rows.where(Share.territory_id.in_(reach))
    return [_line(row) for row in session.execute(rows)]


def _line(row: Any) -> Line:
    return Line(
        share_id=row.id,
        territory_id=row.territory_id,
        person_id=row.person_id,
        person=f"{row.first_name} {row.last_name.upper()}",
        lot_id=row.lot_id,
        site=f"{row.object} – lot {row.number}{'' if row.title == row.object else f' {row.title}'}",
        buyer=row.buyer,
        declared_by=row.declarant,
        month=row.month,
        from_on=row.from_on,
        to_on=row.to_on,
        hours=row.hours,
        training=row.training,
        correction=row.replaces_id is not None,
        on_site=row.on_site,
        said=row.said,
        comment=row.comment,
    )
