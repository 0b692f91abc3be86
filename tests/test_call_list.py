"""The work list read in SQL gives what dates and answers give one person at a time, under any filter."""

import datetime
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import call_list, followup_list, followups, journeys
from facilitator.call_list import Wanted
from facilitator.followup_list import OPEN, CallState
from facilitator.followups import Attempt, Due
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.outcomes import Answer
from facilitator.people import Person
from facilitator.vocabulary import (
    Channel,
    ContractType,
    FollowUpOutcome,
    MembershipRole,
    OutOfScope,
    Situation,
)
from tests import builders, trade
from tests.trade import day

ON = day("20/11/2026")
Key = tuple[int, datetime.date, int]
# Exits that put both milestones in each state, and what was recorded of the first of them.
EXITS = (
    ("30/06/2025", FollowUpOutcome.answered),
    ("31/07/2025", FollowUpOutcome.unreachable),
    ("31/08/2025", FollowUpOutcome.refused),
    ("30/09/2025", FollowUpOutcome.out_of_scope),
    ("31/10/2025", None),
    ("10/05/2026", None),
    ("30/04/2026", None),
    ("31/08/2026", None),
    ("30/09/2026", None),
    ("20/04/2026", FollowUpOutcome.asked),
)


def ground(session: Session) -> tuple[trade.Ground, Organisation]:
    """Ten people of two référents, left from two lots; one still at work."""
    here, mission = trade.market(session), trade.company(session)
    lots = [here.award, trade.award(session, trade.lot(session, here.territory), here.company)]
    for number, (exit_on, outcome) in enumerate(EXITS):
        person = trade.person(session, here.territory, "01/01/2025")
        person.referrer_id = mission.id if number % 2 else None
        trade.direct(session, person, lots[number % 2], ContractType.cdd, "01/02/2025", exit_on)
        session.commit()
        if outcome is not None:
            due = followups.due_of(session, person.id, day(exit_on), 6, ON)
            called = FollowUpOutcome.unreachable if outcome is FollowUpOutcome.asked else outcome
            row = followups.record(session, due, attempt(called), on=day("01/06/2026"), by=None)
            row.outcome = outcome  # a letter left after the call
    session.commit()
    return here, mission


def attempt(outcome: FollowUpOutcome) -> Attempt:
    answer = Answer(Situation.cdi, day("01/10/2025")) if outcome is FollowUpOutcome.answered else None
    why = OutOfScope.deces if outcome is FollowUpOutcome.out_of_scope else None
    return Attempt(outcome, Channel.phone, None, answer, why)


def key(due: Due) -> Key:
    return due.journey.person_id, due.exit_on, due.milestone.months


def read(session: Session, territory_id: int, wanted: Wanted) -> list[Key]:
    people = select(Person.id).where(Person.territory_id == territory_id)
    found = call_list.read(session, session.execute(call_list.lines(people, wanted, ON)))
    counted = call_list.counts(session, people, wanted, ON)
    assert len(found) == sum(counted[state] for state in wanted.states)
    return [(line.person_id, line.exit_on, line.months) for line in found]


def test_the_list_says_what_each_person_s_dates_and_answers_say(session: Session) -> None:
    here, mission = ground(session)
    dues = followup_list.of_territory(session, here.territory.id, ON)
    assert {followup_list.state_of(due, ON) for due in dues} == set(CallState)
    people = select(Person.id).where(Person.territory_id == here.territory.id)
    assert call_list.counts(session, people, Wanted(), ON) == followup_list.counts(dues, ON)
    for state in CallState:
        expected = {key(due) for due in dues if followup_list.state_of(due, ON) is state}
        assert set(read(session, here.territory.id, Wanted(states=(state,)))) == expected != set(), state
    followed = set(session.scalars(select(Person.id).where(Person.referrer_id == mission.id)))
    every = Wanted(states=tuple(CallState))
    second = {stay.lot_id for due in dues for stay in due.journey.stays} - {here.lot.id}
    market = session.scalars(select(Lot.market_id).where(Lot.id.in_(second))).one()
    for wanted, keeps in (
        (replace(every, months=12), lambda due: due.milestone.months == 12),
        (replace(every, referrer_id=mission.id), lambda due: due.journey.person_id in followed),
        (replace(every, year=2026), lambda due: due.milestone.reference_on.year == 2026),
        (replace(every, market_id=market), lambda due: due.journey.stays[0].lot_id in second),
        (
            replace(every, employer_id=here.company.id),
            lambda due: any(stay.employer_id == here.company.id for stay in due.journey.stays),
        ),
        (replace(every, employer_id=mission.id), lambda due: False),
    ):
        expected = {key(due) for due in dues if keeps(due)}
        assert set(read(session, here.territory.id, wanted)) == expected, wanted
    assert read(session, trade.territory(session).id, every) == []


def test_whom_nobody_tried_comes_first_and_the_oldest_date_before(session: Session) -> None:
    here, _ = ground(session)
    dues = {key(due): due for due in followup_list.of_territory(session, here.territory.id, ON)}
    found = [dues[each] for each in read(session, here.territory.id, Wanted())]
    tried = [followup_list.state_of(due, ON) is CallState.unreachable for due in found]
    assert tried == sorted(tried) and True in tried
    dates = [due.milestone.reference_on for due, late in zip(found, tried, strict=True) if not late]
    assert dates == sorted(dates)
    people, walked = select(Person.id).where(Person.territory_id == here.territory.id), []
    here_is = (False, datetime.date(2000, 1, 1), 0, 0)
    for _ in found:
        line = call_list.following(session, people, Wanted(), here_is, ON)
        assert line is not None
        walked.append((line.person_id, line.exit_on, line.months))
        here_is = (line.state is CallState.unreachable, line.reference_on, line.person_id, line.months)
    assert walked == [key(due) for due in found]


def test_nobody_calls_an_anonymised_person_and_what_was_answered_stays(session: Session) -> None:
    here, _ = ground(session)
    every = Wanted(states=tuple(CallState))
    before = read(session, here.territory.id, every)
    for person in session.scalars(select(Person)):
        person.anonymised_on = day("19/11/2026")
    session.commit()
    after = read(session, here.territory.id, every)
    assert 0 < len(after) < len(before)
    assert read(session, here.territory.id, Wanted(states=OPEN)) == []


def test_mine_is_whom_i_validated_or_called(session: Session) -> None:
    here, _ = ground(session)
    journey = journeys.of_territory(session, here.territory.id)[0]
    assert journey.path.to_on is not None
    me = builders.user(session, MembershipRole.facilitator, territory=here.territory)
    assert read(session, here.territory.id, Wanted(states=tuple(CallState), mine=me.id)) == []
    found = call_list.read(
        session,
        session.execute(call_list.lines(select(Person.id), Wanted(), ON)),
    )[0]
    due = followups.due_of(session, found.person_id, found.exit_on, found.months, ON)
    followups.record(session, due, attempt(FollowUpOutcome.unreachable), on=ON, by=me.id)
    session.commit()
    assert read(session, here.territory.id, Wanted(mine=me.id)) == [key(due)]
