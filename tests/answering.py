"""The two ways to answer about hours that the other side declared, in short words."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import second_answers
from facilitator.parties import SECOND_PARTY
from facilitator.placements import Placement
from facilitator.second_answers import Said, SecondAnswer, Speaker


def confirm(
    session: Session, share_ids: Iterable[int], *, by: Speaker, at: datetime.datetime
) -> list[SecondAnswer]:
    """Say of many shares at once that their hours are right."""
    return second_answers.answer(session, [Said(each) for each in share_ids], by=by, at=at)


def contest(
    session: Session, share_id: int, hours: Decimal, comment: str, *, by: Speaker, at: datetime.datetime
) -> SecondAnswer:
    """Say that other hours were worked, and why."""
    return second_answers.answer(session, [Said(share_id, hours, comment)], by=by, at=at)[0]


def second_party(session: Session, placement_id: int) -> int | None:
    """The organisation beside the employer, if there is one."""
    return session.scalar(select(SECOND_PARTY).select_from(Placement).where(Placement.id == placement_id))
