"""A penalty as its page and its letters tell it: figures explained step by step, who acts next and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from facilitator.french import NBSP, euros, hours, percent, plural
from facilitator.french import date as french_date
from facilitator.lot_facts import LotFacts
from facilitator.penalty_words import (
    PenaltyActor,
    PenaltyDecision,
    PenaltyLetter,
    PenaltyReason,
    PenaltyState,
)
from facilitator.statement import PenaltyLine
from facilitator.vocabulary import GroupementForm, ToleranceKind

ZERO = Decimal("0.00")
Step = tuple[str, str, str]  # what, its value, how it comes
TO_NOTIFY = "envoyer la mise en demeure"
TO_ANSWER = "répondre à la mise en demeure"
TO_DECIDE = "décider de la pénalité"
TO_SETTLE = "noter le numéro du décompte"


@dataclass(frozen=True, slots=True)
class Figures:
    """Hours and euros of a penalty on hours, for a lot or one company of it."""

    owed: Decimal
    retained: Decimal
    tolerance_kind: ToleranceKind
    tolerance_percent: Decimal
    forgiven: Decimal
    missing: Decimal  # hours due after tolerance
    rate: Decimal | None
    hours_amount: Decimal

    @property
    def short(self) -> Decimal:
        """Hours not done, before any tolerance."""
        return max(ZERO, self.owed - self.retained)


@dataclass(frozen=True, slots=True)
class DocumentDelay:
    """A document that came late, or has not come, and what it costs apart from the hours."""

    label: str
    expected_on: date
    received_on: date | None
    days: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Next:
    """Who must act now, what for, since when, and until when if a day is set."""

    actor: PenaltyActor
    what: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The dates of a penalty file, from which everything about whose turn it is follows."""

    state: PenaltyState
    stated_on: date
    notice_on: date | None = None
    notice_days: int | None = None
    observed_on: date | None = None
    decision: PenaltyDecision | None = None
    decided_amount: Decimal | None = None
    decided_on: date | None = None
    settled_on: date | None = None
    withdrawn_on: date | None = None

    @property
    def deadline(self) -> date | None:
        """The last day on which the company may answer the mise en demeure."""
        if self.notice_on is None or self.notice_days is None:
            return None
        return self.notice_on + timedelta(days=self.notice_days)

    def ripe(self, on: date) -> bool:
        """Say whether the buyer may decide: the delay has run, or the company has answered."""
        past = self.deadline is not None and on > self.deadline
        return self.state is PenaltyState.notified and (past or self.observed_on is not None)

    @property
    def open(self) -> bool:
        """Say whether somebody still has to act."""
        return self._to_settle or self.state in (PenaltyState.stated, PenaltyState.notified)

    @property
    def _to_settle(self) -> bool:
        return self.state is PenaltyState.decided and bool(self.decided_amount)

    def next(self, on: date) -> Next:
        """Tell who acts next on a day, and since when."""
        buyer = PenaltyActor.buyer
        if self.state is PenaltyState.stated:
            return Next(buyer, TO_NOTIFY, self.stated_on)
        if self.state is PenaltyState.notified:
            if self.ripe(on):
                return Next(buyer, TO_DECIDE, self._ripe_since())
            return Next(PenaltyActor.company, TO_ANSWER, self.notice_on, self.deadline)
        if self._to_settle:
            return Next(buyer, TO_SETTLE, self.decided_on)
        return Next(PenaltyActor.nobody, "rien\u00a0: le dossier est clos")

    def _ripe_since(self) -> date | None:
        over = None if self.deadline is None else self.deadline + timedelta(days=1)
        return min(filter(None, (self.observed_on, over)), default=None)

    def on(self, day: date) -> PenaltyState | None:
        """Tell where the file stood at the close of a day; None before the constat or once withdrawn."""
        if day < self.stated_on or (self.withdrawn_on is not None and self.withdrawn_on <= day):
            return None
        steps = (
            (self.settled_on, PenaltyState.settled),
            (self.decided_on, PenaltyState.decided),
            (self.notice_on, PenaltyState.notified),
        )
        return next((state for at, state in steps if at is not None and at <= day), PenaltyState.stated)

    def at(self, day: date) -> "Progress | None":
        """The file as it was at the close of a day; None before the constat or once withdrawn."""
        state = self.on(day)
        if state is None:
            return None
        noticed, decided = _by(self.notice_on, day), _by(self.decided_on, day)
        return Progress(
            state=state,
            stated_on=self.stated_on,
            notice_on=noticed,
            notice_days=self.notice_days if noticed else None,
            observed_on=_by(self.observed_on, day),
            decision=self.decision if decided else None,
            decided_amount=self.decided_amount if decided else None,
            decided_on=decided,
            settled_on=_by(self.settled_on, day),
        )


