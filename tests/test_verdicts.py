"""Verdicts follow whatever they rest on in the same transaction, and statements add them up like the books."""

import datetime
import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from facilitator import (
    contracts,
    declarations,
    eligibility,
    lot_dates,
    markets,
    placements,
    statements,
    stored_paths,
    territories,
    validations,
    verdicts,
)
from facilitator.hours import Timesheet
from facilitator.people import Window
from facilitator.refusals import Refused
from facilitator.statement import Statement
from facilitator.vocabulary import ContractType, Criterion, PlacementMode, Reason, TimesheetState
from tests import trade
from tests.trade import LONG_AGO, Ground, day

D = Decimal
AT_THE_END = day("31/12/2026")


def retained(session: Session, ground: Ground) -> Decimal:
    return statements.of_lot(session, ground.lot.id, AT_THE_END).retained


def reason(session: Session, ground: Ground) -> Reason | None:
    """The only reason of the lot, None when everything is retained."""
    found = statements.of_lot(session, ground.lot.id, AT_THE_END).unretained_by_reason
    return found[0][0] if found else None


def end_contract(session: Session, ground: Ground) -> None:
    contracts.end(session, ground.contract, day("28/02/2026"), "Démission", by=None)


def end_lot(session: Session, ground: Ground) -> None:
    lot_dates.set_date(session, ground.lot, "end", day("28/02/2026"), by=None)


def start_lot_later(session: Session, ground: Ground) -> None:
    lot_dates.set_date(session, ground.lot, "start", day("01/04/2026"), by=None)


def end_placement(session: Session, ground: Ground) -> None:
    placements.end(session, ground.placement, day("28/02/2026"), "Fin de chantier", by=None)


def end_placement_inside(session: Session, ground: Ground) -> None:
    placements.end(session, ground.placement, day("15/03/2026"), "Fin de chantier", by=None)


def suspend(session: Session, ground: Ground) -> None:
    window = session.query(Window).one()
    eligibility.adjust(
        session, window, "suspension", day("01/03/2026"), day("31/03/2026"), "Congé maternité", by=None
    )


def shorten_window(session: Session, ground: Ground) -> None:
    territories.set_parameter(
        session, ground.territory, "window_months", "12", effective_on=LONG_AGO, by=None
    )


def admit_other_publics(session: Session, ground: Ground) -> None:
    markets.amend_lot(session, ground.lot, by=None, publics_admitted=[Criterion.ei.value])


def admit_other_modes(session: Session, ground: Ground) -> None:
    markets.amend_lot(session, ground.lot, by=None, modes_admitted=[PlacementMode.sous_traitance.value])


def cap_training(session: Session, ground: Ground) -> None:
    territories.set_parameter(
        session, ground.territory, "training_percent", "0", effective_on=LONG_AGO, by=None
    )


@pytest.mark.parametrize(
    ("change", "left", "why"),
    [
        (end_contract, "0", Reason.outside_contract),
        (end_lot, "0", Reason.outside_execution),
        (start_lot_later, "0", Reason.outside_execution),
        (end_placement, "0", Reason.outside_placement),
        (end_placement_inside, "0", Reason.to_split),
        (suspend, "0", Reason.between_windows),
        (shorten_window, "0", Reason.after_window),
        (admit_other_publics, "0", Reason.public_not_admitted),
        (admit_other_modes, "0", Reason.mode_not_admitted),
        (cap_training, "130", Reason.training_above_cap),
    ],
)
def test_a_change_judges_the_hours_again_before_its_commit(
    session: Session, change: Callable[[Session, Ground], None], left: str, why: Reason
) -> None:
    ground = trade.market(session)
    trade.month(session, ground.contract, "03/2026", "140", training="10")
    session.commit()
    assert (retained(session, ground), reason(session, ground)) == (D(140), None)
    change(session, ground)
    session.commit()
    assert (retained(session, ground), reason(session, ground)) == (D(left), why)
    assert list(verdicts.drift(session)) == []


def test_a_rolled_back_change_leaves_verdicts_as_they_were(session: Session) -> None:
    ground = trade.market(session)
    trade.month(session, ground.contract, "03/2026", "140")
    session.commit()
    end_lot(session, ground)
    session.rollback()
    assert retained(session, ground) == D(140)
    trade.month(session, ground.contract, "04/2026", "10")
    session.commit()
    assert list(verdicts.drift(session)) == []


def test_a_fiche_validated_after_the_work_counts_from_its_date_of_effect(session: Session) -> None:
    ground = trade.market(session)
    stranger = trade.person(session, ground.territory)
    at_work = trade.direct(session, stranger, ground.award, ContractType.cdi, "01/02/2026")
    trade.month(session, at_work.contract, "02/2026", "100")
    trade.month(session, at_work.contract, "03/2026", "100")
    session.commit()
    assert reason(session, ground) is Reason.no_eligibility
    trade.fiche(session, stranger, "01/03/2026")
    session.commit()
    assert (retained(session, ground), reason(session, ground)) == (D(100), Reason.before_eligibility)
    assert list(verdicts.drift(session)) == []


