"""Eligibility: requests, decisions with their two dates, and the windows that they open."""

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal
from facilitator.db import touch
from facilitator.eligibility_windows import Adjustment, AdjustmentKind, last_usual_day
from facilitator.eligibility_windows import Window as WindowFact
from facilitator.french import date as french_date
from facilitator.people import (
    Eligibility,
    EligibilityCriterion,
    Person,
    PersonRefused,
    Window,
    WindowAdjustment,
)
from facilitator.territories import rules_of
from facilitator.vocabulary import Criterion, EligibilityState

OPEN_STATES = (EligibilityState.received, EligibilityState.incomplete)


@dataclass(frozen=True)
class Proof:
    """One criterion as the facilitator saw it proved; the paper itself is never stored."""

    criterion: Criterion
    determining: bool = False
    kind: str | None = None
    seen_on: datetime.date | None = None
    valid_until: datetime.date | None = None
    filed_at: str | None = None


def request(
    session: Session,
    person: Person,
    *,
    requested_on: datetime.date,
    by: int | None,
    requested_by_id: int | None = None,
    wished_start_on: datetime.date | None = None,
) -> Eligibility:
    """Open a fiche for a person, to be decided by the territory's facilitators."""
    fiche = Eligibility(
        territory_id=person.territory_id,
        person_id=person.id,
        state=EligibilityState.received,
        requested_on=requested_on,
        requested_by_id=requested_by_id,
        wished_start_on=wished_start_on,
    )
    session.add(fiche)
    session.flush()
    _note(session, "request_eligibility", fiche, by)
    return fiche


def fiche_to_decide(session: Session, person: Person, **asked: Any) -> Eligibility:
    """The fiche that waits for this person, or a new one (`asked`: what `request` takes)."""
    waiting = session.scalar(
        select(Eligibility)
        .where(Eligibility.person_id == person.id, Eligibility.state.in_(OPEN_STATES))
        .order_by(Eligibility.id)
        .limit(1)
    )
    return waiting or request(session, person, **asked)


def validate(
    session: Session,
    fiche: Eligibility,
    proofs: list[Proof],
    *,
    decided_on: datetime.date,
    effective_on: datetime.date,
    by: int | None,
    backdating_reason: str | None = None,
    window_reason: str | None = None,
) -> Eligibility:
    """Validate a fiche and open its window.

    The date of effect precedes the decision only within the territory's limit and with a reason;
    a second window needs a reason and starts after the one before (trade.md §3).
    """
    _refuse_closed(fiche)
    _check_proofs(proofs, effective_on)
    _check_backdating(session, fiche, decided_on, effective_on, backdating_reason)
    _check_second_window(session, fiche.person_id, fiche.territory_id, effective_on, window_reason)
    fiche.state = EligibilityState.validated
    fiche.decided_on, fiche.effective_on = decided_on, effective_on
    fiche.decided_by_id = by
    fiche.backdating_reason = backdating_reason
    session.add_all(_criterion(fiche, proof, by) for proof in proofs)
    session.add(
        Window(
            territory_id=fiche.territory_id,
            person_id=fiche.person_id,
            eligibility_id=fiche.id,
            from_on=effective_on,
            decided_by_id=by,
            reason=window_reason,
        )
    )
    session.flush()
    touch(session, "person", fiche.person_id)
    _note(session, "validate_eligibility", fiche, by, backdated=effective_on < decided_on)
    return fiche


def ask_completion(session: Session, fiche: Eligibility, *, by: int | None) -> None:
    """Say that the fiche lacks something («à compléter»)."""
    _refuse_closed(fiche)
    fiche.state = EligibilityState.incomplete
    _note(session, "ask_completion", fiche, by)


def refuse(session: Session, fiche: Eligibility, reason: str, *, on: datetime.date, by: int | None) -> None:
    """Refuse a request, with the reason that its author will read."""
    _refuse_closed(fiche)
    fiche.state, fiche.refusal_reason = EligibilityState.refused, reason
    fiche.decided_on, fiche.decided_by_id = on, by
    _note(session, "refuse_eligibility", fiche, by)


def drop(session: Session, fiche: Eligibility, *, on: datetime.date, by: int | None) -> None:
    """Close a request that came to nothing («sans suite»)."""
    _refuse_closed(fiche)
    fiche.state, fiche.decided_on = EligibilityState.dropped, on
    _note(session, "drop_eligibility", fiche, by)


def adjust(
    session: Session,
    window: Window,
    kind: str,
    from_on: datetime.date,
    to_on: datetime.date,
    reason: str,
    *,
    by: int | None,
) -> WindowAdjustment:
    """Suspend or extend a window («suspension» or «extension»), with a reason."""
    if to_on < from_on:
        raise PersonRefused(
            f"La fin ({french_date(to_on)}) précède le début ({french_date(from_on)}). Corrigez l’une des deux dates."
        )
    if from_on < window.from_on:
        raise PersonRefused(
            f"La période d’éligibilité commence le {french_date(window.from_on)}\u00a0: choisissez une date à partir de ce jour."
        )
    _check_next_window(session, window, Adjustment(AdjustmentKind(kind), from_on, to_on))
    line = WindowAdjustment(
        window_id=window.id,
        kind=kind,
        from_on=from_on,
        to_on=to_on,
        reason=reason,
        decided_by_id=by,
    )
    session.add(line)
    session.flush()
    touch(session, "person", window.person_id)
    journal.note(
        session,
        f"window_{kind}",
        "window",
        window.id,
        by=by,
        territory_id=window.territory_id,
    )
    return line


