"""What an employer has to answer, has signed and has declared: lists over all territories, from rows already scoped."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.territories import Territory
from facilitator.vocabulary import PlacementState, Reason, TimesheetState

_Host = aliased(Organisation)

# What an employer can do about hours that are not retained; the facilitator reads other sentences.
MENDS = {
    Reason.no_eligibility: "Appelez le facilitateur\u00a0: la fiche d’éligibilité n’est pas validée.",
    Reason.before_eligibility: "Ces jours précèdent l’éligibilité\u00a0: ils ne comptent pas.",
    Reason.after_window: "La période d’éligibilité est finie\u00a0: ces jours ne comptent plus.",
    Reason.between_windows: "L’éligibilité était suspendue\u00a0: ces jours ne comptent pas.",
    Reason.outside_contract: "Vérifiez les dates du contrat, ou corrigez le relevé.",
    Reason.outside_placement: "Vérifiez avec le facilitateur les dates de la mise à l’emploi.",
    Reason.outside_execution: "Ces jours sont hors du chantier\u00a0: vérifiez-les avec le facilitateur.",
    Reason.public_not_admitted: "Appelez le facilitateur\u00a0: le lot n’admet pas cette mise à l’emploi.",
    Reason.mode_not_admitted: "Appelez le facilitateur\u00a0: le lot n’admet pas ce mode d’embauche.",
    Reason.to_split: "Dites au facilitateur les heures avant et après la date indiquée.",
    Reason.training_above_cap: "La formation dépasse la part admise\u00a0: vérifiez-la.",
}


@dataclass(frozen=True)
class Unretained:
    """Hours of a relevé that are not retained, why, and what the employer can do."""

    hours: Decimal
    label: str
    mend: str
    split_on: datetime.date | None


@dataclass(frozen=True)
class Verdict:
    """What became of one relevé."""

    retained: Decimal
    unretained: tuple[Unretained, ...]


def to_answer(rows: Select[Any]) -> Select[*tuple[Any, ...]]:
    """Placements as their employer lists them: those that wait first, the oldest question on top."""
    waits = case((Placement.state == PlacementState.proposed, 0), else_=1)
    return (
        rows.join(Person, Person.id == Placement.person_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(_Host, _Host.id == Placement.host_id)
        .join(Territory, Territory.id == Placement.territory_id)
        .with_only_columns(
            Placement.id, Person.first_name, Person.last_name, Lot.number, Lot.title, Market.object,
            func.coalesce(_Host.name, _Host.scheme + " " + _Host.identifier).label("host"), Territory.name.label("territory"),
            Placement.employer_id, Placement.state, Placement.from_on, Placement.proposed_on,
            Placement.answered_on,
        )
        .order_by(waits, case((waits == 0, Placement.id), else_=-Placement.id))
    )  # fmt: skip


def contracts(rows: Select[Any]) -> Select[*tuple[Any, ...]]:
    """Contracts as their employer lists them, newest first."""
    return (
        rows.join(Person, Person.id == Contract.person_id)
        .join(Territory, Territory.id == Contract.territory_id)
        .with_only_columns(
            Contract.id, Person.first_name, Person.last_name, Contract.type, Contract.from_on,
            Contract.to_on, Contract.ended_on, Contract.weekly_hours, Contract.renewals,
            Territory.name.label("territory"),
        )
        .order_by(Contract.from_on.desc(), Contract.id.desc())
    )  # fmt: skip


def sheets(rows: Select[Any], states: Iterable[TimesheetState]) -> Select[*tuple[Any, ...]]:
    """Relevés as their employer lists them, newest month first; what was replaced is history."""
    return (
        rows.join(Person, Person.id == Timesheet.person_id)
        .join(Territory, Territory.id == Timesheet.territory_id)
        .where(Timesheet.state.in_(tuple(states)))
        .with_only_columns(
            Timesheet.id, Person.first_name, Person.last_name, Timesheet.from_on, Timesheet.to_on,
            Timesheet.month, Timesheet.worked, Timesheet.training, Timesheet.state,
            Timesheet.refusal_reason, Timesheet.replaces_id, Territory.name.label("territory"),
            Territory.phone, Territory.email,
        )
        .order_by(Timesheet.month.desc(), Timesheet.id.desc())
    )  # fmt: skip


def verdicts(session: Session, sheet_ids: Iterable[int]) -> dict[int, Verdict]:
    """What is retained of each of these relevés, and why the rest is not (one select)."""
    found: dict[int, Verdict] = {}
    rows = session.execute(
        select(Share.timesheet_id, Share.retained, Share.unretained, Share.reason, Share.split_on)
        .where(Share.timesheet_id.in_(set(sheet_ids)))
        .order_by(Share.id)
    )
    for sheet_id, retained, unretained, code, split_on in rows:
        before = found.get(sheet_id, Verdict(Decimal(0), ()))
        reason = Reason(code) if code else None
        lost = (Unretained(unretained, reason.label, MENDS[reason], split_on),) if reason else ()
        found[sheet_id] = Verdict(before.retained + retained, before.unretained + lost)
    return found
