"""From those who left to those in work: the chain at 6 and 12 months, never a rate without its n, each figure with its list."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from facilitator import access, followup_chains
from facilitator.bilan import public_groups
from facilitator.db import db
from facilitator.followup_chains import Choice
from facilitator.outcomes import MILESTONES, ChainStep
from facilitator.vocabulary import MembershipRole
from facilitator.web import clock, offsets

blueprint = Blueprint("followup_chains", __name__, url_prefix="/suivis/chaine")
NUMBERS = {"annee": "left_in", "marche": "market_id", "acheteur": "buyer_id", "employeur": "employer_id"}


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Both chains of the paths chosen, with the lists to choose from."""
    session, on, choice = db.session(), clock.today(), _choice()
    offered = followup_chains.choices(session, _own())
    return render_template(
        "facilitators/followups/chain.html",
        chains=followup_chains.chains(session, choice, on),
        offered=offered,
        years=[(year, str(year)) for year in offered.years],
        publics=_publics(),
        choice=choice,
        filtered=choice != _own(),
        kept=_kept(),
        steps=ChainStep,
        on=on,
    )


@blueprint.get("/parcours")
def lines() -> ResponseReturnValue:
    """The paths behind one figure, the oldest reference date first."""
    months, step = _number("mois"), request.args.get("etape")
    if months not in MILESTONES or step not in set(ChainStep):
        months, step = MILESTONES[0], ChainStep.left
    session, on, member = db.session(), clock.today(), access.current()
    shown = offsets.of_query(followup_chains.lines(session, _choice(), months, ChainStep(step), on))
    access.saw("list", "follow_up", None, member.territory_id or None)
    return render_template(
        "facilitators/followups/chain_lines.html",
        shown=shown,
        lines=[followup_chains.as_line(row) for row in shown.rows],
        months=months,
        step=ChainStep(step),
        kept=_kept(),
        on=on,
    )


def _own() -> Choice:
    """The paths that one may read: of the territory, or of the people that one’s structure follows."""
    member = access.current()
    if member.role is MembershipRole.referrer:
        return Choice(referrer_id=member.organisation_id)
    return Choice(territory_ids=(member.territory_id,))


def _choice() -> Choice:
    """What the address asks for; what nobody has chooses nobody, rather than everybody."""
    numbers = {field: _number(name) for name, field in NUMBERS.items()}
    own = _own()
    return Choice(
        territory_ids=own.territory_ids,
        referrer_id=own.referrer_id,
        public=request.args.get("public") or None if _publics() else None,
        **numbers,
    )


def _publics() -> list[tuple[str, str]]:
    """Criteria are read by the facilitators of the territory only: nobody else chooses by public."""
    if access.current().role is MembershipRole.referrer:
        return []
    return [(name, name) for name in public_groups()]


def _number(name: str) -> int | None:
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _kept() -> dict[str, str]:
    """The choice, for the links between the chain and its lists."""
    return {name: request.args[name] for name in (*NUMBERS, "public") if request.args.get(name)}
