"""When a placement really ends, and which placements make one path."""

import datetime

import pytest
from sqlalchemy.orm import Session

from facilitator import contracts, eligibility, journeys, lot_dates, placements, verdict_facts
from facilitator.people import Window
from facilitator.vocabulary import ContractType
from tests import trade
from tests.trade import Ground, day


def end_of(session: Session, ground: Ground) -> datetime.date | None:
    session.commit()
    return journeys.stays(session, [ground.placement.id])[ground.placement.id].days.to_on


def test_a_cdi_that_goes_on_ends_with_the_lot(session: Session) -> None:
    assert end_of(session, trade.market(session)) == day("31/12/2026")


def test_the_window_ends_a_placement_when_it_comes_first(session: Session) -> None:
    ground = trade.market(session, window_months="12")
    assert end_of(session, ground) == day("31/12/2025")
    window = session.query(Window).one()
    eligibility.adjust(
        session, window, "extension", day("01/01/2026"), day("31/01/2026"), "Formation", by=None
    )
    assert end_of(session, ground) == day("31/01/2026")


def test_the_earliest_of_the_four_ends_wins(session: Session) -> None:
    ground = trade.market(session)
    lot_dates.set_date(session, ground.lot, "end", day("30/11/2026"), by=None)
    assert end_of(session, ground) == day("30/11/2026")
    contracts.end(session, ground.contract, day("30/09/2026"), "Démission", by=None)
    assert end_of(session, ground) == day("30/09/2026")
    placements.end(session, ground.placement, day("31/07/2026"), "Fin de chantier", by=None)
    assert end_of(session, ground) == day("31/07/2026")


def test_the_last_contract_of_a_placement_says_its_end(session: Session) -> None:
    ground = trade.market(session)
    contracts.end(session, ground.contract, day("31/03/2026"), "Rupture", by=None)
    following = contracts.record(
        session, ground.person, ground.company.id, type=ContractType.cdd, from_on=day("15/04/2026"),
        to_on=day("31/05/2026"), weekly_hours=trade.FULL_TIME, by=None,
    )  # fmt: skip
    contracts.serve(session, following, ground.placement.id, by=None)
    assert end_of(session, ground) == day("31/05/2026")


def test_a_lot_without_an_end_leaves_an_open_placement(session: Session) -> None:
    place = trade.territory(session, window_months_by_type="cdi=contrat")
    on_award = trade.award(session, trade.lot(session, place, end=None))
    person = trade.person(session, place, "01/01/2025")
    at_work = trade.direct(session, person, on_award, ContractType.cdi, "01/02/2025")
    session.commit()
    [journey] = journeys.of_person(session, person.id)
    assert journey.path.to_on is None
    assert journey.path.milestones() == ()
    assert journeys.stays(session, [at_work.placement.id])[at_work.placement.id].days.to_on is None


def test_paths_and_hours_see_the_same_window_when_it_runs_from_the_first_day_worked(
    session: Session,
) -> None:
    ground = trade.market(session, window_basis="first_day", window_months="12")
    other = trade.award(session, trade.lot(session, ground.territory, end="31/12/2027"))
    contracts.end(session, ground.contract, day("30/06/2025"), "Fin", by=None)
    second = trade.direct(session, ground.person, other, ContractType.cdi, "01/09/2025")
    session.commit()
    stay = journeys.stays(session, [second.placement.id])[second.placement.id]
    trade.month(session, second.contract, "01/2026", "100")
    trade.month(session, second.contract, "02/2026", "50")
    session.commit()
    assert stay.days.to_on == day("31/01/2026")  # first day worked: 01/02/2025
    shares = verdict_facts.stored_shares(session, range(1, 3))
    assert [str(share.verdict[1]) for share in shares] == ["100.00", "0.00"]


def test_proposals_and_refusals_make_no_path(session: Session) -> None:
    ground = trade.market(session)
    stranger = trade.person(session, ground.territory, "01/01/2025")
    trade.proposed(session, stranger, ground.award, trade.siae(session), "01/03/2025")
    session.commit()
    assert journeys.of_person(session, stranger.id) == []
    assert len(journeys.of_territory(session, ground.territory.id)) == 1


@pytest.mark.parametrize(
    ("months", "start", "paths"),
    [("3", "01/10/2025", 2), ("3", "30/09/2025", 1), ("6", "31/12/2025", 1), ("6", "01/01/2026", 2)],
)
def test_the_gap_that_ends_a_path_is_that_of_the_territory(
    session: Session, months: str, start: str, paths: int
) -> None:
    ground = trade.market(session, path_gap_months=months)
    contracts.end(session, ground.contract, day("30/06/2025"), "Fin", by=None)
    other = trade.award(session, trade.lot(session, ground.territory))
    trade.direct(session, ground.person, other, ContractType.cdd, start, "30/06/2026")
    session.commit()
    found = journeys.of_person(session, ground.person.id)
    assert len(found) == paths
    of_second_lot = journeys.of_lots(session, [other.lot_id])
    assert [each.path.to_on for each in of_second_lot] == [day("30/06/2026")]
