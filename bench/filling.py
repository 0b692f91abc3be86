"""Fills a database by Core: territories with any number of lines of hours, shaped like the national figures.

Twenty lines a lot, twelve months a person, one contract and one placement each, three years of months; the
verdicts are those that `verdicts.refresh` gives, not ours.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import stored_paths, territories, verdicts
from facilitator.awards import Award
from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import Model, touch
from facilitator.demo.bulk import Row, restart_sequences, siret, write
from facilitator.hours import Share, Timesheet
from facilitator.journal import now
from facilitator.markets import Lot, LotDate, Market
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.people import Eligibility, EligibilityCriterion, Person, Window, normalised
from facilitator.periods import add_months, first_of_month
from facilitator.placements import Placement
from facilitator.vocabulary import (
    AwardRole,
    ContractType,
    Criterion,
    EligibilityState,
    IdentifierScheme,
    LedgerKind,
    OrganisationRoleName,
    PlacementMode,
    PlacementState,
    SiaeKind,
    TerritoryKind,
    TimesheetState,
)

MONTHS = 12  # of each person
LINES_A_LOT = 20
CORRECTED = 8  # one person in so many had a relevé corrected
LOTS_OF_THE_BUYER = 500  # of the first buyer
LOTS_OF_THE_SECOND = 25  # about five hundred lines
OTHER_BUYERS, COMPANIES, SIAES = 40, 150, 25
STATES = (*(TimesheetState.validated,) * 18, TimesheetState.declared, TimesheetState.refused)


@dataclass(frozen=True)
class Filled:
    """A territory, and the organisations and lot whose pages are measured."""

    territory_id: int
    buyer_id: int
    siae_id: int
    lot_id: int
    lines: int


@dataclass(frozen=True)
class Places:
    """The first free id of each table: rows are linked before they are written."""

    buyer: int
    company: int
    siae: int
    market: int
    lot: int
    award: int
    person: int
    placement: int
    contract: int
    fiche: int
    sheet: int


@dataclass(frozen=True)
class Shape:
    """How many of each there are, from the number of lines."""

    territory_id: int
    start: datetime.date  # the first month
    lots: int
    people: int
    first: Places

    def month_of(self, number: int) -> datetime.date:
        """The first month of a person at work."""
        return add_months(self.start, number % 25)


def fill(session: Session, slug: str, lines: int, on: datetime.date) -> Filled:
    """Write a territory of so many lines of hours ending last month; ids are ours, sequences follow."""
    place = territories.create(session, slug, f"Territoire {slug}", TerritoryKind.plie, by=None)
    session.flush()
    start = add_months(first_of_month(on), -36)
    people = max(1, lines // MONTHS)
    shape = Shape(place.id, start, max(1, lines // LINES_A_LOT), people, _places(session))
    write(session, Organisation, _organisations(shape))
    write(session, OrganisationRole, _roles(shape))
    write(session, Market, _markets(shape))
    write(session, Lot, _lots(shape))
    write(session, LotDate, _dates(shape))
    write(session, LedgerLine, _ledger(shape))
    write(session, Award, _awards(shape))
    write(session, Person, _persons(shape))
    write(session, Eligibility, _fiches(shape))
    write(session, EligibilityCriterion, _criteria(shape))
    write(session, Window, _windows(shape))
    write(session, Placement, _placements(shape))
    write(session, Contract, _contracts(shape))
    write(session, PlacementContract, _served(shape))
    write(session, Timesheet, _sheets(shape))
    write(session, Share, _shares(shape))
    restart_sequences(session)
    touch(session, "territory", place.id)
    stored_paths.refresh(session)
    verdicts.refresh(session)
    session.commit()
    return Filled(place.id, shape.first.buyer, shape.first.siae, shape.first.lot, people * MONTHS)


def _places(session: Session) -> Places:
    def free(model: type[Model]) -> int:
        key = model.__table__.c.id
        return (session.scalar(select(func.max(key))) or 0) + 1

    organisation = free(Organisation)
    company = organisation + 1 + OTHER_BUYERS
    return Places(
        buyer=organisation,
        company=company,
        siae=company + COMPANIES,
        market=free(Market),
        lot=free(Lot),
        award=free(Award),
        person=free(Person),
        placement=free(Placement),
        contract=free(Contract),
        fiche=free(Eligibility),
        sheet=free(Timesheet),
    )


def _organisations(shape: Shape) -> Iterator[Row]:
    first = shape.first
    for number in range(1 + OTHER_BUYERS + COMPANIES + SIAES):
        id_ = first.buyer + number
        kind = "Commune" if id_ < first.company else "Entreprise" if id_ < first.siae else "Structure"
        yield {
            "id": id_, "scheme": IdentifierScheme.SIRET, "identifier": siret(500_000 + id_),
            "name": f"{kind} fictive n° {id_}", "created_at": now(), "version": 1,
        }  # fmt: skip


def _roles(shape: Shape) -> Iterator[Row]:
    first, names = shape.first, OrganisationRoleName
    for number in range(1 + OTHER_BUYERS + COMPANIES + SIAES):
        id_ = first.buyer + number
        if id_ < first.company:
            yield {"organisation_id": id_, "role": names.authority, "kind": "commune"}
        elif id_ < first.siae:
            yield {"organisation_id": id_, "role": names.company, "kind": ""}
        else:
            yield {"organisation_id": id_, "role": names.siae, "kind": SiaeKind.ETTI}


def _markets(shape: Shape) -> Iterator[Row]:
    for number in range(shape.lots):
        yield {
            "id": shape.first.market + number, "territory_id": shape.territory_id,
            "buyer_id": shape.first.buyer + _buyer(number),
            "decp_id": f"FICTIF{number:07d}", "object": f"Réhabilitation fictive n° {number}",
            "notified_on": add_months(shape.start, number % 30), "created_at": now(), "version": 1,
            "generated_id": False, "pilot": True,
        }  # fmt: skip


def _buyer(number: int) -> int:
    """The first has many lots, the second few, the others share the rest."""
    if number < LOTS_OF_THE_BUYER + LOTS_OF_THE_SECOND:
        return int(number >= LOTS_OF_THE_BUYER)
    return 2 + number % (OTHER_BUYERS - 1)


def _lots(shape: Shape) -> Iterator[Row]:
    for number in range(shape.lots):
        yield {
            "id": shape.first.lot + number, "territory_id": shape.territory_id,
            "market_id": shape.first.market + number, "number": "1",
            "title": f"Gros œuvre fictif n° {number}", "penalty_rate": Decimal(35),
            "tolerance_kind": "none", "tolerance_percent": 0, "groupement_form": "solidaire",
            "shares_binding": False, "periodicity": "monthly", "version": 1,
        }  # fmt: skip


def _dates(shape: Shape) -> Iterator[Row]:
    for number in range(shape.lots):
        for kind, value in (
            ("start", add_months(shape.start, -1)),
            ("end", add_months(shape.start, 37 + number % 12)),
        ):
            yield {
                "territory_id": shape.territory_id, "lot_id": shape.first.lot + number, "kind": kind,
                "value_on": value, "recorded_at": now(),
            }  # fmt: skip


def _ledger(shape: Shape) -> Iterator[Row]:
    for number in range(shape.lots):
        yield {
            "territory_id": shape.territory_id, "lot_id": shape.first.lot + number,
            "kind": LedgerKind.initial, "delta": Decimal(1500 + number % 1000),
            "effective_on": add_months(shape.start, -1), "recorded_at": now(),
        }  # fmt: skip


def _awards(shape: Shape) -> Iterator[Row]:
    for number in range(shape.lots):
        yield {
            "id": shape.first.award + number, "territory_id": shape.territory_id,
            "lot_id": shape.first.lot + number,
            "organisation_id": shape.first.company + number % COMPANIES, "role": AwardRole.titulaire,
            "created_at": now(), "version": 1,
        }  # fmt: skip


def _persons(shape: Shape) -> Iterator[Row]:
    for number in range(shape.people):
        name = f"Fictif-{number}"
        yield {
            "id": shape.first.person + number, "territory_id": shape.territory_id, "last_name": name,
            "first_name": "Camille", "search_name": normalised(name, "Camille"),
            "birth_on": datetime.date(1990, 1, 1), "created_at": now(), "version": 1,
        }  # fmt: skip


def _fiches(shape: Shape) -> Iterator[Row]:
    for number in range(shape.people):
        day = shape.month_of(number)
        yield {
            "id": shape.first.fiche + number, "territory_id": shape.territory_id,
            "person_id": shape.first.person + number, "state": EligibilityState.validated,
            "requested_on": day, "decided_on": day, "effective_on": day, "version": 1,
        }  # fmt: skip


def _criteria(shape: Shape) -> Iterator[Row]:
    for number in range(shape.people):
        criterion = Criterion.rsa if number % 3 else Criterion.deld
        yield {"eligibility_id": shape.first.fiche + number, "criterion": criterion, "determining": True}


def _windows(shape: Shape) -> Iterator[Row]:
    for number in range(shape.people):
        yield {
            "territory_id": shape.territory_id, "person_id": shape.first.person + number,
            "eligibility_id": shape.first.fiche + number, "from_on": shape.month_of(number),
        }  # fmt: skip


def _placements(shape: Shape) -> Iterator[Row]:
    """Each person at work on one lot; one in thirty is also proposed for the next one."""
    for number in range(shape.people):
        yield _placement(shape, number, number, number % shape.lots, PlacementState.confirmed)
    for rank, number in enumerate(range(0, shape.people, 30)):
        yield _placement(
            shape, shape.people + rank, number, (number + 1) % shape.lots, PlacementState.proposed
        )


def _placement(shape: Shape, rank: int, number: int, lot: int, state: PlacementState) -> Row:
    first = shape.first
    waits = state is PlacementState.proposed
    from_on = add_months(shape.start, 35) if waits else shape.month_of(number)
    # The first structure is the one that answers: it gets every proposal.
    employer = first.siae if waits else first.siae + number % SIAES
    return {
        "id": first.placement + rank, "territory_id": shape.territory_id,
        "person_id": first.person + number, "lot_id": first.lot + lot, "award_id": first.award + lot,
        "employer_id": employer, "host_id": first.company + lot % COMPANIES,
        "mode": PlacementMode.mise_a_disposition, "from_on": from_on, "state": state,
        "proposed_on": from_on, "created_at": now(), "version": 1,
    }  # fmt: skip


def _contracts(shape: Shape) -> Iterator[Row]:
    """Those begun last are still at work."""
    for number in range(shape.people):
        start = shape.month_of(number)
        lasts = number % 25 == 24
        yield {
            "id": shape.first.contract + number, "territory_id": shape.territory_id,
            "person_id": shape.first.person + number, "employer_id": shape.first.siae + number % SIAES,
            "type": ContractType.cdi if lasts else ContractType.ctt, "from_on": start,
            "to_on": None if lasts else add_months(start, MONTHS) - datetime.timedelta(days=1),
            "weekly_hours": Decimal(35), "renewals": 0, "created_at": now(), "version": 1,
        }  # fmt: skip


def _served(shape: Shape) -> Iterator[Row]:
    for number in range(shape.people):
        yield {
            "placement_id": shape.first.placement + number,
            "contract_id": shape.first.contract + number,
        }


def _sheets(shape: Shape) -> Iterator[Row]:
    """Those that were corrected come first: the corrections name them."""
    corrected = shape.first.sheet + shape.people * MONTHS
    for rank, number in enumerate(range(0, shape.people, CORRECTED)):
        yield _sheet(shape, number, 0, corrected + rank, TimesheetState.replaced)
    for number in range(shape.people):
        for rank in range(MONTHS):
            line = number * MONTHS + rank
            state = STATES[line % len(STATES)]
            row = _sheet(shape, number, rank, shape.first.sheet + line, state)
            if rank == 0 and number % CORRECTED == 0:
                row["replaces_id"] = corrected + number // CORRECTED
            yield row


def _sheet(shape: Shape, number: int, rank: int, id_: int, state: TimesheetState) -> Row:
    month = add_months(shape.month_of(number), rank)
    to_on = add_months(month, 1) - datetime.timedelta(days=1)
    return {
        "id": id_, "territory_id": shape.territory_id, "contract_id": shape.first.contract + number,
        "person_id": shape.first.person + number, "month": month, "from_on": month, "to_on": to_on,
        "worked": _hours(number + rank), "training": Decimal(0), "state": state, "channel": "desk",
        "declared_on": to_on, "decided_on": None if state is TimesheetState.declared else to_on,
        "created_at": now(), "version": 1, "replaces_id": None,
        "refusal_reason": "Feuille illisible" if state is TimesheetState.refused else None,
    }  # fmt: skip


def _shares(shape: Shape) -> Iterator[Row]:
    """All waiting: `verdicts.refresh` says what they are."""
    corrected = shape.first.sheet + shape.people * MONTHS
    for rank, number in enumerate(range(0, shape.people, CORRECTED)):
        yield _share(shape, number, 0, corrected + rank)
    for number in range(shape.people):
        for rank in range(MONTHS):
            yield _share(shape, number, rank, shape.first.sheet + number * MONTHS + rank)


def _share(shape: Shape, number: int, rank: int, sheet: int) -> Row:
    lot, month, hours = number % shape.lots, add_months(shape.month_of(number), rank), _hours(number + rank)
    return {
        "territory_id": shape.territory_id, "timesheet_id": sheet,
        "placement_id": shape.first.placement + number, "lot_id": shape.first.lot + lot,
        "award_id": shape.first.award + lot, "person_id": shape.first.person + number, "month": month,
        "to_on": add_months(month, 1) - datetime.timedelta(days=1), "hours": hours,
        "training": Decimal(0), "standing": "awaiting", "retained": Decimal(0), "unretained": hours,
        "reasons": "",
    }  # fmt: skip


def _hours(line: int) -> Decimal:
    return Decimal(9000 + line % 6000).scaleb(-2)