def _by(at: date | None, day: date) -> date | None:
    return at if at is not None and at <= day else None


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation or a territory, as a letter names it."""

    name: str
    siret: str | None = None
    place: str | None = None  # postcode and town
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What a company answered; kept even when it came after the delay."""

    received_on: date
    text: str
    late: bool
    by_company: bool  # written here by the company itself, else noted by the buyer
    read: bool = True  # before the decision, when there is one


@dataclass(frozen=True, slots=True)
class Case:
    """One penalty file with everything that its page and its letters show."""

    id: int
    lot_id: int
    market_id: int
    lot: str
    market: str
    market_number: str
    clause: str | None
    clause_reference: str | None
    buyer: Party
    company: Party
    guarantor: str | None
    territory: Party
    groupement_form: GroupementForm
    by_award: bool  # the share of one company; else the lot as a whole
    figures: Figures
    figures_on: date
    ended_on: date
    documents: tuple[DocumentDelay, ...]
    documents_amount: Decimal
    amount: Decimal
    progress: Progress
    observations: tuple[Observation, ...]
    reason: PenaltyReason | None
    note: str | None
    settlement_number: str | None
    withdrawal_reason: str | None

    @property
    def letters(self) -> tuple[PenaltyLetter, ...]:
        """The letters that the steps taken so far have made."""
        made = [PenaltyLetter.statement]
        if self.progress.notice_on is not None:
            made.append(PenaltyLetter.notice)
        if self.progress.decided_on is not None:
            made.append(PenaltyLetter.decision)
        return tuple(made)


def figures_of(line: PenaltyLine, facts: LotFacts) -> Figures:
    """The figures of a line of penalty, with the rule of the lot that made them."""
    return Figures(
        owed=line.owed,
        retained=line.retained,
        tolerance_kind=facts.tolerance_kind,
        tolerance_percent=facts.tolerance_percent,
        forgiven=line.forgiven,
        missing=line.missing,
        rate=facts.penalty_rate,
        hours_amount=line.amount,
    )


def explain(figures: Figures) -> list[Step]:
    """The computation step by step, in words that the company can check."""
    steps = [
        ("Heures engagées", hours(figures.owed), "au dernier jour du lot, ou au jour demandé s’il est avant"),
        ("Heures retenues", hours(figures.retained), "validées, et admises par la clause"),
        (
            "Heures manquantes",
            hours(figures.short),
            f"{hours(figures.owed)} − {hours(figures.retained)}"
            if figures.short
            else "les heures retenues atteignent les heures engagées",
        ),
    ]
    if figures.tolerance_kind is not ToleranceKind.none:
        steps.append(("Tolérance", hours(figures.forgiven), _tolerance(figures)))
        steps.append(("Heures dues", hours(figures.missing), "après la tolérance"))
    if figures.rate is not None:
        working = f"{hours(figures.missing)} × {euros(figures.rate)}"
        steps.append(("Pénalité sur les heures", euros(figures.hours_amount), working))
    return steps


def _tolerance(figures: Figures) -> str:
    rule = f"{percent(figures.tolerance_percent, 0)} des heures engagées"
    if figures.tolerance_kind is ToleranceKind.franchise:
        return f"franchise de {rule}{NBSP}: ces heures ne sont jamais dues"
    if not figures.short:
        return f"seuil de {rule}"
    if figures.short > figures.forgiven:
        return f"seuil de {rule}{NBSP}: il est dépassé, toutes les heures manquantes sont dues"
    return f"seuil de {rule}{NBSP}: il n’est pas dépassé, rien n’est dû"


def explain_all(case: Case) -> list[Step]:
    """The computation on the hours, then what late documents add, then the whole."""
    steps = explain(case.figures) if case.figures.rate is not None else explain(case.figures)[:3]
    if case.documents:
        steps += [("Documents en retard", euros(case.documents_amount), explain_documents(case.documents))]
        steps += [("Total constaté", euros(case.amount), "heures et documents")]
    return steps


def explain_documents(documents: Sequence[DocumentDelay]) -> str:
    """Each late document with its days."""
    return f"{NBSP}; ".join(f"{each.label}, {plural(each.days, 'jour')} de retard" for each in documents)


def outcome(case: Case) -> str:
    """What the buyer decided, in one sentence; empty before."""
    progress = case.progress
    if progress.decision is None:
        return ""
    when = french_date(progress.decided_on)
    if progress.decision is PenaltyDecision.apply:
        return f"Pénalité de {euros(case.amount)} appliquée le {when}."
    if progress.decision is PenaltyDecision.waive:
        return f"Pénalité abandonnée le {when}."
    return f"Pénalité réduite à {euros(progress.decided_amount)} le {when}, au lieu de {euros(case.amount)}."
