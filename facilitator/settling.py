"""How a lot is closed: an attestation once its hours are done, a constat of penalty where it ended short."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import Integer, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from facilitator import associated_lots
from facilitator.associated_lots import ASSOCIATED_LOT
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
    """What closes a lot already, for the lot as a whole (None) or for the award of one company; led elsewhere, nothing does."""

    attested: frozenset[int | None] = frozenset()
    penalties: frozenset[int | None] = frozenset()
    led_elsewhere: bool = False

    def next(self, at: Statement) -> Step | None:
        """The step that its figures call for: none while it is under way, nor once it is taken."""
        if self.led_elsewhere or not at.defined or at.owed <= ZERO:
            return None
        binding = at.penalty_binding_by_award
        due = {line.award_id if binding else None for line in at.penalties if line.amount > ZERO}
        if at.ended and due - self.penalties:
            return Step.state_penalty
        met = (
            {each.award_id for each in at.awards if each.owed > ZERO and not each.left}
            if binding
            else {None for _ in at.awards[:1] if not at.left}
        )
        return Step.attest if met - self.attested else None


def of_lots(session: Session, lot_ids: Iterable[int]) -> dict[int, Settled]:
    """What closes each of these lots: attestations not revoked, constats not withdrawn, another pilot (one select)."""
    wanted = set(lot_ids)
    attested = select(Attestation.lot_id, literal("attested"), Attestation.award_id).where(
        Attestation.lot_id.in_(wanted), Attestation.revoked_at.is_(None)
    )
    stated = select(PenaltyFile.lot_id, literal("stated"), PenaltyFile.award_id).where(
        PenaltyFile.lot_id.in_(wanted), PenaltyFile.state != PenaltyState.withdrawn
    )
    led = associated_lots.pairs(ASSOCIATED_LOT.id, literal("led"), cast(null(), Integer)).where(
        ASSOCIATED_LOT.id.in_(wanted)
    )
    found: dict[tuple[int, str], set[int | None]] = {}
    rows: Sequence[Any] = session.execute(union_all(attested, stated, led)).all()
    for lot_id, what, award_id in rows:
        found.setdefault((lot_id, what), set()).add(award_id)
    return {
        each: Settled(
            frozenset(found.get((each, "attested"), ())),
            frozenset(found.get((each, "stated"), ())),
            (each, "led") in found,
        )
        for each in wanted
    }
