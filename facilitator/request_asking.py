"""Asking to validate a public, and completing what was asked: what each line needs, who was already asked for."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import organisations, people
from facilitator.eligibility import OPEN_STATES
from facilitator.eligibility_requests import (
    EligibilityRequest,
    RequestRefused,
    Turn,
    note,
    refuse_closed,
    say,
)
from facilitator.eligibility_windows import Window, last_usual_day
from facilitator.french import date as french_date
from facilitator.markets import Lot
from facilitator.names import normalised
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.people import Eligibility
from facilitator.request_lines import Asked, Line
from facilitator.territories import rules_of
from facilitator.vocabulary import EligibilityState, OrganisationRoleName

ASKERS = (OrganisationRoleName.siae, OrganisationRoleName.company, OrganisationRoleName.referrer)
MANY = 12  # more answers than one reads
LONGEST_WISH = 366  # days ahead: a start wished later is a slip of the pen
_Key = tuple[str, datetime.date]  # normalised names and birth date


def ask(
    session: Session,
    territory_id: int,
    organisation_id: int,
    asked: Asked,
    *,
    on: datetime.date,
    by: int | None,
    requested_by_id: int | None = None,
) -> EligibilityRequest:
    """Ask for one person; refuses an odd birth date or start, and a person already asked for.

    `requested_by_id` is the asker’s own account; None when a facilitator types what somebody said by phone.
    """
    (line,) = review(session, territory_id, organisation_id, [Line(1, "", asked)], on=on)
    if line.problem:
        raise RequestRefused(line.problem)
    return record(
        session, territory_id, organisation_id, asked, on=on, by=by, requested_by_id=requested_by_id
    )


def review(
    session: Session,
    territory_id: int,
    organisation_id: int,
    lines: Iterable[Line],
    *,
    on: datetime.date,
    but: int | None = None,
) -> list[Line]:
    """The same lines, each with what forbids to record it, if anything; writes nothing (three selects).

    `but` is the request that is being completed, which does not stand in its own way.
    """
    known = list(lines)
    taken: dict[_Key, str] = dict(_already(session, territory_id, organisation_id, known, on, but))
    earliest = on - datetime.timedelta(days=rules_of(session, territory_id).on(on).backdating_days)
    lots = _lots(session, territory_id, known)
    reviewed = []
    for line in known:
        problem = line.problem
        if line.asked is not None:
            problem = _problem(line.asked, on, earliest, lots) or taken.get(_key(line.asked))
            taken.setdefault(
                _key(line.asked), f"Cette personne figure déjà à la ligne {line.number}\u00a0; gardez-en une."
            )
        reviewed.append(replace(line, asked=None if problem else line.asked, problem=problem))
    return reviewed


def record(
    session: Session,
    territory_id: int,
    organisation_id: int,
    asked: Asked,
    *,
    on: datetime.date,
    by: int | None,
    requested_by_id: int | None = None,
) -> EligibilityRequest:
    """Write a request that `review` found good."""
    request = EligibilityRequest(
        territory_id=territory_id,
        organisation_id=organisation_id,
        requested_by_id=requested_by_id,
        state=EligibilityState.received,
        received_on=on,
        turn_since=on,
        **_columns(asked),
    )
    session.add(request)
    session.flush()
    note(session, "ask", request, by)
    return request


def complete(
    session: Session,
    request: EligibilityRequest,
    asked: Asked,
    answer: str,
    *,
    on: datetime.date,
    by: int | None,
) -> None:
    """Give what was missing, and mend what was typed: it is the facilitator’s turn again."""
    refuse_closed(request)
    # As on the day of the request: a wish does not become too old while its answer is awaited.
    (line,) = review(
        session,
        request.territory_id,
        request.organisation_id,
        [Line(1, "", asked)],
        on=request.received_on,
        but=request.id,
    )
    if line.problem:
        raise RequestRefused(line.problem)
    changed = sorted(name for name, value in _columns(asked).items() if getattr(request, name) != value)
    for name, value in _columns(asked).items():
        setattr(request, name, value)
    if request.turn is not Turn.facilitator:
        request.turn_since = on
    request.state = EligibilityState.received
    say(session, request, answer, asked=False, on=on, by=by)
    note(session, "complete", request, by, fields=changed)


def _key(asked: Asked) -> _Key:
    return normalised(asked.last_name, asked.first_name), asked.birth_on


def _columns(asked: Asked) -> dict[str, Any]:
    return {
        "last_name": asked.last_name,
        "first_name": asked.first_name,
        "search_name": normalised(asked.last_name, asked.first_name),
        "birth_on": asked.birth_on,
        "sex": asked.sex,
        "commune": asked.commune,
        "wished_start_on": asked.wished_start_on,
        "lot_id": asked.lot_id,
        "job": asked.job,
        "criteria": [each.value for each in asked.criteria],
        "proofs": asked.proofs,
        "pass_iae": asked.pass_iae,
        "comment": asked.comment,
    }


def _problem(asked: Asked, on: datetime.date, earliest: datetime.date, lots: frozenset[int]) -> str | None:
    """What forbids to ask so, whoever asks."""
    try:
        people.refuse_odd_age(asked.birth_on, on)
    except people.PersonRefused as refused:
        return refused.sentence
    if not normalised(asked.last_name) or not normalised(asked.first_name):
        return "Écrivez le nom et le prénom en lettres."
    start = asked.wished_start_on
    if start and start < earliest:
        return (
            f"Le début souhaité ({french_date(start)}) est trop ancien\u00a0: une fiche prend effet au plus tôt"
            f" le {french_date(earliest)}, et les heures faites avant ne comptent jamais. Indiquez une date à partir de ce jour."
        )
    if start and start > on + datetime.timedelta(days=LONGEST_WISH):
        return f"Le début souhaité ({french_date(start)}) est dans plus d’un an. Vérifiez l’année."
    if asked.lot_id is not None and asked.lot_id not in lots:
        return "Ce lot est suivi par un autre territoire. Choisissez le territoire de ce lot, ou aucun lot."
    return None


def _lots(session: Session, territory_id: int, lines: Iterable[Line]) -> frozenset[int]:
    wanted = {line.asked.lot_id for line in lines if line.asked and line.asked.lot_id is not None}
    if not wanted:
        return frozenset()
    return frozenset(
        session.scalars(select(Lot.id).where(Lot.id.in_(wanted), Lot.territory_id == territory_id))
    )


def _already(
    session: Session,
    territory_id: int,
    organisation_id: int,
    lines: Iterable[Line],
    on: datetime.date,
    but: int | None,
) -> Mapping[_Key, str]:
    """The people for whom this organisation has an open request, or a fiche that still runs."""
    names = {_key(line.asked)[0] for line in lines if line.asked}
    rows = session.execute(
        select(
            EligibilityRequest.search_name,
            EligibilityRequest.birth_on,
            EligibilityRequest.state,
            EligibilityRequest.received_on,
            Eligibility.effective_on,
        )
        .outerjoin(Eligibility, Eligibility.id == EligibilityRequest.eligibility_id)
        .where(
            EligibilityRequest.territory_id == territory_id,
            EligibilityRequest.organisation_id == organisation_id,
            EligibilityRequest.search_name.in_(names),
            EligibilityRequest.state.in_((*OPEN_STATES, EligibilityState.validated)),
            EligibilityRequest.id != (but or 0),
        )
        .order_by(EligibilityRequest.id)
    ).all()
    rules = (
        rules_of(session, territory_id) if any(row[2] == EligibilityState.validated for row in rows) else None
    )
    found: dict[_Key, str] = {}
    for name, birth_on, state, received_on, effective_on in rows:
        if state in OPEN_STATES:
            found[name, birth_on] = (
                f"La validation de cette personne est déjà demandée depuis le {french_date(received_on)}\u00a0:"
                " suivez ou complétez cette demande."
            )
        elif rules and effective_on:
            last = last_usual_day(Window(effective_on), rules.on(effective_on))
            if last >= on:
                found[name, birth_on] = (
                    f"Cette personne est déjà un public validé depuis le {french_date(effective_on)}, à la demande de la même"
                    " organisation\u00a0: sa fiche est dans la liste des demandes."
                )
    return found


def askers_named(session: Session, typed: str) -> list[Organisation]:
    """The SIAE, companies and referrers that a SIRET or these words may name.

    Refuses words that name nobody, and words that name more than one can read.
    """
    found = list(
        session.scalars(
            organisations.search(typed)
            .where(
                Organisation.id.in_(
                    select(OrganisationRole.organisation_id).where(OrganisationRole.role.in_(ASKERS))
                )
            )
            .order_by(Organisation.name, Organisation.id)
            .limit(MANY + 1)
        )
    )
    if not found:
        raise RequestRefused(
            f"Aucune structure, entreprise ni prescripteur connu ne répond à «\u00a0{typed}\u00a0»."
            " Tapez une partie de son nom, ou son SIRET."
        )
    if len(found) > MANY:
        raise RequestRefused(
            f"Plus de {MANY}\u00a0organisations portent «\u00a0{typed}\u00a0» dans leur nom. Précisez le nom, ou tapez le SIRET."
        )
    return found
