"""A person’s file: fiches with their proofs, windows with their last counted day, hours by month."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.contracts import Contract
from facilitator.eligibility_windows import Adjustment, AdjustmentKind, alert_on, last_day_of
from facilitator.eligibility_windows import Window as WindowFact
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Eligibility, EligibilityCriterion, Person, Window, WindowAdjustment
from facilitator.periods import Interval
from facilitator.rules import Rules
from facilitator.territories import rules_of
from facilitator.vocabulary import ContractType, Criterion, EligibilityState, Reason, Standing


@dataclass(frozen=True)
class Fiche:
    """A fiche with its criteria, the determining one first."""

    eligibility: Eligibility
    label: str
    tone: str
    open: bool
    criteria: list[tuple[Criterion, EligibilityCriterion]]


@dataclass(frozen=True)
class OpenWindow:
    """A window with its usual last counted day, and the day from which its end is announced."""

    id: int
    eligibility_id: int
    from_on: datetime.date
    last_on: datetime.date
    alert_on: datetime.date
    reason: str | None
    adjustments: list[WindowAdjustment]

    def word(self, on: datetime.date) -> tuple[str, str]:
        """Where the window stands on a day: its word and its tone."""
        if on < self.from_on:
            return "à venir", "waiting"
        if on > self.last_on:
            return "terminée", "critical"
        return ("finit bientôt", "late") if on >= self.alert_on else ("en cours", "good")


@dataclass(frozen=True)
class MonthLine:
    """Hours of a person on a lot in a month, by what became of them."""

    month: datetime.date
    lot_id: int
    lot: str
    standing: Standing
    hours: Decimal
    retained: Decimal
    reason: Reason | None
    timesheet_id: int


TONES = {
    EligibilityState.validated: "good",
    EligibilityState.refused: "critical",
    EligibilityState.incomplete: "late",
    EligibilityState.received: "waiting",
}


def fiches(session: Session, person_id: int) -> list[Fiche]:
    """The fiches of a person, newest first (two selects)."""
    found = session.scalars(
        select(Eligibility).where(Eligibility.person_id == person_id).order_by(Eligibility.id.desc())
    ).all()
    criteria: dict[int, list[tuple[Criterion, EligibilityCriterion]]] = {}
    rows = session.scalars(
        select(EligibilityCriterion)
        .join(Eligibility, Eligibility.id == EligibilityCriterion.eligibility_id)
        .where(Eligibility.person_id == person_id)
        .order_by(EligibilityCriterion.determining.desc(), EligibilityCriterion.id)
    )
    for row in rows:
        criteria.setdefault(row.eligibility_id, []).append((Criterion(row.criterion), row))
    return [_fiche(each, criteria.get(each.id, [])) for each in found]


def _fiche(fiche: Eligibility, criteria: list[tuple[Criterion, EligibilityCriterion]]) -> Fiche:
    state = EligibilityState(fiche.state)
    still_open = state in (EligibilityState.received, EligibilityState.incomplete)
    return Fiche(fiche, state.label, TONES.get(state, ""), still_open, criteria)


def windows(session: Session, person: Person, contracts: Sequence[Contract]) -> list[OpenWindow]:
    """The windows of a person, as they count for a usual contract (three selects)."""
    return windows_by_person(session, person.territory_id, {person.id: contracts})[person.id]


def windows_by_person(
    session: Session, territory_id: int, contracts: Mapping[int, Sequence[Contract]]
) -> dict[int, list[OpenWindow]]:
    """The windows of several people of a territory, whose contracts are given (three selects)."""
    rules = rules_of(session, territory_id)
    found = session.scalars(
        select(Window).where(Window.person_id.in_(contracts)).order_by(Window.from_on)
    ).all()
    adjustments: dict[int, list[WindowAdjustment]] = {}
    for each in session.scalars(
        select(WindowAdjustment)
        .join(Window, Window.id == WindowAdjustment.window_id)
        .where(Window.person_id.in_(contracts))
        .order_by(WindowAdjustment.from_on)
    ):
        adjustments.setdefault(each.window_id, []).append(each)
    shown: dict[int, list[OpenWindow]] = {person_id: [] for person_id in contracts}
    for window in found:
        shown[window.person_id].append(
            _open_window(
                window,
                adjustments.get(window.id, []),
                rules.on(window.from_on),
                [Interval(each.from_on, each.last_on) for each in contracts[window.person_id]],
            )
        )
    return shown


def _open_window(
    window: Window, theirs: list[WindowAdjustment], rules: Rules, days: Sequence[Interval]
) -> OpenWindow:
    fact = WindowFact(
        window.from_on,
        tuple(Adjustment(AdjustmentKind(each.kind), each.from_on, each.to_on) for each in theirs),
    )
    usual = Interval(days[0].from_on if days else window.from_on)
    last = last_day_of(fact, ContractType.cdd, rules, usual, days) or datetime.date.max
    return OpenWindow(
        window.id, window.eligibility_id, window.from_on, last, alert_on(last, rules), window.reason, theirs
    )


def contracts_of(session: Session, person_id: int) -> list[tuple[Contract, str]]:
    """The contracts of a person with the employer’s name, newest first (one select)."""
    rows = session.execute(
        select(Contract, Organisation.name, Organisation.identifier)
        .join(Organisation, Organisation.id == Contract.employer_id)
        .where(Contract.person_id == person_id)
        .order_by(Contract.from_on.desc(), Contract.id.desc())
    )
    return [(contract, name or f"SIRET {identifier}") for contract, name, identifier in rows]


def months(session: Session, person_id: int) -> list[MonthLine]:
    """Hours by month and lot with what became of them, newest first (one select)."""
    rows = session.execute(
        select(
            Share.month,
            Share.lot_id,
            Market.object,
            Lot.number,
            Share.standing,
            func.sum(Share.hours),
            func.sum(Share.retained),
            func.max(Share.reason),
            func.max(Share.timesheet_id),
        )
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Share.person_id == person_id, Share.standing != Standing.outside)
        .group_by(Share.month, Share.lot_id, Market.object, Lot.number, Share.standing, Share.timesheet_id)
        .order_by(Share.month.desc(), Share.lot_id, func.max(Share.id))
    )
    return [
        MonthLine(
            month, lot_id, f"{market} – lot {number}", Standing(standing), hours, retained,
            Reason(reason) if reason else None, timesheet_id,
        )
        for month, lot_id, market, number, standing, hours, retained, reason, timesheet_id in rows
    ]  # fmt: skip
