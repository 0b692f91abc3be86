"""Identities: every place where somebody’s name is written beside the file of people, and how it is forgotten there."""

import datetime
import json
import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from markupsafe import escape
from sqlalchemy import ColumnElement, Text, and_, cast, delete, or_, select
from sqlalchemy.orm import Session

from facilitator.candidates import NeedCandidate
from facilitator.contracts import Contract
from facilitator.documents import ExpectedDocument
from facilitator.eligibility_requests import EligibilityRequest, RequestExchange
from facilitator.field_actions import FieldAction
from facilitator.followup_requests import FollowUpRequest
from facilitator.followups import FollowUp
from facilitator.hours import Timesheet
from facilitator.mails import OutboxMail
from facilitator.month_drafts import DraftHours, MonthDraft
from facilitator.names import normalised
from facilitator.needs import Need
from facilitator.people import Eligibility, EligibilityCriterion, Person, Window, WindowAdjustment
from facilitator.placements import Placement
from facilitator.remembered_names import RememberedName
from facilitator.reminders_sent import ReminderSent
from facilitator.second_answers import SecondAnswer
from facilitator.sendings import Sending

FIRST_NAME = "Personne"
ERASED = "[nom effacé]"
Forget = Callable[[str], str]


def nobody(person_id: int) -> tuple[str, str, str]:
    """First name, last name and search name of somebody anonymised."""
    last_name = f"anonymisée n°\u00a0{person_id}"
    return FIRST_NAME, last_name, normalised(last_name, FIRST_NAME)


def forget(session: Session, person: Person, birth_on: datetime.date | None) -> None:
    """Erase somebody’s name from all but their own row; whoever typed it left it in requests, notes, drafts and letters."""
    _forget_typed(session, person, birth_on)
    _forget_drafts(session, person)
    _forget_notes(session, person)
    _forget_passing_words(session, person)
    session.flush()


def _forget_typed(session: Session, person: Person, birth_on: datetime.date | None) -> None:
    """The identity as typed by those who asked for a validation, or proposed a candidate."""
    nowhere, names = nobody(person.id), _of_words([person.last_name, person.first_name])
    for request in session.scalars(select(EligibilityRequest).where(_same(EligibilityRequest, person))):
        request.first_name, request.last_name, request.search_name = nowhere
        request.birth_on = birth_on or request.birth_on.replace(month=1, day=1)
        request.commune = request.pass_iae = request.proofs = request.comment = None
        request.reason, request.job = (text and names(text) for text in (request.reason, request.job))
    for candidate in session.scalars(select(NeedCandidate).where(_same(NeedCandidate, person))):
        candidate.first_name, candidate.last_name, candidate.search_name = nowhere
        candidate.birth_on = birth_on or (candidate.birth_on and candidate.birth_on.replace(month=1, day=1))
        candidate.note, candidate.reason = None, candidate.reason and names(candidate.reason)


def _same(model: type[EligibilityRequest] | type[NeedCandidate], person: Person) -> ColumnElement[bool]:
    """About this person, or an identity typed alike that nobody has matched yet."""
    alike = and_(
        model.person_id.is_(None),
        model.territory_id == person.territory_id,
        model.search_name == person.search_name,
        model.birth_on == person.birth_on,
    )
    return or_(model.person_id == person.id, alike)


def _forget_drafts(session: Session, person: Person) -> None:
    """How others write the name in their spreadsheets, and hours typed long ago that nobody sent."""
    contracts = select(Contract.id).where(Contract.person_id == person.id)
    quietly = {"synchronize_session": False}
    session.execute(
        delete(RememberedName).where(RememberedName.person_id == person.id), execution_options=quietly
    )
    session.execute(
        delete(DraftHours).where(DraftHours.contract_id.in_(contracts)), execution_options=quietly
    )


