"""Scenario 5: a CDD turned CDI, still employed when the lot ends."""

from decimal import Decimal

from sqlalchemy.orm import Session

from facilitator import bilan_people, followups, journeys, statements, territories, verdicts
from facilitator.bilan import Contracts
from facilitator.hours import Share, Timesheet
from facilitator.markets import Market
from facilitator.paths import MilestoneState
from facilitator.vocabulary import PlacementMode, Reason, Situation, SurveyGroup
from tests import trade
from tests.scenarios import Scenario5, scenario_5
from tests.trade import day

D = Decimal
END_OF_2025 = day("31/12/2025")


def contracts_of(session: Session, scene: Scenario5) -> Contracts:
    buyer = session.get_one(Market, scene.lot.market_id).buyer_id
    lines = {scene.lot.id: scene.lot.id}
    served = bilan_people.served(session, buyer, END_OF_2025, lines, lambda territory: True)
    return bilan_people.counted(served[scene.lot.id])


def dues(session: Session, scene: Scenario5, on: str) -> list[followups.Due]:
    return followups.derived(session, journeys.of_person(session, scene.person.id), day(on))


def employed_elsewhere_too(session: Session, scene: Scenario5) -> None:
    """From 02/03/2026 the same CDI works on another clause lot."""
    other = trade.lot(session, scene.territory, start="01/01/2026", end="31/12/2027", hours="3000")
    on_award = trade.award(session, other, scene.company)
    trade.serves(
        session,
        scene.person,
        on_award,
        scene.open_ended,
        "02/03/2026",
        mode=PlacementMode.embauche_directe,
    )
    session.commit()


def test_all_hours_count_on_both_contracts(session: Session) -> None:
    scene = scenario_5(session)
    stood = statements.of_lot(session, scene.lot.id, END_OF_2025)
    by_contract = [
        sum(
            share.retained
            for share in session.query(Share)
            .join(Timesheet, Timesheet.id == Share.timesheet_id)
            .filter(Timesheet.contract_id == contract.id)
        )
        for contract in (scene.fixed_term, scene.open_ended)
    ]
    assert by_contract == [D(840), D(714)]
    assert stood.declared == stood.retained == D(1554)
    assert [round(each * 100 / stood.retained, 2) for each in by_contract] == [D("54.05"), D("45.95")]
    rules = territories.rules_of(session, scene.territory.id).on(END_OF_2025)
    assert round(stood.retained / rules.etp_hours, 2) == D("0.97")


def test_contracts_are_counted_once_each_with_the_renewal_and_the_transformation_beside(
    session: Session,
) -> None:
    counted = contracts_of(session, scenario_5(session))
    assert counted.total == 2
    assert (counted.by_group[SurveyGroup.cdd], counted.by_group[SurveyGroup.cdi]) == (1, 1)
    assert (counted.renewals, counted.transformations) == (1, 1)


def test_one_person_is_on_one_path(session: Session) -> None:
    scene = scenario_5(session)
    found = journeys.of_territory(session, scene.territory.id)
    assert [each.person_id for each in found] == [scene.person.id]


def test_the_end_of_the_cdd_opens_no_follow_up(session: Session) -> None:
    scene = scenario_5(session)
    assert {due.exit_on for due in dues(session, scene, "01/12/2025")} == {END_OF_2025}
    assert {due.state for due in dues(session, scene, "01/12/2025")} == {MilestoneState.under_way}


def test_the_placement_ends_with_the_lot_though_the_cdi_goes_on(session: Session) -> None:
    scene = scenario_5(session)
    assert scene.open_ended.last_on is None
    assert journeys.stays(session, [scene.placement.id])[scene.placement.id].days.to_on == END_OF_2025
    found = dues(session, scene, "01/07/2026")
    assert [(due.milestone.months, due.milestone.reference_on) for due in found] == [
        (6, day("30/06/2026")),
        (12, day("31/12/2026")),
    ]
    assert [due.state for due in found] == [MilestoneState.due, MilestoneState.not_reached]


def test_the_situation_at_six_months_is_known_without_a_call(session: Session) -> None:
    scene = scenario_5(session)
    at_six_months = dues(session, scene, "01/07/2026")[0]
    offered = followups.proposal(session, at_six_months)
    assert offered is not None
    assert offered.situation is Situation.cdi
    assert offered.same_employer
    assert offered.since_on == day("12/07/2025")
    assert offered.sentence == "CDI, même employeur, depuis le 12/07/2025"


def test_a_second_clause_lot_within_three_months_withdraws_both_follow_ups(session: Session) -> None:
    scene = scenario_5(session)
    employed_elsewhere_too(session, scene)
    [journey] = journeys.of_person(session, scene.person.id)
    assert len(journey.stays) == 2
    assert END_OF_2025 not in {due.exit_on for due in dues(session, scene, "01/07/2026")}
    assert {due.state for due in dues(session, scene, "01/07/2026")} == {MilestoneState.under_way}
    assert journey.path.to_on == day("09/01/2027")


def test_on_the_second_lot_hours_count_until_the_window_ends(session: Session) -> None:
    scene = scenario_5(session)
    employed_elsewhere_too(session, scene)
    [_, stay] = journeys.of_person(session, scene.person.id)[0].stays
    part = [trade.Part(stay.placement_id, D(10))]
    trade.validated(session, scene.open_ended, "01/01/2027", "09/01/2027", "10", parts=part)
    trade.validated(session, scene.open_ended, "10/01/2027", "31/01/2027", "10", parts=part)
    session.commit()
    stood = statements.of_lot(session, stay.lot_id, day("31/01/2027"))
    assert stood.retained == D(10)
    assert stood.unretained_by_reason == ((Reason.after_window, D(10)),)
    assert list(verdicts.drift(session)) == []
