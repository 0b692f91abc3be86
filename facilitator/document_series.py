"""The same document many times at once: one a month, or one a contract; all of them or none."""

import datetime
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.commitments import ExpectedDocument
from facilitator.documents import DocumentRefused, Wanted, expect, serving
from facilitator.french import date as french_date
from facilitator.markets import Lot
from facilitator.periods import add_months

LONGEST = 60  # months


def expect_each_month(
    session: Session,
    lot: Lot,
    label: str | None,
    expected_on: datetime.date,
    until_on: datetime.date,
    *,
    by: int | None,
    wanted: Wanted,
) -> list[ExpectedDocument]:
    """One document a month, each about the month after the last; refuses an end before the first, and over five years."""
    if until_on < expected_on:
        raise DocumentRefused(
            f"Le {french_date(until_on)} vient avant le {french_date(expected_on)}, jour du premier document."
            " Donnez une date plus tardive, ou laissez la série vide."
        )
    days = [add_months(expected_on, number) for number in range(LONGEST + 1)]
    if days[-1] <= until_on:
        raise DocumentRefused(
            f"Une série va au plus sur {LONGEST} mois. Choisissez une date de fin plus proche."
        )
    return [
        expect(session, lot, label, day, by=by, wanted=_of_month(wanted, number))
        for number, day in enumerate(days)
        if day <= until_on
    ]


def _of_month(wanted: Wanted, number: int) -> Wanted:
    return wanted if wanted.month is None else replace(wanted, month=add_months(wanted.month, number))


def expect_of_each_contract(
    session: Session,
    lot: Lot,
    label: str | None,
    expected_on: datetime.date,
    *,
    by: int | None,
    wanted: Wanted,
) -> list[ExpectedDocument]:
    """One document for each contract of the lot, or of one company, that has none like it yet; refuses when all have one."""
    if wanted.contract_id is not None:
        raise DocumentRefused(
            "Choisissez un contrat, ou bien tous\u00a0: décochez la case, ou videz le choix."
        )
    known = select(ExpectedDocument.contract_id).where(
        ExpectedDocument.lot_id == lot.id,
        ExpectedDocument.kind == wanted.kind,
        ExpectedDocument.label == (label or wanted.kind.label),
        ExpectedDocument.month.is_not_distinct_from(wanted.month),
        ExpectedDocument.contract_id.is_not(None),
    )
    found = sorted(set(session.scalars(serving(lot.id, wanted.award_id))) - set(session.scalars(known)))
    if not found:
        raise DocumentRefused(
            "Aucun contrat de ce lot n’attend ce document\u00a0: chacun l’a déjà au registre, ou il n’y a pas encore de contrat."
        )
    return [
        expect(session, lot, label, expected_on, by=by, wanted=replace(wanted, contract_id=contract_id))
        for contract_id in found
    ]
