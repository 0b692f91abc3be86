"""The paths that the survey follows, step by step: the same paths as its figures, as far as each came."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from facilitator import survey_selections as selections
from facilitator.followups import FollowUp
from facilitator.outcomes import Chain, in_work
from facilitator.stored_paths import StoredPath
from facilitator.survey_selections import Asked
from facilitator.survey_tables import Step
from facilitator.vocabulary import FollowUpOutcome, Situation


def reference_on(months: int) -> InstrumentedAttribute[Any]:
    """The day that the question of a milestone is about."""
    return StoredPath.six_on if months == 6 else StoredPath.twelve_on


def at(asked: Asked, months: int, step: Step) -> Select[Any]:
    """The paths of the survey that came as far as a step of the chain."""
    return selections.paths(asked, months).where(_came_to(asked, step))


def _came_to(asked: Asked, step: Step) -> ColumnElement[bool]:
    """As `outcomes.chain` counts: each step holds those before it."""
    outcome = FollowUp.outcome
    working = [each.value for each in Situation if in_work(each)]
    conditions: Mapping[Step, ColumnElement[bool]] = {
        Step.reached: StoredPath.firm_on <= asked.on,
        Step.in_scope: or_(outcome.is_(None), outcome != FollowUpOutcome.out_of_scope),
        Step.asked: and_(outcome.is_not(None), outcome != FollowUpOutcome.not_asked),
        Step.answered: outcome == FollowUpOutcome.answered,
        Step.in_work: FollowUp.situation.in_(working),
    }
    before = list(Step)[1 : list(Step).index(step) + 1]
    return and_(true(), *(conditions[each] for each in before))


def chains(session: Session, asked: Asked, months: int) -> dict[int, Chain]:
    """The chain of one milestone in each territory (one select)."""
    counts = [func.count(case((_came_to(asked, step), 1))) for step in Step]
    rows = session.execute(
        selections.paths(asked, months)
        .with_only_columns(StoredPath.territory_id, *counts, func.count(StoredPath.person_id.distinct()))
        .group_by(StoredPath.territory_id)
    )
    names = [*(step.value for step in Step), "people"]
    return {territory_id: Chain(**dict(zip(names, figures, strict=True))) for territory_id, *figures in rows}
