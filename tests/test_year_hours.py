"""The year of a declarant: one value a cell with its state, refused hours in no total, the workbook as the page."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from facilitator import declarations, validations, year_hours
from facilitator.contracts import Contract
from facilitator.shares import Part
from facilitator.vocabulary import ContractType, PlacementMode
from facilitator.year_table import Row, State, YearTable
from reports import year_workbook
from tests import months, trade, workbooks
from tests.trade import day

D = Decimal
ON = day("05/05/2026")


def year(session: Session, organisation_id: int, number: int = 2026) -> YearTable:
    return year_hours.of_organisation(session, organisation_id, number, on=ON)


def month(number: int) -> date:
    return date(2026, number, 1)


def figures(row: Row) -> dict[int, tuple[Decimal | None, State]]:
    return {each.month: (cell.shown, cell.state) for each, cell in sorted(row.cells.items())}


def test_each_month_says_its_hours_and_where_they_stand(session: Session) -> None:
    ground = trade.market(session)
    etti = trade.siae(session)
    person = trade.person(session, ground.territory, "01/06/2025")
    at_work = trade.work(session, person, ground.award, etti, ContractType.ctt, "15/01/2026", "31/12/2026")
    trade.validated(session, at_work.contract, "15/01/2026", "31/01/2026", "63")
    refused = trade.declared(session, at_work.contract, "01/02/2026", "28/02/2026", "140")
    validations.refuse(session, refused, "Feuille manquante", on=day("02/03/2026"), by=None)
    trade.declared(session, at_work.contract, "01/03/2026", "31/03/2026", "7.5")
    session.commit()
    [row] = year(session, etti.id).rows
    assert figures(row) == {
        1: (D(63), State.validated),
        2: (D(140), State.refused),
        3: (D("7.5"), State.waiting),
        4: (None, State.missing),  # over, nothing said; May is not over
    }
    assert (row.total.hours, row.total.days) == (D("70.5"), D("10.07"))
    [seen] = [row for row in year(session, ground.company.id).rows if row.person_id == person.id]
    assert State.missing not in {cell.state for cell in seen.cells.values()}  # the employer declares


def test_weekly_contracts_of_one_person_on_a_site_are_one_line(session: Session) -> None:
    scene = months.etti(session)
    table = year(session, scene.etti.id)
    lines = {(row.person_id, row.site.lot_id): row.contracts for row in table.rows}
    assert lines[scene.people[0].id, scene.x.lot_id] == 2
    assert len(lines) == 7
    assert {row.cells[month(4)].state for row in table.rows} == {State.missing}


def test_a_host_reads_its_own_share_only(session: Session) -> None:
    scene = months.etti(session)
    neighbour = trade.award(session, trade.lot(session, scene.territory, start="01/01/2026"))
    person = trade.person(session, scene.territory, "01/06/2025")
    at_work = trade.work(session, person, scene.x, scene.etti, ContractType.ctt, "01/04/2026", "30/04/2026")
    other = trade.serves(
        session, person, neighbour, at_work.contract, "01/04/2026", PlacementMode.mise_a_disposition
    )
    trade.declared(
        session,
        at_work.contract,
        "01/04/2026",
        "30/04/2026",
        "130",
        parts=[Part(at_work.placement.id, D(90)), Part(other.id, D(40))],
    )
    session.commit()
    [row] = year(session, neighbour.organisation_id).rows
    assert row.total.hours == D(40)
    own = [each.total.hours for each in year(session, scene.etti.id).rows if each.person_id == person.id]
    assert sorted(own) == [D(40), D(90)]
    assert year(session, trade.company(session).id).rows == ()


def test_a_correction_that_waits_is_not_added_to_what_it_corrects(session: Session) -> None:
    ground = trade.market(session)
    sheet = trade.validated(session, ground.contract, "01/04/2026", "30/04/2026", "100")
    declarations.correct(
        session, ground.contract, sheet, "Saisie", from_on=sheet.from_on, to_on=sheet.to_on,
        worked=D(90), on=ON, by=None,
    )  # fmt: skip
    session.commit()
    [row] = year(session, ground.company.id).rows
    assert row.cells[month(4)].shown == D(100)


def test_totals_add_up_by_month_site_and_year(session: Session) -> None:
    scene = months.etti(session)
    trade.declared(session, _contract(session, scene), "01/04/2026", "30/04/2026", "120")
    session.commit()
    table = year(session, scene.etti.id)
    assert table.of().hours == D(120)
    assert sum((table.of(month=each).hours for each in table.months), D(0)) == D(120)
    assert sum((table.of(site).hours for site in table.sites), D(0)) == D(120)
    assert table.of().days == D("17.14")


def test_the_workbook_says_what_the_page_says_and_holds_no_formula(session: Session) -> None:
    scene = months.etti(session)
    scene.company.name = "=1+1 SARL (fictive)"
    scene.people[1].last_name = "=CMD()"
    trade.declared(session, _contract(session, scene), "01/04/2026", "30/04/2026", "120.25")
    session.commit()
    table = year(session, scene.etti.id)
    book = workbooks.opened(year_workbook.build(table, ON))
    assert book.sheetnames == ["Heures", "Par chantier", "États"]
    for page in book.worksheets:
        for line in page.iter_rows():
            for cell in line:
                assert cell.data_type != "f", cell.coordinate
    lines = workbooks.rows(workbooks.sheet(book, "Heures"), "Personne")
    told = {(line["Personne"], line["Chantier"]): list(line.values()) for line in lines}
    for row in table.rows:
        values = told[row.person, row.site.label]
        assert _exact(values[-2]) == row.total.hours
        april = row.cells[month(4)].shown
        assert (None if values[9] is None else _exact(values[9])) == april
    assert _exact(told["Ensemble", None][-2]) == table.of().hours == D("120.25")


def _exact(value: object) -> Decimal:
    return D(str(value)).quantize(D("0.01"))


def _contract(session: Session, scene: months.Etti) -> Contract:
    [cell] = months.cells(months.page(session, scene.etti), scene.people[1], scene.x)
    return session.get_one(Contract, cell.key[0])
