"""Letters that ask what became of people: one an address, each person with its own link; asked again while nothing comes."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import contacts, followup_requests, followups, journal, links, mails
from facilitator.followup_requests import PURPOSE, THING, FollowUpRequest, Question, Waiting
from facilitator.followups import Due, FollowUp, FollowUpRefused
from facilitator.french import date as french_date
from facilitator.mails import OutboxMail
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.territories import Territory, rules_by_territory
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, OrganisationRoleName

TEMPLATE = "follow_up"
NO_CONTACT = "aucun contact joignable"


@dataclass(frozen=True)
class Askable:
    """An organisation that may know what became of somebody; no email when nobody there can be reached."""

    organisation_id: int
    label: str
    voice: AnsweredBy
    email: str | None


@dataclass(frozen=True)
class Line:
    """One person of a letter, with the link that answers for this person alone."""

    question: Question
    link: str


@dataclass(frozen=True)
class Content:
    """All that the template of a letter reads."""

    territory: Territory
    asked_by: str | None
    lines: tuple[Line, ...]
    again: bool


@dataclass(frozen=True)
class _Wanted:
    """One question to write: the follow-up, to whom, and how many letters asked before."""

    due: Due
    row: FollowUp
    organisation_id: int
    voice: AnsweredBy
    recipient: str
    rank: int


Exit = tuple[int, datetime.date]  # a person and the end of a path


def askable(session: Session, dues: Sequence[Due]) -> dict[Exit, list[Askable]]:
    """Whom one may ask about each exit: the organisations of the path, the last one first, then the référent (five selects)."""
    stays = {(due.journey.person_id, due.exit_on): due.journey.stays for due in dues}
    ids = [stay.placement_id for theirs in stays.values() for stay in theirs]
    placed = select(Placement.id, Placement.host_id).where(Placement.id.in_(ids))
    hosts = {row.id: row.host_id for row in session.execute(placed)}
    people = select(Person.id, Person.referrer_id).where(Person.id.in_({person for person, _ in stays}))
    referrers = {row.id: row.referrer_id for row in session.execute(people)}
    found: dict[Exit, dict[int, AnsweredBy]] = {}
    for left, theirs in stays.items():
        known = found.setdefault(left, {})
        for stay in sorted(theirs, key=lambda each: (each.days.last_on, each.days.from_on), reverse=True):
            for organisation_id in (stay.employer_id, hosts[stay.placement_id]):
                known.setdefault(organisation_id, AnsweredBy.employer)
        if (referrer := referrers[left[0]]) is not None:
            known[referrer] = AnsweredBy.referrer
    return _named(session, {due.journey.territory_id for due in dues}, found)


def _named(
    session: Session, territory_ids: Collection[int], found: Mapping[Exit, Mapping[int, AnsweredBy]]
) -> dict[Exit, list[Askable]]:
    ids = {each for known in found.values() for each in known}
    labels = {
        each.id: each.label for each in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    }
    siae = set(
        session.scalars(
            select(OrganisationRole.organisation_id).where(
                OrganisationRole.organisation_id.in_(ids), OrganisationRole.role == OrganisationRoleName.siae
            )
        )
    )
    emails = {key[1]: email for key, email in contacts.addresses(session, territory_ids).items()}

    def voice(organisation_id: int, said: AnsweredBy) -> AnsweredBy:
        return AnsweredBy.siae if said is AnsweredBy.employer and organisation_id in siae else said

    return {
        left: [
            Askable(each, labels[each], voice(each, said), emails.get(each)) for each, said in known.items()
        ]
        for left, known in found.items()
    }


def ask(
    session: Session,
    wanted: Iterable[tuple[Due, Askable]],
    *,
    on: datetime.date,
    at: datetime.datetime,
    base_url: str,
    by: int | None,
) -> list[OutboxMail]:
    """Ask these organisations, one letter an address; refuses what is too early, answered, or asked already."""
    asked = [_first(session, due, whom, on, by) for due, whom in wanted]
    return _write(session, asked, on=on, at=at, base_url=base_url, by=by)


def _first(session: Session, due: Due, whom: Askable, on: datetime.date, by: int | None) -> _Wanted:
    _refuse(session, due, whom, on)
    row = due.known
    if row is None:
        row = FollowUp(
            territory_id=due.journey.territory_id, person_id=due.journey.person_id, exit_on=due.exit_on,
            milestone=due.milestone.months, reference_on=due.milestone.reference_on, tries=0,
        )  # fmt: skip
        session.add(row)
    row.outcome, row.channel, row.asked_on = FollowUpOutcome.asked, Channel.email, row.asked_on or on
    row.called_on, row.recorded_by_id, row.recorded_at = on, by, journal.now()
    session.flush()
    assert whom.email  # refused otherwise
    return _Wanted(due, row, whom.organisation_id, whom.voice, whom.email, 0)


def _refuse(session: Session, due: Due, whom: Askable, on: datetime.date) -> None:
    followups.refuse_early(due, on)
    if whom.email is None:
        raise FollowUpRefused(
            f"{whom.label} n’a {NO_CONTACT} ici. Ajoutez un contact avec son adresse, ou demandez à quelqu’un d’autre."
        )
    row = due.known
    if row is None:
        return
    if row.outcome not in (*followup_requests.SILENT, FollowUpOutcome.not_asked):
        raise FollowUpRefused(f"Il n’y a plus rien à demander\u00a0: {followups.said(row)}.")
    if row.told_on is not None:
        raise FollowUpRefused(
            "Quelqu’un vous a dit avoir déjà répondu autrement\u00a0: retrouvez sa réponse et enregistrez-la, ou appelez."
        )
    before = select(func.max(FollowUpRequest.written_on)).where(
        FollowUpRequest.follow_up_id == row.id, FollowUpRequest.organisation_id == whom.organisation_id
    )
    if (written := session.scalar(before)) is not None:
        raise FollowUpRefused(
            f"La question a déjà été posée à {whom.label} le {french_date(written)}. Relancez-la, ou demandez à"
            " quelqu’un d’autre."
        )


def schedule(
    session: Session, questions: Sequence[Waiting], on: datetime.date
) -> list[tuple[Waiting, datetime.date | None]]:
    """Each question with the day from which its next letter leaves by itself; None after the last one (one select)."""
    rules = rules_by_territory(session, {each.row.territory_id for each in questions})
    return [
        (each, _next_on(each.request, rules[each.row.territory_id].on(on).follow_up_reminders))
        for each in questions
    ]


def _next_on(request: FollowUpRequest, days: Sequence[int]) -> datetime.date | None:
    """A run that comes late shifts what follows: nobody gets two letters in a row."""
    if request.rank >= len(days):
        return None
    gap = days[request.rank] - (days[request.rank - 1] if request.rank else 0)
    return request.written_on + datetime.timedelta(days=gap)


def to_remind(session: Session, on: datetime.date) -> list[Waiting]:
    """The questions whose day has come to be asked again, where somebody can still be written to."""
    return [
        each
        for each, day in schedule(session, followup_requests.waiting(session, on), on)
        if day is not None and day <= on and address(session, each) is not None
    ]


def address(session: Session, each: Waiting) -> str | None:
    """Where to write now: the same address, unless its owner left or it bounced."""
    request = each.request
    return contacts.address_now(session, request.territory_id, request.organisation_id, request.recipient)


def remind(
    session: Session,
    questions: Iterable[Waiting],
    *,
    on: datetime.date,
    at: datetime.datetime,
    base_url: str,
    by: int | None = None,
) -> list[OutboxMail]:
    """Ask again, one letter an address; the links sent before die. Refuses a question written on this very day."""
    wanted = []
    for each in questions:
        if each.request.written_on >= on:
            raise FollowUpRefused(
                "La lettre du jour est déjà écrite\u00a0: personne n’en reçoit deux le même jour. Appelez plutôt."
            )
        recipient = address(session, each)
        if recipient is None:
            raise FollowUpRefused(
                f"Cette organisation n’a {NO_CONTACT}\u00a0: ajoutez un contact avec son adresse, ou demandez ailleurs."
            )
        wanted.append(_again(each, recipient))
        followup_requests.end_link(session, each.request, at=at)
    return _write(session, wanted, on=on, at=at, base_url=base_url, by=by)


def _again(each: Waiting, recipient: str) -> _Wanted:
    request = each.request
    return _Wanted(
        each.due, each.row, request.organisation_id, AnsweredBy(request.voice), recipient, request.rank + 1
    )


def hand_over(
    session: Session,
    organisation_id: int,
    link_ids: Collection[int],
    recipient: str,
    *,
    on: datetime.date,
    at: datetime.datetime,
    base_url: str,
) -> None:
    """The questions whose links somebody else had, in one letter to the new contact of the organisation."""
    rows = session.scalars(
        select(FollowUpRequest).where(
            FollowUpRequest.link_id.in_(link_ids), FollowUpRequest.organisation_id == organisation_id
        )
    ).all()
    wanted = {request.id for request in rows}
    open_ = followup_requests.waiting(session, on, follow_up_ids={request.follow_up_id for request in rows})
    these = [_again(each, recipient) for each in open_ if each.request.id in wanted]
    _write(session, these, on=on, at=at, base_url=base_url, by=None)


# Writing: the questions of one address and one territory in one letter.


def _write(
    session: Session,
    wanted: Iterable[_Wanted],
    *,
    on: datetime.date,
    at: datetime.datetime,
    base_url: str,
    by: int | None,
) -> list[OutboxMail]:
    def letter(each: _Wanted) -> tuple[int, str]:
        return each.row.territory_id, each.recipient.lower()

    written = []
    for _, group in groupby(sorted(wanted, key=lambda each: (letter(each), each.row.id)), letter):
        these = list(group)
        requests = [_request(session, each, on, at, by) for each in these]
        lines = [
            _line(session, request, each.due, token, base_url)
            for (request, token), each in zip(requests, these, strict=True)
        ]
        content = _content(session, these[0].row.territory_id, lines, any(each.rank for each in these))
        mail = mails.write(
            session, these[0].recipient, _subject(content), TEMPLATE, thing=THING, thing_id=these[0].row.id, at=at,
            territory_id=these[0].row.territory_id, topics=_topics((each.organisation_id, each.row.person_id) for each in these), content=content, days=links.LASTS_DAYS,
        )  # fmt: skip
        session.flush()
        for request, _ in requests:
            request.mail_id = mail.id
        written.append(mail)
    return written


def _request(
    session: Session, each: _Wanted, on: datetime.date, at: datetime.datetime, by: int | None
) -> tuple[FollowUpRequest, str]:
    token = links.issue(
        session, PURPOSE, THING, each.row.id, each.recipient, at=at, territory_id=each.row.territory_id
    )
    (link_id,) = links.of_text(session, f"/reponse/{token}")
    request = FollowUpRequest(
        territory_id=each.row.territory_id, follow_up_id=each.row.id, organisation_id=each.organisation_id,
        voice=each.voice, rank=each.rank, recipient=each.recipient, link_id=link_id, written_on=on, asked_by_id=by,
    )  # fmt: skip
    session.add(request)
    session.flush()
    verb = "remind" if each.rank else "ask"
    journal.note(
        session, verb, THING, each.row.id, by=by, territory_id=each.row.territory_id,
        organisation=each.organisation_id,
    )  # fmt: skip
    return request, token


def _line(session: Session, request: FollowUpRequest, due: Due, token: str, base_url: str) -> Line:
    asked = followup_requests.question(session, request, due)
    return Line(asked, f"{base_url.rstrip('/')}/reponse/{token}")


def _content(session: Session, territory_id: int, lines: Sequence[Line], again: bool) -> Content:
    first = lines[0].question
    ordered = sorted(lines, key=lambda line: (line.question.reference_on, line.question.short_name))
    return Content(session.get_one(Territory, territory_id), first.asked_by, tuple(ordered), again)


def _subject(content: Content) -> str:
    asks = f"que devient {content.lines[0].question.short_name}"
    if len(content.lines) > 1:
        asks = f"que deviennent {len(content.lines)}\u00a0personnes"
    return f"{content.territory.name}\u00a0: {'rappel, ' if content.again else ''}{asks}\u00a0?"


def _topics(pairs: Iterable[tuple[int, int]]) -> set[mails.Topic]:
    found: set[mails.Topic] = set()
    for organisation_id, person_id in pairs:
        found |= {("organisation", organisation_id), ("person", person_id)}
    return found


def still_true(
    session: Session, mail: OutboxMail, *, on: datetime.date, at: datetime.datetime, base_url: str
) -> bool:
    """Before a letter leaves: what was answered meanwhile is taken out of it; False when nothing is left to ask."""
    requests = session.scalars(
        select(FollowUpRequest).where(FollowUpRequest.mail_id == mail.id).order_by(FollowUpRequest.id)
    ).all()
    open_ = followup_requests.waiting(session, on, mail_id=mail.id)
    if len(open_) == len(requests):
        return True
    links.revoke_these(session, [request.link_id for request in requests], at=at)
    if not open_:
        mails.give_up(mail, mails.MOOT)
        return False
    lines = []
    for each in open_:
        request = each.request
        token = links.issue(
            session, PURPOSE, THING, each.row.id, request.recipient, at=at, territory_id=request.territory_id
        )
        (request.link_id,) = links.of_text(session, f"/reponse/{token}")
        lines.append(_line(session, request, each.due, token, base_url))
    content = _content(session, open_[0].row.territory_id, lines, any(each.request.rank for each in open_))
    topics = _topics((each.request.organisation_id, each.row.person_id) for each in open_)
    mails.rewrite(
        session, mail, _subject(content), TEMPLATE, topics=topics, content=content, days=links.LASTS_DAYS
    )
    return True
