"""Reminders: the letters of a plan, written once each, and made true again at the moment when they leave."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from facilitator import (
    french,
    journal,
    letter_texts,
    links,
    mails,
    placement_letters,
    reminder_plan,
    reminders_due,
)
from facilitator.letter_texts import LetterCode, Words
from facilitator.mails import MailTopic, OutboxMail
from facilitator.organisations import Organisation
from facilitator.placements import Placement
from facilitator.reminder_plan import Letter, Plan
from facilitator.reminders_due import OF_A_MONTH, Due, DueKind
from facilitator.reminders_sent import ReminderSent
from facilitator.territories import Territory

THING, TEMPLATE = "reminder", "reminder"


@dataclass(frozen=True)
class MonthPart:
    """What an organisation says on the page of one month; no link when the month no longer opens by mail."""

    month: datetime.date
    link: str | None
    lines: tuple[str, ...]  # to declare, correct or split
    confirming: tuple[str, ...] = ()  # declared by the other side


@dataclass(frozen=True)
class Section:
    """The lines of one organisation in a letter."""

    organisation: str
    months: tuple[MonthPart, ...]
    placements: tuple[tuple[str, str], ...]  # sentence, link
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """All that the templates of a reminder read."""

    words: Words
    sections: tuple[Section, ...]
    signatures: tuple[Territory, ...]
    count: int
    month: str

    @property
    def opens(self) -> bool:
        """Whether the letter has a link; one about documents alone has none."""
        return any(each.placements or any(part.link for part in each.months) for each in self.sections)


def send(
    session: Session,
    letter: Letter,
    *,
    at: datetime.datetime,
    base_url: str,
    by: int | None = None,
) -> OutboxMail | None:
    """Write the letter of a round, once: None when it was written already, here or by another run meanwhile."""
    row = ReminderSent(
        recipient=letter.recipient, month=letter.round.month, day=letter.round.day, items=[], written_at=at, by_id=by
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    content = _content(session, letter.recipient, letter.items, letter.round.month, at, base_url)
    mail = mails.write(
        session, letter.recipient, _subject(content), TEMPLATE, thing=THING, thing_id=row.id, at=at,
        territory_id=_only_territory(letter.items), topics=_topics(letter.items), content=content,
    )  # fmt: skip
    session.flush()
    row.mail_id, row.items = mail.id, _items(letter.items)
    for territory_id in sorted({each.territory_id for each in letter.items}):
        journal.note(session, "remind", THING, row.id, by=by, territory_id=territory_id)
    return mail


def history(session: Session, territory_id: int, limit: int) -> list[tuple[ReminderSent, OutboxMail]]:
    """The last letters that spoke of a territory, with what became of them (one select)."""
    spoke = select(MailTopic.mail_id).where(MailTopic.kind == "territory", MailTopic.topic_id == territory_id)
    rows = session.execute(
        select(ReminderSent, OutboxMail)
        .join(OutboxMail, OutboxMail.id == ReminderSent.mail_id)
        .where(OutboxMail.id.in_(spoke))
        .order_by(ReminderSent.id.desc())
        .limit(limit)
    )
    return [(sent, mail) for sent, mail in rows]


def lines_of(session: Session, mail: OutboxMail, territory_id: int) -> list[str]:
    """Of a letter over several territories, the lines of one: nobody reads the others’."""
    row = session.get(ReminderSent, mail.thing_id) if mail.thing == THING else None
    items = row.items if row else []
    return [str(each["sentence"]) for each in items if each["territory"] == territory_id]


def still_true(
    session: Session, mail: OutboxMail, *, on: datetime.date, at: datetime.datetime, base_url: str
) -> bool:
    """Before a letter leaves: what was done meanwhile is taken out of it; False when nothing is left to ask."""
    row = session.get(ReminderSent, mail.thing_id)
    if row is None:
        return True
    territory_ids = {int(each["territory"]) for each in row.items}
    due = _due_by(reminder_plan.plan(session, on, territory_ids), row.recipient)
    if {(each.key, each.sentence) for each in due} == {
        (tuple(each["key"]), each["sentence"]) for each in row.items
    }:
        return True
    links.revoke_these(session, links.of_text(session, mail.text), at=at)  # its own: others have left since
    if not due:
        mails.give_up(mail, mails.MOOT)
        return False
    content = _content(session, row.recipient, due, row.month, at, base_url)
    mails.rewrite(session, mail, _subject(content), TEMPLATE, topics=_topics(due), content=content)
    row.items = _items(due)
    return True


def hand_over(
    session: Session,
    organisation_id: int,
    territory_ids: Collection[int],
    recipient: str,
    *,
    months: Collection[datetime.date],
    placements: Sequence[Placement],
    on: datetime.date,
    at: datetime.datetime,
    base_url: str,
) -> OutboxMail:
    """The letter to a new contact: the links of the one before, made anew, and all that is due."""
    found = reminders_due.due(session, on, territory_ids, [organisation_id])
    named = {each.thing_id for each in found if each.kind is DueKind.placement}
    extra = [each for each in placements if each.id not in named]
    items = [*found, *(_of_placement(session, each) for each in extra)]
    organisation = session.get_one(Organisation, organisation_id)
    section = _section(session, recipient, organisation, items, months, at, base_url)
    territories = _territories(session, territory_ids)
    words = letter_texts.of_territories(session, territory_ids, LetterCode.new_contact)[min(territory_ids)]
    content = Content(words, (section,), tuple(territories), len(items), french.month(on))
    topics = (
        _topics(items) | {("organisation", organisation_id)} | {("territory", each) for each in territory_ids}
    )
    return mails.write(
        session, recipient, f"{organisation.label}\u00a0: vos liens pour la clause sociale d’insertion"[:200], TEMPLATE,
        thing="contact", thing_id=organisation_id, at=at, topics=topics, content=content,
        territory_id=next(iter(territory_ids)) if len(territory_ids) == 1 else None,
    )  # fmt: skip


def _of_placement(session: Session, placement: Placement) -> Due:
    asked = placement_letters.question(session, placement.id)
    return Due(
        DueKind.placement, placement.territory_id, placement.employer_id, placement.id, None,
        placement.proposed_on, f"{asked.market} – {asked.lot}", (placement.lot_id,), placement.person_id,
        asked.short_name, french.date(placement.proposed_on),
    )  # fmt: skip


def sample(session: Session, territory: Territory, words: Words, on: datetime.date) -> str:
    """A letter as it would read, with invented lines: what the administrator looks at before choosing words."""
    month = reminder_plan.first_of_month(on)
    before = reminder_plan.first_of_month(month - datetime.timedelta(days=1))
    part = MonthPart(
        before,
        "https://…/declaration/…",
        ("heures de Camille F. – Groupe scolaire d’exemple – lot 3 Peinture",),
    )
    asked = (
        "Alix F. – Groupe scolaire d’exemple – lot 3 Peinture, proposée le 12 du mois",
        "https://…/lien/…",
    )
    section = Section("Entreprise d’exemple (fictive)", (part,), (asked,), ())
    content = Content(words, (section,), (territory,), 2, french.month(on))
    return mails.rendered(TEMPLATE, subject=_subject(content), content=content)


def _due_by(plan: Plan, recipient: str) -> tuple[Due, ...]:
    return tuple(item for letter in plan.letters if letter.recipient == recipient for item in letter.items)


def _subject(content: Content) -> str:
    answers = french.plural(content.count, "réponse attendue", "réponses attendues")
    return f"Clause sociale d’insertion\u00a0: {answers} ({content.month})"


def _content(
    session: Session,
    recipient: str,
    items: Sequence[Due],
    month: datetime.date,
    at: datetime.datetime,
    base_url: str,
) -> Content:
    """The letter in parts; its links are made here, and those of the letter before die."""
    territory_ids = sorted({each.territory_id for each in items})
    most = max(territory_ids, key=lambda each: (sum(item.territory_id == each for item in items), -each))
    words = letter_texts.of_territories(session, territory_ids, LetterCode.reminder)[most]
    sections = tuple(
        _section(session, recipient, organisation, [each for each in items if each.organisation_id == organisation.id], (), at, base_url)
        for organisation in _organisations(session, items)
    )  # fmt: skip
    return Content(
        words, sections, tuple(_territories(session, territory_ids)), len(items), french.month(month)
    )


def _territories(session: Session, ids: Collection[int]) -> list[Territory]:
    return list(session.scalars(select(Territory).where(Territory.id.in_(ids)).order_by(Territory.id)))


def _organisations(session: Session, items: Iterable[Due]) -> list[Organisation]:
    ids = {each.organisation_id for each in items}
    return list(
        session.scalars(
            select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.name, Organisation.id)
        )
    )


def _section(
    session: Session,
    recipient: str,
    organisation: Organisation,
    items: list[Due],
    months: Collection[datetime.date],
    at: datetime.datetime,
    base_url: str,
) -> Section:
    """What one organisation reads; `months` are opened by a link even when nothing of them is due."""
    root, parts = base_url.rstrip("/"), []
    for month in sorted(
        {each.month for each in items if each.kind in OF_A_MONTH and each.month} | set(months)
    ):
        these = [each for each in items if each.month == month and each.kind in OF_A_MONTH]
        link = _month_link(session, recipient, organisation, month, these, at, root)
        own = tuple(each.sentence for each in these if each.kind is not DueKind.second)
        confirming = tuple(each.sentence for each in these if each.kind is DueKind.second)
        parts.append(MonthPart(month, link, own, confirming))
    placements = []
    for each in (item for item in items if item.kind is DueKind.placement):
        placement = session.get_one(Placement, each.thing_id)
        token = placement_letters.fresh_link(session, placement, recipient, at=at)
        placements.append((each.sentence, f"{root}/lien/{token}"))
    documents = tuple(each.sentence for each in items if each.kind is DueKind.document)
    return Section(organisation.label, tuple(parts), tuple(placements), documents)


def _month_link(
    session: Session,
    recipient: str,
    organisation: Organisation,
    month: datetime.date,
    items: list[Due],
    at: datetime.datetime,
    root: str,
) -> str | None:
    """The page of the month, unless its link would be dead already."""
    until = max((each.until for each in items if each.until), default=None)
    if links.declaration_dead(month, at, until):
        return None
    territory_ids = {each.territory_id for each in items}
    token = links.renew_declaration(
        session, organisation.id, month, recipient, at=at, until=until,
        territory_id=territory_ids.pop() if len(territory_ids) == 1 else None,
    )  # fmt: skip
    return f"{root}/declaration/{token}"


def _topics(items: Iterable[Due]) -> set[mails.Topic]:
    found: set[mails.Topic] = set()
    for each in items:
        found |= {("organisation", each.organisation_id), ("territory", each.territory_id)}
        found |= {("lot", lot_id) for lot_id in each.lot_ids}
        found |= {("person", each.person_id)} if each.person_id else set()
    return found


def _only_territory(items: Iterable[Due]) -> int | None:
    """The territory that may read the whole letter; None when it speaks of several."""
    ids = {each.territory_id for each in items}
    return ids.pop() if len(ids) == 1 else None


def _items(items: Iterable[Due]) -> list[dict[str, object]]:
    return [
        {
            "key": list(each.key),
            "territory": each.territory_id,
            "organisation": each.organisation_id,
            "month": each.month.isoformat() if each.month else None,
            "kind": each.kind.value,
            "sentence": each.sentence,
        }
        for each in items
    ]
