"""Paths, follow-ups and families: worked scenarios 5 and 9, and the chain."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitator.outcomes import (
    Answer,
    FollowedPath,
    IaeFamily,
    KnownContract,
    MilestoneState,
    Path,
    PlieFamily,
    chain,
    iae_family,
    in_work,
    on_schedule,
    paths,
    placement_end,
    plie_family,
    propose,
)
from facilitator.periods import Interval
from facilitator.vocabulary import ContractType, FollowUpOutcome, SiaeKind, Situation

D = Decimal


def days(start: str, end: str | None = None) -> Interval:
    return Interval(date.fromisoformat(start), date.fromisoformat(end) if end else None)


def day(text: str) -> date:
    return date.fromisoformat(text)


def due(path: Path) -> list[str]:
    return [each.reference_on.isoformat() for each in path.milestones()]


CDD = KnownContract(ContractType.cdd, days("2025-01-13", "2025-07-11"), 7)
CDI = KnownContract(ContractType.cdi, days("2025-07-12"), 7, weekly_hours=D(35))


def test_a_placement_ends_with_the_lot_although_the_cdi_goes_on() -> None:
    end = placement_end(None, [CDD.days.to_on, CDI.days.to_on], day("2025-12-31"), day("2027-01-09"))
    assert end == day("2025-12-31")
    (path,) = paths([Interval(CDD.days.from_on, end)], 3)
    assert (path.to_on, due(path)) == (day("2025-12-31"), ["2026-06-30", "2026-12-31"])
    found = propose([CDD, CDI], day("2026-06-30"), 7)
    assert found is not None and found.sentence == "CDI, même employeur, depuis le 12/07/2025"
    assert (found.situation, found.since_on, found.same_employer) == (
        Situation.cdi,
        day("2025-07-12"),
        True,
    )


def test_a_new_lot_within_three_months_withdraws_the_follow_ups() -> None:
    (path,) = paths([days("2025-01-13", "2025-12-31"), days("2026-03-02")], 3)
    assert (path.to_on, path.milestones()) == (None, ())
    assert path.state(paths([days("2025-01-13", "2025-12-31")], 3)[0].milestones()[0], day("2026-07-01")) is (
        MilestoneState.under_way
    )


C1 = days("2025-01-06", "2025-03-31")
C2 = days("2025-06-01", "2025-08-31")
C3 = days("2025-12-01", "2026-03-31")


def test_an_exit_is_provisional_for_three_months() -> None:
    (path,) = paths([C1], 3)
    first = path.milestones()[0]
    assert path.provisional_until == day("2025-06-30")
    assert path.state(first, day("2025-03-30")) is MilestoneState.under_way
    assert path.state(first, day("2025-04-01")) is MilestoneState.provisional
    assert path.state(first, day("2025-07-01")) is MilestoneState.not_reached
    assert path.state(first, day("2025-09-30")) is MilestoneState.due


def test_a_gap_of_exactly_three_months_opens_a_second_path() -> None:
    first, second = paths([C3, C1, C2], 3)
    assert (first.from_on, first.to_on) == (C1.from_on, day("2025-08-31"))
    assert first.provisional_until == day("2025-11-30")
    assert (due(first), due(second)) == (["2026-02-28", "2026-08-31"], ["2026-09-30", "2027-03-31"])
    (single,) = paths([C1, C2, days("2025-11-30", "2026-03-31")], 3)
    assert single.to_on == day("2026-03-31")


def test_leavers_and_milestones_on_a_day() -> None:
    on = day("2026-04-15")
    found = paths([C1, C2, C3], 3)
    reached = [[path.state(path.milestones()[n], on) is MilestoneState.due for path in found] for n in (0, 1)]
    assert [path.left(on) for path in found] == [True, True]
    assert reached == [[True, False], [False, False]]
    six = chain(FollowedPath(1, at) for at in reached[0])
    assert (six.left, six.people, six.reached, chain(FollowedPath(1, at) for at in reached[1]).reached) == (
        2,
        1,
        1,
        0,
    )


def test_a_late_entry_joins_paths_and_puts_an_answer_out_of_schedule() -> None:
    before = paths([C1, C2, C3], 3)
    after = paths([C1, C2, C3, days("2025-10-15", "2025-11-30")], 3)
    assert len(after) == 1 and after[0].to_on == day("2026-03-31")
    assert on_schedule(day("2025-08-31"), before)
    assert not on_schedule(day("2025-08-31"), after)


def test_another_siae_is_proposed_and_told_in_three_vocabularies() -> None:
    cddi = KnownContract(ContractType.cddi, C3, 9, SiaeKind.ACI, D(26))
    found = propose([cddi], day("2026-02-28"), 8)
    assert found is not None and found.situation is Situation.contrat_iae
    assert found.sentence == "contrat IAE (ACI), depuis le 01/12/2025"
    answer = Answer(found.situation, found.since_on, found.weekly_hours, same_employer=found.same_employer)
    assert in_work(answer.situation)
    assert iae_family(answer) is IaeFamily.positive
    assert plie_family(answer, day("2026-02-28")) is PlieFamily.not_positive
    assert iae_family(Answer(Situation.contrat_iae, same_employer=True)) is IaeFamily.not_an_exit


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (Answer(Situation.cdi, day("2026-01-02"), D(35)), PlieFamily.lasting),  # six months to the day
        (Answer(Situation.cdi, day("2026-01-03"), D(35)), PlieFamily.not_positive),  # one day less
        (Answer(Situation.cdi, day("2025-01-01"), D(17)), PlieFamily.not_positive),
        (Answer(Situation.cdi, day("2025-01-01"), D(17), True), PlieFamily.lasting),
        (Answer(Situation.cdi, day("2025-01-01"), D("17.5"), False), PlieFamily.lasting),
        (Answer(Situation.cdi, day("2025-01-01"), D("17.49"), False), PlieFamily.not_positive),
        (Answer(Situation.cdi, day("2025-01-01")), PlieFamily.not_positive),  # nobody said the hours
        (Answer(Situation.cdi), PlieFamily.not_positive),
        (Answer(Situation.creation, day("2025-01-01")), PlieFamily.lasting),
        (Answer(Situation.formation_qualifiante, training_validated=True), PlieFamily.training),
        (Answer(Situation.formation_qualifiante), PlieFamily.not_positive),
    ],
)
def test_a_lasting_exit_of_a_plie(answer: Answer, family: PlieFamily) -> None:
    assert plie_family(answer, day("2026-07-01")) is family


@pytest.mark.parametrize(
    ("situation", "family", "survey"),
    [
        (Situation.cdd_6_plus, IaeFamily.durable, True),
        (Situation.interim_6_moins, IaeFamily.transition, True),
        (Situation.formation_qualifiante, IaeFamily.positive, True),
        (Situation.recherche, IaeFamily.other, False),
        (Situation.pmsmp, IaeFamily.other, False),
    ],
)
def test_families_of_a_situation(situation: Situation, family: IaeFamily, survey: bool) -> None:
    assert (iae_family(Answer(situation)), in_work(situation)) == (family, survey)


@pytest.mark.parametrize(
    ("type_", "end", "situation"),
    [
        (ContractType.cdd, "2026-06-30", Situation.cdd_6_plus),
        (ContractType.cdd, "2026-06-29", Situation.cdd_6_moins),
        (ContractType.cdd_tremplin, None, Situation.cdd_6_plus),
        (ContractType.ctt, "2026-06-30", Situation.interim_6_moins),
        (ContractType.cdi_interimaire, None, Situation.cdi),
        (ContractType.pec, "2026-06-30", Situation.contrat_aide),
        (ContractType.apprentissage, None, Situation.apprentissage),
    ],
)
def test_the_situation_of_a_known_contract(
    type_: ContractType, end: str | None, situation: Situation
) -> None:
    found = propose([KnownContract(type_, days("2026-01-01", end), 1)], day("2026-02-28"), 2)
    assert found is not None and found.situation is situation


@pytest.mark.parametrize(
    ("since", "reference", "lasting"),
    [
        ("2026-01-01", "2026-06-30", True),  # hired the day after an exit on 31/12: counted at 6 months
        ("2026-01-02", "2026-06-30", False),
        ("2025-08-31", "2026-02-27", True),  # six months from 31/08 are over before 28/02
        ("2025-08-31", "2026-02-26", False),
        ("2025-09-01", "2026-02-28", True),
        ("2023-08-30", "2024-02-28", True),  # a leap year
        ("2023-08-31", "2024-02-27", False),
    ],
)
def test_six_months_end_on_the_day_before_the_same_day(since: str, reference: str, lasting: bool) -> None:
    answer = Answer(Situation.cdi, day(since), D(35))
    expected = PlieFamily.lasting if lasting else PlieFamily.not_positive
    assert plie_family(answer, day(reference)) is expected
    fixed = KnownContract(ContractType.cdd, days(since, reference), 1)
    found = propose([fixed], day(since), 2)
    assert found is not None
    assert found.situation is (Situation.cdd_6_plus if lasting else Situation.cdd_6_moins)


def ctt(start: str, end: str) -> KnownContract:
    return KnownContract(ContractType.ctt, days(start, end), 1)


@pytest.mark.parametrize(
    ("missions", "situation"),
    [
        # 91 + 91 days, with a hole between them
        ([ctt("2026-01-01", "2026-04-01"), ctt("2026-05-01", "2026-07-30")], Situation.interim_6_plus),
        ([ctt("2026-01-01", "2026-04-02"), ctt("2026-05-01", "2026-07-30")], Situation.interim_6_plus),
        ([ctt("2026-01-02", "2026-04-01"), ctt("2026-05-01", "2026-07-30")], Situation.interim_6_moins),
        # two agencies on the same days: 91 days, not 182
        ([ctt("2026-05-01", "2026-07-30"), ctt("2026-05-01", "2026-07-30")], Situation.interim_6_moins),
        # a mission that ended more than a year before does not follow on
        ([ctt("2025-03-01", "2025-06-15"), ctt("2026-05-01", "2026-07-30")], Situation.interim_6_moins),
        ([ctt("2025-03-01", "2025-06-16"), ctt("2026-05-01", "2026-07-30")], Situation.interim_6_plus),
    ],
)
def test_successive_missions_add_up(missions: list[KnownContract], situation: Situation) -> None:
    found = propose(missions, day("2026-06-15"), 2)
    assert found is not None and found.situation is situation


def test_nothing_is_proposed_without_a_contract_on_the_day() -> None:
    assert propose([CDD], day("2026-06-30"), 7) is None


def test_the_chain_never_shows_a_rate_without_its_n() -> None:
    answered, gone = FollowUpOutcome.answered, FollowUpOutcome.out_of_scope
    found = chain(
        [
            FollowedPath(1, True, answered, Situation.cdi),
            FollowedPath(2, True, answered, Situation.recherche),
            FollowedPath(3, True, answered, Situation.formation_qualifiante),
            FollowedPath(4, True, FollowUpOutcome.unreachable),
            FollowedPath(4, True, FollowUpOutcome.not_asked),
            FollowedPath(5, True),
            FollowedPath(6, True, gone),
            FollowedPath(7, False),
        ]
    )
    assert (found.left, found.reached, found.in_scope, found.asked) == (8, 7, 6, 4)
    assert (found.answered, found.in_work, found.people) == (3, 2, 7)
    assert (found.rate, found.floor_rate, found.response_rate) == (D("66.67"), D("33.33"), D("50.00"))
    assert (chain([]).rate, chain([]).floor_rate) == (None, None)


SPANS = st.builds(
    lambda start, n: Interval(start, start + timedelta(n)),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.integers(0, 120),
)


@given(st.lists(SPANS, max_size=8), st.integers(1, 6))
def test_each_placement_stands_in_one_path_and_paths_are_apart(spans: list[Interval], gap: int) -> None:
    found = paths(spans, gap)
    assert sorted(each for path in found for each in path.placements) == sorted(spans)
    for before, after in pairwise(found):
        assert before.provisional_until is not None and after.from_on > before.provisional_until
    assert paths([Interval(path.from_on, path.to_on) for path in found], gap) == tuple(
        Path(path.from_on, path.to_on, (Interval(path.from_on, path.to_on),), gap) for path in found
    )