def test_an_earlier_contract_opens_the_window_earlier_when_it_runs_from_the_first_day(
    session: Session,
) -> None:
    ground = trade.market(session, window_basis="first_day", window_months="12")
    trade.month(session, ground.contract, "01/2026", "100")
    session.commit()
    assert retained(session, ground) == D(100)  # hired on 01/02/2025: until 31/01/2026
    contracts.record(
        session,
        ground.person,
        trade.siae(session).id,
        type=ContractType.cddi,
        from_on=day("02/01/2025"),
        to_on=day("31/01/2025"),
        weekly_hours=D(26),
        by=None,
    )
    session.commit()
    assert reason(session, ground) is Reason.to_split
    assert list(verdicts.drift(session)) == []


def test_drift_tells_a_verdict_that_is_not_what_the_facts_give(session: Session) -> None:
    ground = trade.market(session)
    trade.month(session, ground.contract, "03/2026", "140")
    session.commit()
    session.execute(text("UPDATE shares SET retained = 0, unretained = hours"))
    session.commit()
    [(_, stored, computed)] = verdicts.drift(session)
    assert (stored[1], computed[1]) == (D(0), D(140))


class Books:
    """A small market lived through at random; refused verbs are part of life and change nothing."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.random = session, random.Random(seed)
        self.ground = trade.market(session)
        self.works = [trade.Work(self.ground.placement, self.ground.contract)]
        self.sheets: list[Timesheet] = []

    def live(self, steps: int) -> None:
        for _ in range(steps):
            verb = self.random.choice(
                [self.hire, *[self.declare] * 6, *[self.decide] * 5, self.correct, self.split, self.end,
                 self.move_lot, self.adjust, self.set_rule, self.admit]
            )  # fmt: skip
            try:
                verb()
            except Refused:
                continue

    def some_day(self, first: str = "01/01/2025", last: str = "31/12/2026") -> datetime.date:
        start = day(first)
        return start + datetime.timedelta(days=self.random.randint(0, (day(last) - start).days))

    def hire(self) -> None:
        valid = self.some_day("01/06/2024", "30/06/2026") if self.random.random() < 0.8 else None
        person = trade.person(
            self.session,
            self.ground.territory,
            f"{valid:%d/%m/%Y}" if valid else None,
            on=day("01/01/2025"),
        )
        start = self.some_day(last="30/09/2026")
        fixed = self.random.random() < 0.5
        end = start + datetime.timedelta(days=self.random.randint(20, 300)) if fixed else None
        self.works.append(
            trade.direct(
                self.session,
                person,
                self.ground.award,
                ContractType.cdd if fixed else ContractType.cdi,
                f"{start:%d/%m/%Y}",
                f"{end:%d/%m/%Y}" if end else None,
            )
        )

    def declare(self) -> None:
        contract = self.random.choice(self.works).contract
        start, end = declarations.default_period(contract, self.some_day())
        if self.random.random() < 0.3:
            start = min(start + datetime.timedelta(days=self.random.randint(0, 12)), end)
        worked = D(self.random.randint(0, 20_000)) / 100
        made = declarations.declare(
            self.session,
            contract,
            from_on=start,
            to_on=end,
            worked=worked,
            training=(worked / 5).quantize(D("0.01")) if self.random.random() < 0.3 else D(0),
            on=AT_THE_END,
            by=None,
        )
        self.sheets.append(made.timesheet)
        if self.random.random() < 0.6:
            validations.validate(self.session, made.timesheet, on=AT_THE_END, by=None)

    def _sheet(self) -> Timesheet:
        if not self.sheets:
            raise Refused("no relevé yet")
        return self.random.choice(self.sheets)

    def _contract(self, sheet: Timesheet) -> contracts.Contract:
        return self.session.get_one(contracts.Contract, sheet.contract_id)

    def decide(self) -> None:
        sheet = self._sheet()
        if self.random.random() < 0.85:
            validations.validate(self.session, sheet, on=AT_THE_END, by=None)
        else:
            validations.refuse(self.session, sheet, "À revoir", on=AT_THE_END, by=None)

    def correct(self) -> None:
        old = self._sheet()
        made = declarations.correct(
            self.session,
            self._contract(old),
            old,
            "Relevé de la paie",
            from_on=old.from_on,
            to_on=old.to_on,
            worked=D(self.random.randint(0, 15_000)) / 100,
            on=AT_THE_END,
            by=None,
        )
        self.sheets.append(made.timesheet)

    def split(self) -> None:
        old = self._sheet()
        at = old.from_on + datetime.timedelta(days=self.random.randint(1, 20))
        first = (old.worked * self.random.randint(0, 4) / 4).quantize(D("0.01"))
        contract = self._contract(old)
        self.sheets += declarations.split(
            self.session, contract, old, at, min(first, old.worked), on=AT_THE_END, by=None
        )

    def end(self) -> None:
        work = self.random.choice(self.works)
        if self.random.random() < 0.5:
            contracts.end(self.session, work.contract, self.some_day(), "Départ", by=None)
        else:
            placements.end(self.session, work.placement, self.some_day(), "Fin de chantier", by=None)

    def move_lot(self) -> None:
        kind = self.random.choice(("start", "end"))
        value = self.some_day("01/01/2025", "01/03/2025") if kind == "start" else self.some_day("01/06/2026")
        since = self.some_day() if self.random.random() < 0.5 else None
        lot_dates.set_date(self.session, self.ground.lot, kind, value, by=None, effective_on=since)

    def adjust(self) -> None:
        window = self.random.choice(self.session.query(Window).order_by(Window.id).all())
        start = self.some_day()
        end = start + datetime.timedelta(days=self.random.randint(0, 90))
        kind = self.random.choice(("suspension", "extension"))
        eligibility.adjust(self.session, window, kind, start, end, "Motif d’essai", by=None)

    def set_rule(self) -> None:
        name, value = self.random.choice(
            [("window_months", "12"), ("window_months", "24"), ("window_basis", "first_day"),
             ("window_basis", "validity"), ("training_percent", "10"), ("window_months_by_type", "cdi=36")]
        )  # fmt: skip
        territories.set_parameter(
            self.session, self.ground.territory, name, value, effective_on=self.some_day(), by=None
        )

    def admit(self) -> None:
        publics = self.random.choice([None, [Criterion.rsa.value], [Criterion.ei.value]])
        markets.amend_lot(self.session, self.ground.lot, by=None, publics_admitted=publics)


RELEVÉS = text(
    """
    SELECT s.hours, s.retained, s.unretained, s.reason, t.state, t.to_on, old.state AS under
    FROM shares s
    JOIN timesheets t ON t.id = s.timesheet_id
    LEFT JOIN timesheets old ON old.id = t.replaces_id
    WHERE s.lot_id = :lot
    """
)


def recomputed(session: Session, lot_id: int, on: datetime.date) -> dict[str, Decimal]:
    """The figures of a lot from its relevés alone, by another way than the product's."""
    sums: dict[str, Decimal] = defaultdict(lambda: D(0))
    for hours, kept, lost, why, state, to_on, under in session.execute(RELEVÉS, {"lot": lot_id}):
        last = to_on if isinstance(to_on, datetime.date) else datetime.date.fromisoformat(to_on)
        corrects = state in ("declared", "refused") and under == "validated"
        if last > on or state == "replaced" or corrects:
            continue
        assert kept + lost == hours
        sums["declared"] += D(hours) / 100
        if state == "validated":
            sums["retained"] += D(kept) / 100
            sums["unretained"] += D(lost) / 100
            if lost:
                sums[why] += D(lost) / 100
        else:
            sums["awaiting" if state == "declared" else "refused"] += D(hours) / 100
    return sums


