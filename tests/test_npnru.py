"""Urban renewal: hours against the site, shares of women, QPV and alternance, recomputed with pandas; what a buyer may read."""

import datetime
from decimal import Decimal

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from facilitator import npnru_figures, operations
from facilitator.commitments import SiteHours
from facilitator.markets import Market, Operation
from facilitator.npnru import Group, ProjectLine
from facilitator.operations import OperationRefused
from facilitator.organisations import Organisation
from facilitator.vocabulary import ContractType, MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser
from tests.trade import day
from tests.web.test_objectives_pages import said, stands

D = Decimal
ON = datetime.date(2026, 11, 23)
CREW = (  # sex, qpv, contract, hours of March 2026
    *(("f", "QP093028", ContractType.cdi, "100"),) * 2,
    *(("h", None, ContractType.apprentissage, "80"),) * 5,
    *(("h", "QP093028", ContractType.cdd, "60"),) * 4,
    (None, None, ContractType.cdi, "40"),
)


def a_project(session: Session) -> tuple[Operation, Organisation, Organisation]:
    """An operation of two buyers: a crew of twelve on the first one’s lot, one person on the other’s."""
    place, one, two = trade.territory(session), trade.buyer(session), trade.buyer(session)
    site = operations.create(session, place.id, name="Quartier des Fables", by=None, npnru=True)
    quiet = operations.create(session, place.id, name="Ni l’un ni l’autre", by=None)
    lots = [
        trade.lot(
            session,
            place,
            hours="500",
            by_buyer=who,
            women_percent=12,
            qpv_percent=percent,
            alternance_percent=30,
        )
        for who, percent in ((one, 10), (two, 20), (one, 30))
    ]
    for lot, of in zip(lots, (site, site, quiet), strict=True):
        operations.group(session, session.get_one(Market, lot.market_id), of, by=None)
    awards = [trade.award(session, lot) for lot in lots]
    for sex, qpv, type_, hours in (*CREW, ("f", None, ContractType.cdi, "30")):
        person = trade.person(session, place, "01/01/2026", sex=sex, qpv=qpv)
        end = "30/06/2026" if type_ is not ContractType.cdi else None
        on_award = awards[1] if hours == "30" else awards[0]
        work = trade.direct(session, person, on_award, type_, "01/02/2026", end)
        trade.month(session, work.contract, "03/2026", hours)
        trade.declared(session, work.contract, "01/04/2026", "30/04/2026", "7")  # waits: nowhere
    waiting = trade.direct(
        session,
        trade.person(session, place, "01/01/2026", sex="f"),
        awards[0],
        ContractType.cdi,
        "01/02/2026",
    )
    trade.declared(session, waiting.contract, "01/04/2026", "30/04/2026", "7")
    session.add(SiteHours(territory_id=place.id, lot_id=lots[0].id, month=day("01/03/2026"), hours=D(9000)))
    session.add(SiteHours(territory_id=place.id, lot_id=lots[0].id, month=day("01/12/2026"), hours=D(5000)))
    session.commit()
    return site, one, two


def lines_of(session: Session, site: Operation) -> dict[int | None, ProjectLine]:
    found = npnru_figures.of_territory(session, site.territory_id, ON)
    assert {line.project.id for line in found} == {site.id}
    return {line.buyer_id: line for line in found}


def test_each_share_is_what_pandas_counts_on_the_hours(session: Session) -> None:
    site, one, two = a_project(session)
    rows = pd.read_sql(
        text(
            "SELECT s.person_id, s.retained, s.standing, p.sex, p.qpv, c.type, m.buyer_id, m.operation_id"
            " FROM shares s JOIN persons p ON p.id = s.person_id JOIN timesheets t ON t.id = s.timesheet_id"
            " JOIN contracts c ON c.id = t.contract_id JOIN lots l ON l.id = s.lot_id JOIN markets m ON m.id = l.market_id"
        ),
        session.connection(),
    )
    rows = rows[(rows.operation_id == site.id) & (rows.standing == "counted")]
    lines = lines_of(session, site)
    for buyer, line in lines.items():
        theirs = rows if buyer is None else rows[rows.buyer_id == buyer]
        groups = {
            Group.women: theirs[theirs.sex == "f"], Group.qpv: theirs[theirs.qpv.notna()],
            Group.alternance: theirs[theirs.type.isin(["apprentissage", "professionnalisation"])],
        }  # fmt: skip
        assert line.statement.retained == D(int(theirs.retained.sum())) / 100
        for share in line.shares:
            found = groups[share.group]
            assert share.hours == D(int(found.retained.sum())) / 100, (buyer, share.group)
            assert share.people == found.person_id.nunique() and share.of_people == theirs.person_id.nunique()
    whole = lines[None]
    assert (whole.statement.owed, whole.statement.retained, whole.base) == (1000, 910, 9000)
    assert (whole.project.target, whole.aim, whole.rate, whole.met) == (5, 450, D("10.11"), True)
    assert (whole.sex_unknown, lines[two.id].base, lines[two.id].met) == (40, None, None)
    assert lines[one.id].base == 9000


