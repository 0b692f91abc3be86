"""The bilan of a buyer: scenarios told by its objects, two territories, masking, a constant number of selects."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from facilitator import bilans, markets
from facilitator.bilan import Bilan
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.statements import StatementRefused
from facilitator.vocabulary import ContractType, Criterion, SurveyGroup
from tests import trade
from tests.scenarios import scenario_1, scenario_5, scenario_6
from tests.trade import day

D = Decimal
MADE = day("31/12/2027")


def buyer_of(session: Session, lot: Lot) -> Organisation:
    market = session.get_one(Market, lot.market_id)
    return session.get_one(Organisation, market.buyer_id)


def bilan_of(session: Session, lot: Lot, on: str) -> Bilan:
    return bilans.of_authority(session, buyer_of(session, lot), day(on), MADE)


@contextmanager
def selects(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []
    engine = session.get_bind()

    def note(connection: object, cursor: object, statement: str, *others: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def crew(session: Session, lot: Lot, criteria: dict[Criterion, int], sex: str = "f") -> None:
    """People at work on a lot, so many of each criterion."""
    place = session.get_one(trade.territories.Territory, lot.territory_id)
    on_award = trade.award(session, lot)
    for criterion, count in criteria.items():
        for _ in range(count):
            someone = trade.person(session, place, sex=sex)
            trade.fiche(session, someone, "01/01/2025", criterion)
            hired = trade.direct(session, someone, on_award, ContractType.cdi, "01/02/2025")
            trade.month(session, hired.contract, "02/2025", "100")


def test_a_future_bilan_is_refused(session: Session) -> None:
    scene = scenario_1(session)
    with pytest.raises(StatementRefused, match="n’est pas encore connue"):
        bilans.of_authority(session, scene.buyer, day("01/04/2026"), day("31/03/2026"))


def test_scenario_1_is_told_in_one_sentence(session: Session) -> None:
    scene = scenario_1(session)
    [market] = bilans.situation(session, scene.buyer.id, day("31/03/2026")).markets
    assert market.sentence.replace("\u00a0", " ").replace("\u202f", " ") == (
        "À ce jour, 441,25 h retenues sur 990 h engagées ; à ce rythme 1 037,42 h à la fin"
        " (objectif atteint en octobre 2026). Ce que vous avez à faire : rien."
    )


def test_a_contract_renewed_then_turned_into_a_cdi_is_two_contracts(session: Session) -> None:
    found = bilan_of(session, scenario_5(session).lot, "31/12/2025").total
    assert found.contracts.total == 2
    assert found.contracts.by_group[SurveyGroup.cdd] == found.contracts.by_group[SurveyGroup.cdi] == 1
    assert (found.contracts.renewals, found.contracts.transformations) == (1, 1)
    assert found.publics.people == 1


def test_successive_missions_are_one_contract_beside_their_number(session: Session) -> None:
    scene = scenario_6(session)
    on_x, on_y = (bilan_of(session, lot, "31/05/2026").total for lot in (scene.x, scene.y))
    assert (on_x.publics.people, on_y.publics.people) == (4, 2)
    assert on_x.contracts.by_group[SurveyGroup.interim] == on_x.contracts.total == 4
    assert on_x.contracts.missions >= 4


def test_paths_that_reached_a_milestone_are_counted_and_what_few_became_is_masked(session: Session) -> None:
    found = bilan_of(session, scenario_5(session).lot, "30/06/2026").total.follow_ups
    assert (found[6].chain.left, found[6].chain.reached, found[12].chain.reached) == (1, 1, 0)
    assert found[6].masked


def test_hours_of_an_associated_territory_stand_under_the_pilot(session: Session) -> None:
    buyer = trade.buyer(session)
    pilot, associated = trade.territory(session), trade.territory(session)
    associated.name = "Territoire associé"
    lots = []
    for place, is_pilot in ((pilot, True), (associated, False)):
        market = markets.create(
            session, place.id, buyer, object="Pont (fictif)", by=None, decp_id="2026PONT", pilot=is_pilot
        )
        lot = markets.add_lot(session, market, number="1", title="Pont", by=None)
        for kind, value in (("start", "01/01/2026"), ("end", "31/12/2026")):
            trade.lot_dates.set_date(session, lot, kind, day(value), by=None)
        trade.ledger.add_line(
            session, lot, trade.LedgerKind.initial, D(500), effective_on=day("01/01/2026"), by=None
        )
        someone = trade.person(session, place, "01/01/2026")
        hired = trade.direct(session, someone, trade.award(session, lot), ContractType.cdi, "05/01/2026")
        trade.month(session, hired.contract, "02/2026", "100")
        lots.append(lot)
    session.commit()
    found = bilans.of_authority(session, buyer, day("31/03/2026"), MADE)
    [line] = found.situation.lots
    assert line.territory == "Territoire d’essai et Territoire associé"
    assert (line.statement.owed, line.statement.retained, line.statement.left) == (D(500), D(200), D(300))
    assert found.total.publics.people == found.details[line.lot_id].publics.people == 2
    one = bilans.of_authority(session, buyer, day("31/03/2026"), MADE, territory_id=associated.id)
    assert [lot.statement.retained for lot in one.situation.lots] == [D(100)]
    assert one.territory == "Territoire associé"


def test_publics_are_masked_by_lot_and_the_sensitive_ones_stand_for_the_whole_buyer_only(
    session: Session,
) -> None:
    place, buyer = trade.territory(session), trade.buyer(session)
    first = trade.lot(session, place, hours="1000", by_buyer=buyer)
    second = trade.lot(session, place, hours="1000", by_buyer=buyer)
    crew(session, first, {Criterion.rsa: 6, Criterion.rqth: 7})
    crew(session, second, {Criterion.rsa: 2, Criterion.deld: 8}, sex="h")
    session.commit()
    found = bilans.of_authority(session, buyer, day("31/12/2025"), MADE)
    small = found.details[second.id].publics
    assert (small.people, small.counts["RSA"]) == (10, None)
    assert small.counts["Demandeurs d’emploi de plus de 12 mois"] is None
    assert "RQTH" not in str(sorted(small.counts))
    assert found.criteria is not None
    assert found.criteria[Criterion.rqth] == 7
    market = session.get_one(Market, second.market_id)
    alone = bilans.of_authority(session, buyer, day("31/12/2025"), MADE, market)
    assert alone.details[second.id] == found.details[second.id]
    assert alone.criteria is None
    assert not alone.total.publics.counts


def test_a_lot_without_hours_stays_to_define(session: Session) -> None:
    lot = trade.lot(session, trade.territory(session))
    session.commit()
    [market] = bilans.situation(session, buyer_of(session, lot).id, day("31/03/2026")).markets
    assert not market.statement.defined
    assert "restent à définir" in market.sentence


def test_a_buyer_without_market_has_an_empty_bilan(session: Session) -> None:
    buyer = trade.buyer(session)
    session.commit()
    found = bilans.of_authority(session, buyer, day("31/03/2026"), MADE)
    assert found.situation.markets == ()
    assert found.total.contracts.total == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_number_of_selects_does_not_grow_with_the_lots(session: Session) -> None:
    place = trade.territory(session)
    counts = []
    for lots in (10, 40):
        buyer = trade.buyer(session)
        for number in range(lots):
            lot = trade.lot(session, place, hours="100", by_buyer=buyer, number=str(number))
            trade.direct(
                session,
                trade.person(session, place, "01/01/2025"),
                trade.award(session, lot),
                ContractType.cdi,
                "01/02/2025",
            )
        session.commit()
        session.expire_all()
        buyer_id = buyer.id
        with selects(session) as page:
            bilans.situation(session, buyer_id, datetime.date(2026, 3, 31))
        with selects(session) as whole:
            bilans.of_authority(session, buyer, datetime.date(2026, 3, 31), MADE)
        counts.append((len(page), len(whole)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 9  # BEGIN is one of them
