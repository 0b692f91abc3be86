"""The company's pages: its own share beside the lot's total, direct hires by the same form, no cotraitant's people."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from facilitator import awards, ledger
from facilitator.contracts import Contract
from facilitator.organisations import Organisation
from facilitator.placements import Placement
from facilitator.vocabulary import (
    AwardRole,
    ContractType,
    LedgerKind,
    MembershipRole,
    PlacementMode,
    PlacementState,
    SiaeKind,
)
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.trade import day

CONTRACT = {"type": "cdi", "from_on": "2025-02-03", "to_on": "", "weekly_hours": "35"}


def sign_in(client: Browser, session: Session, company: Organisation) -> None:
    builders.sign_in(client, builders.user(session, MembershipRole.company, organisation=company))


def cells(client: Browser, path: str, row: str) -> list[str]:
    """The cells of the line whose heading holds these words."""
    page = page_of(client.get(path))
    found = [each for each in page.xpath("//tbody/tr") if row in each.xpath("string(th)")]
    assert len(found) == 1, (row, len(found))
    return [" ".join(each.text_content().split()) for each in found[0].xpath("td")]


def test_a_cotraitant_reads_its_share_and_the_lot_s_total_and_no_name_of_the_others(
    client: Browser, session: Session
) -> None:
    place = trade.territory(session)
    lot = trade.lot(session, place, start="01/01/2025", end="31/12/2025")
    leader = trade.award(session, lot, role=AwardRole.mandataire)
    b = trade.award(session, lot, role=AwardRole.cotraitant)
    under = trade.award(session, lot, trade.siae(session, SiaeKind.EI), AwardRole.sous_traitant, leader)
    for award, hours in ((leader, "600"), (b, "100")):
        ledger.add_line(
            session,
            lot,
            LedgerKind.initial,
            Decimal(hours),
            effective_on=day("01/01/2025"),
            by=None,
            award=award,
        )
    for award, hours, name in ((leader, "150", "Zephyrine"), (b, "40", "Camille"), (under, "60", "Ondine")):
        person = trade.person(session, place, "01/01/2025")
        person.first_name = name
        at_work = trade.direct(session, person, award, ContractType.cdi, "01/02/2025")
        trade.validated(session, at_work.contract, "01/03/2025", "31/03/2025", hours)
    sign_in(client, session, session.get_one(Organisation, b.organisation_id))
    row = cells(client, "/entreprise/lots", "Lot d’essai")
    assert row[1:4] == ["100,00\u00a0h".replace("\u00a0", " "), "40,00 h", "60,00 h"]
    page = text_of(client.get(f"/entreprise/lots/{lot.id}"))
    assert "40,00 h sur 100" in page
    assert "700,00 h" in page
    assert "250,00 h" in page
    everywhere = page + text_of(client.get("/entreprise/mises-a-l-emploi"))
    assert "Camille" in everywhere
    assert "Zephyrine" not in everywhere
    assert "Ondine" not in everywhere
    builders.sign_in_again(
        client,
        builders.user(
            session,
            MembershipRole.company,
            organisation=session.get_one(Organisation, leader.organisation_id),
        ),
    )
    leading = text_of(client.get(f"/entreprise/lots/{lot.id}"))
    assert "210,00 h sur 600" in leading
    assert "60,00 h" in leading
    assert "Structure d’insertion d’essai" in leading


def test_lots_of_all_buyers_and_territories_stand_on_one_page_and_add_up(
    client: Browser, session: Session
) -> None:
    company = trade.company(session)
    for hours in ("300", "200", None):
        lot = trade.lot(session, trade.territory(session), hours=hours)
        trade.award(session, lot, company)
    sign_in(client, session, company)
    page = text_of(client.get("/entreprise/lots"))
    assert "500,00 h" in page
    assert "1 aux heures à définir" in page
    assert client.get("/entreprise/lots?au=2026-02-30").status_code == 422
    assert client.get("/entreprise/lots?au=2999-01-01").status_code == 422


def test_a_direct_hire_is_confirmed_by_the_same_form(client: Browser, session: Session) -> None:
    ground = trade.market(session)
    person = trade.person(session, ground.territory, "01/01/2025")
    waits = trade.proposed(
        session, person, ground.award, ground.company, "01/02/2025", mode=PlacementMode.embauche_directe
    )
    sign_in(client, session, ground.company)
    assert "à confirmer" in text_of(client.get("/entreprise/mises-a-l-emploi"))
    url = f"/entreprise/mises-a-l-emploi/{waits.id}"
    assert client.submit(client.get(url), CONTRACT | {"to_on": "2025-12-31"}).status_code == 422
    done = client.submit(client.get(url), CONTRACT, follow_redirects=True)
    assert "Et maintenant" in text_of(done)
    session.expire_all()
    assert session.get_one(Placement, waits.id).state == PlacementState.confirmed
    assert session.query(Contract).filter_by(person_id=person.id).one().type == ContractType.cdi


def test_a_host_reads_but_does_not_answer_for_the_employer(client: Browser, session: Session) -> None:
    ground = trade.market(session)
    person = trade.person(session, ground.territory, "01/01/2025")
    siae = trade.siae(session)
    waits = trade.proposed(session, person, ground.award, siae, "01/02/2025")
    sign_in(client, session, ground.company)
    url = f"/entreprise/mises-a-l-emploi/{waits.id}"
    page = client.get(url)
    assert "C’est l’employeur" in text_of(page)
    assert "Confirmer la mise à l’emploi" not in text_of(page)
    refused = client.post(
        url, data=CONTRACT | {"type": "ctt", "to_on": "2025-12-31", "csrf_token": builders.token_in(page)}
    )
    assert refused.status_code == 422
    assert "sans l’employer" in text_of(refused)
    session.expire_all()
    assert session.get_one(Placement, waits.id).state == PlacementState.proposed


@pytest.mark.parametrize("path", ["/entreprise/lots", "/entreprise/mises-a-l-emploi"])
def test_lists_cost_the_same_however_long(client: Browser, session: Session, path: str) -> None:
    ground = trade.market(session)
    sign_in(client, session, ground.company)
    client.get(path)
    assert client.watch is not None
    before = client.watch.selects
    for _ in range(5):
        lot = trade.lot(session, ground.territory, hours="100")
        award = awards.award(session, lot, ground.company, AwardRole.titulaire, by=None)
        person = trade.person(session, ground.territory, "01/01/2025")
        hired = trade.direct(session, person, award, ContractType.cdi, "01/02/2025")
        trade.month(session, hired.contract, "03/2025", "100")
    client.get(path)
    assert client.watch.selects == before
