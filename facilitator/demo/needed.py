"""Needs of the demonstration: one open with somebody to answer, one being filled, one that its company asked for."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import candidates, needs
from facilitator.accounts import Membership
from facilitator.candidates import Identity
from facilitator.demo.sites import Site
from facilitator.needs import Wanted
from facilitator.vocabulary import MembershipRole

DAY = datetime.timedelta(days=1)


def tell(session: Session, places: list[Site], on: datetime.date, by: int) -> None:
    """Candidates in every state, from the SIAE and the referrer of the demonstration accounts."""
    running = [each for each in places if each.start <= on and each.end >= on + 60 * DAY and each.rome]
    siae, referrer = (_place(session, role) for role in (MembershipRole.siae, MembershipRole.referrer))
    first, second, third = running[:3]
    open_ = _published(session, first, 2, on - 12 * DAY, on + 14 * DAY, by)
    filling = _published(session, second, 3, on - 30 * DAY, on + 5 * DAY, by)
    for need, organisation_id, days, name, said in (
        (open_, siae, 8, ("Fenouil", "Alix"), None),
        (open_, referrer, 3, ("Cerfeuil", "Charlie"), None),
        (filling, siae, 26, ("Origan", "Camille"), "retain"),
        (filling, referrer, 25, ("Estragon", "Sacha"), "decline"),
        (filling, siae, 20, ("Sarriette", "Noor"), "withdraw"),
    ):
        who = candidates.propose(
            session,
            need,
            organisation_id,
            Identity(*name, datetime.date(1990 + days % 9, 3, days)),
            "Disponible tout de suite.",
            on=on - days * DAY,
            by=None,
        )
        answered_on = on - (days - 4) * DAY if said else on
        if said == "retain":
            candidates.retain(session, who, need, on=answered_on, by=by)
        elif said == "decline":
            candidates.decline(session, who, need, "Pas de permis B.", on=answered_on, by=by)
        elif said == "withdraw":
            candidates.withdraw(session, who, need, on=answered_on, by=None)
    asked = Wanted(third.job, 1, on + 20 * DAY, rome=third.rome, text="Travail en hauteur.")
    needs.ask(session, third.lot, third.awards[0], asked, on=on - 2 * DAY, by=None)


def _published(
    session: Session, place: Site, people: int, day: datetime.date, from_on: datetime.date, by: int
) -> needs.Need:
    wanted = Wanted(place.job, people, from_on, rome=place.rome, text="Prise de poste à 8 h sur le chantier.")
    return needs.publish_new(session, place.lot, place.awards[0], wanted, on=day, by=by)


def _place(session: Session, role: MembershipRole) -> int:
    """The organisation of the demonstration account of a role."""
    found = session.scalars(
        select(Membership.organisation_id).where(Membership.role == role).order_by(Membership.id)
    ).first()
    assert found is not None
    return found
