"""Constats: the facilitator states what a company owes once its lot has ended, and what changed since."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal, penalty_dues, penalty_files, statements
from facilitator.french import date as french_date
from facilitator.french import hours
from facilitator.markets import Lot
from facilitator.penalty_cases import DocumentDelay
from facilitator.penalty_dues import Due, LotDues
from facilitator.penalty_files import PenaltyFile, PenaltyRefused
from facilitator.penalty_words import PenaltyState


@dataclass(frozen=True, slots=True)
class Change:
    """What the same day would say with today’s knowledge; the constat’s own figures stay."""

    retained: Decimal  # hours more (or less) than at the constat
    owed: Decimal
    amount: Decimal | None  # None: this company would not answer for it any more
    ended: bool


def state(
    session: Session,
    lot: Lot,
    award_id: int | None,
    *,
    figures_on: datetime.date,
    on: datetime.date,
    by: int | None,
    clause_reference: str | None = None,
) -> PenaltyFile:
    """State what a company owes (None: the lot as a whole), once the lot has ended.

    Refuses a lot that runs, hours to define, a contract without a rate, nothing missing, and a second file.
    """
    statements.refuse_future(figures_on, on)
    found = penalty_dues.of_lot(session, lot, figures_on)
    due = _due(found, award_id, figures_on)
    _refuse_second(session, lot, due)
    figures = due.figures
    assert due.company_id is not None and found.statement.end is not None
    file = PenaltyFile(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        award_id=due.award_id,
        company_id=due.company_id,
        guarantor=due.guarantor,
        state=PenaltyState.stated,
        figures_on=figures_on,
        ended_on=found.statement.end,
        stated_on=on,
        stated_by_id=by,
        clause_reference=clause_reference,
        groupement_form=lot.groupement_form,
        tolerance_kind=lot.tolerance_kind,
        tolerance_percent=lot.tolerance_percent,
        owed=figures.owed,
        retained=figures.retained,
        forgiven=figures.forgiven,
        missing=figures.missing,
        rate=figures.rate,
        hours_amount=figures.hours_amount,
        documents_amount=due.documents_amount,
        amount=due.amount,
        late_documents=[_kept(each) for each in due.documents],
        created_at=journal.now(),
    )
    session.add(file)
    session.flush()
    penalty_files.note_step(session, "state", file, by, amount=str(file.amount), missing=str(file.missing))
    return file


def _due(found: LotDues, award_id: int | None, on: datetime.date) -> Due:
    at = found.statement
    if found.pilot is not None:
        raise PenaltyRefused(f"{found.pilot} pilote ce marché\u00a0: c’est à lui de constater la pénalité.")
    if not at.defined:
        raise PenaltyRefused(
            "Les heures de ce lot sont à définir\u00a0: sans engagement, il n’y a pas de pénalité."
        )
    if not at.ended:
        end = f"le lot finit le {french_date(at.end)}" if at.end else "la fin du lot n’est pas fixée"
        raise PenaltyRefused(
            f"Au {french_date(on)}, {end}\u00a0: seule la simulation existe avant. Constatez la pénalité après la fin."
        )
    due = next((each for each in found.dues if each.award_id == award_id), None)
    if due is None or due.company_id is None:
        raise PenaltyRefused(
            "Aucune entreprise ne répond de ces heures. Désignez le titulaire ou le mandataire du lot,"
            " ou répartissez les heures entre les entreprises."
        )
    if due.amount == 0:
        raise PenaltyRefused(_nothing(due))
    return due


def _nothing(due: Due) -> str:
    figures = due.figures
    if figures.rate is None:
        return "Le contrat ne fixe pas de pénalité par heure. Saisissez-la dans le lot si le CCAP en prévoit une."
    if not figures.short:
        return (
            f"Rien ne manque\u00a0: {hours(figures.retained)} retenues pour {hours(figures.owed)} engagées."
        )
    if not figures.missing:
        return (
            f"Les {hours(figures.short)} qui manquent sont dans la tolérance du contrat\u00a0: rien n’est dû."
        )
    return "La pénalité par heure du contrat est nulle\u00a0: rien n’est dû."


def _refuse_second(session: Session, lot: Lot, due: Due) -> None:
    live = session.scalars(
        select(PenaltyFile).where(PenaltyFile.lot_id == lot.id, PenaltyFile.state != PenaltyState.withdrawn)
    )
    for other in live:
        if other.company_id == due.company_id:
            raise PenaltyRefused(
                f"La pénalité de cette entreprise est déjà constatée depuis le {french_date(other.stated_on)}."
                " Ouvrez ce dossier, ou retirez son constat si les faits ont changé."
            )
        if (other.award_id is None) != (due.award_id is None):
            raise PenaltyRefused(
                f"Un constat du {french_date(other.stated_on)} répartit autrement la pénalité de ce lot."
                " Retirez-le avant d’en faire un autre."
            )


def _kept(late: DocumentDelay) -> dict[str, Any]:
    return {
        "label": late.label,
        "expected_on": late.expected_on.isoformat(),
        "received_on": late.received_on.isoformat() if late.received_on else None,
        "days": late.days,
        "amount": str(late.amount),
    }


def change_since(session: Session, file: PenaltyFile) -> Change | None:
    """What changed since the constat, about the same day; None when nothing did."""
    found = penalty_dues.of_lot(session, session.get_one(Lot, file.lot_id), file.figures_on)
    due = next((each for each in found.dues if each.award_id == file.award_id), None)
    if due is None or due.company_id != file.company_id:
        return Change(Decimal(0), Decimal(0), None, found.statement.ended)
    now = Change(
        due.figures.retained - file.retained,
        due.figures.owed - file.owed,
        due.amount if found.statement.ended else None,
        found.statement.ended,
    )
    same = not (now.retained or now.owed) and now.amount == file.amount
    return None if same else now
