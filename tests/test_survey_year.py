"""The fictitious country: its survey gives the published figures to the unit and to the percent, from lines."""

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from facilitator import survey, survey_figures
from facilitator.contracts import Contract
from facilitator.db import Base
from facilitator.demo import DemoRefused, survey_year
from facilitator.hours import Share
from facilitator.markets import Market
from facilitator.survey import Survey

ON = datetime.date(2026, 11, 23)
CATEGORIES = {
    "commune": 420, "bailleur_social": 190, "epci": 170, "sem": 60, "region": 17, "departement": 55,
    "etat": 40, "etablissement_public": 120, "hopital": 60,
}  # fmt: skip


def country() -> Iterator[Session]:
    """The whole of it, in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        assert survey_year.load(session, ON, lambda sentence: None) == 2025
        session.commit()
        yield session
    engine.dispose()


written = pytest.fixture(scope="module", name="country")(country)


@pytest.fixture(scope="module")
def figures(country: Session) -> Survey:
    return survey_figures.of_year(country, 2025, None, ON)


@pytest.fixture
def told(figures: Survey) -> dict[str, Any]:
    """As `--json` prints it."""
    found: dict[str, Any] = json.loads(json.dumps(survey.as_json(figures)))
    return found


def test_its_buyers_hours_and_contracts_are_those_published(told: dict[str, Any]) -> None:
    assert (told["authorities"]["value"], told["authorities"]["base_territories"]) == (1132, 90)
    assert told["authorities"]["by_category"] == CATEGORIES
    assert (told["territories"]["value"], told["territories"]["base_territories"]) == (90, 90)
    assert (told["hours_owed"]["value"], told["hours_owed"]["base_territories"]) == (13_000_000, 90)
    contracts = told["contracts"]
    assert (contracts["value"], contracts["base_territories"]) == (4324, 81)
    assert contracts["by_group"] == {
        "cdi": 1816, "cdd": 1081, "professionnalisation": 865, "aide": 303, "interim": 259, "autres": 0,
    }  # fmt: skip
    assert {code: round(share) for code, share in contracts["shares"].items()} == {
        "cdi": 42, "cdd": 25, "professionnalisation": 20, "aide": 7, "interim": 6, "autres": 0,
    }  # fmt: skip
    assert contracts["missions"] > 239


def test_its_two_rates_are_those_published_among_silent_people_and_people_out_of_scope(
    told: dict[str, Any],
) -> None:
    six, twelve = told["followup"]["6"], told["followup"]["12"]
    assert [six[key] for key in ("left", "reached", "in_scope", "asked", "answered", "in_work")] == [
        900, 900, 870, 750, 600, 402,
    ]  # fmt: skip
    assert [twelve[key] for key in ("left", "reached", "in_scope", "asked", "answered", "in_work")] == [
        750, 750, 725, 610, 500, 400,
    ]  # fmt: skip
    assert (six["rate"], six["floor_rate"], six["response_rate"]) == (67, 46.21, 68.97)
    assert (twelve["rate"], twelve["floor_rate"], twelve["response_rate"]) == (80, 55.17, 68.97)
    assert (six["base_territories"], twelve["base_territories"]) == (81, 81)


def test_each_breakdown_adds_up_and_says_how_many_structures_filled_it_in(figures: Survey) -> None:
    assert figures.hours_counted.base == "sur 81\u00a0territoires"
    for indicator in survey.Indicator:
        for each in figures.breakdowns(indicator).values():
            assert sum(each.by.values()) + each.unknown == each.value == figures.figure(indicator).value
    assert figures.people_by[survey.Axis.education].base == "sur 75\u00a0structures ayant renseigné"


def test_lines_that_must_not_count_stand_in_it(country: Session, figures: Survey) -> None:
    def number(query: Any) -> int:
        return country.scalar(select(func.count()).select_from(query.subquery())) or 0

    assert number(select(Market.id).where(~Market.pilot)) == 55
    assert number(select(Market.buyer_id).distinct()) == 1132 + 40 + 10
    assert number(select(Contract.id)) > 4324 + 300
    standings = set(country.scalars(select(Share.standing).distinct()))
    assert standings == {"counted", "awaiting", "refused", "outside"}


def test_the_territories_alone_add_up_to_the_country(country: Session, figures: Survey) -> None:
    halves = [
        survey_figures.of_year(country, 2025, ids, ON) for ids in (range(1, 46), range(46, 91))
    ]  # each buyer has its pilot in one territory
    for name in ("authorities", "hours_owed", "hours_counted", "people"):
        assert sum(getattr(half, name).value for half in halves) == getattr(figures, name).value
    assert sum(half.contracts.value for half in halves) == figures.contracts.value


def test_it_is_refused_where_something_is_written_already(country: Session) -> None:
    with pytest.raises(DemoRefused, match="contient déjà des données"):
        survey_year.load(country, ON, lambda sentence: None)
