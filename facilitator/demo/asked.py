"""Follow-ups asked by letter in the demonstration, and the dossier numbers by which a référent answers."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import followup_letters, followup_list, people
from facilitator.people import Person

NUMBERED = 12  # people of the référent who have a number in its software
LETTERS = 2
DAYS_AGO = datetime.timedelta(days=3)


def tell(
    session: Session, territory_id: int, referrer_id: int, on: datetime.date, by: int, base_url: str
) -> None:
    """Some people of the référent get their dossier number; two structures are asked what became of somebody."""
    theirs = select(Person).where(Person.territory_id == territory_id, Person.referrer_id == referrer_id)
    for number, person in enumerate(session.scalars(theirs.order_by(Person.id).limit(NUMBERED)), 1):
        people.amend(session, person, by=by, dossier_number=f"ML-{on.year}-{number:03}")
    _ask(session, territory_id, on - DAYS_AGO, by, base_url)


def _ask(session: Session, territory_id: int, on: datetime.date, by: int, base_url: str) -> None:
    """The last organisations that can be written to, about the oldest dates that nobody called for."""
    to_do = (followup_list.CallState.to_do, followup_list.CallState.late)
    dues = followup_list.chosen(followup_list.of_territory(session, territory_id, on), on, to_do, None)
    whom = followup_letters.askable(session, dues)
    wanted = [
        (due, reached[0])
        for due in dues
        if due.known is None
        and (reached := [each for each in whom[due.journey.person_id, due.exit_on] if each.email])
    ]
    at = datetime.datetime.combine(on, datetime.time(8), datetime.UTC)
    followup_letters.ask(session, wanted[:LETTERS], on=on, at=at, base_url=base_url, by=by)
