"""Reminders on screen: the dry run, one letter sent once, what was sent on each file, and who the right contact is."""

import re
import threading
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import contact_changes, contacts, journal, reminder_plan, reminders
from facilitator.awards import Award
from facilitator.contact_changes import ContactChangeRefused, ContactProposal
from facilitator.db import db, writing
from facilitator.links import ActionLink
from facilitator.mails import OutboxMail
from facilitator.organisations import Contact, Organisation
from facilitator.reminders_sent import ReminderSent
from facilitator.vocabulary import MembershipRole
from facilitator.web import clock
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.trade import day
from tests.web.desk import Desk, open_desk

BASE = "http://guichet.example"
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@dataclass
class Written:
    """The reminder of a company, with the two links in it: of a month, and of a proposed placement."""

    desk: Desk
    contact: Contact
    declaration: str
    placement: str


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    found = open_desk(client, session)
    found.ground.territory.email = "clauses@demo.example"
    return found


@pytest.fixture
def contact(desk: Desk) -> Contact:
    return contacts.add(
        desk.session, desk.ground.territory.id, desk.ground.company, name="Dominique Fictif",
        email="paie@entreprise.example", by=None,
    )  # fmt: skip


@pytest.fixture
def written(app: Flask, desk: Desk, contact: Contact) -> Written:
    ground = desk.ground
    waiting = trade.person(desk.session, ground.territory, "01/01/2026")
    trade.proposed(
        desk.session, waiting, ground.award, ground.company, "02/11/2026",
        mode=trade.PlacementMode.embauche_directe,
    )  # fmt: skip
    with app.app_context():
        (letter,) = reminder_plan.plan(desk.session, clock.today()).letters
        mail = reminders.send(desk.session, letter, at=journal.now(), base_url=BASE)
    assert mail is not None
    desk.session.commit()
    declaration = re.findall(rf"{BASE}(/declaration/[\w-]+)", mail.text)[-1]
    return Written(desk, contact, declaration, re.findall(rf"{BASE}(/lien/[\w-]+)", mail.text)[0])


def letters(session: Session) -> list[OutboxMail]:
    session.expire_all()
    return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def alive(session: Session, recipient: str) -> int:
    return session.scalar(
        select(func.count()).where(
            ActionLink.recipient == recipient, ActionLink.revoked_at.is_(None), ActionLink.used_at.is_(None)
        )
    ) or 0  # fmt: skip


# The dry run and its buttons.


def test_the_page_says_who_would_get_what_and_looking_sends_nothing(desk: Desk, contact: Contact) -> None:
    page = desk.get("/relances")
    text = text_of(page)
    assert "paie@entreprise.example" in text
    assert "heures de Camille F." in text
    assert "octobre 2026" in text
    assert "À obtenir par un appel" in text  # the months asked for more than 60 days
    assert letters(desk.session) == []


def test_a_letter_sent_twice_leaves_once(desk: Desk, contact: Contact) -> None:
    page = desk.get("/relances")
    for _ in range(3):
        desk.send(page, {}, form="/relances/envoyer")
    (mail,) = letters(desk.session)
    assert mail.recipient == "paie@entreprise.example"
    again = desk.get("/relances")
    assert "écrite le" in text_of(again)
    assert not page_of(again).xpath("//form[@action='/relances/envoyer']")
    (row,) = desk.session.scalars(select(ReminderSent))
    assert (row.day, row.by_id is not None) == (5, True)


def test_all_letters_leave_at_once(desk: Desk, contact: Contact) -> None:
    employer = trade.siae(desk.session)
    someone = trade.person(desk.session, desk.ground.territory, "01/01/2026")
    trade.proposed(desk.session, someone, desk.ground.award, employer, "02/11/2026")
    contacts.add(
        desk.session, desk.ground.territory.id, employer, name="Alix Fictif", email="a@siae.example", by=None
    )
    page = desk.get("/relances")
    assert "Envoyer maintenant les 2 lettres" in text_of(page)
    desk.send(page, {}, form="/relances/tout-envoyer")
    desk.send(page, {}, form="/relances/tout-envoyer")
    assert sorted(each.recipient for each in letters(desk.session)) == [
        "a@siae.example",
        "paie@entreprise.example",
    ]


