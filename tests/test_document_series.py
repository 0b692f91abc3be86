"""The same document each month, or of each contract: all of them or none, and each once."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import document_series, documents
from facilitator.commitments import ExpectedDocument
from facilitator.documents import DocumentRefused, Wanted
from facilitator.vocabulary import ContractType, DocumentKind
from tests import trade
from tests.trade import day

PAYSLIP = Wanted(DocumentKind.hours_proof, month=day("01/01/2026"))


def kept(session: Session) -> int:
    return session.scalar(select(func.count(ExpectedDocument.id))) or 0


def test_a_monthly_document_follows_the_months_and_the_ends_of_months(session: Session) -> None:
    lot = trade.market(session).lot
    found = document_series.expect_each_month(
        session, lot, None, day("31/01/2026"), day("30/04/2026"), by=None, wanted=PAYSLIP
    )
    session.commit()
    assert [(each.expected_on, each.month) for each in found] == [
        (day("31/01/2026"), day("01/01/2026")),
        (day("28/02/2026"), day("01/02/2026")),
        (day("31/03/2026"), day("01/03/2026")),
        (day("30/04/2026"), day("01/04/2026")),
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("30/01/2026", "vient avant le"),
        ("31/01/2031", "au plus sur 60 mois"),
        ("31/12/9999", "au plus sur 60"),
    ],
)
def test_a_series_without_sense_is_refused(session: Session, until: str, sentence: str) -> None:
    lot = trade.market(session).lot
    with pytest.raises(DocumentRefused, match=sentence):
        document_series.expect_each_month(
            session, lot, None, day("31/01/2026"), day(until), by=None, wanted=PAYSLIP
        )
    assert kept(session) == 0


def test_each_contract_owes_it_once_and_a_new_one_owes_it_too(session: Session) -> None:
    ground = trade.market(session)
    wanted = Wanted(DocumentKind.work_contract)

    def ask() -> list[int | None]:
        found = document_series.expect_of_each_contract(
            session, ground.lot, None, day("15/04/2026"), by=None, wanted=wanted
        )
        return [each.contract_id for each in found]

    assert ask() == [ground.contract.id]
    with pytest.raises(DocumentRefused, match="chacun l’a déjà au registre"):
        ask()
    someone = trade.person(session, ground.territory, "01/01/2025")
    hired = trade.direct(session, someone, ground.award, ContractType.cdi, "01/02/2025")
    assert ask() == [hired.contract.id]
    assert {each.award_id for each in session.scalars(select(ExpectedDocument))} == {ground.award.id}
    with pytest.raises(DocumentRefused, match="Choisissez un contrat, ou bien tous"):
        document_series.expect_of_each_contract(
            session, ground.lot, None, day("15/04/2026"), by=None,
            wanted=Wanted(DocumentKind.work_contract, contract_id=hired.contract.id),
        )  # fmt: skip


def test_what_is_asked_again_stays_expected(session: Session) -> None:
    lot = trade.market(session).lot
    found = documents.expect(session, lot, None, day("15/04/2026"), by=None)
    documents.receive(session, found, day("15/04/2026"), on=day("16/04/2026"), by=None)
    again = documents.send_back(session, found, "Pas signé", day("30/04/2026"), on=day("16/04/2026"), by=None)
    with pytest.raises(DocumentRefused, match="il reste attendu"):
        documents.remove(session, again, by=None)
    session.commit()
    assert kept(session) == 2
