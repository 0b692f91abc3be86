"""Who would get which reminder on a day: one letter an address, over all its organisations and territories."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import contacts, reminders_due
from facilitator.awards import Award
from facilitator.organisations import Organisation
from facilitator.periods import first_of_month
from facilitator.reminders_due import Due
from facilitator.reminders_sent import ReminderSent
from facilitator.territories import Territory, rules_by_territory

CATCH_UP_DAYS = 3  # a Sunday or a machine that was down delays a letter, it does not lose it


@dataclass(frozen=True)
class Round:
    """One reminder day of a month, for the territories that chose it."""

    month: datetime.date
    day: int
    early: bool = False  # its day is still to come: only a facilitator sends before

    def runs(self, on: datetime.date) -> bool:
        """Whether the scheduled command sends it on this day."""
        return not self.early and on.day - self.day <= CATCH_UP_DAYS


@dataclass(frozen=True)
class Letter:
    """All that is due by the people behind one address, and whether this round’s letter left already."""

    recipient: str
    round: Round
    items: tuple[Due, ...]
    sent: ReminderSent | None = None

    def of_territory(self, territory_id: int) -> tuple[Due, ...]:
        """The lines that one territory may read."""
        return tuple(each for each in self.items if each.territory_id == territory_id)


@dataclass(frozen=True)
class Unreachable:
    """An organisation that owes answers and has nobody to write to: «contact à trouver»."""

    territory_id: int
    organisation_id: int
    items: tuple[Due, ...]

    @property
    def count(self) -> int:
        """How many answers it owes."""
        return len(self.items)


@dataclass(frozen=True)
class Plan:
    """What a run would send on a day, and what no letter can obtain."""

    on: datetime.date
    letters: tuple[Letter, ...]
    unreachable: tuple[Unreachable, ...]
    organisations: dict[int, str] = field(default_factory=dict)
    too_old: tuple[Due, ...] = ()  # asked by letter for 60 days: now it is a call


def round_of(days: Iterable[int], on: datetime.date) -> Round:
    """The round that a day belongs to: the last reminder day reached, else the first one to come."""
    wanted = sorted(days)
    passed = [day for day in wanted if day <= on.day]
    return Round(first_of_month(on), passed[-1] if passed else wanted[0], early=not passed)


def rounds(session: Session, on: datetime.date) -> dict[int, Round]:
    """The current round of each territory (two selects)."""
    ids = set(session.scalars(select(Territory.id)))
    rules = rules_by_territory(session, ids)
    return {each: round_of(rules[each].on(on).reminder_days, on) for each in sorted(ids)}


def next_day(days: Iterable[int], on: datetime.date) -> datetime.date:
    """The next day on which letters leave by themselves."""
    wanted = sorted(days)
    coming = [day for day in wanted if day >= on.day]
    if coming:
        return on.replace(day=coming[0])
    following = first_of_month(first_of_month(on) + datetime.timedelta(days=31))
    return following.replace(day=wanted[0])


def plan(session: Session, on: datetime.date, territory_ids: Collection[int] | None = None) -> Plan:
    """Who would get what on a day (a fixed number of selects); writes nothing."""
    everything = reminders_due.everything(session, on, territory_ids)
    due = [each for each in everything if reminders_due.by_letter(each, on)]
    where = whom(session, {(each.territory_id, each.organisation_id) for each in due})
    turn = rounds(session, on)
    by_address: dict[tuple[str, int], list[Due]] = {}
    nobody: dict[tuple[int, int], list[Due]] = {}
    for each in due:
        pair = (each.territory_id, each.organisation_id)
        recipient = where[pair]
        if recipient is None:
            nobody.setdefault(pair, []).append(each)
        else:
            by_address.setdefault((recipient, turn[each.territory_id].day), []).append(each)
    sent = _sent(session, first_of_month(on))
    letters = tuple(
        Letter(recipient, turn[items[0].territory_id], tuple(items), sent.get((recipient, day)))
        for (recipient, day), items in sorted(by_address.items())
    )
    return Plan(
        on,
        letters,
        tuple(Unreachable(*pair, tuple(items)) for pair, items in sorted(nobody.items())),
        _names(session, everything),
        tuple(each for each in everything if not reminders_due.by_letter(each, on)),
    )


def concerning(plan: Plan, territory_ids: Collection[int]) -> Plan:
    """The part of a plan that some territories have a hand in; a letter stays whole, for it is one."""
    ids = set(territory_ids)
    return replace(
        plan,
        letters=tuple(each for each in plan.letters if ids & {item.territory_id for item in each.items}),
        unreachable=tuple(each for each in plan.unreachable if each.territory_id in ids),
        too_old=tuple(each for each in plan.too_old if each.territory_id in ids),
    )


def whom(session: Session, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], str | None]:
    """The address of each (territory, organisation): its first contact, else its correspondent on a lot (two selects).

    An organisation whose contacts all left has none: writing to somebody else there is for a human to decide.
    """
    territory_ids = {territory_id for territory_id, _ in pairs}
    known = contacts.addresses(session, territory_ids)
    named = {
        (territory_id, organisation_id): email
        for territory_id, organisation_id, email in session.execute(
            select(Award.territory_id, Award.organisation_id, func.min(Award.correspondent_email))
            .where(Award.territory_id.in_(territory_ids), Award.correspondent_email.is_not(None))
            .group_by(Award.territory_id, Award.organisation_id)
        )
    }
    found = {pair: known[pair] if pair in known else named.get(pair) for pair in pairs}
    return {pair: email.strip().lower() if email and email.strip() else None for pair, email in found.items()}


def _sent(session: Session, month: datetime.date) -> dict[tuple[str, int], ReminderSent]:
    rows = session.scalars(select(ReminderSent).where(ReminderSent.month == month))
    return {(each.recipient, each.day): each for each in rows}


def _names(session: Session, items: Iterable[Due]) -> dict[int, str]:
    ids = {each.organisation_id for each in items}
    return {
        each.id: each.label for each in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    }
