"""The candidate in the address (`?candidat=`) of the screens that put people to work: what is known fills the form."""

from typing import Any

from facilitator import access, candidates
from facilitator.candidates import NeedCandidate
from facilitator.db import db
from facilitator.forms.placements import EmployerForm
from facilitator.needs import Need
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.placements import Placement
from facilitator.vocabulary import OrganisationRoleName
from facilitator.web import clock, employer_choice, once

Chosen = tuple[NeedCandidate, Need] | None


def asked() -> Chosen:
    """The retained candidate and the need, held until the commit when the form is sent."""
    candidate_id = employer_choice.asked("candidat")
    if candidate_id is None:
        return None
    lock = employer_choice.sent()
    need = access.need_or_404(access.need_candidate_or_404(candidate_id).need_id, lock=lock)
    candidate = access.need_candidate_or_404(candidate_id, lock=lock)
    access.saw("read", "need_candidate", candidate.id, need.territory_id)
    once.unless_refused(lambda: candidates.refuse_unplaceable(db.session(), candidate, need))
    return candidate, need


def known(chosen: Chosen) -> dict[str, Any]:
    """What fills the form: the identity, the lot’s company, the structure that proposes, the job and its dates."""
    if chosen is None:
        return {}
    candidate, need = chosen
    return {
        "last_name": candidate.last_name,
        "first_name": candidate.first_name,
        "birth_on": candidate.birth_on,
        "award": str(need.award_id) if need.award_id else None,
        "employer": _employer(candidate.organisation_id),
        "job": need.job,
        "rome": need.rome,
        "from_on": need.from_on,
        "to_on": need.to_on,
        "weekly_hours": need.weekly_hours,
    }


def placed(chosen: Chosen, placement: Placement) -> None:
    """Link the candidate to what was just recorded."""
    if chosen is not None:
        candidate, need = chosen
        by = access.current().user_id
        candidates.place(db.session(), candidate, need, placement, on=clock.today(), by=by)


def only_its_lot(form: EmployerForm, chosen: Chosen) -> None:
    """Offer the companies of the need’s own lot."""
    employer_choice.offer_awards(form, chosen[1].lot_id if chosen else None)


def _employer(organisation_id: int) -> str | None:
    """A SIAE that proposes somebody employs them; a referrer never does."""
    session = db.session()
    is_siae = session.query(OrganisationRole.id).filter_by(
        organisation_id=organisation_id, role=OrganisationRoleName.siae.value
    )
    if is_siae.first() is None:
        return None
    return session.get_one(Organisation, organisation_id).identifier
