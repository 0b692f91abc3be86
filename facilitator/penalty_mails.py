"""Letters by mail about penalties and difficulties: a step waits, and the page on which to take it."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import contacts, mails, penalty_lists
from facilitator.awards import Award
from facilitator.difficulties import Difficulty
from facilitator.mails import OutboxMail
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.penalty_files import PenaltyFile
from facilitator.penalty_words import PenaltyState
from facilitator.territories import Territory

FILE, ACT, DIFFICULTY = "penalty_file", "penalty_act", "difficulty"
ACTS = (PenaltyState.notified, PenaltyState.decided)  # told to the company whatever comes after
HEADINGS = {
    PenaltyState.stated: "pénalité constatée",
    PenaltyState.notified: "mise en demeure",
    PenaltyState.decided: "décision sur la pénalité",
    PenaltyState.settled: "pénalité portée au décompte",
    PenaltyState.withdrawn: "constat de pénalité retiré",
}


def tell(
    session: Session,
    file: PenaltyFile,
    *,
    at: datetime.datetime,
    on: datetime.date,
    buyer_link: str | None = None,
    company_link: str | None = None,
) -> list[OutboxMail]:
    """Write to the buyer, the company or both where the penalty stands and what it may do.

    A letter that has not left gives way to the new one for the same address, but for the mise en demeure and the
    decision, which the company gets whatever comes after. An organisation where nobody is known gets no letter:
    its page shows the step all the same.
    """
    to: list[tuple[int, str | None, str, str]] = []
    if buyer_link is not None:
        market = select(Market.buyer_id).join(Lot, Lot.market_id == Market.id).where(Lot.id == file.lot_id)
        buyer_id = session.scalars(market).one()
        to.append((buyer_id, _contact(session, file.territory_id, buyer_id), "penalty_buyer", buyer_link))
    if company_link is not None:
        recipient = _of_company(session, file.territory_id, file.lot_id, file.company_id)
        to.append((file.company_id, recipient, "penalty_company", company_link))
    for _, recipient, _, _ in to:
        if recipient is not None:
            mails.drop(session, FILE, file.id, recipient)
    written = [_write(session, file, *each, at=at, on=on) for each in to]
    return [each for each in written if each is not None]


def _write(
    session: Session,
    file: PenaltyFile,
    organisation_id: int,
    recipient: str | None,
    template: str,
    link: str,
    *,
    at: datetime.datetime,
    on: datetime.date,
) -> OutboxMail | None:
    if recipient is None:
        return None
    case = penalty_lists.case_of(session, file)
    act = organisation_id == file.company_id and case.progress.state in ACTS
    return mails.write(
        session,
        recipient,
        f"{case.lot[:80]}\u00a0: {HEADINGS[case.progress.state]}",
        template,
        thing=ACT if act else FILE,
        thing_id=file.id,
        at=at,
        territory_id=file.territory_id,
        topics=(("lot", file.lot_id), ("organisation", organisation_id)),
        case=case,
        next=case.progress.next(on),
        link=link,
    )


def tell_of_difficulty(
    session: Session, difficulty: Difficulty, *, at: datetime.datetime, link: str
) -> OutboxMail | None:
    """Tell the facilitators that a company signals a difficulty, or the company that it is answered."""
    answered = difficulty.answer is not None
    territory = session.get_one(Territory, difficulty.territory_id)
    recipient = territory.email
    if answered:
        recipient = _of_company(
            session, difficulty.territory_id, difficulty.lot_id, difficulty.organisation_id
        )
    if recipient is None:
        return None
    lot = session.get_one(Lot, difficulty.lot_id)
    company = session.get_one(Organisation, difficulty.organisation_id)
    name = f"lot {lot.number} – {lot.title}"[:120]
    said = "réponse à votre difficulté" if answered else f"{company.label} signale une difficulté"
    return mails.write(
        session,
        recipient,
        f"{name}\u00a0: {said}"[:200],
        "difficulty",
        thing=DIFFICULTY,
        thing_id=difficulty.id,
        at=at,
        territory_id=difficulty.territory_id,
        topics=(("lot", difficulty.lot_id), ("organisation", difficulty.organisation_id)),
        difficulty=difficulty,
        company=company.label,
        lot=name,
        territory=territory.name,
        link=link,
    )


def _of_company(session: Session, territory_id: int, lot_id: int, organisation_id: int) -> str | None:
    """The correspondent that the company named for this lot, unless gone; else the territory’s contact there."""
    named = session.scalar(
        select(Award.correspondent_email).where(
            Award.lot_id == lot_id, Award.organisation_id == organisation_id
        )
    )
    return contacts.address_now(session, territory_id, organisation_id, (named or "").strip() or None)


def _contact(session: Session, territory_id: int, organisation_id: int) -> str | None:
    """The first of the territory’s contacts there who can be reached."""
    contact = contacts.written_to(session, territory_id, organisation_id)
    return contact.email if contact else None
