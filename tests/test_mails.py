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
    assert json.loads(capsys.readouterr().out) == {"sent": 0, "failed": 0, "refused": 0, "given_up": 0}
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


def test_a_letter_about_what_is_done_is_not_taken_by_a_run_under_way(session: Session, app: Flask) -> None:
    mail, at = letter(session, "siae@demo.example"), journal.now()
    assert mails.waiting(session, at) == [mail.id]
    mails.drop(session, "placement", 1)
    session.commit()
    assert mails.claim(session, mail.id, at=at) is None
    session.refresh(mail)
    assert (mail.state, mail.last_answer) == (MailState.dropped, "devenu sans objet")


@pytest.mark.parametrize(
    ("field", "value"),
    [("subject", "Al\nain, à compléter"), ("recipient", "siae@demo.example\nBcc: x@demo.example")],
)
def test_a_letter_that_cannot_be_written_is_given_up_and_the_others_leave(
    app: Flask,
    session: Session,
    postman: tuple[Postman, str],
    capsys: pytest.CaptureFixture[str],
    field: str,
    value: str,
) -> None:
    wrong, right = letter(session, "un@demo.example"), letter(session, "deux@demo.example")
    setattr(wrong, field, value)
    session.commit()
    assert frame.run(cli, ["send-mail"], app) == 0
    assert "1 courriel impossible à composer" in capsys.readouterr().out.replace("\u00a0", " ")
    session.expire_all()
    assert right.sent_at is not None
    assert wrong.state is MailState.dropped
    assert (wrong.last_answer or "").startswith("impossible à composer")
    assert [each["To"] for each in postman[0].letters] == ["deux@demo.example"]
    assert frame.run(cli, ["send-mail", "--json"], app) == 0
    assert json.loads(capsys.readouterr().out)["given_up"] == 0


def test_a_subject_is_one_line_whatever_the_title_that_it_names(app: Flask, session: Session) -> None:
    place, at = trade.territory(session), journal.now()
    with app.test_request_context():
        mail = mails.write(
            session, "siae@demo.example", "Lot un\r\nsuite\u2028fin\u00a0: réponse " + "x" * 300, "contact_left",
            thing="contact", thing_id=1, at=at, territory_id=place.id,
            organisation="Entreprise fictive", name="Alix Fictif", email="alix@demo.example", territories=[place],
        )  # fmt: skip
    session.flush()
    assert mail.subject.startswith("Lot un suite fin\u00a0: réponse x")
    assert len(mail.subject) == 200
    assert mails.message(mail, "guichet@demo.example")["Subject"] == mail.subject


TOKEN = "Zk3-_" * 8
OPENED = (f"http://guichet.example/lien/{TOKEN}", f"http://guichet.example/declaration/{TOKEN}/contact")


def with_links(session: Session, recipient: str) -> OutboxMail:
    mail = letter(session, recipient)
    mail.text = "Bonjour,\n\n" + "\n\n".join(OPENED) + "\n\nÀ bientôt"
    mail.html = (
        "".join(f'<p><a href="{each}">Ouvrir</a> ({each})</p>' for each in OPENED) + "<p>À bientôt</p>"
    )
    session.commit()
    return mail


def test_links_are_in_the_letter_that_leaves_and_no_longer_in_what_is_kept(
    app: Flask, session: Session, postman: tuple[Postman, str]
) -> None:
    postman[0].refused.update({"partie@demo.example": "550 5.1.1 unknown", "plein@demo.example": "450 busy"})
    sent, refused, later, moot = (
        with_links(session, f"{each}@demo.example") for each in ("siae", "partie", "plein", "faite")
    )
    moot.thing_id = 2
    session.flush()
    mails.drop(session, "placement", 2)
    session.commit()
    assert frame.run(cli, ["send-mail"], app) == 0
    (received,) = postman[0].letters
    for kind in ("plain", "html"):
        assert TOKEN in received.get_body((kind,)).get_content()  # type: ignore[union-attr]
    session.expire_all()
    for kept in (sent, refused, moot):
        assert TOKEN not in kept.text + kept.html
        assert kept.text == kept.readable
        assert "http://guichet.example/lien/… (lien personnel)" in kept.text
        assert '<a href="http://guichet.example/lien/…">Ouvrir</a>' in kept.html
        assert "À bientôt" in kept.text and "<p>À bientôt</p>" in kept.html
    assert TOKEN in later.text and TOKEN in later.html  # it leaves at the next try


def test_a_letter_tried_too_often_keeps_no_link(session: Session, app: Flask) -> None:
    mail, at = with_links(session, "plein@demo.example"), journal.now()
    for _ in range(mails.MAX_TRIES):
        at += datetime.timedelta(days=2)
        assert mails.claim(session, mail.id, at=at) is not None
        assert TOKEN in mail.text
        mails.settle(mail, mails.Failure("450 busy"), at=at)
    assert mail.state is MailState.dropped
    assert TOKEN not in mail.text + mail.html


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_server_that_is_down_loses_nothing(
    app: Flask, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    app.config["SETTINGS"] = settings_for(
        "sqlite://", app.config["SETTINGS"].instance, smtp_url="smtp://127.0.0.1:9"
    )
    letter(session, "siae@demo.example")
    assert frame.run(cli, ["send-mail", "--json"], app) == 0
    assert json.loads(capsys.readouterr().out) == {"sent": 0, "failed": 1, "refused": 0, "given_up": 0}
    session.expire_all()
    assert session.scalars(select(OutboxMail)).one().sent_at is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_a_server_the_command_refuses(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    app.config["SETTINGS"] = settings_for("sqlite://", app.config["SETTINGS"].instance)
    assert frame.run(cli, ["send-mail"], app) == 1
    assert "SMTP_URL" in capsys.readouterr().err
