"""What all pages of one lot share: its heading, its tabs, and forms that stand alone on their page."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from facilitator import access
from facilitator.forms.base import TradeForm
from facilitator.markets import Lot, Market
from facilitator.web.answers import page

TABS = (
    ("Synthèse", "lots.show"),
    ("Engagement", "engagement.show"),
    ("Entreprises", "awards.of_lot"),
    ("Documents", "documents.of_lot"),
    ("Mises à l’emploi", "placements.of_lot"),
    ("Heures", "timesheets.of_lot"),
    ("Bilans", "frozen_bilans.of_lot"),
    ("Pénalité", "penalties.of_lot"),
    ("Courriers", "letters.of_lot"),
    ("Journal", "lots.journal"),
)


def lot_or_404(lot_id: int) -> Lot:
    """The lot with its market and its buyer, to read."""
    return access.lot_or_404(lot_id, options=(joinedload(Lot.market).joinedload(Market.buyer),))


def tabs(lot_id: int, current: str) -> list[tuple[str, str, bool]]:
    """The pages of the lot."""
    return [(label, url_for(endpoint, lot_id=lot_id), endpoint == current) for label, endpoint in TABS]


def show(template: str, lot: Lot, tab: str, **context: Any) -> ResponseReturnValue:
    """One page of the lot."""
    return render_template(
        f"facilitators/lots/{template}.html", lot=lot, tabs_of_lot=tabs(lot.id, tab), **context
    )


def ask(
    lot_id: int,
    form: TradeForm,
    heading: str,
    submit: str,
    cancel_url: str,
    intro: str = "",
    sections: tuple[tuple[str, tuple[str, ...]], ...] = (),
) -> ResponseReturnValue:
    """A form alone on its page; read again, for a refusal has undone what was loaded."""
    return page(
        "facilitators/lots/form.html",
        form,
        lot=lot_or_404(lot_id),
        heading=heading,
        submit=submit,
        cancel_url=cancel_url,
        intro=intro,
        sections=sections,
    )
