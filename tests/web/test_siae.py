"""The SIAE's pages: what to confirm first, one answer one effect, its contracts and hours, and nobody else's."""

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import validations
from facilitator.contracts import Contract
from facilitator.journal import AccessLogEntry
from facilitator.mails import OutboxMail
from facilitator.organisations import Organisation
from facilitator.placements import Placement
from facilitator.vocabulary import ContractType, MembershipRole, PlacementState
from tests import builders, trade
from tests.forms_in_pages import Browser, form_in, text_of
from tests.trade import Ground, day
from tests.web.desk import BUDGET

LIST = "/siae/mises-a-l-emploi"
CONTRACT = {"type": "ctt", "from_on": "2026-02-02", "to_on": "2026-06-30", "weekly_hours": "35"}


@dataclass(frozen=True)
class Siae:
    """A SIAE signed in, with one proposal to answer."""

    client: Browser
    session: Session
    ground: Ground
    employer: Organisation
    placement: Placement

    @property
    def url(self) -> str:
        return f"{LIST}/{self.placement.id}"

    def state(self) -> str:
        self.session.expire_all()
        return self.session.get_one(Placement, self.placement.id).state


@pytest.fixture
def siae(client: Browser, session: Session) -> Siae:
    ground = trade.market(session)
    ground.territory.email = "clauses@demo.example"
    employer = trade.siae(session)
    person = trade.person(session, ground.territory, "01/01/2026")
    placement = trade.proposed(session, person, ground.award, employer, "01/02/2026")
    builders.sign_in(client, builders.user(session, MembershipRole.siae, organisation=employer))
    return Siae(client, session, ground, employer, placement)


def test_it_confirms_with_four_fields_and_reads_what_comes_next(siae: Siae) -> None:
    assert "à confirmer" in text_of(siae.client.get(LIST))
    page = siae.client.get(siae.url)
    shown = [name for name in form_in(page, ["type"]).fields if not name.startswith(("csrf", "subm"))]
    assert sorted(shown) == ["from_on", "to_on", "type", "weekly_hours"]
    done = siae.client.submit(page, CONTRACT, follow_redirects=True)
    assert done.status_code == 200
    assert "Et maintenant" in text_of(done)
    assert "clauses@demo.example" in text_of(done)
    assert siae.state() == PlacementState.confirmed
    assert siae.session.scalar(select(func.count()).select_from(OutboxMail)) == 1


def test_the_same_answer_twice_is_one_and_a_contrary_one_is_refused(siae: Siae) -> None:
    page = siae.client.get(siae.url)
    first = siae.client.submit(page, CONTRACT)
    assert first.status_code == 303
    assert siae.client.submit(page, CONTRACT).location == first.location
    other_tab = (
        dict(form_in(page, ["type"]).form_values()) | CONTRACT | {"submission": "another-key-of-a-tab"}
    )
    assert siae.client.post(siae.url, data=other_tab).status_code == 303
    contrary = siae.client.post(
        siae.url, data=other_tab | {"weekly_hours": "20", "submission": "third-key-of-a-tab"}
    )
    assert contrary.status_code == 409
    assert "déjà confirmée" in text_of(contrary)
    declining = dict(form_in(page, ["refus-reason"]).form_values()) | {"refus-reason": "Finalement non"}
    assert siae.client.post(f"{siae.url}/decliner", data=declining).status_code == 409
    signed = select(func.count()).where(Contract.employer_id == siae.employer.id)
    assert siae.session.scalar(signed) == 1
    assert siae.session.scalar(select(func.count()).select_from(OutboxMail)) == 1


def test_it_declines_and_says_why(siae: Siae) -> None:
    done = siae.client.submit(
        siae.client.get(siae.url), {"refus-reason": "Aucun candidat"}, follow_redirects=True
    )
    assert "Aucun candidat" in text_of(done)
    assert siae.state() == PlacementState.declined


def test_a_wrong_contract_says_so_and_keeps_what_was_typed(siae: Siae) -> None:
    page = siae.client.get(siae.url)
    for wrong, said in (
        ({"type": ""}, "Renseignez ce champ"),
        ({"to_on": ""}, "date de fin"),
        ({"from_on": "2026-02-30"}, "n’existe pas"),
        ({"weekly_hours": "Infinity"}, "ne se lit pas"),
        ({"weekly_hours": "-3"}, "négatif"),
        ({"to_on": "2026-01-01"}, "précède"),
    ):
        refused = siae.client.submit(page, CONTRACT | wrong)
        assert refused.status_code == 422, wrong
        assert said in text_of(refused), wrong
    assert siae.state() == PlacementState.proposed


def test_another_siae_sees_nothing_of_it(siae: Siae) -> None:
    stranger = trade.siae(siae.session)
    builders.sign_in_again(
        siae.client, builders.user(siae.session, MembershipRole.siae, organisation=stranger)
    )
    assert siae.client.get(siae.url).status_code == 404
    for path in (LIST, "/siae/contrats", "/siae/heures"):
        assert "Camille" not in text_of(siae.client.get(path))


def test_hours_tell_why_they_were_refused_and_what_would_mend_them(siae: Siae) -> None:
    session, ground = siae.session, siae.ground
    person = trade.person(session, ground.territory, "10/02/2026")
    at_work = trade.work(
        session, person, ground.award, siae.employer, ContractType.cddi, "01/02/2026", "31/07/2026"
    )
    trade.validated(session, at_work.contract, "01/02/2026", "09/02/2026", "30")
    sheet = trade.declared(session, at_work.contract, "01/03/2026", "31/03/2026", "100")
    validations.refuse(session, sheet, "Contrat commencé le 12", on=day("02/04/2026"), by=None)
    text = text_of(siae.client.get("/siae/heures"))
    assert "Contrat commencé le 12" in text
    assert "clauses@demo.example" in text
    assert "avant la validité de l’éligibilité" in text
    assert "Ces jours précèdent l’éligibilité" in text
    assert "Contrat commencé" not in text_of(siae.client.get("/siae/heures?etat=validated"))
    assert "CDD d’insertion" in text_of(siae.client.get("/siae/contrats"))


@pytest.mark.parametrize("path", [LIST, "/siae/contrats", "/siae/heures"])
def test_lists_cost_the_same_however_long(siae: Siae, path: str) -> None:
    watch = siae.client.watch
    assert watch is not None
    siae.client.get(path)
    before = watch.selects
    for _ in range(6):
        person = trade.person(siae.session, siae.ground.territory, "01/01/2026")
        at_work = trade.work(
            siae.session,
            person,
            siae.ground.award,
            siae.employer,
            ContractType.cddi,
            "01/02/2026",
            "31/07/2026",
        )
        trade.month(siae.session, at_work.contract, "02/2026", "100")
    page = siae.client.get(path)
    assert text_of(page).count("Camille") >= 6
    assert watch.selects <= min(before + 1, BUDGET)


def test_looking_at_a_person_leaves_its_line(siae: Siae) -> None:
    siae.client.get(siae.url)
    read = select(func.count()).where(AccessLogEntry.verb == "read", AccessLogEntry.thing == "person")
    assert siae.session.scalar(read) == 1
