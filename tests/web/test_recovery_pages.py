"""The plan of a late lot on screen: opened by the facilitator, read by the company that answers for it."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.recovery_plans import RecoveryPlan, RecoveryStep
from facilitator.vocabulary import AwardRole, MembershipRole, SiaeKind
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import Desk, open_desk

TYPED = {
    "cause": "Démarrage décalé de deux mois",
    "what": "Accueillir deux peintres",
    "who": "Le conducteur de travaux",
    "due_on": "2026-12-15",
}


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def press(desk: Desk, path: str, ending: str) -> None:
    """Send the one form of a page whose address ends so."""
    page = desk.get(path)
    [action] = [
        form.get("action") for form in page_of(page).forms if str(form.get("action")).endswith(ending)
    ]
    desk.send(page, {}, form=action)


def test_a_plan_is_opened_followed_and_closed_on_screen(desk: Desk) -> None:
    lot = desk.ground.lot
    assert "Convenir d’un plan de rattrapage" in text_of(desk.get(f"/lots/{lot.id}"))
    path = f"/lots/{lot.id}/rattrapage"
    desk.send(desk.get(f"{path}/nouveau"), TYPED)
    said = text_of(desk.get(path))
    assert "Accueillir deux peintres" in said and "à venir" in said

    press(desk, path, "/etape-faite")
    assert "faite le 23 novembre 2026" in text_of(desk.get(path)).replace("\u00a0", " ")
    press(desk, path, "/terminer")
    assert "Plan du 23 novembre 2026 au 23 novembre 2026" in text_of(desk.get(path)).replace("\u00a0", " ")


def test_a_step_before_today_keeps_what_was_typed_and_writes_nothing(desk: Desk) -> None:
    page = desk.get(f"/lots/{desk.ground.lot.id}/rattrapage/nouveau")
    answer = desk.send(page, TYPED | {"due_on": "2026-11-01"}, status=422)
    assert "Corrigez son échéance" in text_of(answer) and "Le conducteur de travaux" in answer.text
    assert desk.session.scalar(select(func.count(RecoveryPlan.id))) == 0
    assert desk.session.scalar(select(func.count(RecoveryStep.id))) == 0


def test_a_step_of_another_plan_is_refused(desk: Desk, session: Session) -> None:
    for lot_id in (desk.ground.lot.id, trade.lot(session, desk.ground.territory, hours="10").id):
        desk.send(desk.get(f"/lots/{lot_id}/rattrapage/nouveau"), TYPED)
    first, second = session.scalars(select(RecoveryPlan).order_by(RecoveryPlan.id))
    step = session.scalars(select(RecoveryStep).where(RecoveryStep.plan_id == second.id)).one()
    page = desk.get(f"/lots/{first.lot_id}/rattrapage")
    action = f"/rattrapages/{first.id}/etape-faite"
    for chosen in (step.id, 10**12, -1):
        desk.send(page, {"etape": chosen}, status=422, form=action)
    session.expire_all()
    assert session.get_one(RecoveryStep, step.id).done_on is None


def test_a_company_sees_its_subcontractors_and_who_has_said_nothing(
    client: Browser, session: Session
) -> None:
    ground = trade.market(session)
    silent = trade.award(
        session, ground.lot, trade.siae(session, SiaeKind.EI), AwardRole.sous_traitant, ground.award
    )
    speaking = trade.award(
        session, ground.lot, trade.siae(session, SiaeKind.ACI), AwardRole.sous_traitant, silent
    )
    other = trade.person(session, ground.territory, "01/01/2026")
    hired = trade.direct(session, other, speaking, trade.ContractType.cdd, "01/10/2026", "31/12/2026")
    trade.declared(session, hired.contract, "01/10/2026", "31/10/2026", "100")
    user = builders.user(session, MembershipRole.company, organisation=ground.company)
    builders.sign_in(client, user)

    said = text_of(client.get("/entreprise/lots")).replace("\u00a0", " ")

    assert "1 sous-traitant n’a rien déclaré pour octobre 2026, sur 2." in said
    assert "votre sous-traitant rien en octobre 2026" in said.replace("◌", "").replace("▲", "").replace(
        "  ", " "
    )
    assert "sous-traitant de rang 2" in said and "octobre 2026 déclaré" in said


def test_the_titulaire_reads_the_plan_agreed_and_a_cotraitant_does_not(
    client: Browser, session: Session
) -> None:
    desk = open_desk(client, session)
    desk.send(desk.get(f"/lots/{desk.ground.lot.id}/rattrapage/nouveau"), TYPED)
    other = trade.siae(session, SiaeKind.EI)
    trade.award(session, desk.ground.lot, other, AwardRole.sous_traitant, desk.ground.award)
    told = {}
    for organisation in (desk.ground.company, other):
        user = builders.user(session, MembershipRole.company, organisation=organisation)
        assert (
            client.post(
                "/deconnexion", data={"csrf_token": builders.token_in(client.get("/compte"))}
            ).status_code
            == 303
        )
        builders.sign_in(client, user)
        told[organisation.id] = (
            "Accueillir deux peintres" in client.get(f"/entreprise/lots/{desk.ground.lot.id}").text
        )
    assert told == {desk.ground.company.id: True, other.id: False}
