"""Attestations de bonne exécution: issued when the target is met, checked by anyone, revoked when it no longer holds."""

import datetime
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, aliased, deferred, mapped_column

from facilitator import associated_lots, certificates, french, journal, statements, verdicts
from facilitator.associated_lots import ASSOCIATED_LOT, PILOT_LOT
from facilitator.awards import Award
from facilitator.db import Hours, Instant, Model
from facilitator.french import NBSP
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot
from facilitator.refusals import Refused
from facilitator.statement import Statement
from facilitator.territories import Territory
from facilitator.vocabulary import Standing
from reports import attestation as page
from reports.attestation import Certificate, Month

THING = "attestation"
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"  # nothing that is read as something else: 0 O, 1 I L, 2 Z, 5 S, 8 B
CODE_LENGTH = 8
ZERO = Decimal(0)
_LIVE_LOT = text("revoked_at IS NULL AND award_id IS NULL")
_LIVE_AWARD = text("revoked_at IS NULL AND award_id IS NOT NULL")


class AttestationRefused(Refused):
    """An attestation cannot be issued or revoked as asked."""


class Attestation(Model):
    """One attestation: what it says never changes; it may be flagged, then revoked."""

    __tablename__ = "attestations"
    __table_args__ = (
        UniqueConstraint("territory_id", "year", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("retained >= owed", name="met"),
        CheckConstraint("(revoked_at IS NULL) = (revocation IS NULL)", name="revocation"),
        Index("ix_attestations_live_lot", "lot_id", unique=True, sqlite_where=_LIVE_LOT, postgresql_where=_LIVE_LOT),
        Index("ix_attestations_live_award", "award_id", unique=True, sqlite_where=_LIVE_AWARD, postgresql_where=_LIVE_AWARD),
        Index("ix_attestations_lot", "lot_id", "id"),
        Index("ix_attestations_number", "year", "number"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    year: Mapped[int]
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"))  # None: the whole lot
    issued_on: Mapped[datetime.date]
    issued_at: Mapped[datetime.datetime] = mapped_column(Instant)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_on: Mapped[datetime.date]  # the day of the situation
    owed: Mapped[Decimal] = mapped_column(Hours)
    retained: Mapped[Decimal] = mapped_column(Hours)
    said: Mapped[dict[str, Any]] = mapped_column(JSON)  # the words of the page
    lines: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON
    )  # by month: contracts, hours, ids of the relevés
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    # What a change of the territory’s rules would make missing: shown, never held against who had met the rules.
    flagged_missing: Mapped[Decimal | None] = mapped_column(Hours)
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(Instant)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revocation: Mapped[str | None] = mapped_column(String(500))  # a plain reason that anyone may read

    @property
    def label(self) -> str:
        """«2026-0007»."""
        return f"{self.year}-{self.number:04d}"

    @property
    def shown_code(self) -> str:
        """«ABCD-EFGH», easier to read out."""
        return f"{self.code[:4]}-{self.code[4:]}"

    @property
    def live(self) -> bool:
        return self.revoked_at is None

    @property
    def proofs(self) -> list[tuple[datetime.date, int, Decimal, list[int]]]:
        """Month, contracts, hours and relevés of each line."""
        return [
            (
                datetime.date.fromisoformat(each["month"]),
                each["contracts"],
                Decimal(each["hours"]),
                each["timesheets"],
            )
            for each in self.lines
        ]


@dataclass(frozen=True)
class Figures:
    """What is owed and retained by what an attestation is about."""

    owed: Decimal
    retained: Decimal

    @property
    def missing(self) -> Decimal:
        return max(ZERO, self.owed - self.retained)


def new_code() -> str:
    """Eight letters and digits drawn at random."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def figures_of(statement: Statement, award_id: int | None) -> Figures:
    """What the lot, or one company of it, owes and has done."""
    if award_id is None:
        return Figures(statement.owed, statement.retained)
    share = next((each for each in statement.awards if each.award_id == award_id), None)
    return Figures(share.owed, share.retained) if share else Figures(statement.owed, ZERO)


def issue(
    session: Session,
    lot: Lot,
    award: Award | None,
    *,
    closed_on: datetime.date,
    on: datetime.date,
    at: datetime.datetime,
    by: int | None,
    base_url: str,
    code: str | None = None,
) -> Attestation:
    """Issue the attestation of a lot, or of one company where the shares bind.

    Refuses what is not met on `closed_on`, a company that does not answer for the lot, and a second live attestation.
    """
    territory = _alone(session, lot)
    _refuse_led_elsewhere(session, lot)
    statements.refuse_future(closed_on, on)
    verdicts.refresh(session)  # of what this very transaction has changed
    statement = statements.of_lot(session, lot.id, closed_on)
    _refuse_wrong_company(lot, award, statement)
    _refuse_second(session, lot, award)
    figures = figures_of(statement, award.id if award else None)
    _refuse_unmet(statement, figures, award)
    made = Attestation(
        territory_id=territory.id,
        year=on.year,
        number=_next_number(session, territory.id, on.year),
        code=code or new_code(),
        lot_id=lot.id,
        award_id=award.id if award else None,
        issued_on=on,
        issued_at=at,
        issued_by_id=by,
        closed_on=closed_on,
        owed=figures.owed,
        retained=figures.retained,
        lines=_lines(session, lot, award, closed_on),
    )
    said = _certificate(session, territory, lot, award, statement, made, base_url)
    told = page.facts(said)
    made.said, made.pdf = told, page.draw(told, made_at=at)
    made.pdf_sha256 = hashlib.sha256(made.pdf).hexdigest()
    session.add(made)
    session.flush()
    _note(session, "issue", made, by, number=made.label, retained=str(made.retained), owed=str(made.owed))
    return made


def _alone(session: Session, lot: Lot) -> Territory:
    """Hold what is about to be attested until the commit (SQLite’s writers wait for each other by themselves).

    The territory, so that numbers have no gap and no double; the lot and its shares, so that a correction or a line
    written at this very moment either counts here, or comes after and finds the attestation that it undoes.
    """
    # Without holding back those who only refer to the territory.
    territory = session.scalars(
        select(Territory).where(Territory.id == lot.territory_id).with_for_update(key_share=True)
    ).one()
    session.execute(select(Lot.id).where(Lot.id == lot.id).with_for_update())
    session.execute(select(Share.id).where(Share.lot_id == lot.id).order_by(Share.id).with_for_update())
    return territory


def _next_number(session: Session, territory_id: int, year: int) -> int:
    last = session.scalar(
        select(func.max(Attestation.number)).where(
            Attestation.territory_id == territory_id, Attestation.year == year
        )
    )
    return (last or 0) + 1


def _refuse_led_elsewhere(session: Session, lot: Lot) -> None:
    """The pilot holds what is owed, and sees what everybody worked."""
    if (pilot := associated_lots.pilot_of(session, lot)) is not None:
        raise AttestationRefused(f"{pilot} pilote ce marché{NBSP}: c’est à lui de délivrer l’attestation.")


def _refuse_wrong_company(lot: Lot, award: Award | None, statement: Statement) -> None:
    if not statement.awards:
        raise AttestationRefused(
            "Ce lot n’a pas encore d’entreprise. Attribuez-le avant de délivrer l’attestation."
        )
    if award is None:
        if statement.penalty_binding_by_award:
            raise AttestationRefused(
                f"Chaque entreprise de ce lot répond de sa part{NBSP}: choisissez l’entreprise qui reçoit l’attestation."
            )
        return
    if award.lot_id != lot.id or all(each.award_id != award.id for each in statement.awards):
        raise AttestationRefused(
            "Cette entreprise ne répond pas des heures de ce lot. Choisissez son titulaire, son mandataire ou un cotraitant."
        )
    if not statement.penalty_binding_by_award:
        raise AttestationRefused(
            f"Les parts de ce lot sont indicatives{NBSP}: l’attestation porte sur le lot entier. Ne choisissez pas d’entreprise."
        )


def _refuse_second(session: Session, lot: Lot, award: Award | None) -> None:
    same = Attestation.award_id == award.id if award else Attestation.award_id.is_(None)
    live = session.scalars(
        select(Attestation).where(Attestation.lot_id == lot.id, same, Attestation.revoked_at.is_(None))
    ).first()
    if live is not None:
        raise AttestationRefused(
            f"L’attestation n°{NBSP}{live.label} est déjà délivrée et toujours valable. Révoquez-la, avec son motif, avant d’en délivrer une autre."
        )


def _refuse_unmet(statement: Statement, figures: Figures, award: Award | None) -> None:
    day = french.date(statement.on)
    if not statement.defined:
        raise AttestationRefused(
            f"Les heures de ce lot restent à définir au {day}{NBSP}: il n’y a rien à attester. Engagez d’abord ses heures."
        )
    if figures.owed <= 0:
        raise AttestationRefused(
            f"Aucune heure n’est due au {day}{NBSP}: il n’y a rien à attester. Vérifiez les lignes d’engagement."
        )
    if figures.missing:
        whose = "cette entreprise" if award else "ce lot"
        raise AttestationRefused(
            f"Il manque {french.hours(figures.missing)} à {whose} au {day}{NBSP}: {french.hours(figures.retained)} retenues pour "
            f"{french.hours(figures.owed)} engagées. L’attestation se délivre dès que l’engagement est atteint."
        )


def _lines(session: Session, lot: Lot, award: Award | None, closed_on: datetime.date) -> list[dict[str, Any]]:
    """The months that prove it: contracts, hours retained, and the relevés behind them (no person)."""
    rows = session.execute(
        select(Share.month, Timesheet.contract_id, Share.timesheet_id, Share.id, Share.retained)
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .where(
            or_(Share.lot_id == lot.id, Share.lot_id.in_(_associated(lot))),
            Share.to_on <= closed_on,
            Share.standing == Standing.counted,
            Share.retained > ZERO,
            *([Share.award_id.in_(_under(award))] if award else []),
        )
        .order_by(Share.month, Share.id)
    ).all()
    months: dict[datetime.date, list[Any]] = {}
    for row in rows:
        months.setdefault(row.month, []).append(row)
    return [
        {
            "month": month.isoformat(),
            "contracts": len({row.contract_id for row in theirs}),
            "hours": str(sum((row.retained for row in theirs), ZERO)),
            "timesheets": sorted({row.timesheet_id for row in theirs}),
            "shares": [row.id for row in theirs],
        }
        for month, theirs in months.items()
    ]


def _associated(lot: Lot) -> Select[Any]:
    return associated_lots.pairs(ASSOCIATED_LOT.id).where(PILOT_LOT.id == lot.id)


def _under(award: Award) -> Any:
    """An award and those that work under it, at any depth."""
    tree = select(Award.id).where(Award.id == award.id).cte("under", recursive=True)
    below = aliased(Award)
    return select(tree.union(select(below.id).where(below.parent_id == tree.c.id)).c.id)


def _certificate(
    session: Session,
    territory: Territory,
    lot: Lot,
    award: Award | None,
    statement: Statement,
    made: Attestation,
    base_url: str,
) -> Certificate:
    return Certificate(
        number=made.label,
        code=made.shown_code,
        parties=certificates.parties(session, territory, lot, award),
        start=statement.start,
        end=statement.end,
        closed_on=made.closed_on,
        issued_on=made.issued_on,
        owed=made.owed,
        retained=made.retained,
        months=tuple(Month(month, contracts, hours) for month, contracts, hours, _ in made.proofs),
        check_url=f"{base_url.rstrip('/')}/attestation?numero={made.label}",
    )


def revoke(
    session: Session, issued: Attestation, reason: str, *, at: datetime.datetime, by: int | None
) -> None:
    """Say publicly that an attestation is no longer valid, and why; twice has one effect."""
    if not issued.live:
        return
    issued.revoked_at, issued.revoked_by_id, issued.revocation = at, by, reason
    _note(session, "revoke", issued, by, number=issued.label)


def _note(session: Session, verb: str, issued: Attestation, by: int | None, **details: object) -> None:
    journal.note(
        session,
        verb,
        THING,
        issued.id,
        by=by,
        territory_id=issued.territory_id,
        lot_id=issued.lot_id,
        **details,
    )


def checked(session: Session, number: str, code: str) -> Attestation | None:
    """The attestation that bears this number and this code; what is wrong of the two is never said.

    Territories number on their own: the code says which one is meant.
    """
    found = re.fullmatch(r"\s*([0-9]{4})\s*[-–/ ]\s*([0-9]{1,6})\s*", number)
    year, place = (int(found[1]), int(found[2])) if found else (0, 0)
    typed = re.sub(r"[^A-Z0-9]", "", code.upper()).encode()
    candidates = session.scalars(
        select(Attestation).where(Attestation.year == year, Attestation.number == place)
    ).all()
    matching = None
    for each in candidates:
        if hmac.compare_digest(each.code.encode(), typed):
            matching = each
    return matching


def of_lot(session: Session, lot_id: int) -> list[Attestation]:
    """The attestations of a lot and of its companies, newest first."""
    return list(
        session.scalars(
            select(Attestation).where(Attestation.lot_id == lot_id).order_by(Attestation.id.desc())
        )
    )
