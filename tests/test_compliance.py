"""The statement of a lot: worked scenarios 1, 2 and 8, and what must hold whatever the facts."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitator.compliance import (
    AwardFact,
    DatedFact,
    HoursRow,
    Interval,
    LedgerFact,
    LotFacts,
    Statement,
    add_up,
    late_document_penalty,
    refuse_negative,
    statement,
)
from facilitator.rules import Rules
from facilitator.vocabulary import (
    AwardRole,
    GroupementForm,
    LedgerKind,
    LotDateKind,
    Pace,
    Reason,
    Standing,
    ToleranceKind,
    TrancheState,
)

RULES = Rules()
D = Decimal


def counted(month: str, hours: str, award: int | None = 1) -> HoursRow:
    day = date.fromisoformat(f"{month}-01")
    return HoursRow(award, day, Standing.counted, None, D(hours), D(hours), D(0))


def line(kind: LedgerKind, delta: int, on: str | None, **more: object) -> LedgerFact:
    return LedgerFact(kind, D(delta), date.fromisoformat(on) if on else None, **more)  # type: ignore[arg-type]


def dates(start: str, *ends: tuple[str, str | None]) -> tuple[DatedFact, ...]:
    facts = [DatedFact(LotDateKind.start, date.fromisoformat(start))]
    for value, known in ends:
        effective = date.fromisoformat(known) if known else None
        facts.append(DatedFact(LotDateKind.end, date.fromisoformat(value), effective))
    return tuple(facts)


SCENARIO_1 = LotFacts(
    dates=dates("2025-09-01", ("2026-08-31", None), ("2026-10-31", "2026-03-15")),
    ledger=(
        line(LedgerKind.initial, 833, "2025-09-01"),
        line(LedgerKind.offre_superieure, 67, "2025-09-01"),
        line(LedgerKind.avenant, 90, "2026-03-15"),
    ),
    penalty_rate=D(35),
)
BEFORE = HoursRow(1, date(2026, 2, 1), Standing.counted, Reason.before_eligibility, D(28), D(0), D(28))
UNTIL_FEBRUARY = (
    counted("2025-10", "60"),
    counted("2025-11", "75.50"),
    counted("2025-12", "50.25"),
    counted("2026-01", "80"),
    counted("2026-02", "85.50"),
    BEFORE,
)
UNTIL_MARCH = (
    *UNTIL_FEBRUARY,
    counted("2026-03", "90"),
    HoursRow(1, date(2026, 3, 1), Standing.awaiting, None, D(12), D(0), D(12)),
)


def with_rows(facts: LotFacts, *rows: HoursRow) -> LotFacts:
    from dataclasses import replace

    return replace(facts, rows=rows)


def test_an_offer_above_the_minimum_and_an_avenant_mid_way() -> None:
    found = statement(with_rows(SCENARIO_1, *UNTIL_MARCH), date(2026, 3, 31), RULES)
    assert (found.owed_initial, found.owed_changes, found.owed) == (D(833), D(157), D(990))
    assert (found.declared, found.retained, found.awaiting) == (D("481.25"), D("441.25"), D(12))
    assert found.unretained_by_reason == ((Reason.before_eligibility, D(28)),)
    assert found.expected == D("492.68")
    assert found.rate_percent == D("44.57")
    assert found.left == D("548.75")
    assert found.pace is Pace.late
    assert found.pace_ratio is not None and round(float(found.pace_ratio), 4) == 0.8956
    assert found.projection == D("1037.42")
    assert found.target_month == date(2026, 10, 1)
    assert (found.penalty_if_stopped, found.penalty_due) == (D("19206.25"), D(0))
    assert found.months[-1].retained_to_date == D("441.25")


def test_an_avenant_does_not_leak_backwards() -> None:
    found = statement(with_rows(SCENARIO_1, *UNTIL_FEBRUARY), date(2026, 3, 14), RULES)
    assert (found.owed, found.end) == (D(900), date(2026, 8, 31))
    assert (found.expected, found.retained, found.awaiting) == (D("480.82"), D("351.25"), D(0))
    assert statement(SCENARIO_1, date(2026, 3, 15), RULES).owed == D(990)


def test_before_the_start_nothing_is_expected_and_there_is_no_rythme() -> None:
    facts = LotFacts(
        dates=dates("2026-05-01", ("2026-12-31", None)),
        ledger=(line(LedgerKind.initial, 100, "2026-03-01"),),
    )
    found = statement(facts, date(2026, 4, 30), RULES)
    assert (found.expected, found.pace) == (D(0), None)


def test_without_dates_the_expected_hours_are_unknown() -> None:
    found = statement(
        LotFacts(ledger=(line(LedgerKind.initial, 100, "2026-03-01"),)), date(2026, 4, 30), RULES
    )
    assert (found.expected, found.pace, found.projection, found.ended) == (None, None, None, False)
    assert found.rate_percent == D(0)


TRANCHES = LotFacts(
    dates=dates("2025-09-01", ("2026-05-31", None)),
    ledger=(
        line(LedgerKind.initial, 400, "2025-09-01"),
        line(LedgerKind.tranche, 250, "2026-02-10"),
        line(LedgerKind.tranche, 300, None, option_until=date(2026, 6, 30)),
    ),
    penalty_rate=D(35),
)
WORKED = tuple(
    counted(month, hours)
    for month, hours in (
        ("2025-09", "100"),
        ("2025-10", "100"),
        ("2025-11", "80"),
        ("2025-12", "60"),
        ("2026-01", "80"),
        ("2026-02", "60"),
        ("2026-03", "70"),
        ("2026-04", "70"),
        ("2026-05", "80"),
    )
)


@pytest.mark.parametrize(
    ("on", "months", "owed", "rate", "left", "surplus"),
    [
        ("2026-02-09", 5, 400, "105.00", 0, 20),
        ("2026-02-10", 5, 650, "64.62", 230, 0),
        ("2026-05-31", 9, 650, "107.69", 0, 50),
        ("2026-07-01", 9, 650, "107.69", 0, 50),
    ],
)
def test_a_tranche_counts_only_once_affirmed(
    on: str, months: int, owed: int, rate: str, left: int, surplus: int
) -> None:
    found = statement(with_rows(TRANCHES, *WORKED[:months]), date.fromisoformat(on), RULES)
    assert (found.owed, found.rate_percent) == (D(owed), D(rate))
    assert (found.left, found.surplus, found.penalty_due) == (D(left), D(surplus), D(0))
    assert found.potential == D(950)


def test_an_option_that_ran_out_is_caduque() -> None:
    option = TRANCHES.ledger[2]
    assert option.tranche_state(date(2026, 6, 30)) is TrancheState.non_affermie
    assert option.tranche_state(date(2026, 7, 1)) is TrancheState.caduque


@pytest.mark.parametrize(("received", "euros"), [("2026-04-21", "450.00"), ("2026-04-15", "0.00")])
def test_a_late_document_costs_its_days(received: str, euros: str) -> None:
    due, got = date(2026, 4, 15), date.fromisoformat(received)
    assert late_document_penalty(due, got, D(75), date(2026, 5, 1)) == D(euros)


def groupement(form: GroupementForm, binding: bool) -> LotFacts:
    return LotFacts(
        dates=dates("2025-09-01", ("2026-08-31", None)),
        awards=(
            AwardFact(1, None, "M", AwardRole.mandataire),
            AwardFact(2, None, "A", AwardRole.cotraitant),
            AwardFact(3, None, "B", AwardRole.cotraitant),
            AwardFact(4, 2, "S", AwardRole.sous_traitant),
        ),
        ledger=(
            line(LedgerKind.initial, 600, "2025-09-01", award_id=1),
            line(LedgerKind.initial, 400, "2025-09-01", award_id=2),
            line(LedgerKind.initial, 200, "2025-09-01", award_id=3),
            line(LedgerKind.transfert, 100, "2026-03-01", award_id=2),
            line(LedgerKind.transfert, -100, "2026-03-01", award_id=3),
        ),
        rows=(
            counted("2026-05", "650", 1),
            counted("2026-05", "310", 2),
            counted("2026-05", "40", 3),
            counted("2026-06", "150", 4),
        ),
        penalty_rate=D(60),
        groupement_form=form,
        shares_binding=binding,
    )


@pytest.mark.parametrize(
    ("form", "binding", "euros", "lines"),
    [
        (GroupementForm.solidaire, True, 3000, [("M", 3000, None)]),
        (GroupementForm.conjoint, False, 3000, [("M", 3000, None)]),
        (
            GroupementForm.conjoint,
            True,
            6000,
            [("M", 0, None), ("A", 2400, None), ("B", 3600, None)],
        ),
        (
            GroupementForm.conjoint_mandataire_solidaire,
            True,
            6000,
            [("M", 0, None), ("A", 2400, "M"), ("B", 3600, "M")],
        ),
    ],
)
def test_the_form_of_the_groupement_says_who_pays(
    form: GroupementForm, binding: bool, euros: int, lines: list[tuple[str, int, str | None]]
) -> None:
    found = statement(groupement(form, binding), date(2026, 8, 31), RULES)
    assert (found.owed, found.retained, found.rate_percent) == (D(1200), D(1150), D("95.83"))
    assert found.penalty_due == D(euros)
    assert [(each.label, each.amount, each.guarantor) for each in found.penalties] == [
        (label, D(amount), guarantor) for label, amount, guarantor in lines
    ]
    assert [(each.label, each.owed, each.retained) for each in found.awards] == [
        ("M", D(600), D(650)),
        ("A", D(500), D(460)),
        ("B", D(100), D(40)),
    ]


def test_hours_beyond_a_share_serve_those_that_no_company_holds() -> None:
    facts = groupement(GroupementForm.conjoint, True)
    unheld = line(LedgerKind.avenant, 80, "2026-01-01")
    found = statement(replace(facts, ledger=(*facts.ledger, unheld)), date(2026, 8, 31), RULES)

    # M did 50 h beyond its share: 30 of the 80 h are missing, besides A's 40 and B's 60.
    assert [(each.label, each.missing) for each in found.penalties] == [
        ("M", D(0)),
        ("A", D(40)),
        ("B", D(60)),
        (None, D(30)),
    ]


def test_shares_before_the_transfer() -> None:
    found = statement(groupement(GroupementForm.conjoint, True), date(2026, 2, 28), RULES)
    assert [each.owed for each in found.awards] == [D(600), D(400), D(200)]
    assert found.penalty_due == D(0)


@pytest.mark.parametrize(
    ("kind", "percent", "euros"),
    [
        (ToleranceKind.none, 10, 1000),
        (ToleranceKind.seuil, 10, 0),
        (ToleranceKind.seuil, 9, 1000),
        (ToleranceKind.franchise, 9, 100),
    ],
)
def test_a_tolerance_forgives_up_to_a_threshold_or_always(
    kind: ToleranceKind, percent: int, euros: int
) -> None:
    facts = LotFacts(
        dates=dates("2026-01-01", ("2026-06-30", None)),
        ledger=(line(LedgerKind.initial, 100, "2026-01-01"),),
        rows=(counted("2026-03", "90"),),
        penalty_rate=D(100),
        tolerance_kind=kind,
        tolerance_percent=D(percent),
    )
    assert statement(facts, date(2026, 6, 30), RULES).penalty_due == D(euros)


def test_a_remission_after_the_end_does_not_change_the_penalty() -> None:
    facts = LotFacts(
        dates=dates("2026-01-01", ("2026-06-30", None)),
        ledger=(
            line(LedgerKind.initial, 100, "2026-01-01"),
            line(LedgerKind.remise, -50, "2026-07-15"),
        ),
        penalty_rate=D(10),
    )
    found = statement(facts, date(2026, 8, 1), RULES)
    assert (found.owed, found.penalty_due) == (D(50), D(1000))


def test_days_of_stop_are_neither_elapsed_nor_expected() -> None:
    facts = LotFacts(
        dates=dates("2026-01-01", ("2026-04-30", None)),
        ledger=(line(LedgerKind.initial, 890, "2026-01-01"),),
        stops=(Interval(date(2026, 2, 1), date(2026, 3, 3)),),
    )
    assert statement(facts, date(2026, 3, 3), RULES).expected == D("310.00")  # 31 days of 89
    assert statement(facts, date(2026, 1, 31), RULES).expected == rounded_share(890, 31, 120)


def rounded_share(owed: int, days: int, whole: int) -> D:
    return (D(owed) * days / whole).quantize(D("0.01"))


def test_a_lot_that_never_ends_still_has_its_figures() -> None:
    facts = LotFacts(
        dates=dates("2026-01-01", ("9999-12-31", None)),
        ledger=(line(LedgerKind.initial, 100, "2026-01-01"),),
        rows=(counted("2026-01", "10"),),
    )
    found = statement(facts, date(2026, 1, 31), RULES)
    assert found.target_month == date(2026, 10, 1)
    assert found.projection is not None and found.projection > 900000


def test_a_plan_typed_in_replaces_the_elapsed_days() -> None:
    facts = LotFacts(
        dates=dates("2026-01-01", ("2026-03-31", None)),
        ledger=(line(LedgerKind.initial, 100, "2026-01-01"),),
        plan=((date(2026, 1, 1), D(20)), (date(2026, 2, 1), D(28)), (date(2026, 3, 1), D(52))),
    )
    assert statement(facts, date(2026, 2, 14), RULES).expected == D("34.00")


def test_a_line_that_goes_below_zero_is_seen_on_its_day() -> None:
    first = line(LedgerKind.initial, 100, "2026-01-01", award_id=1)
    less = line(LedgerKind.remise, -101, "2026-02-01")
    assert refuse_negative((first,)) is None
    assert refuse_negative((first, less)) == date(2026, 2, 1)
    second = line(LedgerKind.initial, 10, "2026-01-01", award_id=2)
    moved = line(LedgerKind.transfert, -20, "2026-03-01", award_id=2)
    given_to = line(LedgerKind.transfert, 20, "2026-03-01", award_id=1)
    assert refuse_negative((first, second, moved, given_to)) == date(2026, 3, 1)


def test_lots_without_hours_stay_out_of_the_rate_of_a_market() -> None:
    on = date(2026, 3, 31)
    lot = statement(with_rows(SCENARIO_1, *UNTIL_MARCH), on, RULES)
    undefined = statement(LotFacts(rows=(counted("2026-03", "10"),)), on, RULES)
    assert (undefined.defined, undefined.rate, undefined.pace) == (False, None, None)
    assert (undefined.penalty_if_stopped, undefined.projection) == (None, None)
    total = add_up((lot, undefined), on, RULES)
    assert (total.retained, total.rate_percent, total.expected) == (
        D("451.25"),
        D("44.57"),
        D("492.68"),
    )
    assert (total.lots, total.lots_undefined, total.pace) == (2, 1, Pace.late)
    again = add_up((total,), on, RULES)
    assert (again.rate, again.pace_ratio) == (total.rate, total.pace_ratio)
    assert add_up((), on, RULES).defined is False


HOURS = st.decimals(min_value=0, max_value=300, places=2)
MONTHS = st.dates(date(2025, 1, 1), date(2026, 12, 1)).map(lambda day: day.replace(day=1))


@st.composite
def any_row(draw: st.DrawFn) -> HoursRow:
    hours = draw(HOURS)
    standing = draw(st.sampled_from(Standing))
    retained = hours if standing is Standing.counted and draw(st.booleans()) else D("0.00")
    reason = None if retained == hours else draw(st.sampled_from(Reason))
    award = draw(st.sampled_from((None, 1, 2)))
    return HoursRow(award, draw(MONTHS), standing, reason, hours, retained, hours - retained)


@st.composite
def any_facts(draw: st.DrawFn) -> LotFacts:
    deltas = draw(st.lists(st.integers(0, 900), max_size=4))
    days = st.dates(date(2025, 1, 1), date(2027, 1, 1))
    start = draw(st.none() | days)
    known: tuple[DatedFact, ...] = ()
    if start:
        end = start + timedelta(draw(st.integers(0, 800)))
        known = (DatedFact(LotDateKind.start, start), DatedFact(LotDateKind.end, end))
    stop = draw(st.none() | days)
    return LotFacts(
        dates=known,
        stops=(Interval(stop, stop + timedelta(30)),) if stop else (),
        ledger=tuple(LedgerFact(LedgerKind.avenant, D(each), draw(days)) for each in deltas),
        awards=(
            AwardFact(1, None, "A", AwardRole.titulaire),
            AwardFact(2, 1, "B", AwardRole.sous_traitant),
        ),
        rows=tuple(draw(st.lists(any_row(), max_size=8))),
        penalty_rate=D(35),
    )


@given(st.lists(any_facts(), max_size=4), st.dates(date(2025, 1, 1), date(2027, 6, 1)))
def test_declared_hours_always_split_into_the_same_parts(lots: list[LotFacts], on: date) -> None:
    found = [statement(facts, on, RULES) for facts in lots]
    for each in (*found, add_up(found, on, RULES)):
        holds(each)


def holds(found: Statement) -> None:
    parts = found.retained + found.unretained + found.awaiting + found.refused
    assert found.declared == parts
    assert found.unretained == sum((hours for _, hours in found.unretained_by_reason), D(0))
    assert found.declared == sum((each.declared for each in found.months), D(0))
    assert [each.retained for each in found.months] == [
        after - before
        for before, after in zip(
            (D(0), *(each.retained_to_date for each in found.months)),
            (each.retained_to_date for each in found.months),
            strict=False,
        )
    ]
    assert found.owed == found.owed_initial + found.owed_changes
    assert found.gap == found.surplus - found.left
    assert min(found.left, found.surplus, found.penalty_due) >= 0
    assert found.expected is None or found.expected >= 0
    assert list(accumulate(each.retained for each in found.months))[-1:] == (
        [found.retained] if found.months else []
    )


@given(any_facts(), st.dates(date(2025, 1, 1), date(2027, 6, 1)))
def test_expected_hours_never_exceed_what_is_owed(facts: LotFacts, on: date) -> None:
    found = statement(facts, on, RULES)
    assert found.expected is None or found.expected <= found.owed
