"""Lists about needs: the territory’s with what came of each, the open ones of those who propose, how long things took."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from facilitator import references
from facilitator.awards import Award
from facilitator.candidates import CandidateState, Identity, NeedCandidate, taken
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.labels import Labelled
from facilitator.lot_dates import execution
from facilitator.markets import Lot, Market
from facilitator.names import normalised
from facilitator.needs import Need
from facilitator.organisations import Contact, Organisation, OrganisationRole
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.territories import Territory
from facilitator.vocabulary import OrganisationRoleName, PlacementState

MEASURED_DAYS = 365  # how far back the delays are measured
_Buyer, _Company, _Asker = aliased(Organisation), aliased(Organisation), aliased(Organisation)


class NeedState(Labelled):
    """Where a need stands."""

    to_publish = "to_publish", "À publier"
    open = "open", "Ouvert"
    filled = "filled", "Pourvu"
    closed = "closed", "Clos"


@dataclass(frozen=True)
class Followed:
    """What came of a need: its candidates, its places, and the days that it took from its publication."""

    candidates: int = 0
    to_answer: int = 0
    taken: int = 0
    first_candidate_on: datetime.date | None = None
    first_start_on: datetime.date | None = None  # a mise à l’emploi confirmed, and begun


NONE = Followed()


@dataclass(frozen=True)
class Line:
    """A need with what surrounds it."""

    need: Need
    market: str
    lot: str
    buyer: str
    company: str | None
    asker: str | None
    territory: str
    followed: Followed

    @property
    def state(self) -> NeedState:
        if self.need.closed_on is not None:
            return NeedState.closed
        if self.need.published_on is None:
            return NeedState.to_publish
        return NeedState.filled if self.left == 0 else NeedState.open

    @property
    def left(self) -> int:
        """How many places are still free."""
        return max(0, self.need.people - self.followed.taken)

    @property
    def candidate_days(self) -> int | None:
        """From the publication to the first candidate."""
        return _days(self.need.published_on, self.followed.first_candidate_on)

    @property
    def start_days(self) -> int | None:
        """From the publication to the first day of work."""
        return _days(self.need.published_on, self.followed.first_start_on)


@dataclass(frozen=True)
class Delay:
    """Days over several needs: their mean and median, and of how many needs."""

    count: int
    mean: Decimal | None
    median: Decimal | None


@dataclass(frozen=True)
class Measures:
    """The needs published in a territory over the last year: places asked and filled, and how long it took."""

    needs: int
    asked: int
    filled: int
    to_candidate: Delay
    to_start: Delay


@dataclass(frozen=True)
class Known:
    """A candidate on the facilitator’s page, with who proposes and who bears the same identity in the file."""

    candidate: NeedCandidate
    organisation: str
    same: Person | None
    others: int  # organisations that propose the same person for this need
    placement_state: PlacementState | None

    @property
    def free_again(self) -> bool:
        """The mise à l’emploi fell through."""
        return self.placement_state in (PlacementState.declined, PlacementState.withdrawn)


def lines(session: Session, rows: Select[Need], on: datetime.date) -> list[Line]:
    """Needs already scoped, those that start first before the others (two selects)."""
    found = session.execute(_around(rows).order_by(Need.from_on, Need.id)).all()
    known = followed(session, [row[0].id for row in found], on)
    return [
        Line(
            need,
            market,
            f"lot {number}" if title == market else f"lot {number} – {title}",
            buyer,
            company,
            asker,
            territory,
            known.get(need.id, NONE),
        )
        for need, market, number, title, buyer, company, asker, territory in found
    ]


def of_lot(session: Session, lot_id: int, on: datetime.date) -> list[Line]:
    """The needs of one lot (two selects)."""
    return lines(session, select(Need).where(Need.lot_id == lot_id), on)


def line(session: Session, need: Need, on: datetime.date) -> Line:
    """One need with what surrounds it (two selects)."""
    return lines(session, select(Need).where(Need.id == need.id), on)[0]


def _around(rows: Select[Need]) -> Select[*tuple[Any, ...]]:
    return (
        rows.join(Lot, Lot.id == Need.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(_Buyer, _Buyer.id == Market.buyer_id)
        .join(Territory, Territory.id == Need.territory_id)
        .outerjoin(Award, Award.id == Need.award_id)
        .outerjoin(_Company, _Company.id == Award.organisation_id)
        .outerjoin(_Asker, _Asker.id == Need.asked_by_id)
        .with_only_columns(
            Need,
            Market.object,
            Lot.number,
            Lot.title,
            _label(_Buyer),
            _label(_Company),
            _label(_Asker),
            Territory.name,
        )
    )


def followed(session: Session, need_ids: Collection[int], on: datetime.date) -> dict[int, Followed]:
    """What came of each need by a day (one select)."""
    begun = and_(taken(), Placement.state == PlacementState.confirmed, Placement.from_on <= on)
    rows = session.execute(
        select(
            NeedCandidate.need_id,
            func.count(),
            func.count().filter(NeedCandidate.state == CandidateState.proposed),
            func.count().filter(taken()),
            func.min(NeedCandidate.proposed_on),
            func.min(Placement.from_on).filter(begun),
        )
        .outerjoin(Placement, Placement.id == NeedCandidate.placement_id)
        .where(NeedCandidate.need_id.in_(need_ids))
        .group_by(NeedCandidate.need_id)
    )
    return {row[0]: Followed(*row[1:]) for row in rows}


def in_state(found: Iterable[Line], states: Collection[NeedState]) -> list[Line]:
    """Those in one of these states."""
    return [each for each in found if each.state in states]


def measures(found: Iterable[Line], on: datetime.date) -> Measures:
    """Over the needs published in the last year; those that have no candidate, or no start, are in no delay."""
    since = on - datetime.timedelta(days=MEASURED_DAYS)
    recent = [each for each in found if each.need.published_on and each.need.published_on > since]
    return Measures(
        len(recent),
        sum(each.need.people for each in recent),
        sum(min(each.followed.taken, each.need.people) for each in recent),
        _delay([each.candidate_days for each in recent]),
        _delay([each.start_days for each in recent]),
    )


def _delay(days: Sequence[int | None]) -> Delay:
    known = [Decimal(each) for each in days if each is not None]
    if not known:
        return Delay(0, None, None)
    exact = Fraction(sum(known)) / len(known)
    tenths = (2 * 10 * exact.numerator + exact.denominator) // (2 * exact.denominator)  # half up
    return Delay(len(known), Decimal(tenths) / 10, median(known))


def _days(start: datetime.date | None, end: datetime.date | None) -> int | None:
    return max(0, (end - start).days) if start and end else None


# The candidates of one need.


def candidates(session: Session, need_id: int) -> list[Known]:
    """The candidates of a need for its facilitators: those to answer first (two selects)."""
    rows = session.execute(
        select(NeedCandidate, _label(Organisation), Placement.state)
        .join(Organisation, Organisation.id == NeedCandidate.organisation_id)
        .outerjoin(Placement, Placement.id == NeedCandidate.placement_id)
        .where(NeedCandidate.need_id == need_id)
        .order_by(NeedCandidate.id)
    ).all()
    same = _same_people(session, [row[0] for row in rows])
    keys = [(row[0].search_name, row[0].birth_on) for row in rows]
    order = list(CandidateState)
    found = [
        Known(
            each,
            organisation,
            same.get(each.person_id or (each.search_name, each.birth_on)),
            keys.count((each.search_name, each.birth_on)) - 1,
            PlacementState(state) if state else None,
        )
        for each, organisation, state in rows
    ]
    return sorted(found, key=lambda known: order.index(CandidateState(known.candidate.state)))


def _same_people(session: Session, found: Sequence[NeedCandidate]) -> dict[Any, Person]:
    """The people of the file who bear the identities typed, by id and by identity (one select)."""
    if not found:
        return {}
    people = session.scalars(
        select(Person).where(
            Person.territory_id == found[0].territory_id,
            or_(
                Person.id.in_({each.person_id for each in found if each.person_id}),
                Person.search_name.in_({each.search_name for each in found}),
            ),
        )
    ).all()
    by_identity: dict[Any, Person] = {
        (each.search_name, each.birth_on): each for each in people if each.birth_on
    }
    return by_identity | {each.id: each for each in people}


def own_candidates(session: Session, rows: Select[NeedCandidate]) -> dict[int, list[NeedCandidate]]:
    """An organisation’s own candidates by need, in order (one select)."""
    by_need: dict[int, list[NeedCandidate]] = {}
    for each in session.scalars(rows.order_by(NeedCandidate.id)):
        by_need.setdefault(each.need_id, []).append(each)
    return by_need


def own_people(session: Session, rows: Select[Person], need: Need, limit: int = 300) -> list[Person]:
    """The people whom an organisation knows in the territory of a need, by name (one select)."""
    mine = rows.where(Person.territory_id == need.territory_id)
    return list(session.scalars(mine.order_by(Person.last_name, Person.first_name, Person.id).limit(limit)))


def romes(session: Session, found: Iterable[Need]) -> dict[str, str]:
    """The official names of the ROME codes of these needs (one select at most)."""
    return references.labels(session, "rome", [each.rome for each in found])


# What a facilitator may choose.


def places(
    session: Session, territory_id: int, on: datetime.date, lot_id: int | None = None
) -> list[tuple[str, str]]:
    """The lots not ended with each of their companies: («lot-award», label) (two selects)."""
    which: ColumnElement[bool] = Lot.id == lot_id if lot_id else true()
    rows = session.execute(
        select(Lot.id, Award.id, Market.object, Lot.number, Lot.title, _label(Organisation))
        .join(Market, Market.id == Lot.market_id)
        .outerjoin(Award, Award.lot_id == Lot.id)
        .outerjoin(Organisation, Organisation.id == Award.organisation_id)
        .where(Lot.territory_id == territory_id, which)
        .order_by(Market.object, Lot.number, Lot.id, Award.id)
    ).all()
    ends = execution(session, {row[0] for row in rows})
    return [
        (
            f"{lot}-{award or 0}",
            f"{market[:60]} – lot {number}{'' if title == market else f' {title[:40]}'}"
            f" – {company or 'entreprise à désigner'}",
        )
        for lot, award, market, number, title, company in rows
        if (ends.get(lot, (None, None))[1] or on) >= on
    ]


def _label(of: type[Organisation]) -> ColumnElement[str]:
    return func.coalesce(of.name, of.scheme + " " + of.identifier)


def proposers(session: Session, territory_id: int) -> list[tuple[str, str]]:
    """The referrers and SIAE that act in a territory, by name: (id, name) (one select)."""
    here = [
        select(Contact.organisation_id).where(Contact.territory_id == territory_id),
        select(Placement.employer_id).where(Placement.territory_id == territory_id),
        select(Person.referrer_id).where(
            Person.territory_id == territory_id, Person.referrer_id.is_not(None)
        ),
        select(EligibilityRequest.organisation_id).where(EligibilityRequest.territory_id == territory_id),
    ]
    proposing = select(OrganisationRole.organisation_id).where(
        OrganisationRole.role.in_((OrganisationRoleName.siae, OrganisationRoleName.referrer))
    )
    rows = session.execute(
        select(Organisation.id, _label(Organisation))
        .where(or_(*(Organisation.id.in_(each) for each in here)), Organisation.id.in_(proposing))
        .order_by(Organisation.name, Organisation.id)
    )
    return [(str(id_), name) for id_, name in rows]


def same_person(
    session: Session, territory_id: int, who: Identity, rows: Select[Person] | None = None
) -> Person | None:
    """The person of the territory’s file, or of these rows, who bears exactly this identity (one select)."""
    return session.scalar(
        (select(Person) if rows is None else rows)
        .where(
            Person.territory_id == territory_id,
            Person.search_name == normalised(who.last_name, who.first_name),
            Person.birth_on == who.birth_on,
        )
        .order_by(Person.id)
        .limit(1)
    )
