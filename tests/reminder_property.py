"""Reminders are never wrong, as checks of one random history: the tests run hundreds of them, the campaigns ten thousand."""

from random import Random

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal, reminder_plan, reminders, reminders_due
from facilitator.mails import OutboxMail
from facilitator.reminders_sent import ReminderSent
from tests import reminder_histories
from tests.reminder_histories import ACTS, DAYS, USUAL, World

BASE = "http://guichet.example"


def lived(session: Session, random: Random) -> World:
    """A territory to which something happened."""
    here = reminder_histories.world(session, random.choice(DAYS), random.randrange(100))
    live_on(here, random)
    return here


def live_on(here: World, random: Random) -> None:
    """Up to forty more acts, most of them usual."""
    names = random.choices([*USUAL * 3, *ACTS], k=random.randrange(40))
    reminder_histories.live(here, [(name, random.randrange(10_000)) for name in names])


def names_what_is_due(session: Session, number: int) -> set[str]:
    """Live a history, then compare what would be sent with what the oracle says; gives the kinds of what was due."""
    try:
        return _compare(session, lived(session, Random(number)))
    finally:
        session.rollback()


def leaves_with_what_is_left(app: Flask, session: Session, number: int) -> None:
    """Write the letters, live on, then let them leave; nothing is kept."""
    random = Random(number)
    try:
        here = lived(session, random)
        with app.app_context():
            _write(session, here)
            live_on(here, random)
            _leave(session, here)
    finally:
        session.rollback()


def _compare(session: Session, here: World) -> set[str]:
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
    return {kind for kind, _, _ in expected}


def _write(session: Session, here: World) -> None:
    """The letters of the day, twice: the second run writes nothing."""
    for times in range(2):
        for letter in reminder_plan.plan(session, here.on, [here.place.id]).letters:
            mail = reminders.send(session, letter, at=journal.now(), base_url=BASE)
            assert (mail is None) == bool(times)


def _leave(session: Session, here: World) -> None:
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
