"""The annual bilan: its figures are the survey’s, its months and buyers are recounted with pandas, few people are masked."""

import datetime
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from itertools import pairwise

import pandas as pd
import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import annual_bilan, annual_bilans, ledger, survey_figures
from facilitator.annual_bilan import AnnualBilan
from facilitator.annual_bilans import AnnualBilanRefused
from facilitator.bilan import MASKED
from facilitator.commitments import LedgerLine
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.outcomes import Chain
from facilitator.survey import Axis, Indicator, Survey
from facilitator.territories import Territory
from facilitator.vocabulary import ContractType, LedgerKind
from reports import annual_bilan_pdf, annual_bilan_workbook
from tests import trade
from tests.builders import now
from tests.pdf_text import plain, text_of_pdf
from tests.trade import day

TODAY = day("23/11/2026")


@pytest.fixture
def place(session: Session) -> Territory:
    """Two buyers, six women and two men of 2026, one of 2025, and another territory’s hours."""
    ground = trade.market(session)
    other = trade.lot(session, ground.territory, start="01/03/2026", hours="250")
    second = trade.award(session, other)
    for position in range(8):
        sex = "h" if position < 2 else "f"
        person = trade.person(session, ground.territory, "01/01/2026", sex=sex)
        hired = trade.direct(
            session, person, second if position % 2 else ground.award, ContractType.cdi, "01/03/2026"
        )
        for month in ("03/2026", "04/2026")[: 1 + position % 2]:
            trade.month(session, hired.contract, month, f"{20 + position},25".replace(",", "."))
    trade.month(session, ground.contract, "12/2025", "31")
    ledger.add_line(session, other, LedgerKind.avenant, Decimal(-50), effective_on=day("15/06/2026"), by=None)
    elsewhere = trade.market(session)
    trade.month(session, elsewhere.contract, "03/2026", "77")
    session.commit()
    return ground.territory


def drawn(session: Session, place: Territory, year: int = 2026) -> AnnualBilan:
    return annual_bilans.of_year(session, place.id, year, TODAY)


def test_months_and_buyers_are_those_that_pandas_finds_among_the_lines(
    session: Session, place: Territory
) -> None:
    worked = pd.DataFrame(
        session.execute(
            select(Share.territory_id, Share.month, Share.retained, Market.buyer_id)
            .join(Lot, Lot.id == Share.lot_id)
            .join(Market, Market.id == Lot.market_id)
        ).all()
    )
    owed = pd.DataFrame(
        session.execute(
            select(LedgerLine.territory_id, LedgerLine.effective_on, LedgerLine.delta, Market.buyer_id)
            .join(Lot, Lot.id == LedgerLine.lot_id)
            .join(Market, Market.id == Lot.market_id)
        ).all()
    )
    worked, owed = worked[worked.territory_id == place.id], owed[owed.territory_id == place.id]
    worked["year"], owed["year"] = (
        [each.year for each in worked.month],
        [each.year for each in owed.effective_on],
    )
    bilan = drawn(session, place)
    this = worked[worked.year == 2026]
    months = this.groupby("month").retained.sum()
    assert {each.month: each.retained for each in bilan.months if each.retained} == months.to_dict()
    assert sum(each.retained for each in bilan.months) == bilan.survey.hours_counted.value
    assert bilan.months[11].previous == worked[worked.year == 2025].retained.sum() == Decimal(31)
    due = owed[owed.year == 2026]
    assert sum(each.owed for each in bilan.months) == due.delta.sum() == bilan.survey.hours_owed.value == 200
    assert (bilan.months[2].owed, bilan.months[5].owed) == (Decimal(250), Decimal(-50))
    labels = {each.id: each.label for each in session.scalars(select(Organisation))}
    done = this.groupby("buyer_id").retained.sum().to_dict()
    assert {each.name: each.retained for each in bilan.buyers} == {
        labels[int(str(key))]: hours for key, hours in done.items()
    }
    assert sum(each.owed for each in bilan.buyers) == due.delta.sum()
    assert all(first.retained >= second.retained for first, second in pairwise(bilan.buyers))


