"""What became of people, asked by letter: whom, one letter an address, a link that answers once, reminders, two answers."""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import contacts, contracts, followup_letters, followup_requests, followups, journal
from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.followup_requests import FollowUpRequest, Reply
from facilitator.followups import Attempt, FollowUp, FollowUpRefused
from facilitator.links import ActionLink
from facilitator.mails import MailState, OutboxMail
from facilitator.organisations import Contact
from facilitator.outcomes import Answer
from facilitator.people import Person
from facilitator.settings import Settings
from facilitator.vocabulary import AnsweredBy, Channel, ContractType, FollowUpOutcome, SiaeKind, Situation
from tests import trade
from tests.conftest import settings_for
from tests.forms_in_pages import Browser, text_of
from tests.postman import Postman
from tests.trade import day
from tests.web.desk import Desk, open_desk

BASE = "http://guichet.example"
SAID = {"situation": "cdd_6_plus", "since_on": "2026-01-05", "weekly_hours": "35", "name": "Dominique Fictif"}
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def settings(database: str, tmp_path: Path, postman: tuple[Postman, str]) -> Settings:
    return settings_for(
        database, tmp_path, smtp_url=postman[1], mail_from="Guichet <guichet@demo.example>", base_url=BASE
    )


@dataclass
class Place:
    """Two people whose contracts with one SIAE ended on 30/04/2026: asked about 30/10/2026."""

    desk: Desk
    people: list[Person]
    contact: Contact


@pytest.fixture
def place(client: Browser, session: Session) -> Place:
    desk = open_desk(client, session)
    employer = trade.siae(session, SiaeKind.ETTI)
    people = []
    for _ in range(2):
        person = trade.person(session, desk.ground.territory, "01/01/2026")
        trade.work(session, person, desk.ground.award, employer, ContractType.ctt, "02/02/2026", "30/04/2026")
        people.append(person)
    desk.ground.territory.phone = "01 99 00 00 01"
    contact = contacts.add(
        session, desk.ground.territory.id, employer, name="Agence", email="agence@siae.example", by=None
    )
    session.commit()
    return Place(desk, people, contact)


def ask(place: Place) -> OutboxMail:
    """Send the page as it is proposed."""
    desk = place.desk
    desk.send(desk.get("/suivis/demander"), {}, form="demander")
    return mails(desk.session)[-1]


def mails(session: Session) -> list[OutboxMail]:
    session.commit()
    session.expire_all()
    return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def links(letter: OutboxMail) -> list[str]:
    return re.findall(rf"{BASE}(/reponse/[\w-]+)", letter.text)


def row(place: Place, number: int = 0) -> FollowUp:
    session = place.desk.session
    session.expire_all()
    return session.scalars(select(FollowUp).where(FollowUp.person_id == place.people[number].id)).one()


def page(place: Place, link: str) -> TestResponse:
    found = place.desk.client.get(link)
    assert found.status_code == 200, text_of(found)
    return found


def run(app: Flask, *words: str) -> None:
    assert frame.run(cli, words, app) == 0


def test_one_letter_an_address_holds_a_link_for_each_person_and_nothing_private(place: Place) -> None:
    letter = ask(place)
    assert len(mails(place.desk.session)) == 1 and len(set(links(letter))) == 2
    for body in (letter.text, letter.html):
        assert "Camille F." in body and place.people[0].last_name not in body
        assert "30\u00a0octobre\u00a02026" in body and "01 99 00 00 01" in body
        assert "/1990" not in body and "RSA" not in body
    found = row(place)
    assert (found.outcome, found.asked_on, found.tries) == (FollowUpOutcome.asked, day("23/11/2026"), 0)
    assert "Sollicité" in text_of(place.desk.get("/suivis"))
    assert "Question posée" not in letter.text
    tokens = {link.rpartition("/")[2] for link in links(letter)}
    kept = set(place.desk.session.scalars(select(ActionLink.token_hash)))
    assert not tokens & kept
    asked = place.desk.get(f"/suivis/{place.people[0].id}/2026-04-30/6")
    assert "Lettres envoyées" in text_of(asked) and "agence@siae.example Sans réponse" in text_of(asked)


