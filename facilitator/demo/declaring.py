"""A month that is being declared in the demonstration: a draft begun, and a first site sent."""

import datetime
from collections.abc import Iterable

from sqlalchemy.orm import Session

from facilitator import journal, month_fills, month_returns, month_sending
from facilitator.month_cells import MonthPage
from facilitator.month_drafts import Author, Typed
from facilitator.month_sending import Sender
from facilitator.periods import add_months

COLLEAGUE = Author("Camille Démo")
SENDER = Sender("Camille Démo", "Responsable d’exploitation", True)
UNREADABLE = "7,5 à 8"  # a draft keeps it; the page says why it cannot leave
USUAL = "63,5"


def begin(session: Session, organisation_ids: Iterable[int], on: datetime.date) -> None:
    """Each organisation has begun its last month: one answer sent where several wait, the next one in its draft."""
    month = add_months(on.replace(day=1), -1)
    for organisation_id in organisation_ids:
        page = month_returns.page(session, organisation_id, month, on=on)
        if sum(cell.due for cell in page.cells) > 2:
            _send_one(session, page, on)
        _draft(session, organisation_id, month, on)


def _send_one(session: Session, page: MonthPage, on: datetime.date) -> None:
    cell = next(cell for cell in page.cells if cell.blank and not cell.optional)
    month_sending.send(
        session,
        page.organisation_id,
        page.month,
        Typed({cell.key: USUAL}, comment="Le reste suit cette semaine."),
        sender=SENDER,
        sites=frozenset({cell.award_id}),
        on=on,
        at=journal.now(),
        by=COLLEAGUE,
    )


def _draft(session: Session, organisation_id: int, month: datetime.date, on: datetime.date) -> None:
    page = month_returns.page(session, organisation_id, month, on=on)
    blank = [cell.key for cell in page.cells if cell.blank and not cell.optional]
    if len(blank) > 1:
        usual = month_fills.last_month(page, month_fills.Target("tout")).cells
        typed = {blank[-1]: UNREADABLE} | ({blank[0]: usual[blank[0]]} if blank[0] in usual else {})
        month_returns.save_draft(session, organisation_id, month, typed, by=COLLEAGUE, at=journal.now())
