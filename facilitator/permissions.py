"""Who may do what: the table role → permissions, and the register of every door (route) of the site."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from facilitator.vocabulary import MembershipRole


class Permission(StrEnum):
    """What a role opens; which *objects* it opens is decided by `access`."""

    administer = "administer"  # territories, parameters, users, organisations; never a person
    follow_markets = "follow_markets"  # read markets, lots, organisations and the day's work
    edit_markets = "edit_markets"  # create, amend, import, calibrate, award
    read_people = "read_people"  # names, birth dates, criteria
    edit_people = "edit_people"  # register, decide an eligibility, the express screen
    edit_placements = "edit_placements"  # propose, confirm on someone’s word, contracts
    edit_hours = "edit_hours"  # record, split, validate, refuse, correct
    follow_up = "follow_up"  # what came after on the territory: the chain, the rates
    call_people = "call_people"  # the calls at 6 and 12 months; a référent unique, for whom it follows only
    read_own_markets = "read_own_markets"  # a buyer’s markets, figures only
    decide_penalties = "decide_penalties"  # a buyer’s own: mise en demeure, decision, décompte
    read_own_lots = "read_own_lots"  # a company’s lots and what it owes
    read_own_placements = "read_own_placements"  # placements, contracts and hours of an employer
    answer_placements = "answer_placements"  # confirm or decline what was proposed
    declare_hours = "declare_hours"  # the month of its own organisation: draft, send, correct, divide
    answer_hours = "answer_hours"  # confirm or contest the hours that the other side declared
    request_eligibility = "request_eligibility"  # ask to validate a public, follow the answer
    propose_candidates = "propose_candidates"  # the open needs of the territories where one acts
    download_compliance = "download_compliance"  # the workbook, and bilans that were sent
    send_reminders = "send_reminders"  # the dry run, letters sent now, who has nobody to write to
    read_attestations = "read_attestations"  # the page that was issued
    read_survey = "read_survey"  # the national survey; who is not the territory reads it masked
    send_survey = "send_survey"  # a territory’s own campaign


_P = Permission
GRANTS: Mapping[MembershipRole, frozenset[Permission]] = MappingProxyType(
    {
        MembershipRole.administrator: frozenset({_P.administer, _P.read_survey}),
        MembershipRole.facilitator: frozenset(
            {
                _P.follow_markets,
                _P.edit_markets,
                _P.read_people,
                _P.edit_people,
                _P.edit_placements,
                _P.edit_hours,
                _P.follow_up,
                _P.call_people,
                _P.download_compliance,
                _P.read_attestations,
                _P.send_reminders,
                _P.read_survey,
                _P.send_survey,
            }
        ),
        MembershipRole.authority: frozenset(
            {_P.read_own_markets, _P.download_compliance, _P.read_attestations, _P.decide_penalties}
        ),
        MembershipRole.company: frozenset(
            {
                _P.read_own_lots,
                _P.read_attestations,
                _P.read_own_placements,
                _P.answer_placements,
                _P.declare_hours,
                _P.answer_hours,
                _P.request_eligibility,
            }
        ),
        MembershipRole.siae: frozenset(
            {
                _P.read_own_placements,
                _P.answer_placements,
                _P.declare_hours,
                _P.answer_hours,
                _P.request_eligibility,
                _P.propose_candidates,
            }
        ),
        MembershipRole.referrer: frozenset({_P.request_eligibility, _P.propose_candidates, _P.call_people}),
    }
)


class Open(Enum):
    """Doors that ask for no particular role."""

    public = "public"
    signed_in = "signed_in"


PUBLIC, SIGNED_IN = Open.public, Open.signed_in


@dataclass(frozen=True)
class Door:
    """What a route asks for, and the owned object that its URL names (its kind, and the parameter that carries its id)."""

    needs: Permission | Open
    thing: str = ""
    parameter: str = ""

    def admits(self, role: MembershipRole | None) -> bool:
        """Whether a signed-in visitor acting in this role may come through."""
        if isinstance(self.needs, Open):
            return True
        return role is not None and self.needs in GRANTS[role]


# One line for each endpoint: `"blueprint.view": Door(permission, "lot", "lot_id")`.
DOORS: dict[str, Door] = {
    "static": Door(PUBLIC),
    "health.state": Door(PUBLIC),
    "public.home": Door(PUBLIC),
    "public.accessibility": Door(PUBLIC),
    "public.legal": Door(PUBLIC),
    # Accounts
    "sign_in.sign_in": Door(PUBLIC),
    "sign_in.sign_out": Door(SIGNED_IN),
    "sign_in.choose_password": Door(PUBLIC),
    "account.show": Door(SIGNED_IN),
    "account.change_password": Door(SIGNED_IN),
    "account.revoke_session": Door(SIGNED_IN, "session", "session_id"),
    "account.switch": Door(SIGNED_IN),
    # Buyers
    "authorities.index": Door(_P.read_own_markets),
    "authorities.market": Door(_P.read_own_markets, "market", "market_id"),
    "authorities.documents": Door(_P.read_own_markets, "market", "market_id"),
    "authorities.documents_workbook": Door(_P.read_own_markets, "market", "market_id"),
    "authorities.bilan": Door(_P.read_own_markets),
    "authorities.bilan_pdf": Door(_P.read_own_markets),
    "authorities.sent_bilans": Door(_P.read_own_markets),
    # Bilans that were sent, attestations
    "frozen_bilans.of_lot": Door(_P.follow_markets, "lot", "lot_id"),
    "frozen_bilans.of_market": Door(_P.follow_markets, "market", "market_id"),
    "frozen_bilans.of_buyer": Door(_P.follow_markets, "organisation", "organisation_id"),
    "frozen_bilans.lot_pdf": Door(_P.follow_markets, "lot", "lot_id"),
    "frozen_bilans.lot_workbook": Door(_P.follow_markets, "lot", "lot_id"),
    "frozen_bilans.market_pdf": Door(_P.follow_markets, "market", "market_id"),
    "frozen_bilans.buyer_pdf": Door(_P.follow_markets, "organisation", "organisation_id"),
    "frozen_bilans.freeze_lot": Door(_P.edit_markets, "lot", "lot_id"),
    "frozen_bilans.freeze_market": Door(_P.edit_markets, "market", "market_id"),
    "frozen_bilans.freeze_buyer": Door(_P.edit_markets, "organisation", "organisation_id"),
    "frozen_bilans.pdf": Door(_P.download_compliance, "frozen_bilan", "bilan_id"),
    "frozen_bilans.workbook": Door(_P.download_compliance, "frozen_bilan", "bilan_id"),
    "attestations.show": Door(_P.follow_markets, "attestation", "attestation_id"),
    "attestations.pdf": Door(_P.read_attestations, "attestation", "attestation_id"),
    "attestations.issue": Door(_P.edit_markets, "lot", "lot_id"),
    "attestations.revoke": Door(_P.edit_markets, "attestation", "attestation_id"),
    "attestations.check": Door(PUBLIC),
    "buyer_objectives.spaser": Door(_P.read_own_markets),
    "buyer_objectives.spaser_workbook": Door(_P.read_own_markets),
    "buyer_objectives.renewal": Door(_P.read_own_markets),
    "buyer_objectives.renewal_workbook": Door(_P.read_own_markets),
    "buyer_objectives.publications": Door(_P.read_own_markets),
    "buyer_objectives.publications_workbook": Door(_P.read_own_markets),
    "buyer_penalties.index": Door(_P.read_own_markets),
    "buyer_penalties.simulate": Door(_P.read_own_markets, "lot", "lot_id"),
    "buyer_penalties.show": Door(_P.read_own_markets, "penalty_file", "file_id"),
    "buyer_penalties.letter": Door(_P.read_own_markets, "penalty_file", "file_id"),
    "buyer_penalties.notify": Door(_P.decide_penalties, "penalty_file", "file_id"),
    "buyer_penalties.observe": Door(_P.decide_penalties, "penalty_file", "file_id"),
    "buyer_penalties.decide": Door(_P.decide_penalties, "penalty_file", "file_id"),
    "buyer_penalties.settle": Door(_P.decide_penalties, "penalty_file", "file_id"),
    # The facilitator's day, follow-ups, search
    "day.show": Door(_P.follow_markets),
    "day.remind": Door(_P.edit_placements, "placement", "placement_id"),
    "objectives.plie": Door(_P.follow_up),
    "objectives.exits": Door(_P.follow_up),
    "objectives.plie_workbook": Door(_P.follow_up),
    "fse_participants.index": Door(_P.read_people),
    "fse_participants.workbook": Door(_P.read_people),
    "renewal_objectives.index": Door(_P.follow_markets),
    "renewal_objectives.workbook": Door(_P.follow_markets),
    "purchase_objectives.spaser": Door(_P.follow_markets),
    "purchase_objectives.spaser_workbook": Door(_P.follow_markets),
    "purchase_objectives.publications": Door(_P.follow_markets),
    "purchase_objectives.publications_workbook": Door(_P.follow_markets),
    "followups.index": Door(_P.call_people),
    "followups.sheet": Door(_P.call_people),
    "followup_chains.show": Door(_P.call_people),
    "followup_chains.lines": Door(_P.call_people),
    "followups.show": Door(_P.call_people, "person", "person_id"),
    "followups.confirm_proposal": Door(_P.call_people, "person", "person_id"),
    "followups.correct": Door(_P.call_people, "person", "person_id"),
    "activity.show": Door(_P.follow_markets),
    "activity.lines": Door(_P.follow_markets),
    "activity.pdf": Door(_P.follow_markets),
    "activity.workbook": Door(_P.follow_markets),
    "annual_bilans.show": Door(_P.follow_markets),
    "annual_bilans.pdf": Door(_P.follow_markets),
    "annual_bilans.workbook": Door(_P.follow_markets),
    "followup_grid.fill": Door(_P.call_people),
    "followup_grid.paste": Door(_P.call_people),
    "followup_asking.ask": Door(_P.send_reminders),
    "followup_asking.waiting": Door(_P.send_reminders),
    "followup_asking.remind": Door(_P.send_reminders),
    "search.show": Door(_P.read_people),
    # The national survey
    "surveys.show": Door(_P.read_survey),
    "surveys.workbook": Door(_P.read_survey),
    "surveys.lines": Door(_P.read_survey),
    "surveys.lines_workbook": Door(_P.send_survey),
    "surveys.campaign": Door(_P.send_survey),
    "surveys.open_campaign": Door(_P.send_survey),
    "surveys.send": Door(_P.send_survey),
    "surveys.version": Door(_P.send_survey, "survey_version", "version_id"),
    # SIAE and companies
    "siaes.placements": Door(_P.read_own_placements),
    "siaes.placement": Door(_P.answer_placements, "placement", "placement_id"),
    "siaes.decline": Door(_P.answer_placements, "placement", "placement_id"),
    "siaes.contracts": Door(_P.read_own_placements),
    "siaes.hours": Door(_P.read_own_placements),
    "companies.lots": Door(_P.read_own_lots),
    "companies.lot": Door(_P.read_own_lots, "lot", "lot_id"),
    "company_penalties.show": Door(_P.read_own_lots, "penalty_file", "file_id"),
    "company_penalties.letter": Door(_P.read_own_lots, "penalty_file", "file_id"),
    "company_penalties.observe": Door(_P.read_own_lots, "penalty_file", "file_id"),
    "company_penalties.signal": Door(_P.read_own_lots, "lot", "lot_id"),
    "companies.documents": Door(_P.read_own_lots, "lot", "lot_id"),
    "companies.documents_workbook": Door(_P.read_own_lots, "lot", "lot_id"),
    "companies.placements": Door(_P.read_own_lots),
    "companies.placement": Door(_P.answer_placements, "placement", "placement_id"),
    "companies.decline": Door(_P.answer_placements, "placement", "placement_id"),
    # Hours of both sides
    "month_returns.index": Door(_P.declare_hours),
    "month_returns.show": Door(_P.declare_hours),
    "month_returns.keep": Door(_P.declare_hours),
    "month_returns.repeat": Door(_P.declare_hours),
    "month_returns.nil": Door(_P.declare_hours),
    "month_returns.paste": Door(_P.declare_hours),
    "month_returns.report": Door(_P.declare_hours),
    "month_returns.correct": Door(_P.declare_hours, "timesheet", "timesheet_id"),
    "month_returns.split": Door(_P.declare_hours, "timesheet", "timesheet_id"),
    "declaration_links.show": Door(PUBLIC),
    "declaration_links.keep": Door(PUBLIC),
    "declaration_links.repeat": Door(PUBLIC),
    "declaration_links.nil": Door(PUBLIC),
    "declaration_links.paste": Door(PUBLIC),
    "declaration_links.report": Door(PUBLIC),
    "declaration_links.correct": Door(PUBLIC, "timesheet", "timesheet_id"),
    "declaration_links.split": Door(PUBLIC, "timesheet", "timesheet_id"),
    "hours_to_confirm.signed_in": Door(_P.answer_hours),
    "hours_to_confirm.by_link": Door(PUBLIC),
    "hours_of_year.show": Door(_P.read_own_placements),
    "hours_of_year.workbook": Door(_P.read_own_placements),
    # Requests to validate a public, by those who ask
    "asked_requests.index": Door(_P.request_eligibility),
    "asked_requests.new": Door(_P.request_eligibility),
    "asked_requests.paste": Door(_P.request_eligibility),
    "asked_requests.show": Door(_P.request_eligibility, "eligibility_request", "request_id"),
    "asked_requests.complete": Door(_P.request_eligibility, "eligibility_request", "request_id"),
    "asked_requests.withdraw": Door(_P.request_eligibility, "eligibility_request", "request_id"),
    "asked_requests.fiche": Door(_P.request_eligibility, "eligibility_request", "request_id"),
    # Needs, by those who propose and by the company that asks
    "open_needs.index": Door(_P.propose_candidates),
    "open_needs.show": Door(_P.propose_candidates, "need", "need_id"),
    "open_needs.withdraw": Door(_P.propose_candidates, "need_candidate", "candidate_id"),
    "company_needs.ask": Door(_P.read_own_lots, "lot", "lot_id"),
    # Mailed links
    "action_links.answer": Door(PUBLIC),
    "action_links.decline": Door(PUBLIC),
    "contact_changes.from_declaration": Door(PUBLIC),
    "contact_changes.from_placement": Door(PUBLIC),
    "contact_changes.from_follow_up": Door(PUBLIC),
    "followup_answers.answer": Door(PUBLIC),
    "followup_answers.unknown": Door(PUBLIC),
    "followup_answers.told": Door(PUBLIC),
    "followup_answers.thanks": Door(PUBLIC),
    "contact_changes.thanks": Door(PUBLIC),
    # Administrators
    "administrators.index": Door(_P.administer),
    "administrators.create_territory": Door(_P.administer),
    "administrators.edit_territory": Door(_P.administer, "territory", "territory_id"),
    "administrators.parameters": Door(_P.administer, "territory", "territory_id"),
    "administrators.set_parameter": Door(_P.administer, "territory", "territory_id"),
    "administrators_letters.index": Door(_P.administer, "territory", "territory_id"),
    "administrators_letters.reminder": Door(_P.administer, "territory", "territory_id"),
    "administrators_letters.new_contact": Door(_P.administer, "territory", "territory_id"),
    "administrators_letters.restore_reminder": Door(_P.administer, "territory", "territory_id"),
    "administrators_letters.restore_new_contact": Door(_P.administer, "territory", "territory_id"),
    "administrators_users.index": Door(_P.administer),
    "administrators_users.create_user": Door(_P.administer),
    "administrators_users.user": Door(_P.administer, "user", "user_id"),
    "administrators_users.edit_user": Door(_P.administer, "user", "user_id"),
    "administrators_users.send_password_link": Door(_P.administer, "user", "user_id"),
    "administrators_users.deactivate_user": Door(_P.administer, "user", "user_id"),
    "administrators_users.reactivate_user": Door(_P.administer, "user", "user_id"),
    "administrators_users.add_membership": Door(_P.administer, "user", "user_id"),
    "administrators_users.remove_membership": Door(_P.administer, "membership", "membership_id"),
    "administrators_organisations.index": Door(_P.administer),
    "administrators_organisations.create_organisation": Door(_P.administer),
    "administrators_organisations.edit_organisation": Door(_P.administer, "organisation", "organisation_id"),
    "administrators_organisations.add_organisation_role": Door(
        _P.administer, "organisation", "organisation_id"
    ),
    "administrators_organisations.remove_organisation_role": Door(
        _P.administer, "organisation", "organisation_id"
    ),
    # Facilitators: people, placements, contracts, hours
    "people.index": Door(_P.read_people),
    "people.duplicates": Door(_P.read_people),
    "people.new": Door(_P.edit_people),
    "people.show": Door(_P.read_people, "person", "person_id"),
    "people.edit": Door(_P.edit_people, "person", "person_id"),
    "eligibility.request_for": Door(_P.edit_people, "person", "person_id"),
    "eligibility.decide": Door(_P.edit_people, "eligibility", "eligibility_id"),
    "eligibility.ask_completion": Door(_P.edit_people, "eligibility", "eligibility_id"),
    "eligibility.drop": Door(_P.edit_people, "eligibility", "eligibility_id"),
    "eligibility.refuse": Door(_P.edit_people, "eligibility", "eligibility_id"),
    "eligibility.suspend": Door(_P.edit_people, "window", "window_id"),
    "eligibility.extend": Door(_P.edit_people, "window", "window_id"),
    "requests.index": Door(_P.read_people),
    "requests.new": Door(_P.edit_people),
    "requests.show": Door(_P.read_people, "eligibility_request", "request_id"),
    "requests.validate": Door(_P.edit_people, "eligibility_request", "request_id"),
    "requests.known_fiche": Door(_P.edit_people, "eligibility_request", "request_id"),
    "requests.ask_completion": Door(_P.edit_people, "eligibility_request", "request_id"),
    "requests.refuse": Door(_P.edit_people, "eligibility_request", "request_id"),
    "requests.drop": Door(_P.edit_people, "eligibility_request", "request_id"),
    "requests.fiche": Door(_P.read_people, "eligibility", "eligibility_id"),
    "needs.index": Door(_P.edit_placements),
    "needs.new": Door(_P.edit_placements),
    "needs.show": Door(_P.edit_placements, "need", "need_id"),
    "needs.publish": Door(_P.edit_placements, "need", "need_id"),
    "needs.edit": Door(_P.edit_placements, "need", "need_id"),
    "needs.send": Door(_P.edit_placements, "need", "need_id"),
    "needs.close": Door(_P.edit_placements, "need", "need_id"),
    "needs.add_candidate": Door(_P.edit_placements, "need", "need_id"),
    "needs.retain": Door(_P.edit_placements, "need_candidate", "candidate_id"),
    "needs.decline": Door(_P.edit_placements, "need_candidate", "candidate_id"),
    "needs.place": Door(_P.edit_placements, "need_candidate", "candidate_id"),
    "needs_ahead.show": Door(_P.edit_placements),
    "needs_ahead.lots": Door(_P.edit_placements),
    "needs_ahead.capacity": Door(_P.edit_placements),
    "needs_ahead.people": Door(_P.edit_placements),
    "needs_ahead.workbook": Door(_P.edit_placements),
    "express.hire": Door(_P.edit_people),
    "placements.index": Door(_P.edit_placements),
    "placements.of_lot": Door(_P.edit_placements, "lot", "lot_id"),
    "placements.new": Door(_P.edit_placements),
    "placements.show": Door(_P.edit_placements, "placement", "placement_id"),
    "placements.confirm": Door(_P.edit_placements, "placement", "placement_id"),
    "placements.decline": Door(_P.edit_placements, "placement", "placement_id"),
    "placements.withdraw": Door(_P.edit_placements, "placement", "placement_id"),
    "placements.end": Door(_P.edit_placements, "placement", "placement_id"),
    "placements.link": Door(_P.edit_placements, "placement", "placement_id"),
    "contracts.show": Door(_P.edit_placements, "contract", "contract_id"),
    "contracts.new": Door(_P.edit_placements, "placement", "placement_id"),
    "contracts.renew": Door(_P.edit_placements, "contract", "contract_id"),
    "contracts.end": Door(_P.edit_placements, "contract", "contract_id"),
    "hours.declare": Door(_P.edit_hours, "contract", "contract_id"),
    "hours.correct": Door(_P.edit_hours, "timesheet", "timesheet_id"),
    "hours.split": Door(_P.edit_hours, "timesheet", "timesheet_id"),
    "timesheets.queue": Door(_P.edit_hours),
    "timesheets.validate_many": Door(_P.edit_hours),
    "timesheets.refuse_many": Door(_P.edit_hours),
    "timesheets.of_lot": Door(_P.edit_hours, "lot", "lot_id"),
    "timesheets.nil": Door(_P.edit_hours, "lot", "lot_id"),
    "timesheets.show": Door(_P.edit_hours, "timesheet", "timesheet_id"),
    "timesheets.validate": Door(_P.edit_hours, "timesheet", "timesheet_id"),
    "timesheets.refuse": Door(_P.edit_hours, "timesheet", "timesheet_id"),
    "globalisations.index": Door(_P.edit_hours),
    "globalisations.new": Door(_P.edit_hours),
    "globalisations.show": Door(_P.edit_hours, "globalisation", "globalisation_id"),
    "globalisations.withdraw": Door(_P.edit_hours, "globalisation", "globalisation_id"),
    "sharing.month": Door(_P.edit_hours, "globalisation", "globalisation_id"),
    "sharing.one": Door(_P.edit_hours, "timesheet", "timesheet_id"),
    # Facilitators: lots and markets
    "lots.index": Door(_P.follow_markets),
    "lots.show": Door(_P.follow_markets, "lot", "lot_id"),
    "lots.journal": Door(_P.follow_markets, "lot", "lot_id"),
    "lots.edit": Door(_P.edit_markets, "lot", "lot_id"),
    "engagement.show": Door(_P.follow_markets, "lot", "lot_id"),
    "engagement.add_line": Door(_P.edit_markets, "lot", "lot_id"),
    "engagement.add_avenant": Door(_P.edit_markets, "lot", "lot_id"),
    "engagement.transfer": Door(_P.edit_markets, "lot", "lot_id"),
    "engagement.affirm": Door(_P.edit_markets, "lot", "lot_id"),
    "calibration.show": Door(_P.edit_markets, "lot", "lot_id"),
    "calibration.keep": Door(_P.edit_markets, "lot", "lot_id"),
    "calibration.engage": Door(_P.edit_markets, "lot", "lot_id"),
    "lot_calendar.set_dates": Door(_P.edit_markets, "lot", "lot_id"),
    "lot_calendar.stop": Door(_P.edit_markets, "lot", "lot_id"),
    "lot_calendar.restart": Door(_P.edit_markets, "lot", "lot_id"),
    "lot_plan.edit": Door(_P.edit_markets, "lot", "lot_id"),
    "recovery_plans.show": Door(_P.follow_markets, "lot", "lot_id"),
    "recovery_plans.open_plan": Door(_P.edit_markets, "lot", "lot_id"),
    "recovery_plans.add_step": Door(_P.edit_markets, "recovery_plan", "plan_id"),
    "recovery_plans.finish_step": Door(_P.edit_markets, "recovery_plan", "plan_id"),
    "recovery_plans.close": Door(_P.edit_markets, "recovery_plan", "plan_id"),
    "lot_measures.invoicing": Door(_P.edit_markets, "lot", "lot_id"),
    "lot_measures.site_hours": Door(_P.edit_markets, "lot", "lot_id"),
    "awards.of_lot": Door(_P.follow_markets, "lot", "lot_id"),
    "awards.award": Door(_P.edit_markets, "lot", "lot_id"),
    "awards.award_published": Door(_P.edit_markets, "lot", "lot_id"),
    "awards.edit": Door(_P.edit_markets, "award", "award_id"),
    "penalties.of_lot": Door(_P.follow_markets, "lot", "lot_id"),
    "penalties.state": Door(_P.edit_markets, "lot", "lot_id"),
    "penalties.show": Door(_P.follow_markets, "penalty_file", "file_id"),
    "penalties.letter": Door(_P.follow_markets, "penalty_file", "file_id"),
    "penalties.withdraw": Door(_P.edit_markets, "penalty_file", "file_id"),
    "penalties.answer": Door(_P.edit_markets, "difficulty", "difficulty_id"),
    "field_actions.of_lot": Door(_P.edit_markets, "lot", "lot_id"),
    "field_actions.lot_pdf": Door(_P.edit_markets, "lot", "lot_id"),
    "field_actions.with_organisation": Door(_P.edit_markets, "organisation", "organisation_id"),
    "field_actions.edit": Door(_P.edit_markets, "field_action", "field_action_id"),
    "field_actions.cancel": Door(_P.edit_markets, "field_action", "field_action_id"),
    "field_actions.correct": Door(_P.edit_markets, "field_action", "field_action_id"),
    "documents.index": Door(_P.follow_markets),
    "documents.workbook": Door(_P.follow_markets),
    "documents.of_lot": Door(_P.follow_markets, "lot", "lot_id"),
    "documents.lot_workbook": Door(_P.follow_markets, "lot", "lot_id"),
    "documents.of_market": Door(_P.follow_markets, "market", "market_id"),
    "documents.market_workbook": Door(_P.follow_markets, "market", "market_id"),
    "documents.expect": Door(_P.edit_markets, "lot", "lot_id"),
    "documents.receive": Door(_P.edit_markets, "document", "document_id"),
    "documents.review": Door(_P.edit_markets, "document", "document_id"),
    "documents.remove": Door(_P.edit_markets, "document", "document_id"),
    "markets.index": Door(_P.follow_markets),
    "markets.create": Door(_P.edit_markets),
    "markets.show": Door(_P.follow_markets, "market", "market_id"),
    "markets.workbook": Door(_P.download_compliance, "market", "market_id"),
    "markets.edit": Door(_P.edit_markets, "market", "market_id"),
    "operations.of_market": Door(_P.edit_markets, "market", "market_id"),
    "operations.edit": Door(_P.edit_markets, "operation", "operation_id"),
    "markets.add_lot": Door(_P.edit_markets, "market", "market_id"),
    # Facilitators: organisations and the territory's contacts there
    "organisations.show": Door(_P.follow_markets, "organisation", "organisation_id"),
    "organisations.bilan": Door(_P.download_compliance, "organisation", "organisation_id"),
    "contacts.add": Door(_P.edit_markets, "organisation", "organisation_id"),
    "contacts.edit": Door(_P.edit_markets, "contact", "contact_id"),
    "contacts.remove": Door(_P.edit_markets, "contact", "contact_id"),
    "contacts.leave": Door(_P.edit_markets, "contact", "contact_id"),
    "contacts.put_first": Door(_P.edit_markets, "contact", "contact_id"),
    "contacts.write_again": Door(_P.edit_markets, "contact", "contact_id"),
    "contact_changes.accept": Door(_P.edit_markets, "contact_proposal", "proposal_id"),
    "contact_changes.dismiss": Door(_P.edit_markets, "contact_proposal", "proposal_id"),
    # Reminders and letters
    "reminders.index": Door(_P.send_reminders),
    "reminders.send_one": Door(_P.send_reminders),
    "reminders.send_all": Door(_P.send_reminders),
    "letters.of_lot": Door(_P.follow_markets, "lot", "lot_id"),
    "letters.of_organisation": Door(_P.follow_markets, "organisation", "organisation_id"),
    "letters.of_person": Door(_P.read_people, "person", "person_id"),
    "letters.show": Door(_P.follow_markets, "mail", "mail_id"),
    "market_imports.choose": Door(_P.edit_markets),
    "market_imports.preview": Door(_P.edit_markets, "import_batch", "batch_id"),
}


class UnregisteredDoors(Exception):
    """Routes and register do not agree: the site refuses to start."""


def check_register(endpoints: Iterable[str]) -> None:
    """Refuse to start when a route is not in the register, or an entry of the register has no route."""
    routes = set(endpoints)
    missing, unused = sorted(routes - DOORS.keys()), sorted(DOORS.keys() - routes)
    if missing or unused:
        raise UnregisteredDoors(
            f"routes absent from permissions.DOORS: {missing}; entries without a route: {unused}"
        )
