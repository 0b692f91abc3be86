"""Markets and lots: what buyers publish or facilitators type, and the dated facts of a lot."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from facilitator import journal, organisations
from facilitator.db import Euros, Hours, Instant, Model, Versioned, one_of, touch
from facilitator.organisations import Organisation
from facilitator.refusals import Refused
from facilitator.vocabulary import (
    ClauseKind,
    GroupementForm,
    OrganisationRoleName,
    Periodicity,
    ToleranceKind,
)


class MarketRefused(Refused):
    """A market or a lot cannot be recorded as asked."""


class Operation(Versioned, Model):
    """A project or consultation that groups markets (a NPNRU site, the lots of one consultation)."""

    __tablename__ = "operations"
    __table_args__ = (
        CheckConstraint("target_percent BETWEEN 1 AND 100", name="target_percent"),
        CheckConstraint("women_percent BETWEEN 0 AND 100", name="women_percent"),
        CheckConstraint("qpv_percent BETWEEN 0 AND 100", name="qpv_percent"),
        CheckConstraint("alternance_percent BETWEEN 0 AND 100", name="alternance_percent"),
        CheckConstraint("site_hours > 0", name="site_hours"),
        CheckConstraint("(site_hours IS NULL) = (site_hours_source IS NULL)", name="site_hours_source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    name: Mapped[str] = mapped_column(String(500))
    npnru: Mapped[bool] = mapped_column(default=False)
    gup: Mapped[bool] = mapped_column(default=False)
    sector: Mapped[str | None] = mapped_column(String(60))
    convention: Mapped[str | None] = mapped_column(String(60))  # number of the ANRU convention
    target_percent: Mapped[int | None]  # of the hours of the site; None: the usual one
    women_percent: Mapped[int | None]  # these three in percent of the insertion hours
    qpv_percent: Mapped[int | None]
    alternance_percent: Mapped[int | None]
    site_hours: Mapped[Decimal | None] = mapped_column(Hours)  # of the whole operation, when typed
    site_hours_source: Mapped[str | None] = mapped_column(String(200))


class Market(Versioned, Model):
    """A marché of one buyer, followed by one territory; DECP key (buyer, id)."""

    __tablename__ = "markets"
    __table_args__ = (
        UniqueConstraint("territory_id", "buyer_id", "decp_id"),
        CheckConstraint("length(decp_id) > 0", name="decp_id"),
        Index("ix_markets_buyer_decp", "buyer_id", "decp_id"),  # a buyer’s markets, and who else follows one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operations.id"), index=True)
    decp_id: Mapped[str] = mapped_column(String(64))
    generated_id: Mapped[bool] = mapped_column(default=False)  # hand-made, DECP id not yet known
    buyer_number: Mapped[str | None] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(Text)
    nature: Mapped[str | None] = mapped_column(String(60))
    procedure: Mapped[str | None] = mapped_column(String(120))
    cpv: Mapped[str | None] = mapped_column(String(10))
    place_code: Mapped[str | None] = mapped_column(String(20))
    place_kind: Mapped[str | None] = mapped_column(String(40))
    # As published: excluding taxes, fixed or estimated maximum; shown, never added.
    amount: Mapped[Decimal | None] = mapped_column(Euros)
    duration_months: Mapped[int | None]
    consulted_on: Mapped[datetime.date | None]
    notified_on: Mapped[datetime.date | None]
    framework_id: Mapped[str | None] = mapped_column(String(64))
    # SocialConsideration codes; NULL = not said, which is not «no clause».
    considerations: Mapped[list[str] | None] = mapped_column(JSON)
    pilot: Mapped[bool] = mapped_column(default=True)  # pilote: owed hours and markets count here
    published: Mapped[str | None] = mapped_column(Text)  # canonical JSON of the last publication
    published_rank: Mapped[str | None] = mapped_column(Text)  # what makes one publication newer
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    buyer: Mapped[Organisation] = relationship(lazy="raise")
    operation: Mapped[Operation | None] = relationship(lazy="raise")


class MarketModification(Model):
    """A modification as published; the market's own fields are not rewritten by it."""

    __tablename__ = "market_modifications"
    __table_args__ = (UniqueConstraint("market_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("markets.id"))
    position: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(20))
    object: Mapped[str | None] = mapped_column(Text)
    duration_months: Mapped[int | None]
    amount: Mapped[Decimal | None] = mapped_column(Euros)
    notified_on: Mapped[datetime.date | None]
    published_on: Mapped[datetime.date | None]
    holders: Mapped[list[list[str]] | None] = mapped_column(JSON)  # [scheme, identifier, name]


class MarketHolder(Model):
    """A titulaire as published: a human turns it into an award."""

    __tablename__ = "market_holders"
    __table_args__ = (UniqueConstraint("market_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("markets.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    position: Mapped[int]

    organisation: Mapped[Organisation] = relationship(lazy="raise")


class Lot(Versioned, Model):
    """A lot of a market: clause, admitted publics and modes, penalty rule, groupement."""

    __tablename__ = "lots"
    __table_args__ = (
        UniqueConstraint("market_id", "number"),
        one_of("clause", ClauseKind),
        one_of("groupement_form", GroupementForm),
        one_of("tolerance_kind", ToleranceKind),
        one_of("periodicity", Periodicity),
        CheckConstraint("penalty_rate >= 0", name="penalty_rate"),
        CheckConstraint("tolerance_percent BETWEEN 0 AND 100", name="tolerance_percent"),
        Index("ix_lots_territory", "territory_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    market_id: Mapped[int] = mapped_column(ForeignKey("markets.id"))
    facilitator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    cpv: Mapped[str | None] = mapped_column(String(10))
    clause: Mapped[str | None] = mapped_column(String(24))  # NULL: not known yet
    publics_admitted: Mapped[list[str] | None] = mapped_column(JSON)  # Criterion codes; NULL = all
    modes_admitted: Mapped[list[str] | None] = mapped_column(JSON)  # PlacementMode; NULL = all
    women_percent: Mapped[int | None]
    qpv_percent: Mapped[int | None]
    alternance_percent: Mapped[int | None]
    penalty_rate: Mapped[Decimal | None] = mapped_column(Euros)  # euros for an hour not done
    late_document_rate: Mapped[Decimal | None] = mapped_column(Euros)  # euros a day
    tolerance_kind: Mapped[str] = mapped_column(String(12), default=ToleranceKind.none)
    tolerance_percent: Mapped[int] = mapped_column(default=0)
    groupement_form: Mapped[str] = mapped_column(String(32), default=GroupementForm.solidaire)
    shares_binding: Mapped[bool] = mapped_column(default=False)
    periodicity: Mapped[str] = mapped_column(String(12), default=Periodicity.monthly)
    received_on: Mapped[datetime.date | None]  # réception
    end_with_renewals_on: Mapped[datetime.date | None]

    market: Mapped[Market] = relationship(lazy="raise")


class LotDate(Model):
    """A dated fact about a lot's start (ordre de service) or end; an avenant adds one, nothing is overwritten."""

    __tablename__ = "lot_dates"
    __table_args__ = (CheckConstraint("kind IN ('start', 'end')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    kind: Mapped[str] = mapped_column(String(6))
    value_on: Mapped[datetime.date]
    effective_on: Mapped[datetime.date | None]  # NULL: known from the beginning
    document: Mapped[str | None] = mapped_column(String(200))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime.datetime] = mapped_column(Instant)


class LotStop(Model):
    """Days on which the works stood still (ordre de service d’arrêt, then de reprise)."""

    __tablename__ = "lot_stops"
    __table_args__ = (CheckConstraint("to_on >= from_on", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    from_on: Mapped[datetime.date]
    to_on: Mapped[datetime.date | None]  # NULL: not restarted yet
    reason: Mapped[str | None] = mapped_column(String(200))


class PlannedMonth(Model):
    """One month of a plan typed in by the buyer or company: hours expected in it."""

    __tablename__ = "planned_months"
    __table_args__ = (
        UniqueConstraint("lot_id", "month"),
        CheckConstraint("hours >= 0", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    month: Mapped[datetime.date]
    hours: Mapped[Decimal] = mapped_column(Hours)


def create(
    session: Session,
    territory_id: int,
    buyer: Organisation,
    *,
    object: str,
    by: int | None,
    decp_id: str | None = None,
    **fields: object,
) -> Market:
    """Make a market by hand; without a DECP id one is generated until the real one is known."""
    generated = decp_id is None
    key = decp_id or f"F-{uuid.uuid4().hex[:12]}"
    _refuse_same_key(session, territory_id, buyer.id, key)
    organisations.add_role(session, buyer, OrganisationRoleName.authority)
    market = Market(
        territory_id=territory_id,
        buyer_id=buyer.id,
        decp_id=key,
        generated_id=generated,
        object=object,
        created_at=journal.now(),
        **fields,
    )
    session.add(market)
    session.flush()
    journal.note(session, "create", "market", market.id, by=by, territory_id=territory_id)
    return market


def amend(session: Session, market: Market, *, by: int | None, **fields: object) -> None:
    """Change what was typed or published of a market; the next import leaves these fields alone."""
    changed = sorted(name for name, value in fields.items() if getattr(market, name) != value)
    new_id = fields.get("decp_id")
    if "decp_id" in changed and isinstance(new_id, str):
        _refuse_same_key(session, market.territory_id, market.buyer_id, new_id)
        market.generated_id = False
    for name in changed:
        setattr(market, name, fields[name])
    if changed:
        journal.note(
            session,
            "amend",
            "market",
            market.id,
            by=by,
            territory_id=market.territory_id,
            fields=changed,
        )


def add_lot(
    session: Session,
    market: Market,
    *,
    number: str,
    title: str,
    by: int | None,
    **fields: object,
) -> Lot:
    """Add a lot, «heures à définir» until its ledger has a line."""
    same = session.scalar(select(Lot.id).where(Lot.market_id == market.id, Lot.number == number))
    if same is not None:
        raise MarketRefused(f"Ce marché a déjà un lot {number}. Donnez un autre numéro.")
    lot = Lot(
        territory_id=market.territory_id,
        market_id=market.id,
        number=number,
        title=title,
        cpv=fields.pop("cpv", None) or market.cpv,
        **fields,
    )
    session.add(lot)
    session.flush()
    _note_lot(session, "add_lot", lot, by)
    return lot


def amend_lot(session: Session, lot: Lot, *, by: int | None, **fields: object) -> None:
    """Change the clause, the admitted publics and modes, the penalty rule… of a lot."""
    number = fields.get("number")
    if number is not None and number != lot.number:
        same = session.scalar(select(Lot.id).where(Lot.market_id == lot.market_id, Lot.number == number))
        if same is not None:
            raise MarketRefused(f"Ce marché a déjà un lot {number}. Donnez un autre numéro.")
    changed = sorted(name for name, value in fields.items() if getattr(lot, name) != value)
    for name in changed:
        setattr(lot, name, fields[name])
    if changed:
        touch(session, "lot", lot.id)
        _note_lot(session, "amend", lot, by, fields=changed)


def _refuse_same_key(session: Session, territory_id: int, buyer_id: int, decp_id: str) -> None:
    same = session.scalar(
        select(Market.id).where(
            Market.territory_id == territory_id,
            Market.buyer_id == buyer_id,
            Market.decp_id == decp_id,
        )
    )
    if same is not None:
        raise MarketRefused(
            f"Le marché {decp_id} de ce donneur d’ordre est déjà suivi par le territoire. Ouvrez-le au lieu d’en créer un second."
        )


def _note_lot(session: Session, verb: str, lot: Lot, by: int | None, **details: Any) -> None:
    journal.note(
        session,
        verb,
        "lot",
        lot.id,
        by=by,
        territory_id=lot.territory_id,
        lot_id=lot.id,
        **details,
    )
