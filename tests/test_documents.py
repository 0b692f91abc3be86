"""The register of documents: expected, come, seen, sent back, taken away; who may read what of it."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import documents, markets, penalty_dues
from facilitator.awards import Award
from facilitator.commitments import ExpectedDocument
from facilitator.document_lists import Reader, list_for, told_to
from facilitator.documents import DocumentRefused, Wanted
from facilitator.organisations import Organisation
from facilitator.paperwork import letter_label
from facilitator.vocabulary import AwardRole, DocumentKind
from reports import document_list
from tests import trade
from tests.trade import Ground, day
from tests.workbooks import opened, rows, sheet

ON = day("23/11/2026")


def paper(
    session: Session, ground: Ground, expected: str = "15/04/2026", **wanted: object
) -> ExpectedDocument:
    about = Wanted(**wanted) if wanted else None  # type: ignore[arg-type]
    return documents.expect(session, ground.lot, None, day(expected), by=None, wanted=about)


def test_a_document_is_expected_once_of_the_only_company_of_the_lot(session: Session) -> None:
    ground = trade.market(session)
    found = paper(session, ground, kind=DocumentKind.urssaf, month=day("20/03/2026"))
    assert (found.award_id, found.label, found.month) == (
        ground.award.id,
        "Attestation URSSAF",
        day("01/03/2026"),
    )
    with pytest.raises(DocumentRefused, match="déjà attendu pour le 15"):
        paper(session, ground, kind=DocumentKind.urssaf, month=day("01/03/2026"))
    paper(session, ground, kind=DocumentKind.urssaf, month=day("01/04/2026"))  # another month, another paper


def test_a_contract_brings_its_company_and_stays_on_its_lot(session: Session) -> None:
    ground = trade.market(session)
    ground.award.role = AwardRole.mandataire
    partner = trade.award(session, ground.lot, role=AwardRole.cotraitant)
    found = paper(session, ground, kind=DocumentKind.work_contract, contract_id=ground.contract.id)
    assert found.award_id == ground.award.id
    with pytest.raises(DocumentRefused, match="ne sert pas ce lot pour cette entreprise"):
        paper(session, ground, contract_id=ground.contract.id, award_id=partner.id)
    elsewhere = trade.market(session)
    with pytest.raises(DocumentRefused, match="ne sert pas ce lot"):
        paper(session, ground, contract_id=elsewhere.contract.id)
    with pytest.raises(DocumentRefused, match="n’est pas sur ce lot"):
        paper(session, ground, award_id=elsewhere.award.id)


def test_a_document_comes_then_is_seen_and_does_not_change_afterwards(session: Session) -> None:
    ground = trade.market(session)
    found = paper(session, ground)
    with pytest.raises(DocumentRefused, match="n’est pas arrivé"):
        documents.accept(session, found, on=ON, by=None)
    with pytest.raises(DocumentRefused, match="n’est pas encore passé"):
        documents.receive(session, found, day("24/11/2026"), on=ON, by=None)
    documents.receive(session, found, day("20/04/2026"), on=ON, by=None)
    documents.receive(session, found, day("21/04/2026"), on=ON, by=None, filed="Classeur 3")
    documents.accept(session, found, on=ON, by=None)
    documents.accept(session, found, on=ON, by=None)
    assert (found.received_on, found.seen_on, found.filed) == (day("21/04/2026"), ON, "Classeur 3")
    with pytest.raises(DocumentRefused, match="sa date d’arrivée ne change plus"):
        documents.receive(session, found, day("15/04/2026"), on=ON, by=None)
    with pytest.raises(DocumentRefused, match="il est conforme"):
        documents.send_back(session, found, "Illisible", day("30/11/2026"), on=ON, by=None)
    with pytest.raises(DocumentRefused, match="il reste dans le registre"):
        documents.remove(session, found, by=None)


def test_what_is_to_be_redone_is_expected_again_and_both_delays_count(session: Session) -> None:
    ground = trade.market(session)
    markets.amend_lot(session, ground.lot, late_document_rate=Decimal(75), by=None)
    found = paper(session, ground, kind=DocumentKind.hours_proof, month=day("01/03/2026"))
    documents.receive(session, found, day("21/04/2026"), on=ON, by=None)
    with pytest.raises(DocumentRefused, match="est passé"):
        documents.send_back(session, found, "Pas signé", day("22/11/2026"), on=ON, by=None)
    again = documents.send_back(session, found, "Pas signé", day("25/11/2026"), on=ON, by=None)
    assert (again.again_of_id, again.kind, again.month) == (found.id, "hours_proof", day("01/03/2026"))
    session.commit()
    later = day("27/11/2026")
    costs = [
        (each.days, each.penalty, told_to(Reader.facilitator, each.facts, later).state)
        for each in documents.delays(session, ground.lot, later)
    ]
    assert costs == [(6, Decimal("450.00"), "À reprendre"), (2, Decimal("150.00"), "En retard")]


def test_a_document_expected_by_mistake_is_taken_away(session: Session) -> None:
    ground = trade.market(session)
    documents.remove(session, paper(session, ground), by=None)
    session.commit()
    assert session.scalar(select(func.count(ExpectedDocument.id))) == 0


def groupement(session: Session) -> tuple[Ground, Award, Organisation]:
    """A mandataire and a cotraitant, each with a paper of its own, and one of the whole lot."""
    ground = trade.market(session)
    ground.award.role = AwardRole.mandataire
    other = trade.company(session, "Cotraitant d’essai")
    partner = trade.award(session, ground.lot, other, AwardRole.cotraitant)
    paper(session, ground, kind=DocumentKind.minutes)
    paper(session, ground, kind=DocumentKind.urssaf, award_id=ground.award.id)
    paper(session, ground, kind=DocumentKind.urssaf, award_id=partner.id)
    session.commit()
    return ground, partner, other


def test_each_company_reads_its_own_papers_and_who_leads_those_of_the_lot(session: Session) -> None:
    ground, partner, other = groupement(session)
    of = {
        company.id: [
            (each.facts.kind, each.document.award_id)
            for each in documents.of_company(session, ground.lot.id, company.id, ON)
        ]
        for company in (ground.company, other)
    }
    assert of[other.id] == [(DocumentKind.urssaf, partner.id)]
    assert of[ground.company.id] == [
        (DocumentKind.minutes, None),
        (DocumentKind.urssaf, ground.award.id),
    ]


def test_a_buyer_learns_kinds_and_dates_and_a_company_not_why_somebody_is_eligible(session: Session) -> None:
    ground = trade.market(session)
    secret = "Attestation RSA de Camille"
    found = documents.expect(
        session, ground.lot, secret, day("15/04/2026"), by=None,
        wanted=Wanted(DocumentKind.eligibility_proof, contract_id=ground.contract.id),
    )  # fmt: skip
    documents.receive(session, found, day("15/04/2026"), on=ON, by=None, filed="Armoire de Camille")
    documents.send_back(session, found, "RSA périmé", day("30/11/2026"), on=ON, by=None)
    documents.expect(session, ground.lot, "État trimestriel", day("15/04/2026"), by=None)
    session.commit()
    facts = [each.facts for each in documents.delays(session, ground.lot, ON)]
    assert facts[0].person is not None
    buyer, company, own = (
        told_to(reader, facts[0], ON) for reader in (Reader.buyer, Reader.company, Reader.facilitator)
    )
    assert (buyer.document, buyer.person, buyer.precision, buyer.reason, buyer.filed) == (
        "Justificatif d’éligibilité", None, None, None, None,
    )  # fmt: skip
    assert (company.person, company.precision, company.reason, company.filed) == (
        facts[0].person, None, None, None,
    )  # fmt: skip
    assert (own.precision, own.reason, own.filed) == (secret, "RSA périmé", "Armoire de Camille")
    assert told_to(Reader.buyer, facts[1], ON).document == "État trimestriel"


def test_letters_and_penalties_name_a_paper_without_its_person_nor_why_it_is_asked(session: Session) -> None:
    october = day("01/10/2026")
    assert (
        letter_label(DocumentKind.eligibility_proof, "Attestation RSA", None) == "Justificatif d’éligibilité"
    )
    assert (
        letter_label(DocumentKind.minutes, "Réunion 3", october)
        == "Compte rendu (Réunion 3), octobre\u00a02026"
    )
    assert letter_label(DocumentKind.other, "État trimestriel", None) == "État trimestriel"
    ground = trade.market(session)
    markets.amend_lot(session, ground.lot, late_document_rate=Decimal(75), by=None)
    wanted = Wanted(contract_id=ground.contract.id, month=october)
    documents.expect(session, ground.lot, "Contrat de Camille", day("15/04/2026"), by=None, wanted=wanted)
    session.commit()
    dues = penalty_dues.of_lot(session, ground.lot, ON).dues
    assert [each.label for due in dues for each in due.documents] == ["Autre document, octobre\u00a02026"]


def test_each_line_says_who_must_act_and_since_when(session: Session) -> None:
    ground = trade.market(session)
    late, come, seen, ahead = (
        paper(session, ground, expected)
        for expected in ("15/11/2026", "16/11/2026", "17/11/2026", "30/11/2026")
    )
    for each in (come, seen):
        documents.receive(session, each, day("20/11/2026"), on=ON, by=None)
    documents.accept(session, seen, on=ON, by=None)
    session.commit()
    facts = [each.facts for each in documents.delays(session, ground.lot, ON)]

    def turns(reader: Reader) -> list[tuple[str, date | None, str]]:
        found = [told_to(reader, each, ON).turn for each in facts]
        return [(each.who.value, each.since, each.sentence.replace("\u00a0", " ")) for each in found]

    assert turns(Reader.facilitator) == [
        ("company", late.expected_on, "À l’entreprise, depuis 8 jours."),
        ("facilitator", come.received_on, "À vous de le lire, depuis 3 jours."),
        ("nobody", ON, "Personne n’a rien à faire."),
        ("company", None, "À l’entreprise, d’ici au 30 novembre 2026."),
    ]
    assert turns(Reader.company)[0][2] == "À vous de le remettre, depuis 8 jours."
    assert turns(Reader.buyer)[1][2] == "Au facilitateur de le lire, depuis 3 jours."
    assert ahead.received_on is None


def test_the_workbook_says_what_the_page_says(session: Session) -> None:
    ground = trade.market(session)
    markets.amend_lot(session, ground.lot, late_document_rate=Decimal(75), by=None)
    paper(session, ground, kind=DocumentKind.urssaf)
    found = paper(session, ground, kind=DocumentKind.minutes)
    documents.receive(session, found, day("21/04/2026"), on=ON, by=None)
    session.commit()
    facts = [each.facts for each in documents.delays(session, ground.lot, ON)]
    listed = list_for(Reader.buyer, "Lot d’essai", "Marché d’essai", ON, facts)
    assert (listed.expected, listed.missing, listed.late, listed.to_see) == (2, 1, 1, 1)
    page = sheet(opened(document_list.build(listed)), "Liste des pièces")
    row = rows(page, "Lot")[1]
    assert list(row) == list(document_list.FOR_ALL)
    assert (row["Document"], row["Jours de retard"], row["Pénalité de retard"], row["État"]) == (
        "Compte rendu", 6, 450, "À lire",
    )  # fmt: skip
    assert row["Reçu le"].date() == date(2026, 4, 21)
    assert (
        page["A3"].value
        == "2\u00a0pièces attendues, 0\u00a0conforme, 1\u00a0à lire, 1\u00a0manquante dont 1\u00a0en retard."
    )
    alone = list_for(Reader.facilitator, "Lot d’essai", "Marché d’essai", ON, facts)
    assert "Personne" in rows(sheet(opened(document_list.build(alone)), "Liste des pièces"), "Lot")[0]
