"""Retention: who is anonymised once nothing has happened for the time that the territory sets; every total stays what it was."""

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Select, Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session

from facilitator import identities, journal
from facilitator.candidates import NeedCandidate
from facilitator.contracts import Contract
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.followups import FollowUp
from facilitator.hours import Timesheet
from facilitator.people import Eligibility, Person, age
from facilitator.periods import day_of
from facilitator.placements import Placement
from facilitator.stored_paths import StoredPath, StoredStay
from facilitator.survey import band_of
from facilitator.territories import Territory, rules_of
from facilitator.vocabulary import PlacementState


@dataclass(frozen=True)
class Old:
    """Somebody to anonymise, and the last day on which something happened."""

    person_id: int
    territory_id: int
    territory: str
    last_on: datetime.date


def due(session: Session, on: datetime.date, territory_ids: Collection[int] | None = None) -> list[Old]:
    """Whose last event is older than the retention in force on a day (three selects a territory)."""
    wanted = select(Territory).order_by(Territory.id)
    if territory_ids is not None:
        wanted = wanted.where(Territory.id.in_(territory_ids))
    return [each for place in session.scalars(wanted).all() for each in _of_territory(session, place, on)]


def anonymise(session: Session, old: Old, *, on: datetime.date, by: int | None) -> bool:
    """Erase who somebody is, wherever it is written; False when it was done, or something happened meanwhile.

    Facts that figures read stay: sex, quartier, education, fiches, hours, answers, and the band of each age told.
    """
    person = session.get_one(Person, old.person_id, populate_existing=True, with_for_update=True)
    place = session.get_one(Territory, person.territory_id)
    if not _of_territory(session, place, on, person.id):
        return False
    birth_on = _coarse_birth(session, person)
    identities.forget(session, person, birth_on)
    person.first_name, person.last_name, person.search_name = identities.nobody(person.id)
    person.birth_on, person.anonymised_on = birth_on, on
    person.commune = person.referrer_id = person.dossier_number = None
    session.flush()
    journal.note(session, "anonymise", "person", person.id, by=by, territory_id=person.territory_id)
    return True


def _of_territory(
    session: Session, place: Territory, on: datetime.date, person_id: int | None = None
) -> list[Old]:
    people = select(Person.id).where(Person.territory_id == place.id, Person.anonymised_on.is_(None))
    if person_id is not None:
        people = people.where(Person.id == person_id)
    last = _events(people, on)
    rows = session.execute(
        select(Person.id, Person.created_at, func.max(last.c.day))
        .outerjoin(last, last.c.person_id == Person.id)
        .where(Person.id.in_(people))
        .group_by(Person.id, Person.created_at)
        .order_by(Person.id)
    )
    limit = on - relativedelta(months=rules_of(session, place.id).on(on).retention_months)
    found = (Old(id_, place.id, place.name, day or day_of(created)) for id_, created, day in rows)
    return [each for each in found if each.last_on < limit]


def _events(people: Select[int], on: datetime.date) -> Subquery:
    """Each day on which something happened to these people; what has no end yet happens today."""
    today = literal(on)
    days: tuple[tuple[Any, Any], ...] = (
        (Contract.person_id, func.coalesce(Contract.ended_on, Contract.to_on, today)),
        (Placement.person_id, func.coalesce(Placement.to_on, Placement.from_on)),
        (StoredStay.person_id, func.coalesce(StoredStay.ends_on, today)),
        (StoredPath.person_id, func.coalesce(StoredPath.twelve_on, today)),
        (Timesheet.person_id, Timesheet.to_on),
        (FollowUp.person_id, FollowUp.called_on),
        (Eligibility.person_id, func.coalesce(Eligibility.effective_on, Eligibility.requested_on)),
        (EligibilityRequest.person_id, EligibilityRequest.turn_since),
        (NeedCandidate.person_id, func.coalesce(NeedCandidate.answered_on, NeedCandidate.proposed_on)),
    )
    return union_all(
        *(select(who.label("person_id"), day.label("day")).where(who.in_(people)) for who, day in days)
    ).subquery()


def _coarse_birth(session: Session, person: Person) -> datetime.date | None:
    """1 January of the year of birth; a later day where an age told by a figure would pass into another band."""
    birth_on = person.birth_on
    if birth_on is None:
        return None
    starts = select(Placement.from_on).where(
        Placement.person_id == person.id, Placement.state == PlacementState.confirmed
    )
    read = sorted(session.scalars(starts))
    sheets = select(Timesheet.from_on, Timesheet.to_on).where(Timesheet.person_id == person.id)
    years = {day.year for sheet in session.execute(sheets) for day in sheet} - {day.year for day in read}
    # A figure of a year reads the age at the first start of that year, else at its 1 January.
    read += [datetime.date(year, 1, 1) for year in sorted(years)]
    told = [band_of(age(birth_on, day)) for day in read]
    for candidate in _coarser(birth_on, read):
        if [band_of(age(candidate, day)) for day in read] == told:
            return candidate
    return birth_on


def _coarser(birth_on: datetime.date, read: list[datetime.date]) -> Iterator[datetime.date]:
    yield datetime.date(birth_on.year, 1, 1)
    yield datetime.date(birth_on.year, 12, 31)
    for day in read:
        yield birth_on + relativedelta(month=day.month, day=day.day)
