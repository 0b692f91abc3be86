"""Lists of placements: the columns that a line shows, and who must act next, since when."""

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from facilitator import turns
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.turns import PlacementFacts, Turn
from facilitator.vocabulary import PlacementMode, PlacementState

Employer, Host = aliased(Organisation), aliased(Organisation)


@dataclass(frozen=True)
class Line:
    """One placement as a list shows it."""

    id: int
    person_id: int
    person: str
    lot_id: int
    lot: str
    market: str
    employer: str
    host: str
    mode: str
    state: str
    from_on: datetime.date
    to_on: datetime.date | None
    proposed_on: datetime.date
    answered_on: datetime.date | None
    decline_reason: str | None
    end_reason: str | None


def columns(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The same placements, as the columns of a `Line` (see `line`)."""
    return (
        rows.join(Person, Person.id == Placement.person_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(Employer, Employer.id == Placement.employer_id)
        .join(Host, Host.id == Placement.host_id)
        .with_only_columns(
            Placement.id, Placement.person_id, Person.first_name, Person.last_name,
            Lot.id.label("lot"), Lot.number, Lot.title, Market.object,
            Employer.name.label("employer_name"), Employer.identifier.label("employer_identifier"),
            Host.name.label("host_name"), Host.identifier.label("host_identifier"),
            Placement.mode, Placement.state, Placement.from_on, Placement.to_on,
            Placement.proposed_on, Placement.answered_on, Placement.decline_reason, Placement.end_reason,
        )
    )  # fmt: skip


def line(row: Any) -> Line:
    """One row of `columns`, as it is read."""
    return Line(
        id=row.id,
        person_id=row.person_id,
        person=f"{row.first_name} {row.last_name.upper()}",
        lot_id=row.lot,
        # A published lot often bears the market’s own title: it is not said twice.
        lot=f"Lot {row.number}" if row.title == row.object else f"Lot {row.number} – {row.title}",
        market=row.object,
        employer=row.employer_name or f"SIRET {row.employer_identifier}",
        host=row.host_name or f"SIRET {row.host_identifier}",
        mode=PlacementMode(row.mode).label,
        state=row.state,
        from_on=row.from_on,
        to_on=row.to_on,
        proposed_on=row.proposed_on,
        answered_on=row.answered_on,
        decline_reason=row.decline_reason,
        end_reason=row.end_reason,
    )


def turn(line: Line, on: datetime.date, last_on: datetime.date | None) -> Turn:
    """Where this placement stands on a day (see `turns`); `last_on` is its real end where one is known."""
    facts = PlacementFacts(
        PlacementState(line.state),
        line.employer,
        line.proposed_on,
        line.answered_on,
        line.decline_reason,
        line.from_on,
        last_on,
    )
    return turns.of_placement(facts, on)
