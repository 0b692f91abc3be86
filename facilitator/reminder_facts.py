"""What `reminders_due` rests on, read for some territories in a fixed number of selects."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from facilitator import reminder_owing, second_answers
from facilitator.awards import Award
from facilitator.contracts import Contract, PlacementContract
from facilitator.hours import LIVE, NilDeclaration, Share, Timesheet
from facilitator.markets import Lot, LotDate, LotStop, Market
from facilitator.month_words import Words
from facilitator.people import Person
from facilitator.periods import Interval, last_of_month
from facilitator.placements import Placement
from facilitator.reminder_calendar import Site, common_days, months_over
from facilitator.reminder_owing import Owing
from facilitator.reminder_questions import (
    Awaited,
    Proposed,
    Unanswered,
    awaited,
    proposed,
    short_name,
    unanswered,
)
from facilitator.second_answers import SecondAnswer
from facilitator.sendings import Sending
from facilitator.vocabulary import Periodicity, PlacementState, SocialConsideration, TimesheetState

Month = datetime.date
LONGEST_SITE = 110


@dataclass(frozen=True)
class AtWork:
    """A contract serving a confirmed placement."""

    contract_id: int
    territory_id: int
    employer_id: int
    person_id: int
    person: str
    award_id: int
    lot_id: int
    days: tuple[Interval, Interval]  # of the contract, of the placement
    site: Site

    def works(self, month: Month) -> bool:
        """Say whether the contract ran for this lot on a day of the month."""
        common = common_days(month, last_of_month(month), *self.days)
        return self.site.works(common.from_on, common.last_on)


@dataclass(frozen=True)
class Said:
    """A relevé that was refused, or that waits and straddles a limit."""

    id: int
    territory_id: int
    contract_id: int
    declarant_id: int
    month: Month
    from_on: datetime.date
    to_on: datetime.date
    declared_on: datetime.date
    decided_on: datetime.date
    reason: str | None
    person_id: int
    person: str
    lot_ids: tuple[int, ...]
    award_ids: tuple[int, ...]
    split_on: datetime.date | None
    contested: bool


@dataclass
class Facts:
    """Everything about some territories on a day."""

    site: dict[int, Site]
    names: dict[int, str]
    at_work: list[AtWork] = field(default_factory=list)
    awards: list[Owing] = field(default_factory=list)
    refused: list[Said] = field(default_factory=list)
    to_split: list[Said] = field(default_factory=list)
    unanswered: list[Unanswered] = field(default_factory=list)
    proposed: list[Proposed] = field(default_factory=list)
    documents: list[Awaited] = field(default_factory=list)
    live: dict[int, list[Interval]] = field(default_factory=dict)  # days of the live relevés of a contract
    words: Words = field(default_factory=Words)
    shared: set[tuple[int, Month]] = field(default_factory=set)  # (award, month) with hours not replaced

    def sites(self, lot_ids: Iterable[int]) -> str:
        """The lots of a line, as its reader knows them."""
        return " ; ".join(self.names[each] for each in sorted(set(lot_ids)))

    def shared_by(self, award_ids: Iterable[int], month: Month) -> bool:
        """Whether hours of the month are known for one of these awards."""
        return any((each, month) in self.shared for each in award_ids)

    def expects(self, sheet: Said, on: datetime.date) -> bool:
        """Whether a lot of the relevé still expects its hours, and nobody said «néant» for it."""
        pairs = zip(sheet.lot_ids, sheet.award_ids, strict=True)
        return any(
            self.site[lot].open(on) and (award, sheet.month) not in self.words.nil for lot, award in pairs
        )

    def said_again(self, sheet: Said) -> bool:
        """Whether another relevé, waiting or validated, speaks of days of a refused one."""
        days = Interval(sheet.from_on, sheet.to_on)
        return any(days.meets(each) for each in self.live.get(sheet.contract_id, ()))


def load(session: Session, on: datetime.date, territory_ids: Collection[int] | None) -> Facts:
    """Read the facts of these territories (all of them: None)."""

    def here(model: Any) -> ColumnElement[bool]:
        return true() if territory_ids is None else model.territory_id.in_(set(territory_ids))

    facts = _lots(session, here(Lot))
    _work(session, facts, here(Contract), on)
    _sheets(session, facts, here(Timesheet), on)
    _words(session, facts, here, on)
    facts.awards = reminder_owing.owing(session, here)
    facts.unanswered = unanswered(session, here)
    facts.proposed = proposed(session, here)
    facts.documents = awaited(session, here, on)
    return facts


def _lots(session: Session, here: ColumnElement[bool]) -> Facts:
    """The lots that somebody won, with their dates (three selects)."""
    own = select(Lot.id).where(here, Lot.id.in_(select(Award.lot_id)))
    dates: dict[int, dict[str, datetime.date]] = {}
    for lot_id, kind, value in session.execute(
        select(LotDate.lot_id, LotDate.kind, LotDate.value_on)
        .where(LotDate.lot_id.in_(own))
        .order_by(LotDate.effective_on.nulls_first(), LotDate.id)
    ):
        dates.setdefault(lot_id, {})[kind] = value
    stops: dict[int, list[Interval]] = {}
    for lot_id, from_on, to_on in session.execute(
        select(LotStop.lot_id, LotStop.from_on, LotStop.to_on).where(LotStop.lot_id.in_(own))
    ):
        stops.setdefault(lot_id, []).append(Interval(from_on, to_on))
    facts = Facts({}, {})
    for row in session.execute(
        select(
            Lot.id, Lot.number, Lot.title, Lot.clause, Lot.periodicity, Lot.received_on,
            Market.object, Market.considerations,
        )
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.id.in_(own))
    ):  # fmt: skip
        known = dates.get(row.id, {})
        facts.site[row.id] = Site(
            known.get("start"), known.get("end"), row.received_on, tuple(stops.get(row.id, ())),
            row.periodicity == Periodicity.quarterly,
            row.clause is not None or row.considerations != [SocialConsideration.aucune.value],
        )  # fmt: skip
        facts.names[row.id] = _site(row.object, row.number, row.title)
    return facts


def _site(market: str, number: str, title: str) -> str:
    words = " ".join((f"{market} – lot {number}" + ("" if title == market else f" {title}")).split())
    return words if len(words) <= LONGEST_SITE else f"{words[: LONGEST_SITE - 1].rstrip()}…"


def _work(session: Session, facts: Facts, here: ColumnElement[bool], on: datetime.date) -> None:
    """Contracts that ran in the months asked, with the confirmed placements that they serve (one select)."""
    last_on = func.coalesce(Contract.ended_on, Contract.to_on)
    for row in session.execute(
        select(
            Contract.id, Contract.territory_id, Contract.employer_id, Contract.person_id,
            Person.first_name, Person.last_name, Placement.award_id, Placement.lot_id,
            Contract.from_on, last_on.label("last_on"), Placement.from_on.label("placed_from"),
            Placement.to_on.label("placed_to"),
        )
        .join(PlacementContract, PlacementContract.contract_id == Contract.id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .join(Person, Person.id == Contract.person_id)
        .where(
            here,
            Placement.state == PlacementState.confirmed,
            Contract.from_on <= on,
            or_(last_on.is_(None), last_on >= months_over(on)[0]),
        )
        .order_by(Contract.id, Placement.id)
    ):  # fmt: skip
        days = (Interval(row.from_on, row.last_on), Interval(row.placed_from, row.placed_to))
        facts.at_work.append(
            AtWork(
                row.id, row.territory_id, row.employer_id, row.person_id, short_name(row.first_name, row.last_name),
                row.award_id, row.lot_id, days, facts.site[row.lot_id],
            )
        )  # fmt: skip


def _sheets(session: Session, facts: Facts, here: ColumnElement[bool], on: datetime.date) -> None:
    """The relevés of the months asked, each with its shares if it has some (one select)."""
    contested = (
        select(SecondAnswer.id).where(SecondAnswer.share_id == Share.id, SecondAnswer.contested).exists()
    )
    rows = session.execute(
        select(
            Timesheet.id, Timesheet.territory_id, Timesheet.contract_id, Timesheet.month, Timesheet.from_on,
            Timesheet.to_on, Timesheet.declared_on, Timesheet.decided_on, Timesheet.refusal_reason, Timesheet.state,
            Timesheet.person_id, Person.first_name, Person.last_name,
            second_answers.MENDER.label("declarant_id"),
            Share.lot_id, Share.award_id, Share.split_on, contested.label("contested"),
        )
        .outerjoin(Share, Share.timesheet_id == Timesheet.id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .join(Person, Person.id == Timesheet.person_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .where(
            here,
            Timesheet.month >= months_over(on)[0],
            Timesheet.state.in_((*LIVE, TimesheetState.refused)),
        )
        .order_by(Timesheet.id, Share.id)
    ).all()  # fmt: skip
    by_sheet: dict[int, list[Any]] = {}
    for row in rows:
        by_sheet.setdefault(row.id, []).append(row)
    for shares in by_sheet.values():
        _keep(facts, shares)


def _keep(facts: Facts, shares: list[Any]) -> None:
    row = shares[0]
    if row.lot_id is None:
        _keep_unshared(facts, row)
        return
    said = facts.words.live if row.state in LIVE else facts.words.refused
    said.add((row.contract_id, row.month))
    if row.state in LIVE:
        facts.live.setdefault(row.contract_id, []).append(Interval(row.from_on, row.to_on))
    split_on = min((each.split_on for each in shares if each.split_on), default=None)
    waits = row.state == TimesheetState.declared and split_on is not None
    if not waits and row.state != TimesheetState.refused:
        return
    sheet = Said(
        row.id, row.territory_id, row.contract_id, row.declarant_id, row.month, row.from_on, row.to_on,
        row.declared_on, row.decided_on or row.declared_on, row.refusal_reason, row.person_id,
        short_name(row.first_name, row.last_name), tuple(each.lot_id for each in shares),
        tuple(each.award_id for each in shares), split_on, any(each.contested for each in shares),
    )  # fmt: skip
    (facts.to_split if waits else facts.refused).append(sheet)


def _keep_unshared(facts: Facts, row: Any) -> None:
    """Hours that the facilitator shares out are declared; where they may go, nobody is asked for a word meanwhile.

    Refused before they were shared out, they are asked as if nothing had been said: they have no lot to be named by.
    """
    if row.state not in LIVE:
        return
    facts.words.live.add((row.contract_id, row.month))
    facts.live.setdefault(row.contract_id, []).append(Interval(row.from_on, row.to_on))
    facts.shared.update(
        (each.award_id, row.month) for each in facts.at_work if each.contract_id == row.contract_id
    )


def _words(session: Session, facts: Facts, here: Any, on: datetime.date) -> None:
    """What companies said of their months, by hours or by «néant» (two selects)."""
    oldest = months_over(on)[0]
    facts.words.nil.update(
        (award_id, month)
        for award_id, month in session.execute(
            select(NilDeclaration.award_id, NilDeclaration.month).where(
                here(NilDeclaration), NilDeclaration.month >= oldest
            )
        )
    )
    facts.shared.update(
        (award_id, month)
        for award_id, month in session.execute(
            select(Share.award_id, Share.month)
            .join(Timesheet, Timesheet.id == Share.timesheet_id)
            .where(here(Share), Share.month >= oldest, Timesheet.state != TimesheetState.replaced)
            .distinct()
        )
    )
