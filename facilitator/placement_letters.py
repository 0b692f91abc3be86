"""Letters about a proposed placement: asked and asked again of the employer by link, answered to the facilitator."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from facilitator import contacts, journal, links, mails
from facilitator.accounts import User
from facilitator.french import date as french_date
from facilitator.links import ActionLink
from facilitator.mails import OutboxMail
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement, PlacementRefused
from facilitator.territories import Territory
from facilitator.vocabulary import PlacementMode, PlacementState

PURPOSE = "answer_placement"
THING = "placement"
ANSWER = "placement_answer"  # the letter that tells of an answer is not one that asks for it
LONGEST_TITLE = 120  # of a market’s object inside a sentence
_Employer, _Host, _Buyer = aliased(Organisation), aliased(Organisation), aliased(Organisation)


@dataclass(frozen=True)
class Question:
    """What an employer reads before it answers: who asks, why, for whom; no criterion, no birth date."""

    placement_id: int
    state: PlacementState
    person_id: int
    first_name: str
    last_name: str
    lot: str
    market: str
    buyer: str
    employer_id: int
    employer: str
    host: str
    mode: PlacementMode
    job: str | None
    from_on: datetime.date
    to_on: datetime.date | None
    weekly_hours: Decimal | None
    proposed_on: datetime.date
    answered_on: datetime.date | None
    decline_reason: str | None
    territory_id: int
    territory: str
    email: str | None
    phone: str | None
    proposed_by: str | None

    @property
    def full_name(self) -> str:
        """For an employer who has signed in."""
        return f"{self.first_name} {self.last_name.upper()}"

    @property
    def short_name(self) -> str:
        """For a letter, which travels: the first name and an initial."""
        return f"{self.first_name} {self.last_name[:1].upper()}."

    @property
    def hired_directly(self) -> bool:
        return self.mode is PlacementMode.embauche_directe


def question(session: Session, placement_id: int) -> Question:
    """The facts of one placement, as its employer reads them (one select)."""
    row = session.execute(_columns().where(Placement.id == placement_id)).one()
    facts = row._asdict()
    number, title = facts.pop("number"), facts.pop("title")
    # A published lot often bears the market’s own title: it is not said twice.
    lot = f"lot {number}" if title == facts["market"] else f"lot {number} – {shortened(title)}"
    facts["market"] = shortened(facts["market"])
    facts["state"], facts["mode"] = PlacementState(facts["state"]), PlacementMode(facts["mode"])
    return Question(lot=lot, **facts)


def _columns() -> Select[*tuple[object, ...]]:
    return (
        select(
            Placement.id.label("placement_id"), Placement.state, Placement.person_id, Person.first_name,
            Person.last_name, Lot.number, Lot.title, Market.object.label("market"),
            _label(_Buyer).label("buyer"), Placement.employer_id, _label(_Employer).label("employer"), _label(_Host).label("host"),
            Placement.mode, Placement.job, Placement.from_on, Placement.to_on, Placement.weekly_hours,
            Placement.proposed_on, Placement.answered_on, Placement.decline_reason,
            Placement.territory_id, Territory.name.label("territory"), Territory.email, Territory.phone,
            User.name.label("proposed_by"),
        )
        .join(Person, Person.id == Placement.person_id)
        .join(Lot, Lot.id == Placement.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(_Buyer, _Buyer.id == Market.buyer_id)
        .join(_Employer, _Employer.id == Placement.employer_id)
        .join(_Host, _Host.id == Placement.host_id)
        .join(Territory, Territory.id == Placement.territory_id)
        .outerjoin(User, User.id == Placement.proposed_by_id)
    )  # fmt: skip


def _label(of: type[Organisation]) -> ColumnElement[str]:
    return func.coalesce(of.name, of.scheme + " " + of.identifier)


def shortened(text: str) -> str:
    """A published title on one line, cut where it would drown its sentence."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def propose_by_mail(
    session: Session,
    placement: Placement,
    recipient: str,
    *,
    at: datetime.datetime,
    base_url: str,
    by: int | None = None,
) -> OutboxMail:
    """Ask the employer by a letter with its own link; refuses a placement that does not wait any more."""
    return _ask(session, placement, recipient, "placement_proposed", at=at, base_url=base_url, by=by)


