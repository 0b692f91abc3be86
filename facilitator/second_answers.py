"""Second answers: one side declares hours, the other confirms or contests them, line by line."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Select, String, case, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from facilitator import french, journal
from facilitator.db import Hours, Instant, Model
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.parties import SECOND_PARTY
from facilitator.people import Person
from facilitator.periods import last_of_month
from facilitator.placements import Placement
from facilitator.refusals import Refused
from facilitator.sendings import Sending
from facilitator.territories import rules_of
from facilitator.vocabulary import TimesheetState


class SecondAnswerRefused(Refused):
    """Hours cannot be confirmed or contested as asked."""


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
_Answerer, _Declarant = aliased(Organisation), aliased(Organisation)


def confirm(
    session: Session, share_ids: Iterable[int], *, by: Speaker, at: datetime.datetime
) -> list[SecondAnswer]:
    """Say of many shares at once that their hours are right."""
    return answer(session, [Said(each) for each in share_ids], by=by, at=at)


def contest(
    session: Session, share_id: int, hours: Decimal, comment: str, *, by: Speaker, at: datetime.datetime
) -> SecondAnswer:
    """Say that other hours were worked, and why; the figure declared, said again, confirms it."""
    return answer(session, [Said(share_id, hours, comment)], by=by, at=at)[0]


def answer(
    session: Session, said: Sequence[Said], *, by: Speaker, at: datetime.datetime
) -> list[SecondAnswer]:
    """Answer about shares, all or none; the same answer twice has one effect, another one replaces it.

    Refuses a share about which this organisation is not asked, a relevé that is decided or replaced, other
    hours without a comment, negative ones and those above the month's ceiling.
    """
    asked = _lock_asked(session, {each.share_id for each in said}, by.organisation_id)
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


def _asked(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Shares with what tells who declared them and who may answer."""
    return (
        select(*columns)
        .select_from(Share)
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Placement, Placement.id == Share.placement_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
    )


def _lock_asked(
    session: Session, share_ids: Collection[int], organisation_id: int
) -> dict[int, tuple[Share, Timesheet]]:
    """The shares that this organisation is asked about, their relevés locked in one order."""
    rows = session.execute(
        _asked(Share, Timesheet)
        .where(Share.id.in_(share_ids), ANSWERER.in_((organisation_id,)))
        .order_by(Timesheet.id, Share.id)
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
            "Un nombre d’heures ne peut pas être négatif. Écrivez 0 si la personne n’a pas travaillé."
        )
    ceiling = rules_of(session, share.territory_id).on(share.month).month_ceiling
    if said.hours > ceiling:
        raise SecondAnswerRefused(
            f"{french.hours(said.hours)} dépassent le plafond d’un mois, {french.hours(ceiling)}. "
            "Vérifiez le nombre d’heures."
        )
    if not (said.comment or "").strip():
        raise SecondAnswerRefused(
            "Dites en quelques mots ce que vous contestez, par exemple «\u00a0absent le 29/04\u00a0»."
        )


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


# What each side reads.


@dataclass(frozen=True)
class Line:
    """One live share as the side that is asked sees it: its own hours only, never why the person is eligible."""

    share_id: int
    territory_id: int
    person_id: int
    person: str
    lot_id: int
    site: str
    buyer: str
    declared_by: str  # the other side
    month: datetime.date
    from_on: datetime.date
    to_on: datetime.date
    hours: Decimal
    training: Decimal
    correction: bool
    said: Decimal | None  # None: no answer yet
    comment: str | None

    @property
    def answered(self) -> bool:
        return self.said is not None

    @property
    def contested(self) -> bool:
        return self.said is not None and self.said != self.hours

    @property
    def period(self) -> str:
        """The month when it is whole, else its days."""
        if self.from_on.day == 1 and self.to_on == last_of_month(self.from_on):
            return french.month(self.from_on)
        return f"du {french.short_date(self.from_on)} au {french.short_date(self.to_on)}"


def awaiting(
    session: Session,
    organisation_id: int,
    *,
    month: datetime.date | None = None,
    share_ids: Collection[int] | None = None,
) -> list[Line]:
    """The live shares that the other side declared, by site and person; answered ones still change (one select)."""
    buyer = aliased(Organisation)
    rows = _with_answer(
        Share.id, Share.territory_id, Share.person_id, Person.first_name, Person.last_name,
        Share.lot_id, Lot.number, Lot.title, Market.object,
        func.coalesce(buyer.name, buyer.scheme + " " + buyer.identifier).label("buyer"),
        func.coalesce(_Declarant.name, _Declarant.scheme + " " + _Declarant.identifier).label("declarant"),
        Share.month, Timesheet.from_on, Timesheet.to_on, Share.hours, Share.training,
        Timesheet.replaces_id, SecondAnswer.hours.label("said"), SecondAnswer.comment,
    )  # fmt: skip
    rows = (
        rows.join(Person, Person.id == Share.person_id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(buyer, buyer.id == Market.buyer_id)
        .join(_Declarant, _Declarant.id == DECLARANT)
        .where(Timesheet.state == TimesheetState.declared, ANSWERER.in_((organisation_id,)))
        .order_by(
            Share.month, Market.object, Lot.number, Lot.id, Person.last_name, Person.id, Timesheet.from_on
        )
    )
    if month is not None:
        rows = rows.where(Share.month == month)
    if share_ids is not None:
        rows = rows.where(Share.id.in_(share_ids))
    return [_line(row) for row in session.execute(rows)]


def _line(row: Any) -> Line:
    return Line(
        share_id=row.id,
        territory_id=row.territory_id,
        person_id=row.person_id,
        person=f"{row.first_name} {row.last_name.upper()}",
        lot_id=row.lot_id,
        site=f"{row.object} – lot {row.number}{'' if row.title == row.object else f' {row.title}'}",
        buyer=row.buyer,
        declared_by=row.declarant,
        month=row.month,
        from_on=row.from_on,
        to_on=row.to_on,
        hours=row.hours,
        training=row.training,
        correction=row.replaces_id is not None,
        said=row.said,
        comment=row.comment,
    )


@dataclass(frozen=True)
class Answered:
    """What the other side says of one share, beside what was declared; the facilitator decides."""

    organisation: str
    contested: bool
    declared: Decimal
    hours: Decimal
    comment: str | None
    sender: str
    answered_at: datetime.datetime

    @property
    def difference(self) -> Decimal:
        """Declared less what this side says: 63 against 56 is 7,00."""
        return self.declared - self.hours


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


def still_asked(session: Session, share_ids: Collection[int]) -> dict[int, str]:
    """Who is asked about each of these live shares and has not answered yet (one select)."""
    rows = session.execute(
        _with_answer(Share.id, _Answerer)
        .join(_Answerer, _Answerer.id == ANSWERER)
        .where(
            Share.id.in_(share_ids),
            Timesheet.state == TimesheetState.declared,
            SecondAnswer.id.is_(None),
        )
    )
    return {share_id: organisation.label for share_id, organisation in rows}


def _with_answer(*columns: Any) -> Select[*tuple[Any, ...]]:
    return _asked(*columns).outerjoin(SecondAnswer, SecondAnswer.share_id == Share.id)
