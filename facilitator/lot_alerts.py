"""What a lot asks of its facilitator now: each alert says what is wrong, and has its next action."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from sqlalchemy.orm import Session

from facilitator import days, recovery_plans, settling
from facilitator.alerts import ENDING_DAYS
from facilitator.commitments import ExpectedDocument
from facilitator.french import date as french_date
from facilitator.french import euros, plural, since
from facilitator.french import hours as french_hours
from facilitator.french import month as french_month
from facilitator.periods import last_of_month
from facilitator.recovery_plans import Followed
from facilitator.settling import Step
from facilitator.statement import Statement
from facilitator.vocabulary import Pace, Reason

_TONES = ("critical", "late", "good")  # the gravest first


class NextAction(Enum):
    """What would mend it; the pages know where it is done."""

    set_dates = "set_dates"
    recover = "recover"
    follow_plan = "follow_plan"
    ask_hours = "ask_hours"
    split = "split"
    validate = "validate"
    read_documents = "read_documents"
    ask_documents = "ask_documents"
    attest = "attest"
    state_penalty = "state_penalty"


@dataclass(frozen=True)
class LotAlert:
    """One thing that goes wrong, or will."""

    tone: str  # critical, late, or good: there is only to conclude
    sentence: str
    action: NextAction
    turn: str = "À vous."  # who must act, and since when it is known


def of_lot(session: Session, lot_id: int, at: Statement, on: datetime.date) -> list[LotAlert]:
    """The alerts of a lot today, the gravest first (its statement is given; eight selects at most)."""
    found = []
    if at.defined and (at.start is None or at.end is None):
        found.append(
            LotAlert(
                "late",
                "Sans début ni fin, on ne peut pas dire si le lot est dans le rythme.",
                NextAction.set_dates,
            )
        )
    plan = next((each for each in recovery_plans.of_lot(session, lot_id) if not each.plan.closed_on), None)
    found += _of_rythme(at, plan, on)
    found += _of_hours(session, lot_id, at, on)
    found += _of_documents(session, lot_id, on)
    if at.defined and not at.ended:
        found += _of_silence(session, lot_id, on)
    found += _of_settling(session, lot_id, at, on)
    return sorted(found, key=lambda each: _TONES.index(each.tone))


def _of_settling(session: Session, lot_id: int, at: Statement, on: datetime.date) -> list[LotAlert]:
    step = settling.of_lots(session, [lot_id])[lot_id].next(at)
    if step is Step.attest:
        done = f"Objectif atteint\u00a0: {french_hours(at.retained)} retenues pour {french_hours(at.owed)} engagées."
        share = "Une entreprise du lot a fait sa part\u00a0: l’attestation peut lui être délivrée."
        return [LotAlert("good", share if at.penalty_binding_by_award else done, NextAction.attest)]
    if step is Step.state_penalty:
        missing = sum((line.missing for line in at.penalties), Decimal(0))
        short = f"Le lot est fini et il manque {french_hours(missing)}\u00a0: pénalité de {euros(at.penalty_due)}."
        turn = _mine(at.end, on) if at.end else "À vous."
        return [LotAlert("critical", short, NextAction.state_penalty, turn)]
    return []


def _of_rythme(at: Statement, plan: Followed | None, on: datetime.date) -> list[LotAlert]:
    """Late, critical, or too slow to arrive: a plan; with a plan, its late steps."""
    if plan is not None:
        late = plan.late(on)
        oldest = min((step.due_on for step in plan.steps if step.late(on)), default=on)
        said = plural(late, "étape du plan de rattrapage est", "étapes du plan de rattrapage sont")
        return (
            [LotAlert("late", f"{said} en retard.", NextAction.follow_plan, _mine(oldest, on))]
            if late
            else []
        )
    if not at.defined or at.ended or not at.left:
        return []
    tone = "critical" if at.pace is Pace.critical else "late"
    if at.projection is not None and at.projection < at.owed:
        missing = french_hours(at.owed - at.projection)
        return [LotAlert(tone, f"À ce rythme, il manquera {missing} à la fin du lot.", NextAction.recover)]
    if at.pace in (Pace.critical, Pace.late):
        return [
            LotAlert(
                tone,
                f"Le lot est en retard sur les heures attendues\u00a0: {_behind(at)}.",
                NextAction.recover,
            )
        ]
    if at.end is not None and (at.end - on).days < ENDING_DAYS and at.projection is None:
        return [
            LotAlert(
                "late",
                f"Le lot finit le {french_date(at.end)} et il reste {french_hours(at.left)} à faire.",
                NextAction.recover,
            )
        ]
    return []


def _behind(at: Statement) -> str:
    assert at.expected is not None  # a rythme has its expected hours
    return f"{french_hours(at.retained)} retenues pour {french_hours(at.expected)} attendues"


def _of_hours(session: Session, lot_id: int, at: Statement, on: datetime.date) -> list[LotAlert]:
    found = []
    to_split = dict(at.unretained_by_reason).get(Reason.to_split)
    if to_split:
        found.append(
            LotAlert(
                "late",
                f"{french_hours(to_split)} ne comptent pas tant que leur période n’est pas partagée.",
                NextAction.split,
            )
        )
    if at.awaiting:
        said = f"{french_hours(at.awaiting)} attendent d’être validées."
        oldest = days.oldest_declared(session, lot_id) or on
        found.append(LotAlert("late", said, NextAction.validate, _mine(oldest, on)))
    return found


def _of_silence(session: Session, lot_id: int, on: datetime.date) -> list[LotAlert]:
    month = days.last_month(on)
    return [
        LotAlert(
            "late",
            f"{each.employer} n’a rien déclaré pour {french_month(month)}"
            f" ({plural(each.contracts, 'contrat', 'contrats')}).",
            NextAction.ask_hours,
            f"À cet employeur, {since((on - last_of_month(month)).days)}.",
        )
        for each in days.silent_on_lot(session, lot_id, month)
    ]


def _of_documents(session: Session, lot_id: int, on: datetime.date) -> list[LotAlert]:
    to_see, late = days.documents_of(session, ExpectedDocument.lot_id == lot_id, on)
    found = []
    if late.since:
        said = plural(late.count, "document en retard", "documents en retard")
        whose = f"À l’entreprise, {since(late.days(on))}."
        found.append(LotAlert("late", f"{said}.", NextAction.ask_documents, whose))
    if to_see.since:
        said = plural(to_see.count, "document arrivé, à lire", "documents arrivés, à lire")
        found.append(LotAlert("late", f"{said}.", NextAction.read_documents, _mine(to_see.since, on)))
    return found


def _mine(day: datetime.date, on: datetime.date) -> str:
    return f"À vous, {since((on - day).days)}."
