"""Months of hours of the demonstration: written in bulk for the past, by the verbs where something happens."""

import datetime
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from sqlalchemy.orm import Session

from facilitator import declarations, journal, validations
from facilitator.db import CENT, touch
from facilitator.demo.participants import Job
from facilitator.hours import Globalisation, GlobalisationLot, Share, Timesheet
from facilitator.shares import Part
from facilitator.vocabulary import Channel, Standing, TimesheetState


def fill(
    session: Session,
    random: Random,
    jobs: list[Job],
    on: datetime.date,
    by: int,
    late: Collection[int] = (),
) -> None:
    """A relevé for every month of every contract: validated but for the last month, some refused.

    Of the `late` employers, every other contract of the last month is still to be declared.
    """
    said: dict[int, int] = {}
    month = on.replace(day=1)
    last_month = (month - datetime.timedelta(days=1)).replace(day=1)
    written: list[tuple[Timesheet, Job]] = []
    for job in jobs:
        left = job.hours_wanted
        whole = sum(((end - start).days + 1 for start, end in job.months), 0)
        for start, end in job.months:
            if end >= month:
                continue  # the running month is not declared yet
            days = (end - start).days + 1
            hours = _quarter(job.hours_wanted * days / whole) if end < job.months[-1][1] else left
            left -= hours
            sheet = _sheet(random, job, start, end, min(hours, Decimal(180)), last_month, by)
            employer = job.contract.employer_id
            if employer in late and start >= last_month:
                said[employer] = said.get(employer, 0) + 1
                if said[employer] % 2:
                    continue
            written.append((sheet, job))
    session.add_all(sheet for sheet, _ in written)
    session.flush()
    session.add_all(_share(sheet, job) for sheet, job in written)
    session.flush()
    touch(session, "timesheet", *(sheet.id for sheet, _ in written))


def _sheet(
    random: Random,
    job: Job,
    start: datetime.date,
    end: datetime.date,
    hours: Decimal,
    last_month: datetime.date,
    by: int,
) -> Timesheet:
    state = TimesheetState.validated
    if start >= last_month and random.random() < 0.35:
        state = TimesheetState.declared
    elif random.random() < 0.02:
        state = TimesheetState.refused
    declared_on = end + datetime.timedelta(days=4)
    decided = state != TimesheetState.declared
    return Timesheet(
        territory_id=job.contract.territory_id,
        contract_id=job.contract.id,
        person_id=job.contract.person_id,
        month=start.replace(day=1),
        from_on=start,
        to_on=end,
        worked=hours,
        training=Decimal(7) if hours >= 50 and random.random() < 0.1 else Decimal(0),
        state=state,
        channel=Channel.form,
        declared_on=declared_on,
        declared_by_id=by,
        decided_on=declared_on + datetime.timedelta(days=3) if decided else None,
        decided_by_id=by if decided else None,
        refusal_reason="Feuille d’heures non signée par le chef de chantier"
        if state == TimesheetState.refused
        else None,
        created_at=journal.now(),
    )


def _share(sheet: Timesheet, job: Job) -> Share:
    return Share(
        territory_id=sheet.territory_id,
        timesheet_id=sheet.id,
        placement_id=job.placement.id,
        lot_id=job.placement.lot_id,
        award_id=job.placement.award_id,
        person_id=sheet.person_id,
        month=sheet.month,
        to_on=sheet.to_on,
        hours=sheet.worked,
        training=sheet.training,
        standing=Standing.awaiting,
        retained=Decimal(0),
        unretained=sheet.worked,
    )


def correct_some(session: Session, sheets: list[tuple[Timesheet, Job]], on: datetime.date, by: int) -> None:
    """A correction validated, one that waits, and a «néant»."""
    done, waiting = sheets[0], sheets[1]
    for (sheet, job), validated in ((done, True), (waiting, False)):
        declared = declarations.correct(
            session,
            job.contract,
            sheet,
            "Absence du dernier jour, signalée par le chef de chantier",
            from_on=sheet.from_on,
            to_on=sheet.to_on,
            worked=max(Decimal(0), sheet.worked - 7),
            on=on,
            by=by,
        )
        if validated:
            validations.validate(session, declared.timesheet, on=on, by=by)


def globalise(
    session: Session, here: Job, there: Job, company_id: int, sheet: Timesheet, on: datetime.date, by: int
) -> None:
    """One company shares one month over two of its lots, each buyer having agreed."""
    agreement = Globalisation(
        territory_id=sheet.territory_id,
        company_id=company_id,
        effective_on=sheet.from_on,
        document="Convention de globalisation n°\u00a01",
    )
    session.add(agreement)
    session.flush()
    for lot_id in (here.placement.lot_id, there.placement.lot_id):
        session.add(
            GlobalisationLot(globalisation_id=agreement.id, lot_id=lot_id, consented_on=sheet.from_on)
        )
    session.flush()
    half = _quarter(sheet.worked / 2)
    declared = declarations.correct(
        session,
        here.contract,
        sheet,
        "Heures partagées par la convention de globalisation",
        from_on=sheet.from_on,
        to_on=sheet.to_on,
        worked=sheet.worked,
        on=on,
        by=by,
        parts=[
            Part(here.placement.id, half),
            Part(here.placement.id, sheet.worked - half, lot_id=there.placement.lot_id),
        ],
    )
    validations.validate(session, declared.timesheet, on=on, by=by)
    declarations.correct(  # it waits for its new shares, and the old ones count meanwhile
        *(session, here.contract, declared.timesheet, "Une journée d’absence, signalée après la répartition"),
        from_on=sheet.from_on,
        to_on=sheet.to_on,
        worked=max(Decimal(0), sheet.worked - 7),
        on=on,
        by=by,
    )


def _quarter(hours: Decimal) -> Decimal:
    """Hours as people write them: to the quarter of an hour."""
    return ((hours * 4).quantize(Decimal(1), ROUND_HALF_UP) / 4).quantize(CENT)
