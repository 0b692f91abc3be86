"""The chain counted in SQL is the one that pandas counts from the lines, for every choice; each figure has its list."""

from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import contracts, followup_chains, followups, journeys, organisations
from facilitator.followup_chains import Choice
from facilitator.followups import Attempt
from facilitator.outcomes import Answer, ChainStep, steps_passed
from facilitator.people import EligibilityCriterion, Person
from facilitator.vocabulary import (
    Channel,
    Criterion,
    FollowUpOutcome,
    OrganisationRoleName,
    OutOfScope,
    Situation,
)
from tests import trade
from tests.trade import day

ON = day("15/02/2026")
ANSWERS = (
    (FollowUpOutcome.answered, Situation.cdi),
    (FollowUpOutcome.answered, Situation.recherche),
    (FollowUpOutcome.unreachable, None),
    (FollowUpOutcome.refused, None),
    (FollowUpOutcome.out_of_scope, None),
    (FollowUpOutcome.not_asked, None),
    None,
    (FollowUpOutcome.answered, Situation.formation_qualifiante),
)
EXITS = ("30/06/2024", "31/12/2024", "31/07/2025", "10/12/2025", "30/06/2026")

BESIDE = {Criterion.rsa: Criterion.deld, Criterion.deld: Criterion.rsa}


def _fill(session: Session) -> pd.DataFrame:
    """Two territories, four markets, five dates of exit, every outcome: one line a path, as it was made."""
    lines: list[dict[Any, Any]] = []
    referrer = trade.organisation(session, "Mission locale d’essai")
    organisations.add_role(session, referrer, OrganisationRoleName.referrer)
    for place in (trade.territory(session), trade.territory(session)):
        for number in range(2):
            buyer = trade.buyer(session)
            lot = trade.lot(session, place, start="01/01/2023", end="31/12/2026", by_buyer=buyer)
            on_award = trade.award(session, lot)
            for index in range(len(ANSWERS)):
                exit_on = day(EXITS[(index + number) % len(EXITS)])
                criterion = (Criterion.rsa, Criterion.deld)[index % 2]
                person = trade.person(session, place)
                person.referrer_id = referrer.id if index % 3 == 0 else None
                fiche = trade.fiche(session, person, "01/03/2024", criterion=criterion)
                beside = EligibilityCriterion(
                    eligibility_id=fiche.id, criterion=BESIDE[criterion], determining=False
                )
                session.add(beside)
                trade.direct(
                    session, person, on_award, trade.ContractType.cdd, "01/03/2024", f"{exit_on:%d/%m/%Y}"
                )
                lines.append(
                    {
                        "territory": place.id, "buyer": buyer.id, "market": lot.market_id,
                        "employer": on_award.organisation_id, "referrer": person.referrer_id, "person": person.id,
                        "criterion": criterion, "exit": exit_on, 6: ANSWERS[index], 12: ANSWERS[index - 1],
                    }
                )  # fmt: skip
    session.commit()
    for line in lines:
        _answer(session, line)
    session.commit()
    return pd.DataFrame(lines)


def _answer(session: Session, line: dict[Any, Any]) -> None:
    for due in followups.derived(session, journeys.of_person(session, line["person"]), ON):
        known = line[due.milestone.months]
        if known and due.state == followups.MilestoneState.due:
            outcome, situation = known
            answer = Answer(situation) if situation else None
            why = OutOfScope.deces if outcome is FollowUpOutcome.out_of_scope else None
            attempt = Attempt(outcome, Channel.phone, None, answer, why=why)
            followups.record(session, due, attempt, on=ON, by=None)


def _by_pandas(lines: pd.DataFrame, months: int) -> dict[str, int]:
    """The chain by another road: dates moved by pandas, outcomes counted by columns."""
    ends = pd.to_datetime(lines["exit"])
    left = lines[ends <= pd.Timestamp(ON)]
    ends = pd.to_datetime(left["exit"])
    due = ends + pd.DateOffset(months=months)
    firm = ends + pd.DateOffset(days=1) + pd.DateOffset(months=3)
    reached = left[(due <= pd.Timestamp(ON)) & (firm <= pd.Timestamp(ON))]
    outcome = reached[months].map(lambda each: str(each[0]) if each else "")
    situation = reached[months].map(lambda each: str(each[1]) if each and each[1] else "")
    return {
        "left": len(left),
        "reached": len(reached),
        "in_scope": int((outcome != "out_of_scope").sum()),
        "asked": int((~outcome.isin(["", "not_asked", "out_of_scope"])).sum()),
        "answered": int((outcome == "answered").sum()),
        "in_work": int(situation.isin(["cdi", "formation_qualifiante"]).sum()),
        "people": left["person"].nunique(),
    }


