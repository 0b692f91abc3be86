"""The one way to owned objects: which rows each role sees, and getters that answer 404 for all others."""

from typing import Any, TypeVar

from flask import abort, g
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.sql.base import ExecutableOption

from facilitator import journal, month_sheets
from facilitator.accounts import Membership, User, UserSession
from facilitator.attestations import Attestation
from facilitator.awards import Award
from facilitator.commitments import ExpectedDocument
from facilitator.contact_changes import ContactProposal
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import Base, db, writing
from facilitator.difficulties import Difficulty
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.field_actions import FieldAction
from facilitator.followups import FollowUp
from facilitator.frozen_bilans import FrozenBilan
from facilitator.hours import Globalisation, Timesheet
from facilitator.import_batches import ImportBatch
from facilitator.mails import MailTopic, OutboxMail
from facilitator.markets import Lot, Market, Operation
from facilitator.organisations import Contact, Organisation
from facilitator.penalty_files import PenaltyFile
from facilitator.people import Eligibility, Person, Window
from facilitator.placements import Placement
from facilitator.recovery_plans import RecoveryPlan
from facilitator.sessions import Member as Member
from facilitator.sessions import Place as Place
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


# Which rows, role by role. A role that is not named sees none.


def _rows(model: type[Row], member: Member, **by_role: Condition) -> Select[Row]:
    return select(model).where(by_role.get(member.role or "", false()))


def visible_territories(member: Member) -> Select[Territory]:
    own = Territory.id == member.territory_id
    return _rows(Territory, member, administrator=true(), facilitator=own)


def visible_users(member: Member) -> Select[User]:
    return _rows(User, member, administrator=true())


def visible_memberships(member: Member) -> Select[Membership]:
    return _rows(Membership, member, administrator=true())


def visible_sessions(member: Member) -> Select[UserSession]:
    """One’s own, whatever the role."""
    return select(UserSession).where(UserSession.user_id == member.user_id)


def visible_organisations(member: Member) -> Select[Organisation]:
    """The directory is shared by all territories; an organisation’s own people see that one."""
    own = Organisation.id == member.organisation_id
    return _rows(
        Organisation,
        member,
        administrator=true(),
        facilitator=true(),
        authority=own,
        company=own,
        siae=own,
        referrer=own,
    )


def visible_contacts(member: Member) -> Select[Contact]:
    return _rows(Contact, member, facilitator=Contact.territory_id == member.territory_id)


def visible_contact_proposals(member: Member) -> Select[ContactProposal]:
    return _rows(ContactProposal, member, facilitator=ContactProposal.territory_id == member.territory_id)


def visible_mails(member: Member) -> Select[OutboxMail]:
    """The letters of the territory, and those over several territories that speak of it too."""
    spoken = select(MailTopic.mail_id).where(
        MailTopic.kind == "territory", MailTopic.topic_id == member.territory_id
    )
    own = or_(OutboxMail.territory_id == member.territory_id, OutboxMail.id.in_(spoken))
    return _rows(OutboxMail, member, facilitator=own)


def visible_operations(member: Member) -> Select[Operation]:
    return _rows(Operation, member, facilitator=Operation.territory_id == member.territory_id)


def visible_markets(member: Member) -> Select[Market]:
    return _rows(
        Market,
        member,
        facilitator=Market.territory_id == member.territory_id,
        authority=Market.buyer_id == member.organisation_id,
        company=Market.id.in_(select(Lot.market_id).where(Lot.id.in_(_won_lots(member)))),
    )


def visible_lots(member: Member) -> Select[Lot]:
    return _rows(
        Lot,
        member,
        facilitator=Lot.territory_id == member.territory_id,
        authority=Lot.market_id.in_(_bought_markets(member)),
        company=Lot.id.in_(_won_lots(member)),
    )


def visible_awards(member: Member) -> Select[Award]:
    return _rows(
        Award,
        member,
        facilitator=Award.territory_id == member.territory_id,
        authority=Award.lot_id.in_(_bought_lots(member)),
        company=Award.id.in_(_own_awards(member)),
    )


def visible_persons(member: Member) -> Select[Person]:
    """Employers and hosts know a person through a placement only; buyers and administrators never."""
    placed = Person.id.in_(_ids(Placement.person_id, visible_placements(member)))
    return _rows(
        Person,
        member,
        facilitator=Person.territory_id == member.territory_id,
        company=placed,
        siae=placed,
        referrer=Person.referrer_id == member.organisation_id,
    )


def visible_eligibilities(member: Member) -> Select[Eligibility]:
    """Criteria are read by the facilitators of the territory only."""
    return _rows(Eligibility, member, facilitator=Eligibility.territory_id == member.territory_id)