def test_a_link_is_seen_without_effect_and_answers_once(place: Place) -> None:
    link = links(ask(place))[0]
    for _ in range(3):
        shown = page(place, link)
    text = text_of(shown)
    assert "Quelle était la situation" in text and place.people[0].last_name.upper() not in text
    assert "Détention" not in text and "RSA" not in text and "1990" not in text
    for wrong in ({"situation": ""}, {"weekly_hours": "1e309"}, {"since_on": "2026-02-30"}, {"since_on": "2026-11-01"}, {"name": ""}, {"situation": "recherche"}):  # fmt: skip
        refused = place.desk.send(shown, SAID | wrong, 422)
        assert "Ce que vous avez saisi est gardé" in text_of(refused), wrong
    assert row(place).outcome == FollowUpOutcome.asked
    place.desk.send(shown, SAID)
    found = row(place)
    assert (found.situation, found.channel, found.answered_by) == (
        "cdd_6_plus",
        Channel.form,
        AnsweredBy.siae,
    )
    assert (found.answered_by_name, found.answered_by_organisation_id) == ("Dominique Fictif", place.contact.organisation_id)  # fmt: skip
    again = place.desk.client.get(link)
    assert again.status_code == 410 and "a déjà servi" in text_of(again)
    assert place.desk.client.get("/reponse/" + "x" * 43).status_code == 404


def test_not_knowing_is_a_try_and_having_told_stops_every_letter(place: Place) -> None:
    first, second = links(ask(place))
    for link, act in ((first, "ne-sait-pas"), (second, "deja-repondu")):
        place.desk.send(page(place, link), {}, form=f"{link}/{act}")
        assert place.desk.client.get(link).status_code == 410
    assert (row(place).tries, row(place, 1).told_on) == (1, day("23/11/2026"))
    assert followup_requests.waiting(place.desk.session, day("31/12/2026")) == []
    other = row(place, 1)
    shown = place.desk.get(f"/suivis/{other.person_id}/{other.exit_on}/6")
    assert "avoir déjà répondu autrement" in text_of(shown)


def test_a_different_answer_by_phone_and_by_link_is_seen_by_the_facilitator(place: Place) -> None:
    link = links(ask(place))[0]
    shown, desk = page(place, link), place.desk
    found = row(place)
    due = followups.due_of(desk.session, found.person_id, found.exit_on, 6, day("23/11/2026"))
    phoned = Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, Answer(Situation.recherche))
    followups.record(desk.session, due, phoned, on=day("23/11/2026"), by=None)
    desk.session.commit()
    assert desk.client.get(link).status_code == 410  # whoever opens it now has nothing to do
    thanks = desk.client.get(str(desk.send(shown, SAID).location))
    assert "différente de la vôtre" in text_of(thanks) and "recherche" not in text_of(thanks)
    assert row(place).situation == Situation.recherche
    assert "Deux réponses différentes" in text_of(desk.get("/suivis/lettres"))
    contrary = desk.session.scalars(
        select(FollowUpRequest).where(FollowUpRequest.reply == Reply.contrary)
    ).one()
    assert contrary.situation == Situation.cdd_6_plus
    due = followups.due_of(desk.session, found.person_id, found.exit_on, 6, day("23/11/2026"))
    with pytest.raises(FollowUpRefused, match="En recherche d’emploi, La personne, téléphone, le 23"):
        other = Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, Answer(Situation.cdi))
        followups.record(desk.session, due, other, on=day("24/11/2026"), by=None)


def test_reminders_leave_after_15_and_30_days_to_whoever_has_not_answered(
    app: Flask, place: Place, postman: tuple[Postman, str]
) -> None:
    first, second = links(ask(place))
    run(app, "send-mail")
    run(app, "remind", "--on", "2026-12-07")
    assert len(mails(place.desk.session)) == 1
    place.desk.send(page(place, first), SAID)
    run(app, "remind", "--on", "2026-12-08")
    run(app, "remind", "--on", "2026-12-08")
    reminder = mails(place.desk.session)[-1]
    assert len(mails(place.desk.session)) == 2 and "rappel" in reminder.subject
    assert len(links(reminder)) == 1
    assert place.desk.client.get(second).status_code == 410
    page(place, links(reminder)[0])
    run(app, "remind", "--on", "2026-12-23")
    run(app, "remind", "--on", "2027-01-23")
    assert len(mails(place.desk.session)) == 3
    run(app, "send-mail")
    assert (
        len(postman[0].letters) == 2
    )  # the second one has left in place of nobody: its link died with the third


@SQLITE
def test_a_letter_is_read_again_when_it_leaves(
    app: Flask, place: Place, postman: tuple[Postman, str]
) -> None:
    letter, session = ask(place), place.desk.session
    found = row(place)
    due = followups.due_of(session, found.person_id, found.exit_on, 6, day("23/11/2026"))
    refusal = Attempt(FollowUpOutcome.refused, Channel.phone, AnsweredBy.person)
    followups.record(session, due, refusal, on=day("23/11/2026"), by=None)
    session.commit()
    before = links(letter)
    run(app, "send-mail")
    (sent,) = postman[0].letters
    body = sent.get_body(("plain",))
    assert body is not None
    left = re.findall(rf"{BASE}(/reponse/[\w-]+)", body.get_content())
    assert len(left) == 1 and left[0] not in before
    page(place, left[0])


