"""Placements and contracts on screen: propose, answer on somebody’s word, end, link, renew."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.contracts import Contract
from facilitator.mails import OutboxMail
from facilitator.placements import Placement
from facilitator.vocabulary import ContractType, PlacementState
from tests import trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import BUDGET, Desk, open_desk

WORD = {"on_word_of": "Mme Démo, gérante", "channel": "phone", "said_on": "02/10/2026"}
CDD = {"type": "cdd", "from_on": "01/10/2026", "to_on": "31/12/2026", "weekly_hours": "35"}


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def proposed(desk: Desk) -> Placement:
    person = trade.person(desk.session, desk.ground.territory, "01/09/2026")
    return trade.proposed(desk.session, person, desk.ground.award, trade.siae(desk.session), "01/10/2026")


def state_of(desk: Desk, placement: Placement) -> str:
    desk.session.expire_all()
    return desk.session.get_one(Placement, placement.id).state


def test_a_person_is_proposed_once_and_the_letter_waits(desk: Desk) -> None:
    siae = trade.siae(desk.session)
    person = trade.person(desk.session, desk.ground.territory, "01/09/2026")
    page = desk.get(f"/mises-a-l-emploi/nouvelle?personne={person.id}")
    values: dict[str, Any] = {
        "award": str(desk.ground.award.id),
        "employer": siae.identifier,
        "from_on": "01/10/2026",
        "job": "Peintre",
        "recipient": "contact@siae.example",
    }
    first = desk.send(page, values)
    again = desk.send(page, values)
    assert first.location == again.location
    said = text_of(desk.get(first.location)).replace("\u00a0", " ")
    assert "doit répondre, depuis aujourd’hui" in said
    letters = desk.session.scalars(select(OutboxMail)).all()
    assert [letter.recipient for letter in letters] == ["contact@siae.example"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_first_chooses_whom_to_propose(desk: Desk) -> None:
    assert desk.get("/mises-a-l-emploi/nouvelle", 302).location == "/personnes"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"from_on": ""}, "Renseignez ce champ"),
        ({"from_on": "01/02/2031"}, "ne peut pas commencer après"),
        ({"to_on": "01/09/2026"}, "précède le début"),
        ({"rome": "peintre"}, "code ROME"),
        ({"recipient": "pas une adresse"}, "adresse électronique"),
        ({"weekly_hours": "Infinity"}, "ne se lit pas"),
        ({"award": ""}, "Renseignez ce champ"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_wrong_proposal_is_kept_on_screen_and_not_written(
    desk: Desk, wrong: dict[str, str], said: str
) -> None:
    page = desk.get(f"/mises-a-l-emploi/nouvelle?personne={desk.ground.person.id}")
    values = {"award": str(desk.ground.award.id), "from_on": "05/10/2026", "job": "Peintre"} | wrong
    refused = desk.send(page, values, 422)
    assert said in text_of(refused).replace("\u00a0", " ")
    assert page_of(refused).xpath("//input[@name='job']/@value") == ["Peintre"]
    assert desk.session.scalar(select(func.count(Placement.id))) == 1


def test_a_placement_is_confirmed_on_somebody_s_word(desk: Desk) -> None:
    placement = proposed(desk)
    page = desk.get(f"/mises-a-l-emploi/{placement.id}/confirmer")
    desk.send(page, {**WORD, **CDD, "on_word_of": ""}, 422)
    answer = desk.send(page, {**WORD, **CDD})
    assert state_of(desk, placement) == PlacementState.confirmed
    said = text_of(desk.get(answer.location))
    assert "Mme Démo, gérante" in said
    assert "téléphone" in said


def test_a_placement_is_declined_then_cannot_be_confirmed(desk: Desk) -> None:
    placement = proposed(desk)
    confirming = desk.get(f"/mises-a-l-emploi/{placement.id}/confirmer")
    page = desk.get(f"/mises-a-l-emploi/{placement.id}/decliner")
    desk.send(page, {**WORD, "reason": "Chantier reporté"})
    assert state_of(desk, placement) == PlacementState.declined
    refused = desk.send(confirming, {**WORD, **CDD}, 422)
    assert "déjà déclinée" in text_of(refused)


def test_a_proposal_is_withdrawn_and_a_confirmed_placement_ends(desk: Desk) -> None:
    placement = proposed(desk)
    desk.send(desk.get(f"/mises-a-l-emploi/{placement.id}/retirer"), {"reason": "Autre piste"})
    assert state_of(desk, placement) == PlacementState.withdrawn
    at_work = desk.ground.placement
    page = desk.get(f"/mises-a-l-emploi/{at_work.id}/finir")
    desk.send(page, {"ended_on": "01/01/2024", "reason": "Fin du lot"}, 422)
    desk.send(page, {"ended_on": "31/08/2026", "reason": "Fin du lot"})
    assert "31\u00a0août\u00a02026" in text_of(desk.get(f"/mises-a-l-emploi/{at_work.id}")) or (
        "31 août 2026" in text_of(desk.get(f"/mises-a-l-emploi/{at_work.id}"))
    )


def test_an_existing_contract_confirms_another_placement(desk: Desk) -> None:
    ground = desk.ground
    second = trade.award(desk.session, trade.lot(desk.session, ground.territory), ground.company)
    placement = trade.proposed(
        desk.session,
        ground.person,
        second,
        ground.company,
        "01/03/2025",
        mode=ground.placement.mode,  # type: ignore[arg-type]
    )
    page = desk.get(f"/mises-a-l-emploi/{placement.id}/rattacher")
    desk.send(page, {"contract": str(ground.contract.id)})
    assert state_of(desk, placement) == PlacementState.confirmed
    assert "Lot d’essai" in text_of(desk.get(f"/contrats/{ground.contract.id}"))


def test_a_cdi_goes_on_from_a_cdd(desk: Desk) -> None:
    person = trade.person(desk.session, desk.ground.territory, "01/01/2025")
    work = trade.direct(desk.session, person, desk.ground.award, ContractType.cdd, "01/02/2025", "31/07/2025")
    page = desk.get(f"/mises-a-l-emploi/{work.placement.id}/contrats/nouveau")
    values = {"type": "cdi", "from_on": "01/08/2025", "to_on": "31/12/2026", "weekly_hours": "35"}
    refused = desk.send(page, values, 422)
    assert "n’a pas de date de fin" in text_of(refused)
    answer = desk.send(refused, {"to_on": "", "continues": str(work.contract.id)})
    assert "prolonge" in text_of(desk.get(answer.location))
    newest = desk.session.scalars(select(Contract).order_by(Contract.id.desc())).first()
    assert newest is not None
    assert newest.continues_id == work.contract.id


def test_a_contract_is_renewed_and_ended(desk: Desk) -> None:
    person = trade.person(desk.session, desk.ground.territory, "01/01/2025")
    contract = trade.direct(
        desk.session, person, desk.ground.award, ContractType.cdd, "01/02/2025", "31/07/2025"
    ).contract
    page = desk.get(f"/contrats/{contract.id}/renouveler")
    desk.send(page, {"signed_on": "15/07/2025", "to_on": "30/06/2025"}, 422)
    desk.send(page, {"signed_on": "15/07/2025", "to_on": "31/12/2025"})
    assert "1 renouvellement" in text_of(desk.get(f"/contrats/{contract.id}")).replace("\u00a0", " ")
    desk.send(desk.get(f"/contrats/{contract.id}/finir"), {"ended_on": "15/11/2025", "reason": "Démission"})
    assert "Démission" in text_of(desk.get(f"/contrats/{contract.id}"))


def test_the_list_keeps_its_number_of_queries_and_filters(desk: Desk) -> None:
    for _ in range(55):
        person = trade.person(desk.session, desk.ground.territory, "01/01/2026")
        trade.proposed(desk.session, person, desk.ground.award, trade.siae(desk.session), "01/10/2026")
    page = desk.get("/mises-a-l-emploi")
    desk.get(page_of(page).xpath("//a[@rel='next']/@href")[0])
    assert desk.selects() <= BUDGET
    waiting = page_of(desk.get("/mises-a-l-emploi?etat=declined"))
    assert not waiting.xpath("//table")
    desk.get(f"/lots/{desk.ground.lot.id}/mises-a-l-emploi?etat=confirmed")
    desk.get("/mises-a-l-emploi?etat=inconnu&apres=abc&avant=99999999999999")


def test_another_territory_s_placement_is_not_there(desk: Desk) -> None:
    elsewhere = trade.market(desk.session)
    desk.get(f"/mises-a-l-emploi/{elsewhere.placement.id}", 404)
    desk.get(f"/lots/{elsewhere.lot.id}/mises-a-l-emploi", 404)
    desk.get(f"/contrats/{elsewhere.contract.id}/finir", 404)


def test_a_contract_says_of_each_releve_who_must_act_and_since_when(desk: Desk) -> None:
    trade.declared(desk.session, desk.ground.contract, "01/06/2025", "30/06/2025", "120")
    desk.session.commit()
    page = desk.get(f"/contrats/{desk.ground.contract.id}")
    (cell,) = page_of(page).xpath("//td[@data-label='État']")
    assert "À valider" in cell.text_content() and "depuis" in cell.text_content()
