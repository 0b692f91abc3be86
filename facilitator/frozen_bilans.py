"""Bilans that were sent: numbered, kept byte for byte, and compared with what is known since."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from facilitator import bilans, contacts, french, journal, mails, statements
from facilitator.bilan import Bilan
from facilitator.db import Hours, Instant, Model, one_of
from facilitator.french import NBSP
from facilitator.markets import Lot, Market
from facilitator.organisations import Contact, Organisation
from facilitator.refusals import Refused
from facilitator.statement import Statement
from facilitator.territories import Territory
from facilitator.vocabulary import BilanKind, BilanScope
from reports import compliance_workbook, lot_bilan

THING = "frozen_bilan"


class BilanRefused(Refused):
    """A bilan cannot be drawn up as asked."""


class FrozenBilan(Model):
    """One bilan as it was sent: nothing in this row ever changes."""

    __tablename__ = "frozen_bilans"
    __table_args__ = (
        UniqueConstraint("territory_id", "scope", "scope_id", "number"),
        one_of("scope", BilanScope),
        one_of("kind", BilanKind),
        CheckConstraint("number > 0", name="number"),
        Index("ix_frozen_bilans_market", "market_id", "lot_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    scope: Mapped[str] = mapped_column(String(6))
    scope_id: Mapped[int]
    market_id: Mapped[int | None] = mapped_column(ForeignKey("markets.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(7))
    on: Mapped[datetime.date]
    made_at: Mapped[datetime.datetime] = mapped_column(Instant)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sent_to: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(300))
    owed: Mapped[Decimal | None] = mapped_column(Hours)  # None: «heures à définir»
    declared: Mapped[Decimal] = mapped_column(Hours)
    retained: Mapped[Decimal] = mapped_column(Hours)
    file_name: Mapped[str] = mapped_column(String(200))  # without its extension
    data_sha256: Mapped[str] = mapped_column(String(64))
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    workbook_sha256: Mapped[str] = mapped_column(String(64))
    # Lists read thousands of rows: the bytes come only when they are asked for.
    pdf: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    workbook: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))

    @property
    def label(self) -> str:
        """«Bilan définitif n° 2»."""
        return f"Bilan {BilanKind(self.kind).label} n°{NBSP}{self.number}"


@dataclass(frozen=True)
class Scope:
    """What a bilan is about, with the rows that name it."""

    kind: BilanScope
    buyer: Organisation
    territory_id: int
    market: Market | None = None
    lot: Lot | None = None

    @property
    def id(self) -> int:
        thing = self.lot or self.market or self.buyer
        return thing.id


@dataclass(frozen=True)
class Version:
    """One frozen bilan beside its successor, and beside what is known now (the newest of its scope only)."""

    bilan: FrozenBilan
    newer: FrozenBilan | None
    change: str | None

    @property
    def replaced(self) -> str | None:
        """«remplacé par le n° 2, écart −21,00 h», or the later situation that followed it."""
        if self.newer is None:
            return None
        gap = signed(self.newer.retained - self.bilan.retained)
        if self.newer.on == self.bilan.on:
            return f"remplacé par le n°{NBSP}{self.newer.number}, écart {gap}"
        day = french.date(self.newer.on)
        return f"suivi du n°{NBSP}{self.newer.number} (situation au {day}), écart {gap}"

    @property
    def changed(self) -> str | None:
        """«les heures ont changé depuis : −21,00 h»: the same day, with what is known now."""
        return f"les heures ont changé depuis{NBSP}: {self.change}" if self.change else None

    @property
    def next_label(self) -> str:
        """«établir le n° 3»."""
        return f"établir le n°{NBSP}{self.bilan.number + 1}"


def of_lot(session: Session, lot: Lot) -> Scope:
    """The scope of one lot, as its territory follows it."""
    market = session.get_one(Market, lot.market_id)
    buyer = session.get_one(Organisation, market.buyer_id)
    return Scope(BilanScope.lot, buyer, lot.territory_id, market, lot)


def of_market(session: Session, market: Market) -> Scope:
    """The scope of one market, as its territory follows it."""
    buyer = session.get_one(Organisation, market.buyer_id)
    return Scope(BilanScope.market, buyer, market.territory_id, market)


def of_buyer(buyer: Organisation, territory_id: int) -> Scope:
    """All markets of a buyer that a territory follows."""
    return Scope(BilanScope.buyer, buyer, territory_id)


def current(session: Session, scope: Scope, on: datetime.date, made_on: datetime.date) -> Bilan:
    """The bilan of a scope with what is known now; refuses a day to come."""
    lot_id = scope.lot.id if scope.lot else None
    return bilans.of_authority(session, scope.buyer, on, made_on, scope.market, scope.territory_id, lot_id)


def freeze(
    session: Session,
    scope: Scope,
    kind: BilanKind,
    *,
    on: datetime.date,
    sent_to: str,
    made_on: datetime.date,
    at: datetime.datetime,
    by: int | None,
) -> FrozenBilan:
    """Draw both files and keep them under the next number of their scope.

    Refuses a scope without any lot, and a final bilan before the end of the execution.
    """
    number = _next_number(session, scope)
    found = current(session, scope, on, made_on)
    _refuse_too_early(found, kind)
    edition = lot_bilan.Edition(kind, number, sent_to)
    told = lot_bilan.facts(found, edition)
    pdf, workbook = lot_bilan.draw(told, made_at=at), compliance_workbook.build(found)
    statement = found.situation.statement
    frozen = FrozenBilan(
        territory_id=scope.territory_id,
        buyer_id=scope.buyer.id,
        scope=scope.kind,
        scope_id=scope.id,
        market_id=scope.market.id if scope.market else None,
        lot_id=scope.lot.id if scope.lot else None,
        number=number,
        kind=kind,
        on=on,
        made_at=at,
        made_by_id=by,
        sent_to=sent_to,
        subject=str(told["subject"])[:300],
        owed=statement.owed if statement.defined else None,
        declared=statement.declared,
        retained=statement.retained,
        file_name=f"{lot_bilan.file_name(found).removesuffix('.pdf')} – n° {number}"[:200],
        data_sha256=str(told["fingerprint"]),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        workbook_sha256=hashlib.sha256(workbook).hexdigest(),
        pdf=pdf,
        workbook=workbook,
    )
    session.add(frozen)
    session.flush()
    _note(session, scope, frozen, by)
    return frozen


def _note(session: Session, scope: Scope, frozen: FrozenBilan, by: int | None) -> None:
    journal.note(
        session,
        "freeze",
        THING,
        frozen.id,
        by=by,
        territory_id=scope.territory_id,
        lot_id=frozen.lot_id,
        number=frozen.number,
        kind=frozen.kind,
        on=frozen.on.isoformat(),
    )


def _next_number(session: Session, scope: Scope) -> int:
    """Numbers follow one another: who freezes second waits for the first (SQLite’s writers wait by themselves)."""
    # Locks whom the number belongs to without holding back those who only refer to it.
    columns = {BilanScope.lot: Lot.id, BilanScope.market: Market.id, BilanScope.buyer: Organisation.id}
    column = columns[scope.kind]
    session.execute(select(column).where(column == scope.id).with_for_update(key_share=True))
    last = session.scalar(
        select(func.max(FrozenBilan.number)).where(
            FrozenBilan.territory_id == scope.territory_id,
            FrozenBilan.scope == scope.kind,
            FrozenBilan.scope_id == scope.id,
        )
    )
    return (last or 0) + 1


def _refuse_too_early(found: Bilan, kind: BilanKind) -> None:
    statement = found.situation.statement
    if not statement.lots:
        raise BilanRefused("Ce marché n’a pas encore de lot. Ajoutez-en un avant d’établir son bilan.")
    if kind is BilanKind.final and not statement.ended:
        end = f"Elle finit le {french.date(statement.end)}" if statement.end else "Sa fin n’est pas fixée"
        raise BilanRefused(
            f"L’exécution n’est pas terminée au {french.date(statement.on)}. {end}{NBSP}: établissez un bilan"
            " intermédiaire, ou corrigez la date de fin."
        )


def send(
    session: Session,
    frozen: FrozenBilan,
    recipient: str,
    *,
    at: datetime.datetime,
    link: str,
) -> mails.OutboxMail:
    """Tell a contact of the buyer that the bilan waits behind its sign-in.

    Nothing is attached: a file in a mailbox is forwarded and never withdrawn, while the page says on the day it is
    read which number replaced this one; and counts of people, even masked, stay behind an account.
    """
    territory = session.get_one(Territory, frozen.territory_id)
    topics: list[mails.Topic] = [("organisation", frozen.buyer_id)]
    if frozen.lot_id:
        topics.append(("lot", frozen.lot_id))
    return mails.write(
        session,
        recipient,
        f"{territory.name}{NBSP}: {frozen.label.lower()} – {frozen.subject}"[:200],
        "frozen_bilan",
        thing=THING,
        thing_id=frozen.id,
        at=at,
        territory_id=frozen.territory_id,
        topics=topics,
        bilan=frozen,
        territory=territory,
        link=link,
    )


def buyer_contact(session: Session, scope: Scope) -> Contact | None:
    """Whom the territory writes to at the buyer’s: the first contact there that has an address."""
    return contacts.written_to(session, scope.territory_id, scope.buyer.id)


def of_scope(session: Session, scope: Scope) -> list[Version]:
    """The bilans of one scope, newest first; the newest is compared with what is known now."""
    frozen = session.scalars(
        select(FrozenBilan)
        .where(
            FrozenBilan.territory_id == scope.territory_id,
            FrozenBilan.scope == scope.kind,
            FrozenBilan.scope_id == scope.id,
        )
        .order_by(FrozenBilan.number.desc())
    ).all()
    change = _change(frozen[0], _known_now(session, scope, frozen[0].on)) if frozen else None
    return chained(frozen, change)


def chained(frozen: Sequence[FrozenBilan], change: str | None = None) -> list[Version]:
    """Each bilan beside the one that followed it in its scope; given newest first."""
    newest: dict[tuple[int, str, int], FrozenBilan] = {}
    found: list[Version] = []
    for each in frozen:
        key = (each.territory_id, each.scope, each.scope_id)
        newer = newest.get(key)
        found.append(Version(each, newer, None if newer else change))
        newest[key] = each
    return found


def _known_now(session: Session, scope: Scope, on: datetime.date) -> Statement:
    """What the statement at that date says with today’s knowledge."""
    lots = (
        select(Lot.id).join(Market, Market.id == Lot.market_id).where(Lot.territory_id == scope.territory_id)
    )
    if scope.lot is not None:
        lots = lots.where(Lot.id == scope.lot.id)
    elif scope.market is not None:
        lots = lots.where(Lot.market_id == scope.market.id)
    else:
        lots = lots.where(Market.buyer_id == scope.buyer.id)
    figures = statements.of_lots(session, session.scalars(lots), on)
    return statements.add_up(session, figures.values(), on, scope.territory_id)


def _change(frozen: FrozenBilan, now: Statement) -> str | None:
    """Retained hours first; what is owed or declared only where it moved too."""
    owed = now.owed if now.defined else None
    told = []
    if now.retained != frozen.retained:
        told.append(signed(now.retained - frozen.retained))
    elif now.declared != frozen.declared:
        told.append(f"déclarées {signed(now.declared - frozen.declared)}")
    if owed != frozen.owed:
        told.append(f"engagées {signed((owed or Decimal(0)) - (frozen.owed or Decimal(0)))}")
    return ", ".join(told) or None


def signed(hours: Decimal) -> str:
    """A difference of hours with its sign: −21,00 h, +12,50 h."""
    return f"{'+' if hours > 0 else ''}{french.hours(hours)}"
