"""The fictitious country on both engines: the same figures, and everything that `verify` reads holds in it."""

import pytest
from sqlalchemy.orm import Session

from facilitator import integrity, survey_figures
from facilitator.demo import survey_year
from facilitator.survey import as_json
from tests.test_survey_year import ON, country

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]


def test_both_engines_write_the_same_country_and_everything_holds_in_it(session: Session) -> None:
    year = survey_year.load(session, ON, lambda sentence: None)
    session.commit()
    for beside in country():
        for asked in (year, year - 1):
            here, there = (
                as_json(survey_figures.of_year(each, asked, None, ON)) for each in (session, beside)
            )
            assert here == there
        for each in (session, beside):
            assert [fault for check in integrity.checks(each, ON) for fault in check.faults] == []