def same_figures(stood: Statement, sums: dict[str, Decimal]) -> None:
    """R5, and each part of it."""
    assert stood.declared == stood.retained + stood.unretained + stood.awaiting + stood.refused
    for name in ("declared", "retained", "unretained", "awaiting", "refused"):
        assert getattr(stood, name) == sums[name], name
    assert dict(stood.unretained_by_reason) == {each: sums[each.value] for each in Reason if sums[each.value]}
    assert sum((each.retained for each in stood.months), D(0)) == stood.retained
    assert stood.left == max(D(0), stood.owed - stood.retained)
    assert stood.surplus == max(D(0), stood.retained - stood.owed)


def test_random_markets_add_up_on_any_day_and_no_verdict_drifts(session: Session) -> None:
    """Sixty markets, one database: each lives by its own seed."""
    days = (day("31/03/2025"), day("30/09/2025"), day("15/05/2026"), AT_THE_END)
    lots = []
    for seed in range(60):
        books = Books(session, seed)
        books.live(steps=30)
        session.commit()
        lots.append(books.ground.lot.id)
        session.expunge_all()
    assert [*verdicts.drift(session), *stored_paths.drift(session)] == []
    assert session.query(Timesheet).filter_by(state=TimesheetState.validated).count() > 200
    for lot_id in lots:
        for on in days:
            same_figures(statements.of_lot(session, lot_id, on), recomputed(session, lot_id, on))


@pytest.mark.parametrize("seed", range(5))
def test_every_commit_of_a_random_history_leaves_no_drift(session: Session, seed: int) -> None:
    books = Books(session, 1000 + seed)
    for _ in range(8):
        books.live(steps=6)
        session.commit()
        assert [*verdicts.drift(session), *stored_paths.drift(session)] == []


def test_the_relevés_of_one_contract_never_count_the_same_day_twice(session: Session) -> None:
    books = [Books(session, 2000 + seed) for seed in range(15)]
    for each in books:
        each.live(steps=60)
    session.commit()
    twice = session.execute(
        text(
            """
            SELECT count(*) FROM timesheets a JOIN timesheets b
            ON a.contract_id = b.contract_id AND a.id < b.id
            AND a.state = 'validated' AND b.state = 'validated'
            AND a.from_on <= b.to_on AND b.from_on <= a.to_on
            """
        )
    )
    assert twice.scalar() == 0
