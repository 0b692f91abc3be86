"""Dossier numbers: of two people who get the same one at the same instant, the second is refused in words."""

from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from facilitator import people
from facilitator.people import Person, PersonRefused
from facilitator.territories import Territory
from facilitator.vocabulary import OrganisationRoleName
from tests import builders, trade

NUMBER = "ML-1"
Write = Callable[[Session, Territory, Person, int], None]


def register(session: Session, place: Territory, known: Person, referrer_id: int) -> None:
    trade.person(session, place, referrer_id=referrer_id, dossier_number=NUMBER)


def amend(session: Session, place: Territory, known: Person, referrer_id: int) -> None:
    people.amend(session, known, by=None, referrer_id=referrer_id, dossier_number=NUMBER)


# SQLite lets one transaction write at a time: the first check sees the other’s number there.
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("write", [register, amend])
def test_the_same_number_given_twice_at_once_is_refused_in_words(session: Session, write: Write) -> None:
    place = trade.territory(session)
    referrer = builders.organisation(session, "Mission locale", OrganisationRoleName.referrer)
    known, other = trade.person(session, place), trade.person(session, place)
    session.commit()
    ids = place.id, known.id, other.id, referrer.id

    def meanwhile(*_: object) -> None:
        with Session(session.get_bind()) as colleague:
            person = colleague.get_one(Person, ids[2])
            people.amend(colleague, person, by=None, referrer_id=ids[3], dossier_number=NUMBER)
            colleague.commit()

    event.listen(session, "before_flush", meanwhile, once=True)
    with pytest.raises(PersonRefused, match="ML-1 est déjà celui d’une autre personne"):
        write(session, place, known, ids[3])
    session.rollback()
    assert session.get_one(Person, ids[1]).dossier_number is None
