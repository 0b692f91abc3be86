"""Reads the annual bilan of a territory: the surveys of two years, their months and buyers, the activity, the objectives."""

import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import (
    activity,
    annual_bilan,
    french,
    plie_exits,
    plie_objectives,
    survey_figures,
    territories,
)
from facilitator import survey_selections as selections
from facilitator.activity_report import Period
from facilitator.annual_bilan import ZERO, AnnualBilan, Buyer, Month
from facilitator.commitments import LedgerLine
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.outcomes import MILESTONES
from facilitator.periods import first_of_month
from facilitator.plie_objectives import PlieObjectives, Public
from facilitator.refusals import Refused
from facilitator.rules import Rules
from facilitator.survey_selections import Asked
from facilitator.territories import Territory

FIRST_YEAR = 2000


class AnnualBilanRefused(Refused):
    """The bilan of such a year cannot be drawn up."""


def of_year(session: Session, territory_id: int, year: int, on: datetime.date) -> AnnualBilan:
    """The bilan of a year as known at its end, or today; refuses a year to come (a number of selects that never grows)."""
    if not FIRST_YEAR <= year <= on.year:
        raise AnnualBilanRefused(
            f"L’année {year} ne peut pas faire l’objet d’un bilan. Choisissez une année de {FIRST_YEAR} à {on.year}."
        )
    last = min(datetime.date(year, 12, 31), on)
    asked = Asked(year, {territory_id}, last)
    before = Asked(year - 1, {territory_id}, datetime.date(year - 1, 12, 31))
    survey = survey_figures.of_year(session, year, [territory_id], asked.on)
    previous = survey_figures.of_year(session, year - 1, [territory_id], before.on)
    rules = territories.rules_of(session, territory_id).on(last)
    done = activity.Asked(territory_id, Period(asked.first, last))
    return AnnualBilan(
        territory=session.get_one(Territory, territory_id).name,
        survey=survey,
        previous=previous,
        page=annual_bilan.laid_out(survey, previous, rules.small_cell),
        months=_months(session, asked, before),
        buyers=_buyers(session, asked),
        activity=activity.report(session, done, on),
        plie=_plie(session, territory_id, year, last, rules),
        rules=rules,
        made_on=on,
    )


def _retained(session: Session, asked: Asked) -> dict[datetime.date, Decimal]:
    rows = session.execute(
        selections.shares(asked)
        .with_only_columns(Share.month, func.sum(Share.retained))
        .group_by(Share.month)
    )
    return {month: Decimal(hours) for month, hours in rows}


def _months(session: Session, asked: Asked, before: Asked) -> tuple[Month, ...]:
    retained, previous = _retained(session, asked), _retained(session, before)
    owed: dict[datetime.date, Decimal] = {}
    rows = session.execute(
        selections.ledger_lines(asked)
        .with_only_columns(LedgerLine.effective_on, func.sum(LedgerLine.delta))
        .group_by(LedgerLine.effective_on)
    )
    for day, hours in rows:
        if day is not None:
            month = first_of_month(day)
            owed[month] = owed.get(month, ZERO) + Decimal(hours)
    firsts = [datetime.date(asked.year, number, 1) for number in range(1, 13)]
    return tuple(
        Month(
            each,
            owed.get(each, ZERO),
            retained.get(each, ZERO),
            previous.get(each.replace(year=each.year - 1), ZERO),
        )
        for each in firsts
    )


def _buyers(session: Session, asked: Asked) -> tuple[Buyer, ...]:
    """Every buyer with hours owed or retained in the year, the most retained first."""
    owed = session.execute(
        selections.ledger_lines(asked)
        .with_only_columns(Market.buyer_id, func.sum(LedgerLine.delta))
        .group_by(Market.buyer_id)
    )
    worked = session.execute(
        selections.shares(asked)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .with_only_columns(Market.buyer_id, func.sum(Share.retained))
        .group_by(Market.buyer_id)
    )
    due = {key: Decimal(hours) for key, hours in owed}
    done = {key: Decimal(hours) for key, hours in worked}
    found = session.scalars(select(Organisation).where(Organisation.id.in_(due.keys() | done.keys())))
    told = [Buyer(each.label, due.get(each.id, ZERO), done.get(each.id, ZERO)) for each in found]
    return tuple(sorted(told, key=lambda each: (-each.retained, -each.owed, french.of(each.name))))


def _plie(
    session: Session, territory_id: int, year: int, on: datetime.date, rules: Rules
) -> dict[int, PlieObjectives]:
    """The objectives of the participants at each milestone, where there are some and no handful is told."""
    exits = plie_exits.of_territory(session, territory_id, on)
    found = {
        months: plie_objectives.objectives(exits, year, months, Public.participants, rules)
        for months in MILESTONES
    }
    return {
        months: each
        for months, each in found.items()
        if each.chain.answered and annual_bilan.tells_objectives(each, rules.small_cell)
    }
