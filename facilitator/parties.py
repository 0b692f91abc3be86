"""The two sides of a placement: its employer, and the company that can say too what was worked."""

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import aliased

from facilitator.awards import Award
from facilitator.placements import Placement

_Own, _Above = aliased(Award), aliased(Award)

# A column for selects over `Placement`: the company that hosts a person made available, or the one that a
# subcontractor works for; NULL for a direct hire, where nobody else knows the hours.
SECOND_PARTY: ColumnElement[int | None] = case(
    (Placement.host_id != Placement.employer_id, Placement.host_id),
    else_=select(_Above.organisation_id)
    .join(_Own, _Own.parent_id == _Above.id)
    .where(_Own.id == Placement.award_id)
    .correlate(Placement)
    .scalar_subquery(),
)
