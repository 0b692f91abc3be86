"""The outbox leaves through a real SMTP server, each letter once; a server that is down changes nothing."""

import datetime
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import contacts, journal, mails
from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.mails import MailState, OutboxMail
from facilitator.organisations import Contact, Organisation
from facilitator.settings import Settings
from tests import trade
from tests.conftest import settings_for
from tests.postman import Postman


@pytest.fixture
def settings(database: str, tmp_path: Any, postman: tuple[Postman, str]) -> Settings:
    return settings_for(
        database, tmp_path, smtp_url=postman[1], mail_from="Guichet d’exemple <guichet@demo.example>"
    )


def letter(session: Session, recipient: str, subject: str = "Élan d’été – à lire") -> OutboxMail:
    at = journal.now() - datetime.timedelta(minutes=1)
    mail = OutboxMail(
        thing="placement",
        thing_id=1,
        recipient=recipient,
        subject=subject,
        text="Bonjour,\nça va ?",
        html="<p>Bonjour, <b>ça va ?</b></p>",
        created_at=at,
        next_try_at=at,
        tries=0,
    )
    session.add(mail)
    session.commit()
    return mail


def test_waiting_letters_leave_once_with_text_and_html(
    app: Flask, session: Session, postman: tuple[Postman, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        letter(session, f"siae{number}@demo.example")
    assert frame.run(cli, ["send-mail"], app) == 0
    assert "3 courriels envoyés" in capsys.readouterr().out.replace("\u00a0", " ")
    assert frame.run(cli, ["send-mail", "--json"], app) == 0
    assert json.loads(capsys.readouterr().out) == {"sent": 0, "failed": 0, "refused": 0}
    received = postman[0].letters
    assert [each["To"] for each in received] == [f"siae{number}@demo.example" for number in range(3)]
    assert received[0]["Subject"] == "Élan d’été – à lire"
    assert received[0].get_body(("plain",)).get_content().splitlines() == ["Bonjour,", "ça va ?"]  # type: ignore[union-attr]
    assert "<b>ça va ?</b>" in received[0].get_body(("html",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("answer", ["450 mailbox busy", "554 5.7.1 relaying denied"])
def test_a_refused_letter_waits_longer_each_time_and_the_others_leave(
    app: Flask,
    session: Session,
    postman: tuple[Postman, str],
    capsys: pytest.CaptureFixture[str],
    answer: str,
) -> None:
    postman[0].refused["plein@demo.example"] = answer
    wrong, right = letter(session, "plein@demo.example"), letter(session, "siae@demo.example")
    someone = known(session, "plein@demo.example")
    assert frame.run(cli, ["send-mail"], app) == 0
    out = capsys.readouterr().out.replace("\u00a0", " ")
    assert "1 courriel envoyé" in out
    assert "1 courriel remis à plus tard" in out
    session.expire_all()
    assert right.sent_at is not None
    assert (wrong.sent_at, wrong.tries, wrong.last_answer) == (None, 1, answer)
    assert wrong.state is MailState.later
    assert someone.reachable
    assert wrong.next_try_at > journal.now()
    assert mails.waiting(session, journal.now()) == []
    assert mails.waiting(session, journal.now() + datetime.timedelta(hours=1)) == [wrong.id]


def test_an_address_refused_for_good_is_not_written_to_again(
    app: Flask, session: Session, postman: tuple[Postman, str], capsys: pytest.CaptureFixture[str]
) -> None:
    postman[0].refused["partie@demo.example"] = "550 5.1.1 no such mailbox"
    wrong, someone = letter(session, "partie@demo.example"), known(session, "Partie@demo.example")
    assert frame.run(cli, ["send-mail"], app) == 0
    assert "1 adresse refusée pour de bon" in capsys.readouterr().out.replace("\u00a0", " ")
    session.expire_all()
    assert wrong.state is MailState.dropped
    assert wrong.last_answer == "550 5.1.1 no such mailbox"
    assert mails.waiting(session, journal.now() + datetime.timedelta(days=30)) == []
    assert someone.bounced_at is not None
    assert contacts.addresses(session, [someone.territory_id]) == {
        (someone.territory_id, someone.organisation_id): None
    }
    second = contacts.add(
        session, someone.territory_id, trade_organisation(session, someone), name="Second Fictif",
        email="second@demo.example", by=None,
    )  # fmt: skip
    assert second.rank == someone.rank + 1
    assert list(contacts.addresses(session, [someone.territory_id]).values()) == ["second@demo.example"]
    contacts.amend(session, someone, email="nouvelle@demo.example", by=None)
    assert someone.reachable
    assert list(contacts.addresses(session, [someone.territory_id]).values()) == ["nouvelle@demo.example"]


def known(session: Session, email: str) -> Contact:
    """A contact of a territory who has this address."""
    place, company = trade.territory(session), trade.company(session)
    found = contacts.add(session, place.id, company, name="Contact fictif", email=email, by=None)
    session.commit()
    return found


def trade_organisation(session: Session, contact: Contact) -> Organisation:
    return session.get_one(Organisation, contact.organisation_id)


def test_a_letter_taken_by_one_sender_is_not_taken_by_another(session: Session, app: Flask) -> None:
    mail, at = letter(session, "siae@demo.example"), journal.now()
    assert mails.claim(session, mail.id, at=at) is not None
    session.commit()
    assert mails.claim(session, mail.id, at=at) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_server_that_is_down_loses_nothing(
    app: Flask, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    app.config["SETTINGS"] = settings_for(
        "sqlite://", app.config["SETTINGS"].instance, smtp_url="smtp://127.0.0.1:9"
    )
    letter(session, "siae@demo.example")
    assert frame.run(cli, ["send-mail", "--json"], app) == 0
    assert json.loads(capsys.readouterr().out) == {"sent": 0, "failed": 1, "refused": 0}
    session.expire_all()
    assert session.scalars(select(OutboxMail)).one().sent_at is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_a_server_the_command_refuses(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    app.config["SETTINGS"] = settings_for("sqlite://", app.config["SETTINGS"].instance)
    assert frame.run(cli, ["send-mail"], app) == 1
    assert "SMTP_URL" in capsys.readouterr().err
