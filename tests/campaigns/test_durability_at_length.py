"""The checks of tests/test_durability.py at length: eight writers in three processes, fifty sendings, ten cuts."""

import os
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import durability

pytestmark = pytest.mark.campaign
CONTRACTS = int(os.environ.get("CAMPAIGN_CONTRACTS", "80"))  # nineteen relevés each


def test_eight_writers_lose_nothing(session: Session, database: str, tmp_path: Path) -> None:
    durability.writers_lose_nothing(session, database, tmp_path, writers=8, contracts=CONTRACTS, servers=3)


@pytest.mark.parametrize("after", [0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 2.0, 2.5, 3.0])
def test_a_killed_server_loses_nothing_acknowledged(
    session: Session, database: str, tmp_path: Path, after: float
) -> None:
    durability.a_killed_server_loses_nothing(
        session, database, tmp_path, writers=8, contracts=120, after=after
    )


def test_fifty_sendings_of_one_form_have_one_effect(session: Session, database: str, tmp_path: Path) -> None:
    durability.the_same_post_has_one_effect(session, database, tmp_path, times=50, servers=3)
