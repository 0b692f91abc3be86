"""Who must act next on relevés, since when, and who certified each: what `turns` says of what is stored."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from facilitator import turns
from facilitator.accounts import User
from facilitator.contracts import Contract
from facilitator.hours import LIVE, Share, Timesheet
from facilitator.organisations import Organisation
from facilitator.periods import day_of
from facilitator.placements import Placement
from facilitator.second_answers import ANSWERER, SecondAnswer
from facilitator.sendings import Sending
from facilitator.turns import TimesheetFacts, Turn
from facilitator.vocabulary import TimesheetState

_Later = aliased(Timesheet)


@dataclass(frozen=True)
class Declaration:
    """Who declared hours, in what quality, when; `certified` when by a sending, else typed at the desk."""

    who: str
    position: str | None
    organisation: str | None
    on: datetime.date
    certified: bool


def declaration(session: Session, sheet: Timesheet) -> Declaration:
    """Who declared one relevé (one select)."""
    row = session.execute(
        select(
            Sending.sender_name, Sending.sender_position, User.name.label("typist"),
            Timesheet.declared_on, _label(Organisation).label("declarant"),
        )
        .select_from(Timesheet)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .outerjoin(Organisation, Organisation.id == Sending.organisation_id)
        .outerjoin(User, User.id == Timesheet.declared_by_id)
        .where(Timesheet.id == sheet.id)
    ).one()  # fmt: skip
    return declaration_of(row)


def declaration_of(row: Any) -> Declaration:
    """The same from a row that has these columns already."""
    if row.sender_name is None:
        return Declaration(row.typist or "le guichet", None, None, row.declared_on, certified=False)
    return Declaration(row.sender_name, row.sender_position, row.declarant, row.declared_on, certified=True)


def authors(session: Session, sheet_ids: Collection[int]) -> dict[int, str]:
    """Who wrote each of these relevés (one select)."""
    rows = session.execute(
        select(Timesheet.id, func.coalesce(Sending.sender_name, User.name))
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .outerjoin(User, User.id == Timesheet.declared_by_id)
        .where(Timesheet.id.in_(sheet_ids))
    )
    return {sheet_id: name for sheet_id, name in rows if name}


def of_sheets(session: Session, sheet_ids: Collection[int], on: datetime.date) -> dict[int, Turn]:
    """Where each of these relevés stands on a day (two selects, whatever their number)."""
    rows = session.execute(
        select(
            Timesheet.id, Timesheet.state, Timesheet.declared_on, Timesheet.decided_on,
            Timesheet.correction_reason, _label(Organisation).label("declarant"), _mended().label("mended"),
            select(Share.id).where(Share.timesheet_id == Timesheet.id).exists().label("shared"),
        )
        .join(Contract, Contract.id == Timesheet.contract_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .join(Organisation, Organisation.id == func.coalesce(Sending.organisation_id, Contract.employer_id))
        .where(Timesheet.id.in_(sheet_ids))
    ).all()  # fmt: skip
    contested, asked = _second_side(session, sheet_ids)
    return {
        row.id: turns.of_timesheet(_facts(row, contested.get(row.id), asked.get(row.id)), on) for row in rows
    }


def _facts(row: Any, contested: Any, asked: str | None) -> TimesheetFacts:
    return TimesheetFacts(
        TimesheetState(row.state),
        row.declared_on,
        row.decided_on,
        row.declarant,
        correction=row.correction_reason is not None,
        unshared=not row.shared,
        mended=row.mended,
        asked=asked,
        contested_by=contested.organisation if contested else None,
        contested_on=day_of(contested.answered_at) if contested else None,
    )


def _second_side(session: Session, sheet_ids: Collection[int]) -> tuple[dict[int, Any], dict[int, str]]:
    """For each waiting relevé, the answer that contests a part of it, and who is still asked about hours (one select)."""
    rows = session.execute(
        select(
            Share.timesheet_id, Share.hours, SecondAnswer.contested, SecondAnswer.answered_at,
            _label(Organisation).label("organisation"),
        )
        .select_from(Share)
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Placement, Placement.id == Share.placement_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .outerjoin(SecondAnswer, SecondAnswer.share_id == Share.id)
        .join(Organisation, Organisation.id == func.coalesce(SecondAnswer.organisation_id, ANSWERER))
        .where(Share.timesheet_id.in_(sheet_ids), Timesheet.state == TimesheetState.declared)
        .order_by(Share.id)
    ).all()  # fmt: skip
    return (
        {row.timesheet_id: row for row in rows if row.contested},
        {row.timesheet_id: row.organisation for row in rows if row.contested is None and row.hours},
    )


def _label(of: type[Organisation]) -> Any:
    return func.coalesce(of.name, of.scheme + " " + of.identifier)


def _mended() -> Any:
    """Other hours of the same contract stand for some of the same days."""
    return (
        select(_Later.id)
        .where(
            _Later.contract_id == Timesheet.contract_id,
            _Later.id > Timesheet.id,
            _Later.from_on <= Timesheet.to_on,
            _Later.to_on >= Timesheet.from_on,
            _Later.state.in_(LIVE),
        )
        .correlate(Timesheet)
        .exists()
    )