def test_an_address_that_owes_nothing_gets_nothing(desk: Desk, contact: Contact) -> None:
    page = desk.get("/relances")
    answer = desk.send(page, {"recipient": "intrus@demo.example"}, form="/relances/envoyer")
    assert letters(desk.session) == []
    assert "Plus rien n’est à demander" in text_of(desk.get(answer.location))


def test_a_company_without_anybody_to_write_to_is_a_task_of_the_facilitator(
    desk: Desk, contact: Contact
) -> None:
    contacts.leave(desk.session, contact, on=day("02/11/2026"), by=None)
    assert "contact à trouver" in text_of(desk.get("/ma-journee"))
    assert desk.ground.company.label in text_of(desk.get("/relances"))
    page = desk.get(f"/organisations/{desk.ground.company.id}")
    assert "Contact à trouver" in text_of(page)
    back = desk.send(page, {}, form=f"/contacts/{contact.id}/ecrire-de-nouveau")
    assert "paie@entreprise.example" in text_of(desk.get(back.location))
    assert "contact à trouver" not in text_of(desk.get("/ma-journee"))


def test_a_facilitator_who_learns_of_a_departure_stops_letters_and_links(written: Written) -> None:
    desk, company = written.desk, written.desk.ground.company
    contacts.add(
        desk.session, desk.ground.territory.id, company, name="Second Fictif", email="second@entreprise.example", by=None
    )  # fmt: skip
    page = desk.get(f"/contacts/{written.contact.id}/modifier")
    assert "Ne plus écrire à ce contact" in text_of(page)
    for _ in range(2):
        desk.send(page, {}, form=f"/contacts/{written.contact.id}/ne-plus-ecrire")
    desk.session.expire_all()
    assert written.contact.left_on == clock.today()
    assert desk.client.get(written.declaration).status_code == 410
    assert alive(desk.session, "paie@entreprise.example") == 0
    assert "second@entreprise.example" in text_of(desk.get("/relances"))
    again = desk.get(f"/contacts/{written.contact.id}/modifier")
    assert "Ne plus écrire à ce contact" not in text_of(again)


def test_the_links_of_a_contact_taken_away_open_nothing(written: Written) -> None:
    desk = written.desk
    page = desk.get(f"/contacts/{written.contact.id}/modifier")
    desk.send(page, {}, form=f"/contacts/{written.contact.id}/retirer")
    assert desk.client.get(written.declaration).status_code == 410
    assert desk.client.get(written.placement).status_code == 410


def test_the_second_contact_may_be_put_first(desk: Desk, contact: Contact) -> None:
    second = contacts.add(
        desk.session, desk.ground.territory.id, desk.ground.company, name="Second Fictif",
        email="second@entreprise.example", by=None,
    )  # fmt: skip
    path = f"/organisations/{desk.ground.company.id}"
    desk.send(desk.get(path), {}, form=f"/contacts/{second.id}/ecrire-d-abord")
    desk.session.expire_all()
    assert (second.rank, contact.rank) == (1, 2)
    assert "second@entreprise.example" in text_of(desk.get("/relances"))


def test_the_page_costs_the_same_however_many_letters(desk: Desk, contact: Contact) -> None:
    desk.get("/relances")
    first = desk.selects()
    for number in range(6):
        company = trade.company(desk.session)
        award = trade.award(
            desk.session,
            trade.lot(desk.session, desk.ground.territory, hours="50", by_buyer=desk.ground.buyer),
            company,
        )
        assert award
        contacts.add(
            desk.session, desk.ground.territory.id, company, name="Fictif", email=f"c{number}@demo.example", by=None
        )  # fmt: skip
    text = text_of(desk.get("/relances"))
    assert "c5@demo.example" in text
    assert desk.selects() == first


