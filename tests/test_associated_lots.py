"""A market that two territories follow: the pilot’s lot counts what everybody worked, wherever it is settled."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from facilitator import (
    attestations,
    bilans,
    compliance,
    declarations,
    frozen_bilans,
    lot_alerts,
    penalty_constats,
    statements,
    validations,
)
from facilitator.attestations import Attestation, AttestationRefused
from facilitator.contracts import Contract
from facilitator.journal import now
from facilitator.lot_alerts import NextAction
from facilitator.markets import Lot, Market
from facilitator.penalty_files import PenaltyRefused
from facilitator.settling import Settled, Step
from facilitator.vocabulary import BilanKind, ContractType, GroupementForm
from tests import trade
from tests.scenarios import scenario_8
from tests.trade import day

D = Decimal
TODAY = day("23/11/2026")


def followed_by_two(session: Session, hours: str = "120") -> tuple[Lot, Lot, Contract]:
    """100 h owed to the pilot until 31 October; the associated territory’s person worked them."""
    place = trade.territory(session)
    lot = trade.lot(session, place, start="01/01/2026", end="31/10/2026", hours="100", penalty_rate=D(35))
    trade.award(session, lot)
    other = trade.followed_elsewhere(session, lot)
    someone = trade.person(session, session.get_one(trade.Territory, other.territory_id), "01/01/2026")
    hired = trade.direct(
        session, someone, trade.award(session, other), ContractType.cdi, "01/02/2026"
    ).contract
    trade.month(session, hired, "03/2026", hours)
    session.commit()
    return lot, other, hired


def issue(session: Session, lot: Lot) -> Attestation:
    issued = attestations.issue(
        session, lot, None, closed_on=TODAY, on=TODAY, at=now(), by=None, base_url="https://guichet.example"
    )
    session.commit()
    return issued


def actions(session: Session, lot: Lot) -> list[NextAction]:
    at = statements.of_lot(session, lot.id, TODAY)
    return [each.action for each in lot_alerts.of_lot(session, lot.id, at, TODAY)]


def test_statement_alert_constat_attestation_and_bilan_count_what_the_associated_territory_worked(
    session: Session,
) -> None:
    lot, other, _ = followed_by_two(session)
    assert statements.of_lot(session, lot.id, TODAY).retained == D(120)
    assert actions(session, lot) == [NextAction.attest]
    assert actions(session, other) == []  # what is owed is the pilot’s
    with pytest.raises(PenaltyRefused):
        penalty_constats.state(session, lot, None, figures_on=TODAY, on=TODAY, by=None)
    session.rollback()
    frozen = frozen_bilans.freeze(
        session, frozen_bilans.of_lot(session, lot), BilanKind.final, on=TODAY, sent_to="Service des marchés",
        made_on=TODAY, at=now(), by=None,
    )  # fmt: skip
    buyer = session.get_one(Market, lot.market_id).buyer_id
    assert frozen.retained == bilans.situation(session, buyer, TODAY).statement.retained == D(120)
    issued = issue(session, lot)
    assert (issued.owed, issued.retained) == (D(100), D(120))
    assert sum(D(each["hours"]) for each in issued.lines) == D(120)
    assert actions(session, lot) == []


def test_an_associated_territory_leaves_the_attestation_to_the_pilot(session: Session) -> None:
    _, other, _ = followed_by_two(session)
    with pytest.raises(AttestationRefused, match="Territoire d’essai pilote ce marché"):
        issue(session, other)


def test_a_correction_in_the_associated_territory_undoes_the_pilot_s_attestation(session: Session) -> None:
    lot, _, contract = followed_by_two(session)
    issued = issue(session, lot)
    sheet = trade.month(session, contract, "04/2026", "1")
    session.commit()
    assert issued.live
    old = session.get_one(type(sheet), sheet.id - 1)
    fixed = declarations.correct(
        session, contract, old, "Feuille relue", from_on=old.from_on, to_on=old.to_on, worked=D(50), on=TODAY, by=None
    )  # fmt: skip
    validations.validate(session, fixed.timesheet, on=TODAY, by=None)
    session.commit()
    assert not issued.live


def test_where_shares_bind_one_company_s_surplus_never_hides_what_another_owes(session: Session) -> None:
    scene = scenario_8(session, groupement_form=GroupementForm.conjoint, shares_binding=True)
    session.commit()
    facts, rules = statements.facts_of_lot(session, scene.lot.id, TODAY)
    at = compliance.statement(facts, TODAY, rules)
    assert at.penalty_binding_by_award and at.penalty_due
    owing = {line.award_id for line in at.penalties if line.amount}
    met = {each.award_id for each in at.awards if each.owed and not each.left}
    assert Settled().next(at) is Step.state_penalty
    assert Settled(penalties=frozenset(owing)).next(at) is (Step.attest if met else None)
    assert Settled(penalties=frozenset(owing), attested=frozenset(met)).next(at) is None
