"""A facilitator at the desk: a territory with one hire, signed in, and how many queries a list may cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator.vocabulary import MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, text_of
from tests.trade import Ground

# What a list page reads, the one select that says who is signed in, and SQLite’s two BEGIN (read, access log).
BUDGET = 8 + 1 + 3


@dataclass(frozen=True)
class Desk:
    """The facilitator’s browser and the ground that they look after."""

    client: Browser
    session: Session
    ground: Ground

    def get(self, path: str, status: int = 200) -> TestResponse:
        """Open a page that must answer so."""
        answer = self.client.get(path)
        assert answer.status_code == status, text_of(answer)[:1500]
        return answer

    def send(
        self, page: TestResponse, values: Mapping[str, Any], status: int = 303, **more: Any
    ) -> TestResponse:
        """Send the form found in the page."""
        answer = self.client.submit(page, values, **more)
        assert answer.status_code == status, (answer.location, text_of(answer)[:1500])
        return answer

    def selects(self) -> int:
        """How many queries the last page made."""
        assert self.client.watch is not None
        return self.client.watch.selects


def open_desk(client: Browser, session: Session) -> Desk:
    """Sign a facilitator in, on a territory with one lot, one company and one hire."""
    ground = trade.market(session)
    user = builders.user(session, MembershipRole.facilitator, territory=ground.territory)
    builders.enter(client, session, user)
    return Desk(client, session, ground)
