"""Choosing a lot with its company, and an employer among thousands: typed words, looked up, then chosen."""

from flask import request
from sqlalchemy import ColumnElement, func, select

from facilitator import access, employers, visibility
from facilitator.awards import Award
from facilitator.db import db
from facilitator.forms.placements import EmployerForm
from facilitator.markets import Lot, LotDate, Market
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.periods import add_months
from facilitator.placements import Placement, PlacementRefused
from facilitator.vocabulary import LotDateKind, OrganisationRoleName, PlacementMode
from facilitator.web import clock

CLOSED_FOR = 6  # months after its end, a lot still receives what was recorded late
PROPOSED = 40  # employers offered while one types


def asked(name: str) -> int | None:
    """The id in the address, when it reads as one."""
    typed = request.args.get(name, "")
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 11 else -1


def sent() -> bool:
    """Whether the form of the page comes back."""
    return request.method == "POST"


def offer_awards(form: EmployerForm, of_lot: int | None = None) -> None:
    """Offer the awards of this lot, or of the lot in the address, else those of the lots not ended for long."""
    rows = (
        visibility.awards(access.current())
        .join(Lot, Lot.id == Award.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(Organisation, Organisation.id == Award.organisation_id)
        .with_only_columns(
            Award.id, Market.object, Lot.number, Lot.title, Organisation.name, Organisation.identifier
        )
        .order_by(Market.object, Lot.number, Award.id)
    )
    lot_id = of_lot or asked("lot")
    rows = rows.where(Award.lot_id == lot_id) if lot_id else rows.where(_not_long_ended())
    found = [
        (
            str(row.id),
            f"{_lot_named(row.object, row.number, row.title)} – {row.name or f'SIRET {row.identifier}'}",
        )
        for row in db.session.execute(rows)
    ]
    if lot_id and len(found) == 1:
        form.award.blank = None
    form.award.offer(found)


def _lot_named(market: str, number: str, title: str) -> str:
    """The market and its lot in few words; a published lot often bears the market’s own long title."""
    if title == market:
        return f"{_both_ends(market)} – lot {number}"
    return f"{_both_ends(market)} – lot {number} {title[:40]}"


def _both_ends(text: str) -> str:
    """Published titles of one operation differ by their last words."""
    return text if len(text) <= 64 else f"{text[:28].rpartition(' ')[0]} … {text[-34:].partition(' ')[2]}"


def _not_long_ended() -> ColumnElement[bool]:
    ends = (
        select(LotDate.lot_id)
        .where(LotDate.kind == LotDateKind.end)
        .group_by(LotDate.lot_id)
        .having(func.max(LotDate.value_on) < add_months(clock.today(), -CLOSED_FOR))
    )
    return Award.lot_id.not_in(ends)


def known(role: OrganisationRoleName) -> list[tuple[str, str]]:
    """Employers of this role, those of the territory’s own placements first: (SIRET, name)."""
    used = (
        select(Placement.employer_id, func.count().label("times"))
        .where(Placement.territory_id == access.current().territory_id)
        .group_by(Placement.employer_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Organisation.identifier, Organisation.name)
        .join(OrganisationRole, OrganisationRole.organisation_id == Organisation.id)
        .outerjoin(used, used.c.employer_id == Organisation.id)
        .where(OrganisationRole.role == role)
        .group_by(Organisation.id, Organisation.identifier, Organisation.name, used.c.times)
        .order_by(func.coalesce(used.c.times, 0).desc(), Organisation.name)
        .limit(PROPOSED)
    )
    return [(identifier, name or identifier) for identifier, name in rows]


def chosen(form: EmployerForm) -> tuple[Award, int, PlacementMode]:
    """The award, the employer and the mode that the form says; refuses while one of them is open."""
    award = access.award_or_404(int(form.award.data or 0))
    found = employers.find(db.session(), form.employer.data, award)
    if len(found) > 1:
        form.propose_employers([(str(each.id), _described(each)) for each in found])
    employer = next((each for each in found if str(each.id) == form.employer_id.data), None)
    if employer is None and len(found) == 1:
        employer = found[0]
    if employer is None:
        raise PlacementRefused("Plusieurs employeurs répondent à ces mots\u00a0: choisissez le bon.")
    mode = PlacementMode(form.mode.data) if form.mode.data else _deduced(form, award, employer.id)
    return award, employer.id, mode


def _described(employer: Organisation) -> str:
    """What tells an employer from another of a close name."""
    place = f", {employer.city}" if employer.city else ""
    return f"{employer.label} – SIRET {employer.identifier}{place}"


def _deduced(form: EmployerForm, award: Award, employer_id: int) -> PlacementMode:
    kinds = employers.kinds_of(db.session(), employer_id)
    clause = db.session.scalar(select(Lot.clause).where(Lot.id == award.lot_id))
    mode = employers.likely_mode(kinds, award, employer_id, clause)
    if mode is None:
        form.refuse("Le type de cet employeur ne suffit pas à dire le mode\u00a0: choisissez-le.", "mode")
        raise PlacementRefused("Choisissez le mode de la mise à l’emploi.")
    return mode
