"""The pages, one module per audience, and what guards them all."""

from flask import Flask
from flask_wtf import CSRFProtect

from facilitator import french, passwords
from facilitator.settings import Settings
from facilitator.web import (
    account,
    action_links,
    activity,
    administrators,
    administrators_letters,
    administrators_organisations,
    administrators_users,
    asked_requests,
    attestations,
    authorities,
    awards,
    buyer_objectives,
    buyer_penalties,
    calibration,
    clock,
    companies,
    company_penalties,
    contact_changes,
    contacts,
    contracts,
    day,
    declaration_links,
    documents,
    eligibility,
    engagement,
    errors,
    express,
    field_actions,
    followup_chains,
    followups,
    frozen_bilans,
    globalisations,
    guard,
    headers,
    health,
    hours,
    hours_of_year,
    hours_to_confirm,
    letters,
    lot_calendar,
    lot_measures,
    lot_plan,
    lots,
    market_imports,
    markets,
    month_returns,
    navigation,
    objectives,
    operations,
    organisations,
    penalties,
    people,
    placements,
    public,
    purchase_objectives,
    recovery_plans,
    reminders,
    renewal_objectives,
    requests,
    search,
    sharing,
    siaes,
    sign_in,
    timesheets,
)

# One line for each audience; each route has its line in `permissions.DOORS`.
BLUEPRINTS = (
    health.blueprint,
    public.blueprint,
    sign_in.blueprint,
    account.blueprint,
    administrators.blueprint,
    administrators_letters.blueprint,
    administrators_users.blueprint,
    administrators_organisations.blueprint,
    authorities.blueprint,
    buyer_objectives.blueprint,
    buyer_penalties.blueprint,
    people.blueprint,
    eligibility.blueprint,
    requests.blueprint,
    asked_requests.blueprint,
    express.blueprint,
    placements.blueprint,
    contracts.blueprint,
    hours.blueprint,
    timesheets.blueprint,
    globalisations.blueprint,
    sharing.blueprint,
    lots.blueprint,
    frozen_bilans.blueprint,
    attestations.blueprint,
    engagement.blueprint,
    calibration.blueprint,
    lot_calendar.blueprint,
    lot_measures.blueprint,
    lot_plan.blueprint,
    recovery_plans.blueprint,
    awards.blueprint,
    penalties.blueprint,
    documents.blueprint,
    field_actions.blueprint,
    markets.blueprint,
    market_imports.blueprint,
    operations.blueprint,
    organisations.blueprint,
    contacts.blueprint,
    contact_changes.blueprint,
    reminders.blueprint,
    letters.blueprint,
    day.blueprint,
    followup_chains.blueprint,
    followups.blueprint,
    objectives.blueprint,
    purchase_objectives.blueprint,
    renewal_objectives.blueprint,
    activity.blueprint,
    search.blueprint,
    siaes.blueprint,
    companies.blueprint,
    hours_to_confirm.blueprint,
    company_penalties.blueprint,
    hours_of_year.blueprint,
    action_links.blueprint,
    month_returns.blueprint,
    declaration_links.blueprint,
)
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Hang the pages on the application, then their guards: headers last said, doors first asked."""
    settings: Settings = app.config["SETTINGS"]
    cost = settings.password_cost
    passwords.configure(cost.time, cost.memory_kib, cost.parallelism)
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the token lives as long as the session
    app.jinja_env.filters.update(french.FILTERS, instant=clock.instant)
    app.context_processor(navigation.around)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    headers.init_app(app)
    guard.init_app(app)
    csrf.init_app(app)
    errors.init_app(app)