def test_a_letter_over_two_organisations_says_which_owes_what(desk: Desk, contact: Contact) -> None:
    other = trade.company(desk.session)
    lot = trade.lot(desk.session, desk.ground.territory, hours="50", by_buyer=desk.ground.buyer)
    trade.award(desk.session, lot, other)
    contacts.add(
        desk.session,
        desk.ground.territory.id,
        other,
        name="La même",
        email="paie@entreprise.example",
        by=None,
    )
    page = desk.get("/relances")
    (cell,) = page_of(page).xpath("//table[@id='lettres']//td[1]")
    assert [each.text for each in cell.findall("b")] == sorted([desk.ground.company.label, other.label])


# What was sent, on each file.


def test_a_letter_is_read_on_the_lot_the_organisation_and_the_person(written: Written) -> None:
    desk, ground = written.desk, written.desk.ground
    (mail,) = letters(desk.session)
    for path in (
        f"/lots/{ground.lot.id}/courriers",
        f"/organisations/{ground.company.id}",
        f"/organisations/{ground.company.id}/courriers",
        f"/personnes/{ground.person.id}",
        f"/personnes/{ground.person.id}/courriers",
        "/relances",
    ):
        page = desk.get(path)
        assert f"/courriers/{mail.id}" in page.text, path
        assert "en attente" in text_of(page)
    read = desk.get(f"/courriers/{mail.id}")
    assert "heures de Camille F." in text_of(read)
    assert written.declaration not in read.text  # its links are for its addressee alone
    assert written.placement not in read.text
    assert "lien personnel" in text_of(read)


def test_a_letter_that_failed_says_what_the_server_answered(written: Written) -> None:
    (mail,) = letters(written.desk.session)
    mail.tries, mail.last_answer = 1, "450 4.2.2 boîte pleine"
    page = text_of(written.desk.get(f"/courriers/{mail.id}"))
    assert "remis à plus tard" in page and "450 4.2.2 boîte pleine" in page
    mail.tries = 8
    assert "non envoyé" in text_of(written.desk.get(f"/courriers/{mail.id}"))
    mail.sent_at = journal.now()
    assert "parti" in text_of(written.desk.get(f"/lots/{written.desk.ground.lot.id}/courriers"))


def test_of_a_letter_over_two_territories_each_reads_its_own_lines(
    app: Flask, desk: Desk, contact: Contact, client: Browser, session: Session
) -> None:
    other = trade.market(session)
    contacts.add(
        session, other.territory.id, other.company, name="La même", email="paie@entreprise.example", by=None
    )
    desk.send(desk.get("/relances"), {}, form="/relances/envoyer")
    (mail,) = letters(session)
    assert mail.territory_id is None
    assert other.company.label.upper() in mail.text
    read = desk.get(f"/courriers/{mail.id}")
    assert f"heures de Camille {desk.ground.person.last_name[0]}." in text_of(read)
    assert other.company.label not in read.text
    assert text_of(read).count("heures de Camille") == 2


# «Je ne suis plus le bon contact».


def say(client: Browser, path: str, status: int, **values: str) -> None:
    page = client.get(f"{path}/contact")
    assert page.status_code == 200, text_of(page)
    answer = client.submit(page, {"name": "Alix Nouvelle", "email": "alix@entreprise.example"} | values)
    assert answer.status_code == status, text_of(answer)


