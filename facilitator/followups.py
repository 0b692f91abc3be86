"""Follow-ups at 6 and 12 months: what is due is derived from dates, a row exists from the first attempt."""

import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Hours, Instant, Model, Versioned, one_of
from facilitator.refusals import Refused
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, Situation


class FollowUpRefused(Refused):
    """A follow-up cannot be recorded as asked."""


class FollowUp(Versioned, Model):
    """What was learnt about one person at one milestone after one exit."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("person_id", "exit_on", "milestone"),
        CheckConstraint("milestone IN (6, 12)", name="milestone"),
        one_of("outcome", FollowUpOutcome),
        one_of("situation", Situation),
        one_of("channel", Channel),
        one_of("answered_by", AnsweredBy),
        CheckConstraint(
            "(outcome = 'answered') = (situation IS NOT NULL)", name="situation_of_answer"
        ),
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_follow_ups_territory", "territory_id", "reference_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    exit_on: Mapped[datetime.date]  # fin du dispositif that opened it
    milestone: Mapped[int]  # months
    reference_on: Mapped[datetime.date]  # the day that the question is about
    outcome: Mapped[str] = mapped_column(String(14))
    situation: Mapped[str | None] = mapped_column(String(24))
    since_on: Mapped[datetime.date | None]
    weekly_hours: Mapped[Decimal | None] = mapped_column(Hours)
    part_time_chosen: Mapped[bool | None]
    same_employer: Mapped[bool | None]
    answered_by: Mapped[str | None] = mapped_column(String(20))
    channel: Mapped[str | None] = mapped_column(String(20))
    called_on: Mapped[datetime.date]
    tries: Mapped[int] = mapped_column(default=0)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime.datetime] = mapped_column(Instant)
