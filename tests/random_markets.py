"""Random markets, and an SQL that judges every relevé again from the raw facts: nothing of ours stands between.

A plan is drawn by hypothesis (so that a failure shrinks), `build` gives it life through the domain's verbs, and
`RECOMPUTED` decides in the database which hours count: it reads contracts, placements, dates of lots, windows, fiches
and parameters, never a stored verdict.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, overload

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from facilitator import (
    declarations,
    globalisations,
    ledger,
    markets,
    sharing,
    statements,
    validations,
)
from facilitator.awards import Award
from facilitator.hours import Timesheet
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.periods import add_months, last_of_month
from facilitator.placements import Placement
from facilitator.refusals import Refused
from facilitator.shares import Part
from facilitator.statement import Statement
from facilitator.territories import Territory
from facilitator.vocabulary import ContractType, Criterion, LedgerKind, PlacementMode, Reason
from tests import trade

START, TODAY = date(2025, 1, 1), date(2026, 11, 23)
RULES: tuple[dict[str, str], ...] = (
    {},
    {"training_percent": "30", "window_months": "12"},
    {"training_percent": "0", "month_ceiling": "250"},
)
MODES = (PlacementMode.embauche_directe, PlacementMode.mise_a_disposition)
ALL = {
    *(
        "retained",
        "awaiting",
        "refused",
        Reason.no_eligibility,
        Reason.before_eligibility,
        Reason.after_window,
    ),
    *(Reason.to_split, Reason.outside_execution, Reason.outside_placement, Reason.mode_not_admitted),
    *(Reason.public_not_admitted, Reason.training_above_cap),
}
CRITERIA = (Criterion.rsa, Criterion.deld, Criterion.qpv)


@dataclass(frozen=True)
class LotPlan:
    """Days count from 01/01/2025; hours are hundredths."""

    start: int
    months: int
    owed: tuple[tuple[int, int], ...]  # (day, hundredths)
    mode: PlacementMode | None  # the only one admitted
    public: Criterion | None
    consent: int | None  # the day on which its buyer agreed to share hours


@dataclass(frozen=True)
class HirePlan:
    """Somebody at work on a lot; a window may begin late, a contract or a placement end early."""

    lot: int
    fiche: int | None
    public: Criterion
    start: int
    months: int | None  # of the contract; None: it lasts
    placed: int | None  # days; None: as long as the lot
    mode: PlacementMode


@dataclass(frozen=True)
class SheetPlan:
    """Hours of a month and what becomes of them; with `shared`, so many percent go to another lot."""

    hire: int
    month: int
    first: int
    hours: int
    training: int  # percent
    shared: int | None
    decided: str | None
    corrected: int | None  # hundredths
    decided_again: str | None


@dataclass(frozen=True)
class Plan:
    """A market of one to three lots of one company, under the rules of one territory, looked at on a day."""

    rules: int
    lots: tuple[LotPlan, ...]
    hires: tuple[HirePlan, ...]
    sheets: tuple[SheetPlan, ...]
    day: int


def often(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Now and then nothing, most often something: nobody’s hours count without a fiche."""
    return st.one_of(strategy, strategy, strategy, st.none())


_hundredths, _decision = st.integers(1, 16_000), st.sampled_from(["validate", "validate", "refuse", None])
_lots = st.builds(
    LotPlan,
    start=st.integers(0, 90),
    months=st.integers(9, 24),
    owed=st.lists(st.tuples(st.integers(0, 600), st.integers(-20_000, 90_000)), max_size=3).map(tuple),
    mode=st.sampled_from([None, None, None, None, *MODES]),
    public=st.sampled_from([None, None, None, None, *CRITERIA[:2]]),
    consent=often(st.integers(0, 60)) | st.integers(200, 300),
)
_hires = st.builds(
    HirePlan,
    lot=st.integers(0, 2),
    fiche=often(st.integers(-300, 30) | st.integers(-700, 250)),
    public=st.sampled_from(CRITERIA),
    start=st.integers(30, 200),
    months=st.none() | st.integers(3, 15),
    placed=st.none() | st.integers(30, 200),
    mode=st.sampled_from(MODES),
)
_sheets = st.builds(
    SheetPlan,
    hire=st.integers(0, 3),
    month=st.integers(0, 11),
    first=st.sampled_from([0, 0, 0, 9, 17]),
    hours=_hundredths,
    training=st.sampled_from([0, 0, 10, 50, 100]),
    shared=st.none() | st.none() | st.integers(0, 100),
    decided=_decision,
    corrected=st.none() | _hundredths,
    decided_again=_decision,
)
plans = st.builds(
    Plan,
    rules=st.integers(0, len(RULES) - 1),
    lots=st.lists(_lots, min_size=1, max_size=3).map(tuple),
    hires=st.lists(_hires, min_size=1, max_size=4).map(tuple),
    sheets=st.lists(_sheets, min_size=1, max_size=8).map(tuple),
    day=st.integers(300, (TODAY - START).days) | st.integers(0, 300),
)


