"""Needs ahead: hours owed by family and quarter, recomputed with pandas from the rows by another path."""

import datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import needs_ahead, quarters_ahead, trade_families
from facilitator.commitments import LedgerLine
from facilitator.hours import Share
from facilitator.markets import Lot, LotDate, Market
from facilitator.organisations import OrganisationRole
from facilitator.placements import Placement
from facilitator.trade_families import Family
from tests import trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.trade import ContractType, Ground, day
from tests.web.desk import BUDGET, open_desk

ON = day("23/11/2026")
PAGE = "/besoins/a-venir"


def filled(session: Session, ground: Ground) -> None:
    """Lots of several families and fates, hours of a SIAE and of a company, people free and at work."""
    place, etti = ground.territory, trade.siae(session)
    painting = trade.lot(session, place, start="01/03/2026", end="28/02/2027", hours="600", cpv="45442100")
    green = trade.lot(session, place, start="01/01/2027", end="31/12/2028", hours="1461.5", cpv="77310000")
    said_by_job = trade.lot(session, place, start="01/01/2026", end="30/06/2027", hours="900", cpv="45000000")
    trade.lot(session, place, start="01/01/2025", end="31/12/2025", hours="50", cpv="77310000")  # ended
    trade.lot(session, place, start="01/01/2026", end=None, hours="70", cpv="77310000")  # no end
    trade.lot(session, place, cpv="90910000")  # hours not defined
    lent = trade.lot(session, place, start="01/01/2026", end="30/06/2027", hours="999", cpv="77310000")
    session.get_one(Market, lent.market_id).pilot = False
    for lot, rome, months in (
        (painting, None, ("03/2026", "09/2026", "10/2026")),
        (said_by_job, "F1602", ("07/2026",)),
    ):
        someone = trade.person(session, place, "01/01/2026")
        work = trade.work(
            session, someone, trade.award(session, lot), etti, ContractType.cddi, "01/02/2026", "31/10/2026"
        )
        work.placement.rome = rome
        for month in months:
            trade.month(session, work.contract, month, "80.25")
    trade.declared(session, work.contract, "01/08/2026", "31/08/2026", "40")  # not validated: no capacity
    trade.month(session, ground.contract, "05/2026", "100")  # a direct hire: not a SIAE’s
    trade.person(session, place, "01/10/2026")  # free, no job known
    trade.person(session, place)  # no fiche
    trade.person(session, place, "01/01/2020")  # window over
    assert green
    session.commit()


