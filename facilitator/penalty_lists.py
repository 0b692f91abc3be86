"""Penalty files as they are read: one in full, those of a lot or of a buyer, and what waits for whom."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, select, true
from sqlalchemy.orm import Session, aliased

from facilitator.difficulties import Difficulty
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.penalty_cases import (
    TO_ANSWER,
    TO_DECIDE,
    TO_NOTIFY,
    TO_SETTLE,
    Case,
    Figures,
    Next,
    Observation,
    Party,
    Progress,
)
from facilitator.penalty_files import PenaltyFile, PenaltyObservation, documents_of
from facilitator.penalty_words import PenaltyActor, PenaltyReason, PenaltyState
from facilitator.territories import Territory
from facilitator.vocabulary import ClauseKind, GroupementForm, ToleranceKind

_THINGS = {
    TO_NOTIFY: ("mise en demeure à envoyer", "mises en demeure à envoyer"),
    TO_DECIDE: ("décision de pénalité", "décisions de pénalité"),
    TO_ANSWER: ("réponse à une mise en demeure", "réponses à une mise en demeure"),
    TO_SETTLE: ("décompte de pénalité", "décomptes de pénalité"),
}
SHOWN = 200  # files of one list; a buyer has a handful
OPEN = (PenaltyState.stated, PenaltyState.notified, PenaltyState.decided)
_Buyer, _Company = aliased(Organisation), aliased(Organisation)


@dataclass(frozen=True)
class Row:
    """One file in a list."""

    id: int
    lot_id: int
    market_id: int
    lot: str
    market: str
    buyer: str
    company: str
    amount: Decimal
    decided_amount: Decimal | None
    progress: Progress

    def next(self, on: datetime.date) -> Next:
        """Whose turn it is on a day."""
        return self.progress.next(on)


@dataclass(frozen=True)
class Awaited:
    """Files that wait for the same organisation to do the same thing, the oldest since a day."""

    count: int
    what: str
    whom: str
    since: datetime.date | None
    file_id: int

    @property
    def label(self) -> str:
        """The thing that waits: «décision de pénalité»."""
        singular, several = _THINGS[self.what]
        return singular if self.count < 2 else several


def rows(session: Session, visible: Select[PenaltyFile], *conditions: ColumnElement[bool]) -> list[Row]:
    """The files among those visible, those that wait first, then the newest (one select)."""
    found = session.execute(
        visible.join(Lot, Lot.id == PenaltyFile.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(_Buyer, _Buyer.id == Market.buyer_id)
        .join(_Company, _Company.id == PenaltyFile.company_id)
        .where(*conditions)
        .with_only_columns(
            PenaltyFile, Lot.number, Lot.title, Market.id, Market.object, _label(_Buyer), _label(_Company)
        )
        .order_by(_waits().desc(), PenaltyFile.stated_on.desc(), PenaltyFile.id.desc())
        .limit(SHOWN)
    )
    return [
        Row(
            file.id, file.lot_id, market_id, f"Lot {number} – {title}", market, buyer, company,
            file.amount, file.decided_amount, file.progress,
        )
        for file, number, title, market_id, market, buyer, company in found
    ]  # fmt: skip


def still_open() -> ColumnElement[bool]:
    """The files that may still wait for somebody."""
    return PenaltyFile.state.in_(OPEN)


def _waits() -> ColumnElement[bool]:
    """What `Progress.open` says, for the database: somebody still has to act."""
    to_settle = (PenaltyFile.state == PenaltyState.decided) & (PenaltyFile.decided_amount > 0)
    return case(
        (PenaltyFile.state.in_((PenaltyState.stated, PenaltyState.notified)) | to_settle, true()),
        else_=false(),
    )


def waiting_for(listed: Sequence[Row], actor: PenaltyActor, on: datetime.date) -> list[Row]:
    """The files of a list in which this actor has something to do."""
    return [each for each in listed if each.progress.open and each.next(on).actor is actor]


def awaited(session: Session, visible: Select[PenaltyFile], on: datetime.date) -> list[Awaited]:
    """What the facilitators of a territory wait for, by organisation and step, the oldest first."""
    groups: dict[tuple[str, str], list[tuple[Row, Next]]] = {}
    for row in rows(session, visible, still_open()):
        step = row.next(on)
        if row.progress.open:
            whom = row.buyer if step.actor is PenaltyActor.buyer else row.company
            groups.setdefault((step.what, whom), []).append((row, step))
    found = []
    for (what, whom), members in groups.items():
        oldest, step = min(members, key=lambda each: each[1].since or on)
        found.append(Awaited(len(members), what, whom, step.since, oldest.id))
    return sorted(found, key=lambda each: (each.since or on, each.whom))


def unanswered(session: Session, territory_id: int) -> tuple[int, datetime.date | None, int | None]:
    """How many difficulties wait for an answer, since when, and the lot of the oldest."""
    rows = session.execute(
        select(Difficulty.signalled_on, Difficulty.lot_id)
        .where(Difficulty.territory_id == territory_id, Difficulty.answer.is_(None))
        .order_by(Difficulty.signalled_on, Difficulty.id)
    ).all()
    return (len(rows), rows[0].signalled_on, rows[0].lot_id) if rows else (0, None, None)


def case_of(session: Session, file: PenaltyFile) -> Case:
    """One file with everything that its page and letters show (two selects)."""
    row = session.execute(
        select(Lot, Market, _Buyer, _Company, Territory)
        .join(Market, Market.id == Lot.market_id)
        .join(_Buyer, _Buyer.id == Market.buyer_id)
        .join(_Company, _Company.id == file.company_id)
        .join(Territory, Territory.id == Lot.territory_id)
        .where(Lot.id == file.lot_id)
    ).one()
    lot, market, buyer, company, territory = row
    return Case(
        id=file.id,
        lot_id=lot.id,
        market_id=market.id,
        lot=f"Lot {lot.number} – {lot.title}",
        market=market.object,
        market_number=market.buyer_number or market.decp_id,
        clause=ClauseKind(lot.clause).label if lot.clause else None,
        clause_reference=file.clause_reference,
        buyer=_party(buyer),
        company=_party(company),
        guarantor=file.guarantor,
        territory=Party(territory.name, email=territory.email, phone=territory.phone),
        groupement_form=GroupementForm(file.groupement_form),
        by_award=file.award_id is not None,
        figures=_figures(file),
        figures_on=file.figures_on,
        ended_on=file.ended_on,
        documents=documents_of(file),
        documents_amount=file.documents_amount,
        amount=file.amount,
        progress=file.progress,
        observations=_observations(session, file),
        reason=PenaltyReason(file.reason) if file.reason else None,
        note=file.note,
        settlement_number=file.settlement_number,
        withdrawal_reason=file.withdrawal_reason,
    )


def _figures(file: PenaltyFile) -> Figures:
    return Figures(
        owed=file.owed,
        retained=file.retained,
        tolerance_kind=ToleranceKind(file.tolerance_kind),
        tolerance_percent=Decimal(file.tolerance_percent),
        forgiven=file.forgiven,
        missing=file.missing,
        rate=file.rate,
        hours_amount=file.hours_amount,
    )


def _observations(session: Session, file: PenaltyFile) -> tuple[Observation, ...]:
    """In the order in which they were received; those kept after the decision were not read for it."""
    found = session.scalars(
        select(PenaltyObservation)
        .where(PenaltyObservation.file_id == file.id)
        .order_by(PenaltyObservation.id)
    ).all()
    read = found if file.observations_read is None else found[: file.observations_read]
    last = max((each.id for each in read), default=0)
    return tuple(
        Observation(
            each.received_on, each.text, each.late, each.organisation_id == file.company_id, each.id <= last
        )
        for each in sorted(found, key=lambda one: (one.received_on, one.id))
    )


def _party(of: Organisation) -> Party:
    place = " ".join(part for part in (of.postcode, of.city) if part) or None
    return Party(of.label, of.identifier if of.scheme == "SIRET" else None, place)


def _label(of: Any) -> ColumnElement[str]:
    return func.coalesce(of.name, of.scheme + " " + of.identifier)