def _hired(lot: int, fiche: int | None, start: int = 31, placed: int | None = None) -> HirePlan:
    return HirePlan(lot, fiche, Criterion.rsa, start, None, placed, PlacementMode.embauche_directe)


def _worked(hire: int, month: int, decided: str | None = "validate", training: int = 0) -> SheetPlan:
    return SheetPlan(hire, month, 0, 10_000, training, None, decided, None, None)


# What is drawn may miss a reason, what is written here meets each of them: rules of twelve months and 30 %.
EVERY_REASON = (
    Plan(
        1,
        (
            LotPlan(0, 9, ((0, 50_000),), None, None, 0),
            LotPlan(0, 12, (), PlacementMode.mise_a_disposition, None, 0),
            LotPlan(0, 12, (), None, Criterion.deld, 0),
        ),
        (_hired(0, 104), _hired(1, -100), _hired(2, -100), _hired(0, None)),
        (
            *(_worked(0, 0), _worked(0, 2), _worked(0, 3, training=100), _worked(0, 4), _worked(0, 10)),
            *(_worked(1, 1), _worked(2, 1), _worked(3, 1)),
        ),
        650,
    ),
    Plan(
        1,
        (LotPlan(0, 24, ((0, 50_000),), None, None, 0),),
        (_hired(0, -300, start=120), _hired(0, -100, placed=30)),
        (_worked(0, 1), _worked(1, 5), _worked(1, 0, "refuse"), _worked(1, 1, None)),
        650,
    ),
)


@dataclass(frozen=True)
class Built:
    """What a plan became."""

    market: Market
    buyer: Organisation
    lots: list[Lot]
    day: date


def places(session: Session) -> list[Territory]:
    """One territory for each set of rules."""
    return [trade.territory(session, **parameters) for parameters in RULES]


def build(session: Session, plan: Plan, where: list[Territory]) -> Built:
    """Give life to a plan; what the domain refuses does not happen."""
    place, buyer, company = where[plan.rules], trade.buyer(session), trade.company(session)
    market = markets.create(session, place.id, buyer, object="Travaux au hasard (fictif)", by=None)
    lots = [_lot(session, market, number, each) for number, each in enumerate(plan.lots, start=1)]
    awards = [trade.award(session, lot, company) for lot in lots]
    if len(lots) > 1:
        consents = {
            lot.id: None if each.consent is None else _day(each.consent)
            for lot, each in zip(lots, plan.lots, strict=True)
        }
        globalisations.record(session, place.id, company.id, consents, effective_on=START, by=None)
    works = [_hire(session, place, awards[each.lot % len(lots)], each) for each in plan.hires]
    for sheet in plan.sheets:
        _live(session, sheet, works[sheet.hire % len(works)], lots)
    session.commit()
    return Built(market, buyer, lots, _day(plan.day))


def _day(number: int) -> date:
    return START + timedelta(days=number)


def _lot(session: Session, market: Market, number: int, plan: LotPlan) -> Lot:
    start = _day(plan.start)
    lot = markets.add_lot(
        *(session, market), number=str(number), title=f"Lot {number}", by=None, penalty_rate=Decimal(35),
        modes_admitted=[plan.mode.value] if plan.mode else None,
        publics_admitted=[plan.public.value] if plan.public else None,
    )  # fmt: skip
    trade.lot_dates.set_date(session, lot, "start", start, by=None)
    trade.lot_dates.set_date(session, lot, "end", add_months(start, plan.months), by=None)
    for day, hundredths in plan.owed:
        with suppress(Refused):
            delta = Decimal(hundredths).scaleb(-2)
            ledger.add_line(session, lot, LedgerKind.avenant, delta, effective_on=_day(day), by=None)
    return lot


def _hire(session: Session, place: Territory, award: Award, plan: HirePlan) -> trade.Work | None:
    person = trade.person(session, place)
    if plan.fiche is not None:
        # A day that every month has: engines do not agree on a month after the 31st.
        trade.fiche(session, person, _said(_day(plan.fiche).replace(day=15)), plan.public)
    start = _day(plan.start)
    until = None if plan.months is None else add_months(start, plan.months)
    placed = None if plan.placed is None else start + timedelta(days=plan.placed)
    employer = (
        session.get_one(Organisation, award.organisation_id)
        if plan.mode is PlacementMode.embauche_directe
        else trade.siae(session)
    )
    with suppress(Refused):
        return trade.work(
            session,
            person,
            award,
            employer,
            ContractType.cdi if until is None else ContractType.cdd,
            _said(start),
            _said(until),
            mode=plan.mode,
            placed_until=_said(placed),
        )
    return None


