"""Letters: written into the outbox in the transaction of their event, sent later by `facilitator send-mail`."""

import datetime
import re
import smtplib
from collections.abc import Collection
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import french
from facilitator.db import Instant, Model
from facilitator.labels import Labelled


class OutboxMail(Model):
    """One letter: waiting, sent, or given up (too many tries, or about what is done already)."""

    __tablename__ = "outbox_mails"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_outbox_mails_waiting", "sent_at", "next_try_at"),
        Index("ix_outbox_mails_thing", "thing", "thing_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    thing: Mapped[str] = mapped_column(String(40))  # what the letter is about
    thing_id: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime.datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime.datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    last_answer: Mapped[str | None] = mapped_column(String(500))  # what the SMTP server said

    @property
    def state(self) -> "MailState":
        """Where the letter stands."""
        if self.sent_at is not None:
            return MailState.sent
        if self.tries >= MAX_TRIES:
            return MailState.dropped
        return MailState.later if self.tries else MailState.waiting

    @property
    def readable(self) -> str:
        """The text as a file shows it: what its links open is for their addressee alone."""
        return LINKS.sub(rf"\1{HIDDEN}", self.text)


class MailTopic(Model):
    """Whose file shows a letter: a lot, an organisation, a person… (one letter may speak of several)."""

    __tablename__ = "mail_topics"

    mail_id: Mapped[int] = mapped_column(ForeignKey("outbox_mails.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    topic_id: Mapped[int] = mapped_column(primary_key=True)

    __table_args__ = (Index("ix_mail_topics_topic", "kind", "topic_id"),)


class MailState(Labelled):
    """Where a letter stands, as its file shows it."""

    waiting = "waiting", "En attente"
    sent = "sent", "Parti"
    later = "later", "Remis à plus tard"
    dropped = "dropped", "Non envoyé"


Topic = tuple[str, int]  # ("lot", its id), ("organisation", …), ("person", …)
MAX_TRIES = 8
LISTED = 200  # letters of one file
LONGEST_SUBJECT = 200
LINKS = re.compile(r"(https?://\S*?/(?:lien|declaration|reponse|mot-de-passe)/)[\w-]{16,}\S*")
LINKS_IN_HTML = re.compile(
    r"(https?://[^\s\"'<>]*?/(?:lien|declaration|reponse|mot-de-passe)/)[\w-]{16,}[^\s\"'<>)]*"
)
HIDDEN = "… (lien personnel)"
MOOT = "devenu sans objet"
FIRST_WAIT = datetime.timedelta(minutes=5)


def write(
    session: Session,
    recipient: str,
    subject: str,
    template: str,
    *,
    thing: str,
    thing_id: int,
    at: datetime.datetime,
    territory_id: int | None = None,
    topics: Collection[Topic] = (),
    **facts: object,
) -> OutboxMail:
    """Put a letter into the outbox, in the transaction of its event (templates mail/<template>.txt and .html).

    `topics` are the files (lots, organisations, people) on which it is shown among the «courriers».
    """
    subject = _subject(subject)
    mail = OutboxMail(
        territory_id=territory_id,
        thing=thing,
        thing_id=thing_id,
        recipient=recipient,
        subject=subject,
        text=_rendered(f"mail/{template}.txt", subject=subject, **facts),
        html=_rendered(f"mail/{template}.html", subject=subject, **facts),
        created_at=at,
        next_try_at=at,
        tries=0,
    )
    session.add(mail)
    if topics:
        session.flush()
        session.add_all(MailTopic(mail_id=mail.id, kind=kind, topic_id=key) for kind, key in set(topics))
    return mail


def rewrite(
    session: Session,
    mail: OutboxMail,
    subject: str,
    template: str,
    *,
    topics: Collection[Topic],
    **facts: object,
) -> None:
    """Write a letter that has not left again, from what is true now."""
    mail.subject = subject = _subject(subject)
    mail.text = _rendered(f"mail/{template}.txt", subject=subject, **facts)
    mail.html = _rendered(f"mail/{template}.html", subject=subject, **facts)
    session.execute(delete(MailTopic).where(MailTopic.mail_id == mail.id))
    session.add_all(MailTopic(mail_id=mail.id, kind=kind, topic_id=key) for kind, key in set(topics))


def _subject(said: str) -> str:
    """A title or a name may hold a line break, which no header may."""
    return french.one_line(said)[:LONGEST_SUBJECT]


def rendered(template: str, **facts: object) -> str:
    """The text of a letter that is only looked at."""
    return _rendered(f"mail/{template}.txt", **facts)


def of_topic(rows: Select[OutboxMail], kind: str, topic_id: int) -> Select[OutboxMail]:
    """Letters already scoped, those that a file shows, the newest first."""
    shown = select(MailTopic.mail_id).where(MailTopic.kind == kind, MailTopic.topic_id == topic_id)
    return rows.where(OutboxMail.id.in_(shown)).order_by(OutboxMail.id.desc())


def _rendered(template: str, **facts: object) -> str:
    """A letter has no menu around it, and is also written by the console: no context processor runs."""
    return current_app.jinja_env.get_template(template).render(facts)


def waiting(session: Session, at: datetime.datetime) -> list[int]:
    """The letters to send now, oldest first."""
    return list(
        session.scalars(
            select(OutboxMail.id)
            .where(
                OutboxMail.sent_at.is_(None),
                OutboxMail.tries < MAX_TRIES,
                OutboxMail.next_try_at <= at,
            )
            .order_by(OutboxMail.id)
        )
    )


def claim(session: Session, mail_id: int, *, at: datetime.datetime) -> OutboxMail | None:
    """Take one letter for this sender and count the try; None when another sender has it, or it never leaves.

    Commit before speaking to the server: no lock is held meanwhile, and a sender that dies leaves a letter
    that is tried again later.
    """
    mail = session.scalar(
        select(OutboxMail)
        .where(
            OutboxMail.id == mail_id,
            OutboxMail.sent_at.is_(None),
            OutboxMail.tries < MAX_TRIES,
            OutboxMail.next_try_at <= at,
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if mail is None:
        return None
    mail.tries += 1
    mail.next_try_at = at + FIRST_WAIT * 2 ** (mail.tries - 1)
    return mail


def drop(session: Session, thing: str, thing_id: int, recipient: str | None = None) -> None:
    """What these letters were about is done: those that still wait (for one recipient) never leave."""
    session.flush()
    query = select(OutboxMail).where(
        OutboxMail.thing == thing,
        OutboxMail.thing_id == thing_id,
        OutboxMail.sent_at.is_(None),
        OutboxMail.tries < MAX_TRIES,
    )
    if recipient is not None:
        query = query.where(func.lower(OutboxMail.recipient) == recipient.lower())
    locked = query.order_by(OutboxMail.id).with_for_update().execution_options(populate_existing=True)
    for mail in session.scalars(locked):
        give_up(mail, MOOT)


@dataclass(frozen=True)
class Failure:
    """Why the server did not take a letter; `for_good` when it will never take one for this address."""

    answer: str
    for_good: bool = False


def deliver(letter: EmailMessage, smtp_url: str) -> Failure | None:
    """Give a letter to the SMTP server; None once it is taken, else what went wrong."""
    try:
        with connect(smtp_url) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        answer = f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
        # 5.7.x speaks of our server’s rights, not of the address: the letter waits.
        return Failure(answer[:500], code >= 500 and not re.match(r"5\d\d[ -]5\.7\.", answer))
    except (OSError, smtplib.SMTPException) as failure:
        return Failure(str(failure)[:500] or type(failure).__name__)
    return None


def settle(mail: OutboxMail, failure: Failure | None, *, at: datetime.datetime) -> None:
    """Note what became of a claimed letter; an address refused for good is not tried again."""
    mail.last_answer = failure.answer if failure else "envoyé"
    if failure is None:
        mail.sent_at = at
    elif failure.for_good:
        mail.tries = MAX_TRIES
    if mail.state in (MailState.sent, MailState.dropped):
        _forget_links(mail)


def give_up(mail: OutboxMail, why: str) -> None:
    """This letter never leaves."""
    mail.tries, mail.last_answer = MAX_TRIES, why[:500]
    _forget_links(mail)


def _forget_links(mail: OutboxMail) -> None:
    """What the links open is for their addressee alone: nobody who reads the outbox, or a copy of it, opens them."""
    mail.text, mail.html = mail.readable, LINKS_IN_HTML.sub(r"\1…", mail.html)


class Unwritable(Exception):
    """A letter that no message can be made of; another try would not help."""


def message(mail: OutboxMail, sender: str) -> EmailMessage:
    """The letter as MIME, text first and HTML beside it; refuses what no message may hold."""
    letter = EmailMessage()
    try:
        letter["From"], letter["To"], letter["Subject"] = sender, mail.recipient, mail.subject
        letter["Date"] = format_datetime(mail.created_at)
        letter["Message-ID"] = f"<facilitator-{mail.id}@{sender.rpartition('@')[2].strip('> ')}>"
        letter.set_content(mail.text)
        letter.add_alternative(mail.html, subtype="html")
        letter.as_bytes()  # headers are folded here, not when they are set
    except (ValueError, LookupError, MessageError) as failure:
        raise Unwritable(f"impossible à composer\u00a0: {failure}") from failure
    return letter


def connect(smtp_url: str) -> smtplib.SMTP:
    """Open a connection from `smtp://user:password@host:port` (`smtps://` for TLS from the start)."""
    parts = urlsplit(smtp_url)
    host, tls = parts.hostname or "localhost", parts.scheme == "smtps"
    if tls:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=20)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=20)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls()
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
