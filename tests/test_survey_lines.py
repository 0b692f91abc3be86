"""Behind each figure of the survey stands a list whose sum is the figure; what has no figure has no list."""

from decimal import Decimal

from sqlalchemy.orm import Session

from facilitator import survey_figures, survey_lines, survey_parts, survey_tables
from facilitator.survey_selections import Asked
from facilitator.survey_tables import Page, Read, Unit
from tests import survey_year
from tests.survey_year import TODAY, YEAR, Lived

NOT_LISTED = {"territories", "etp"}


def page_of(session: Session, asked: Asked) -> Page:
    return survey_tables.of(Read(survey_figures.of_year(session, asked.year, asked.territory_ids, TODAY)))


def test_the_sum_of_each_list_is_its_figure(session: Session) -> None:
    here = survey_year.lived(session)
    page = page_of(session, here.asked)
    listed, several = 0, 0
    for line in page.lines():
        if line.key in NOT_LISTED or line.unit is Unit.percent or line.key.endswith("/people"):
            continue
        listing = survey_lines.behind(session, here.asked, line.key)
        assert listing is not None, line.key
        assert survey_lines.total(session, listing) == line.value, line.key
        rows = [listing.read(row) for row in session.execute(listing.query)]
        assert sum((row.value for row in rows), Decimal(0)) == line.value, line.key
        assert {len(row.cells) for row in rows} <= {len(listing.columns)}
        listed, several = listed + 1, several + bool(line.value)
    assert listed > 60 and several > 25
    _says_what_happened(page)


def _says_what_happened(page: Page) -> None:
    said = {line.key: line.value for line in page.lines()}
    assert (said["people"], said["contracts"], said["contracts/interim"]) == (7, 7, 3)
    assert said["hours_owed"] == Decimal("1130.50")
    assert said["hours_counted"] == Decimal("194.75")
    assert [said[f"followup/6/{step}"] for step in ("left", "answered", "in_work")] == [6, 2, 1]
    assert (said["authorities"], said["markets"], said["lots"]) == (1, 2, 2)


def test_successive_missions_are_one_line_or_as_many_as_the_territory_says(session: Session) -> None:
    here = survey_year.lived(session)
    survey_year.trade.territories.set_parameter(
        session,
        here.ground.territory,
        "successive_missions_once",
        "non",
        effective_on=survey_year.trade.LONG_AGO,
        by=None,
    )
    listing = survey_lines.behind(session, here.asked, "contracts/interim")
    assert listing is not None
    assert survey_lines.total(session, listing) == 6
    assert page_of(session, here.asked).line("contracts/interim").value == 6


def test_what_is_no_figure_has_no_list(session: Session) -> None:
    asked = Asked(YEAR, (1,), TODAY)
    for key in ("", "people/mode/x", "people/sex", "people/sex/x", "followup", "followup/7/left"):
        assert survey_lines.behind(session, asked, key) is None, key
    for key in ("followup/6/nothing", "contracts/x", "contracts/cdi/x", "territories", "people/public/rsa/x"):
        assert survey_lines.behind(session, asked, key) is None, key


def test_the_counts_of_each_territory_are_its_own_survey(session: Session) -> None:
    here: Lived = survey_year.lived(session)
    parts = survey_parts.of(session, Asked(YEAR, None, TODAY))
    assert set(parts) == {here.ground.territory.id, here.neighbour.id}
    for territory_id, counted in parts.items():
        page = page_of(session, Asked(YEAR, (territory_id,), TODAY))
        said = {line.key: line.value for line in page.lines()}
        for key, value in survey_parts.values(counted).items():
            assert said.get(key, 0) == value, key
    listing = survey_lines.behind(session, Asked(YEAR, None, TODAY), "hours_counted")
    assert listing is not None
    assert survey_lines.by_territory(session, listing) == {
        here.ground.territory.id: Decimal("194.75"),
        here.neighbour.id: Decimal(50),
    }
