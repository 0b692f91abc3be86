"""Nothing acknowledged is lost: writers at once, a server killed, the same form sent many times; both engines."""

from pathlib import Path

from sqlalchemy.orm import Session

from tests import durability


def test_writers_at_once_lose_nothing(session: Session, database: str, tmp_path: Path) -> None:
    durability.writers_lose_nothing(session, database, tmp_path, writers=4, contracts=4, servers=2)


def test_a_killed_server_loses_nothing_acknowledged(session: Session, database: str, tmp_path: Path) -> None:
    durability.a_killed_server_loses_nothing(session, database, tmp_path, writers=4, contracts=16, after=0.2)


def test_the_same_form_sent_many_times_at_once_has_one_effect(
    session: Session, database: str, tmp_path: Path
) -> None:
    durability.the_same_post_has_one_effect(session, database, tmp_path, times=50, servers=2)


def test_a_month_sent_fifty_times_at_once_has_one_effect(
    session: Session, database: str, tmp_path: Path
) -> None:
    durability.a_month_sent_many_times_has_one_effect(session, database, tmp_path, times=50, servers=2)


def test_a_validation_sent_fifty_times_at_once_has_one_effect(
    session: Session, database: str, tmp_path: Path
) -> None:
    durability.a_validation_sent_many_times_has_one_effect(session, database, tmp_path, times=50, servers=2)
