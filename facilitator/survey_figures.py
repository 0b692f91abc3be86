"""The figures of the national survey, by SQL over the lines: a constant number of selects, whatever the lines."""

import datetime
from collections.abc import Collection

from sqlalchemy.orm import Session

from facilitator.refusals import Refused
from facilitator.survey import Survey


class SurveyRefused(Refused):
    """The survey of a year cannot be drawn up as asked."""


def of_year(session: Session, year: int, territory_ids: Collection[int] | None, on: datetime.date) -> Survey:
    """The survey of a year over these territories (None: all), as known at the close of a day."""
    raise NotImplementedError
