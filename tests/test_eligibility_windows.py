"""Windows of eligibility: months, suspensions, extensions, the whole contract."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitator.eligibility_windows import (
    Adjustment,
    AdjustmentKind,
    Window,
    alert_on,
    counted_intervals,
    last_counted_day,
    last_day_of,
    overlapping,
)
from facilitator.periods import DAY, Interval, add_months, merge
from facilitator.rules import Rules, WindowBasis
from facilitator.vocabulary import ContractType

RULES = Rules()
WINDOW = Window(date(2024, 5, 17))
CDI = Interval(date(2024, 6, 3))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "reached"),
    [
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-12-31", 6, "2026-06-30"),
        ("2025-01-15", -1, "2024-12-15"),
    ],
)
def test_months_are_clipped_to_the_end_of_the_month(start: str, months: int, reached: str) -> None:
    assert add_months(day(start), months) == day(reached)


def test_a_window_ends_on_the_day_before_and_is_announced() -> None:
    last = last_counted_day(WINDOW.from_on, 24)
    assert last == day("2026-05-16")
    assert alert_on(last, RULES) == day("2026-03-17")
    assert last_counted_day(day("2025-01-10"), 24) == day("2027-01-09")


def test_the_three_settings_of_a_territory() -> None:
    first_day = Rules(window_basis=WindowBasis.first_day)
    longer = Rules(window_months_by_type={ContractType.cdi: 36})
    ends = [last_day_of(WINDOW, ContractType.cdi, rules, CDI) for rules in (RULES, first_day, longer)]
    assert ends == [day("2026-05-16"), day("2026-06-02"), day("2027-05-16")]


def test_the_first_day_is_that_of_the_first_contract_still_running() -> None:
    rules = Rules(window_basis=WindowBasis.first_day)
    before = Interval(day("2024-01-01"), day("2024-04-30"))
    across = Interval(day("2024-05-01"), day("2024-05-31"))
    assert last_day_of(WINDOW, ContractType.cdi, rules, CDI, (before,)) == day("2026-06-02")
    assert last_day_of(WINDOW, ContractType.cdi, rules, CDI, (before, across)) == day("2026-05-16")


def test_alternance_counts_for_its_whole_contract() -> None:
    contract = Interval(day("2024-09-01"), day("2027-08-31"))
    found = counted_intervals((WINDOW,), ContractType.apprentissage, RULES, contract)
    assert found == (Interval(WINDOW.from_on, day("2027-08-31")),)
    late = Interval(day("2026-09-01"), day("2028-08-31"))
    assert counted_intervals((WINDOW,), ContractType.apprentissage, RULES, late) == (
        Interval(WINDOW.from_on, day("2026-05-16")),
    )


def test_a_suspension_does_not_count_and_pushes_the_end() -> None:
    pause = Adjustment(AdjustmentKind.suspension, day("2025-03-01"), day("2025-03-31"))
    found = counted_intervals((Window(WINDOW.from_on, (pause,)),), ContractType.cdi, RULES, CDI)
    assert found == (
        Interval(WINDOW.from_on, day("2025-02-28")),
        Interval(day("2025-04-01"), day("2026-06-16")),
    )


def test_an_extension_ends_at_its_date() -> None:
    more = Adjustment(AdjustmentKind.extension, day("2026-05-17"), day("2026-12-31"))
    extended = Window(WINDOW.from_on, (more,))
    assert last_day_of(extended, ContractType.cdi, RULES, CDI) == day("2026-12-31")
    assert overlapping(extended, Window(day("2026-12-31")), RULES)
    assert not overlapping(extended, Window(day("2027-01-01")), RULES)


def test_windows_that_follow_each_other_are_one() -> None:
    second = Window(day("2026-05-17"))
    found = counted_intervals((second, WINDOW), ContractType.cdi, RULES, CDI)
    assert found == (Interval(WINDOW.from_on, day("2028-05-16")),)


@given(
    st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 60), st.integers(0, 400), st.integers(0, 90)
)
def test_a_suspension_never_changes_the_number_of_days(
    start: date, months: int, wait: int, length: int
) -> None:
    rules = Rules(window_months=months)
    pause = Adjustment(AdjustmentKind.suspension, start + timedelta(wait), start + timedelta(wait + length))
    plain, paused = (
        counted_intervals((window,), ContractType.cdi, rules, CDI)
        for window in (Window(start), Window(start, (pause,)))
    )
    assert sum(each.days() for each in plain) == sum(each.days() for each in paused)
    if pause.from_on <= plain[-1].last_on:
        assert not any(each.meets(Interval(pause.from_on, pause.to_on)) for each in paused)


@given(st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2021, 1, 1)), st.integers(0, 60))))
def test_merged_intervals_are_apart_and_cover_the_same_days(spans: list[tuple[date, int]]) -> None:
    intervals = [Interval(start, start + timedelta(length)) for start, length in spans]
    joined = merge(intervals)
    for before, after in pairwise(joined):
        assert after.from_on > before.last_on + DAY
    days = {each.from_on + timedelta(n) for each in intervals for n in range(each.days())}
    assert len(days) == sum(each.days() for each in joined)
