"""What a company owes, over all its buyers and territories: its own share of each lot beside the lot's total."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import statements
from facilitator.awards import Award
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.statement import AwardStatement, Statement
from facilitator.territories import Territory
from facilitator.vocabulary import AwardRole, GroupementForm, Standing

ZERO = Decimal(0)


@dataclass(frozen=True)
class OwnLot:
    """One lot of a company: `share` is what stands on it, None when it works for another company of the lot."""

    lot_id: int
    award_id: int
    title: str
    market: str
    buyer: str
    territory: str
    email: str | None
    phone: str | None
    role: AwardRole
    groupement: GroupementForm
    binding: bool
    share: AwardStatement | None
    own_retained: Decimal
    statement: Statement

    @property
    def alone(self) -> bool:
        return self.role is AwardRole.titulaire

    @property
    def place(self) -> str:
        """What the company answers for, in one sentence."""
        if self.alone:
            return "tout le lot"
        if self.role is AwardRole.sous_traitant:
            return "vos heures comptent pour l’entreprise qui vous a confié le travail"
        return (
            "votre part vous engage"
            if self.binding
            else "les parts sont indicatives\u00a0: le lot répond en entier"
        )


@dataclass(frozen=True)
class Totals:
    """What a company owes in all, where its own share is known."""

    lots: int
    owed: Decimal
    retained: Decimal
    left: Decimal
    undefined: int


def of_company(session: Session, organisation_id: int, on: datetime.date) -> list[OwnLot]:
    """Every lot of a company with its statement, the nearest end first (the selects do not grow with the lots)."""
    buyer = Organisation
    rows = session.execute(
        select(
            Lot.id, Award.id, Lot.number, Lot.title, Market.object,
            func.coalesce(buyer.name, buyer.scheme + " " + buyer.identifier), Territory.name, Territory.email, Territory.phone,
            Award.role, Lot.groupement_form, Lot.shares_binding,
        )
        .join(Award, Award.lot_id == Lot.id)
        .join(Market, Market.id == Lot.market_id)
        .join(buyer, buyer.id == Market.buyer_id)
        .join(Territory, Territory.id == Lot.territory_id)
        .where(Award.organisation_id == organisation_id)
    ).all()  # fmt: skip
    figures = statements.of_lots(session, [row[0] for row in rows], on)
    worked = _worked(session, [row[1] for row in rows], on)
    found = [
        OwnLot(
            lot_id=lot_id,
            award_id=award_id,
            title=f"Lot {number} – {title}",
            market=market,
            buyer=owner,
            territory=territory,
            email=email,
            phone=phone,
            role=AwardRole(role),
            groupement=GroupementForm(form),
            binding=binding,
            share=_share_of(figures[lot_id], award_id),
            own_retained=worked.get(award_id, ZERO),
            statement=figures[lot_id],
        )
        for lot_id, award_id, number, title, market, owner, territory, email, phone, role, form, binding in rows
    ]
    return sorted(found, key=lambda each: (each.statement.ended, each.statement.end or on, each.lot_id))


def totals(lots: Iterable[OwnLot]) -> Totals:
    """The sums of the shares that stand on the company itself."""
    lots = list(lots)
    shares = [each.share for each in lots if each.share is not None and each.statement.defined]
    return Totals(
        lots=len(lots),
        owed=sum((each.owed for each in shares), ZERO),
        retained=sum((each.retained for each in shares), ZERO),
        left=sum((each.left for each in shares), ZERO),
        undefined=sum(not each.statement.defined for each in lots),
    )


def subcontractors(session: Session, award_id: int, on: datetime.date) -> list[tuple[str, Decimal, Decimal]]:
    """The companies that work under an award: name, hours declared and retained (figures, never people)."""
    counted = Share.standing != Standing.outside
    rows = session.execute(
        select(
            func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier),
            func.sum(Share.hours).filter(counted),
            func.sum(Share.retained),
        )
        .select_from(Award)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .outerjoin(Share, (Share.award_id == Award.id) & (Share.to_on <= on))
        .where(Award.parent_id == award_id)
        .group_by(Award.id, Organisation.name, Organisation.scheme, Organisation.identifier)
        .order_by(Award.id)
    )
    return [(name, declared or ZERO, retained or ZERO) for name, declared, retained in rows]


def months(
    session: Session, award_ids: Iterable[int], on: datetime.date
) -> list[tuple[datetime.date, Decimal, Decimal]]:
    """Hours of these awards by month: declared, retained."""
    rows = session.execute(
        select(Share.month, func.sum(Share.hours), func.sum(Share.retained))
        .where(Share.award_id.in_(set(award_ids)), Share.to_on <= on, Share.standing != Standing.outside)
        .group_by(Share.month)
        .order_by(Share.month)
    )
    return [(month, declared, retained) for month, declared, retained in rows]


def _share_of(statement: Statement, award_id: int) -> AwardStatement | None:
    return next((each for each in statement.awards if each.award_id == award_id), None)


def _worked(session: Session, award_ids: list[int], on: datetime.date) -> dict[int, Decimal]:
    rows = session.execute(
        select(Share.award_id, func.sum(Share.retained))
        .where(Share.award_id.in_(award_ids), Share.to_on <= on)
        .group_by(Share.award_id)
    )
    return dict(rows.all())
