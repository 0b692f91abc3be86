"""Second answers: one side declares hours, the other confirms or contests them, line by line."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Select, String, case, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from facilitator import french, journal
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import Hours, Instant, Model
from facilitator.hours import Share, Timesheet
from facilitator.organisations import Organisation
from facilitator.parties import SECOND_PARTY
from facilitator.placements import Placement
from facilitator.refusals import Refused
from facilitator.sendings import Sending
from facilitator.territories import Reach, rules_of
from facilitator.vocabulary import PlacementState, TimesheetState


class SecondAnswerRefused(Refused):
    """Hours cannot be confirmed or contested as asked; `share_id` says which line, when it is one."""

    def __init__(self, sentence: str, share_id: int | None = None) -> None:
        super().__init__(sentence)
        self.share_id = share_id


class AnswerTooLate(SecondAnswerRefused):
    """The facilitator has decided, or the relevé was replaced: an answer would change nothing."""


class NotAsked(SecondAnswerRefused):
    """The line is not one that this organisation is asked about: for it, it does not exist."""


class SecondAnswer(Model):
    """What the other side says of one share of a relevé: the same hours, or its own figure.

    It belongs to the share: a corrected relevé has new shares, and is asked again.
    """

    __tablename__ = "second_answers"
    __table_args__ = (
        CheckConstraint("hours >= 0", name="hours"),
        CheckConstraint("length(sender_name) > 0", name="named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    contested: Mapped[bool]
    hours: Mapped[Decimal] = mapped_column(Hours)  # what this side says was worked
    comment: Mapped[str | None] = mapped_column(String(300))  # «absent le 29/04»
    answered_at: Mapped[datetime.datetime] = mapped_column(Instant)
    sender_name: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("action_links.id"))


@dataclass(frozen=True)
class Speaker:
    """Who answers, for which organisation, signed in (`user_id`) or by a mailed link."""

    organisation_id: int
    name: str
    user_id: int | None = None
    link_id: int | None = None
    month: datetime.date | None = None  # the only one that the link opens
    reach: Reach = None  # the territories that it opens; None: all of them


@dataclass(frozen=True)
class Said:
    """An answer about one share; without hours, those declared are confirmed."""

    share_id: int
    hours: Decimal | None = None
    comment: str | None = None


# Columns for selects over `Share` joined to its relevé, its placement and (outer) its sending.
# Who declared: the organisation of the sending; what a facilitator typed stands for the employer.
DECLARANT: ColumnElement[int] = func.coalesce(Sending.organisation_id, Placement.employer_id)
# Who may answer: the side that did not declare; NULL for a direct hire, where nobody else knows the hours.
ANSWERER: ColumnElement[int | None] = case(
    (SECOND_PARTY == DECLARANT, Placement.employer_id), else_=SECOND_PARTY
)
_Answerer = aliased(Organisation)
# A column for selects over `Timesheet` joined to its contract and (outer) its sending: who mends a relevé. Its
# declarant; but the employer once the contract also serves somebody whom a host that declared knows nothing about.
MENDER: ColumnElement[int] = case(
    (
        or_(
            Sending.organisation_id.is_(None),
            Sending.organisation_id == Contract.employer_id,
            select(Placement.id)
            .join(PlacementContract, PlacementContract.placement_id == Placement.id)
            .where(
                PlacementContract.contract_id == Timesheet.contract_id,
                SECOND_PARTY.is_distinct_from(Sending.organisation_id),
                Placement.state == PlacementState.confirmed,
                Placement.from_on <= Timesheet.to_on,
                or_(Placement.to_on.is_(None), Placement.to_on >= Timesheet.from_on),
            )
            .correlate(Timesheet, Sending)
            .exists(),
        ),
        Contract.employer_id,
    ),
    else_=Sending.organisation_id,
)


def answer(
    session: Session, said: Sequence[Said], *, by: Speaker, at: datetime.datetime
) -> list[SecondAnswer]:
    """Answer about shares, all or none; the same answer twice has one effect, another one replaces it.

    Refuses a share about which this organisation is not asked, a relevé that is decided or replaced, other
    hours without a comment, negative ones and those above the month's ceiling.
    """
    asked = _lock_asked(session, {each.share_id for each in said}, by)
    for each in said:
        share, sheet = asked[each.share_id]
        _refuse_unless_live(sheet)
        _check(session, each, share)
    known = _answers(session, asked)
    return [_write(session, each, asked[each.share_id][0], known, by, at) for each in said]


def carry(session: Session, old: Timesheet, pieces: Sequence[Timesheet]) -> None:
    """A relevé was cut in pieces: what was confirmed stays confirmed; what was contested is asked again."""
    before = session.execute(
        select(SecondAnswer, Share.placement_id, Share.lot_id)
        .join(Share, Share.id == SecondAnswer.share_id)
        .where(Share.timesheet_id == old.id, SecondAnswer.contested.is_(False))
    )
    confirmed = {(placement_id, lot_id): row for row, placement_id, lot_id in before}
    if not confirmed:
        return
    for share in session.scalars(
        select(Share).where(Share.timesheet_id.in_([piece.id for piece in pieces])).order_by(Share.id)
    ):
        row = confirmed.get((share.placement_id, share.lot_id))
        if row is not None:
            session.add(
                SecondAnswer(
                    territory_id=share.territory_id,
                    share_id=share.id,
                    organisation_id=row.organisation_id,
                    contested=False,
                    hours=share.hours,
                    comment=row.comment,
                    answered_at=row.answered_at,
                    sender_name=row.sender_name,
                    user_id=row.user_id,
                    link_id=row.link_id,
                )
            )
    session.flush()


def asked_shares(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Shares with what tells who declared them and who may answer."""
    return (
        select(*columns)
        .select_from(Share)
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Placement, Placement.id == Share.placement_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
    )


