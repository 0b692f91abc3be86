"""Penalty files: after the constat, the buyer’s mise en demeure, decision and décompte.

Figures are those of the constat’s day and are never written again: what changed since is shown beside them.
"""

import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.db import Euros, Hours, Instant, Model, Versioned, one_of
from facilitator.french import date as french_date
from facilitator.french import euros
from facilitator.penalty_cases import DocumentDelay, Progress
from facilitator.penalty_words import PenaltyDecision, PenaltyReason, PenaltyState
from facilitator.refusals import Refused
from facilitator.vocabulary import GroupementForm, ToleranceKind

ZERO = Decimal("0.00")
LONGEST_DELAY = 365
_LIVE = text("state <> 'withdrawn'")


class PenaltyRefused(Refused):
    """A step of a penalty cannot be taken as asked."""


class PenaltyFile(Versioned, Model):
    """What one company owes for hours not done and documents not given, and what its buyer decides."""

    __tablename__ = "penalty_files"
    __table_args__ = (
        one_of("state", PenaltyState),
        one_of("decision", PenaltyDecision),
        one_of("reason", PenaltyReason),
        one_of("groupement_form", GroupementForm),
        one_of("tolerance_kind", ToleranceKind),
        CheckConstraint("amount = hours_amount + documents_amount AND amount > 0", name="amount"),
        CheckConstraint("decided_amount BETWEEN 0 AND amount", name="decided_amount"),
        CheckConstraint("notice_on >= stated_on AND notice_days > 0", name="notice"),
        CheckConstraint("(decision IS NULL) = (decided_on IS NULL)", name="decided"),
        CheckConstraint("decided_on IS NULL OR notice_on IS NOT NULL", name="notice_first"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name="withdrawn"),
        # One company never has two files alive for one lot.
        Index(
            "uq_penalty_files_live", "lot_id", "company_id", unique=True,
            sqlite_where=_LIVE, postgresql_where=_LIVE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), index=True)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"))  # NULL: the lot as a whole
    company_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    guarantor: Mapped[str | None] = mapped_column(String(300))  # the mandataire solidaire
    state: Mapped[str] = mapped_column(String(10))
    figures_on: Mapped[datetime.date]
    ended_on: Mapped[datetime.date]
    stated_on: Mapped[datetime.date]
    stated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    clause_reference: Mapped[str | None] = mapped_column(String(200))  # where the CCAP says it
    groupement_form: Mapped[str] = mapped_column(String(32))
    tolerance_kind: Mapped[str] = mapped_column(String(12))
    tolerance_percent: Mapped[int]
    owed: Mapped[Decimal] = mapped_column(Hours)
    retained: Mapped[Decimal] = mapped_column(Hours)
    forgiven: Mapped[Decimal] = mapped_column(Hours)
    missing: Mapped[Decimal] = mapped_column(Hours)
    rate: Mapped[Decimal | None] = mapped_column(Euros)
    hours_amount: Mapped[Decimal] = mapped_column(Euros)
    documents_amount: Mapped[Decimal] = mapped_column(Euros)
    amount: Mapped[Decimal] = mapped_column(Euros)
    late_documents: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    notice_on: Mapped[datetime.date | None]
    notice_days: Mapped[int | None]
    notice_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    observations: Mapped[int] = mapped_column(default=0)  # how many: each one makes a new version
    observed_on: Mapped[datetime.date | None]  # the first
    decision: Mapped[str | None] = mapped_column(String(8))
    decided_amount: Mapped[Decimal | None] = mapped_column(Euros)
    reason: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Text)
    decided_on: Mapped[datetime.date | None]
    observations_read: Mapped[
        int | None
    ]  # how many were kept when the buyer decided: what the decision answers
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settlement_number: Mapped[str | None] = mapped_column(String(60))
    settled_on: Mapped[datetime.date | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_on: Mapped[datetime.date | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)

    @property
    def progress(self) -> Progress:
        """Whose turn it is, from the dates of the file."""
        return Progress(
            state=PenaltyState(self.state),
            stated_on=self.stated_on,
            notice_on=self.notice_on,
            notice_days=self.notice_days,
            observed_on=self.observed_on,
            decision=PenaltyDecision(self.decision) if self.decision else None,
            decided_amount=self.decided_amount,
            decided_on=self.decided_on,
            settled_on=self.settled_on,
            withdrawn_on=self.withdrawn_on,
        )


class PenaltyObservation(Model):
    """What the company answers to the mise en demeure; kept for ever, late or not."""

    __tablename__ = "penalty_observations"
    __table_args__ = (CheckConstraint("length(text) > 0", name="said"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("penalty_files.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))  # who wrote them here
    received_on: Mapped[datetime.date]
    late: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime.datetime] = mapped_column(Instant)


def documents_of(file: PenaltyFile) -> tuple[DocumentDelay, ...]:
    """The late documents as they were on the day of the constat."""
    day = datetime.date.fromisoformat
    return tuple(
        DocumentDelay(
            label=each["label"],
            expected_on=day(each["expected_on"]),
            received_on=day(each["received_on"]) if each["received_on"] else None,
            days=each["days"],
            amount=Decimal(each["amount"]),
        )
        for each in file.late_documents
    )


def give_notice(
    session: Session,
    file: PenaltyFile,
    notice_on: datetime.date,
    days: int,
    *,
    on: datetime.date,
    by: int | None,
) -> None:
    """Note the buyer’s mise en demeure and the days that it leaves to answer; refuses a second one."""
    if file.state != PenaltyState.stated:
        raise PenaltyRefused(_past(file, "la mise en demeure est déjà notée"))
    if not 1 <= days <= LONGEST_DELAY:
        raise PenaltyRefused(
            f"Le délai de réponse va de 1 à {LONGEST_DELAY} jours\u00a0; le CCAG en laisse au moins quinze."
        )
    _refuse_day(notice_on, file.stated_on, "le constat", on)
    file.state, file.notice_on, file.notice_days, file.notice_by_id = (
        PenaltyState.notified, notice_on, days, by,
    )  # fmt: skip
    note_step(session, "give_notice", file, by, on=str(notice_on), days=days)


def record_observations(
    session: Session,
    file: PenaltyFile,
    said: str,
    received_on: datetime.date,
    *,
    organisation_id: int,
    on: datetime.date,
    by: int | None,
) -> PenaltyObservation:
    """Keep what the company answers; after the delay it is kept too, and marked late."""
    deadline = file.progress.deadline
    if file.state == PenaltyState.withdrawn:
        raise PenaltyRefused(_past(file, ""))
    if file.notice_on is None or deadline is None:
        raise PenaltyRefused(
            "La mise en demeure n’est pas encore envoyée\u00a0: les observations y répondent."
            " Une difficulté, elle, se signale à tout moment sur la page du lot."
        )
    _refuse_day(received_on, file.notice_on, "la mise en demeure", on)
    observation = PenaltyObservation(
        territory_id=file.territory_id,
        file_id=file.id,
        organisation_id=organisation_id,
        received_on=received_on,
        late=received_on > deadline,
        text=said,
        recorded_by_id=by,
        recorded_at=journal.now(),
    )
    session.add(observation)
    file.observations += 1
    file.observed_on = min(filter(None, (file.observed_on, received_on)))
    session.flush()
    note_step(session, "observe", file, by, late=observation.late)
    return observation


def decide(
    session: Session,
    file: PenaltyFile,
    decision: PenaltyDecision,
    *,
    on: datetime.date,
    by: int | None,
    amount: Decimal | None = None,
    reason: PenaltyReason | None = None,
    note: str | None = None,
) -> None:
    """Note what the buyer decides: apply, reduce to an amount, or waive; the last two with their reason.

    Refuses before the delay has run, unless the company answered, and an amount above the constat.
    """
    if file.state == PenaltyState.stated:
        raise PenaltyRefused("Envoyez d’abord la mise en demeure\u00a0: l’entreprise doit pouvoir répondre.")
    if file.state != PenaltyState.notified:
        raise PenaltyRefused(_past(file, "la décision est déjà prise"))
    if not file.progress.ripe(on):
        raise PenaltyRefused(
            f"L’entreprise peut répondre jusqu’au {french_date(file.progress.deadline)}."
            " Décidez après ce jour, ou dès que vous avez reçu ses observations."
        )
    decided = _amount(file, decision, amount)
    if decision is not PenaltyDecision.apply:
        _refuse_without_reason(reason, note)
    file.state, file.decision, file.decided_amount = PenaltyState.decided, decision, decided
    file.reason = None if decision is PenaltyDecision.apply else reason
    file.note, file.decided_on, file.decided_by_id = note, on, by
    file.observations_read = file.observations
    note_step(session, "decide", file, by, decision=decision.value, amount=str(decided))


def _amount(file: PenaltyFile, decision: PenaltyDecision, amount: Decimal | None) -> Decimal:
    full = file.amount
    if decision is PenaltyDecision.apply:
        if amount not in (None, full):
            raise PenaltyRefused(
                f"Appliquer la pénalité, c’est demander {euros(full)}. Pour un autre montant, choisissez de réduire."
            )
        return full
    if decision is PenaltyDecision.waive:
        if amount:
            raise PenaltyRefused(
                "Renoncer à la pénalité, c’est ne rien demander\u00a0: laissez le montant vide."
            )
        return ZERO
    if amount is None or not 0 < amount < full:
        raise PenaltyRefused(
            f"Une pénalité réduite reste entre 0,01\u00a0€ et {euros(full)}, le montant constaté, sans l’atteindre."
        )
    return amount


def _refuse_without_reason(reason: PenaltyReason | None, note: str | None) -> None:
    if reason is None:
        raise PenaltyRefused("Dites pour quel motif vous réduisez la pénalité ou y renoncez.")
    if reason is PenaltyReason.other and not note:
        raise PenaltyRefused("Écrivez en quelques mots l’autre motif de votre décision.")


def settle(
    session: Session,
    file: PenaltyFile,
    number: str,
    settled_on: datetime.date,
    *,
    on: datetime.date,
    by: int | None,
) -> None:
    """Note the décompte that takes the penalty; refuses one that was waived or is not decided."""
    if file.state != PenaltyState.decided or file.decided_on is None:
        raise PenaltyRefused(_past(file, "la décision n’est pas encore prise"))
    if not file.decided_amount:
        raise PenaltyRefused("Vous avez renoncé à cette pénalité\u00a0: aucun décompte ne la porte.")
    _refuse_day(settled_on, file.decided_on, "la décision", on)
    file.state, file.settlement_number = PenaltyState.settled, number
    file.settled_on, file.settled_by_id = settled_on, by
    note_step(session, "settle", file, by, on=str(settled_on))


def withdraw(session: Session, file: PenaltyFile, reason: str, *, on: datetime.date, by: int | None) -> None:
    """Take a constat back because facts changed; refuses once the buyer has decided."""
    if file.state not in (PenaltyState.stated, PenaltyState.notified):
        raise PenaltyRefused(_past(file, "la décision du donneur d’ordre est prise"))
    file.state, file.withdrawal_reason = PenaltyState.withdrawn, reason
    file.withdrawn_on, file.withdrawn_by_id = on, by
    note_step(session, "withdraw", file, by)


def _past(file: PenaltyFile, why: str) -> str:
    """Why a step is not open any more, from where the file stands."""
    if file.state == PenaltyState.withdrawn:
        return f"Ce constat a été retiré le {french_date(file.withdrawn_on)}\u00a0: le dossier est clos."
    label = PenaltyState(file.state).label.lower()
    return (
        f"Ce dossier est à l’étape «\u00a0{label}\u00a0»\u00a0: {why}. Rechargez sa page pour voir la suite."
    )


def _refuse_day(day: datetime.date, since: datetime.date, what: str, on: datetime.date) -> None:
    if day > on:
        raise PenaltyRefused(
            f"Le {french_date(day)} n’est pas encore passé. Notez le jour même, ou un jour passé."
        )
    if day < since:
        raise PenaltyRefused(
            f"Le {french_date(day)} précède {what}, du {french_date(since)}. Vérifiez la date."
        )


def note_step(session: Session, verb: str, file: PenaltyFile, by: int | None, **details: object) -> None:
    """Write one step into the journal of the lot."""
    journal.note(
        session,
        verb,
        "penalty_file",
        file.id,
        by=by,
        territory_id=file.territory_id,
        lot_id=file.lot_id,
        **details,
    )
