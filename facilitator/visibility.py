"""Which rows each role sees; a role that is not named sees none. `access` opens them one by one."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from facilitator import month_sheets
from facilitator.accounts import Membership, User, UserSession
from facilitator.attestations import Attestation
from facilitator.awards import Award
from facilitator.candidates import NeedCandidate
from facilitator.commitments import ExpectedDocument
from facilitator.contact_changes import ContactProposal
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import Base
from facilitator.difficulties import Difficulty
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.field_actions import FieldAction
from facilitator.followups import FollowUp
from facilitator.frozen_bilans import FrozenBilan
from facilitator.hours import Globalisation, Timesheet
from facilitator.import_batches import ImportBatch
from facilitator.mails import MailTopic, OutboxMail
from facilitator.markets import Lot, Market, Operation
from facilitator.needs import Need, acting_territories
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


def _rows(model: type[Row], member: Member, **by_role: Condition) -> Select[Row]:
    return select(model).where(by_role.get(member.role or "", false()))


def territories(member: Member) -> Select[Territory]:
    own = Territory.id == member.territory_id
    return _rows(Territory, member, administrator=true(), facilitator=own)


def users(member: Member) -> Select[User]:
    return _rows(User, member, administrator=true())


def memberships(member: Member) -> Select[Membership]:
    return _rows(Membership, member, administrator=true())


def sessions(member: Member) -> Select[UserSession]:
    """One’s own, whatever the role."""
    return select(UserSession).where(UserSession.user_id == member.user_id)


def organisations(member: Member) -> Select[Organisation]:
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


def contacts(member: Member) -> Select[Contact]:
    return _rows(Contact, member, facilitator=Contact.territory_id == member.territory_id)


def contact_proposals(member: Member) -> Select[ContactProposal]:
    return _rows(ContactProposal, member, facilitator=ContactProposal.territory_id == member.territory_id)


def mails(member: Member) -> Select[OutboxMail]:
    """The letters of the territory, and those over several territories that speak of it too."""
    spoken = select(MailTopic.mail_id).where(
        MailTopic.kind == "territory", MailTopic.topic_id == member.territory_id
    )
    own = or_(OutboxMail.territory_id == member.territory_id, OutboxMail.id.in_(spoken))
    return _rows(OutboxMail, member, facilitator=own)


def operations(member: Member) -> Select[Operation]:
    return _rows(Operation, member, facilitator=Operation.territory_id == member.territory_id)


def markets(member: Member) -> Select[Market]:
    return _rows(
        Market,
        member,
        facilitator=Market.territory_id == member.territory_id,
        authority=Market.buyer_id == member.organisation_id,
        company=Market.id.in_(select(Lot.market_id).where(Lot.id.in_(_won_lots(member)))),
    )


def lots(member: Member) -> Select[Lot]:
    return _rows(
        Lot,
        member,
        facilitator=Lot.territory_id == member.territory_id,
        authority=Lot.market_id.in_(_bought_markets(member)),
        company=Lot.id.in_(_won_lots(member)),
    )


def awards(member: Member) -> Select[Award]:
    return _rows(
        Award,
        member,
        facilitator=Award.territory_id == member.territory_id,
        authority=Award.lot_id.in_(_bought_lots(member)),
        company=Award.id.in_(_own_awards(member)),
    )


def persons(member: Member) -> Select[Person]:
    """Employers and hosts know a person through a placement only; buyers and administrators never."""
    placed = Person.id.in_(_ids(Placement.person_id, placements(member)))
    return _rows(
        Person,
        member,
        facilitator=Person.territory_id == member.territory_id,
        company=placed,
        siae=placed,
        referrer=Person.referrer_id == member.organisation_id,
    )


def eligibilities(member: Member) -> Select[Eligibility]:
    """Criteria are read by the facilitators of the territory only."""
    return _rows(Eligibility, member, facilitator=Eligibility.territory_id == member.territory_id)


def eligibility_requests(member: Member) -> Select[EligibilityRequest]:
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


def needs(member: Member) -> Select[Need]:
    """Who proposes sees the open needs of the territories where it acts, and those where it proposed somebody."""
    proposed = Need.id.in_(_ids(NeedCandidate.need_id, need_candidates(member)))
    here = Need.territory_id.in_(acting_territories(member.organisation_id))
    shown = and_(Need.published_on.is_not(None), or_(proposed, and_(here, Need.closed_on.is_(None))))
    return _rows(
        Need,
        member,
        facilitator=Need.territory_id == member.territory_id,
        company=or_(Need.asked_by_id == member.organisation_id, Need.award_id.in_(_own_awards(member))),
        siae=shown,
        referrer=shown,
    )


def need_candidates(member: Member) -> Select[NeedCandidate]:
    """The territory’s facilitators, and the organisation that proposed; no other."""
    own = NeedCandidate.organisation_id == member.organisation_id
    return _rows(
        NeedCandidate,
        member,
        facilitator=NeedCandidate.territory_id == member.territory_id,
        siae=own,
        referrer=own,
    )


def windows(member: Member) -> Select[Window]:
    return _rows(Window, member, facilitator=Window.territory_id == member.territory_id)


def placements(member: Member) -> Select[Placement]:
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


def contracts(member: Member) -> Select[Contract]:
    employs = Contract.employer_id == member.organisation_id
    serving = select(PlacementContract.contract_id).where(
        PlacementContract.placement_id.in_(_ids(Placement.id, placements(member)))
    )
    return _rows(
        Contract,
        member,
        facilitator=Contract.territory_id == member.territory_id,
        company=or_(employs, Contract.id.in_(serving)),
        siae=employs,
    )


def timesheets(member: Member) -> Select[Timesheet]:
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


def globalisations(member: Member) -> Select[Globalisation]:
    return _rows(Globalisation, member, facilitator=Globalisation.territory_id == member.territory_id)


def documents(member: Member) -> Select[ExpectedDocument]:
    """Others read the list of their lots, line by line as they may know it; only facilitators keep the register."""
    return _rows(ExpectedDocument, member, facilitator=ExpectedDocument.territory_id == member.territory_id)


def field_actions(member: Member) -> Select[FieldAction]:
    return _rows(FieldAction, member, facilitator=FieldAction.territory_id == member.territory_id)


def followups(member: Member) -> Select[FollowUp]:
    """A référent unique: those of whom it follows, over all territories."""
    followed = FollowUp.person_id.in_(_ids(Person.id, persons(member)))
    return _rows(
        FollowUp, member, facilitator=FollowUp.territory_id == member.territory_id, referrer=followed
    )


def recovery_plans(member: Member) -> Select[RecoveryPlan]:
    return _rows(RecoveryPlan, member, facilitator=RecoveryPlan.territory_id == member.territory_id)


def penalty_files(member: Member) -> Select[PenaltyFile]:
    """A buyer: those of its lots; a company: its own, never those of its cotraitants."""
    return _rows(
        PenaltyFile,
        member,
        facilitator=PenaltyFile.territory_id == member.territory_id,
        authority=PenaltyFile.lot_id.in_(_bought_lots(member)),
        company=PenaltyFile.company_id == member.organisation_id,
    )


def difficulties(member: Member) -> Select[Difficulty]:
    """What a company signals is read by itself, its facilitators and its buyer."""
    return _rows(
        Difficulty,
        member,
        facilitator=Difficulty.territory_id == member.territory_id,
        authority=Difficulty.lot_id.in_(_bought_lots(member)),
        company=Difficulty.organisation_id == member.organisation_id,
    )


def import_batches(member: Member) -> Select[ImportBatch]:
    return _rows(ImportBatch, member, facilitator=ImportBatch.territory_id == member.territory_id)


def frozen_bilans(member: Member) -> Select[FrozenBilan]:
    """A company gets none: counts of publics beside the names that it knows would tell somebody’s criterion."""
    return _rows(
        FrozenBilan,
        member,
        facilitator=FrozenBilan.territory_id == member.territory_id,
        authority=FrozenBilan.buyer_id == member.organisation_id,
    )


def survey_versions(member: Member) -> Select[SurveyVersion]:
    return _rows(SurveyVersion, member, facilitator=SurveyVersion.territory_id == member.territory_id)


def attestations(member: Member) -> Select[Attestation]:
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
