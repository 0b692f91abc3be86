"""A month to declare: who is on the page, what is kept as typed, what is still due."""

import dataclasses
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import contracts, declarations, month_returns, placements, validations
from facilitator.hours import Timesheet
from facilitator.journal import now
from facilitator.month_cells import Lock
from facilitator.month_drafts import Author, DraftHours, DraftRefused, Typed
from facilitator.shares import Part
from facilitator.vocabulary import AwardRole, ContractType, PlacementMode, SiaeKind, TimesheetState
from tests import months, trade
from tests.months import APRIL, SOMEBODY, TODAY
from tests.trade import day

D = Decimal


def test_an_etti_reads_four_people_and_two_sites(session: Session) -> None:
    scene = months.etti(session)
    shown = months.page(session, scene.etti)
    assert [site.award_id for site in shown.sites] == [scene.x.id, scene.y.id]
    assert len(shown.rows) == 4
    first = months.cells(shown, scene.people[0], scene.x)
    assert [cell.period for cell in first] == ["du 07 au 10/04", "du 13 au 17/04"]
    assert [cell.period for cell in months.cells(shown, scene.people[1], scene.x)] == [""]
    assert shown.due == 11


def test_a_draft_keeps_even_what_cannot_be_read(session: Session) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    month_returns.save_draft(session, scene.etti.id, APRIL, {key: "1,2,3"}, by=SOMEBODY, at=now())
    session.commit()
    cell = months.page(session, scene.etti).by_key[key]
    assert (cell.text, cell.kept_by, cell.hours) == ("1,2,3", "Camille Démo", None)
    assert cell.wrong is not None and "ne se lit pas" in cell.wrong
    assert session.scalar(select(func.count(Timesheet.id))) == 0


def test_two_people_who_fill_the_same_month_do_not_undo_each_other(session: Session) -> None:
    scene = months.etti(session)
    one, two = months.key(session, scene, 2, scene.x), months.key(session, scene, 3, scene.x)
    empty = {one: "", two: ""}

    def save(typed: dict[months.Key, str], name: str) -> None:
        month_returns.save_draft(session, scene.etti.id, APRIL, typed, by=Author(name), at=now(), seen=empty)
        session.commit()

    save({one: "120", two: ""}, "Alix")
    save({one: "", two: "160"}, "Sacha")
    kept = months.page(session, scene.etti).by_key
    assert {kept[one].text: kept[one].kept_by, kept[two].text: kept[two].kept_by} == {
        "120": "Alix",
        "160": "Sacha",
    }
    save({one: "121", two: ""}, "Sacha")
    assert months.page(session, scene.etti).by_key[one].text == "121"


def test_an_emptied_cell_leaves_the_draft(session: Session) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    for text in ("120", " "):
        month_returns.save_draft(session, scene.etti.id, APRIL, {key: text}, by=SOMEBODY, at=now())
    session.commit()
    assert session.scalar(select(func.count()).select_from(DraftHours)) == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("x" * 41, "trop long"), ("12\x07", "invisibles"), ("1 85 05 78 006 084 91", "sécurité sociale")],
)
def test_a_draft_never_keeps_what_no_column_should_hold(session: Session, text: str, sentence: str) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    with pytest.raises(DraftRefused) as refused:
        month_returns.save_draft(session, scene.etti.id, APRIL, {key: text}, by=SOMEBODY, at=now())
    session.commit()
    assert sentence in refused.value.wrong[key]
    assert session.scalar(select(func.count()).select_from(DraftHours)) == 0


def test_a_cell_of_somebody_else_is_not_kept(session: Session) -> None:
    scene, other = months.etti(session), months.etti(session)
    key = months.key(session, other, 2, other.x)
    with pytest.raises(DraftRefused, match="n’existe pas ou n’existe plus"):
        month_returns.save_draft(session, scene.etti.id, APRIL, {key: "120"}, by=SOMEBODY, at=now())


def test_the_host_may_declare_until_the_employer_has(session: Session) -> None:
    scene = months.etti(session)
    hosted = months.page(session, scene.company)
    assert {row.employer for row in hosted.rows} == {scene.etti.label}
    assert hosted.due == 0, "the employer is the one who is asked"
    key = months.cells(hosted, scene.people[1], scene.x)[0].key
    months.send(session, scene.etti, {key: "120"})
    assert key not in months.page(session, scene.company).by_key
    declared = months.page(session, scene.etti).by_key[key]
    assert (declared.declared, declared.state, declared.lock) == (D(120), TimesheetState.declared, Lock.none)