@pytest.mark.parametrize("from_page", ["declaration", "placement"])
def test_a_colleague_takes_over_at_once_with_links_of_their_own(
    client: Browser, session: Session, written: Written, from_page: str
) -> None:
    path = getattr(written, from_page)
    assert "Je ne suis plus le bon contact" in text_of(client.get(path))
    if from_page == "declaration":
        assert f"{path}/contact" in client.get(f"{path}/a-confirmer").text
    page = client.get(f"{path}/contact")
    values = {"name": "Alix Nouvelle", "email": "alix@entreprise.example", "phone": "01 99 00 00 02"}
    done = client.submit(page, values)
    assert done.status_code == 303
    assert "les vôtres ne servent plus" in text_of(client.get(done.location))
    assert client.submit(page, values).location == done.location  # the same sending again
    session.expire_all()
    assert written.contact.left_on == clock.today()
    new = session.scalars(select(Contact).where(Contact.email == "alix@entreprise.example")).one()
    assert (new.rank, new.name) == (written.contact.rank, "Alix Nouvelle")
    assert client.get(written.declaration).status_code == 410
    assert client.get(written.placement).status_code == 410
    assert alive(session, "paie@entreprise.example") == 0
    to_new, to_facilitator, to_old = letters(session)[1:]
    assert to_new.recipient == "alix@entreprise.example"
    assert to_facilitator.recipient == "clauses@demo.example"
    assert "Alix Nouvelle" in to_facilitator.text
    assert to_old.recipient == "paie@entreprise.example"
    assert "Si ce n’est pas vous" in to_old.text
    for fresh in re.findall(r"(/(?:lien|declaration)/[\w-]+)", to_new.text):
        assert client.get(fresh).status_code == 200
    assert len(re.findall(r"/declaration/", to_new.text)) == 2


@pytest.mark.parametrize("email", ["voleur@ailleurs.example", "alix@sous.entreprise.example"])
def test_an_address_from_elsewhere_is_only_a_proposal(
    client: Browser, session: Session, written: Written, email: str
) -> None:
    say(client, written.declaration, 303, email=email)
    session.expire_all()
    assert written.contact.reachable
    assert client.get(written.declaration).status_code == 200
    assert [each.recipient for each in letters(session)[1:]] == ["clauses@demo.example"]
    desk, (proposal,) = written.desk, session.scalars(select(ContactProposal)).all()
    assert "contact proposé" in text_of(desk.get("/ma-journee"))
    page = desk.get(f"/organisations/{desk.ground.company.id}")
    desk.send(page, {}, form=f"/contacts-proposes/{proposal.id}/accepter")
    session.expire_all()
    assert written.contact.left_on == clock.today()
    assert letters(session)[-1].recipient == email
    assert client.get(written.declaration).status_code == 410
    assert alive(session, email) == 3
    assert "contact proposé" not in text_of(desk.get("/ma-journee"))
    twice = desk.client.submit(page, {}, form=f"/contacts-proposes/{proposal.id}/accepter")
    assert twice.status_code == 303
    assert len([each for each in letters(session) if each.recipient == email]) == 1
    contrary = desk.client.submit(page, {}, form=f"/contacts-proposes/{proposal.id}/ecarter")
    assert contrary.status_code == 422


def test_a_proposal_set_aside_changes_nothing(client: Browser, session: Session, written: Written) -> None:
    say(client, written.declaration, 303, email="voleur@ailleurs.example")
    (proposal,) = session.scalars(select(ContactProposal)).all()
    page = written.desk.get(f"/organisations/{written.desk.ground.company.id}")
    written.desk.send(page, {}, form=f"/contacts-proposes/{proposal.id}/ecarter")
    session.expire_all()
    assert written.contact.reachable
    assert client.get(written.declaration).status_code == 200
    assert "voleur" not in text_of(written.desk.get("/relances"))


def test_a_mailbox_that_anybody_opens_is_no_proof(
    client: Browser, session: Session, written: Written
) -> None:
    for link in session.scalars(select(ActionLink)):
        link.recipient = "entreprise@orange.fr"
    written.contact.email = "entreprise@orange.fr"
    say(client, written.declaration, 303, email="voleur@orange.fr")
    session.expire_all()
    assert written.contact.reachable
    assert session.scalar(select(func.count()).select_from(ContactProposal)) == 1