def _refuse_closed(fiche: Eligibility) -> None:
    if fiche.state not in OPEN_STATES:
        label = EligibilityState(fiche.state).label.lower()
        raise PersonRefused(
            f"Cette fiche d’éligibilité est déjà {label}. Ouvrez une nouvelle demande pour en changer."
        )


def _check_proofs(proofs: list[Proof], effective_on: datetime.date) -> None:
    if not proofs:
        raise PersonRefused("Aucun critère n’est indiqué. Cochez au moins un critère d’éligibilité.")
    if sum(proof.determining for proof in proofs) != 1:
        raise PersonRefused("Choisissez un critère déterminant, et un seul.")
    if len({proof.criterion for proof in proofs}) != len(proofs):
        raise PersonRefused("Un critère figure deux fois. Gardez une seule ligne par critère.")
    for proof in proofs:
        if proof.valid_until and proof.valid_until < effective_on:
            raise PersonRefused(
                f"La preuve «\u00a0{proof.criterion.label}\u00a0» n’était plus valable à la date d’effet"
                f" ({french_date(effective_on)}). Demandez une preuve plus récente."
            )


def _check_backdating(
    session: Session,
    fiche: Eligibility,
    decided_on: datetime.date,
    effective_on: datetime.date,
    reason: str | None,
) -> None:
    if effective_on >= decided_on:
        return
    days = rules_of(session, fiche.territory_id).on(decided_on).backdating_days
    if (decided_on - effective_on).days > days:
        raise PersonRefused(
            f"La date d’effet ({french_date(effective_on)}) précède la décision de plus de {days} jours."
            f" Choisissez une date à partir du {french_date(decided_on - datetime.timedelta(days))}."
        )
    if not reason:
        raise PersonRefused(
            "La date d’effet précède la décision. Indiquez pourquoi\u00a0: ce motif est gardé au journal."
        )


def _check_second_window(
    session: Session,
    person_id: int,
    territory_id: int,
    effective_on: datetime.date,
    reason: str | None,
) -> None:
    before = _windows(session, person_id)
    if not before:
        return
    rules = rules_of(session, territory_id)
    for window in before.values():
        last = last_usual_day(window, rules.on(window.from_on))
        if effective_on <= last:
            raise PersonRefused(
                f"Une période d’éligibilité court déjà du {french_date(window.from_on)} au {french_date(last)}."
                " Une nouvelle période commence après celle-ci."
            )
    if not reason:
        raise PersonRefused(
            "Cette personne a déjà eu une période d’éligibilité. Indiquez pourquoi vous en ouvrez une nouvelle."
        )


def _check_next_window(session: Session, window: Window, adjustment: Adjustment) -> None:
    """An adjusted window still ends before the next one of the person begins."""
    known = _windows(session, window.person_id)
    following = [each.from_on for each in known.values() if each.from_on > window.from_on]
    if not following:
        return
    rules = rules_of(session, window.territory_id).on(window.from_on)
    before = known[window.id]
    last = last_usual_day(WindowFact(before.from_on, (*before.adjustments, adjustment)), rules)
    if last >= min(following):
        raise PersonRefused(
            f"La période d’éligibilité irait jusqu’au {french_date(last)}, mais une autre commence le"
            f" {french_date(min(following))}. Choisissez une fin plus proche."
        )


def _windows(session: Session, person_id: int) -> dict[int, WindowFact]:
    """The windows of a person with their suspensions and extensions, in order."""
    rows = session.execute(
        select(
            Window.id,
            Window.from_on,
            WindowAdjustment.kind,
            WindowAdjustment.from_on,
            WindowAdjustment.to_on,
        )
        .outerjoin(WindowAdjustment, WindowAdjustment.window_id == Window.id)
        .where(Window.person_id == person_id)
        .order_by(Window.from_on, WindowAdjustment.id)
    )
    found: dict[int, WindowFact] = {}
    for window_id, from_on, kind, start, end in rows:
        known = found.get(window_id, WindowFact(from_on))
        if kind is not None:
            adjustment = Adjustment(AdjustmentKind(kind), start, end)
            known = WindowFact(from_on, (*known.adjustments, adjustment))
        found[window_id] = known
    return found


def _criterion(fiche: Eligibility, proof: Proof, by: int | None) -> EligibilityCriterion:
    return EligibilityCriterion(
        eligibility_id=fiche.id,
        criterion=proof.criterion,
        determining=proof.determining,
        proof=proof.kind,
        seen_on=proof.seen_on,
        seen_by_id=by if proof.seen_on else None,
        valid_until=proof.valid_until,
        filed_at=proof.filed_at,
    )


def _note(session: Session, verb: str, fiche: Eligibility, by: int | None, **details: Any) -> None:
    journal.note(session, verb, "eligibility", fiche.id, by=by, territory_id=fiche.territory_id, **details)
