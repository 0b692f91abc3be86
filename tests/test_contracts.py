"""Contracts: recorded once, renewed, ended, continued."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import contracts
from facilitator.contracts import Contract, ContractRefused
from facilitator.journal import JournalEntry
from facilitator.vocabulary import ContractType
from tests import trade
from tests.trade import Ground, day

D = Decimal


def record(
    session: Session,
    ground: Ground,
    type: ContractType,
    first: str,
    last: str | None = None,
    continues: Contract | None = None,
) -> Contract:
    return contracts.record(
        session,
        ground.person,
        ground.company.id,
        type=type,
        from_on=day(first),
        to_on=day(last) if last else None,
        weekly_hours=D(35),
        continues=continues,
        by=None,
    )


def count(session: Session, what: type) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(what)) or 0


@pytest.mark.parametrize(
    ("type", "first", "last", "sentence"),
    [
        (ContractType.cdd, "01/03/2025", None, "« CDD » a une date de fin"),
        (ContractType.cdi, "01/03/2025", "31/03/2025", "« CDI » n’a pas de date de fin"),
        (ContractType.cdd, "01/03/2025", "28/02/2025", "La fin du contrat .* précède son début"),
        (ContractType.cdi, "01/02/2025", None, "est déjà enregistré chez cet employeur"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(
    session: Session, type: ContractType, first: str, last: str | None, sentence: str
) -> None:
    ground = trade.market(session)
    with pytest.raises(ContractRefused, match=sentence.replace("« ", "«.").replace(" »", ".»")):
        record(session, ground, type, first, last)
    assert count(session, Contract) == 1


def test_a_renewal_moves_the_end_of_the_same_contract(session: Session) -> None:
    ground = trade.market(session)
    contract = record(session, ground, ContractType.cdd, "01/03/2025", "30/06/2025")
    contracts.renew(session, contract, day("31/08/2025"), on=day("30/06/2025"), by=None)
    assert (contract.to_on, contract.renewals) == (day("31/08/2025"), 1)
    with pytest.raises(ContractRefused, match="court déjà jusqu’au"):
        contracts.renew(session, contract, day("31/08/2025"), on=day("01/07/2025"), by=None)
    with pytest.raises(ContractRefused, match="il n’y a rien à renouveler"):
        contracts.renew(session, ground.contract, day("31/08/2025"), on=day("01/07/2025"), by=None)
    contracts.end(session, contract, day("31/07/2025"), "Départ", by=None)
    with pytest.raises(ContractRefused, match="s’est arrêté le"):
        contracts.renew(session, contract, day("31/12/2025"), on=day("01/08/2025"), by=None)
    assert count(session, Contract) == 2
    assert (contract.renewals, contract.last_on) == (1, day("31/07/2025"))


def test_a_contract_ends_inside_its_dates_and_twice_has_one_effect(session: Session) -> None:
    ground = trade.market(session)
    contract = record(session, ground, ContractType.cdd, "01/03/2025", "30/06/2025")
    with pytest.raises(ContractRefused, match="il ne peut pas finir avant"):
        contracts.end(session, contract, day("28/02/2025"), "Départ", by=None)
    with pytest.raises(ContractRefused, match="S’il continue, renouvelez-le"):
        contracts.end(session, contract, day("01/07/2025"), "Départ", by=None)
    assert contract.ended_on is None
    for _ in range(2):
        contracts.end(session, contract, day("31/05/2025"), "Départ", by=None)
    session.commit()
    told = session.scalar(select(func.count(JournalEntry.id)).where(JournalEntry.verb == "end_contract"))
    assert (contract.last_on, told) == (day("31/05/2025"), 1)


def test_a_contract_continues_one_that_is_over_of_the_same_person_and_employer(
    session: Session,
) -> None:
    ground, elsewhere = trade.market(session), trade.market(session)
    before = record(session, ground, ContractType.cdd, "01/03/2025", "30/06/2025")
    with pytest.raises(ContractRefused, match="Le contrat précédent court encore"):
        record(session, ground, ContractType.cdi, "30/06/2025", continues=before)
    with pytest.raises(ContractRefused, match="Le contrat précédent court encore"):
        record(session, ground, ContractType.cdi, "01/07/2025", continues=ground.contract)
    with pytest.raises(ContractRefused, match="d’une autre personne ou d’un autre employeur"):
        record(session, elsewhere, ContractType.cdi, "01/07/2025", continues=before)
    assert count(session, Contract) == 3
    after = record(session, ground, ContractType.cdi, "01/07/2025", continues=before)
    assert after.continues_id == before.id


def test_a_contract_serves_a_placement_once(session: Session) -> None:
    ground = trade.market(session)
    for _ in range(2):
        contracts.serve(session, ground.contract, ground.placement.id, by=None)
    session.commit()
    told = session.scalar(select(func.count(JournalEntry.id)).where(JournalEntry.verb == "serve_placement"))
    assert (count(session, contracts.PlacementContract), told) == (1, 1)
