"""What changed between the moment a month's page was opened and the moment it is sent: it is said, nothing leaves unseen."""

import pytest
from sqlalchemy.orm import Session

from facilitator import contracts, validations
from facilitator.contracts import Contract
from facilitator.vocabulary import TimesheetState
from tests import months
from tests.forms_in_pages import Browser, form_in, text_of
from tests.months import TODAY
from tests.trade import day
from tests.web.test_month_pages import CERTIFIED, Declaring, by_link, signed_in


@pytest.fixture(params=[signed_in, by_link], ids=["signed-in", "by-link"])
def etti(client: Browser, session: Session, request: pytest.FixtureRequest) -> Declaring:
    """The same page through both doors."""
    found: Declaring = request.param(client, session)
    return found


def end_the_contract(etti: Declaring) -> None:
    key = months.key(etti.session, etti.scene, 2, etti.scene.x)
    contract = etti.session.get_one(Contract, key[0])
    contracts.end(etti.session, contract, day("10/04/2026"), "Départ volontaire", by=None)


def test_hours_of_a_period_cut_meanwhile_do_not_leave_unseen(etti: Declaring) -> None:
    name, page = etti.field(2, "X"), etti.page()
    end_the_contract(etti)
    etti.session.commit()
    refused = etti.post(page, {name: "120", **CERTIFIED})
    assert refused.status_code == 409
    said = text_of(refused)
    assert "rien n’est parti" in said and "entre-temps : vide, du 01 au 10/04" in said
    assert form_in(refused, form="mois").fields[name] == "120"
    assert etti.sheets() == []
    assert etti.post(refused, {name: "48", **CERTIFIED}).status_code == 303  # read, and mended
    assert [sheet.to_on for sheet in etti.sheets()] == [day("10/04/2026")]


def test_hours_validated_meanwhile_change_only_by_a_request(etti: Declaring) -> None:
    name = etti.field(2, "X")
    etti.post(etti.page(), {name: "120", **CERTIFIED})
    page, [sheet] = etti.page(), etti.sheets()
    validations.validate(etti.session, sheet, on=TODAY, by=None)
    etti.session.commit()
    refused = etti.post(page, {name: "113", **CERTIFIED})
    assert refused.status_code in (409, 422)
    assert [(int(sheet.worked), sheet.state) for sheet in etti.sheets()] == [(120, TimesheetState.validated)]


def test_hours_refused_meanwhile_are_replaced_by_what_is_sent(etti: Declaring) -> None:
    name = etti.field(2, "X")
    etti.post(etti.page(), {name: "120", **CERTIFIED})
    page, [sheet] = etti.page(), etti.sheets()
    validations.refuse(etti.session, sheet, "Absent le 3 avril", on=TODAY, by=None)
    etti.session.commit()
    assert etti.post(page, {name: "113", **CERTIFIED}).status_code == 303
    states = {int(sheet.worked): sheet.state for sheet in etti.sheets()}
    assert states[113] == TimesheetState.declared
