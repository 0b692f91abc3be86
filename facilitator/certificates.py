"""Who an attestation is about: loads the territory, the buyer, the lot and its companies as they are written on it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.awards import Award
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.territories import Territory
from facilitator.vocabulary import AwardRole
from reports.attestation import Holder, Parties


def parties(session: Session, territory: Territory, lot: Lot, award: Award | None) -> Parties:
    """The names of the page; without an award it is about the whole lot."""
    market = session.get_one(Market, lot.market_id)
    buyer = session.get_one(Organisation, market.buyer_id)
    return Parties(
        territory=territory.name,
        email=territory.email,
        phone=territory.phone,
        buyer=buyer.label,
        buyer_siret=buyer.identifier,
        market=market.decp_id,
        title=market.object,
        lot=f"{lot.number} – {lot.title}",
        holders=_holders(session, lot, award),
        whole_lot=award is None,
    )


def _holders(session: Session, lot: Lot, award: Award | None) -> tuple[Holder, ...]:
    """The company that answers, or all those of the groupement; a subcontractor works for one of them."""
    wanted = (
        Award.id == award.id if award else (Award.lot_id == lot.id) & (Award.role != AwardRole.sous_traitant)
    )
    rows = session.execute(
        select(Award.role, Organisation)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(wanted)
        .order_by(Award.id)
    )
    return tuple(Holder(company.label, company.identifier, AwardRole(role)) for role, company in rows)
