"""A month to declare, for tests: an ETTI that works on two sites of one company, and short words for its verbs."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from facilitator import contracts, month_returns, month_sending
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.journal import now
from facilitator.month_cells import Cell, MonthPage
from facilitator.month_drafts import Author, Key, Typed
from facilitator.month_sending import Outcome, Sender
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.territories import Territory
from facilitator.vocabulary import ContractType, SiaeKind
from tests import trade
from tests.trade import day

APRIL = day("01/04/2026")
TODAY = day("05/05/2026")
SOMEBODY = Author("Camille Démo")
SENDER = Sender("Camille Démo", "Responsable d’agence", True)


@dataclass(frozen=True)
class Etti:
    """Scenario 6 before anything is declared: four people, two sites."""

    territory: Territory
    etti: Organisation
    company: Organisation
    x: Award
    y: Award
    people: tuple[Person, Person, Person, Person]


def etti(session: Session, **parameters: str) -> Etti:
    """P1 has four missions, P2 and P3 work on both sites, P4 is valid from 20/04 only."""
    place = trade.territory(session, **({"month_warning": "220", "month_ceiling": "300"} | parameters))
    employer, company = trade.siae(session, SiaeKind.ETTI), trade.company(session)
    lots = [
        trade.lot(session, place, start="01/01/2026", end="31/12/2026", hours="2000", number=number)
        for number in ("X", "Y")
    ]
    x, y = (trade.award(session, lot, company) for lot in lots)
    people = [trade.person(session, place, since) for since in ["01/06/2025"] * 3 + ["20/04/2026"]]
    one, two, three, four = people
    missions(session, one, x, employer, ("07", "10"), ("13", "17"))
    missions(session, one, y, employer, ("20", "24"), ("27", "30"))
    for each in (two, three):
        missions(session, each, x, employer, ("01", "30"))
        missions(session, each, y, employer, ("02", "30"))
    missions(session, four, x, employer, ("13", "17"), ("20", "24"), ("27", "30"))
    session.commit()
    return Etti(place, employer, company, x, y, (one, two, three, four))


def missions(
    session: Session, person: Person, on: Award, employer: Organisation, *days: tuple[str, str]
) -> Placement:
    """One placement of April 2026, served by successive CTT."""
    made: Placement | None = None
    for first, last in days:
        start, end = f"{first}/04/2026", f"{last}/04/2026"
        if made is None:
            work = trade.work(
                session, person, on, employer, ContractType.ctt, start, end, weekly_hours=Decimal(48)
            )
            made = work.placement
            continue
        contract = contracts.record(
            session,
            person,
            employer.id,
            type=ContractType.ctt,
            from_on=day(start),
            to_on=day(end),
            weekly_hours=Decimal(48),
            by=None,
        )
        contracts.serve(session, contract, made.id, by=None)
    assert made is not None
    return made


def page(session: Session, organisation: Organisation, month: datetime.date = APRIL) -> MonthPage:
    return month_returns.page(session, organisation.id, month, on=TODAY)


def cells(shown: MonthPage, person: Person, award: Award) -> list[Cell]:
    """The cells of one person on one site, in order of their days."""
    return [
        cell for row in shown.rows if row.person_id == person.id for cell in row.cells if cell.award_id == award.id
    ]  # fmt: skip


def key(session: Session, scene: Etti, person: int, award: Award, mission: int = 0) -> Key:
    return cells(page(session, scene.etti), scene.people[person - 1], award)[mission].key


def texts(session: Session, scene: Etti) -> dict[Key, str]:
    """All the hours of scenario 6, as the ETTI types them."""
    shown = page(session, scene.etti)
    said = [
        (1, scene.x, ("28", "35")),
        (1, scene.y, ("35", "28")),
        (2, scene.x, ("120",)),
        (2, scene.y, ("110",)),
        (3, scene.x, ("160",)),
        (3, scene.y, ("145",)),
        (4, scene.x, ("35", "35", "28")),
    ]
    return {
        cell.key: text
        for person, award, hours in said
        for cell, text in zip(cells(shown, scene.people[person - 1], award), hours, strict=True)
    }


def send(
    session: Session,
    organisation: Organisation,
    typed: dict[Key, str],
    *,
    month: datetime.date = APRIL,
    sites: frozenset[int] | None = None,
    nils: frozenset[int] = frozenset(),
    seen: Typed | None = None,
    sender: Sender = SENDER,
    comment: str = "",
    on: datetime.date = TODAY,
) -> Outcome:
    sent = month_sending.send(
        session,
        organisation.id,
        month,
        Typed(typed, nils, comment),
        sender=sender,
        sites=sites,
        seen=seen,
        on=on,
        at=now(),
        by=SOMEBODY,
    )
    session.commit()
    return sent


def contract_of(session: Session, cell: Cell) -> Contract:
    return session.get_one(Contract, cell.key[0])