def test_what_the_host_declared_is_closed_to_the_employer(session: Session) -> None:
    scene = months.etti(session)
    key = months.cells(months.page(session, scene.company), scene.people[1], scene.x)[0].key
    months.send(session, scene.company, {key: "118,5"})
    seen = months.page(session, scene.etti).by_key[key]
    assert (seen.lock, seen.declared) == (Lock.other_side, D("118.50"))
    assert months.page(session, scene.company).by_key[key].lock is Lock.none


def test_a_contract_that_also_serves_another_company_is_not_its_host_s_to_declare(session: Session) -> None:
    scene = months.etti(session)
    shown = months.page(session, scene.company)
    cell = months.cells(shown, scene.people[1], scene.x)[0]
    elsewhere = trade.award(session, trade.lot(session, scene.territory, start="01/01/2026"))
    trade.serves(session, scene.people[1], elsewhere, months.contract_of(session, cell), "01/04/2026")
    session.commit()
    assert cell.key not in months.page(session, scene.company).by_key
    assert cell.key in months.page(session, scene.etti).by_key


def test_nothing_is_asked_of_another_organisation(session: Session) -> None:
    months.etti(session)
    stranger = trade.siae(session)
    shown = months.page(session, stranger)
    assert (shown.rows, shown.empty_sites, shown.due) == ((), (), 0)


def test_last_month_stands_beside_the_field(session: Session) -> None:
    ground = trade.market(session)
    trade.month(session, ground.contract, "03/2026", "140")
    session.commit()
    (cell,) = months.page(session, ground.company).cells
    assert cell.last_month == D(140)
    assert cell.text == ""


def test_missions_that_follow_each_other_find_last_month_by_the_placement(session: Session) -> None:
    ground = trade.market(session)
    employer = trade.siae(session)
    person = trade.person(session, ground.territory, "01/01/2026")
    work = trade.work(session, person, ground.award, employer, ContractType.ctt, "01/03/2026", "31/03/2026")
    trade.month(session, work.contract, "03/2026", "77")
    again = contracts.record(
        session, person, employer.id, type=ContractType.ctt, from_on=day("01/04/2026"),
        to_on=day("30/04/2026"), weekly_hours=D(35), by=None,
    )  # fmt: skip
    contracts.serve(session, again, work.placement.id, by=None)
    session.commit()
    (cell,) = months.page(session, employer).cells
    assert (cell.key[0], cell.last_month) == (again.id, D(77))


def test_a_site_without_anybody_asks_for_neant(session: Session) -> None:
    ground = trade.market(session)
    lot = trade.lot(session, ground.territory, start="01/04/2026", end="31/05/2026")
    award = trade.award(session, lot, ground.company)
    session.commit()
    for month, asked in (("01/03/2026", 0), ("01/04/2026", 1), ("01/06/2026", 0)):
        shown = months.page(session, ground.company, day(month))
        assert len(shown.nil_ids) == asked, month
    declarations.declare_nil(session, award, APRIL, on=TODAY, by=None)
    session.commit()
    shown = months.page(session, ground.company)
    assert [each.nil for each in shown.empty_sites] == [True]
    assert shown.nil_ids == frozenset()


def test_a_subcontractor_at_work_answers_for_the_company_above(session: Session) -> None:
    ground = trade.market(session)
    lot = trade.lot(session, ground.territory, start="01/04/2026", end="31/05/2026")
    award = trade.award(session, lot, ground.company)
    ei = trade.siae(session, SiaeKind.EI)
    below = trade.award(session, lot, ei, AwardRole.sous_traitant, award)
    person = trade.person(session, ground.territory, "01/01/2026")
    trade.work(
        session, person, below, ei, ContractType.cddi, "01/04/2026", "31/05/2026",
        mode=PlacementMode.sous_traitance,
    )  # fmt: skip
    session.commit()
    assert months.page(session, ground.company).nil_ids == frozenset()
    (row,) = [row for row in months.page(session, ground.company).rows if row.employer]
    assert row.employer == ei.label


def test_days_that_no_relevé_covers_are_asked_for(session: Session) -> None:
    ground = trade.market(session)
    trade.declared(session, ground.contract, "01/04/2026", "15/04/2026", "70")
    session.commit()
    told = [(cell.period, cell.declared, cell.due) for cell in months.page(session, ground.company).cells]
    assert told == [("du 01 au 15/04", D(70), False), ("du 16 au 30/04", None, True)]


