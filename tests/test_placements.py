"""Placements: proposed, answered once, ended; a contrary answer is refused and writes nothing."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import contracts, placements
from facilitator.contracts import Contract
from facilitator.organisations import Organisation
from facilitator.placements import Answer, Placement, PlacementRefused
from facilitator.vocabulary import Channel, ContractType, PlacementMode, PlacementState, SiaeKind
from tests import trade
from tests.trade import Ground, day

D = Decimal
ON = day("01/03/2025")
ANSWER = Answer(ContractType.cddi, day("01/03/2025"), day("31/08/2025"), D(26))


def waiting(session: Session, to_on: str | None = None) -> tuple[Ground, Organisation, Placement]:
    ground, workshop = trade.market(session), trade.siae(session, SiaeKind.ACI)
    placement = trade.proposed(session, ground.person, ground.award, workshop, "01/03/2025", to_on)
    session.commit()
    return ground, workshop, placement


def count(session: Session, what: type) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(what)) or 0


def test_the_siae_confirms_with_its_contract(session: Session) -> None:
    ground, workshop, placement = waiting(session)
    contract = placements.confirm(session, placement, ground.person, ANSWER, on=ON, by=None)
    session.commit()
    assert (placement.state, placement.answered_on) == (PlacementState.confirmed, ON)
    assert (contract.employer_id, contract.type) == (workshop.id, ContractType.cddi)
    served = contracts.contracts_of_placements(session, [placement.id])
    assert served == {placement.id: [contract]}


def test_the_same_answer_twice_has_one_effect_and_a_contrary_one_is_refused(session: Session) -> None:
    ground, _, placement = waiting(session)
    first = placements.confirm(session, placement, ground.person, ANSWER, on=ON, by=None)
    again = placements.confirm(session, placement, ground.person, ANSWER, on=ON, by=None)
    assert again is first
    contrary = Answer(ContractType.cddi, day("01/03/2025"), day("31/07/2025"), D(26))
    with pytest.raises(PlacementRefused, match="déjà confirmée avec d’autres informations"):
        placements.confirm(session, placement, ground.person, contrary, on=ON, by=None)
    with pytest.raises(PlacementRefused, match="déjà confirmée\u00a0: la réponse ne change plus"):
        placements.decline(session, placement, "Finalement non", on=ON, by=None)
    with pytest.raises(PlacementRefused, match="elle ne se retire plus"):
        placements.withdraw(session, placement, "Erreur de lot", by=None)
    assert count(session, Contract) == 2  # that of the ground, and this one
    assert placement.state == PlacementState.confirmed


def test_a_declined_or_withdrawn_proposal_is_closed(session: Session) -> None:
    ground, workshop, placement = waiting(session)
    placements.decline(session, placement, "Pas de poste", on=ON, by=None)
    placements.decline(session, placement, "Pas de poste", on=ON, by=None)
    with pytest.raises(PlacementRefused, match="déjà déclinée"):
        placements.confirm(session, placement, ground.person, ANSWER, on=ON, by=None)
    with pytest.raises(PlacementRefused, match="a reçu sa réponse"):
        placements.withdraw(session, placement, "Trop tard", by=None)
    again = trade.proposed(session, ground.person, ground.award, workshop, "01/03/2025")
    placements.withdraw(session, again, "Lot reporté", by=None)
    placements.withdraw(session, again, "Lot reporté", by=None)
    with pytest.raises(PlacementRefused, match="déjà retirée"):
        placements.confirm(session, again, ground.person, ANSWER, on=ON, by=None)
    assert count(session, Contract) == 1


def test_the_facilitator_confirms_on_someones_word(session: Session) -> None:
    ground, _, placement = waiting(session)
    placements.confirm(
        session, placement, ground.person, ANSWER, on=ON, by=None,
        channel=Channel.phone, on_word_of="Mme Fictive, encadrante",
    )  # fmt: skip
    session.commit()
    assert (placement.answer_channel, placement.answered_by_name, placement.answered_on) == (
        Channel.phone,
        "Mme Fictive, encadrante",
        ON,
    )


def test_a_contract_that_starts_after_the_placement_or_the_lot_is_refused(session: Session) -> None:
    ground, _, placement = waiting(session, to_on="30/04/2025")
    late = Answer(ContractType.cddi, day("01/05/2025"), day("31/08/2025"), D(26))
    with pytest.raises(PlacementRefused, match="est prévue jusqu’au"):
        placements.confirm(session, placement, ground.person, late, on=ON, by=None)
    open_ended = trade.proposed(session, ground.person, ground.award, trade.siae(session), "01/03/2025")
    session.commit()
    after_lot = Answer(ContractType.cddi, day("01/01/2027"), day("31/03/2027"), D(26))
    with pytest.raises(PlacementRefused, match="Le lot finit le"):
        placements.confirm(session, open_ended, ground.person, after_lot, on=ON, by=None)
    assert count(session, Contract) == 1
    assert open_ended.state == PlacementState.proposed


def test_an_answer_does_not_move_a_placement_onto_another_one(session: Session) -> None:
    ground, workshop, placement = waiting(session)
    trade.proposed(session, ground.person, ground.award, workshop, "01/04/2025")
    session.commit()
    moved = Answer(ContractType.cddi, day("01/04/2025"), day("31/08/2025"), D(26))
    with pytest.raises(PlacementRefused, match="Cette personne est déjà proposée à cet employeur"):
        placements.confirm(session, placement, ground.person, moved, on=ON, by=None)
    assert count(session, Contract) == 1
    assert placement.from_on == ON


@pytest.mark.parametrize(
    ("first", "last", "mode", "sentence"),
    [
        ("01/03/2025", "28/02/2025", PlacementMode.mise_a_disposition, "précède le début"),
        ("01/01/2027", None, PlacementMode.mise_a_disposition, "Le lot finit le"),
        ("01/03/2025", None, PlacementMode.embauche_directe, "l’employeur est l’entreprise du lot"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(
    session: Session, first: str, last: str | None, mode: PlacementMode, sentence: str
) -> None:
    ground = trade.market(session)
    with pytest.raises(PlacementRefused, match=sentence):
        trade.proposed(session, ground.person, ground.award, trade.siae(session), first, last, mode)
    assert count(session, Placement) == 1


def test_only_a_siae_lends_people_and_nobody_is_proposed_twice(session: Session) -> None:
    ground, workshop, _ = waiting(session)
    with pytest.raises(PlacementRefused, match="n’est pas connu comme structure d’insertion"):
        trade.proposed(session, ground.person, ground.award, trade.company(session), "01/03/2025")
    with pytest.raises(PlacementRefused, match="est déjà proposée à cet employeur"):
        trade.proposed(session, ground.person, ground.award, workshop, "01/03/2025")
    stranger = trade.person(session, trade.territory(session))
    with pytest.raises(PlacementRefused, match="n’est pas suivie par le territoire"):
        trade.proposed(session, stranger, ground.award, workshop, "01/03/2025")
    assert count(session, Placement) == 2


def test_only_what_was_confirmed_ends_and_not_before_it_starts(session: Session) -> None:
    ground, _, placement = waiting(session)
    with pytest.raises(PlacementRefused, match="Seule une mise à l’emploi confirmée"):
        placements.end(session, placement, day("01/04/2025"), "Fin", by=None)
    with pytest.raises(PlacementRefused, match="elle ne peut pas finir avant"):
        placements.end(session, ground.placement, day("31/01/2025"), "Fin", by=None)
    session.commit()
    assert (placement.to_on, ground.placement.to_on) == (None, None)


def test_a_contract_that_runs_already_serves_a_second_placement(session: Session) -> None:
    ground, workshop, placement = waiting(session)
    contract = placements.confirm(session, placement, ground.person, ANSWER, on=ON, by=None)
    elsewhere = trade.award(session, trade.lot(session, ground.territory), ground.company)
    second = trade.proposed(session, ground.person, elsewhere, workshop, "01/06/2025")
    assert placements.confirm(session, second, ground.person, ANSWER, on=ON, by=None) is contract
    assert placements.confirm(session, second, ground.person, ANSWER, on=ON, by=None) is contract
    assert (second.state, second.from_on) == (PlacementState.confirmed, day("01/06/2025"))
    assert count(session, Contract) == 2  # that of the ground, and the one that serves both
    after = trade.proposed(session, ground.person, elsewhere, workshop, "01/09/2025")
    with pytest.raises(PlacementRefused, match="avant le début de la mise à l’emploi"):
        placements.confirm(session, after, ground.person, ANSWER, on=ON, by=None)
    other_hours = Answer(ANSWER.type, ANSWER.from_on, ANSWER.to_on, D(35))
    third = trade.proposed(session, ground.person, elsewhere, workshop, "01/07/2025")
    with pytest.raises(contracts.ContractRefused, match="déjà enregistré chez cet employeur"):
        placements.confirm(session, third, ground.person, other_hours, on=ON, by=None)


def test_a_contract_serves_a_placement_of_its_person_and_employer_only(session: Session) -> None:
    ground, _, placement = waiting(session)
    with pytest.raises(PlacementRefused, match="d’une autre personne ou d’un autre employeur"):
        placements.serve(session, ground.contract, placement, on=ON, by=None)
    assert placement.state == PlacementState.proposed
    elsewhere = trade.award(session, trade.lot(session, ground.territory), ground.company)
    direct = trade.proposed(
        session, ground.person, elsewhere, ground.company, "01/03/2025", mode=PlacementMode.embauche_directe
    )
    placements.serve(session, ground.contract, direct, on=ON, by=None)
    assert direct.state == PlacementState.confirmed


def test_a_contract_begun_before_the_lot_leaves_the_day_proposed(session: Session) -> None:
    ground, workshop = trade.market(session), trade.siae(session, SiaeKind.ACI)
    lot = trade.lot(session, ground.territory, start="01/04/2025")
    placement = trade.proposed(session, ground.person, trade.award(session, lot), workshop, "07/04/2025")
    contract = placements.confirm(session, placement, ground.person, ANSWER, on=ON, by=None)
    assert (contract.from_on, placement.from_on) == (day("01/03/2025"), day("07/04/2025"))
