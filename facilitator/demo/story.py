"""The story of the demonstration, told in order; the same seed and date give the same database."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import accounts, awards, declarations, territories, verdicts
from facilitator.accounts import User
from facilitator.demo import (
    aftermath,
    asked,
    correspondents,
    declaring,
    fieldwork,
    months,
    needed,
    objectives,
    organisations,
    participants,
    penalties,
    requests,
    settlement,
    sites,
)
from facilitator.demo.organisations import Cast
from facilitator.demo.participants import Job
from facilitator.hours import Timesheet
from facilitator.refusals import Refused
from facilitator.territories import Territory
from facilitator.vocabulary import AwardRole, MembershipRole, SiaeKind, TerritoryKind, TimesheetState

SLUG = "val-d-exemple"
PASSWORD = "Tilleul-Fictif-{number}-Clairière"  # published on purpose: production refuses demo accounts


class DemoRefused(Refused):
    """The demonstration cannot be loaded into this database."""


@dataclass(frozen=True)
class Account:
    """A demonstration account, as printed."""

    role: str
    email: str
    password: str


def load(
    session: Session,
    seed: int,
    on: datetime.date,
    say: Callable[[str], None],
    base_url: str = "http://127.0.0.1:8000",
) -> list[Account]:
    """Write the whole demonstration as known on a day; a database that holds it already is refused."""
    if session.scalar(select(Territory.id).where(Territory.slug == SLUG)) is not None:
        raise DemoRefused(
            "Cette base contient déjà le territoire de démonstration. Utilisez une base neuve (DATABASE_URL)."
        )
    random = Random(seed)
    territory, facilitator = _territory(session)
    say("Organisations…")
    cast = organisations.gather(session, random, territory.id)
    say("Marchés et lots…")
    places = sites.build(session, random, cast, territory.id, on, facilitator.id)
    _one_big_company(session, places, cast, facilitator.id)
    say("Participants et mises à l’emploi…")
    everyone = participants.register_all(session, random, territory.id, cast, on, facilitator.id)
    working = everyone[aftermath.NEWCOMERS :]  # the others wait: proposals and fiches to decide
    jobs = list(participants.put_to_work(session, random, cast, places, working, on, facilitator.id))
    say("Relevés d’heures…")
    late = (
        cast.companies[0].id,
        cast.siae[SiaeKind.ETTI][0].id,
    )  # those of the accounts have a month to declare
    months.fill(session, random, jobs, on, facilitator.id, late)
    verdicts.refresh(session)
    _events(session, jobs, places, on, facilitator.id)
    verdicts.refresh(session)
    say("Suivis à 6 et 12 mois…")
    aftermath.propose_some(session, random, cast, places, everyone, on, facilitator.id)
    aftermath.limits(session, random, jobs, on, facilitator.id)
    aftermath.transform_some(session, jobs, on, facilitator.id)
    verdicts.refresh(session)
    aftermath.follow(session, random, territory.id, on, facilitator.id)
    correspondents.arrange(session, cast, territory.id, on, facilitator.id)
    _second_territory(session, random, cast, on)
    accounts_made = _accounts(session, territory, facilitator, cast, jobs)
    declaring.begin(session, late, on)
    requests.tell(session, territory.id, on, facilitator.id)
    fieldwork.tell(session, places, on, facilitator.id)
    needed.tell(session, places, on, facilitator.id)
    verdicts.refresh(session)
    penalties.tell(session, territory.id, cast, on, facilitator.id)
    fieldwork.before_penalties(session, territory.id, facilitator.id)
    objectives.aim(session, territory.id, facilitator.id)
    asked.tell(session, territory.id, cast.referrers[0].id, on, facilitator.id, base_url)
    say("Bilans et attestations…")
    settlement.settle(session, random, territory.id, cast.buyers[0].id, on, facilitator.id, base_url)
    return accounts_made


def known_accounts(session: Session) -> list[Account]:
    """The accounts of a demonstration that is already there."""
    users = session.scalars(select(User).where(User.demo).order_by(User.id))
    by_email = {email: (role, number) for number, (role, email) in enumerate(ROLES, 1)}
    return [
        Account(by_email[user.email][0], user.email, PASSWORD.format(number=by_email[user.email][1]))
        for user in users
        if user.email in by_email
    ]


ROLES = (
    (MembershipRole.facilitator, "facilitateur@demo.example"),
    (MembershipRole.administrator, "administrateur@demo.example"),
    (MembershipRole.authority, "acheteur@demo.example"),
    (MembershipRole.company, "entreprise@demo.example"),
    (MembershipRole.siae, "siae@demo.example"),
    (MembershipRole.referrer, "referent@demo.example"),
)


def _territory(session: Session) -> tuple[Territory, User]:
    territory = territories.create(session, SLUG, "PLIE du Val d’Exemple", TerritoryKind.plie, by=None)
    territory.email, territory.phone = "clauses@demo.example", "01 99 00 00 01"
    facilitator = accounts.create_user(
        session, ROLES[0][1], "Facilitateur de démonstration", PASSWORD.format(number=1), by=None, demo=True
    )
    accounts.add_membership(
        session, facilitator, MembershipRole.facilitator, by=None, territory_id=territory.id
    )
    return territory, facilitator


def _one_big_company(session: Session, places: list[sites.Site], cast: Cast, by: int) -> None:
    """The company of the demonstration account works for several buyers."""
    company = cast.companies[0]
    for place in [each for each in places if each.fate != "undefined"][:6]:
        if all(each.organisation_id != company.id for each in place.awards):
            place.awards.append(
                awards.award(
                    session, place.lot, company, AwardRole.sous_traitant, by=by, parent=place.awards[0]
                )
            )


def _events(session: Session, jobs: list[Job], places: list[sites.Site], on: datetime.date, by: int) -> None:
    """Corrections, a globalisation, and months declared «néant»."""
    sheets = _validated(session, jobs)
    months.correct_some(session, sheets[:2], on, by)
    here, there, sheet = _pair(sheets[2:])
    months.globalise(session, here, there, here.placement.host_id, sheet, on, by)
    quiet = next(place for place in places if place.fate == "undefined")
    if quiet.start <= on:
        declarations.declare_nil(session, quiet.awards[0], quiet.start, on=on, by=by)


def _validated(session: Session, jobs: list[Job]) -> list[tuple[Timesheet, Job]]:
    by_contract = {job.contract.id: job for job in jobs}
    rows = session.scalars(
        select(Timesheet)
        .where(Timesheet.state == TimesheetState.validated, Timesheet.worked > Decimal(40))
        .order_by(Timesheet.id)
    )
    return [(sheet, by_contract[sheet.contract_id]) for sheet in rows]


def _pair(sheets: list[tuple[Timesheet, Job]]) -> tuple[Job, Job, Timesheet]:
    """A month worked for a company that also works for another lot at that time."""
    for sheet, here in sheets:
        for _, there in sheets:
            same = here.placement.host_id == there.placement.host_id
            other = here.placement.lot_id != there.placement.lot_id
            running = there.site.start <= sheet.from_on and sheet.to_on <= there.site.end
            if same and other and running:
                return here, there, sheet
    raise DemoRefused(
        "L’histoire de la démonstration n’a pas deux lots d’une même entreprise. Changez la graine."
    )


def _second_territory(session: Session, random: Random, cast: Cast, on: datetime.date) -> None:
    """A neighbour that follows markets of the same buyers: they see both on one page."""
    neighbour = territories.create(
        session, "rives-fictives", "Maison de l’emploi des Rives-Fictives", TerritoryKind.mde, by=None
    )
    keeper = accounts.create_user(
        session,
        "voisine@demo.example",
        "Facilitatrice voisine",
        PASSWORD.format(number=7),
        by=None,
        demo=True,
    )
    accounts.add_membership(session, keeper, MembershipRole.facilitator, by=None, territory_id=neighbour.id)
    places = sites.build(session, random, cast, neighbour.id, on, keeper.id, count=4, first=sites.MARKETS)
    everyone = participants.register_all(session, random, neighbour.id, cast, on, keeper.id, count=20)
    jobs = list(participants.put_to_work(session, random, cast, places, everyone, on, keeper.id))
    months.fill(session, random, jobs, on, keeper.id)


def _accounts(
    session: Session, territory: Territory, facilitator: User, cast: Cast, jobs: list[Job]
) -> list[Account]:
    """One account per role; the SIAE is the one with most waiting, so that its page is not empty."""
    places: dict[MembershipRole, int | None] = {
        MembershipRole.administrator: None,
        MembershipRole.authority: cast.buyers[0].id,
        MembershipRole.company: cast.companies[0].id,
        MembershipRole.siae: cast.siae[SiaeKind.ETTI][0].id,
        MembershipRole.referrer: cast.referrers[0].id,
    }
    for number, (role, email) in enumerate(ROLES[1:], 2):
        user = accounts.create_user(
            session, email, f"Compte de démonstration ({role.label.lower()})",
            PASSWORD.format(number=number), by=None, demo=True,
        )  # fmt: skip
        accounts.add_membership(session, user, role, by=None, organisation_id=places[role])
    return [
        Account(role.value, email, PASSWORD.format(number=number))
        for number, (role, email) in enumerate(ROLES, 1)
    ]
