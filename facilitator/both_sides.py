"""What a facilitator reads of the other side around one relevé: its answers, who is still asked, the line before."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator.hours import Share, Timesheet
from facilitator.second_answers import Answered, SecondAnswer, Sides, of_shares, still_asked
from facilitator.vocabulary import TimesheetState


@dataclass(frozen=True)
class Around:
    """What a facilitator reads beside one share: the answer, who is still asked, the site’s month, the line before."""

    answer: Answered | None
    asked: str | None
    site: Sides | None  # when several relevés make the month on this site
    replaced: Answered | None  # what was said of the share that this one replaces


def of_sheet(session: Session, sheet: Timesheet) -> dict[int, Around]:
    """All that the other side said around one relevé, share by share (a constant number of selects)."""
    shares = session.scalars(select(Share).where(Share.timesheet_id == sheet.id)).all()
    before = session.scalars(select(Share).where(Share.timesheet_id == (sheet.replaces_id or 0))).all()
    said = of_shares(session, [each.id for each in (*shares, *before)])
    asked = still_asked(session, [each.id for each in shares])
    sides = _sites(session, sheet)
    old = {(each.placement_id, each.lot_id): said.get(each.id) for each in before}
    return {
        each.id: Around(
            said.get(each.id),
            asked.get(each.id),
            sides.get(each.lot_id),
            old.get((each.placement_id, each.lot_id)),
        )
        for each in shares
    }


def _sites(session: Session, sheet: Timesheet) -> dict[int, Sides]:
    """The person’s month by lot, replaced lines apart, where several relevés make it and one is contested."""
    rows = session.execute(
        select(
            Share.lot_id,
            func.sum(Share.hours).label("declared"),
            func.sum(func.coalesce(SecondAnswer.hours, Share.hours)).label("said"),
        )
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .outerjoin(SecondAnswer, SecondAnswer.share_id == Share.id)
        .where(
            Share.person_id == sheet.person_id,
            Share.month == sheet.month,
            Timesheet.state != TimesheetState.replaced,
        )
        .group_by(Share.lot_id)
        .having(func.count(Share.id) > 1, func.count(SecondAnswer.id) > 0)
    )
    return {row.lot_id: Sides(row.declared, Decimal(row.said)) for row in rows}
