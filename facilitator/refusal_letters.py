"""Letters about refused hours: why, and where to mend them, to who declared them."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from facilitator import contacts, french, links, mails, second_answers
from facilitator.accounts import User
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.links import ActionLink
from facilitator.mails import OutboxMail
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.periods import last_of_month
from facilitator.sendings import Sending
from facilitator.territories import Territory

THING = "timesheet_refused"
_Declarant = aliased(Organisation)


@dataclass(frozen=True)
class Addressee:
    """Whom a letter goes to, about which month of which organisation; `signed_in` has an account, others get a link."""

    address: str
    organisation_id: int
    month: datetime.date
    signed_in: bool


@dataclass(frozen=True)
class Line:
    """One refused relevé as its letter tells it: the first name and an initial, for a letter travels."""

    timesheet_id: int
    person: str
    period: str
    hours: Decimal
    sites: tuple[str, ...]


def tell(
    session: Session,
    sheets: Sequence[Timesheet],
    reason: str,
    *,
    at: datetime.datetime,
    base_url: str,
) -> tuple[list[OutboxMail], int]:
    """Write one letter to each declarant and month; gives the letters, and how many relevés nobody could be told of.

    The address is that of the account which sent the hours, else of the link, else of the employer’s first contact;
    one that bounced, or whose owner left, gives way.
    """
    rows = _rows(session, [sheet.id for sheet in sheets])
    sites, lots = _sites(session, [row.id for row in rows])
    by_addressee: dict[Addressee, list[Any]] = {}
    unknown = 0
    for row in rows:
        to = _addressee(session, row)
        if to is None:
            unknown += 1
        else:
            by_addressee.setdefault(to, []).append(row)
    letters = []
    for to, refused in by_addressee.items():
        told = [_line(row, sites.get(row.id, ())) for row in refused]
        concerned: set[mails.Topic] = {("person", row.person_id) for row in refused}
        concerned |= {("lot", lot) for row in refused for lot in lots.get(row.id, ())}
        letters.append(_write(session, to, refused[0], told, concerned, reason, at, base_url))
    return letters, unknown


def _rows(session: Session, ids: Sequence[int]) -> list[Any]:
    """What the letters say of these relevés, and who declared them (one select)."""
    return list(
        session.execute(
            select(
                Timesheet.id, Timesheet.territory_id, Timesheet.month, Timesheet.from_on, Timesheet.to_on,
                Timesheet.worked, Timesheet.person_id, Person.first_name, Person.last_name, _Declarant.id.label("organisation_id"),
                func.coalesce(_Declarant.name, _Declarant.scheme + " " + _Declarant.identifier).label("organisation"),
                User.email.label("user_email"), ActionLink.recipient, Territory.name.label("territory"),
                Territory.email, Territory.phone,
                (Sending.organisation_id == _Declarant.id).label("sent_it"),
            )
            .join(Person, Person.id == Timesheet.person_id)
            .join(Contract, Contract.id == Timesheet.contract_id)
            .join(Territory, Territory.id == Timesheet.territory_id)
            .outerjoin(Sending, Sending.id == Timesheet.sending_id)
            .outerjoin(User, (User.id == Sending.user_id) & User.active)
            .outerjoin(ActionLink, ActionLink.id == Sending.link_id)
            .join(_Declarant, _Declarant.id == second_answers.MENDER)
            .where(Timesheet.id.in_(ids))
            .order_by(Timesheet.month, Person.last_name, Timesheet.id)
        )
    )  # fmt: skip


def _sites(
    session: Session, ids: Sequence[int]
) -> tuple[dict[int, tuple[str, ...]], dict[int, tuple[int, ...]]]:
    """Where the hours of each relevé were worked, in words and as lots (one select)."""
    names: dict[int, tuple[str, ...]] = {}
    lots: dict[int, tuple[int, ...]] = {}
    rows = session.execute(
        select(Share.timesheet_id, Lot.id, Lot.number, Market.object)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Share.timesheet_id.in_(ids))
        .order_by(Share.id)
    )
    for sheet_id, lot_id, number, market in rows:
        names[sheet_id] = (*names.get(sheet_id, ()), f"{_short(market)}, lot {number}")
        lots[sheet_id] = (*lots.get(sheet_id, ()), lot_id)
    return names, lots


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"


def _addressee(session: Session, row: Any) -> Addressee | None:
    """Who sent these hours; where somebody else mends them now, whom the territory writes to there."""
    if row.user_email and row.sent_it:
        return Addressee(row.user_email, row.organisation_id, row.month, signed_in=True)
    address = contacts.address_now(
        session, row.territory_id, row.organisation_id, row.recipient if row.sent_it else None
    )
    return None if address is None else Addressee(address, row.organisation_id, row.month, signed_in=False)


def _line(row: Any, sites: tuple[str, ...]) -> Line:
    person = f"{row.first_name} {row.last_name[:1].upper()}."
    period = f"du {french.short_date(row.from_on)} au {french.short_date(row.to_on)}"
    return Line(row.id, person, period, row.worked, sites)


def _write(
    session: Session,
    to: Addressee,
    about: Any,
    lines: list[Line],
    concerned: Iterable[mails.Topic],
    reason: str,
    at: datetime.datetime,
    base_url: str,
) -> OutboxMail:
    told = french.plural(len(lines), "relevé d’heures refusé", "relevés d’heures refusés")
    return mails.write(
        session,
        to.address,
        f"{about.territory}\u00a0: {told}, {french.month(to.month)}"[:200],
        "hours_refused",
        thing=THING,
        thing_id=lines[0].timesheet_id,
        at=at,
        territory_id=about.territory_id,
        topics=[("organisation", to.organisation_id), *concerned],
        about=about,
        month=to.month,
        lines=lines,
        reason=reason,
        link=_where(session, to, about.territory_id, at, base_url.rstrip("/")),
        signed_in=to.signed_in,
    )


def _where(
    session: Session, to: Addressee, territory_id: int, at: datetime.datetime, base: str
) -> str | None:
    """The page where the month is mended; None without an account once a link to that month would be dead."""
    if to.signed_in:
        return f"{base}/heures/mois/{french.month_input(to.month)}"
    if (at.date() - last_of_month(to.month)).days > links.DECLARATION_LASTS_DAYS:
        return None
    token = links.issue_declaration(
        session, to.organisation_id, to.month, to.address, at=at, territory_id=territory_id
    )
    return f"{base}/declaration/{token}"