def test_the_page_the_pdf_and_the_workbook_say_the_survey_s_own_figures(
    session: Session, place: Territory
) -> None:
    bilan = drawn(session, place)
    assert bilan.survey == survey_figures.of_year(session, 2026, [place.id], TODAY)
    assert bilan.previous == survey_figures.of_year(session, 2025, [place.id], day("31/12/2025"))
    words = text_of_pdf(annual_bilan_pdf.build(bilan, made_at=now()))
    book = load_workbook(BytesIO(annual_bilan_workbook.build(bilan)))
    rows = {row[0]: row for row in book["Synthèse"].iter_rows(min_row=6, values_only=True)}
    for indicator in Indicator:
        line = bilan.page.line(indicator)
        told = [annual_bilan_pdf.value(line), annual_bilan_pdf.before(line), annual_bilan_pdf.change(line)]
        assert plain(" ".join((indicator.label, *told))) in words
        shown = rows[indicator.label][1]
        assert line.value is not None
        assert Decimal(str(shown)) == line.value
    assert "année en cours" in words
    assert "Situation au 23 novembre 2026" in words


def test_few_people_are_masked_with_somebody_who_hides_them(session: Session, place: Territory) -> None:
    bilan = drawn(session, place)
    by_sex = bilan.survey.people_by[Axis.sex]
    assert {code: int(count) for code, count in by_sex.by.items()} == {"f": 6, "h": 2}
    hidden = annual_bilan.hidden(bilan.survey, 5)
    assert {"people/sex/f", "people/sex/h"} <= hidden
    assert Indicator.people not in hidden
    words = text_of_pdf(annual_bilan_pdf.build(bilan, made_at=now()))
    assert "Homme masqué masqué" in words
    book = load_workbook(BytesIO(annual_bilan_workbook.build(bilan)))
    cells = {row[0]: row[1:] for row in book["Tableaux"].iter_rows(min_row=2, values_only=True)}
    assert cells["Personnes par sexe – Homme"][0] == MASKED
    assert cells["Personnes par sexe – Femme"][0] == MASKED
    assert not [name for name in cells if str(name).startswith("Heures retenues par sexe")]


def _with_chain(survey: Survey, chain: Chain) -> Survey:
    followed = replace(survey.followup[6], chain=chain)
    return replace(survey, followup={**survey.followup, 6: followed})


def test_what_became_of_a_handful_gives_no_rate(session: Session, place: Territory) -> None:
    survey = drawn(session, place).survey
    chain = survey.followup[6].chain
    crowd = replace(chain, left=60, people=60, reached=50, in_scope=50, asked=45, answered=30, in_work=20)
    cases = {
        crowd: set(),
        replace(crowd, in_work=27): {"in_work", "rate", "floor_rate"},
        replace(crowd, in_work=3): {"in_work", "rate", "floor_rate"},
        replace(crowd, in_scope=48): {"in_scope", "asked", "response_rate", "floor_rate"},
        replace(crowd, left=4, people=4, reached=4, in_scope=4, asked=4, answered=4, in_work=4): {""},
    }
    for each, names in cases.items():
        hidden = annual_bilan.hidden(_with_chain(survey, each), 5)
        found = {key.removeprefix("followup/6").strip("/") for key in hidden if key.startswith("followup/6")}
        assert found == names


def test_a_year_without_a_line_is_said_so(session: Session, place: Territory) -> None:
    bilan = drawn(session, place, 2010)
    assert bilan.empty
    words = text_of_pdf(annual_bilan_pdf.build(bilan, made_at=now()))
    assert "Aucune ligne en 2010" in words
    assert annual_bilan_workbook.build(bilan)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("year", [1999, 2027, 9999])
def test_a_year_to_come_has_no_bilan(session: Session, year: int) -> None:
    place = trade.territory(session)
    with pytest.raises(AnnualBilanRefused, match=f"L’année {year} ne peut pas"):
        annual_bilans.of_year(session, place.id, year, datetime.date(2026, 11, 23))