def test_the_convention_says_its_own_target_and_the_typed_hours_stand_for_the_whole(session: Session) -> None:
    site, one, _ = a_project(session)
    operations.amend(
        session, site, by=None, target_percent=12, site_hours=D(7000), site_hours_source="Annexe 2"
    )
    session.commit()
    lines = lines_of(session, site)
    assert (lines[None].base, lines[None].aim, lines[None].base_note) == (7000, 840, "Annexe 2")
    assert lines[None].met and lines[one.id].base == 9000
    operations.amend(session, site, by=None, target_percent=None, gup=True, women_percent=25)
    session.commit()
    whole = lines_of(session, site)[None].project
    assert whole.target == 10 and dict(whole.groups) == {
        Group.women: 25,
        Group.qpv: None,
        Group.alternance: 30,
    }


def test_a_buyer_reads_its_own_part_and_no_small_group(session: Session) -> None:
    site, one, two = a_project(session)
    [mine] = npnru_figures.of_buyer(session, one.id, ON)
    shown = {share.group: share.people for share in mine.shares}
    assert shown == {Group.women: None, Group.qpv: 6, Group.alternance: 5}
    assert mine.shares[0].hours is None and mine.shares[0].rate is None and mine.sex_unknown == 0
    [other] = npnru_figures.of_buyer(session, two.id, ON)
    assert all(share.masked for share in other.shares)
    assert other.statement.retained == 30 and site.name == other.project.name


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"npnru": False, "target_percent": 7}, "cochez l’un des deux"),
        ({"site_hours": D(10)}, "avec leur source"),
        ({"site_hours_source": "Annexe"}, "avec leur source"),
        ({"site_hours": D(0), "site_hours_source": "Annexe"}, "ne mesurent rien"),
    ],
)
def test_objectives_that_nothing_asks_for_are_refused(
    session: Session, fields: dict[str, object], sentence: str
) -> None:
    site = operations.create(session, trade.territory(session).id, name="Quartier", by=None, npnru=True)
    with pytest.raises(OperationRefused, match=sentence):
        operations.amend(session, site, by=None, **fields)


def test_the_form_keeps_what_was_typed_and_the_pages_tell_it(client: Browser, session: Session) -> None:
    site, one, _ = a_project(session)
    place = session.get_one(trade.Territory, site.territory_id)
    builders.sign_in(client, builders.user(session, MembershipRole.facilitator, territory=place))
    where = f"/operations/{site.id}"
    typed = {"convention": "ANRU 93", "target_percent": "12", "women_percent": "20", "site_hours": "7 000,50"}
    for wrong in (
        {"target_percent": "0"},
        {"target_percent": "1e2"},
        {"site_hours": "NaN"},
        {"women_percent": "101"},
        {},
    ):
        refused = client.submit(client.get(where), typed | wrong)
        assert refused.status_code == 422 and "ANRU 93" in refused.text, wrong
    session.expire_all()
    assert site.convention is None
    client.submit(client.get(where), typed | {"site_hours_source": "Annexe 2"})
    page = said(client.get("/objectifs/renouvellement-urbain"))
    assert stands("convention ANRU 93", page) and stands("7 000,50 h", page) and stands("12 % visés", page)
    assert client.get("/objectifs/renouvellement-urbain.xlsx").status_code == 200
    buyer = client.application.test_client()
    reader = builders.user(session, MembershipRole.authority, organisation=one)
    session.commit()
    builders.sign_in(buyer, reader)
    page = said(buyer.get("/mes-marches/achats-responsables/renouvellement-urbain"))
    assert "masqué" in page and "Fictif-" not in page
    assert buyer.get("/mes-marches/achats-responsables/renouvellement-urbain.xlsx").status_code == 200
    assert buyer.get("/objectifs/renouvellement-urbain").status_code == 404
