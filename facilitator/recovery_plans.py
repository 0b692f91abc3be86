"""Recovery plans: what a company will do for a lot that is late – who does what, by when – until it is closed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.db import Instant, Model, Versioned
from facilitator.french import date as french_date
from facilitator.markets import Lot
from facilitator.refusals import Refused


class RecoveryRefused(Refused):
    """A recovery plan cannot be opened, followed or closed as asked."""


class RecoveryPlan(Versioned, Model):
    """An agreed plan for one lot; its effect is measured from the statements, never typed."""

    __tablename__ = "recovery_plans"
    __table_args__ = (
        CheckConstraint("closed_on >= opened_on", name="order"),
        Index(
            "uq_recovery_plans_open",
            "lot_id",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    opened_on: Mapped[datetime.date]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cause: Mapped[str] = mapped_column(String(300))
    closed_on: Mapped[datetime.date | None]
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)


class RecoveryStep(Model):
    """One thing to do: what, who, by when, and the day on which it was done."""

    __tablename__ = "recovery_steps"
    __table_args__ = (CheckConstraint("length(what) > 0 AND length(who) > 0", name="said"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("recovery_plans.id"), index=True)
    what: Mapped[str] = mapped_column(String(200))
    who: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[datetime.date]
    done_on: Mapped[datetime.date | None]

    def late(self, on: datetime.date) -> bool:
        """Not done, and its day is over."""
        return self.done_on is None and self.due_on < on


@dataclass(frozen=True)
class Wanted:
    """A step as it is agreed."""

    what: str
    who: str
    due_on: datetime.date


@dataclass(frozen=True)
class Followed:
    """A plan with its steps, by date."""

    plan: RecoveryPlan
    steps: tuple[RecoveryStep, ...]

    def late(self, on: datetime.date) -> int:
        """How many steps should be done and are not."""
        return sum(step.late(on) for step in self.steps)


def open_plan(
    session: Session, lot: Lot, cause: str, first: Wanted, *, on: datetime.date, by: int | None
) -> RecoveryPlan:
    """Open the plan of a lot with its first step; refuses a second one while the first is open."""
    if current(session, lot.id) is not None:
        raise RecoveryRefused(
            "Un plan de rattrapage est déjà ouvert pour ce lot. Ajoutez-y une étape, ou terminez-le d’abord."
        )
    plan = RecoveryPlan(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        opened_on=on,
        opened_by_id=by,
        cause=cause,
        created_at=journal.now(),
    )
    session.add(plan)
    session.flush()
    _note(session, "open_recovery_plan", plan, by)
    add_step(session, plan, first, by=by)
    return plan


def add_step(session: Session, plan: RecoveryPlan, wanted: Wanted, *, by: int | None) -> RecoveryStep:
    """Agree one more step; refuses a day before the plan, and a plan that is closed."""
    _refuse_closed(plan)
    if wanted.due_on < plan.opened_on:
        raise RecoveryRefused(
            f"Le plan est ouvert le {french_date(plan.opened_on)}\u00a0: une étape se fait à partir de ce jour. Corrigez son échéance."
        )
    step = RecoveryStep(plan_id=plan.id, what=wanted.what, who=wanted.who, due_on=wanted.due_on)
    session.add(step)
    session.flush()
    _note(session, "add_recovery_step", plan, by, step=step.id, due_on=str(step.due_on))
    return step


def finish_step(
    session: Session, plan: RecoveryPlan, step: RecoveryStep, *, on: datetime.date, by: int | None
) -> None:
    """Note that a step is done (twice has one effect)."""
    _refuse_closed(plan)
    if step.done_on is not None:
        return
    step.done_on = on
    session.flush()
    _note(session, "finish_recovery_step", plan, by, step=step.id)


def close(session: Session, plan: RecoveryPlan, *, on: datetime.date, by: int | None) -> None:
    """End a plan: what it changed stays readable."""
    _refuse_closed(plan)
    plan.closed_on = on
    session.flush()
    _note(session, "close_recovery_plan", plan, by)


def current(session: Session, lot_id: int) -> RecoveryPlan | None:
    """The open plan of a lot, if there is one."""
    return session.scalar(
        select(RecoveryPlan).where(RecoveryPlan.lot_id == lot_id, RecoveryPlan.closed_on.is_(None))
    )


def of_lot(session: Session, lot_id: int) -> list[Followed]:
    """The plans of a lot with their steps, the newest first (two selects at most)."""
    plans = session.scalars(
        select(RecoveryPlan).where(RecoveryPlan.lot_id == lot_id).order_by(RecoveryPlan.id.desc())
    ).all()
    if not plans:
        return []
    steps = session.scalars(
        select(RecoveryStep)
        .where(RecoveryStep.plan_id.in_([plan.id for plan in plans]))
        .order_by(RecoveryStep.due_on, RecoveryStep.id)
    ).all()
    return [Followed(plan, _of_plan(plan, steps)) for plan in plans]


def _of_plan(plan: RecoveryPlan, steps: Sequence[RecoveryStep]) -> tuple[RecoveryStep, ...]:
    return tuple(step for step in steps if step.plan_id == plan.id)


def _refuse_closed(plan: RecoveryPlan) -> None:
    if plan.closed_on is not None:
        raise RecoveryRefused(
            f"Ce plan est terminé depuis le {french_date(plan.closed_on)}\u00a0: il ne change plus. Ouvrez-en un autre."
        )


def _note(session: Session, verb: str, plan: RecoveryPlan, by: int | None, **details: Any) -> None:
    journal.note(
        session,
        verb,
        "recovery_plan",
        plan.id,
        by=by,
        territory_id=plan.territory_id,
        lot_id=plan.lot_id,
        **details,
    )
