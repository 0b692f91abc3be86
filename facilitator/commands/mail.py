"""`send-mail`: the letters that wait in the outbox, through SMTP_URL."""

from email.message import EmailMessage

import click
from flask import Flask

from facilitator import contacts, followup_letters, french, journal, mails, reminders
from facilitator.commands.frame import application, as_json, print_json
from facilitator.db import db, writing
from facilitator.mails import OutboxMail
from facilitator.refusals import Refused
from facilitator.settings import Settings
from facilitator.web import clock


class SendingRefused(Refused):
    """Letters cannot leave as the installation stands."""


@click.command("send-mail", help="Envoie les courriels en attente (SMTP_URL).")
@as_json
def send_mail(as_json: bool) -> None:
    """Each letter is committed by itself: an interruption loses and repeats nothing."""
    with application() as app:
        results = _send_all(app)
    sent, failed, refused, given_up = (
        results.count(each) for each in ("sent", "later", "refused", "given_up")
    )
    if as_json:
        print_json({"sent": sent, "failed": failed, "refused": refused, "given_up": given_up})
        return
    click.echo(f"{french.plural(sent, 'courriel envoyé', 'courriels envoyés')}.")
    if failed:
        click.echo(
            f"{french.plural(failed, 'courriel remis', 'courriels remis')} à plus tard\u00a0: le serveur d’envoi"
            " ne les a pas pris. La prochaine commande les enverra."
        )
    if refused:
        click.echo(
            f"{french.plural(refused, 'adresse refusée pour de bon par son serveur', 'adresses refusées pour de bon par leur serveur')}\u00a0: le"
            " contact est signalé au facilitateur, rien n’y est plus envoyé."
        )
    if given_up:
        click.echo(
            f"{french.plural(given_up, 'courriel impossible', 'courriels impossibles')} à composer\u00a0: les courriers"
            " du dossier disent pourquoi. Les autres courriels sont partis."
        )


def _send_all(app: Flask) -> list[str | None]:
    settings: Settings = app.config["SETTINGS"]
    if settings.smtp_url is None:
        raise SendingRefused(
            "Aucun courriel n’est parti\u00a0: SMTP_URL n’est pas réglée, par exemple smtp://serveur:25."
        )
    waiting = mails.waiting(db.session(), journal.now())
    db.session.rollback()
    return [_send(mail_id, settings) for mail_id in waiting]


def _send(mail_id: int, settings: Settings) -> str | None:
    """«sent», «later», «refused» for good or «given_up»; None when another sender has the letter, or when it has nothing left to ask."""
    with writing():
        mail = mails.claim(db.session(), mail_id, at=journal.now())
        letter = _composed(mail, settings) if mail and _still_true(mail, settings) else None
        db.session.commit()
    if mail is None or letter is None:
        return None
    if isinstance(letter, mails.Unwritable):
        return "given_up"
    failure = mails.deliver(letter, settings.smtp_url or "")
    with writing():
        mails.settle(mail, failure, at=journal.now())
        if failure is not None and failure.for_good:
            contacts.bounced(db.session(), mail.recipient, at=journal.now())
        db.session.commit()
    if failure is None:
        return "sent"
    return "refused" if failure.for_good else "later"


def _composed(mail: OutboxMail, settings: Settings) -> EmailMessage | mails.Unwritable:
    """One letter that cannot be written holds up no other: it is given up, and says why."""
    try:
        return mails.message(mail, settings.mail_from)
    except mails.Unwritable as why:
        mails.give_up(mail, str(why))
        return why


def _still_true(mail: OutboxMail, settings: Settings) -> bool:
    """A reminder speaks of what is missing when it leaves, not of when it was written."""
    reads_again = {
        reminders.THING: reminders.still_true,
        followup_letters.THING: followup_letters.still_true,
    }.get(mail.thing)
    if reads_again is None:
        return True
    return reads_again(db.session(), mail, on=clock.today(), at=journal.now(), base_url=settings.base_url)
