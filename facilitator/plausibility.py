"""Plausibility of a relevé: its period, its amounts, what else the person declared that month."""

import datetime
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from facilitator.contracts import Contract
from facilitator.db import CENT
from facilitator.french import date as french_date
from facilitator.french import hours as french_hours
from facilitator.french import month as french_month
from facilitator.french import of_month
from facilitator.hours import LIVE, HoursRefused, Timesheet
from facilitator.periods import first_of_month
from facilitator.rules import Rules
from facilitator.vocabulary import TimesheetState


def check_period(contract: Contract, from_on: datetime.date, to_on: datetime.date, on: datetime.date) -> None:
    """Refuse a period in the wrong order, over two months, in the future or outside the contract."""
    if to_on < from_on:
        raise HoursRefused(
            f"La période finit le {french_date(to_on)}, avant son début. Corrigez l’une des deux dates."
        )
    if first_of_month(from_on) != first_of_month(to_on):
        raise HoursRefused("Un relevé tient dans un seul mois. Faites un relevé par mois pour cette période.")
    if first_of_month(from_on) > on:
        raise HoursRefused(
            f"Le mois {of_month(from_on)} n’est pas commencé. Choisissez un mois passé ou en cours."
        )
    last = contract.last_on
    if to_on < contract.from_on or (last is not None and from_on > last):
        bounds = f"du {french_date(contract.from_on)}" + (
            f" au {french_date(last)}" if last else ", sans date de fin"
        )
        raise HoursRefused(
            f"Le contrat court {bounds}\u00a0: la période est en dehors. Corrigez la période ou les dates du contrat."
        )


def check_amounts(worked: Decimal, training: Decimal) -> None:
    """Refuse negative hours, and more training than hours."""
    if worked < 0 or training < 0:
        raise HoursRefused(
            "Un nombre d’heures ne peut pas être négatif. Pour retirer des heures, corrigez le relevé."
        )
    if training > worked:
        raise HoursRefused(
            f"La formation ({french_hours(training)}) dépasse les heures du relevé ({french_hours(worked)})."
            " Corrigez l’un des deux nombres."
        )


def refuse_overlap(
    session: Session,
    contract: Contract,
    from_on: datetime.date,
    to_on: datetime.date,
    replaced: Collection[int] = (),
) -> None:
    """Refuse a period that another live relevé of the contract covers."""
    query = select(Timesheet.from_on, Timesheet.to_on).where(
        Timesheet.contract_id == contract.id,
        Timesheet.state.in_(LIVE),
        Timesheet.from_on <= to_on,
        Timesheet.to_on >= from_on,
    )
    if replaced:
        query = query.where(Timesheet.id.not_in(replaced))
    other = session.execute(query.limit(1)).first()
    if other is not None:
        raise HoursRefused(
            f"Un relevé existe déjà du {french_date(other[0])} au {french_date(other[1])} pour ce contrat."
            " Corrigez-le au lieu d’en déclarer un second."
        )


def plausible(
    session: Session,
    contract: Contract,
    from_on: datetime.date,
    to_on: datetime.date,
    worked: Decimal,
    rules: Rules,
    replaced: Timesheet | None,
) -> tuple[str, ...]:
    """Warnings; refuses above the month's ceiling of the person, over all contracts."""
    total = worked + _month_total(session, contract.person_id, from_on, replaced)
    if total > rules.month_ceiling:
        raise HoursRefused(
            f"Cette personne totaliserait {french_hours(total)} en {french_month(from_on)}, tous contrats réunis\u00a0:"
            f" le plafond est de {french_hours(rules.month_ceiling)}. Vérifiez le nombre d’heures."
        )
    return warnings_for(total, worked, contract.weekly_hours, from_on, to_on, rules)


def warnings_for(
    total: Decimal,
    worked: Decimal,
    weekly_hours: Decimal,
    from_on: datetime.date,
    to_on: datetime.date,
    rules: Rules,
) -> tuple[str, ...]:
    """What deserves a second look: the person’s month over all contracts, and the hours of this contract."""
    warnings = []
    if total > rules.month_warning:
        warnings.append(
            f"Cette personne totalise {french_hours(total)} en {french_month(from_on)}, tous contrats réunis"
            f" (seuil d’alerte\u00a0: {french_hours(rules.month_warning)})."
        )
    expected = weekly_hours * ((to_on - from_on).days + 1) / 7
    if worked > expected * rules.contract_ratio:
        warnings.append(
            f"{french_hours(worked)} dépassent ce que donne le contrat sur la période"
            f" ({french_hours(expected.quantize(CENT, ROUND_HALF_UP))})."
        )
    return tuple(warnings)


def _month_total(session: Session, person_id: int, day: datetime.date, replaced: Timesheet | None) -> Decimal:
    """Live hours of a person in a month; a correction that waits for its validated relevé is not added."""
    old = aliased(Timesheet)
    query = (
        select(func.coalesce(func.sum(Timesheet.worked), 0))
        .outerjoin(old, old.id == Timesheet.replaces_id)
        .where(
            Timesheet.person_id == person_id,
            Timesheet.month == first_of_month(day),
            Timesheet.state.in_(LIVE),
            or_(
                Timesheet.state == TimesheetState.validated,
                old.id.is_(None),
                old.state != TimesheetState.validated,
            ),
        )
    )
    if replaced is not None:
        query = query.where(Timesheet.id != replaced.id)
    return Decimal(session.scalar(query) or 0)
