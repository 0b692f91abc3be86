"""Who still owes a month: the reminders, the page, the list, the year, the day and the tree of a company say the same."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from facilitator import (
    days,
    declarations,
    month_list,
    reminders_due,
    subcontractors,
    validations,
    year_hours,
)
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.hours import Timesheet
from facilitator.vocabulary import AwardRole, ContractType
from tests import months, trade
from tests.months import APRIL, TODAY
from tests.trade import day

D = Decimal
ON = day("20/05/2026")


class Under:
    """A subcontractor of the lot’s company with one person at work since April."""

    def __init__(self, session: Session) -> None:
        place = trade.territory(session)
        self.lot = trade.lot(session, place, start="01/04/2026", hours="1000")
        self.top = trade.award(session, self.lot, trade.company(session))
        self.company = trade.company(session, "Sous-traitant d’essai")
        self.award: Award = trade.award(session, self.lot, self.company, AwardRole.sous_traitant, self.top)
        person = trade.person(session, place, "01/01/2026")
        self.contract: Contract = trade.direct(
            session, person, self.award, ContractType.cdi, "01/04/2026"
        ).contract
        session.commit()

    def declare(self, session: Session) -> Timesheet:
        return trade.declared(session, self.contract, "01/04/2026", "30/04/2026", "100")


def nothing(session: Session, here: Under) -> None:
    """Nobody says anything."""


def nil(session: Session, here: Under) -> None:
    declarations.declare_nil(session, here.award, APRIL, on=TODAY, by=None)


def declared(session: Session, here: Under) -> None:
    here.declare(session)


def unshared(session: Session, here: Under) -> None:
    old = here.declare(session)
    declarations.correct(
        session, here.contract, old, "Relu", from_on=old.from_on, to_on=old.to_on, worked=D(90), parts=[],
        on=TODAY, by=None,
    )  # fmt: skip


def refused(session: Session, here: Under) -> None:
    validations.refuse(session, here.declare(session), "Feuille illisible", on=TODAY, by=None)


def refused_then_nil(session: Session, here: Under) -> None:
    refused(session, here)
    session.commit()
    nil(session, here)


def owing(session: Session, here: Under) -> dict[str, bool]:
    """Who says that something of April is still owed by the subcontractor."""
    due = reminders_due.due(session, ON, organisation_ids=[here.company.id])
    page = months.page(session, here.company)
    (listed,) = month_list.states(session, here.company.id, [APRIL], ON)
    rows = year_hours.of_organisation(session, here.company.id, 2026, on=ON).rows
    tree = subcontractors.trees(session, [(here.lot.id, here.top.id)], APRIL)[here.top.id]
    return {
        "reminders": any(each.month == APRIL for each in due),
        "page": page.due > 0,
        "list": listed.due > 0,
        "year": any(APRIL in row.asked for row in rows),
        "day": bool(days.silent_on_lot(session, here.lot.id, APRIL)),
        "tree": subcontractors.silent(tree) > 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "owed"),
    [
        (nothing, True),
        (nil, False),
        (declared, False),
        (unshared, False),
        (refused, True),
        (refused_then_nil, False),
    ],
)
def test_everybody_says_the_same_of_who_still_owes_a_month(
    session: Session, said: Callable[[Session, Under], None], owed: bool
) -> None:
    here = Under(session)
    said(session, here)
    session.commit()
    assert owing(session, here) == dict.fromkeys(("reminders", "page", "list", "year", "day", "tree"), owed)


def test_a_month_said_neant_by_the_facilitator_is_closed_for_its_link(session: Session) -> None:
    here = Under(session)
    nil(session, here)
    session.commit()
    page = months.page(session, here.company)
    assert page.closed
    assert [(cell.excused, cell.open) for cell in page.cells] == [(True, True)]


def test_one_silent_contract_is_owed_whatever_the_others_say(session: Session) -> None:
    here = Under(session)
    here.declare(session)
    other = trade.person(session, session.get_one(months.Territory, here.lot.territory_id), "01/01/2026")
    trade.direct(session, other, here.award, ContractType.cdi, "01/04/2026")
    session.commit()
    assert set(owing(session, here).values()) == {True}


def test_a_quarterly_lot_is_missing_from_the_year_only_after_its_quarter(session: Session) -> None:
    here = Under(session)
    here.lot.periodicity = "quarterly"
    session.commit()
    assert year_hours.of_organisation(session, here.company.id, 2026, on=ON).rows == ()
    july = day("02/07/2026")
    [row] = year_hours.of_organisation(session, here.company.id, 2026, on=july).rows
    assert sorted(row.cells) == [APRIL, day("01/05/2026"), day("01/06/2026")]