def test_proposals_do_not_pile_up(client: Browser, session: Session, written: Written) -> None:
    for number in (1, 1, 2, 3):
        say(client, written.declaration, 303, email=f"voleur{number}@ailleurs.example")
    say(client, written.declaration, 422, email="voleur4@ailleurs.example")
    assert session.scalar(select(func.count()).select_from(ContactProposal)) == 3


def test_what_cannot_be_a_new_contact_is_refused_and_kept(
    client: Browser, session: Session, written: Written
) -> None:
    page = client.get(f"{written.declaration}/contact")
    for wrong in (
        {"email": "paie@entreprise.example"},
        {"email": "pas une adresse"},
        {"email": ""},
        {"name": " "},
        {"name": "x" * 121},
    ):
        values = {"name": "Alix", "email": "alix@entreprise.example"} | wrong
        refused = client.submit(page, values)
        assert refused.status_code == 422, wrong
        assert next(iter(wrong.values())).strip() in refused.text
    session.expire_all()
    assert written.contact.reachable
    assert len(letters(session)) == 1
    cut = client.get(f"{written.declaration[:-4]}/contact")
    assert cut.status_code == 404
    assert "pas complet" in text_of(cut)
    assert client.get(written.declaration.replace("declaration", "lien") + "/contact").status_code == 404


@dataclass
class Correspondents:
    """A company named on lots of two territories by its correspondent’s address alone, and the link of its month."""

    awards: list[Award]
    path: str


@pytest.fixture
def two(app: Flask, session: Session) -> Correspondents:
    company = trade.company(session)
    awards = []
    for number in (1, 2):
        place = trade.territory(session)
        place.email = f"clauses{number}@demo.example"
        awards.append(trade.award(session, trade.lot(session, place, hours="10"), company))
        awards[-1].correspondent_email = "Chantier@entreprise.example"
    session.commit()
    with app.app_context():
        (letter,) = reminder_plan.plan(session, clock.today()).letters
        mail = reminders.send(session, letter, at=journal.now(), base_url=BASE)
        assert mail is not None and mail.territory_id is None
        session.commit()
        path = re.findall(r"(/declaration/[\w-]+)", mail.text)[0]
    return Correspondents(awards, path)


def test_a_correspondent_of_two_territories_says_who_took_over_in_both(
    client: Browser, session: Session, two: Correspondents
) -> None:
    say(client, two.path, 303)
    session.expire_all()
    for award in two.awards:
        known = contacts.of_organisation(session, award.territory_id, award.organisation_id)
        assert [(each.email, each.reachable) for each in known] == [
            ("chantier@entreprise.example", False),
            ("alix@entreprise.example", True),
        ]
    told = [each.recipient for each in letters(session)[1:]]
    assert told == [
        "alix@entreprise.example",
        "clauses1@demo.example",
        "clauses2@demo.example",
        "chantier@entreprise.example",
    ]


def test_an_address_from_elsewhere_is_proposed_in_both_territories(
    client: Browser, session: Session, two: Correspondents
) -> None:
    say(client, two.path, 303, email="alix@ailleurs.example")
    found = session.scalars(select(ContactProposal.territory_id).order_by(ContactProposal.id)).all()
    assert found == [each.territory_id for each in two.awards]
    assert alive(session, "chantier@entreprise.example") > 0


def test_one_territory_knows_a_contact_and_the_other_a_correspondent(
    client: Browser, session: Session, two: Correspondents
) -> None:
    award = two.awards[0]
    company = session.get_one(Organisation, award.organisation_id)
    contacts.add(
        session, award.territory_id, company, name="Chantier", email="chantier@entreprise.example", by=None
    )
    session.commit()
    say(client, two.path, 303, email="alix@ailleurs.example")
    found = session.scalars(select(ContactProposal.territory_id).order_by(ContactProposal.id)).all()
    assert found == [each.territory_id for each in two.awards]


