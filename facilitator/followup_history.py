"""What was recorded of one follow-up, attempt after attempt: who wrote it, when, and what it said."""

import datetime
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal_sentences
from facilitator.accounts import User
from facilitator.followups import FollowUp
from facilitator.journal import JournalEntry


@dataclass(frozen=True)
class Recorded:
    """One attempt or correction, as the journal kept it; `author` None: the command line or a link."""

    at: datetime.datetime
    author: str | None
    sentence: str


def of(session: Session, row: FollowUp) -> list[Recorded]:
    """Every attempt and correction, the oldest first (one select)."""
    entries = session.execute(
        select(JournalEntry, User.name)
        .outerjoin(User, User.id == JournalEntry.user_id)
        .where(JournalEntry.thing == "follow_up", JournalEntry.thing_id == row.id)
        .order_by(JournalEntry.id)
    )
    return [
        Recorded(entry.at, name, journal_sentences.sentence(entry.verb, entry.thing, entry.details))
        for entry, name in entries
    ]
