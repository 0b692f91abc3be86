"""«Si le lot s’arrêtait aujourd’hui» on a page: what is supposed in the address, and what it would cost."""

import datetime
from typing import Any

from flask import request
from sqlalchemy import func, select

from facilitator import penalty_dues, penalty_simulation, statements
from facilitator.awards import Award
from facilitator.db import db
from facilitator.forms.penalties import SimulationForm
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.penalty_cases import explain
from facilitator.penalty_simulation import Simulation, WhatIf
from facilitator.refusals import Refused
from facilitator.web import clock


def asked(lot: Lot) -> dict[str, Any]:
    """The form filled from the address, and its answer; what cannot be read is told beside its field."""
    form, today = SimulationForm(formdata=request.args), clock.today()
    form.entreprise.offer(_companies(lot.id))
    what_if = form.what_if() if form.validate() else WhatIf()
    on = _day(form, today)
    simulation = _simulated(form, lot, on, what_if)
    return {
        "form": form,
        "simulation": simulation,
        "on": on,
        "today": today,
        "outcomes": [(each, explain(each.figures)) for each in simulation.outcomes],
    }


def _day(form: SimulationForm, today: datetime.date) -> datetime.date:
    day: datetime.date = form.au.data or today
    try:
        statements.refuse_future(day, today)
    except Refused as refused:
        form.refuse(refused, "au")
        return today
    return day


def _simulated(form: SimulationForm, lot: Lot, on: datetime.date, what_if: WhatIf) -> Simulation:
    facts, rules = penalty_dues.facts_of(db.session(), lot, on)
    try:
        return penalty_simulation.simulate(facts, on, rules, what_if)
    except Refused as refused:
        form.refuse(refused, "heures")
        return penalty_simulation.simulate(facts, on, rules, WhatIf())


def _companies(lot_id: int) -> list[tuple[int, str]]:
    """The companies that answer for hours; a subcontractor's stand under one of them."""
    label = func.coalesce(Organisation.name, Organisation.identifier)
    rows = db.session.execute(
        select(Award.id, label)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .where(Award.lot_id == lot_id, Award.parent_id.is_(None))
        .order_by(Award.id)
    )
    return [(id, f"de {name}") for id, name in rows]