def visible_eligibility_requests(member: Member) -> Select[EligibilityRequest]:
    """The territory’s facilitators, and the organisation that asks."""
    own = EligibilityRequest.organisation_id == member.organisation_id
    return _rows(
        EligibilityRequest,
        member,
        facilitator=EligibilityRequest.territory_id == member.territory_id,
        company=own,
        siae=own,
        referrer=own,
    )


def visible_windows(member: Member) -> Select[Window]:
    return _rows(Window, member, facilitator=Window.territory_id == member.territory_id)


def visible_placements(member: Member) -> Select[Placement]:
    """A company: where it employs, hosts, or answers for the award (never a cotraitant’s people)."""
    employs = Placement.employer_id == member.organisation_id
    return _rows(
        Placement,
        member,
        facilitator=Placement.territory_id == member.territory_id,
        company=or_(
            employs,
            Placement.host_id == member.organisation_id,
            Placement.award_id.in_(_own_awards(member)),
        ),
        siae=employs,
    )


def visible_contracts(member: Member) -> Select[Contract]:
    employs = Contract.employer_id == member.organisation_id
    serving = select(PlacementContract.contract_id).where(
        PlacementContract.placement_id.in_(_ids(Placement.id, visible_placements(member)))
    )
    return _rows(
        Contract,
        member,
        facilitator=Contract.territory_id == member.territory_id,
        company=or_(employs, Contract.id.in_(serving)),
        siae=employs,
    )


def visible_timesheets(member: Member) -> Select[Timesheet]:
    """A relevé belongs to its employer: one shared between two hosts tells neither about the other."""
    own = Timesheet.contract_id.in_(select(Contract.id).where(Contract.employer_id == member.organisation_id))
    return _rows(
        Timesheet,
        member,
        facilitator=Timesheet.territory_id == member.territory_id,
        company=own,
        siae=own,
    )


def timesheets_declared_by(organisation_id: int) -> Select[Timesheet]:
    """What a declarant may correct or divide, signed in or by a link: its own relevés only."""
    return select(Timesheet).where(
        Timesheet.id.in_(_ids(Timesheet.id, month_sheets.declared_by(organisation_id)))
    )


def visible_globalisations(member: Member) -> Select[Globalisation]:
    return _rows(Globalisation, member, facilitator=Globalisation.territory_id == member.territory_id)


def visible_documents(member: Member) -> Select[ExpectedDocument]:
    """Others read the list of their lots, line by line as they may know it; only facilitators keep the register."""
    return _rows(ExpectedDocument, member, facilitator=ExpectedDocument.territory_id == member.territory_id)


def visible_field_actions(member: Member) -> Select[FieldAction]:
    return _rows(FieldAction, member, facilitator=FieldAction.territory_id == member.territory_id)


def visible_followups(member: Member) -> Select[FollowUp]:
    return _rows(FollowUp, member, facilitator=FollowUp.territory_id == member.territory_id)


def visible_recovery_plans(member: Member) -> Select[RecoveryPlan]:
    return _rows(RecoveryPlan, member, facilitator=RecoveryPlan.territory_id == member.territory_id)


def visible_penalty_files(member: Member) -> Select[PenaltyFile]:
    """A buyer: those of its lots; a company: its own, never those of its cotraitants."""
    return _rows(
        PenaltyFile,
        member,
        facilitator=PenaltyFile.territory_id == member.territory_id,
        authority=PenaltyFile.lot_id.in_(_bought_lots(member)),
        company=PenaltyFile.company_id == member.organisation_id,
    )


def visible_difficulties(member: Member) -> Select[Difficulty]:
    """What a company signals is read by itself, its facilitators and its buyer."""
    return _rows(
        Difficulty,
        member,
        facilitator=Difficulty.territory_id == member.territory_id,
        authority=Difficulty.lot_id.in_(_bought_lots(member)),
        company=Difficulty.organisation_id == member.organisation_id,
    )


def visible_import_batches(member: Member) -> Select[ImportBatch]:
    return _rows(ImportBatch, member, facilitator=ImportBatch.territory_id == member.territory_id)


def visible_frozen_bilans(member: Member) -> Select[FrozenBilan]:
    """A company gets none: counts of publics beside the names that it knows would tell somebody’s criterion."""
    return _rows(
        FrozenBilan,
        member,
        facilitator=FrozenBilan.territory_id == member.territory_id,
        authority=FrozenBilan.buyer_id == member.organisation_id,
    )


def visible_attestations(member: Member) -> Select[Attestation]:
    """A company: those of a whole lot where it has its place, and those of its own award."""
    bought = select(Lot.id).where(Lot.market_id.in_(_bought_markets(member)))
    whole = and_(Attestation.award_id.is_(None), Attestation.lot_id.in_(_won_lots(member)))
    return _rows(
        Attestation,
        member,
        facilitator=Attestation.territory_id == member.territory_id,
        authority=Attestation.lot_id.in_(bought),
        company=or_(whole, Attestation.award_id.in_(_own_awards(member))),
    )


