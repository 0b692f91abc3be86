"""Expected documents of a lot: what its companies owe on a day, when it came, what the delay costs."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal
from facilitator.commitments import ExpectedDocument
from facilitator.french import date as french_date
from facilitator.markets import Lot
from facilitator.penalties import days_late, late_document_penalty
from facilitator.refusals import Refused


class DocumentRefused(Refused):
    """A document cannot be expected or received as asked."""


@dataclass(frozen=True)
class Delay:
    """One expected document on a day: days of delay, and euros where the lot has a daily rate."""

    document: ExpectedDocument
    days: int
    penalty: Decimal | None


def expect(
    session: Session, lot: Lot, label: str, expected_on: datetime.date, *, by: int | None
) -> ExpectedDocument:
    """Enter a document in the register; refuses the same document on the same day."""
    same = session.scalar(
        select(ExpectedDocument.id).where(
            ExpectedDocument.lot_id == lot.id,
            ExpectedDocument.label == label,
            ExpectedDocument.expected_on == expected_on,
        )
    )
    if same is not None:
        raise DocumentRefused(
            f"«\u00a0{label}\u00a0» est déjà attendu pour le {french_date(expected_on)}. Choisissez une autre date."
        )
    document = ExpectedDocument(
        territory_id=lot.territory_id, lot_id=lot.id, label=label, expected_on=expected_on
    )
    session.add(document)
    session.flush()
    _note(session, "expect_document", lot, document, by)
    return document


def receive(
    session: Session,
    lot: Lot,
    document: ExpectedDocument,
    received_on: datetime.date,
    *,
    on: datetime.date,
    by: int | None,
) -> None:
    """Note the day on which a document came; refuses a day still to come."""
    if received_on > on:
        raise DocumentRefused(
            f"Le {french_date(received_on)} n’est pas encore passé. Notez le jour où le document est arrivé."
        )
    document.received_on = received_on
    _note(session, "receive_document", lot, document, by)


def delays(session: Session, lot: Lot, on: datetime.date) -> list[Delay]:
    """The register of a lot, by date, with the delay of each document on a day."""
    documents = session.scalars(
        select(ExpectedDocument)
        .where(ExpectedDocument.lot_id == lot.id)
        .order_by(ExpectedDocument.expected_on, ExpectedDocument.id)
    )
    rate = lot.late_document_rate
    return [
        Delay(
            each,
            days_late(each.expected_on, each.received_on, on),
            None if rate is None else late_document_penalty(each.expected_on, each.received_on, rate, on),
        )
        for each in documents
    ]


def _note(session: Session, verb: str, lot: Lot, document: ExpectedDocument, by: int | None) -> None:
    journal.note(
        session,
        verb,
        "expected_document",
        document.id,
        by=by,
        territory_id=lot.territory_id,
        lot_id=lot.id,
        expected_on=str(document.expected_on),
    )
