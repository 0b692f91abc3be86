"""Attestations kept true: before each commit, those of the lots that changed are compared with what is known now."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, event, or_, select
from sqlalchemy.orm import Session, aliased

from facilitator import associated_lots, attestations, french, journal, statements, verdicts
from facilitator.associated_lots import ASSOCIATED_LOT, PILOT_LOT
from facilitator.attestations import Attestation, Figures
from facilitator.french import NBSP
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, Market

RECENT = datetime.timedelta(days=90)  # a revocation older than this has been seen


@dataclass(frozen=True)
class ToSee:
    """An attestation that the facilitators must look at: revoked by a change, or put in doubt by a setting."""

    attestation: Attestation
    lot: str
    market: str

    @property
    def revoked(self) -> bool:
        return not self.attestation.live


def hold(session: Session) -> None:
    """Revoke what a changed fact undid, flag what a changed setting would undo.

    A territory that changes its rules changes the figures of the past; who had met the rules of the day keeps an
    attestation that is shown with its flag. Everything else (correction, line, fiche, contract, dates) revokes.
    """
    judged = verdicts.take_judged(session)
    territories = judged.pop("territory", set())
    changed = _live(session, _on_changed_facts(session, judged)) if judged else []
    for issued, now in _compared(session, changed):
        if now.missing > (issued.flagged_missing or attestations.ZERO):
            _revoke(session, issued, now)
        elif not now.missing:
            issued.flagged_missing = None
    if territories:
        ruled = _live(session, Attestation.territory_id.in_(territories))
        for issued, now in _compared(session, [each for each in ruled if each not in changed]):
            issued.flagged_missing = now.missing or None


def listen() -> None:
    """Hold before every commit, after the verdicts (so register it after theirs)."""
    if not event.contains(Session, "before_commit", hold):
        event.listen(Session, "before_commit", hold)


def _live(session: Session, condition: ColumnElement[bool] | None) -> Sequence[Attestation]:
    """The live attestations concerned, locked until the commit (one select, and few rows)."""
    if condition is None:
        return []
    return session.scalars(
        select(Attestation)
        .where(Attestation.revoked_at.is_(None), condition)
        .order_by(Attestation.id)
        .with_for_update()
    ).all()


def _on_changed_facts(session: Session, judged: dict[str, set[int]]) -> ColumnElement[bool] | None:
    """Attestations of lots that were touched themselves, or through the people and hours behind them."""
    lots = judged.get("lot", set()) | judged.get("owed", set())
    resting = verdicts.resting_on(session, judged)
    if resting is None:
        return Attestation.lot_id.in_(lots) if lots else None
    touched = select(Share.lot_id).join(Timesheet, Timesheet.id == Share.timesheet_id).where(resting)
    led = associated_lots.pairs(PILOT_LOT.id).where(ASSOCIATED_LOT.id.in_(touched))
    return or_(Attestation.lot_id.in_(lots), Attestation.lot_id.in_(touched), Attestation.lot_id.in_(led))


def _compared(session: Session, issued: Iterable[Attestation]) -> list[tuple[Attestation, Figures]]:
    """Each attestation with what its own day says today; a day’s lots are read together."""
    by_day: dict[datetime.date, list[Attestation]] = {}
    for each in issued:
        by_day.setdefault(each.closed_on, []).append(each)
    found = []
    for day, theirs in by_day.items():
        known = statements.of_lots(session, {each.lot_id for each in theirs}, day)
        found += [(each, attestations.figures_of(known[each.lot_id], each.award_id)) for each in theirs]
    return found


def _revoke(session: Session, issued: Attestation, now: Figures) -> None:
    reason = (
        f"Au {french.date(issued.closed_on)}, {french.hours(now.retained)} sont désormais retenues pour {french.hours(now.owed)} "
        f"engagées{NBSP}: il manque {french.hours(now.missing)}."
    )
    attestations.revoke(session, issued, reason, at=journal.now(), by=None)


def fallen(session: Session) -> Iterable[tuple[Attestation, Figures]]:
    """Live attestations that what is known now no longer holds, their flag apart; none expected."""
    live = session.scalars(
        select(Attestation).where(Attestation.revoked_at.is_(None)).order_by(Attestation.id)
    ).all()
    return (
        (issued, now)
        for issued, now in _compared(session, live)
        if now.missing > (issued.flagged_missing or attestations.ZERO)
    )


def to_see(session: Session, territory_id: int, at: datetime.datetime) -> list[ToSee]:
    """Those revoked of late without a new one since, and those in doubt, oldest first (one select)."""
    later = aliased(Attestation)
    same = or_(
        later.award_id == Attestation.award_id, later.award_id.is_(None) & Attestation.award_id.is_(None)
    )
    replaced = (
        select(later.id).where(later.lot_id == Attestation.lot_id, same, later.id > Attestation.id).exists()
    )
    undone = (
        Attestation.revoked_at.is_not(None)
        & (Attestation.revoked_at > at - RECENT)
        & Attestation.revoked_by_id.is_(None)
        & ~replaced
    )
    doubtful = Attestation.revoked_at.is_(None) & Attestation.flagged_missing.is_not(None)
    rows = session.execute(
        select(Attestation, Lot.number, Lot.title, Market.object)
        .join(Lot, Lot.id == Attestation.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Attestation.territory_id == territory_id, or_(undone, doubtful))
        .order_by(Attestation.id)
    )
    return [ToSee(issued, f"lot {number} – {title}", market) for issued, number, title, market in rows]