def remind(
    session: Session,
    placement: Placement,
    recipient: str,
    *,
    at: datetime.datetime,
    base_url: str,
    by: int | None = None,
) -> OutboxMail:
    """Ask again: the links sent before stop working, so that one answer has one link; refuses an answered placement."""
    _refuse_answered(placement)
    close(session, placement, at=at)
    return _ask(session, placement, recipient, "placement_reminder", at=at, base_url=base_url, by=by)


def fresh_link(session: Session, placement: Placement, recipient: str, *, at: datetime.datetime) -> str:
    """The token of a link inside a letter that speaks of several things; the links sent before stop working."""
    _refuse_answered(placement)
    close(session, placement, at=at)
    return links.issue(
        session, PURPOSE, THING, placement.id, recipient, at=at, territory_id=placement.territory_id
    )


def _ask(
    session: Session,
    placement: Placement,
    recipient: str,
    template: str,
    *,
    at: datetime.datetime,
    base_url: str,
    by: int | None,
) -> OutboxMail:
    _refuse_answered(placement)
    token = links.issue(
        session, PURPOSE, THING, placement.id, recipient, at=at, territory_id=placement.territory_id
    )
    asked = question(session, placement.id)
    journal.note(
        session,
        "ask_by_mail",
        THING,
        placement.id,
        by=by,
        territory_id=placement.territory_id,
        lot_id=placement.lot_id,
    )
    return mails.write(
        session,
        recipient,
        f"{asked.territory}\u00a0: {asked.short_name} pour le {asked.lot}"[:200],
        template,
        thing=THING,
        thing_id=placement.id,
        at=at,
        territory_id=placement.territory_id,
        topics=_topics(placement),
        asked=asked,
        link=f"{base_url.rstrip('/')}/lien/{token}",
        days=links.LASTS_DAYS,
    )


def close(session: Session, placement: Placement, *, at: datetime.datetime) -> None:
    """Nothing is asked any more by the letters written before: their links die, those that wait never leave."""
    links.revoke(session, THING, placement.id, at=at)
    mails.drop(session, THING, placement.id)


def answered(
    session: Session, placement: Placement, *, at: datetime.datetime, link: str
) -> OutboxMail | None:
    """What follows any answer: the other links die, and a letter with the placement’s page tells the facilitator.

    None when the territory has nobody to write to.
    """
    close(session, placement, at=at)
    recipient = _facilitator_of(session, placement)
    if recipient is None:
        return None
    asked = question(session, placement.id)
    verb = "confirme" if asked.state is PlacementState.confirmed else "décline"
    return mails.write(
        session,
        recipient,
        f"{asked.employer} {verb} la mise à l’emploi de {asked.short_name}"[:200],
        "placement_answered",
        thing=ANSWER,
        thing_id=placement.id,
        at=at,
        territory_id=placement.territory_id,
        topics=_topics(placement),
        asked=asked,
        link=link,
    )


def _topics(placement: Placement) -> tuple[mails.Topic, ...]:
    return (
        ("lot", placement.lot_id),
        ("organisation", placement.employer_id),
        ("person", placement.person_id),
    )


def employer_address(session: Session, placement: Placement) -> str | None:
    """Where the employer is written to: the address of its last letter, else the territory’s contact there.

    An address that bounced, or whose owner left, gives way to the next contact.
    """
    written = session.scalar(
        select(ActionLink.recipient)
        .where(ActionLink.thing == THING, ActionLink.thing_id == placement.id, ActionLink.purpose == PURPOSE)
        .order_by(ActionLink.id.desc())
        .limit(1)
    )
    return contacts.address_now(session, placement.territory_id, placement.employer_id, written)


def of_link(session: Session, link: ActionLink, *, lock: bool = False) -> tuple[Placement, Person]:
    """The one placement that a link gives the right to answer; `lock` holds it until the commit."""
    query = select(Placement).where(Placement.id == link.thing_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    placement = session.scalars(query).one()
    return placement, session.get_one(Person, placement.person_id)


def _facilitator_of(session: Session, placement: Placement) -> str | None:
    author = session.scalar(select(User.email).where(User.id == placement.proposed_by_id, User.active))
    return author or session.scalar(select(Territory.email).where(Territory.id == placement.territory_id))


def _refuse_answered(placement: Placement) -> None:
    if placement.state != PlacementState.proposed:
        when = f" le {french_date(placement.answered_on)}" if placement.answered_on else ""
        label = PlacementState(placement.state).label.lower()
        raise PlacementRefused(
            f"Cette mise à l’emploi est déjà {label}{when}\u00a0: il n’y a plus rien à demander à l’employeur."
        )