@overload
def _said(day: date) -> str: ...
@overload
def _said(day: date | None) -> str | None: ...
def _said(day: date | None) -> str | None:
    return None if day is None else f"{day:%d/%m/%Y}"


def _live(session: Session, plan: SheetPlan, work: trade.Work | None, lots: list[Lot]) -> None:
    """A relevé is declared, decided, corrected, and decided again, as far as the domain allows."""
    if work is None:
        return
    contract, placement = work.contract, work.placement
    month = add_months(date(contract.from_on.year, contract.from_on.month, 1), plan.month)
    from_on = max(month + timedelta(days=plan.first), contract.from_on)
    to_on = min(last_of_month(month), contract.to_on or date.max)
    worked = Decimal(plan.hours).scaleb(-2)
    found: list[Timesheet] = []

    def declare() -> None:
        training = _percent(worked, plan.training)
        parts = None if plan.shared is None else _parts(placement, lots, worked, training, plan.shared)
        found.append(
            declarations.declare(
                *(session, contract), from_on=from_on, to_on=to_on, worked=worked, training=training,
                parts=parts, on=TODAY, by=None,
            ).timesheet
        )  # fmt: skip

    def correct() -> None:
        assert plan.corrected is not None
        old, hours = found[-1], Decimal(plan.corrected).scaleb(-2)
        new = declarations.correct(
            *(session, contract, old, "Saisie à reprendre"), from_on=from_on, to_on=to_on, worked=hours,
            on=TODAY, by=None,
        ).timesheet  # fmt: skip
        found.append(new)
        if plan.decided_again and (parts := sharing.proposal(session, new)) and plan.shared:
            with suppress(Refused):
                sharing.share_out(session, contract, new, parts, by=None)

    _try(declare)
    if found and plan.decided:
        _try(lambda: _decide(session, found[-1], plan.decided))
    if found and plan.corrected is not None:
        _try(correct)
        _try(lambda: _decide(session, found[-1], plan.decided_again))


def _try(act: Callable[[], None]) -> None:
    """Verbs refuse before they write: nothing is left of what was refused."""
    with suppress(Refused):
        act()


def _decide(session: Session, sheet: Timesheet, decided: str | None) -> None:
    if decided == "validate":
        validations.validate(session, sheet, on=TODAY, by=None)
    elif decided == "refuse":
        validations.refuse(session, sheet, "Feuille illisible", on=TODAY, by=None)


def _percent(hours: Decimal, percent: int) -> Decimal:
    return (hours * percent / 100).quantize(Decimal("0.01"))


def _parts(
    placement: Placement, lots: list[Lot], worked: Decimal, training: Decimal, percent: int
) -> list[Part]:
    """So many percent on another lot of the company; the training stays where the person works."""
    away = min(_percent(worked, percent), worked - training)
    other = next((lot.id for lot in lots if lot.id != placement.lot_id), None)
    here = Part(placement.id, worked - away, training)
    return [here] if other is None or not away else [here, Part(placement.id, away, lot_id=other)]


def _latest(kind: str) -> str:
    return (
        f"(SELECT d.value_on FROM lot_dates d WHERE d.lot_id = s.lot_id AND d.kind = '{kind}'"
        " ORDER BY d.effective_on DESC NULLS LAST, d.id DESC LIMIT 1)"
    )


def _parameter(name: str, otherwise: int) -> str:
    return (
        "coalesce((SELECT CAST(q.value AS integer) FROM territory_parameters q"
        f" WHERE q.territory_id = s.territory_id AND q.name = '{name}' AND q.effective_on <= t.from_on"
        f" ORDER BY q.effective_on DESC LIMIT 1), {otherwise})"
    )


def _admits(column: str, code: str) -> str:
    listed = f"CAST(l.{column} AS text)"
    return f"(l.{column} IS NULL OR {listed} IN ('null', '[]') OR {listed} LIKE '%\"' || {code} || '\"%')"


_LAST_DAY = {
    "sqlite": "date(w.from_on, '+' || {months} || ' months', '-1 day')",
    "postgresql": "(w.from_on + make_interval(months => {months}) - interval '1 day')::date",
}


