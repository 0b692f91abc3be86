"""Ten thousand random markets: each statement is what an independent SQL says, to 0,01 h."""

import os

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from sqlalchemy.orm import Session

from tests import random_markets
from tests.random_markets import EVERY_REASON, Plan, plans

pytestmark = pytest.mark.campaign
MARKETS = int(os.environ.get("CAMPAIGN_MARKETS", "10000"))
AT_LENGTH = settings(
    max_examples=MARKETS,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_random_markets_are_what_sql_says(session: Session) -> None:
    where = random_markets.places(session)
    session.commit()
    judged: set[str] = set()

    @AT_LENGTH
    @given(plan=plans)
    @example(EVERY_REASON[0])
    @example(EVERY_REASON[1])
    def hold(plan: Plan) -> None:
        session.rollback()
        found = random_markets.compare(session, random_markets.build(session, plan, where))
        judged.update(random_markets.became(found.values()))

    hold()
    assert judged >= random_markets.ALL
