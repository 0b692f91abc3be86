"""Ten thousand random histories of a territory: no letter for what is done, closed, néant or contested, none forgotten."""

import os

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import reminder_property

pytestmark = pytest.mark.campaign
HISTORIES = int(os.environ.get("CAMPAIGN_HISTORIES", "10000"))
FIRST = int(os.environ.get("CAMPAIGN_FIRST", "0"))  # another number, other histories


def test_letters_name_all_that_is_due_once_and_nothing_that_is_not(session: Session) -> None:
    for number in range(FIRST, FIRST + HISTORIES):
        reminder_property.names_what_is_due(session, number)


def test_what_is_done_before_a_letter_leaves_is_taken_out_of_it(app: Flask, session: Session) -> None:
    for number in range(FIRST, FIRST + HISTORIES // 5):
        reminder_property.leaves_with_what_is_left(app, session, number)
