"""Reminders are never wrong: random histories, and what letters name against an oracle that looks day by day."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal, reminder_plan, reminders, reminders_due
from facilitator.mails import OutboxMail
from facilitator.reminders_sent import ReminderSent
from tests import reminder_histories
from tests.reminder_histories import ACTS, DAYS, USUAL, World

BASE = "http://guichet.example"
PROPERTY = settings(
    max_examples=30,
    deadline=None,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # a history is read as it is: shortening takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
HISTORIES = st.lists(st.tuples(st.sampled_from([*USUAL * 3, *ACTS]), st.integers(0, 9999)), max_size=30)


def check(session: Session, here: World) -> None:
    """What is due is what the oracle says, once; and it goes to somebody who can be reached, or to the facilitator."""
    expected = reminder_histories.oracle(here)
    due = [each.key for each in reminders_due.due(session, here.on, [here.place.id])]
    assert sorted(due) == sorted(expected)
    plan = reminder_plan.plan(session, here.on, [here.place.id])
    named = [each.key for letter in plan.letters for each in letter.items]
    nobody = [each.key for one in plan.unreachable for each in one.items]
    assert sorted([*named, *nobody]) == sorted(expected)
    assert len({letter.recipient for letter in plan.letters}) == len(plan.letters)
    reachable = {each.organisation_id: each.email for each in here.contacts if each.reachable}
    for letter in plan.letters:
        assert {reachable[each.organisation_id] for each in letter.items} == {letter.recipient}
    assert not reachable.keys() & {one.organisation_id for one in plan.unreachable}


@PROPERTY
@given(on=st.sampled_from(DAYS), number=st.integers(0, 99), acts=HISTORIES)
def test_letters_name_all_that_is_due_once_and_nothing_that_is_not(
    session: Session, on: object, number: int, acts: list[tuple[str, int]]
) -> None:
    here = reminder_histories.world(session, on, number)  # type: ignore[arg-type]
    try:
        reminder_histories.live(here, acts)
        check(session, here)
    finally:
        session.rollback()


@PROPERTY
@given(on=st.sampled_from(DAYS), number=st.integers(0, 99), acts=HISTORIES, after=HISTORIES)
def test_what_is_done_before_a_letter_leaves_is_taken_out_of_it(
    app: Flask,
    session: Session,
    on: object,
    number: int,
    acts: list[tuple[str, int]],
    after: list[tuple[str, int]],
) -> None:
    here = reminder_histories.world(session, on, number)  # type: ignore[arg-type]
    try:
        reminder_histories.live(here, acts)
        with app.app_context():
            written(session, here)
            reminder_histories.live(here, after)
            leaving(session, here)
    finally:
        session.rollback()


def written(session: Session, here: World) -> None:
    """The letters of the day, twice: the second run writes nothing."""
    for times in range(2):
        for letter in reminder_plan.plan(session, here.on, [here.place.id]).letters:
            mail = reminders.send(session, letter, at=journal.now(), base_url=BASE)
            assert (mail is None) == bool(times)


def leaving(session: Session, here: World) -> None:
    """Each letter names, when it leaves, what the oracle says of its addressee that day."""
    expected = reminder_histories.oracle(here)
    plan = reminder_plan.plan(session, here.on, [here.place.id])
    for mail in session.scalars(select(OutboxMail).where(OutboxMail.thing == reminders.THING)):
        leaves = reminders.still_true(session, mail, on=here.on, at=journal.now(), base_url=BASE)
        row = session.get_one(ReminderSent, mail.thing_id)
        theirs = [
            each for letter in plan.letters if letter.recipient == mail.recipient for each in letter.items
        ]
        assert leaves == bool(theirs)
        if leaves:
            assert {tuple(each["key"]) for each in row.items} == {each.key for each in theirs} <= expected
            assert all(each.sentence in mail.text for each in theirs)
        assert mail.state.value == ("waiting" if leaves else "dropped")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_histories_reach_every_kind_of_thing_due(session: Session) -> None:
    """The property would hold of nothing if nothing happened."""
    from random import Random

    seen: set[str] = set()
    random = Random(7)
    for number in range(120):
        here = reminder_histories.world(session, DAYS[number % 3], number)
        names = [random.choice([*USUAL * 3, *ACTS]) for _ in range(25)]
        reminder_histories.live(here, [(name, random.randrange(10_000)) for name in names])
        seen |= {each.kind.value for each in reminders_due.due(session, here.on, [here.place.id])}
        session.rollback()
    assert seen == {each.value for each in reminders_due.DueKind}
