"""Loads the participants of a territory for the FSE+ list: paths, people, criteria, contracts after the exit, calls at six months."""

import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from facilitator import people
from facilitator.contracts import Contract
from facilitator.followups import FollowUp, siae_kinds
from facilitator.fse_list import Participant
from facilitator.outcomes import KnownContract, propose
from facilitator.people import Eligibility, EligibilityCriterion, Person
from facilitator.periods import DAY, Interval
from facilitator.stored_paths import StoredPath
from facilitator.vocabulary import (
    ContractType,
    Criterion,
    EducationLevel,
    EligibilityState,
    FollowUpOutcome,
    Sex,
    Situation,
)


def of_territory(session: Session, territory_id: int, on: datetime.date) -> list[Participant]:
    """Every path begun by a day, oldest entry first (four selects)."""
    everybody = select(StoredPath.person_id).where(StoredPath.territory_id == territory_id)
    criteria, contracts = _criteria(session, everybody), _contracts(session, everybody)
    rows = session.execute(
        select(StoredPath, Person, FollowUp)
        .join(Person, Person.id == StoredPath.person_id)
        .outerjoin(
            FollowUp,
            (FollowUp.person_id == StoredPath.person_id)
            & (FollowUp.exit_on == StoredPath.to_on)
            & (FollowUp.milestone == 6),
        )
        .where(StoredPath.territory_id == territory_id, StoredPath.from_on <= on)
        .order_by(StoredPath.from_on, Person.last_name, Person.id)
    )
    return [
        _participant(path, person, call, criteria.get(person.id, []), contracts.get(person.id, []), on)
        for path, person, call in rows
    ]


def _participant(
    path: StoredPath,
    person: Person,
    call: FollowUp | None,
    criteria: list[tuple[datetime.date, Criterion]],
    contracts: list[KnownContract],
    on: datetime.date,
) -> Participant:
    left = path.to_on is not None and path.to_on <= on
    return Participant(
        person_id=person.id,
        name=person.name,
        sex=Sex(person.sex) if person.sex else None,
        age=people.age(person.birth_on, path.from_on) if person.birth_on else None,
        education=EducationLevel(person.education) if person.education else None,
        before=_before(criteria, path.from_on),
        entered_on=path.from_on,
        left_on=path.to_on if left else None,
        exit_known=_after(path, contracts) if left else None,
        six_on=path.six_on if left else None,
        six_due=bool(left and path.six_on and path.firm_on and max(path.six_on, path.firm_on) <= on),
        six_outcome=FollowUpOutcome(call.outcome) if call else None,
        six_known=Situation(call.situation) if call and call.situation else None,
    )


def _before(
    criteria: list[tuple[datetime.date, Criterion]], entered_on: datetime.date
) -> tuple[Criterion, ...]:
    """The criteria of the last fiche that took effect by the entry."""
    known = [(day, criterion) for day, criterion in criteria if day <= entered_on]
    last = max((day for day, _ in known), default=None)
    return tuple(criterion for day, criterion in known if day == last)


def _after(path: StoredPath, contracts: list[KnownContract]) -> Situation | None:
    """The contract that runs on the morrow of the exit, if the tool knows one."""
    assert path.to_on is not None  # asked of exits only
    found = propose(contracts, path.to_on + DAY, path.last_employer_id)
    return found.situation if found else None


def _criteria(session: Session, everybody: Select[int]) -> dict[int, list[tuple[datetime.date, Criterion]]]:
    rows = session.execute(
        select(Eligibility.person_id, Eligibility.effective_on, EligibilityCriterion.criterion)
        .join(EligibilityCriterion, EligibilityCriterion.eligibility_id == Eligibility.id)
        .where(Eligibility.state == EligibilityState.validated, Eligibility.person_id.in_(everybody))
        .order_by(EligibilityCriterion.determining.desc(), EligibilityCriterion.id)
    )
    found: dict[int, list[tuple[datetime.date, Criterion]]] = {}
    for person_id, day, criterion in rows:
        if day is not None:
            found.setdefault(person_id, []).append((day, Criterion(criterion)))
    return found


def _contracts(session: Session, everybody: Select[int]) -> dict[int, list[KnownContract]]:
    rows: list[Any] = list(session.scalars(select(Contract).where(Contract.person_id.in_(everybody))))
    kinds = siae_kinds(session, {row.employer_id for row in rows})
    found: dict[int, list[KnownContract]] = {}
    for row in rows:
        known = KnownContract(
            ContractType(row.type),
            Interval(row.from_on, row.last_on),
            row.employer_id,
            kinds.get(row.employer_id),
            row.weekly_hours,
        )
        found.setdefault(row.person_id, []).append(known)
    return found
