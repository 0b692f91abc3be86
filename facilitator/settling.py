"""How a lot is closed: an attestation once its hours are done, a constat of penalty where it ended short."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import literal, null, select, union_all
from sqlalchemy.orm import Session

from facilitator.attestations import Attestation
from facilitator.penalty_files import PenaltyFile
from facilitator.penalty_words import PenaltyState
from facilitator.statement import Statement

ZERO = Decimal(0)


class Step(Enum):
    """What is left to do to close a lot."""

    attest = "attest"
    state_penalty = "state_penalty"


@dataclass(frozen=True)
class Settled:
    """What closes a lot already; a penalty is stated for one company (its award) or for the lot (None)."""

    attested: bool = False
    penalties: frozenset[int | None] = frozenset()

    def next(self, at: Statement) -> Step | None:
        """The step that its figures call for: none while it is under way, nor once it is taken."""
        if not at.defined or at.owed <= ZERO:
            return None
        if not at.left:
            return None if self.attested else Step.attest
        due = {
            line.award_id if at.penalty_binding_by_award else None
            for line in at.penalties
            if line.amount > ZERO
        }
        return Step.state_penalty if at.ended and due - self.penalties else None


def of_lots(session: Session, lot_ids: Iterable[int]) -> dict[int, Settled]:
    """What closes each of these lots: attestations not revoked, constats not withdrawn (one select)."""
    wanted = set(lot_ids)
    attested = select(Attestation.lot_id, literal(True), null()).where(
        Attestation.lot_id.in_(wanted), Attestation.revoked_at.is_(None)
    )
    stated = select(PenaltyFile.lot_id, literal(False), PenaltyFile.award_id).where(
        PenaltyFile.lot_id.in_(wanted), PenaltyFile.state != PenaltyState.withdrawn
    )
    attestations: set[int] = set()
    penalties: dict[int, set[int | None]] = {}
    rows: Sequence[Any] = session.execute(union_all(attested, stated)).all()
    for lot_id, is_attested, award_id in rows:
        if is_attested:
            attestations.add(lot_id)
        else:
            penalties.setdefault(lot_id, set()).add(award_id)
    return {each: Settled(each in attestations, frozenset(penalties.get(each, ()))) for each in wanted}
