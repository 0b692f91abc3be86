"""Scenario 8: cotraitants, a transfer between them, and a subcontractor."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from facilitator import ledger, markets, statements, verdicts
from facilitator.statement import Statement
from facilitator.vocabulary import GroupementForm, LedgerKind
from tests.scenarios import Scenario8, scenario_8
from tests.trade import day

D = Decimal
END = "31/08/2026"


def stood(session: Session, scene: Scenario8, on: str = END) -> Statement:
    return statements.of_lot(session, scene.lot.id, day(on))


def shares(figures: Statement, scene: Scenario8) -> list[tuple[Decimal, Decimal]]:
    """Owed and done by the mandataire, A and B."""
    by_award = {each.award_id: (each.owed, each.retained) for each in figures.awards}
    assert set(by_award) == {scene.mandataire.id, scene.a.id, scene.b.id}
    return [by_award[each.id] for each in (scene.mandataire, scene.a, scene.b)]


def test_a_transfer_moves_hours_and_changes_no_total(session: Session) -> None:
    scene = scenario_8(session)
    moved = [line.delta for line in ledger.lines(session, scene.lot.id) if line.kind == LedgerKind.transfert]
    assert sorted(moved) == [D(-100), D(100)]
    before, after = stood(session, scene, "28/02/2026"), stood(session, scene, "01/03/2026")
    assert [owed for owed, _ in shares(before, scene)] == [D(600), D(400), D(200)]
    assert [owed for owed, _ in shares(after, scene)] == [D(600), D(500), D(100)]
    assert before.owed == after.owed == D(1200)


def test_the_hours_of_a_subcontractor_stand_once_under_its_company(session: Session) -> None:
    scene = scenario_8(session)
    figures = stood(session, scene)
    assert [done for _, done in shares(figures, scene)] == [D(650), D(460), D(40)]
    assert figures.retained == D(1150)
    assert figures.rate_percent == D("95.83")
    assert figures.left == D(50)


def test_shortfalls_of_companies_add_up_to_more_than_that_of_the_lot(session: Session) -> None:
    scene = scenario_8(session)
    figures = stood(session, scene)
    assert sum(each.left for each in figures.awards) == D(100)
    assert sum(each.surplus for each in figures.awards) == D(50)
    assert figures.left == D(50)


@pytest.mark.parametrize(
    ("form", "binding"),
    [
        (GroupementForm.solidaire, False),
        (GroupementForm.solidaire, True),
        (GroupementForm.conjoint, False),
        (GroupementForm.conjoint_mandataire_solidaire, False),
    ],
)
def test_the_lot_as_a_whole_is_penalised_where_shares_only_inform(
    session: Session, form: GroupementForm, binding: bool
) -> None:
    scene = scenario_8(session, groupement_form=form, shares_binding=binding)
    figures = stood(session, scene)
    assert not figures.penalty_binding_by_award
    [line] = figures.penalties
    assert (line.award_id, line.missing, line.amount) == (scene.mandataire.id, D(50), D(3000))
    assert figures.penalty_due == D(3000)
    assert all(each.penalty_if_stopped is None for each in figures.awards)


@pytest.mark.parametrize("form", [GroupementForm.conjoint, GroupementForm.conjoint_mandataire_solidaire])
def test_each_company_answers_for_its_share_where_shares_bind(session: Session, form: GroupementForm) -> None:
    scene = scenario_8(session, groupement_form=form, shares_binding=True)
    figures = stood(session, scene)
    assert figures.penalty_binding_by_award
    amounts = {line.award_id: line.amount for line in figures.penalties}
    assert amounts == {scene.mandataire.id: D(0), scene.a.id: D(2400), scene.b.id: D(3600)}
    assert figures.penalty_due == D(6000)
    guarantors = {line.award_id: line.guarantor for line in figures.penalties}
    leader = next(each.label for each in figures.awards if each.award_id == scene.mandataire.id)
    answers = leader if form is GroupementForm.conjoint_mandataire_solidaire else None
    assert guarantors == {scene.mandataire.id: None, scene.a.id: answers, scene.b.id: answers}


def test_changing_the_form_of_the_groupement_changes_the_penalty_and_no_hour(session: Session) -> None:
    scene = scenario_8(session)
    assert stood(session, scene).penalty_due == D(3000)
    markets.amend_lot(
        session, scene.lot, by=None, groupement_form=GroupementForm.conjoint, shares_binding=True
    )
    session.commit()
    figures = stood(session, scene)
    assert (figures.penalty_due, figures.retained, figures.left) == (D(6000), D(1150), D(50))
    assert list(verdicts.drift(session)) == []


def test_nothing_is_due_before_the_lot_ends(session: Session) -> None:
    figures = stood(session, scenario_8(session), "30/08/2026")
    assert (figures.penalty_due, figures.penalty_if_stopped) == (D(0), D(3000))