def test_nothing_is_asked_after_the_placement_or_the_lot(session: Session) -> None:
    ground = trade.market(session)
    placements.end(session, ground.placement, day("15/03/2026"), "Fin", by=None)
    session.commit()
    assert list(months.page(session, ground.company).cells) == []
    assert len(list(months.page(session, ground.company, day("01/03/2026")).cells)) == 1


def test_globalised_hours_are_closed(session: Session) -> None:
    scene = trade.market(session)
    sheet = trade.declared(session, scene.contract, "01/04/2026", "30/04/2026", "100")
    session.commit()
    (cell,) = months.page(session, scene.company).cells
    assert cell.lock is Lock.none
    assert cell.sheet is not None and cell.sheet.id == sheet.id


def test_what_is_due_is_what_nobody_said_or_what_was_refused(session: Session) -> None:
    scene = months.etti(session)

    def due() -> list[tuple[int, TimesheetState | None]]:
        rows = months.page(session, scene.etti).rows
        return [(row.person_id, cell.state) for row in rows for cell in row.cells if cell.due]

    assert len(due()) == 11
    typed = {k: v for k, v in months.texts(session, scene).items() if v != "145"}
    sent = months.send(session, scene.etti, typed)
    assert due() == [(scene.people[2].id, None)]
    validations.refuse(session, sent.sheets[0], "Feuille manquante", on=TODAY, by=None)
    session.commit()
    assert {state for _, state in due()} == {None, TimesheetState.refused}
    assert months.page(session, scene.company).due == 0


def test_a_quarterly_lot_is_asked_for_at_the_end_of_its_quarter(session: Session) -> None:
    ground = trade.market(session)
    ground.lot.periodicity = "quarterly"
    session.commit()
    page = months.page(session, ground.company)
    assert [month_returns.asked_from(APRIL, site.quarterly) for site in page.sites] == [day("01/07/2026")]
    assert page.quarter == (APRIL, day("01/05/2026"), day("01/06/2026"))


def test_hours_and_days_are_added_up(session: Session) -> None:
    scene = months.etti(session)
    typed = months.texts(session, scene)
    shown = month_returns.page(session, scene.etti.id, APRIL, on=TODAY, typed=Typed(typed))
    assert shown.total.hours == D(63 + 63 + 120 + 110 + 160 + 145 + 98)
    assert shown.site_total(shown.sites[1]).hours == D(63 + 110 + 145)
    assert shown.rows[3].total.in_days == "14\u00a0jours"


def test_the_person_s_month_is_warned_about_before_it_is_sent(session: Session) -> None:
    scene = months.etti(session)
    typed = months.texts(session, scene)
    shown = month_returns.page(session, scene.etti.id, APRIL, on=TODAY, typed=Typed(typed))
    (warning,) = shown.rows[1].warnings
    assert warning.startswith("Cette personne totalise 230,00\u00a0h en avril\u00a02026")
    assert shown.rows[0].warnings == ()


def test_everything_validated_closes_the_month(session: Session) -> None:
    ground = trade.market(session)
    session.commit()
    (cell,) = months.page(session, ground.company).cells
    assert not months.page(session, ground.company).closed
    sent = months.send(session, ground.company, {cell.key: "140"})
    assert not months.page(session, ground.company).closed
    validations.validate(session, sent.sheets[0], on=TODAY, by=None)
    session.commit()
    assert months.page(session, ground.company).closed


def test_a_contract_on_two_sites_is_one_relevé_with_two_shares(session: Session) -> None:
    ground = trade.market(session)
    other = trade.award(session, trade.lot(session, ground.territory), ground.company)
    second = trade.serves(
        session, ground.person, other, ground.contract, "01/02/2025", mode=PlacementMode.embauche_directe
    )
    session.commit()
    one, two = months.page(session, ground.company).cells
    months.send(session, ground.company, {one.key: "80"}, sites=frozenset({one.award_id}))
    months.send(session, ground.company, {two.key: "60"}, sites=frozenset({two.award_id}))
    (sheet,) = session.scalars(select(Timesheet).where(Timesheet.state == TimesheetState.declared))
    assert sheet.worked == D(140)
    assert [cell.declared for cell in months.page(session, ground.company).cells] == [D(80), D(60)]
    assert dataclasses.astuple(Part(second.id, D(60)))[0] == second.id