@SQLITE
@pytest.mark.parametrize("why", ["anonymised", "withdrawn", "told", "answered"])
def test_a_letter_that_has_nothing_left_to_ask_never_leaves(
    app: Flask, place: Place, postman: tuple[Postman, str], why: str
) -> None:
    ask(place)
    session = place.desk.session
    for number, person in enumerate(place.people):
        found = row(place, number)
        if why == "anonymised":
            person.anonymised_on = day("23/11/2026")
        elif why == "told":
            found.told_on = day("23/11/2026")
        elif why == "withdrawn":
            trade.direct(
                session, person, place.desk.ground.award, ContractType.cdd, "04/05/2026", "31/12/2026"
            )
        else:
            due = followups.due_of(session, found.person_id, found.exit_on, 6, day("23/11/2026"))
            given = Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, Answer(Situation.cdi))
            followups.record(session, due, given, on=day("23/11/2026"), by=None)
        session.commit()
    link = links(mails(session)[-1])[0]
    if why in ("anonymised", "withdrawn"):
        assert place.desk.client.get(link).status_code == 410
    run(app, "send-mail")
    assert postman[0].letters == [] and mails(session)[0].state is MailState.dropped
    run(app, "remind", "--on", "2026-12-31")
    assert len(mails(session)) == 1


def test_asked_again_now_once_a_day_and_never_twice_for_one_person(place: Place) -> None:
    ask(place)
    desk = place.desk
    shown = desk.get("/suivis/lettres")
    assert "agence@siae.example" in text_of(shown) and "08/12/2026" in text_of(shown)
    desk.send(shown, {}, form="/suivis/lettres/relancer")
    assert len(mails(desk.session)) == 1  # written on this very day
    for request in desk.session.scalars(select(FollowUpRequest)):
        request.written_on -= datetime.timedelta(days=3)
    desk.send(desk.get("/suivis/lettres"), {}, form="/suivis/lettres/relancer")
    assert len(mails(desk.session)) == 2
    key = f"whom_{place.people[0].id}_20260430_6"
    twice = desk.send(desk.get("/suivis/demander"), {key: str(place.contact.organisation_id)}, 422)
    assert "a déjà été posée" in text_of(twice)
    nobody = desk.send(desk.get("/suivis/demander"), {}, 422, form="demander")
    assert "Choisissez au moins une organisation" in text_of(nobody)
    assert len(mails(desk.session)) == 2


def test_the_new_contact_gets_the_questions_of_the_old_one(place: Place) -> None:
    link = links(ask(place))[0]
    form = place.desk.get(f"{link}/contact")
    place.desk.send(form, {"name": "Nouvelle Fictive", "email": "nouvelle@siae.example"})
    assert place.desk.client.get(link).status_code == 410
    handed = [each for each in mails(place.desk.session) if each.recipient == "nouvelle@siae.example"]
    assert len(handed) == 1 and len(links(handed[0])) == 2
    page(place, links(handed[0])[0])


def test_the_pages_cost_the_same_however_many_are_asked(place: Place) -> None:
    desk = place.desk
    ask(place)
    desk.get("/suivis/lettres")
    few = desk.selects()
    desk.get("/suivis/demander")
    due = desk.selects()
    employer = trade.siae(desk.session)
    contacts.add(desk.session, desk.ground.territory.id, employer, name="A", email="b@siae.example", by=None)
    for _ in range(4):
        person = trade.person(desk.session, desk.ground.territory, "01/01/2026")
        trade.work(
            desk.session, person, desk.ground.award, employer, ContractType.ctt, "02/02/2026", "30/04/2026"
        )
    desk.session.commit()
    ask(place)
    desk.get("/suivis/lettres")
    assert desk.selects() == few
    desk.get("/suivis/demander")
    assert desk.selects() == due


@SQLITE
def test_who_is_asked_too_early_or_has_no_address_is_refused(place: Place) -> None:
    session, ground = place.desk.session, place.desk.ground
    contracts.end(session, ground.contract, day("30/06/2026"), "Fin", by=None)
    session.commit()
    due = followups.due_of(session, ground.person.id, day("30/06/2026"), 6, day("23/11/2026"))
    (nobody, *_) = followup_letters.askable(session, [due])[ground.person.id, day("30/06/2026")]
    for on, sentence in (("23/11/2026", "appelez à partir"), ("30/12/2026", "aucun contact joignable")):
        due = followups.due_of(session, ground.person.id, day("30/06/2026"), 6, day(on))
        with pytest.raises(FollowUpRefused, match=sentence):
            followup_letters.ask(
                session, [(due, nobody)], on=day(on), at=journal.now(), base_url=BASE, by=None
            )
    assert session.scalar(select(func.count(FollowUp.id))) == 0