def recomputed(engine: str) -> Any:
    """By lot of a market, in hundredths: retained, not retained, waiting, refused, at the close of :day."""
    last_day = _LAST_DAY[engine].format(months=_parameter("window_months", 24))
    fiche = (
        "(SELECT e.id FROM eligibilities e WHERE e.person_id = t.person_id AND e.state = 'validated'"
        " AND e.effective_on <= t.to_on ORDER BY e.effective_on DESC, e.id DESC LIMIT 1)"
    )
    return text(
        f"""
        WITH judged AS (
            SELECT s.lot_id, s.hours, t.state, coalesce(o.state, '') AS corrects,
                   s.hours - CASE WHEN s.training > (s.hours * {_parameter("training_percent", 100)} + 50) / 100
                       THEN s.training - (s.hours * {_parameter("training_percent", 100)} + 50) / 100 ELSE 0 END AS kept,
                   t.from_on >= c.from_on
                   AND t.to_on <= coalesce(c.ended_on, c.to_on, t.to_on)
                   AND t.from_on >= p.from_on AND t.to_on <= coalesce(p.to_on, t.to_on)
                   AND t.from_on >= coalesce({_latest("start")}, t.from_on)
                   AND t.to_on <= coalesce({_latest("end")}, t.to_on)
                   AND EXISTS (SELECT 1 FROM windows w WHERE w.person_id = t.person_id
                               AND w.from_on <= t.from_on AND t.to_on <= {last_day})
                   AND {_admits("modes_admitted", "p.mode")}
                   AND (l.publics_admitted IS NULL OR CAST(l.publics_admitted AS text) IN ('null', '[]')
                        OR EXISTS (SELECT 1 FROM eligibility_criteria k
                                   WHERE k.eligibility_id = {fiche}
                                   AND {_admits("publics_admitted", "k.criterion")})) AS inside
            FROM shares s
            JOIN timesheets t ON t.id = s.timesheet_id
            JOIN contracts c ON c.id = t.contract_id
            JOIN placements p ON p.id = s.placement_id
            JOIN lots l ON l.id = s.lot_id
            LEFT JOIN timesheets o ON o.id = t.replaces_id
            WHERE l.market_id = :market AND t.to_on <= :day)
        SELECT l.id,
               coalesce(sum(CASE WHEN j.state = 'validated' AND j.inside THEN j.kept END), 0),
               coalesce(sum(CASE WHEN j.state = 'validated' THEN j.hours - CASE WHEN j.inside THEN j.kept ELSE 0 END END), 0),
               coalesce(sum(CASE WHEN j.state = 'declared' AND j.corrects <> 'validated' THEN j.hours END), 0),
               coalesce(sum(CASE WHEN j.state = 'refused' AND j.corrects <> 'validated' THEN j.hours END), 0),
               (SELECT coalesce(sum(g.delta), 0) FROM ledger_lines g WHERE g.lot_id = l.id AND g.effective_on <= :day)
        FROM lots l LEFT JOIN judged j ON j.lot_id = l.id
        WHERE l.market_id = :market GROUP BY l.id
        """
    )


def compare(session: Session, built: Built) -> dict[int, Statement]:
    """The statement of each lot and of the market says what the SQL says, to 0,01 h; gives those of the lots."""
    engine = session.get_bind().dialect.name
    bound = built.day.isoformat() if engine == "sqlite" else built.day
    rows = session.execute(recomputed(engine), {"market": built.market.id, "day": bound}).all()
    found = statements.of_lots(session, [lot.id for lot in built.lots], built.day)
    assert {row[0] for row in rows} == set(found)
    for lot_id, *hundredths in rows:
        wanted = [_hours(each) for each in hundredths]
        assert figures(found[lot_id]) == [*wanted, sum(wanted[:4], Decimal(0))], built
    total = statements.add_up(session, found.values(), built.day, built.market.territory_id)
    sums = [_hours(sum(row[place] for row in rows)) for place in range(1, 6)]
    assert figures(total) == [*sums, sum(sums[:4], Decimal(0))]
    return found


def became(found: Iterable[Statement]) -> Iterator[str]:
    """What the hours of these lots became, in words."""
    for each in found:
        yield from (name for name in ("retained", "awaiting", "refused") if getattr(each, name))
        yield from (reason.value for reason, _ in each.unretained_by_reason)


def figures(found: Statement) -> list[Decimal]:
    """Retained, not retained, waiting, refused, owed; and declared, which is the sum of the first four."""
    return [found.retained, found.unretained, found.awaiting, found.refused, found.owed, found.declared]


def _hours(hundredths: Any) -> Decimal:
    return Decimal(int(hundredths)).scaleb(-2)
