"""Loads the exits of a territory at both milestones, with what was answered and who is a participant of the PLIE."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.followups import FollowUp
from facilitator.outcomes import Answer
from facilitator.people import Eligibility, EligibilityCriterion, Person
from facilitator.plie_objectives import FollowedExit
from facilitator.stored_paths import StoredPath
from facilitator.vocabulary import Criterion, EligibilityState, FollowUpOutcome, Situation


def of_territory(session: Session, territory_id: int, on: datetime.date) -> list[FollowedExit]:
    """Every exit of a territory by a day, at 6 and 12 months, oldest reference date first (two selects)."""
    since = _participants(session, territory_id)
    rows = session.execute(
        select(StoredPath, FollowUp)
        .outerjoin(
            FollowUp, (FollowUp.person_id == StoredPath.person_id) & (FollowUp.exit_on == StoredPath.to_on)
        )
        .where(StoredPath.territory_id == territory_id, StoredPath.to_on <= on)
        .order_by(StoredPath.person_id, StoredPath.from_on)
    )
    known: dict[tuple[int, datetime.date], dict[int, FollowUp]] = {}
    kept: dict[tuple[int, datetime.date], StoredPath] = {}
    for path, follow_up in rows:
        key = (path.person_id, path.from_on)
        kept[key] = path
        if follow_up is not None:
            known.setdefault(key, {})[follow_up.milestone] = follow_up
    found = [exit for key, path in kept.items() for exit in _exits(path, known.get(key, {}), since, on)]
    return sorted(found, key=lambda each: (each.reference_on, each.person_id))


def names(session: Session, exits: Iterable[FollowedExit]) -> dict[int, str]:
    """The names of the people of one page (one select)."""
    people = session.scalars(select(Person).where(Person.id.in_({each.person_id for each in exits})))
    return {person.id: person.name for person in people}


def _exits(
    path: StoredPath, known: dict[int, FollowUp], since: dict[int, datetime.date], on: datetime.date
) -> Iterator[FollowedExit]:
    started = since.get(path.person_id)
    for months, reference_on in ((6, path.six_on), (12, path.twelve_on)):
        assert path.to_on and path.firm_on and reference_on  # all are known with the exit
        row = known.get(months)
        yield FollowedExit(
            person_id=path.person_id,
            exit_on=path.to_on,
            months=months,
            reference_on=reference_on,
            reached=max(reference_on, path.firm_on) <= on,
            outcome=FollowUpOutcome(row.outcome) if row else None,
            answer=_answer(row),
            participant=started is not None and started <= path.to_on,
        )


def _answer(row: Any) -> Answer | None:
    if row is None or row.situation is None:
        return None
    return Answer(
        Situation(row.situation),
        row.since_on,
        row.weekly_hours,
        row.part_time_chosen,
        row.same_employer,
        row.training_validated,
    )


def _participants(session: Session, territory_id: int) -> dict[int, datetime.date]:
    """Since when each participant of the PLIE is one: the first validated fiche that says so (one select)."""
    rows = session.execute(
        select(Eligibility.person_id, func.min(Eligibility.effective_on))
        .join(EligibilityCriterion, EligibilityCriterion.eligibility_id == Eligibility.id)
        .where(
            Eligibility.territory_id == territory_id,
            Eligibility.state == EligibilityState.validated,
            EligibilityCriterion.criterion == Criterion.plie,
        )
        .group_by(Eligibility.person_id)
    )
    return {person_id: day for person_id, day in rows if day is not None}
