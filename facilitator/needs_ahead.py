"""Needs ahead (GPTEC): hours still owed by trade family over the next twelve months, against capacity and people."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import journeys, person_file, statements, trade_families
from facilitator.contracts import Contract
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.needs import Need
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.people import Person
from facilitator.periods import DAY, add_months
from facilitator.placements import Placement
from facilitator.quarters_ahead import ZERO, Ahead, Free, LotAhead, Quarter, Worked, lines, quarters, spread
from facilitator.territories import rules_of
from facilitator.trade_families import Family
from facilitator.vocabulary import OrganisationRoleName, PlacementState, Standing


def of_territory(session: Session, territory_id: int, on: datetime.date) -> Ahead:
    """Everything about a territory, in a number of selects that does not grow."""
    spans = quarters(on)
    lots = _lots(session, territory_id, on, spans)
    since, until = _last_year(on)
    worked = _worked(session, territory_id, since, until)
    free = _free(session, territory_id, on)
    etp = rules_of(session, territory_id).on(on).etp_hours
    found = lines(lots, worked, free, len(spans), etp)
    return Ahead(on, spans, since, until, found, lots, worked, free)


def _lots(
    session: Session, territory_id: int, on: datetime.date, spans: tuple[Quarter, ...]
) -> tuple[LotAhead, ...]:
    rows = session.execute(
        select(Lot.id, Lot.number, Lot.title, Lot.cpv, Market.object, Market.cpv.label("market_cpv"))
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.territory_id == territory_id, Market.pilot)
        .order_by(Lot.id)
    ).all()
    # As of the last of the twelve months: what is signed already and takes effect meanwhile is owed too.
    horizon = spans[-1].to_on
    known = statements.of_lots(session, [row.id for row in rows], horizon)
    romes = _romes(session, territory_id)
    found = []
    for row in rows:
        at = known[row.id]
        over = at.end is not None and at.end < on
        if over or (at.defined and not at.left) or (at.start is not None and at.start > horizon):
            continue
        start = max(at.start, on + DAY) if at.start else None
        why = _unknown(at.defined, at.start, at.end)
        hours = (ZERO,) * len(spans)
        if why is None and start is not None and at.end is not None:
            # On its last day a lot owes its hours within the day: they fall in the first quarter.
            hours = spread(at.left, start, max(at.end, start), spans)
        family = trade_families.of_lot(row.cpv or row.market_cpv, romes.get(row.id, ()))
        title = f"lot {row.number}" + ("" if row.title == row.object else f" – {row.title}")
        found.append(
            LotAhead(row.id, title, row.object, family, at.end, at.left if at.defined else None, hours, why)
        )
    return tuple(found)


def _unknown(defined: bool, start: datetime.date | None, end: datetime.date | None) -> str | None:
    if not defined:
        return "heures à définir"
    if start is None:
        return "début à fixer"
    return "fin à fixer" if end is None else None


def _romes(session: Session, territory_id: int) -> Mapping[int, list[str]]:
    """The jobs of each lot, as its needs and placements say (one select)."""
    placed = select(Placement.lot_id, Placement.rome).where(
        Placement.territory_id == territory_id, Placement.rome.is_not(None)
    )
    wanted = select(Need.lot_id, Need.rome).where(Need.territory_id == territory_id, Need.rome.is_not(None))
    both = placed.union_all(wanted).subquery()
    found: dict[int, list[str]] = {}
    for lot_id, rome in session.execute(select(both.c.lot_id, both.c.rome)):
        found.setdefault(lot_id, []).append(rome)
    return found


def _last_year(on: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The four whole calendar quarters before a day."""
    start = datetime.date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)
    return add_months(start, -12), start - DAY


def _worked(
    session: Session, territory_id: int, since: datetime.date, until: datetime.date
) -> tuple[Worked, ...]:
    """Hours validated, retained or not, of the people that SIAE employ; the job says the family, else the lot’s CPV."""
    siae = select(OrganisationRole.organisation_id).where(OrganisationRole.role == OrganisationRoleName.siae)
    cpv = func.coalesce(Lot.cpv, Market.cpv)
    name = func.coalesce(Organisation.name, Organisation.identifier)
    rows = session.execute(
        select(Organisation.id, name, Placement.rome, cpv, func.sum(Share.hours))
        .join(Placement, Placement.id == Share.placement_id)
        .join(Organisation, Organisation.id == Placement.employer_id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(
            Share.territory_id == territory_id,
            Share.standing == Standing.counted,
            Share.month >= since,
            Share.month <= until,
            Placement.employer_id.in_(siae),
        )
        .group_by(Organisation.id, name, Placement.rome, cpv)
    )
    found: dict[tuple[int, str, Family], Decimal] = {}
    for id_, label, rome, code, hours in rows:
        family = trade_families.of_rome(rome) or trade_families.of_lot(code, ())
        key = (id_, label, family)
        found[key] = found.get(key, ZERO) + hours
    worked = [Worked(id_, label, family, hours) for (id_, label, family), hours in found.items()]
    return tuple(sorted(worked, key=lambda each: (-each.hours, each.organisation)))


def _free(session: Session, territory_id: int, on: datetime.date) -> tuple[Free, ...]:
    """People whose window is open and who are at work nowhere; their last job says the family."""
    people = session.scalars(select(Person).where(Person.territory_id == territory_id)).all()
    contracts: dict[int, list[Contract]] = {each.id: [] for each in people}
    for contract in session.scalars(select(Contract).where(Contract.territory_id == territory_id)):
        if contract.person_id in contracts:
            contracts[contract.person_id].append(contract)
    for theirs in contracts.values():
        theirs.sort(key=lambda each: each.from_on)
    windows = person_file.windows_by_person(session, territory_id, contracts)
    placed, romes = _at_work(session, territory_id, on)
    found = []
    for each in people:
        ends = [window.last_on for window in windows[each.id] if window.from_on <= on <= window.last_on]
        if ends and each.id not in placed:
            family = trade_families.of_rome(romes.get(each.id)) or Family.unknown
            found.append(Free(each.id, each.name, family, max(ends)))
    return tuple(sorted(found, key=lambda one: (one.last_on, one.name)))


def _at_work(
    session: Session, territory_id: int, on: datetime.date
) -> tuple[set[int], dict[int, str | None]]:
    """Who is at work on a day, and the job of each one’s last placement."""
    rows = session.execute(
        select(Placement.id, Placement.person_id, Placement.rome)
        .where(Placement.territory_id == territory_id, Placement.state == PlacementState.confirmed)
        .order_by(Placement.from_on, Placement.id)
    ).all()
    stays = [stay for each in journeys.of_territory(session, territory_id) for stay in each.stays]
    running = {
        stay.person_id
        for stay in stays
        if stay.days.from_on <= on and (stay.days.to_on is None or stay.days.to_on >= on)
    }
    return running, {row.person_id: row.rome for row in rows if row.rome}
