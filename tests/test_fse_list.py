"""The FSE+ list: who stands in a period, what is missing, recomputed with pandas; the page mends, the workbook tells all."""

import datetime
import io
from typing import Any

import openpyxl
import pandas as pd
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from facilitator import contracts, fse_list, fse_participants
from facilitator.fse_list import Moment
from facilitator.journal import AccessLogEntry
from facilitator.vocabulary import (
    ContractType,
    Criterion,
    FollowUpOutcome,
    MembershipRole,
    SiaeKind,
    Situation,
)
from tests import builders, trade
from tests.forms_in_pages import Browser
from tests.test_objectives import told
from tests.trade import day
from tests.web.desk import BUDGET
from tests.web.test_objectives_pages import said

ON = datetime.date(2026, 11, 23)
PLAN: tuple[tuple[str, str, dict[str, Any]], ...] = (  # start, end, facts of the person
    ("03/03/2025", "30/09/2025", {"sex": "f", "education": "bac", "birth_on": day("02/03/2000")}),
    ("03/03/2026", "30/04/2026", {"sex": "h", "birth_on": None}),
    ("05/01/2026", "31/10/2026", {"education": "none"}),
    ("01/09/2026", "31/12/2026", {"sex": "f", "education": "bac_plus"}),
    ("31/12/2025", "31/12/2025", {}),
)  # fmt: skip


def five_paths(session: Session) -> trade.Territory:
    place = trade.territory(session)
    on_award, aci = trade.award(session, trade.lot(session, place)), trade.siae(session, SiaeKind.ACI)
    for number, (start, end, facts) in enumerate(PLAN):
        person = trade.person(session, place, **facts)
        if number != 4:
            trade.fiche(session, person, "01/01/2025", Criterion.deld)
        trade.direct(session, person, on_award, ContractType.cdd, start, end)
        if number == 1:
            contracts.record(
                session, person, aci.id, type=ContractType.cddi, from_on=day("01/05/2026"),
                to_on=day("31/12/2026"), weekly_hours=trade.FULL_TIME, by=None,
            )  # fmt: skip
        if number == 0:
            told(session, place, (person.id, day(end)), 6, FollowUpOutcome.answered, situation=Situation.cdi)
    session.commit()
    return place


def test_the_list_and_its_gaps_are_what_pandas_finds_in_the_rows(session: Session) -> None:
    place = five_paths(session)
    rows = pd.read_sql(
        text(
            "SELECT p.*, q.sex, q.birth_on, q.education, f.outcome FROM paths p JOIN persons q ON q.id = p.person_id"
            " LEFT JOIN follow_ups f ON f.person_id = p.person_id AND f.exit_on = p.to_on AND f.milestone = 6"
        ),
        session.connection(), parse_dates=["from_on", "to_on", "six_on"],
    )  # fmt: skip
    every = fse_participants.of_territory(session, place.id, ON)
    today = pd.Timestamp(ON)
    for start, end in (
        (day("01/01/2026"), ON),
        (day("01/01/2025"), day("31/12/2025")),
        (day("30/09/2025"), day("30/09/2025")),
    ):
        first, last = pd.Timestamp(start), pd.Timestamp(end)
        gone = rows.to_on <= today
        expected = {
            Moment.entered: rows[rows.from_on.between(first, last)],
            Moment.left: rows[gone & rows.to_on.between(first, last)],
            Moment.present: rows[(rows.from_on <= last) & (~gone | (rows.to_on >= first))],
        }
        for moment, theirs in expected.items():
            found = fse_list.chosen(every, moment, start, end)
            assert sorted(each.person_id for each in found) == sorted(theirs.person_id), (moment, start)
            missing = fse_list.missing(found, ON)
            assert missing["sexe"] == theirs.sex.isna().sum()
            assert missing["age"] == theirs.birth_on.isna().sum()
            assert missing["etudes"] == theirs.education.isna().sum()
            assert (
                missing["six"]
                == ((theirs.six_on <= today) & (theirs.to_on <= today) & theirs.outcome.isna()).sum()
            )
    oldest = every[0]
    assert (oldest.age, oldest.before, oldest.six_known) == (25, (Criterion.deld,), Situation.cdi)
    by_entry = {each.entered_on: each for each in every}
    assert by_entry[day("03/03/2026")].exit_known is Situation.contrat_iae
    assert by_entry[day("01/09/2026")].left_on is None and by_entry[day("31/12/2025")].before == ()
    lacking = {key: len(fse_list.lacking(every, key, ON)) for key in ("avant", "sortie", "", "rien")}
    assert lacking == {"avant": 1, "sortie": 3, "": 5, "rien": 5}


def test_the_page_counts_what_is_missing_and_says_where_to_mend_it(client: Browser, session: Session) -> None:
    place = five_paths(session)
    builders.sign_in(client, builders.user(session, MembershipRole.facilitator, territory=place))
    period = "qui=present&du=2025-01-01&au=2026-12-31"
    page = client.get(f"/objectifs/fse?{period}")
    assert page.status_code == 200 and client.watch is not None and client.watch.selects <= BUDGET
    assert "Compléter la fiche" in said(page) and "5 lignes en tout" in said(page)
    before = session.scalar(select(func.count()).select_from(AccessLogEntry)) or 0
    shown = said(client.get(f"/objectifs/fse?{period}&manque=avant"))
    assert shown.count("Compléter la fiche") == 1
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/objectifs/fse.xlsx?{period}").data))
    assert len(list(book["Participants"].iter_rows(min_row=5))) == 5
    assert {row[0]: row[1] for row in book["Ce qui manque"].iter_rows(min_row=5, values_only=True)}[
        "Sexe"
    ] == 2
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(AccessLogEntry)) == before + 2
    for wrong in ("du=hier", "du=2026-02-30", "du=2026-12-01&au=2026-01-01"):
        assert client.get(f"/objectifs/fse?{wrong}").status_code == 422, wrong
    assert client.get("/objectifs/fse?qui=x&manque=x&page=-1").status_code == 200


def test_nobody_of_another_territory_is_listed(session: Session) -> None:
    five_paths(session)
    assert fse_participants.of_territory(session, trade.territory(session).id, ON) == []
