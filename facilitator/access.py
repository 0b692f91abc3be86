"""The one way to owned objects: getters that answer 404 for what is not visible, and the line that seeing leaves."""

from typing import TypeVar

from flask import abort, g
from flask_login import current_user
from sqlalchemy import ColumnElement, Select
from sqlalchemy.sql.base import ExecutableOption

from facilitator import journal, people, visibility
from facilitator.accounts import Membership, User, UserSession
from facilitator.attestations import Attestation
from facilitator.awards import Award
from facilitator.candidates import NeedCandidate
from facilitator.commitments import ExpectedDocument
from facilitator.contact_changes import ContactProposal
from facilitator.contracts import Contract
from facilitator.db import Base, db, writing
from facilitator.difficulties import Difficulty
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.field_actions import FieldAction
from facilitator.followups import FollowUp
from facilitator.frozen_bilans import FrozenBilan
from facilitator.hours import Globalisation, Timesheet
from facilitator.import_batches import ImportBatch
from facilitator.mails import OutboxMail
from facilitator.markets import Lot, Market, Operation
from facilitator.needs import Need
from facilitator.organisations import Contact, Organisation
from facilitator.penalty_files import PenaltyFile
from facilitator.people import Eligibility, Person, Window
from facilitator.placements import Placement
from facilitator.recovery_plans import RecoveryPlan
from facilitator.sessions import Member as Member
from facilitator.sessions import Place as Place
from facilitator.survey_campaigns import SurveyVersion
from facilitator.territories import Territory

Row = TypeVar("Row", bound=Base)
Condition = ColumnElement[bool]
LARGEST_ID = 2**31 - 1  # PostgreSQL’s integer: a longer number names nothing


def visitor() -> Member | None:
    """Who is signed in, if anybody."""
    return getattr(current_user, "member", None)


def current() -> Member:
    """Who is signed in; 404 for anybody else (the doors have sent them to sign in before)."""
    member = visitor()
    if member is None:
        abort(404)
    return member


# One row, or 404: unknown and forbidden read the same.


