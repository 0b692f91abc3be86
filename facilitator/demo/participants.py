"""People of the demonstration and their work: fiches, placements, contracts of all types, months of hours."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from random import Random

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from facilitator import contracts, eligibility, people, placements
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.db import CENT
from facilitator.demo import names
from facilitator.demo.organisations import Cast
from facilitator.demo.sites import Site
from facilitator.eligibility import Proof
from facilitator.people import Person
from facilitator.placements import Answer, Placement
from facilitator.vocabulary import (
    Channel,
    ContractType,
    Criterion,
    EducationLevel,
    PlacementMode,
    Sex,
    SiaeKind,
)

PEOPLE = 350
RATIOS = {"ahead": 1.45, "on_time": 1.16, "late": 0.84, "critical": 0.4, "done": 1.05}
TEMPORARY = (SiaeKind.ETTI, SiaeKind.AI, SiaeKind.GEIQ, SiaeKind.EATT, SiaeKind.ETT)
TYPES_OF = {
    SiaeKind.ETTI: (ContractType.ctt,),
    SiaeKind.EATT: (ContractType.ctt, ContractType.cdd_tremplin),
    SiaeKind.ETT: (ContractType.ctt, ContractType.cdi_interimaire),
    SiaeKind.AI: (ContractType.cddu,),
    SiaeKind.GEIQ: (ContractType.professionnalisation, ContractType.apprentissage),
    SiaeKind.EI: (ContractType.cddi,),
}
DIRECT = (
    ContractType.cdi, ContractType.cdi, ContractType.cdd, ContractType.cdd, ContractType.professionnalisation,
    ContractType.pec, ContractType.cie, ContractType.apprentissage,
)  # fmt: skip
CRITERIA = (
    Criterion.deld, Criterion.deld, Criterion.rsa, Criterion.rsa, Criterion.qpv, Criterion.jeune_sans_diplome,
    Criterion.senior, Criterion.rqth, Criterion.plie, Criterion.refugie, Criterion.cej, Criterion.ass,
)  # fmt: skip


@dataclass
class Participant:
    """A person of the story: when free again, and until when the fiche lets hours count."""

    person: Person
    valid_from: datetime.date | None = None
    free_from: datetime.date = datetime.date.min


@dataclass
class Job:
    """One contract at work on one lot."""

    site: Site
    person: Person
    placement: Placement
    contract: Contract
    hours_wanted: Decimal
    months: list[tuple[datetime.date, datetime.date]] = field(default_factory=list)


def register_all(
    session: Session,
    random: Random,
    territory_id: int,
    cast: Cast,
    on: datetime.date,
    by: int,
    count: int = PEOPLE,
) -> list[Participant]:
    """Register the participants; their fiches are validated when they first find work."""
    found = []
    for last, first in names.people_names(random, count):
        age_days = random.choice((19, 22, 24, 31, 38, 44, 53, 58)) * 365 + random.randint(0, 360)
        in_qpv = random.random() < 0.35
        person = people.register(
            session,
            territory_id,
            last_name=last,
            first_name=first,
            birth_on=on - datetime.timedelta(days=age_days),
            on=on,
            by=by,
            sex=random.choice((Sex.f, Sex.h, Sex.h)),
            commune="00000",
            qpv="QN00000E" if in_qpv else None,
            qpv_zoning=2024 if in_qpv else None,
            education=random.choice(list(EducationLevel)),
            referrer_id=random.choice(cast.referrers).id,
        )
        found.append(Participant(person))
    return found


def put_to_work(
    session: Session,
    random: Random,
    cast: Cast,
    sites: list[Site],
    participants: list[Participant],
    on: datetime.date,
    by: int,
) -> Iterator[Job]:
    """Give each lot the work that its fate asks for, month after month, with whoever is free."""
    for site in sites:
        if site.fate in RATIOS and site.start < on.replace(day=1):
            yield from _work_on(session, random, cast, site, participants, on, by)


def _work_on(
    session: Session,
    random: Random,
    cast: Cast,
    site: Site,
    participants: list[Participant],
    on: datetime.date,
    by: int,
) -> Iterator[Job]:
    whole = (site.end - site.start).days + 1
    elapsed = (min(on, site.end) - site.start).days + 1
    wanted = site.owed * Decimal(elapsed) / whole * Decimal(str(RATIOS[site.fate]))
    tries = 0
    while wanted > 20 and tries < 80:
        tries += 1
        job = _job(session, random, cast, site, participants, on, by, wanted)
        if job is not None:
            wanted -= job.hours_wanted
            yield job


def _job(
    session: Session,
    random: Random,
    cast: Cast,
    site: Site,
    participants: list[Participant],
    on: datetime.date,
    by: int,
    wanted: Decimal,
) -> Job | None:
    # The running month is declared after it ends: the work that shows was done before it.
    last = min(on.replace(day=1) - datetime.timedelta(days=1), site.end)
    start = site.start + datetime.timedelta(days=random.randint(0, max(0, (last - site.start).days - 15)))
    participant = _free(random, participants, start)
    if participant is None:
        return None
    award = random.choice(site.awards)
    employer_id, mode, type_ = _employer(random, cast, award)
    length = random.choice((1, 1, 2, 2, 3, 4))
    end = min(start + relativedelta(months=length, days=-1), site.end)
    if type_ in contracts.OPEN_ENDED:
        end = site.end
    validate_person(session, random, participant, start, by)
    placement = placements.propose(
        session, participant.person, award, employer_id=employer_id, mode=mode, from_on=start,
        on=start - datetime.timedelta(days=7), by=by, rome=site.rome, job=site.job,
    )  # fmt: skip
    weekly = Decimal(random.choice((35, 35, 35, 28, 24)))
    fixed_end = None if type_ in contracts.OPEN_ENDED else end
    contract = placements.confirm(
        session, placement, participant.person, Answer(type_, start, fixed_end, weekly),
        on=start - datetime.timedelta(days=3), by=by, channel=random.choice((Channel.form, Channel.phone)),
    )  # fmt: skip
    participant.free_from = (end if fixed_end else site.end) + datetime.timedelta(days=1)
    months = list(_months(start, min(end, last)))
    hours = sum((_possible(weekly, *each) for each in months), Decimal(0))
    return Job(
        site, participant.person, placement, contract, min(hours, wanted.quantize(CENT, ROUND_DOWN)), months
    )


def _free(random: Random, participants: list[Participant], start: datetime.date) -> Participant | None:
    """Somebody free on a day whose fiche, if any, still has a year to run."""
    for each in random.sample(participants, len(participants)):
        running = each.valid_from is None or (
            each.valid_from <= start < each.valid_from + relativedelta(months=22)
        )
        if each.free_from <= start and running:
            return each
    return None


def _employer(random: Random, cast: Cast, award: Award) -> tuple[int, PlacementMode, ContractType]:
    if award.organisation_id in {each.id for each in cast.siae[SiaeKind.EI]}:
        return award.organisation_id, PlacementMode.sous_traitance, ContractType.cddi
    if random.random() < 0.4:
        return award.organisation_id, PlacementMode.embauche_directe, random.choice(DIRECT)
    kind = random.choice((*TEMPORARY, SiaeKind.ETTI, SiaeKind.ETTI))
    employer = random.choice(cast.siae[kind])
    return employer.id, PlacementMode.mise_a_disposition, random.choice(TYPES_OF[kind])


def validate_person(
    session: Session, random: Random, participant: Participant, start: datetime.date, by: int
) -> None:
    """Validate the fiche of somebody who starts on a day, some weeks before it."""
    if participant.valid_from is not None:
        return
    decided_on = start - datetime.timedelta(days=random.randint(3, 40))
    fiche = eligibility.request(
        session, participant.person, requested_on=decided_on - datetime.timedelta(days=4), by=by,
        requested_by_id=participant.person.referrer_id,
    )  # fmt: skip
    main = random.choice(CRITERIA)
    proofs = [Proof(main, True, main.proof, decided_on, None, "Classeur fictif")]
    if main != Criterion.qpv and participant.person.qpv:
        proofs.append(Proof(Criterion.qpv, False, Criterion.qpv.proof, decided_on, None, "Classeur fictif"))
    eligibility.validate(session, fiche, proofs, decided_on=decided_on, effective_on=decided_on, by=by)
    participant.valid_from = decided_on


def _months(start: datetime.date, last: datetime.date) -> Iterator[tuple[datetime.date, datetime.date]]:
    """The periods of work, one in each month."""
    while start <= last:
        end = min(start + relativedelta(day=31), last)
        yield start, end
        start = end + datetime.timedelta(days=1)


def _possible(weekly: Decimal, start: datetime.date, end: datetime.date) -> Decimal:
    return (weekly * ((end - start).days + 1) / 7).quantize(CENT, ROUND_DOWN)
