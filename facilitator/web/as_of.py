"""The day of a situation (`?au=`): any day until today."""

import datetime

from flask import request

from facilitator import french, statements
from facilitator.web import clock


def asked() -> datetime.date:
    """The day asked in the address, today by default; refuses (422) one to come or that is no day."""
    typed = request.args.get("au", "").strip()
    if not typed:
        return clock.today()
    day = french.parse_date(typed)
    statements.refuse_future(day, clock.today())
    return day