def _lock_asked(
    session: Session, share_ids: Collection[int], by: Speaker
) -> dict[int, tuple[Share, Timesheet]]:
    """The shares that this organisation is asked about, their relevés locked in one order."""
    query = asked_shares(Share, Timesheet).where(Share.id.in_(share_ids), ANSWERER.in_((by.organisation_id,)))
    if by.month is not None:
        query = query.where(Share.month == by.month)
    if by.reach is not None:
        query = query.where(Share.territory_id.in_(by.reach))
    rows = session.execute(
        query.order_by(Timesheet.id, Share.id)
        .with_for_update(of=Timesheet)
        .execution_options(populate_existing=True)
    )
    found = {share.id: (share, sheet) for share, sheet in rows}
    if len(found) < len(share_ids):
        raise NotAsked(
            "L’une de ces lignes ne vous est pas soumise. Revenez à la liste des heures à confirmer."
        )
    return found


def _refuse_unless_live(sheet: Timesheet) -> None:
    if sheet.state == TimesheetState.declared:
        return
    if sheet.state == TimesheetState.replaced:
        raise AnswerTooLate(
            "Ces heures viennent d’être remplacées par d’autres\u00a0: répondez sur la nouvelle ligne."
        )
    raise AnswerTooLate(
        f"Le facilitateur a déjà décidé (relevé {TimesheetState(sheet.state).label.lower()})\u00a0: "
        "votre réponse ne change plus. Si ces heures sont fausses, appelez-le\u00a0: il les corrigera."
    )


def _check(session: Session, said: Said, share: Share) -> None:
    """Refuse other hours that say nothing, or that cannot be."""
    if said.hours is None or said.hours == share.hours:
        return
    if said.hours < 0:
        raise SecondAnswerRefused(
            "Un nombre d’heures ne peut pas être négatif. Écrivez 0 si la personne n’a pas travaillé.",
            share.id,
        )
    ceiling = rules_of(session, share.territory_id).on(share.month).month_ceiling
    if said.hours > ceiling:
        raise SecondAnswerRefused(
            f"{french.hours(said.hours)} dépassent le plafond d’un mois, {french.hours(ceiling)}. "
            "Vérifiez le nombre d’heures.",
            share.id,
        )
    if wants_comment(share.hours, said.hours, said.comment):
        raise SecondAnswerRefused(WHY, share.id)


