"""Small builders that go through the domain's own verbs; nothing here commits.

day("17/05/2024")                         a date as the French write it
territory(session, **parameters)          a territory; parameters are set from 01/01/2000 on, as text
buyer, company(session)                   an organisation with an invented SIRET and its role
siae(session, kind)                       a structure of insertion
lot(session, territory, …)                a market and its lot with dates and, if given, its initial hours
award(session, lot, company, …)           a company's place on the lot (titulaire by default)
person(session, territory, valid_from)    a participant; with a day, a validated fiche and its window
proposed(session, person, award, …)       a placement that waits for its answer
work(session, person, award, …)           a confirmed placement with its contract: Work(placement, contract)
direct(session, person, award, …)         the same, hired by the company of the lot itself
serves(session, person, award, contract, …)  one more placement, served by a contract that exists
declared(session, contract, …)            a relevé that waits
validated(session, contract, …)           a validated relevé
month(session, contract, "03/2026", h)    a validated relevé of a whole month of the contract
market(session)                           everything at once, ready for hours: Ground
"""

import itertools
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from facilitator import (
    awards,
    contracts,
    declarations,
    eligibility,
    ledger,
    lot_dates,
    markets,
    organisations,
    people,
    placements,
    territories,
    validations,
)
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.hours import Timesheet
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Eligibility, Person
from facilitator.placements import Answer, Placement
from facilitator.shares import Part
from facilitator.territories import Territory
from facilitator.vocabulary import (
    AwardRole,
    ContractType,
    Criterion,
    IdentifierScheme,
    LedgerKind,
    OrganisationRoleName,
    PlacementMode,
    SiaeKind,
    TerritoryKind,
)

FULL_TIME = Decimal(35)
LONG_AGO = date(2000, 1, 1)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Work:
    """A confirmed placement and the contract that serves it."""

    placement: Placement
    contract: Contract


@dataclass(frozen=True)
class Ground:
    """A lot of 1 000 h over 2025 and 2026, its company, and one person hired for it."""

    territory: Territory
    buyer: Organisation
    company: Organisation
    lot: Lot
    award: Award
    person: Person
    placement: Placement
    contract: Contract


def day(text: str) -> date:
    """A date as the scenarios write it: 17/05/2024."""
    return datetime.strptime(text, "%d/%m/%Y").date()


def siret(number: int) -> str:
    """An invented SIRET with both its keys right."""
    siren = _with_key(f"9{number:07d}")
    return _with_key(f"{siren}{number % 10_000:04d}")


def _with_key(digits: str) -> str:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{digits}{-total % 10}"


def territory(session: Session, slug: str | None = None, **parameters: str) -> Territory:
    place = territories.create(
        session, slug or f"territoire-{next(_numbers)}", "Territoire d’essai", TerritoryKind.plie, by=None
    )
    for name, value in parameters.items():
        territories.set_parameter(session, place, name, value, effective_on=LONG_AGO, by=None)
    return place


def organisation(session: Session, name: str) -> Organisation:
    number = next(_numbers)
    return organisations.find_or_create(
        session, IdentifierScheme.SIRET, siret(number), f"{name} n° {number} (fictif)"
    )


def buyer(session: Session, name: str = "Commune d’essai") -> Organisation:
    found = organisation(session, name)
    organisations.add_role(session, found, OrganisationRoleName.authority, "commune")
    return found


def company(session: Session, name: str = "Entreprise d’essai") -> Organisation:
    found = organisation(session, name)
    organisations.add_role(session, found, OrganisationRoleName.company)
    return found


def siae(
    session: Session, kind: SiaeKind = SiaeKind.ETTI, name: str = "Structure d’insertion d’essai"
) -> Organisation:
    found = organisation(session, name)
    organisations.add_role(session, found, OrganisationRoleName.siae, kind.value)
    return found


def lot(
    session: Session,
    place: Territory,
    *,
    start: str | None = "01/01/2025",
    end: str | None = "31/12/2026",
    hours: str | None = None,
    by_buyer: Organisation | None = None,
    number: str = "1",
    **fields: Any,
) -> Lot:
    market = markets.create(
        session, place.id, by_buyer or buyer(session), object="Travaux d’essai (fictif)", by=None
    )
    found = markets.add_lot(session, market, number=number, title="Lot d’essai", by=None, **fields)
    for kind, value in (("start", start), ("end", end)):
        if value is not None:
            lot_dates.set_date(session, found, kind, day(value), by=None)
    if hours is not None:
        assert start is not None
        ledger.add_line(session, found, LedgerKind.initial, Decimal(hours), effective_on=day(start), by=None)
    return found


def award(
    session: Session,
    of: Lot,
    to: Organisation | None = None,
    role: AwardRole = AwardRole.titulaire,
    parent: Award | None = None,
) -> Award:
    return awards.award(session, of, to or company(session), role, by=None, parent=parent)


