"""The yearly campaign: what was sent stays as it was, what came after is told, a rectification is one more version."""

import hashlib
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from facilitator import integrity, journal_sentences, survey_campaigns, survey_late, survey_tables
from facilitator.journal import JournalEntry, now
from facilitator.survey_campaigns import Campaign, CampaignRefused, SurveyCampaign, SurveyVersion
from facilitator.vocabulary import ContractType, LedgerKind
from tests import survey_year, trade
from tests.survey_year import TODAY, YEAR, Lived
from tests.test_survey_lines import page_of
from tests.trade import day
from tests.workbooks import opened, rows, sheet

D = Decimal


def opened_year(session: Session, here: Lived, year: int = YEAR) -> SurveyCampaign:
    return survey_campaigns.open_year(session, here.ground.territory, year, on=TODAY, at=now(), by=None)


def send(session: Session, here: Lived, year: int = YEAR, on: date = TODAY) -> SurveyVersion:
    made = survey_campaigns.send(session, here.ground.territory, year, on=on, at=now(), by=None)
    session.commit()
    return made


def told(session: Session, here: Lived) -> Campaign:
    found = survey_campaigns.told(session, here.ground.territory.id, page_of(session, here.asked), YEAR)
    assert found is not None
    return found


def later(session: Session, here: Lived) -> None:
    """An hour, a line of hours owed and a contract of 2025, recorded once the survey was sent."""
    ground = here.ground
    trade.month(session, ground.contract, "05/2025", "12.5")
    trade.ledger.add_line(
        session, ground.lot, LedgerKind.avenant, D(9), effective_on=day("01/09/2025"), by=None
    )
    new = trade.person(session, ground.territory, "01/01/2025")
    trade.direct(session, new, ground.award, ContractType.cdi, "01/10/2025")
    session.commit()


def test_what_was_sent_stays_and_what_came_after_is_told_with_its_effect(session: Session) -> None:
    here = survey_year.lived(session)
    campaign = opened_year(session, here)
    assert opened_year(session, here).id == campaign.id
    first = send(session, here)
    kept = bytes(first.workbook)
    assert (first.number, campaign.state, told(session, here).changes) == (1, "sent", [])
    with pytest.raises(CampaignRefused, match="Rien n’a changé depuis la version n°\u00a01"):
        send(session, here)
    session.rollback()
    later(session, here)
    changes = {each.label: each for each in told(session, here).changes}
    hours = changes["Heures retenues"]
    assert (hours.before, hours.now, hours.difference) == (D("194.75"), D("207.25"), D("12.5"))
    assert changes["Heures engagées"].difference == 9
    assert changes["Contrats – CDI"].difference == 1 and changes["Personnes"].difference == 1
    late = survey_late.lines(session, here.asked, first.made_at)
    assert {each.kind for each in late} == {"Heures", "Engagement", "Contrat"}
    assert sum(each.hours or 0 for each in late) == D("21.5")
    second = send(session, here)
    assert (second.number, told(session, here).state.label, told(session, here).changes) == (
        2,
        "rectifiée",
        [],
    )
    assert survey_late.lines(session, here.asked, second.made_at) == []
    session.expire_all()
    assert bytes(first.workbook) == kept and hashlib.sha256(kept).hexdigest() == first.workbook_sha256
    assert first.values["hours_counted"] == D("194.75") and second.values["hours_counted"] == D("207.25")
    _says_the_frozen_figures(kept)
    _is_in_the_journal(session)


def _says_the_frozen_figures(workbook: bytes) -> None:
    page = sheet(opened(workbook), "Synthèse")
    main = {row["Indicateur"]: row for row in rows(page, "Indicateur")}
    assert D(str(main["Heures retenues"]["2025"])) == D("194.75")
    assert main["Personnes"]["2025"] == 7


def _is_in_the_journal(session: Session) -> None:
    lines = session.execute(
        select(JournalEntry.verb, JournalEntry.thing, JournalEntry.details)
        .where(JournalEntry.thing.startswith("survey"))
        .order_by(JournalEntry.id)
    )
    assert [journal_sentences.sentence(*line) for line in lines] == [
        "Campagne de l’enquête 2025 ouverte.",
        "Enquête 2025 transmise.",
        "Enquête 2025 rectifiée\u00a0: version n°\u00a02 transmise.",
    ]


def test_a_year_that_is_not_over_is_not_sent_and_one_to_come_not_opened(session: Session) -> None:
    here = survey_year.lived(session)
    with pytest.raises(CampaignRefused, match="choisissez une année commencée"):
        opened_year(session, here, 2027)
    with pytest.raises(CampaignRefused, match="n’est pas ouverte"):
        send(session, here)
    opened_year(session, here, 2026)
    with pytest.raises(CampaignRefused, match="se transmet à partir du 1er\u00a0janvier\u00a02027"):
        send(session, here, 2026)
    session.rollback()
    assert session.scalar(select(func.count(SurveyVersion.id))) == 0


def test_the_same_figures_are_the_same_text_and_verify_names_what_was_altered(session: Session) -> None:
    here = survey_year.lived(session)
    opened_year(session, here)
    made = send(session, here)
    page = page_of(session, here.asked)
    assert made.values == survey_tables.values(page)
    session.execute(update(SurveyVersion).values(workbook=b"PK autre", figures="{}"))
    [check] = [each for each in integrity.checks(session, TODAY) if each.code == "surveys"]
    assert check.faults == (
        f"enquête {made.id}\u00a0: les chiffres ne sont plus ceux qui ont été transmis",
        f"enquête {made.id}\u00a0: le classeur n’est plus celui qui a été transmis",
    )
