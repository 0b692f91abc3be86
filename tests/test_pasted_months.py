"""A paste put into the draft of a month: nothing is sent, and what was chosen is remembered."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import pasted_months, remembered_names
from facilitator.contracts import Contract
from facilitator.hours import Timesheet
from facilitator.journal import now
from facilitator.month_drafts import DraftHours
from facilitator.paste_matching import Placed, Sure
from facilitator.pasted_lines import Line, read
from facilitator.remembered_names import Known, RememberedName
from tests import months, trade
from tests.months import SOMEBODY, Etti


def placed(session: Session, scene: Etti, text: str) -> list[Placed[str]]:
    page = months.page(session, scene.etti)
    known = remembered_names.known(session, scene.etti.id)
    return pasted_months.month_of(page, known).place(read(text))


def report(session: Session, scene: Etti, *lines: tuple[Line, str]) -> None:
    page = months.page(session, scene.etti)
    targets = pasted_months.targets(page)
    chosen = [(line, targets[name]) for line, name in lines]
    pasted_months.report(session, page, chosen, by=SOMEBODY, at=now())
    session.commit()


def test_a_rendered_month_pasted_back_fills_its_draft(session: Session) -> None:
    scene = months.etti(session)
    page = months.page(session, scene.etti)
    sites = {site.award_id: pasted_months.place(site).label for site in page.sites}
    rows = [
        (row.person, sites[cell.award_id], str(index))
        for row in page.rows
        for index, cell in enumerate(row.cells, 1)
    ]
    found = placed(session, scene, "\n".join("\t".join(row) for row in rows))
    assert all(each.slot for each in found)
    # P1 and P4 have several missions on a site: as many lines are proposed in order, to be looked at.
    assert {each.sure for each in found} == {Sure.certain, Sure.likely}
    report(session, scene, *((each.line, each.slot or "") for each in found))
    kept = months.page(session, scene.etti)
    assert [cell.text for row in kept.rows for cell in row.cells] == [
        f"{index},00" for row in page.rows for index, _ in enumerate(row.cells, 1)
    ]
    assert session.scalar(select(func.count(Timesheet.id))) == 0  # nothing is sent
    assert session.scalar(select(func.count(RememberedName.id))) == 0  # nothing new was learnt


def test_what_was_chosen_is_known_the_next_time(session: Session) -> None:
    scene = months.etti(session)
    line = read("La grande Camille\tchantier du bas\t120")[0]
    [before] = placed(session, scene, "La grande Camille\tchantier du bas\t120")
    assert (before.slot, before.sure) == (None, Sure.doubtful)
    [cell] = months.cells(months.page(session, scene.etti), scene.people[1], scene.x)
    report(session, scene, (line, cell.name))
    [after] = placed(session, scene, "la GRANDE camille\tChantier du bas\t99")
    assert (after.slot, after.sure) == (cell.name, Sure.certain)
    other = trade.siae(session)
    assert remembered_names.known(session, other.id) == Known()  # each organisation has its own words


def test_a_later_choice_takes_the_place_of_the_earlier_one(session: Session) -> None:
    scene = months.etti(session)
    line = read("Lui;X;120")[0]
    page = months.page(session, scene.etti)
    for person in (1, 2):
        [cell] = months.cells(page, scene.people[person], scene.x)
        report(session, scene, (line, cell.name))
    assert remembered_names.known(session, scene.etti.id).people == {"lui": scene.people[2].id}


def test_a_word_that_meant_two_things_in_one_paste_teaches_nothing(session: Session) -> None:
    scene = months.etti(session)
    page = months.page(session, scene.etti)
    [one] = months.cells(page, scene.people[1], scene.x)
    [two] = months.cells(page, scene.people[2], scene.y)
    lines = read("Elle;là;120\nElle;là;110")
    report(session, scene, (lines[0], one.name), (lines[1], two.name))
    assert remembered_names.known(session, scene.etti.id) == Known()
    assert session.scalar(select(func.count()).select_from(DraftHours)) == 2


def test_closed_cells_say_why(session: Session) -> None:
    scene = months.etti(session)
    [cell] = months.cells(months.page(session, scene.etti), scene.people[1], scene.x)
    trade.validated(session, session.get_one(Contract, cell.key[0]), "01/04/2026", "30/04/2026", "120")
    session.commit()
    person = scene.people[1]
    site = pasted_months.place(months.page(session, scene.etti).sites[0]).label
    [found] = placed(session, scene, f"{person.last_name} {person.first_name};{site};120")
    assert found.slot is None
    assert "déjà validées" in found.problem