def person(session: Session, place: Territory, valid_from: str | None = None, **fields: Any) -> Person:
    number = next(_numbers)
    facts = {"birth_on": date(1990, 1, 1), "on": date(2025, 1, 1)} | fields
    found = people.register(
        session, place.id, last_name=f"Fictif-{number}", first_name="Camille", by=None, **facts
    )
    if valid_from is not None:
        fiche(session, found, valid_from)
    return found


def fiche(
    session: Session,
    of: Person,
    valid_from: str,
    criterion: Criterion = Criterion.rsa,
    **more: Any,
) -> Eligibility:
    """A fiche asked for and validated on the day on which it takes effect."""
    asked = eligibility.request(session, of, requested_on=day(valid_from), by=None)
    decided = {"decided_on": day(valid_from), "effective_on": day(valid_from)} | more
    proofs = [eligibility.Proof(criterion, determining=True)]
    return eligibility.validate(session, asked, proofs, by=None, **decided)


def proposed(
    session: Session,
    of: Person,
    on_award: Award,
    employer: Organisation,
    from_on: str,
    to_on: str | None = None,
    mode: PlacementMode = PlacementMode.mise_a_disposition,
) -> Placement:
    return placements.propose(
        session,
        of,
        on_award,
        employer_id=employer.id,
        mode=mode,
        from_on=day(from_on),
        to_on=day(to_on) if to_on else None,
        on=day(from_on),
        by=None,
    )


def work(
    session: Session,
    of: Person,
    on_award: Award,
    employer: Organisation,
    type: ContractType,
    from_on: str,
    to_on: str | None = None,
    *,
    mode: PlacementMode = PlacementMode.mise_a_disposition,
    placed_until: str | None = None,
    weekly_hours: Decimal = FULL_TIME,
) -> Work:
    placement = proposed(session, of, on_award, employer, from_on, placed_until, mode)
    answer = Answer(type, day(from_on), day(to_on) if to_on else None, weekly_hours)
    contract = placements.confirm(session, placement, of, answer, on=day(from_on), by=None)
    return Work(placement, contract)


def direct(
    session: Session,
    of: Person,
    on_award: Award,
    type: ContractType,
    from_on: str,
    to_on: str | None = None,
    **more: Any,
) -> Work:
    employer = session.get_one(Organisation, on_award.organisation_id)
    mode = PlacementMode.embauche_directe
    return work(session, of, on_award, employer, type, from_on, to_on, mode=mode, **more)


def serves(
    session: Session,
    of: Person,
    on_award: Award,
    contract: Contract,
    from_on: str,
    mode: PlacementMode = PlacementMode.mise_a_disposition,
) -> Placement:
    employer = session.get_one(Organisation, contract.employer_id)
    placement = proposed(session, of, on_award, employer, from_on, mode=mode)
    contracts.serve(session, contract, placement.id, by=None)
    placements.mark_confirmed(session, placement, on=day(from_on), by=None)
    return placement


def declared(
    session: Session,
    contract: Contract,
    from_on: str,
    to_on: str,
    hours: str,
    *,
    training: str = "0",
    parts: list[Part] | None = None,
) -> Timesheet:
    return declarations.declare(
        session,
        contract,
        from_on=day(from_on),
        to_on=day(to_on),
        worked=Decimal(hours),
        training=Decimal(training),
        parts=parts,
        on=day(to_on),
        by=None,
    ).timesheet


def validated(
    session: Session, contract: Contract, from_on: str, to_on: str, hours: str, **more: Any
) -> Timesheet:
    sheet = declared(session, contract, from_on, to_on, hours, **more)
    validations.validate(session, sheet, on=sheet.to_on, by=None)
    return sheet


def month(session: Session, contract: Contract, which: str, hours: str, **more: Any) -> Timesheet:
    start, end = declarations.default_period(contract, day(f"01/{which}"))
    return validated(session, contract, f"{start:%d/%m/%Y}", f"{end:%d/%m/%Y}", hours, **more)


def market(session: Session, **parameters: str) -> Ground:
    place = territory(session, **parameters)
    owner = buyer(session)
    found = lot(session, place, hours="1000", by_buyer=owner, penalty_rate=Decimal(35))
    builder = company(session)
    on_award = award(session, found, builder)
    hired = person(session, place, "01/01/2025")
    at_work = direct(session, hired, on_award, ContractType.cdi, "01/02/2025")
    return Ground(place, owner, builder, found, on_award, hired, at_work.placement, at_work.contract)


def followed_elsewhere(session: Session, of: Lot) -> Lot:
    """The same lot as an associated territory follows it; the lot given is its pilot’s."""
    own = session.get_one(Market, of.market_id)
    market = markets.create(
        session, territory(session).id, session.get_one(Organisation, own.buyer_id), object=own.object, by=None,
        decp_id=own.decp_id, pilot=False,
    )  # fmt: skip
    found = markets.add_lot(session, market, number=of.number, title=of.title, by=None)
    for kind in ("start", "end"):
        bounds = lot_dates.execution(session, [of.id])[of.id]
        value = bounds[0] if kind == "start" else bounds[1]
        if value is not None:
            lot_dates.set_date(session, found, kind, value, by=None)
    return found
