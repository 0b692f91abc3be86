"""A year of two territories, with every kind of line that the survey counts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from facilitator import contracts, followups
from facilitator.followups import Attempt
from facilitator.outcomes import Answer
from facilitator.survey_selections import Asked
from facilitator.territories import Territory
from facilitator.vocabulary import (
    AnsweredBy,
    Channel,
    ContractType,
    EducationLevel,
    FollowUpOutcome,
    LedgerKind,
    Sex,
    SiaeKind,
    Situation,
)
from tests import trade
from tests.trade import Ground, day

TODAY = date(2026, 11, 23)
YEAR = 2025


@dataclass(frozen=True)
class Lived:
    """The territory whose survey is read, and a neighbour."""

    ground: Ground
    neighbour: Territory

    @property
    def asked(self) -> Asked:
        return Asked(YEAR, (self.ground.territory.id,), TODAY)


def lived(session: Session) -> Lived:
    """Seven people here, six of whom left; two were asked and answered; two people in the neighbour’s."""
    ground = trade.market(session)
    employer = trade.siae(session, SiaeKind.ETTI)
    trade.month(session, ground.contract, "03/2025", "100.25")
    for number in range(3):
        _mission(session, ground, employer, number)
    _left(session, ground)
    trade.ledger.add_line(
        session, ground.lot, LedgerKind.avenant, Decimal("90.5"), effective_on=day("01/06/2025"), by=None
    )
    small = trade.lot(session, ground.territory, hours="40", by_buyer=ground.buyer, cpv="90910000")
    trade.award(session, small, ground.company)
    neighbour = trade.market(session)
    trade.month(session, neighbour.contract, "04/2025", "50")
    session.commit()
    return Lived(ground, neighbour.territory)


def _mission(session: Session, ground: Ground, employer: trade.Organisation, number: int) -> None:
    """A person with two missions at the same user company: one contract that counts."""
    someone = trade.person(
        session,
        ground.territory,
        "01/01/2025",
        birth_on=date(1980 + 10 * number, 5, 1),
        sex=Sex.f,
        education=EducationLevel.cap_bep if number else None,
        qpv="QN001001" if number else None,
    )
    first = trade.work(session, someone, ground.award, employer, ContractType.ctt, "01/02/2025", "31/03/2025")
    again = contracts.record(
        session,
        someone,
        employer.id,
        type=ContractType.ctt,
        from_on=day("01/04/2025"),
        to_on=day("31/05/2025"),
        weekly_hours=trade.FULL_TIME,
        by=None,
    )
    session.add(contracts.PlacementContract(placement_id=first.placement.id, contract_id=again.id))
    session.flush()
    trade.month(session, first.contract, "02/2025", f"{20 + number}.5")


def _left(session: Session, ground: Ground) -> None:
    """Three whose path ended in January 2025: one in work, one looking, one of whom nobody knows."""
    working = Answer(Situation.cdi, day("01/03/2025"), Decimal(35), same_employer=False)
    looking = Answer(Situation.recherche)
    for answer in (working, looking, None):
        someone = trade.person(session, ground.territory, "01/01/2024", sex=Sex.h)
        hired = trade.direct(session, someone, ground.award, ContractType.cdd, "02/01/2025", "31/01/2025")
        trade.month(session, hired.contract, "01/2025", "10")
        session.flush()
        if answer is not None:
            due = followups.due_of(session, someone.id, day("31/01/2025"), 6, TODAY)
            attempt = Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, answer)
            followups.record(session, due, attempt, on=TODAY, by=None)


def more(session: Session, ground: Ground) -> None:
    """As many lines again."""
    employer = trade.siae(session, SiaeKind.AI)
    for number in range(3):
        _mission(session, ground, employer, number)
    session.commit()
