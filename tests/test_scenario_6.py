"""Scenario 6: an ETTI, two sites, one month."""

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import bilan_people, journal, lines_to_confirm, second_answers, statements, verdicts
from facilitator.bilan import Contracts
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.markets import Market
from facilitator.vocabulary import Reason, Standing, TimesheetState
from tests.scenarios import Scenario6, declared_again, scenario_6
from tests.trade import day

D = Decimal
LATER = day("31/05/2026")


def declared_by(session: Session, scene: Scenario6, person: int, lot: int) -> Decimal:
    """What stands declared for one person on one lot, replaced lines apart."""
    found = session.scalar(
        select(func.coalesce(func.sum(Share.hours), 0)).where(
            Share.person_id == scene.people[person - 1].id,
            Share.lot_id == lot,
            Share.standing != Standing.outside,
        )
    )
    return D(found or 0)


def people_with_hours(session: Session, *lots: int) -> int:
    query = select(func.count(func.distinct(Share.person_id))).where(
        Share.lot_id.in_(lots), Share.standing == Standing.counted, Share.hours > 0
    )
    return session.scalar(query) or 0


def test_a_person_above_the_warning_is_written_and_said(session: Session) -> None:
    scene = scenario_6(session)
    assert declared_by(session, scene, 2, scene.x.id) == D(120)
    assert declared_by(session, scene, 2, scene.y.id) == D(110)
    [warning] = scene.warnings
    assert warning.startswith(
        "Cette personne totalise 230,00\u00a0h en avril\u00a02026, tous contrats réunis"
    )
    assert "220,00\u00a0h" in warning


def test_a_line_that_passes_the_ceiling_is_refused_and_the_other_stays(session: Session) -> None:
    scene = scenario_6(session)
    assert declared_by(session, scene, 3, scene.x.id) == D(160)
    assert declared_by(session, scene, 3, scene.y.id) == 0
    assert "totaliserait 305,00\u00a0h" in scene.refusal
    assert "plafond est de 300,00\u00a0h" in scene.refusal


def test_hours_before_eligibility_are_told_apart(session: Session) -> None:
    scene = scenario_6(session)
    figures = session.execute(
        select(func.sum(Share.hours), func.sum(Share.retained), func.sum(Share.unretained)).where(
            Share.person_id == scene.people[3].id
        )
    ).one()
    assert tuple(figures) == (D(98), D(63), D(35))
    assert session.scalars(
        select(Share.reason).where(Share.person_id == scene.people[3].id, Share.unretained > 0)
    ).all() == [Reason.before_eligibility]


def test_what_the_user_company_contests_is_declared_again_and_stays_in_the_journal(
    session: Session,
) -> None:
    scene = scenario_6(session)
    before = declared_by(session, scene, 1, scene.y.id)
    again = declared_again(session, scene)
    after = declared_by(session, scene, 1, scene.y.id)
    assert (before, after, before - after) == (D(63), D(56), D("7.00"))
    assert scene.sent_back.state == TimesheetState.replaced
    assert again.replaces_id == scene.sent_back.id
    verbs = session.scalars(
        select(journal.JournalEntry.verb)
        .where(
            journal.JournalEntry.thing == "timesheet",
            journal.JournalEntry.thing_id.in_((scene.sent_back.id, again.id)),
        )
        .order_by(journal.JournalEntry.id)
    ).all()
    assert verbs == ["declare", "contest_hours", "refuse", "correct", "validate"]


def test_both_figures_stand_side_by_side_and_the_answer_goes_with_its_line(session: Session) -> None:
    scene = scenario_6(session)
    y = select(Share.id).where(Share.person_id == scene.people[0].id, Share.lot_id == scene.y.id)
    said = second_answers.of_shares(session, session.scalars(y).all())
    assert sum(each.declared for each in said.values()) == D(63)
    assert sum(each.hours for each in said.values()) == D(56)
    [contested] = [each for each in said.values() if each.contested]
    assert (contested.declared, contested.hours, contested.difference) == (D(28), D(21), D("7.00"))
    assert (contested.organisation, contested.comment) == (scene.user_company.label, "absent le 29/04")
    again = declared_again(session, scene)
    assert second_answers.of_shares(session, session.scalars(y).all()) == said
    new = session.scalars(select(Share.id).where(Share.timesheet_id == again.id)).all()
    assert second_answers.of_shares(session, new) == {}
    assert lines_to_confirm.awaiting(session, scene.user_company.id) == []  # all is validated


def test_the_two_lots_and_their_territory(session: Session) -> None:
    scene = scenario_6(session)
    declared_again(session, scene)
    both = statements.of_lots(session, [scene.x.id, scene.y.id], LATER)
    x, y = both[scene.x.id], both[scene.y.id]
    assert (x.declared, x.retained, x.unretained) == (D(441), D(406), D(35))
    assert x.unretained_by_reason == ((Reason.before_eligibility, D(35)),)
    assert (y.declared, y.retained, y.refused, y.awaiting) == (D(166), D(166), D(0), D(0))
    whole = statements.add_up(session, both.values(), LATER, scene.territory.id)
    assert whole.retained == D(572)
    assert list(verdicts.drift(session)) == []


def test_a_person_of_two_lots_counts_once_in_the_territory(session: Session) -> None:
    scene = scenario_6(session)
    declared_again(session, scene)
    assert people_with_hours(session, scene.x.id) == 4
    assert people_with_hours(session, scene.y.id) == 2
    assert people_with_hours(session, scene.x.id, scene.y.id) == 4


def counted(session: Session, scene: Scenario6, *, missions_once: bool) -> Contracts:
    """The contracts of both lots, each once."""
    found: list[bilan_people.Served] = []
    for lot in (scene.x, scene.y):
        buyer = session.get_one(Market, lot.market_id).buyer_id
        lines = {lot.id: lot.id}
        found += bilan_people.served(session, buyer, LATER, lines, lambda territory: missions_once)[lot.id]
    return bilan_people.counted(found)


def test_successive_missions_of_one_person_at_one_company_are_one_contract(session: Session) -> None:
    scene = scenario_6(session)
    missions = session.scalar(select(func.count(Contract.id)))
    once = counted(session, scene, missions_once=True)
    assert (once.total, once.missions) == (4, missions)
    assert counted(session, scene, missions_once=False).total == missions
    first = select(func.count(Contract.id)).where(Contract.person_id == scene.people[0].id)
    assert session.scalar(first) == 4


def test_no_agreement_is_needed_where_people_really_worked(session: Session) -> None:
    scenario_6(session)
    assert session.scalars(select(Share.id).where(Share.globalisation_id.is_not(None))).all() == []
    assert session.scalar(select(func.count(Timesheet.id))) == 10
