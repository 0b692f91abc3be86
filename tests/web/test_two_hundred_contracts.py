"""A month of two hundred contracts: its declaration page and the queue to validate, each in fifteen statements at most."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from facilitator import links, validations
from facilitator.hours import Share, Timesheet
from facilitator.journal import now
from facilitator.links import ActionLink
from facilitator.month_cells import Cell
from facilitator.second_answers import Speaker
from facilitator.vocabulary import MembershipRole
from tests import answering, builders, months, trade
from tests.forms_in_pages import Browser, page_of
from tests.months import Etti
from tests.web.test_month_pages import Declaring, signed_in

MOST = 15  # all that a request asks of the database: the session, the page, BEGIN, the line of what was seen
PEOPLE = 200


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Every statement that reaches the database, whatever it is."""
    sent: list[str] = []

    def note(*args: object) -> None:
        sent.append(str(args[2]))

    session.commit()
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def hire(session: Session, scene: Etti, many: int) -> list[Cell]:
    """People of the ETTI at work on lot X in April, each with 35 h in March; gives their cells of April."""
    hired = set()
    for _ in range(many):
        person = trade.person(session, scene.territory, "01/01/2026")
        work = trade.work(
            session, person, scene.x, scene.etti, trade.ContractType.cddi, "01/03/2026", "31/12/2026"
        )
        trade.month(session, work.contract, "03/2026", "35")
        hired.add(work.contract.id)
    session.commit()
    shown = months.page(session, scene.etti).rows
    return [cell for row in shown for cell in row.cells if cell.key[0] in hired]


def send(session: Session, scene: Etti, cells: list[Cell]) -> list[Timesheet]:
    """The ETTI sends 70 h in each; gives their relevés."""
    months.send(session, scene.etti, {cell.key: "70" for cell in cells}, sites=frozenset({scene.x.id}))
    contracts = [cell.key[0] for cell in cells]
    found = select(Timesheet).where(Timesheet.month == months.APRIL, Timesheet.contract_id.in_(contracts))
    return list(session.scalars(found))


def say_all_sorts(session: Session, scene: Etti, cells: list[Cell]) -> None:
    """A quarter is validated, one refused, one contested by the company, and the last one is typed and not sent."""
    quarter = len(cells) // 4
    sheets = send(session, scene, cells[: 3 * quarter])
    validations.validate_all(session, sheets[:quarter], on=months.TODAY, by=None)
    validations.refuse_all(
        session, sheets[quarter : 2 * quarter], "Feuille illisible", on=months.TODAY, by=None
    )
    for sheet in sheets[2 * quarter :]:
        share_id = session.scalars(select(Share.id).where(Share.timesheet_id == sheet.id)).one()
        said = Speaker(scene.company.id, "Sacha Fictif")
        answering.contest(session, share_id, Decimal(60), "absence", by=said, at=now())
    session.commit()


def linked(etti: Declaring) -> Declaring:
    """The same month behind the link that was mailed."""
    session = etti.session
    token = links.issue_declaration(
        session,
        etti.scene.etti.id,
        months.APRIL,
        "agence@demo.example",
        at=now(),
        territory_id=etti.scene.territory.id,
    )
    link = session.scalars(select(ActionLink).order_by(ActionLink.id.desc())).first()
    assert link is not None
    link.expires_at = now().replace(year=2027)
    return Declaring(Browser(etti.client.application), session, etti.scene, f"/declaration/{token}")


def test_the_declaration_page_of_two_hundred_contracts(client: Browser, session: Session) -> None:
    etti = signed_in(client, session)
    trade.award(session, trade.lot(session, etti.scene.territory, start="01/01/2026"), etti.scene.etti)
    doors, costs = (etti, linked(etti)), []
    for people in (8, PEOPLE - 8):
        cells = hire(session, etti.scene, people)
        say_all_sorts(session, etti.scene, cells)
        typed = {cell.name: "7" for cell in cells[-2:]}
        assert etti.post(etti.page(), dict(typed), "brouillon").status_code == 303
        for door in doors:
            with statements(session) as sent:
                page = door.page()
            costs.append(len(sent))
    assert len(page_of(page).xpath("//table[@id='grille']/tbody/tr")) == PEOPLE + 4
    assert costs[:2] == costs[2:]
    assert max(costs) <= MOST, "\n".join(sent)


def test_the_queue_of_two_hundred_contracts(client: Browser, session: Session) -> None:
    scene, costs = months.etti(session), []
    builders.sign_in(client, builders.user(session, MembershipRole.facilitator, territory=scene.territory))
    for people in (4, PEOPLE - 4):
        send(session, scene, hire(session, scene, people))
        for asked in ("", "?plausibles=oui", "?reponse=silent"):
            with statements(session) as sent:
                page = client.get(f"/releves{asked}")
            costs.append(len(sent))
            assert len(page_of(page).xpath("//tbody/tr")) == (people if people == 4 else PEOPLE)
    assert costs[:3] == costs[3:]
    assert max(costs) <= MOST, "\n".join(sent)