def test_each_figure_is_the_sum_of_its_lines(session: Session) -> None:
    ground = trade.market(session)
    filled(session, ground)
    found = needs_ahead.of_territory(session, ground.territory.id, ON)
    lots = pd.DataFrame(
        session.execute(select(Lot.id, Lot.cpv, Market.pilot).join(Market, Market.id == Lot.market_id)).all(),
        columns=["lot", "cpv", "pilot"],
    ).set_index("lot")
    dates = pd.DataFrame(
        session.execute(select(LotDate.lot_id, LotDate.kind, LotDate.value_on)).all(),
        columns=["lot", "kind", "on"],
    ).pivot(index="lot", columns="kind", values="on")
    owed = (
        pd.DataFrame(session.execute(select(LedgerLine.lot_id, LedgerLine.delta)).all(), columns=["lot", "h"])
        .groupby("lot")["h"]
        .sum()
    )
    done = (
        pd.DataFrame(
            session.execute(select(Share.lot_id, Share.retained).where(Share.standing == "counted")).all(),
            columns=["lot", "h"],
        )
        .groupby("lot")["h"]
        .sum()
    )
    rows = lots.join(dates).join(owed.rename("owed")).join(done.rename("done"))
    rows = rows[rows["pilot"] & rows["owed"].notna() & rows["start"].notna() & rows["end"].notna()]
    rows = rows[rows["end"] >= ON]
    families = {"45442100": Family.finishing, "77310000": Family.green, "45000000": Family.electricity}
    by_day: dict[tuple[Family, str], float] = {}
    last = day("23/11/2027")
    for each in rows.to_dict("records"):
        left = float(each["owed"]) - float(each["done"] if pd.notna(each["done"]) else 0)
        days = pd.date_range(max(each["start"], ON + datetime.timedelta(days=1)), each["end"])
        for one in days[days <= pd.Timestamp(last)]:
            key = (families.get(each["cpv"], Family.unknown), f"{one.year}-{one.quarter}")
            by_day[key] = by_day.get(key, 0) + left / len(days)
    told = {
        (line.family, quarter.code): float(hours)
        for line in found.lines
        for quarter, hours in zip(found.quarters, line.hours, strict=True)
        if hours
    }
    assert told.keys() == by_day.keys()
    assert all(abs(told[key] - by_day[key]) < 0.05 for key in told), (told, by_day)

    shares = pd.DataFrame(
        session.execute(
            select(Share.month, Share.hours, Share.standing, Placement.employer_id, Placement.rome, Lot.cpv)
            .join(Placement, Placement.id == Share.placement_id)
            .join(Lot, Lot.id == Share.lot_id)
        ).all(),
        columns=["month", "h", "standing", "employer", "rome", "cpv"],
    )
    siae = set(
        session.scalars(select(OrganisationRole.organisation_id).where(OrganisationRole.role == "siae"))
    )
    year = shares[
        (shares["standing"] == "counted")
        & shares["employer"].isin(siae)
        & (pd.to_datetime(shares["month"]) >= pd.Timestamp("2025-10-01"))
        & (pd.to_datetime(shares["month"]) <= pd.Timestamp("2026-09-30"))
    ]
    capacity = {line.family: line.capacity for line in found.lines if line.capacity}
    assert capacity == {Family.finishing: Decimal("160.50"), Family.electricity: Decimal("80.25")}
    assert sum(capacity.values()) == year["h"].sum()
    for line in found.lines:
        assert line.gap == max(Decimal(0), line.total - line.capacity)
        assert line.etp == (line.gap / 1600).quantize(Decimal("0.01"))
    assert [line.gap for line in found.lines] == sorted((line.gap for line in found.lines), reverse=True)
    assert [(each.unknown, each.left) for each in found.unknown] == [
        ("fin à fixer", Decimal(70)),
        ("heures à définir", None),
    ]
    free = {each.family for each in found.free}
    at_work = {ground.person.id}
    assert Family.electricity in free and Family.unknown in free
    assert len(found.free) == 3 and not at_work & {each.person_id for each in found.free}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_figure_opens_its_lots_and_the_workbook_says_the_same(
    client: Browser, session: Session
) -> None:
    desk = open_desk(client, session)
    filled(session, desk.ground)
    ahead = needs_ahead.of_territory(session, desk.ground.territory.id, ON)
    session.rollback()
    page = desk.get(PAGE)
    assert desk.selects() <= 3 * BUDGET
    links = page_of(page).xpath("//table[@id='familles']//a")
    assert len(links) > 8
    for link in links:
        answer = desk.get(link.get("href"))
        told = link.text_content().split(",")[0] if "personnes" not in link.text_content() else ""
        assert told.strip() in text_of(answer)
    assert "heures à définir" in text_of(desk.get(f"{PAGE}/lots?inconnus=oui"))
    for odd in ("famille=intrus", "trimestre=2099-9", "page=zut"):
        desk.get(f"{PAGE}/lots?{odd}")
    file = openpyxl.load_workbook(BytesIO(desk.get(f"{PAGE}/gptec.xlsx").data))
    assert file.sheetnames == ["Besoins à venir", "Lots", "Structures", "Méthode"]
    first = file["Besoins à venir"]
    told = {row[0]: row for row in first.iter_rows(min_row=5, values_only=True) if row[0]}
    for line in ahead.lines:
        assert float(told[line.family.label][2 + len(ahead.quarters)]) == float(line.total)


def test_hours_of_a_lot_are_spread_to_the_last_cent() -> None:
    spans = quarters_ahead.quarters(ON)
    assert [each.code for each in spans] == ["2026-4", "2027-1", "2027-2", "2027-3", "2027-4"]
    assert (spans[0].from_on, spans[-1].to_on) == (day("24/11/2026"), day("23/11/2027"))
    parts = quarters_ahead.spread(Decimal("100.01"), day("24/11/2026"), day("30/06/2027"), spans)
    assert sum(parts) == Decimal("100.01") and parts[3:] == (0, 0)
    beyond = quarters_ahead.spread(Decimal(730), day("24/11/2026"), day("22/11/2028"), spans)
    assert sum(beyond) == Decimal(365), "half of two years"


@pytest.mark.parametrize(
    ("cpv", "romes", "family"),
    [
        ("45442100", ["F1703"], Family.finishing),
        ("45000000", ["F1703", "F1703", "F1602"], Family.structure),
        ("45000000", [], Family.building),
        ("45261100", [], Family.envelope),
        ("45262500", [], Family.structure),
        (None, ["K2204"], Family.cleaning),
        (None, [None], Family.unknown),
    ],
)
def test_the_cpv_says_the_family_else_the_jobs(cpv: str | None, romes: list[str], family: Family) -> None:
    assert trade_families.of_lot(cpv, romes) is family
