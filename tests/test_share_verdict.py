"""The verdict of a share: scenario 3 and the limits that it may cross."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitator.compliance import Interval, ShareFacts, Verdict, verdict
from facilitator.eligibility_windows import Window, counted_intervals
from facilitator.periods import add_months, last_of_month
from facilitator.rules import Rules, WindowBasis
from facilitator.vocabulary import ContractType, Criterion, PlacementMode, Reason, Standing, TimesheetState

D = Decimal
ELIGIBLE = date(2024, 5, 17)
CDI = Interval(date(2024, 6, 3))
FACTS = ShareFacts(
    hours=D("140.00"),
    state=TimesheetState.validated,
    from_on=date(2025, 3, 1),
    to_on=date(2025, 3, 31),
    contract=CDI,
    placement=CDI,
    execution_from=date(2024, 6, 1),
    execution_to=date(2026, 12, 31),
    mode=PlacementMode.embauche_directe,
    windows=(Interval(ELIGIBLE, date(2026, 5, 16)),),
    eligible_from=ELIGIBLE,
    criteria=frozenset({Criterion.rsa}),
)


def share(start: str, end: str, hours: str) -> ShareFacts:
    return replace(FACTS, from_on=date.fromisoformat(start), to_on=date.fromisoformat(end), hours=D(hours))


def months_before_may_2026() -> Iterable[ShareFacts]:
    yield share("2024-06-03", "2024-06-30", "140")
    for count in range(1, 23):
        first = add_months(date(2024, 6, 1), count)
        yield share(first.isoformat(), last_of_month(first).isoformat(), "140")


SPLIT = (
    share("2026-05-01", "2026-05-16", "72"),
    share("2026-05-17", "2026-05-31", "61"),
    share("2026-06-01", "2026-06-02", "14"),
    share("2026-06-03", "2026-06-30", "106"),
)
WHOLE = (share("2026-05-01", "2026-05-31", "133"), share("2026-06-01", "2026-06-30", "120"))


def judged(shares: Iterable[ShareFacts], rules: Rules) -> list[Verdict]:
    windows = counted_intervals((Window(ELIGIBLE),), ContractType.cdi, rules, CDI)
    return [verdict(replace(each, windows=windows)) for each in shares]


@pytest.mark.parametrize(
    ("rules", "retained", "unretained"),
    [
        (Rules(), "3292", "181"),
        (Rules(window_basis=WindowBasis.first_day), "3367", "106"),
        (Rules(window_months_by_type={ContractType.cdi: 36}), "3473", "0"),
    ],
)
def test_the_months_end_in_the_middle_of_a_month(rules: Rules, retained: str, unretained: str) -> None:
    found = judged((*months_before_may_2026(), *SPLIT), rules)
    assert sum(each.retained for each in found) == D(retained)
    assert sum(each.unretained for each in found) == D(unretained)
    assert {each.reasons for each in found if not each.retained} <= {(Reason.after_window,)}


def test_a_month_that_straddles_the_end_is_to_be_split_at_a_named_date() -> None:
    found = judged((*months_before_may_2026(), *WHOLE), Rules())
    assert sum(each.retained for each in found) == D(3220)
    may, june = found[-2:]
    assert (may.reasons, may.split_on, may.unretained) == (
        (Reason.to_split,),
        date(2026, 5, 17),
        D(133),
    )
    assert (june.reasons, june.split_on, june.unretained) == ((Reason.after_window,), None, D(120))


OUT = Interval(date(2030, 1, 1))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"eligible_from": None, "windows": ()}, Reason.no_eligibility),
        (
            {"eligible_from": date(2025, 4, 1), "windows": (Interval(date(2025, 4, 1)),)},
            Reason.before_eligibility,
        ),
        ({"windows": (Interval(ELIGIBLE, date(2025, 2, 28)),)}, Reason.after_window),
        (
            {"windows": (Interval(ELIGIBLE, date(2025, 2, 28)), Interval(date(2025, 4, 1)))},
            Reason.between_windows,
        ),
        ({"contract": OUT}, Reason.outside_contract),
        ({"placement": OUT}, Reason.outside_placement),
        ({"execution_from": date(2025, 4, 1)}, Reason.outside_execution),
        ({"execution_to": date(2025, 2, 28)}, Reason.outside_execution),
        ({"publics_admitted": frozenset({Criterion.qpv})}, Reason.public_not_admitted),
        (
            {"modes_admitted": frozenset({PlacementMode.mise_a_disposition})},
            Reason.mode_not_admitted,
        ),
    ],
)
def test_one_limit_is_enough_to_retain_nothing(change: dict[str, object], reason: Reason) -> None:
    found = verdict(replace(FACTS, **change))  # type: ignore[arg-type]
    assert (found.standing, found.retained, found.unretained) == (Standing.counted, D(0), FACTS.hours)
    assert found.reasons == (reason,)


def test_reasons_come_in_their_order_of_precedence() -> None:
    found = verdict(replace(FACTS, contract=OUT, windows=(), eligible_from=None, placement=OUT))
    assert found.reasons == (Reason.no_eligibility, Reason.outside_contract, Reason.outside_placement)
    assert found.reason is Reason.no_eligibility


def test_the_split_is_at_the_first_limit_crossed() -> None:
    late_start = replace(FACTS, contract=Interval(date(2025, 3, 10)), execution_to=date(2025, 3, 20))
    assert verdict(late_start).split_on == date(2025, 3, 10)
    assert verdict(replace(FACTS, execution_to=date(2025, 3, 20))).split_on == date(2025, 3, 21)


def test_a_lot_without_limits_admits_every_public_mode_and_date() -> None:
    open_lot = replace(
        FACTS,
        execution_from=None,
        execution_to=None,
        publics_admitted=frozenset(),
        modes_admitted=None,
    )
    assert verdict(open_lot).retained == FACTS.hours


def test_training_is_retained_up_to_its_cap() -> None:
    found = verdict(replace(FACTS, training=D(50), training_percent=D(25)))
    assert (found.retained, found.unretained) == (D(125), D(15))
    assert found.reasons == (Reason.training_above_cap,)


@pytest.mark.parametrize(
    ("state", "corrects", "standing"),
    [
        (TimesheetState.declared, False, Standing.awaiting),
        (TimesheetState.refused, False, Standing.refused),
        (TimesheetState.replaced, False, Standing.outside),
        (TimesheetState.declared, True, Standing.outside),
        (TimesheetState.refused, True, Standing.outside),
        (TimesheetState.validated, True, Standing.counted),
    ],
)
def test_only_validated_hours_are_retained(state: TimesheetState, corrects: bool, standing: Standing) -> None:
    found = verdict(replace(FACTS, state=state, corrects_validated=corrects))
    assert found.standing is standing
    assert found.retained == (FACTS.hours if standing is Standing.counted else 0)
    assert found.reasons == ()


DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 31))
SPANS = st.builds(lambda start, n: Interval(start, start + timedelta(n)), DAYS, st.integers(0, 200))


@given(
    SPANS,
    st.lists(SPANS, max_size=3),
    SPANS,
    SPANS,
    st.decimals(0, 250, places=2),
    st.decimals(0, 250, places=2),
    st.integers(0, 100),
    st.sampled_from(TimesheetState),
)
def test_a_verdict_always_adds_up_and_says_why(
    period: Interval,
    windows: list[Interval],
    contract: Interval,
    placement: Interval,
    hours: Decimal,
    training: Decimal,
    cap: int,
    state: TimesheetState,
) -> None:
    found = verdict(
        replace(
            FACTS,
            hours=hours,
            training=min(hours, training),
            training_percent=D(cap),
            state=state,
            from_on=period.from_on,
            to_on=period.last_on,
            windows=tuple(windows),
            contract=contract,
            placement=placement,
        )
    )
    assert found.retained + found.unretained == hours
    assert min(found.retained, found.unretained) >= 0
    assert found.retained == 0 or state is TimesheetState.validated
    if found.standing is Standing.counted and found.unretained:
        assert found.reasons
    assert list(found.reasons) == [reason for reason in Reason if reason in found.reasons]
    assert (found.split_on is not None) == (Reason.to_split in found.reasons)
    if found.split_on:
        assert period.from_on < found.split_on <= period.last_on
