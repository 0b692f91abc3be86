"""Lists about requests to validate a public: the territory’s queue, the asker’s own, what stands beside one of them."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from facilitator import lot_dates, people, person_file
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.days import Waiting
from facilitator.eligibility import OPEN_STATES
from facilitator.eligibility_requests import EligibilityRequest, RequestExchange
from facilitator.markets import Lot, Market
from facilitator.organisations import Contact, Organisation
from facilitator.people import Eligibility, Person
from facilitator.person_file import OpenWindow
from facilitator.placements import Placement
from facilitator.territories import Territory
from facilitator.vocabulary import EligibilityState

ANSWERED = (EligibilityState.validated, EligibilityState.refused)
MEASURED_DAYS = 365  # how far back the time of an answer is measured
_LABEL = func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier)


@dataclass(frozen=True)
class Queue:
    """What waits for the facilitators, and what waits for the askers."""

    to_treat: Waiting
    to_complete: Waiting


@dataclass(frozen=True)
class Answering:
    """In how many days a territory answered: the median, and of how many answers."""

    count: int
    days: Decimal | None


@dataclass(frozen=True)
class Candidate:
    """A registered person who may be the one asked for."""

    person: Person
    windows: list[OpenWindow]
    employers: int  # contracts known

    def running(self, on: datetime.date) -> list[OpenWindow]:
        """The fiches that let hours count on a day or later."""
        return [window for window in self.windows if window.last_on >= on]


def waiting(session: Session, territory_id: int) -> Queue:
    """How many requests wait, and since when (one select)."""
    rows = session.execute(
        select(EligibilityRequest.state, func.count(), func.min(EligibilityRequest.turn_since))
        .where(EligibilityRequest.territory_id == territory_id, EligibilityRequest.state.in_(OPEN_STATES))
        .group_by(EligibilityRequest.state)
    )
    found = {state: Waiting(count, since) for state, count, since in rows}
    none = Waiting(0, None)
    return Queue(found.get(EligibilityState.received, none), found.get(EligibilityState.incomplete, none))


def answering(session: Session, territory_id: int, on: datetime.date) -> Answering:
    """From the reception to the decision, over the last year (one select)."""
    rows = session.execute(
        select(EligibilityRequest.received_on, EligibilityRequest.decided_on).where(
            EligibilityRequest.territory_id == territory_id,
            EligibilityRequest.state.in_(ANSWERED),
            EligibilityRequest.decided_on > on - datetime.timedelta(days=MEASURED_DAYS),
        )
    )
    days = [Decimal((decided - received).days) for received, decided in rows if decided]
    return Answering(len(days), median(days) if days else None)


def queue(
    rows: Select[EligibilityRequest], states: Collection[str], organisation_id: int | None
) -> Select[*tuple[Any, ...]]:
    """The requests of a territory in these states, the longest waiting first, with who asks."""
    chosen = rows.where(EligibilityRequest.state.in_(states))
    if organisation_id is not None:
        chosen = chosen.where(EligibilityRequest.organisation_id == organisation_id)
    return (
        chosen.join(Organisation, Organisation.id == EligibilityRequest.organisation_id)
        .with_only_columns(
            EligibilityRequest.id,
            EligibilityRequest.last_name,
            EligibilityRequest.first_name,
            EligibilityRequest.birth_on,
            EligibilityRequest.state,
            EligibilityRequest.received_on,
            EligibilityRequest.turn_since,
            EligibilityRequest.wished_start_on,
            EligibilityRequest.job,
            _LABEL.label("organisation"),
        )
        .order_by(EligibilityRequest.turn_since, EligibilityRequest.id)
    )


def own(rows: Select[EligibilityRequest]) -> Select[*tuple[Any, ...]]:
    """An asker’s requests over all territories: those to complete first, then the newest, with what is missing."""
    missing = (
        select(RequestExchange.text)
        .where(RequestExchange.request_id == EligibilityRequest.id, RequestExchange.asked)
        .order_by(RequestExchange.id.desc())
        .limit(1)
        .correlate(EligibilityRequest)
        .scalar_subquery()
    )
    to_complete = EligibilityRequest.state == EligibilityState.incomplete
    return (
        rows.join(Territory, Territory.id == EligibilityRequest.territory_id)
        .outerjoin(Eligibility, Eligibility.id == EligibilityRequest.eligibility_id)
        .with_only_columns(
            EligibilityRequest.id,
            EligibilityRequest.last_name,
            EligibilityRequest.first_name,
            EligibilityRequest.state,
            EligibilityRequest.received_on,
            EligibilityRequest.turn_since,
            EligibilityRequest.wished_start_on,
            EligibilityRequest.reason,
            Territory.name.label("territory"),
            Eligibility.effective_on,
            missing.label("missing"),
        )
        .order_by(to_complete.desc(), EligibilityRequest.received_on.desc(), EligibilityRequest.id.desc())
    )


def askers(session: Session, territory_id: int) -> list[tuple[str, str]]:
    """The organisations that ever asked this territory, by name: (id, name)."""
    rows = session.execute(
        select(Organisation.id, _LABEL)
        .where(
            Organisation.id.in_(
                select(EligibilityRequest.organisation_id).where(
                    EligibilityRequest.territory_id == territory_id
                )
            )
        )
        .order_by(_LABEL)
    )
    return [(str(id_), name) for id_, name in rows]


def candidates(session: Session, request: EligibilityRequest) -> list[Candidate]:
    """Who may be the person asked for, as the territory knows them (five selects)."""
    found = people.possible_duplicates(
        session, request.territory_id, request.last_name, request.first_name, request.birth_on
    )
    contracts: dict[int, list[Contract]] = {person.id: [] for person in found}
    for contract in session.scalars(
        select(Contract).where(Contract.person_id.in_(contracts)).order_by(Contract.from_on.desc())
    ):
        contracts[contract.person_id].append(contract)
    windows = person_file.windows_by_person(session, request.territory_id, contracts)
    return [Candidate(each, windows[each.id], len(contracts[each.id])) for each in found]


def beside(session: Session, request: EligibilityRequest) -> list[tuple[int, str, datetime.date]]:
    """Open requests of other organisations for the same person: (id, organisation, received on)."""
    rows = session.execute(
        select(EligibilityRequest.id, _LABEL, EligibilityRequest.received_on)
        .join(Organisation, Organisation.id == EligibilityRequest.organisation_id)
        .where(
            EligibilityRequest.id != request.id,
            *_same_person(request.territory_id, request.search_name, request.birth_on),
        )
        .order_by(EligibilityRequest.id)
    )
    return [(id_, organisation, received_on) for id_, organisation, received_on in rows]


def of_person(session: Session, person: Person) -> list[Any]:
    """The requests that were answered by this person’s fiches, and open ones that bear the same identity."""
    mine: ColumnElement[bool] = EligibilityRequest.person_id == person.id
    if person.birth_on is not None:
        same = _same_person(person.territory_id, person.search_name, person.birth_on)
        mine = or_(mine, same[0] & same[1] & same[2] & same[3])
    rows = select(EligibilityRequest).where(EligibilityRequest.territory_id == person.territory_id, mine)
    return list(session.execute(queue(rows, list(EligibilityState), None)))


def _same_person(
    territory_id: int, search_name: str, birth_on: datetime.date
) -> tuple[ColumnElement[bool], ...]:
    return (
        EligibilityRequest.territory_id == territory_id,
        EligibilityRequest.search_name == search_name,
        EligibilityRequest.birth_on == birth_on,
        EligibilityRequest.state.in_(OPEN_STATES),
    )


# What an asker may choose.


def territories(session: Session, organisation_id: int) -> list[tuple[str, str]]:
    """The territories where an organisation works: awards, placements, contacts, people whom it follows."""
    known = (
        select(Award.territory_id).where(Award.organisation_id == organisation_id),
        select(Placement.territory_id).where(
            or_(Placement.employer_id == organisation_id, Placement.host_id == organisation_id)
        ),
        select(Contact.territory_id).where(Contact.organisation_id == organisation_id),
        select(Person.territory_id).where(Person.referrer_id == organisation_id),
    )
    return _named(session, or_(*(Territory.id.in_(each) for each in known)))


def all_territories(session: Session) -> list[tuple[str, str]]:
    """Every territory, by name."""
    return _named(session)


def _named(session: Session, *which: ColumnElement[bool]) -> list[tuple[str, str]]:
    rows = session.execute(select(Territory.id, Territory.name).where(*which).order_by(Territory.name))
    return [(str(id_), name) for id_, name in rows]


def lots(session: Session, organisation_id: int, on: datetime.date) -> list[tuple[str, str]]:
    """The lots not ended where an organisation has a place or people: (id, market and lot) (two selects)."""
    at_work = select(Placement.lot_id).where(
        or_(Placement.employer_id == organisation_id, Placement.host_id == organisation_id)
    )
    won = select(Award.lot_id).where(Award.organisation_id == organisation_id)
    rows = session.execute(
        select(Lot.id, Market.object, Lot.number, Lot.title)
        .join(Market, Market.id == Lot.market_id)
        .where(or_(Lot.id.in_(won), Lot.id.in_(at_work)))
        .order_by(Market.object, Lot.number)
    ).all()
    dates = lot_dates.execution(session, [row.id for row in rows])
    return [
        (str(id_), f"{market[:60]} – lot {number}" + ("" if title == market else f" {title[:40]}"))
        for id_, market, number, title in rows
        if (dates.get(id_, (None, None))[1] or on) >= on
    ]


def lot_label(session: Session, lot_id: int) -> str:
    """The market and its lot."""
    market, number, title = session.execute(
        select(Market.object, Lot.number, Lot.title)
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.id == lot_id)
    ).one()
    return f"{market} – lot {number}" + ("" if title == market else f" {title}")
