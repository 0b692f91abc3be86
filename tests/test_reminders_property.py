"""Reminders are never wrong: random histories, and what letters name against an oracle that looks day by day."""

from flask import Flask
from sqlalchemy.orm import Session

from facilitator.reminders_due import DueKind
from tests import reminder_property


def test_letters_name_all_that_is_due_once_and_nothing_that_is_not(session: Session) -> None:
    seen: set[str] = set()
    for number in range(120):
        seen |= reminder_property.names_what_is_due(session, number)
    assert seen == {each.value for each in DueKind}  # it would hold of nothing if nothing happened


def test_what_is_done_before_a_letter_leaves_is_taken_out_of_it(app: Flask, session: Session) -> None:
    for number in range(30):
        reminder_property.leaves_with_what_is_left(app, session, number)
