"""What waits and what came after: proposals without an answer, limits crossed, follow-ups in every state."""

import datetime
from random import Random

from dateutil.relativedelta import relativedelta
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import contracts, eligibility, followups, journeys, placements
from facilitator.demo.organisations import Cast
from facilitator.demo.participants import Job, Participant, validate_person
from facilitator.demo.sites import Site
from facilitator.followup_attempts import WITHOUT_WORK
from facilitator.followups import Attempt, Due
from facilitator.outcomes import Answer
from facilitator.paths import MilestoneState
from facilitator.people import Window
from facilitator.vocabulary import (
    AnsweredBy,
    Channel,
    ContractType,
    FollowUpOutcome,
    OutOfScope,
    PlacementMode,
    SiaeKind,
    Situation,
)

SITUATIONS = (
    Situation.cdi, Situation.cdi, Situation.cdd_6_plus, Situation.cdd_6_plus, Situation.cdd_6_moins,
    Situation.interim_6_plus, Situation.formation_qualifiante, Situation.contrat_iae, Situation.recherche,
    Situation.recherche, Situation.inactif, Situation.contrat_aide,
)  # fmt: skip

NEWCOMERS = 13  # not yet at work: ten proposed, three whose fiche is to decide


def propose_some(
    session: Session,
    random: Random,
    cast: Cast,
    sites: list[Site],
    participants: list[Participant],
    on: datetime.date,
    by: int,
) -> None:
    """Eight proposals that wait for the SIAE, one declined, one withdrawn, and three fiches to decide."""
    running = [site for site in sites if site.start <= on < site.end - relativedelta(days=40)]
    free = [each for each in participants if each.valid_from is None and each.free_from <= on]
    employers = cast.siae[SiaeKind.ETTI]
    waiting = []
    for number, participant in enumerate(free[:10]):
        site = running[number % len(running)]
        validate_person(session, random, participant, on, by)
        waiting.append(
            placements.propose(
                session,
                participant.person,
                site.awards[0],
                employer_id=employers[number % 2].id,
                mode=PlacementMode.mise_a_disposition,
                from_on=on + datetime.timedelta(days=12),
                on=on - datetime.timedelta(days=9 - number),  # the first asked waits longest
                by=by,
                rome=site.rome,
                job=site.job,
            )
        )
    placements.decline(
        session, waiting[8], "Aucun intérimaire de ce profil n’est disponible", on=on, by=by,
        channel=Channel.phone, on_word_of="Agence fictive",
    )  # fmt: skip
    placements.withdraw(session, waiting[9], "La personne a trouvé un autre emploi", by=by)
    for number, participant in enumerate(free[10:13]):
        asked = on - datetime.timedelta(days=2 + 5 * number)
        fiche = eligibility.request(
            session, participant.person, requested_on=asked, by=by,
            requested_by_id=participant.person.referrer_id, wished_start_on=on + datetime.timedelta(days=10),
        )  # fmt: skip
        if number == 1:
            eligibility.ask_completion(session, fiche, by=by)


def limits(session: Session, random: Random, jobs: list[Job], on: datetime.date, by: int) -> None:
    """A contract that stopped in the middle of a declared month, and a window suspended then extended."""
    past = [job for job in jobs if len(job.months) >= 3 and job.months[1][1] < on]
    straddling = past[0]
    start, end = straddling.months[1]
    middle = start + (end - start) / 2
    contracts.end(session, straddling.contract, middle, "Fin d’un commun accord", by=by)
    paused = past[1]
    window = session.scalar(select(Window).where(Window.person_id == paused.contract.person_id))
    if window is not None:
        eligibility.adjust(
            session, window, "suspension", paused.months[1][0],
            paused.months[1][0] + datetime.timedelta(days=20), "Arrêt maladie", by=by,
        )  # fmt: skip


def transform_some(session: Session, jobs: list[Job], on: datetime.date, by: int) -> None:
    """Six fixed-term contracts that became CDI the next day, and two renewed once."""
    last = {job.contract.person_id: job for job in jobs}
    fixed = [
        job for job in jobs if job.contract.type == ContractType.cdd and last[job.contract.person_id] is job
    ]
    ended = [job for job in fixed if job.contract.to_on and job.contract.to_on < on]
    for job in ended[:6]:
        assert job.contract.to_on is not None
        following = contracts.record(
            session,
            job.person,
            job.contract.employer_id,
            type=ContractType.cdi,
            from_on=job.contract.to_on + datetime.timedelta(days=1),
            to_on=None,
            weekly_hours=job.contract.weekly_hours,
            by=by,
            continues=job.contract,
        )
        contracts.serve(session, following, job.placement.id, by=by)
    for job in [each for each in fixed if each not in ended][:2]:
        assert job.contract.to_on is not None
        contracts.renew(session, job.contract, job.contract.to_on + relativedelta(months=2), on=on, by=by)


def follow(session: Session, random: Random, territory_id: int, on: datetime.date, by: int) -> None:
    """Most of what is due was answered; some is unreachable, refused, out of scope or still to do."""
    for due in followups.derived(session, journeys.of_territory(session, territory_id), on):
        late = (on - due.milestone.reference_on).days
        if due.state is MilestoneState.due and (late > 30 or random.random() < 0.3):
            called = min(on, due.milestone.reference_on + datetime.timedelta(days=12))
            followups.record(session, due, _attempt(session, random, due), on=called, by=by)


def _attempt(session: Session, random: Random, due: Due) -> Attempt:
    known = followups.proposal(session, due)
    if known is not None:
        answer = Answer(known.situation, known.since_on, known.weekly_hours, None, known.same_employer)
        return Attempt(FollowUpOutcome.answered, Channel.desk, AnsweredBy.desk, answer)
    dice = random.random()
    if dice < 0.16:
        return Attempt(FollowUpOutcome.unreachable, Channel.phone)
    if dice < 0.20:
        return Attempt(FollowUpOutcome.refused, Channel.phone, AnsweredBy.person)
    if dice < 0.22:
        gone = OutOfScope.etranger
        return Attempt(FollowUpOutcome.out_of_scope, Channel.phone, AnsweredBy.referrer, why=gone)
    situation = random.choice(SITUATIONS)
    months = random.randint(1, 8)
    since = None if situation in WITHOUT_WORK else due.milestone.reference_on - relativedelta(months=months)
    return Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, Answer(situation, since))
