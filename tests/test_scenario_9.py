"""Scenario 9: an exit with a 2-month gap, then with a gap of exactly 3 months."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from facilitator import followups, journeys
from facilitator.followups import Attempt, Due, FollowUp, FollowUpRefused
from facilitator.outcomes import Answer, IaeFamily, PlieFamily, iae_family, in_work, plie_family
from facilitator.paths import MilestoneState
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, Situation
from tests.scenarios import Scenario9, scenario_9
from tests.trade import day

D = Decimal
SIX_MONTHS = day("28/02/2026")


def whole(session: Session) -> Scenario9:
    scene = scenario_9(session)
    scene.second()
    scene.third()
    return scene


def exits(session: Session, scene: Scenario9) -> list[date | None]:
    return [each.path.to_on for each in journeys.of_person(session, scene.person.id)]


def dues(session: Session, scene: Scenario9, on: str) -> list[Due]:
    return followups.derived(session, journeys.of_person(session, scene.person.id), day(on))


def confirmed_from_the_desk(session: Session, scene: Scenario9, on: str) -> FollowUp:
    """One click on what the tool proposes for 28/02/2026."""
    due = followups.due_of(session, scene.person.id, day("31/08/2025"), 6, day(on))
    offered = followups.proposal(session, due)
    assert offered is not None
    answer = Answer(
        offered.situation, offered.since_on, offered.weekly_hours, same_employer=offered.same_employer
    )
    attempt = Attempt(FollowUpOutcome.answered, Channel.desk, AnsweredBy.desk, answer)
    row = followups.record(session, due, attempt, on=day(on), by=None)
    session.commit()
    return row


def test_an_exit_is_provisional_for_three_months_and_nobody_is_called(session: Session) -> None:
    scene = scenario_9(session)
    [journey] = journeys.of_person(session, scene.person.id)
    assert journey.path.to_on == day("31/03/2025")
    assert journey.path.provisional_until == day("30/06/2025")
    for on in ("01/04/2025", "30/06/2025"):
        assert {due.state for due in dues(session, scene, on)} == {MilestoneState.provisional}
    due = followups.due_of(session, scene.person.id, day("31/03/2025"), 6, day("30/06/2025"))
    attempt = Attempt(FollowUpOutcome.unreachable, Channel.phone)
    with pytest.raises(FollowUpRefused, match="provisoire jusqu’au"):
        followups.record(session, due, attempt, on=day("30/06/2025"), by=None)
    assert session.query(FollowUp).count() == 0


def test_a_contract_inside_three_months_withdraws_the_provisional_exit(session: Session) -> None:
    scene = scenario_9(session)
    scene.second()
    assert exits(session, scene) == [day("31/08/2025")]


def test_a_contract_that_starts_on_the_day_after_three_months_is_outside(session: Session) -> None:
    scene = whole(session)
    first, second = journeys.of_person(session, scene.person.id)
    assert first.path.provisional_until == day("30/11/2025")
    assert [each.reference_on for each in first.path.milestones()] == [SIX_MONTHS, day("31/08/2026")]
    assert second.path.to_on == day("31/03/2026")
    assert [each.reference_on for each in second.path.milestones()] == [
        day("30/09/2026"),
        day("31/03/2027"),
    ]


def test_a_contract_that_starts_on_the_last_day_of_three_months_is_inside(session: Session) -> None:
    scene = scenario_9(session)
    scene.second()
    scene.third("30/11/2025")
    assert exits(session, scene) == [day("31/03/2026")]


def test_the_tool_knows_that_she_works_in_another_workshop(session: Session) -> None:
    scene = whole(session)
    due = followups.due_of(session, scene.person.id, day("31/08/2025"), 6, SIX_MONTHS)
    offered = followups.proposal(session, due)
    assert offered is not None
    assert offered.situation is Situation.contrat_iae
    assert offered.sentence.startswith("contrat IAE (ACI)")
    assert not offered.same_employer
    row = confirmed_from_the_desk(session, scene, "28/02/2026")
    assert (row.channel, row.tries) == (Channel.desk, 0)
    assert Channel.desk.label == "Donnée du guichet"


def test_the_same_answer_reads_in_three_vocabularies() -> None:
    elsewhere = Answer(Situation.contrat_iae, day("01/12/2025"), D(26), same_employer=False)
    same = Answer(Situation.contrat_iae, day("01/12/2025"), D(26), same_employer=True)
    assert in_work(elsewhere.situation)
    assert iae_family(elsewhere) is IaeFamily.positive
    assert iae_family(same) is IaeFamily.not_an_exit
    assert plie_family(elsewhere, SIX_MONTHS) is PlieFamily.not_positive


def test_the_counting_unit_is_the_path_with_people_beside(session: Session) -> None:
    scene = whole(session)
    confirmed_from_the_desk(session, scene, "28/02/2026")
    chains = followups.chains(session, journeys.of_territory(session, scene.territory.id), day("15/04/2026"))
    assert (chains[6].left, chains[6].people) == (2, 1)
    assert (chains[6].reached, chains[12].reached) == (1, 0)
    assert (chains[6].answered, chains[6].in_work) == (1, 1)
    assert chains[6].rate == D("100.00")
    assert chains[12].rate is None


def test_a_late_call_asks_about_the_reference_date(session: Session) -> None:
    scene = whole(session)
    due = followups.due_of(session, scene.person.id, day("31/08/2025"), 6, day("20/03/2026"))
    answer = Answer(Situation.cdd_6_moins, day("01/12/2025"))
    attempt = Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, answer)
    row = followups.record(session, due, attempt, on=day("20/03/2026"), by=None)
    session.commit()
    assert (row.reference_on, row.called_on) == (SIX_MONTHS, day("20/03/2026"))


def test_a_late_call_does_not_tell_what_came_after_the_reference_date(session: Session) -> None:
    scene = whole(session)
    due = followups.due_of(session, scene.person.id, day("31/08/2025"), 6, day("20/03/2026"))
    hired = Attempt(FollowUpOutcome.answered, Channel.phone, None, Answer(Situation.cdi, day("10/03/2026")))
    with pytest.raises(FollowUpRefused, match=r"porte sur le 28.février.2026.* 10.mars.2026 vient après"):
        followups.record(session, due, hired, on=day("20/03/2026"), by=None)
    assert session.query(FollowUp).count() == 0


def test_a_forgotten_contract_joins_the_paths_and_the_answer_leaves_the_rate(session: Session) -> None:
    scene = whole(session)
    row = confirmed_from_the_desk(session, scene, "28/02/2026")
    assert followups.off_schedule(session, scene.person.id) == []
    scene.forgotten()
    [journey] = journeys.of_person(session, scene.person.id)
    assert journey.path.to_on == day("31/03/2026")
    stays = journey.path.placements
    gaps = [(after.from_on - before.last_on).days for before, after in pairwise(stays)]
    assert gaps[1:] == [45, 1]
    assert followups.off_schedule(session, scene.person.id) == [row]
    assert row.situation == Situation.contrat_iae
    chains = followups.chains(session, [journey], day("20/04/2026"))
    assert (chains[6].left, chains[6].reached, chains[6].answered) == (1, 0, 0)
    with pytest.raises(FollowUpRefused, match="n’a plus lieu d’être"):
        followups.due_of(session, scene.person.id, day("31/08/2025"), 6, day("20/04/2026"))