def _bought_markets(member: Member) -> Select[int]:
    return select(Market.id).where(Market.buyer_id == member.organisation_id)


def _bought_lots(member: Member) -> Select[int]:
    return select(Lot.id).where(Lot.market_id.in_(_bought_markets(member)))


def _won_lots(member: Member) -> Select[int]:
    return select(Award.lot_id).where(Award.organisation_id == member.organisation_id)


def _own_awards(member: Member) -> Select[int]:
    """The company’s awards, and those of its subcontractors below."""
    own = (
        select(Award.id)
        .where(Award.organisation_id == member.organisation_id)
        .cte("own_awards", recursive=True)
    )
    below = select(Award.id).join(own, Award.parent_id == own.c.id)
    return select(own.union(below).c.id)


def _ids(column: Any, rows: Select[Any]) -> Select[int]:
    return rows.with_only_columns(column)


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
    return _one(visible_territories(current()), id, lock)


def user_or_404(id: int, lock: bool = False) -> User:
    return _one(visible_users(current()), id, lock)


def membership_or_404(id: int, lock: bool = False) -> Membership:
    return _one(visible_memberships(current()), id, lock)


def session_or_404(id: int, lock: bool = False) -> UserSession:
    return _one(visible_sessions(current()), id, lock)


def organisation_or_404(id: int, lock: bool = False) -> Organisation:
    return _one(visible_organisations(current()), id, lock)


def contact_or_404(id: int, lock: bool = False) -> Contact:
    return _one(visible_contacts(current()), id, lock)


def contact_proposal_or_404(id: int, lock: bool = False) -> ContactProposal:
    return _one(visible_contact_proposals(current()), id, lock)


def mail_or_404(id: int, lock: bool = False) -> OutboxMail:
    return _one(visible_mails(current()), id, lock)


def operation_or_404(id: int, lock: bool = False) -> Operation:
    return _one(visible_operations(current()), id, lock)


def market_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Market:
    return _one(visible_markets(current()), id, lock, options)


def lot_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Lot:
    return _one(visible_lots(current()), id, lock, options)


def award_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Award:
    return _one(visible_awards(current()), id, lock, options)


def person_or_404(id: int, lock: bool = False) -> Person:
    return _one(visible_persons(current()), id, lock)


def eligibility_or_404(id: int, lock: bool = False) -> Eligibility:
    return _one(visible_eligibilities(current()), id, lock)


def eligibility_request_or_404(id: int, lock: bool = False) -> EligibilityRequest:
    return _one(visible_eligibility_requests(current()), id, lock)


def window_or_404(id: int, lock: bool = False) -> Window:
    return _one(visible_windows(current()), id, lock)


def placement_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Placement:
    return _one(visible_placements(current()), id, lock, options)


def contract_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Contract:
    return _one(visible_contracts(current()), id, lock, options)


def timesheet_or_404(id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()) -> Timesheet:
    return _one(visible_timesheets(current()), id, lock, options)


def own_timesheet_or_404(organisation_id: int, id: int, lock: bool = False) -> Timesheet:
    return _one(timesheets_declared_by(organisation_id), id, lock)


def globalisation_or_404(id: int, lock: bool = False) -> Globalisation:
    return _one(visible_globalisations(current()), id, lock)


def document_or_404(id: int, lock: bool = False) -> ExpectedDocument:
    return _one(visible_documents(current()), id, lock)


def field_action_or_404(id: int, lock: bool = False) -> FieldAction:
    return _one(visible_field_actions(current()), id, lock)


def followup_or_404(id: int, lock: bool = False) -> FollowUp:
    return _one(visible_followups(current()), id, lock)


def recovery_plan_or_404(id: int, lock: bool = False) -> RecoveryPlan:
    return _one(visible_recovery_plans(current()), id, lock)


def penalty_file_or_404(id: int, lock: bool = False) -> PenaltyFile:
    return _one(visible_penalty_files(current()), id, lock)


def difficulty_or_404(id: int, lock: bool = False) -> Difficulty:
    return _one(visible_difficulties(current()), id, lock)


def import_batch_or_404(id: int, lock: bool = False) -> ImportBatch:
    return _one(visible_import_batches(current()), id, lock)


def frozen_bilan_or_404(id: int, options: tuple[ExecutableOption, ...] = ()) -> FrozenBilan:
    return _one(visible_frozen_bilans(current()), id, options=options)


def attestation_or_404(
    id: int, lock: bool = False, options: tuple[ExecutableOption, ...] = ()
) -> Attestation:
    return _one(visible_attestations(current()), id, lock, options)


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
