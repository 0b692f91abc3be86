"""A month shared over lots, a person on two sites: no total counts an hour, a person or a contract twice."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from facilitator import bilans, declarations, globalisations, lot_lists, sharing, validations
from facilitator.bilan import Bilan
from facilitator.contracts import Contract
from facilitator.hours import Timesheet
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.shares import Part
from facilitator.territories import Territory
from facilitator.vocabulary import BilanKind, ContractType, PlacementMode, SiaeKind
from reports import compliance_workbook, lot_bilan
from reports.lot_bilan import Edition
from tests import trade
from tests.trade import day
from tests.workbooks import opened, rows, sheet

D = Decimal
ON = day("30/06/2025")


@dataclass(frozen=True)
class Scene:
    """Two markets of one buyer, one of another; one company on all three, with an agreement over its lots.

    A, hired by the company for the near lot: 100 h of March shared 60 / 25 / 15, and 80 h of April there. B, one
    contract of an ETTI on both sites of the first buyer: 30 h and 40 h of May. C, on the far lot: 50 h of May.
    """

    place: Territory
    buyers: tuple[Organisation, Organisation]
    lots: tuple[Lot, Lot, Lot]
    contract: Contract
    march: Timesheet
    parts: list[Part]

    def bilan(self, session: Session, buyer: int = 0, lot: Lot | None = None) -> Bilan:
        session.commit()
        market = session.get_one(Market, lot.market_id) if lot else None
        return bilans.of_authority(session, self.buyers[buyer], ON, ON, market, self.place.id)

    def retained(self, session: Session) -> Decimal:
        """The hours of the territory."""
        session.commit()
        return lot_lists.of_territory(session, self.place.id, lot_lists.Wanted(), ON).total.retained


@pytest.fixture
def scene(session: Session) -> Scene:
    place, first, second = trade.territory(session), trade.buyer(session), trade.buyer(session)
    company, etti = trade.company(session), trade.siae(session, SiaeKind.ETTI)
    lots = [trade.lot(session, place, hours="500", by_buyer=buyer) for buyer in (first, first, second)]
    near, far, other = lots
    awards = [trade.award(session, lot, company) for lot in lots]
    consents = {lot.id: day("01/01/2025") for lot in lots}
    globalisations.record(session, place.id, company.id, consents, effective_on=day("01/01/2025"), by=None)
    a, b, c = (trade.person(session, place, "01/01/2025") for _ in range(3))
    own = trade.direct(session, a, awards[0], ContractType.cdi, "01/02/2025")
    parts = [
        Part(own.placement.id, D(hours), lot_id=lot.id)
        for lot, hours in ((near, "60"), (far, "25"), (other, "15"))
    ]
    march = trade.month(session, own.contract, "03/2025", "100", parts=parts)
    trade.month(session, own.contract, "04/2025", "80")
    lent = trade.work(session, b, awards[0], etti, ContractType.cddi, "01/05/2025", "31/12/2025")
    there = trade.serves(session, b, awards[1], lent.contract, "01/05/2025", PlacementMode.mise_a_disposition)
    trade.month(
        session, lent.contract, "05/2025", "70", parts=[Part(lent.placement.id, D(30)), Part(there.id, D(40))]
    )
    alone = trade.direct(session, c, awards[1], ContractType.cdd, "01/05/2025", "31/12/2025")
    trade.month(session, alone.contract, "05/2025", "50")
    session.commit()
    return Scene(place, (first, second), (near, far, other), own.contract, march, parts)


def counts(found: Bilan) -> tuple[Decimal, int, int]:
    """Hours, people, contracts; the contracts are those of the survey's groups."""
    contracts = found.total.contracts
    assert sum(contracts.by_group.values()) == contracts.total
    return found.situation.statement.retained, found.total.publics.people, contracts.total


def test_each_lot_has_its_part_and_every_total_counts_once(session: Session, scene: Scene) -> None:
    near, far, _ = scene.lots
    whole = scene.bilan(session)
    hours = {lot.lot_id: lot.statement.retained for lot in whole.situation.lots}
    assert hours == {near.id: D(170), far.id: D(115)}
    people = {lot: detail.publics.people for lot, detail in whole.details.items()}
    assert people == {near.id: 2, far.id: 3}
    # B's one contract serves two sites; A's serves the near one only: hours went to the far one, not A.
    contracts = {lot: detail.contracts.total for lot, detail in whole.details.items()}
    assert contracts == {near.id: 2, far.id: 2}
    assert counts(whole) == (D(285), 3, 3)
    assert counts(scene.bilan(session, lot=near)) == (D(170), 2, 2)
    assert counts(scene.bilan(session, lot=far)) == (D(115), 3, 2)
    assert counts(scene.bilan(session, buyer=1)) == (D(15), 1, 0)
    assert scene.retained(session) == D(100 + 80 + 70 + 50)


def test_workbook_and_pdf_say_the_same_totals(session: Session, scene: Scene) -> None:
    found = scene.bilan(session)
    told = lot_bilan.facts(found, Edition(BilanKind.interim))
    assert told["people"] == "3\u00a0personnes ont"
    whole = rows(sheet(opened(compliance_workbook.build(found)), "Contrats"))
    said = [(row["Lot"], row["Contrats"]) for row in whole if row["Marché"] != "Part des contrats"]
    assert sorted(said, key=lambda each: each[0] is None) == [("1", 2), ("1", 2), (None, 3)]


def test_a_correction_that_waits_for_its_shares_adds_nothing_and_then_takes_its_place(
    session: Session, scene: Scene
) -> None:
    waiting = declarations.correct(
        *(session, scene.contract, scene.march, "Absence du 31"),
        from_on=scene.march.from_on,
        to_on=scene.march.to_on,
        worked=D(90),
        on=ON,
        by=None,
    ).timesheet
    assert (scene.retained(session), counts(scene.bilan(session))) == (D(300), (D(285), 3, 3))
    shared = [
        Part(part.placement_id, part.hours - 10 * (not n), lot_id=part.lot_id)
        for n, part in enumerate(scene.parts)
    ]
    sharing.share_out(session, scene.contract, waiting, shared, by=None)
    assert (scene.retained(session), counts(scene.bilan(session))) == (D(300), (D(285), 3, 3))
    validations.validate(session, waiting, on=ON, by=None)
    assert (scene.retained(session), counts(scene.bilan(session))) == (D(290), (D(275), 3, 3))
