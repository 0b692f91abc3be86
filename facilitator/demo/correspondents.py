"""Whom the demonstration writes to: a second contact here, one who left there, an address that no longer answers."""

import datetime

from sqlalchemy.orm import Session

from facilitator import contacts
from facilitator.contact_changes import ContactProposal
from facilitator.demo.organisations import Cast
from facilitator.organisations import Contact, Organisation
from facilitator.vocabulary import SiaeKind


def arrange(session: Session, cast: Cast, territory_id: int, on: datetime.date, by: int) -> None:
    """The company and the SIAE of the demonstration accounts have two contacts; others lost theirs."""
    for number, each in enumerate((cast.companies[0], cast.siae[SiaeKind.ETTI][0]), 1):
        _second(session, territory_id, each, number, by)
    gone, refused, named = cast.companies[1:4]
    contacts.leave(session, _first(session, territory_id, gone), on=on, by=by)
    contacts.bounced(session, _first(session, territory_id, refused).email or "", at=_at(on))
    session.add(
        ContactProposal(
            territory_id=territory_id,
            organisation_id=named.id,
            old_email=_first(session, territory_id, named).email or "",
            name="Remplaçant fictif",
            email="remplacant@exemple.example",
            phone="01 99 00 00 00",
            proposed_at=_at(on),
        )
    )
    session.flush()


def _second(session: Session, territory_id: int, company: Organisation, number: int, by: int) -> None:
    contacts.add(
        session,
        territory_id,
        company,
        name=f"Second contact fictif n°\u00a0{number}",
        position="Assistance de direction",
        email=f"relais{number}@demo.example",
        phone="01 99 00 00 00",
        by=by,
    )


def _first(session: Session, territory_id: int, company: Organisation) -> Contact:
    return contacts.of_organisation(session, territory_id, company.id)[0]


def _at(on: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(on, datetime.time(8), datetime.UTC)