def _forget_notes(session: Session, person: Person) -> None:
    """Either name, in what was written about this person."""
    names = _of_words([person.last_name, person.first_name])
    fiches = select(Eligibility.id).where(Eligibility.person_id == person.id)
    windows = select(Window.id).where(Window.person_id == person.id)
    requests = select(EligibilityRequest.id).where(EligibilityRequest.person_id == person.id)
    calls = select(FollowUp.id).where(FollowUp.person_id == person.id)
    contracts = select(Contract.id).where(Contract.person_id == person.id)
    about: tuple[tuple[Any, ColumnElement[bool], tuple[str, ...]], ...] = (
        (Contract, Contract.person_id == person.id, ("end_reason",)),
        (
            Placement,
            Placement.person_id == person.id,
            ("job", "end_reason", "decline_reason", "answered_by_name"),
        ),
        (Timesheet, Timesheet.person_id == person.id, ("refusal_reason", "correction_reason")),
        (Eligibility, Eligibility.person_id == person.id, ("backdating_reason", "refusal_reason")),
        (EligibilityCriterion, EligibilityCriterion.eligibility_id.in_(fiches), ("proof", "filed_at")),
        (Window, Window.person_id == person.id, ("reason",)),
        (WindowAdjustment, WindowAdjustment.window_id.in_(windows), ("reason",)),
        (FollowUp, FollowUp.person_id == person.id, ("answered_by_name",)),
        (FollowUpRequest, FollowUpRequest.follow_up_id.in_(calls), ("reply_name",)),
        (ExpectedDocument, ExpectedDocument.contract_id.in_(contracts), ("label", "verdict_reason", "filed")),
        (RequestExchange, RequestExchange.request_id.in_(requests), ("text",)),
    )
    session.flush()
    for model, condition, columns in about:
        _rewrite(session.scalars(select(model).where(condition)), columns, names)


def _forget_passing_words(session: Session, person: Person) -> None:
    """The whole name, in texts that are about others too; letters also write a first name and an initial."""
    first, last = person.first_name, person.last_name
    whole = _of_words([f"{first} {last}", f"{last} {first}"])
    for model, column in (
        (MonthDraft, MonthDraft.comment),
        (Sending, Sending.comment),
        (SecondAnswer, SecondAnswer.comment),
        (FieldAction, FieldAction.text),
        (RequestExchange, RequestExchange.text),
        (Need, Need.text),
        (Need, Need.close_reason),
    ):
        spelt = or_(*(column.contains(each, autoescape=True) for each in {last, last.upper(), last.lower()}))
        _rewrite(session.scalars(select(model).where(spelt)), (column.key,), whole)
    letters = _of_words([f"{first} {last}", f"{last} {first}", f"{first} {last[:1].upper()}."])
    _forget_letters(session, person, letters)


def _forget_letters(session: Session, person: Person, names: Forget) -> None:
    mails = select(OutboxMail).where(
        or_(OutboxMail.territory_id == person.territory_id, OutboxMail.territory_id.is_(None)),
        or_(
            OutboxMail.text.contains(person.first_name, autoescape=True),
            OutboxMail.subject.contains(person.first_name, autoescape=True),
        ),
    )
    _rewrite(session.scalars(mails), ("subject", "text", "html"), names)
    told = cast(ReminderSent.items, Text)
    spelt = {person.first_name, json.dumps(person.first_name)[1:-1]}
    sent = select(ReminderSent).where(or_(*(told.contains(each, autoescape=True) for each in spelt)))
    for row in session.scalars(sent):
        row.items = [
            {name: names(value) if isinstance(value, str) else value for name, value in each.items()}
            for each in row.items
        ]


def _rewrite(rows: Iterable[Any], columns: Collection[str], names: Forget) -> None:
    for row in rows:
        for column in columns:
            before = getattr(row, column)
            if before and (after := names(before)) != before:
                setattr(row, column, after)


def _of_words(words: Collection[str]) -> Forget:
    """What takes these words out of a text, however they are cased, also as HTML writes them."""
    spelt = {each for word in words for each in (word, str(escape(word)))}
    longest_first = sorted(map(re.escape, spelt), key=len, reverse=True)
    found = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
    return lambda text: found.sub(ERASED, text)
