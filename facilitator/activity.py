"""Reads what the facilitators of a territory did and followed over a period; each figure is its own list, counted."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import activity_acts, activity_report, french, territories
from facilitator.accounts import Membership, User
from facilitator.activity_report import (
    DEFINITIONS,
    FIELD,
    LONGEST_MONTHS,
    NOBODY,
    UNATTRIBUTED,
    Act,
    Answering,
    Funder,
    Measure,
    Period,
    Report,
    WorkingTime,
)
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.refusals import Refused
from facilitator.territories import Territory
from facilitator.vocabulary import MembershipRole


class ActivityRefused(Refused):
    """The activity of such a period, or of such a person, cannot be told."""


@dataclass(frozen=True)
class Asked:
    """Which activity: a territory, its days, one facilitator or all of them, and for whom it is told."""

    territory_id: int
    period: Period
    facilitator_id: int | None = None
    funder: Funder | None = None


@dataclass(frozen=True)
class Line:
    """An act with the words of its file."""

    act: Act
    author: str
    about: str
    buyer: str

    @property
    def label(self) -> str:
        """What was done."""
        return self.act.measure.label


def period(from_on: datetime.date, to_on: datetime.date, on: datetime.date) -> Period:
    """The days of a report; refuses those that go backwards, are still to come, or are too many."""
    if to_on < from_on:
        raise ActivityRefused(
            f"La fin de la période ({french.date(to_on)}) précède son début ({french.date(from_on)}). Échangez les deux dates."
        )
    if to_on > on:
        raise ActivityRefused(
            f"Le {french.date(to_on)} n’est pas encore passé. Choisissez une fin de période au plus tard aujourd’hui."
        )
    found = Period(from_on, to_on)
    if to_on.year - from_on.year > LONGEST_MONTHS // 12 or len(found.months) > LONGEST_MONTHS:
        raise ActivityRefused(
            f"Cette période dépasse {LONGEST_MONTHS}\u00a0mois. Choisissez-en une plus courte, par exemple une année."
        )
    return found


def facilitators(session: Session, territory_id: int) -> list[tuple[int, str]]:
    """Who follows the territory’s markets today, by name (one select)."""
    rows = session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.role == MembershipRole.facilitator, Membership.territory_id == territory_id)
        .order_by(User.name, User.id)
    )
    return [(key, name) for key, name in rows]


def refuse_stranger(session: Session, asked: Asked) -> None:
    """Refuse a person who neither follows the territory’s markets nor did anything there over these days."""
    if asked.facilitator_id in {None, NOBODY, *(key for key, _ in facilitators(session, asked.territory_id))}:
        return
    if not of(session, asked, told(asked)):
        raise ActivityRefused(
            "Cette personne n’a aucune activité sur votre territoire dans cette période. Choisissez un facilitateur de la liste."
        )


def name_of(session: Session, asked: Asked) -> str | None:
    """The facilitator whose activity is asked, when it is one person’s."""
    if asked.facilitator_id is None:
        return None
    return _names(session, [asked.facilitator_id])[asked.facilitator_id]


def report(session: Session, asked: Asked, on: datetime.date) -> Report:
    """Everything that the page, the PDF and the workbook tell (a number of selects that never grows)."""
    measures = told(asked)
    acts = of(session, asked, measures)
    rules = territories.rules_of(session, asked.territory_id).on(asked.period.to_on)
    names = _names(session, {each.author_id for each in acts} | {asked.facilitator_id})
    figures = {each: [act for act in acts if act.measure is each] for each in measures}
    counted = {each: activity_report.count(listed) for each, listed in figures.items()}
    declared = rules.facilitators_fte if asked.facilitator_id is None else None
    return Report(
        territory=session.get_one(Territory, asked.territory_id).name,
        period=asked.period,
        made_on=on,
        funder=asked.funder,
        facilitator=None if asked.facilitator_id is None else names[asked.facilitator_id],
        figures=counted,
        months=activity_report.by_month(acts, measures),
        parts=activity_report.by_facilitator(acts, names),
        answering=Answering(_delays(session, figures[Measure.answers]), rules.answer_days),
        time=WorkingTime(
            sum(counted[each].minutes for each in FIELD),
            rules.fte_hours,
            asked.period.years,
            declared or None,
        ),
    )


def told(asked: Asked) -> tuple[Measure, ...]:
    """The figures of a report; of one facilitator, those that are attributed to somebody."""
    return tuple(
        each for each in Measure if asked.facilitator_id is None or DEFINITIONS[each].whose is not None
    )


def of(session: Session, asked: Asked, measures: Collection[Measure]) -> list[Act]:
    """The acts behind these figures, the latest first."""
    found = activity_acts.of_territory(session, asked.territory_id, asked.period, measures)
    if asked.facilitator_id is None:
        return found
    return [act for act in found if (act.author_id or NOBODY) == asked.facilitator_id]


def lines(session: Session, acts: Sequence[Act]) -> list[Line]:
    """The acts with the words of their files (three selects)."""
    names = _names(session, {each.author_id for each in acts})
    lots = _lots_named(session, {each.lot_id for each in acts if each.lot_id})
    known = {each.organisation_id for each in acts if each.organisation_id}
    owners = {buyer_id for _, buyer_id in lots.values()}
    organisations = _organisations_named(session, known | owners)
    return [_line(each, names, lots, organisations) for each in acts]


def _line(
    act: Act, names: Mapping[int, str], lots: Mapping[int, tuple[str, int]], organisations: Mapping[int, str]
) -> Line:
    author = names[act.author_id] if act.author_id else ""
    organisation = organisations[act.organisation_id] if act.organisation_id else ""
    if act.lot_id is None:
        return Line(act, author, organisation, "")
    about, buyer_id = lots[act.lot_id]
    return Line(act, author, about, organisations[buyer_id])


def _names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    rows = session.execute(select(User.id, User.name).where(User.id.in_({each for each in ids if each})))
    return {NOBODY: UNATTRIBUTED} | dict(rows.all())


def _lots_named(session: Session, ids: set[int]) -> dict[int, tuple[str, int]]:
    rows = session.execute(
        select(Lot.id, Market.object, Lot.number, Market.buyer_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.id.in_(ids))
    )
    return {key: (f"{object_} – lot {number}", buyer_id) for key, object_, number, buyer_id in rows}


def _organisations_named(session: Session, ids: set[int]) -> dict[int, str]:
    return {
        each.id: each.label for each in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    }


def _delays(session: Session, answers: Sequence[Act]) -> tuple[int, ...]:
    """From the reception to the decision, in days, the shortest first."""
    rows = session.execute(
        select(EligibilityRequest.received_on, EligibilityRequest.decided_on).where(
            EligibilityRequest.id.in_({each.subject_id for each in answers})
        )
    )
    return tuple(sorted((decided - received).days for received, decided in rows if decided is not None))
