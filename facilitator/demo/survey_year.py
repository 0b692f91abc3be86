"""`demo --size survey`: writes the fictitious country whose survey gives the published figures."""

import datetime
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import stored_paths, verdicts
from facilitator.awards import Award
from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import touch
from facilitator.demo.bulk import restart_sequences, write
from facilitator.demo.national import Country
from facilitator.demo.national_people import Population
from facilitator.demo.story import DemoRefused
from facilitator.followups import FollowUp
from facilitator.hours import Share, Timesheet
from facilitator.markets import Lot, LotDate, Market
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.people import Eligibility, EligibilityCriterion, Person, Window
from facilitator.placements import Placement
from facilitator.territories import Territory


def load(session: Session, on: datetime.date, say: Callable[[str], None]) -> int:
    """Write the country as known on a day, and give the year to ask for: the last complete one.

    Refuses a database that holds a territory or an organisation: its figures would be in the survey too.
    """
    if session.scalar(select(Territory.id).limit(1)) or session.scalar(select(Organisation.id).limit(1)):
        raise DemoRefused(
            "Cette base contient déjà des données\u00a0: elles entreraient dans l’enquête. Utilisez une base neuve (DATABASE_URL)."
        )
    year = on.year - 1
    say("Territoires, donneurs d’ordre et marchés…")
    country = Country(year)
    write(session, Territory, country.territory_rows())
    write(session, Organisation, country.organisation_rows())
    write(session, OrganisationRole, country.role_rows())
    write(session, Market, country.markets)
    write(session, Lot, country.lots)
    write(session, LotDate, country.dates)
    write(session, Award, country.awards)
    write(session, LedgerLine, country.ledger)
    say("Personnes, contrats et relevés…")
    _people(session, country)
    restart_sequences(session)
    say("Verdicts des heures et parcours…")
    touch(session, "territory", *country.territories)
    stored_paths.refresh(session)
    verdicts.refresh(session)
    return year


def _people(session: Session, country: Country) -> None:
    population = Population(country)
    population.live()
    write(session, Person, population.persons)
    write(session, Eligibility, population.fiches)
    write(session, EligibilityCriterion, population.criteria)
    write(session, Window, population.windows)
    write(session, Placement, population.placements)
    write(session, Contract, population.contracts)
    write(session, PlacementContract, population.served)
    write(session, Timesheet, population.sheets)
    write(session, Share, population.shares)
    write(session, FollowUp, population.follow_ups)