WHY = "Dites en quelques mots ce que vous contestez, par exemple «\u00a0absent le 29/04\u00a0»."


def wants_comment(declared: Decimal, hours: Decimal | None, comment: str | None) -> bool:
    """Other hours than those declared need a sentence."""
    return hours is not None and hours != declared and not (comment or "").strip()


def _answers(session: Session, share_ids: Collection[int]) -> dict[int, SecondAnswer]:
    rows = session.scalars(
        select(SecondAnswer)
        .where(SecondAnswer.share_id.in_(share_ids))
        .execution_options(populate_existing=True)
    )
    return {row.share_id: row for row in rows}


def _write(
    session: Session,
    said: Said,
    share: Share,
    known: dict[int, SecondAnswer],
    by: Speaker,
    at: datetime.datetime,
) -> SecondAnswer:
    hours = share.hours if said.hours is None else said.hours
    comment = (said.comment or "").strip() or None
    row = known.get(share.id)
    if row is not None and (row.hours, row.comment) == (hours, comment):
        return row
    if row is None:
        row = known[share.id] = SecondAnswer(territory_id=share.territory_id, share_id=share.id)
        session.add(row)
    row.organisation_id, row.contested = by.organisation_id, hours != share.hours
    row.hours, row.comment = hours, comment
    row.answered_at, row.sender_name = at, by.name
    row.user_id, row.link_id = by.user_id, by.link_id
    journal.note(
        session,
        "contest_hours" if row.contested else "confirm_hours",
        "timesheet",
        share.timesheet_id,
        by=by.user_id,
        territory_id=share.territory_id,
        lot_id=share.lot_id,
        share=share.id,
        organisation=by.organisation_id,
    )
    return row


@dataclass(frozen=True)
class Sides:
    """Two figures side by side."""

    declared: Decimal
    hours: Decimal  # what the other side says

    @property
    def difference(self) -> Decimal:
        """Declared less what the other side says: 63 against 56 is 7,00."""
        return self.declared - self.hours


@dataclass(frozen=True)
class Answered(Sides):
    """What the other side says of one share, beside what was declared; the facilitator decides."""

    organisation: str
    contested: bool
    comment: str | None
    sender: str
    answered_at: datetime.datetime


def of_shares(session: Session, share_ids: Collection[int]) -> dict[int, Answered]:
    """The second answer of each of these shares that has one (one select, whatever their number)."""
    rows = session.execute(
        select(SecondAnswer, Share.hours, _Answerer)
        .join(Share, Share.id == SecondAnswer.share_id)
        .join(_Answerer, _Answerer.id == SecondAnswer.organisation_id)
        .where(SecondAnswer.share_id.in_(share_ids))
    )
    return {
        row.share_id: Answered(
            organisation=organisation.label,
            contested=row.contested,
            declared=declared,
            hours=row.hours,
            comment=row.comment,
            sender=row.sender_name,
            answered_at=row.answered_at,
        )
        for row, declared, organisation in rows
    }


def of_sheet(session: Session, timesheet_id: int) -> list[Answered]:
    """The answers about the shares of one relevé."""
    shares = session.scalars(select(Share.id).where(Share.timesheet_id == timesheet_id)).all()
    return list(of_shares(session, shares).values())


def still_asked(session: Session, share_ids: Collection[int]) -> dict[int, str]:
    """Who is asked about each of these live shares and has not answered yet (one select)."""
    rows = session.execute(
        with_answer(Share.id, _Answerer)
        .join(_Answerer, _Answerer.id == ANSWERER)
        .where(
            Share.id.in_(share_ids),
            Timesheet.state == TimesheetState.declared,
            SecondAnswer.id.is_(None),
        )
    )
    return {share_id: organisation.label for share_id, organisation in rows}


def with_answer(*columns: Any) -> Select[*tuple[Any, ...]]:
    return asked_shares(*columns).outerjoin(SecondAnswer, SecondAnswer.share_id == Share.id)
