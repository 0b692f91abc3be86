"""Lots added to the demonstration for the journeys: their own company and ETTI, with somebody behind each."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import accounts, contacts
from facilitator.accounts import Membership, User
from facilitator.contracts import Contract
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.territories import Territory
from facilitator.vocabulary import ContractType, MembershipRole, PlacementMode
from tests import trade
from tests.browser.visitors import ACCOUNTS

PASSWORD = "Tilleul-Fictif-9-Clairière"


@dataclass(frozen=True)
class Scene:
    """What a journey needs to know of its lot."""

    lot: int
    company: str
    employer: str
    people: tuple[str, ...]

    @property
    def page(self) -> str:
        return f"/lots/{self.lot}"


def territory(session: Session) -> Territory:
    return session.scalars(select(Territory).order_by(Territory.id).limit(1)).one()


def buyer(session: Session) -> Organisation:
    """The buyer whose account the demonstration prints."""
    email, _ = ACCOUNTS[MembershipRole.authority]
    return session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .join(User, User.id == Membership.user_id)
        .where(User.email == email)
    ).one()


def known(session: Session, organisation: Organisation, role: MembershipRole, email: str) -> None:
    """The organisation has an account and, at the same address, the contact who gets its letters."""
    user = accounts.create_user(session, email, "Alix Fictif", PASSWORD, by=None)
    accounts.add_membership(session, user, role, by=None, organisation_id=organisation.id)
    contacts.add(session, territory(session).id, organisation, name="Alix Fictif", email=email, by=None)


def lot(session: Session, number: str, hours: str, start: str, end: str) -> Lot:
    return trade.lot(
        session, territory(session), start=start, end=end, hours=hours, by_buyer=buyer(session), number=number,
        penalty_rate=Decimal(35),
    )  # fmt: skip


def october(session: Session, company_email: str, etti_email: str) -> Scene:
    """119 h owed; two people lent by an ETTI worked in October and nothing is declared yet."""
    place, owed = territory(session), lot(session, "901", "119", "01/10/2026", "31/12/2026")
    company, etti = trade.company(session), trade.siae(session)
    award = trade.award(session, owed, company)
    people = [trade.person(session, place, "01/10/2026") for _ in range(2)]
    for person in people:
        trade.work(
            session, person, award, etti, ContractType.ctt, "01/10/2026", "31/10/2026",
            placed_until="31/10/2026",
        )  # fmt: skip
    known(session, company, MembershipRole.company, company_email)
    known(session, etti, MembershipRole.siae, etti_email)
    session.commit()
    return Scene(owed.id, company.label, etti.label, tuple(each.last_name.upper() for each in people))


def ended_short(session: Session, company_email: str) -> Scene:
    """490 h owed until 31 October, 70 h retained, 35 € an hour: 14 700 € (TA Rennes)."""
    place, owed = territory(session), lot(session, "902", "490", "01/11/2025", "31/10/2026")
    company = trade.company(session)
    award = trade.award(session, owed, company)
    contract: Contract = trade.work(
        session, trade.person(session, place, "01/11/2025"), award, company, ContractType.cdi, "03/11/2025",
        mode=PlacementMode.embauche_directe,
    ).contract  # fmt: skip
    trade.month(session, contract, "11/2025", "70")
    known(session, company, MembershipRole.company, company_email)
    session.commit()
    return Scene(owed.id, company.label, company.label, ())


@dataclass(frozen=True)
class AtWork:
    """Somebody whose contract will end on screen."""

    contract: int
    market: int
    first_name: str
    last_name: str


def at_work(session: Session) -> AtWork:
    """A CDD that runs until the end of 2026, on a lot of its own."""
    place, owed = territory(session), lot(session, "903", "600", "01/03/2025", "31/12/2026")
    award = trade.award(session, owed)
    person = trade.person(session, place, "01/03/2025")
    found = trade.direct(session, person, award, ContractType.cdd, "03/03/2025", "31/12/2026")
    session.commit()
    return AtWork(found.contract.id, owed.market_id, person.first_name, person.last_name.upper())