def _one(rows: Select[Row], id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Row:
    """The row of this id among those that are visible; `lock` holds it until the commit."""
    model = rows.column_descriptions[0]["entity"]
    if not 0 < id <= LARGEST_ID:
        abort(404)
    wanted = rows.where(model.id == id).options(*options)
    if lock:
        wanted = wanted.with_for_update(of=model).execution_options(populate_existing=True)
    found = db.session.scalar(wanted)
    if found is None:
        abort(404)
    return found


def territory_or_404(id: int, lock: bool = False) -> Territory:
    return _one(visibility.territories(current()), id, lock)


def user_or_404(id: int, lock: bool = False) -> User:
    return _one(visibility.users(current()), id, lock)


def membership_or_404(id: int, lock: bool = False) -> Membership:
    return _one(visibility.memberships(current()), id, lock)


def session_or_404(id: int, lock: bool = False) -> UserSession:
    return _one(visibility.sessions(current()), id, lock)


def organisation_or_404(id: int, lock: bool = False) -> Organisation:
    return _one(visibility.organisations(current()), id, lock)


def contact_or_404(id: int, lock: bool = False) -> Contact:
    return _one(visibility.contacts(current()), id, lock)


def contact_proposal_or_404(id: int, lock: bool = False) -> ContactProposal:
    return _one(visibility.contact_proposals(current()), id, lock)


def mail_or_404(id: int, lock: bool = False) -> OutboxMail:
    return _one(visibility.mails(current()), id, lock)


def operation_or_404(id: int, lock: bool = False) -> Operation:
    return _one(visibility.operations(current()), id, lock)


def market_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Market:
    return _one(visibility.markets(current()), id, lock, options)


def lot_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Lot:
    return _one(visibility.lots(current()), id, lock, options)


def award_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Award:
    return _one(visibility.awards(current()), id, lock, options)


def person_or_404(id: int, lock: bool = False) -> Person:
    return _one(visibility.persons(current()), id, lock)


def eligibility_or_404(id: int, lock: bool = False) -> Eligibility:
    return _one(visibility.eligibilities(current()), id, lock)


def eligibility_request_or_404(id: int, lock: bool = False) -> EligibilityRequest:
    return _one(visibility.eligibility_requests(current()), id, lock)


def need_or_404(id: int, lock: bool = False) -> Need:
    return _one(visibility.needs(current()), id, lock)


def need_candidate_or_404(id: int, lock: bool = False) -> NeedCandidate:
    return _one(visibility.need_candidates(current()), id, lock)


def window_or_404(id: int, lock: bool = False) -> Window:
    return _one(visibility.windows(current()), id, lock)


def placement_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Placement:
    return _one(visibility.placements(current()), id, lock, options)


def contract_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Contract:
    return _one(visibility.contracts(current()), id, lock, options)


def timesheet_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Timesheet:
    return _timesheet(visibility.timesheets(current()), id, lock, options)


def own_timesheet_or_404(organisation_id: int, id: int, lock: bool = False) -> Timesheet:
    return _timesheet(visibility.timesheets_declared_by(organisation_id), id, lock)


def _timesheet(
    rows: Select[Timesheet], id: int, lock: bool, options: tuple[ExecutableOption, ...] = ()
) -> Timesheet:
    """The person is locked before the relevé, as by the sending of a month: none waits for the other in a ring."""
    found = _one(rows, id, options=options)
    if not lock:
        return found
    people.lock(db.session(), [found.person_id])
    return _one(rows, id, lock, options)


def globalisation_or_404(id: int, lock: bool = False) -> Globalisation:
    return _one(visibility.globalisations(current()), id, lock)


def document_or_404(id: int, lock: bool = False) -> ExpectedDocument:
    return _one(visibility.documents(current()), id, lock)


def field_action_or_404(id: int, lock: bool = False) -> FieldAction:
    return _one(visibility.field_actions(current()), id, lock)


def followup_or_404(id: int, lock: bool = False) -> FollowUp:
    return _one(visibility.followups(current()), id, lock)


def recovery_plan_or_404(id: int, lock: bool = False) -> RecoveryPlan:
    return _one(visibility.recovery_plans(current()), id, lock)


def penalty_file_or_404(id: int, lock: bool = False) -> PenaltyFile:
    return _one(visibility.penalty_files(current()), id, lock)


def difficulty_or_404(id: int, lock: bool = False) -> Difficulty:
    return _one(visibility.difficulties(current()), id, lock)


def import_batch_or_404(id: int, lock: bool = False) -> ImportBatch:
    return _one(visibility.import_batches(current()), id, lock)


def frozen_bilan_or_404(id: int, options: tuple[ExecutableOption, ...] = ()) -> FrozenBilan:
    return _one(visibility.frozen_bilans(current()), id, options=options)


def survey_version_or_404(id: int, options: tuple[ExecutableOption, ...] = ()) -> SurveyVersion:
    return _one(visibility.survey_versions(current()), id, options=options)


def attestation_or_404(
    id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()
) -> Attestation:
    return _one(visibility.attestations(current()), id, lock, options)


# Looking at a person leaves a line.


def saw(verb: str, thing: str, thing_id: int | None, territory_id: int | None = None) -> None:
    """Say that this page shows or exports a person: the line is written once the page is ready."""
    g.setdefault("saw", []).append((verb, thing, thing_id, territory_id))


def write_what_was_seen() -> None:
    """Write the lines of `saw` in a transaction of their own (the page’s reads have ended)."""
    lines = g.pop("saw", [])
    if not lines:
        return
    member = visitor()
    by = member.user_id if member else None  # nobody is signed in behind a mailed link
    db.session.rollback()
    with writing():
        for verb, thing, thing_id, territory_id in lines:
            journal.note_access(db.session(), verb, thing, thing_id, by=by, territory_id=territory_id)
        db.session.commit()
