"""Lots that ended with hours missing, for tests of penalties: built with the domain's verbs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from facilitator import ledger, penalty_constats, penalty_files
from facilitator.awards import Award
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.penalty_files import PenaltyFile
from facilitator.territories import Territory
from facilitator.vocabulary import ContractType, LedgerKind
from tests import trade
from tests.trade import day

TODAY = date(2026, 11, 23)
STATED = day("01/10/2026")


@dataclass(frozen=True)
class Ended:
    """A lot that has ended: its buyer, its company, and the contract on which hours were worked."""

    territory: Territory
    buyer: Organisation
    company: Organisation
    lot: Lot
    award: Award
    work: trade.Work


def rennes(session: Session, place: Territory | None = None, **fields: Any) -> Ended:
    """TA Rennes, February 2026: 490 h owed by the offer, above the minimum; 70 h retained; 35 € an hour."""
    place = place or trade.territory(session)
    buyer, company = trade.buyer(session), trade.company(session)
    lot = trade.lot(
        session,
        place,
        start="01/09/2025",
        end="31/08/2026",
        hours="350",
        by_buyer=fields.pop("by_buyer", buyer),
        **{"penalty_rate": Decimal(35), **fields},
    )
    ledger.add_line(
        session, lot, LedgerKind.offre_superieure, Decimal(140), effective_on=day("01/09/2025"), by=None
    )
    award = trade.award(session, lot, company)
    hired = trade.direct(
        session, trade.person(session, place, "01/09/2025"), award, ContractType.cdi, "01/10/2025"
    )
    trade.month(session, hired.contract, "10/2025", "70")
    return Ended(place, buyer, company, lot, award, hired)


def stated(session: Session, at: Ended, on: date = STATED) -> PenaltyFile:
    """The constat of the lot as a whole, from verdicts that stand."""
    session.commit()
    return penalty_constats.state(session, at.lot, None, figures_on=on, on=on, by=None)


def notified(session: Session, at: Ended, notice_on: date = STATED, days: int = 15) -> PenaltyFile:
    """The mise en demeure sent on the day of the constat."""
    file = stated(session, at)
    penalty_files.give_notice(session, file, notice_on, days, on=TODAY, by=None)
    return file