@pytest.mark.parametrize("email", ["alix@entreprise.example", "alix@ailleurs.example"])
def test_where_no_territory_works_with_the_company_any_more_the_page_says_whom_to_call(
    client: Browser, session: Session, two: Correspondents, email: str
) -> None:
    for award in two.awards:
        session.delete(award)
    session.commit()
    page = client.get(f"{two.path}/contact")
    refused = client.submit(page, {"name": "Alix Nouvelle", "email": email})
    assert refused.status_code == 422
    assert "Plus aucun territoire ne suit d’heures de votre organisation" in text_of(refused)
    assert email in refused.text
    assert len(letters(session)) == 1


def test_the_same_proposal_sent_at_once_is_one_and_four_at_once_are_three(
    app: Flask, session: Session, written: Written
) -> None:
    session.commit()
    link_id = session.scalars(
        select(ActionLink.id).where(ActionLink.purpose == "declare_month").order_by(ActionLink.id)
    ).first()

    def propose(names: list[str]) -> list[str]:
        start, said = threading.Barrier(len(names)), []

        def once(name: str) -> None:
            with app.app_context(), writing():
                own = db.session()
                link = own.get_one(ActionLink, link_id)
                own.rollback()
                start.wait()
                try:
                    contact_changes.change(
                        own, link, name="Alix Nouvelle", email=f"{name}@ailleurs.example", phone=None,
                        on=clock.today(), at=journal.now(), base_url=BASE,
                    )  # fmt: skip
                    own.commit()
                    said.append("done")
                except ContactChangeRefused:
                    own.rollback()
                    said.append("refused")

        threads = [threading.Thread(target=once, args=(name,)) for name in names]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return sorted(said)

    known = select(ContactProposal.email).order_by(ContactProposal.email)
    assert propose(["voleur1"] * 4) == ["done"] * 4
    session.rollback()
    assert session.scalars(known).all() == ["voleur1@ailleurs.example"]
    session.rollback()
    assert propose([f"voleur{each}" for each in (2, 3, 4, 5)]) == ["done", "done", "refused", "refused"]
    session.rollback()
    assert len(session.scalars(known).all()) == 3


# The words of the territory.


def test_a_territory_chooses_its_words(app: Flask, session: Session, desk: Desk, contact: Contact) -> None:
    desk.session.commit()
    client = Browser(app)
    client.session = session
    assert builders.sign_in(client, builders.user(session, MembershipRole.administrator)).status_code == 303
    path = f"/administration/territoires/{desk.ground.territory.id}/lettres"
    page = client.get(f"{path}/relance")
    assert "réuni dans un seul courriel" in text_of(page)
    stale = client.get(f"{path}/relance")
    saved = client.submit(page, {"opening": "Chère entreprise,\n\nDeux minutes suffisent.", "closing": ""})
    assert saved.status_code == 303
    assert "Deux minutes suffisent." in text_of(client.get(saved.location))
    conflict = client.submit(stale, {"opening": "Autre texte"})
    assert conflict.status_code == 409
    assert "Autre texte" in conflict.text and "Deux minutes" in conflict.text
    empty = client.submit(page, {"opening": " "})
    assert empty.status_code == 422
    with app.app_context():
        (letter,) = reminder_plan.plan(session, clock.today()).letters
        mail = reminders.send(session, letter, at=journal.now(), base_url=BASE)
        assert mail is not None
        assert mail.text.startswith("Chère entreprise,\n\nDeux minutes suffisent.")
        assert "<p>Deux minutes suffisent.</p>" in mail.html
    back = client.submit(client.get(path), {}, form=f"{path}/relance/retablir")
    assert back.status_code == 303
    assert "réuni dans un seul courriel" in text_of(client.get(f"{path}/relance"))
