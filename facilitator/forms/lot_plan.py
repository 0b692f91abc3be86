"""The form of a lot’s monthly plan: one field of hours a month."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from facilitator import french
from facilitator.forms.base import EditForm
from facilitator.forms.fields import HoursField

Plan = Mapping[datetime.date, Decimal]


@dataclass(frozen=True)
class Edition:
    """A plan as it was read: two editors of the same one have the same version."""

    plan: Plan

    @property
    def version(self) -> str:
        told = "|".join(f"{month}:{hours:.2f}" for month, hours in sorted(self.plan.items()))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


class PlanForm(EditForm):
    """Hours of each month; a month left empty counts none."""

    months: Sequence[datetime.date] = ()

    def plan(self) -> dict[datetime.date, Decimal]:
        """The months that were filled."""
        typed = {month: self[_name(month)].data for month in self.months}
        return {month: hours for month, hours in typed.items() if hours is not None}

    def by_year(self) -> list[tuple[int, list[Any]]]:
        """The fields of each year."""
        years: dict[int, list[Any]] = {}
        for month in self.months:
            years.setdefault(month.year, []).append(self[_name(month)])
        return list(years.items())


def form_of(months: Sequence[datetime.date], edition: Edition, formdata: bool = True) -> PlanForm:
    """The form of these months, filled from the plan as it stands."""
    fields: dict[str, Any] = {"months": tuple(months)}
    for month in months:
        fields[_name(month)] = HoursField(french.month(month).capitalize())
    filled = {_name(month): hours for month, hours in edition.plan.items()}
    made: type[PlanForm] = type("MonthsOfPlan", (PlanForm,), fields)
    data = {**filled, "version": edition.version}
    return made(data=data) if formdata else made(formdata=None, data=data)


def _name(month: datetime.date) -> str:
    return f"hours_{month:%Y_%m}"
