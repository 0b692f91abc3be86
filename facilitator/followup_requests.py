"""What organisations were asked about a follow-up: one line a question in a letter, and what came back by its link."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from facilitator import followups, journal, journeys, links
from facilitator.accounts import User
from facilitator.db import Model, one_of
from facilitator.followup_attempts import refuse_contradiction
from facilitator.followups import Attempt, Due, FollowUp, FollowUpRefused
from facilitator.labels import Labelled
from facilitator.links import ActionLink, LinkRefused
from facilitator.organisations import Organisation
from facilitator.outcomes import Answer, MilestoneState
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.territories import Territory
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, Situation

PURPOSE, THING = "answer_follow_up", "follow_up"
SILENT = (FollowUpOutcome.asked, FollowUpOutcome.unreachable)  # nothing came: letters may ask again
_NOTHING_TO_DO = "Vous n’avez rien d’autre à faire."


class Reply(Labelled):
    """What came back by the link of one letter."""

    answered = "answered", "A répondu"
    unknown = "unknown", "Ne sait pas"
    told = "told", "Dit avoir déjà répondu autrement"
    contrary = "contrary", "Donne une autre réponse"


class FollowUpRequest(Model):
    """One question put to one organisation in one letter; `rank` 0 is the first, the others ask again."""

    __tablename__ = "follow_up_requests"
    __table_args__ = (
        UniqueConstraint("follow_up_id", "organisation_id", "rank"),
        one_of("voice", AnsweredBy),
        one_of("reply", Reply),
        one_of("situation", Situation),
        CheckConstraint("rank >= 0", name="rank"),
        CheckConstraint("(reply IS NULL) = (replied_on IS NULL)", name="replied"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    voice: Mapped[str] = mapped_column(String(20))  # as whom the organisation answers
    rank: Mapped[int] = mapped_column(default=0)
    recipient: Mapped[str] = mapped_column(String(254))
    link_id: Mapped[int] = mapped_column(ForeignKey("action_links.id"), index=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_mails.id"), index=True)
    written_on: Mapped[datetime.date]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reply: Mapped[str | None] = mapped_column(String(10))
    replied_on: Mapped[datetime.date | None]
    reply_name: Mapped[str | None] = mapped_column(String(120))
    situation: Mapped[str | None] = mapped_column(String(24))  # of an answer that another one contradicts


@dataclass(frozen=True)
class Question:
    """What the reader of a link learns: who asks, about whom (a first name and an initial), for which day; no criterion."""

    person_id: int
    first_name: str
    last_name: str
    months: int
    reference_on: datetime.date
    exit_on: datetime.date
    employer: str
    host: str
    job: str | None
    worked_from: datetime.date
    voice: AnsweredBy
    organisation: str
    territory_id: int
    territory: str
    email: str | None
    phone: str | None
    asked_by: str | None

    @property
    def short_name(self) -> str:
        """For a letter, which travels."""
        return f"{self.first_name} {self.last_name[:1].upper()}."

    @property
    def proposed_by(self) -> str | None:
        """Whom to call first."""
        return self.asked_by

    @property
    def last_work(self) -> str:
        """The last mise à l’emploi, in words."""
        where = self.employer if self.host == self.employer else f"{self.employer}, chez {self.host}"
        return f"{where}{f', {self.job}' if self.job else ''}"


def of_link(session: Session, link: ActionLink, *, lock: bool = False) -> FollowUpRequest:
    """The question of a link; `lock` holds the person until the commit, so that two answers follow each other."""
    request = session.scalars(select(FollowUpRequest).where(FollowUpRequest.link_id == link.id)).one()
    if lock:
        person = select(FollowUp.person_id).where(FollowUp.id == request.follow_up_id)
        session.execute(select(Person.id).where(Person.id.in_(person)).with_for_update()).all()
    return request


def due_of(session: Session, request: FollowUpRequest, on: datetime.date) -> Due:
    """The follow-up that a question is about; refuses one that nothing calls for any more."""
    row = session.get_one(FollowUp, request.follow_up_id, populate_existing=True)
    if session.get_one(Person, row.person_id).anonymised_on is not None:
        raise LinkRefused(
            f"Ce suivi est terminé\u00a0: plus rien n’est à dire de cette personne. {_NOTHING_TO_DO}"
        )
    try:
        due = followups.due_of(session, row.person_id, row.exit_on, row.milestone, on)
    except FollowUpRefused:
        due = None
    if due is None or due.state is not MilestoneState.due:
        raise LinkRefused(
            f"Cette question n’a plus lieu d’être\u00a0: la personne a repris un parcours. {_NOTHING_TO_DO}"
        )
    return due


def question(session: Session, request: FollowUpRequest, due: Due) -> Question:
    """The facts that the page of a link, and the line of a letter, may show."""
    last = max(due.journey.stays, key=lambda stay: (stay.days.last_on, stay.days.from_on))
    employer, host = aliased(Organisation), aliased(Organisation)
    row = session.execute(
        select(Person, Placement, employer, host, Territory, User.name)
        .join(Placement, Placement.person_id == Person.id)
        .join(employer, employer.id == Placement.employer_id)
        .join(host, host.id == Placement.host_id)
        .join(Territory, Territory.id == Person.territory_id)
        .outerjoin(User, User.id == request.asked_by_id)
        .where(Placement.id == last.placement_id)
    ).one()
    person, placement, employs, hosts, territory, author = row
    return Question(
        person.id, person.first_name, person.last_name, due.milestone.months, due.milestone.reference_on, due.exit_on,
        employs.label, hosts.label, placement.job, placement.from_on, AnsweredBy(request.voice),
        session.get_one(Organisation, request.organisation_id).label,
        territory.id, territory.name, territory.email, territory.phone, author,
    )  # fmt: skip


# What comes back by a link.


def answer(
    session: Session, request: FollowUpRequest, due: Due, given: Answer, name: str, *, on: datetime.date
) -> bool:
    """Record the answer; False when another one is known already: it is kept beside, for the facilitator to see."""
    row = session.get_one(FollowUp, request.follow_up_id)
    refuse_contradiction(
        Attempt(FollowUpOutcome.answered, Channel.form, answer=given), due.milestone.reference_on
    )
    if row.outcome in (*SILENT, FollowUpOutcome.not_asked):
        voice = AnsweredBy(request.voice)
        attempt = Attempt(
            FollowUpOutcome.answered, Channel.form, voice, given, organisation_id=request.organisation_id, name=name
        )  # fmt: skip
        followups.record(session, due, attempt, on=on, by=None)
        _reply(request, Reply.answered, on, name)
        return True
    same = row.situation == given.situation
    _reply(request, Reply.answered if same else Reply.contrary, on, name)
    request.situation = None if same else given.situation
    _note(session, "second_reply", row, same=same)
    return same


def unknown(session: Session, request: FollowUpRequest, *, on: datetime.date) -> None:
    """«Je ne sais pas»: a try, and no letter asks this organisation again."""
    row = session.get_one(FollowUp, request.follow_up_id)
    row.tries += 1
    _reply(request, Reply.unknown, on)
    _note(session, "not_known", row)


def told(session: Session, request: FollowUpRequest, *, on: datetime.date) -> None:
    """«Je vous ai déjà répondu autrement»: no letter asks anybody any more, and the facilitator looks for the answer."""
    row = session.get_one(FollowUp, request.follow_up_id)
    row.told_on = row.told_on or on
    _reply(request, Reply.told, on)
    _note(session, "told", row)


def _reply(request: FollowUpRequest, reply: Reply, on: datetime.date, name: str | None = None) -> None:
    request.reply, request.replied_on, request.reply_name = reply, on, name


def _note(session: Session, verb: str, row: FollowUp, **details: Any) -> None:
    session.flush()
    journal.note(session, verb, THING, row.id, by=None, territory_id=row.territory_id, **details)


# What still waits, and what was asked.


@dataclass(frozen=True)
class Waiting:
    """The last letter to an organisation that has said nothing, and the follow-up that still calls for an answer."""

    request: FollowUpRequest
    row: FollowUp
    due: Due
    first_on: datetime.date


def waiting(
    session: Session,
    on: datetime.date,
    *,
    territory_id: int | None = None,
    mail_id: int | None = None,
    follow_up_ids: Collection[int] | None = None,
) -> list[Waiting]:
    """Questions without an answer that still stand: never an answered, told, refused, withdrawn or anonymised one."""
    query = (
        select(FollowUpRequest, FollowUp)
        .join(FollowUp, FollowUp.id == FollowUpRequest.follow_up_id)
        .join(Person, Person.id == FollowUp.person_id)
        .where(FollowUp.outcome.in_(SILENT), FollowUp.told_on.is_(None), Person.anonymised_on.is_(None))
        .order_by(FollowUpRequest.rank, FollowUpRequest.id)
    )
    if territory_id is not None:
        query = query.where(FollowUp.territory_id == territory_id)
    if follow_up_ids is not None:
        query = query.where(FollowUp.id.in_(set(follow_up_ids)))
    if mail_id is not None:
        query = query.where(FollowUp.id.in_(_of_mail(mail_id)))
    firsts: dict[tuple[int, int], datetime.date] = {}
    last: dict[tuple[int, int], tuple[FollowUpRequest, FollowUp]] = {}
    silent: dict[tuple[int, int], bool] = {}
    for request, row in session.execute(query):
        pair = (row.id, request.organisation_id)
        firsts.setdefault(pair, request.written_on)
        last[pair] = (request, row)
        silent[pair] = silent.get(pair, True) and request.reply is None
    kept = {pair: last[pair] for pair in last if silent[pair]}
    dues = _dues(session, [row for _, row in kept.values()], on)
    return [
        Waiting(request, row, dues[row.id], firsts[pair])
        for pair, (request, row) in sorted(kept.items())
        if row.id in dues and (mail_id is None or request.mail_id == mail_id)
    ]


def _of_mail(mail_id: int) -> Select[int]:
    return select(FollowUpRequest.follow_up_id).where(FollowUpRequest.mail_id == mail_id)


def _dues(session: Session, rows: Iterable[FollowUp], on: datetime.date) -> dict[int, Due]:
    """The follow-ups of these rows that dates still call for («hors échéance» is asked of nobody)."""
    people = {row.person_id for row in rows}
    if not people:
        return {}
    found = followups.derived(session, journeys.of_people(session, people), on)
    return {due.known.id: due for due in found if due.known and due.state is MilestoneState.due}


def history(session: Session, follow_up_id: int) -> list[tuple[FollowUpRequest, str]]:
    """The letters of one follow-up with the organisation’s name, the newest first (one select)."""
    rows = session.execute(
        select(FollowUpRequest, Organisation)
        .join(Organisation, Organisation.id == FollowUpRequest.organisation_id)
        .where(FollowUpRequest.follow_up_id == follow_up_id)
        .order_by(FollowUpRequest.id.desc())
    )
    return [(request, organisation.label) for request, organisation in rows]


def contrary(session: Session, territory_id: int) -> set[int]:
    """The follow-ups about which two answers differ (one select)."""
    rows = session.scalars(
        select(FollowUpRequest.follow_up_id)
        .join(FollowUp, FollowUp.id == FollowUpRequest.follow_up_id)
        .where(
            FollowUpRequest.territory_id == territory_id,
            FollowUpRequest.reply == Reply.contrary,
            FollowUp.situation.is_distinct_from(FollowUpRequest.situation),
        )
    )
    return set(rows)


def links_of(session: Session, organisation_id: int) -> set[int]:
    """The links by which an organisation may still reply (one select)."""
    rows = session.scalars(
        select(FollowUpRequest.link_id).where(
            FollowUpRequest.organisation_id == organisation_id, FollowUpRequest.reply.is_(None)
        )
    )
    return set(rows)


def end_link(session: Session, request: FollowUpRequest, *, at: datetime.datetime) -> None:
    """The link of a letter opens nothing any more: another letter holds its own."""
    links.revoke_these(session, [request.link_id], at=at)
