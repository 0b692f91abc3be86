"""Delays after wrong passwords: the next try for an address waits, an account is never locked."""

import datetime
import math

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from facilitator.accounts import SignInDelay
from facilitator.sessions import digest

FREE_TRIES = 3
LONGEST_DELAY = 15 * 60
FORGOTTEN_AFTER = datetime.timedelta(days=1)


def count_try(session: Session, email: str, *, at: datetime.datetime) -> int:
    """Count one try *before* it is judged, so that parallel guesses wait too; gives the seconds still to wait."""
    key = digest(email.lower())
    session.execute(delete(SignInDelay).where(SignInDelay.next_try_at < at - FORGOTTEN_AFTER))
    delay = _delay(session, key) or _first_try(session, key, at)
    if delay.next_try_at > at:
        return math.ceil((delay.next_try_at - at).total_seconds())
    delay.failures += 1
    if delay.failures >= FREE_TRIES:
        seconds = min(2 ** min(delay.failures, 20), LONGEST_DELAY)
        delay.next_try_at = at + datetime.timedelta(seconds=seconds)
    else:
        delay.next_try_at = at
    return 0


def forget_tries(session: Session, email: str) -> None:
    """The right password was given: nothing waits any more."""
    session.execute(delete(SignInDelay).where(SignInDelay.key == digest(email.lower())))


def _delay(session: Session, key: str) -> SignInDelay | None:
    return session.scalar(select(SignInDelay).where(SignInDelay.key == key).with_for_update())


def _first_try(session: Session, key: str, at: datetime.datetime) -> SignInDelay:
    try:
        with session.begin_nested():
            delay = SignInDelay(key=key, failures=0, next_try_at=at)
            session.add(delay)
        return delay
    except IntegrityError:  # somebody tries the same address at the same instant
        found = _delay(session, key)
        assert found is not None
        return found