def test_the_chain_of_every_choice_is_the_one_of_its_lines(session: Session) -> None:
    lines = _fill(session)
    one = lines.iloc[0]
    years = pd.to_datetime(lines["exit"]).dt.year
    choices = {
        Choice(): lines.index == lines.index,
        Choice(territory_ids=(int(one.territory),)): lines.territory == one.territory,
        Choice(market_id=int(one.market)): lines.market == one.market,
        Choice(buyer_id=int(one.buyer)): lines.buyer == one.buyer,
        Choice(employer_id=int(one.employer)): lines.employer == one.employer,
        Choice(referrer_id=int(one.referrer)): lines.referrer == one.referrer,
        Choice(public="RSA"): lines.criterion == Criterion.rsa,
        Choice(public="inconnu"): lines.index < 0,
        Choice(left_in=2024): years == 2024,
        Choice(left_in=2025, territory_ids=(int(one.territory),)): (years == 2025)
        & (lines.territory == one.territory),
        Choice(market_id=int(one.market), buyer_id=int(one.buyer) + 1): lines.index < 0,
    }
    seen = set()
    for choice, kept in choices.items():
        found = followup_chains.chains(session, choice, ON)
        for months in (6, 12):
            expected = _by_pandas(lines[kept], months)
            assert {name: getattr(found[months], name) for name in expected} == expected, (choice, months)
            seen.add(tuple(expected.values()))
            for step in ChainStep:
                rows = session.execute(followup_chains.lines(session, choice, months, step, ON)).all()
                assert len(rows) == expected[step.value], (choice, months, step)
    assert len(seen) > 10  # the choices do not all count the same
    of_2025 = followup_chains.chains(session, Choice(asked_about=2025), ON)
    assert of_2025[6].reached == int(((years == 2024) & (pd.to_datetime(lines["exit"]).dt.month == 12)).sum())
    assert of_2025[12].reached == int((years == 2024).sum())
    _is_offered(session, lines)
    _is_told(session, lines)


def _is_offered(session: Session, lines: pd.DataFrame) -> None:
    here = lines[lines.territory == lines.iloc[0].territory]
    offered = followup_chains.choices(session, Choice(territory_ids=(int(lines.iloc[0].territory),)))
    assert {id_ for id_, _ in offered.markets} == set(here.market)
    assert {id_ for id_, _ in offered.buyers} == set(here.buyer)
    assert {id_ for id_, _ in offered.employers} == set(here.employer)
    assert offered.years == [2026, 2025, 2024]


def _is_told(session: Session, lines: pd.DataFrame) -> None:
    rows = session.execute(followup_chains.lines(session, Choice(), 6, ChainStep.left, ON)).all()
    said = {each.person_id: each for each in map(followup_chains.as_line, rows)}
    assert len(said) == int((pd.to_datetime(lines["exit"]) <= pd.Timestamp(ON)).sum())
    names = {row.id: row.name for row in session.scalars(select(Person))}
    assert all(each.name == names[id_] for id_, each in said.items())
    assert {each.result for each in said.values()} >= {
        "CDI", "En recherche d’emploi", "Injoignable", "Hors champ", "Échéance à venir", "Pas encore sollicité",
    }  # fmt: skip


def test_a_milestone_inside_a_provisional_exit_is_not_reached(session: Session) -> None:
    ground = trade.market(session, path_gap_months="12")
    contracts.end(session, ground.contract, day("30/06/2025"), "Fin de mission", by=None)
    session.commit()
    for on, reached in (("30/06/2026", 0), ("01/07/2026", 1)):
        assert followup_chains.chains(session, Choice(), day(on))[6].reached == reached


@pytest.mark.parametrize(
    ("reached", "outcome", "situation", "passed"),
    [
        (False, None, None, 1),
        (False, FollowUpOutcome.answered, Situation.cdi, 1),
        (True, FollowUpOutcome.out_of_scope, None, 2),
        (True, None, None, 3),
        (True, FollowUpOutcome.not_asked, None, 3),
        (True, FollowUpOutcome.refused, None, 4),
        (True, FollowUpOutcome.answered, Situation.recherche, 5),
        (True, FollowUpOutcome.answered, Situation.contrat_iae, 6),
    ],
)
def test_who_passes_a_step_has_passed_those_before(
    reached: bool, outcome: FollowUpOutcome | None, situation: Situation | None, passed: int
) -> None:
    assert steps_passed(reached, outcome, situation) == tuple(ChainStep)[:passed]
