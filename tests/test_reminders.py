"""Reminders at work: from the facts to a real SMTP server, once, to the right person, with links that open."""

import datetime
import json
import re
import threading
from dataclasses import dataclass
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import (
    contacts,
    declarations,
    documents,
    journal,
    links,
    placement_letters,
    reminders_due,
    territories,
)
from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.links import ActionLink
from facilitator.mails import MailState, OutboxMail
from facilitator.organisations import Contact, Organisation
from facilitator.placements import Placement
from facilitator.reminders_due import DueKind
from facilitator.reminders_sent import ReminderSent
from facilitator.settings import Settings
from facilitator.vocabulary import ContractType, PlacementMode
from tests import trade
from tests.conftest import settings_for
from tests.forms_in_pages import Browser, text_of
from tests.postman import Postman
from tests.trade import Ground, day

BASE = "http://guichet.example"
FIFTH = "2026-11-05"
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def settings(database: str, tmp_path: Any, postman: tuple[Postman, str]) -> Settings:
    return settings_for(
        database,
        tmp_path,
        smtp_url=postman[1],
        mail_from="Guichet d’exemple <guichet@demo.example>",
        base_url=BASE,
    )


@dataclass
class Asked:
    """A company that has not declared two months, and a SIAE that has not answered a proposal."""

    ground: Ground
    siae: Organisation
    proposed: Placement
    contact: Contact
    of_siae: Contact


@pytest.fixture
def asked(session: Session) -> Asked:
    ground, employer = trade.market(session), trade.siae(session)
    ground.territory.phone, ground.territory.email = "01 99 00 00 01", "clauses@demo.example"
    waiting = trade.person(session, ground.territory, "01/01/2026")
    proposed = trade.proposed(session, waiting, ground.award, employer, "26/10/2026")
    made = Asked(
        ground,
        employer,
        proposed,
        known(session, ground, ground.company, "paie@entreprise.example"),
        known(session, ground, employer, "agence@siae.example"),
    )
    session.commit()
    return made


def known(session: Session, ground: Ground, organisation: Organisation, email: str) -> Contact:
    return contacts.add(
        session, ground.territory.id, organisation, name="Contact fictif", email=email, by=None
    )


def run(app: Flask, *words: str) -> int:
    return frame.run(cli, words, app)


def part(letter: EmailMessage, kind: str) -> str:
    """One of the two bodies of a letter."""
    body = letter.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


def said(text: str) -> str:
    return " ".join(text.split())


def mails_of(session: Session) -> list[OutboxMail]:
    session.expire_all()
    return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def declare(session: Session, ground: Ground, month: int) -> None:
    first = datetime.date(2026, month, 1)
    start, end = declarations.default_period(ground.contract, first)
    declarations.declare(
        session, ground.contract, from_on=start, to_on=end, worked=Decimal(120), on=end, by=None
    )
    session.commit()


def test_one_letter_reaches_each_person_and_its_links_open(
    app: Flask,
    session: Session,
    client: Browser,
    asked: Asked,
    postman: tuple[Postman, str],
) -> None:
    assert run(app, "remind", "--on", FIFTH) == 0
    assert run(app, "send-mail") == 0
    letters = {each["To"]: each for each in postman[0].letters}
    assert sorted(letters) == ["agence@siae.example", "paie@entreprise.example"]
    to_company = letters["paie@entreprise.example"]
    assert said(to_company["Subject"]) == "Clause sociale d’insertion : 2 réponses attendues (novembre 2026)"
    assert to_company["From"] == "Guichet d’exemple <guichet@demo.example>"
    for kind in ("plain", "html"):
        body = said(part(to_company, kind))
        assert "Septembre" in body and "Octobre" in body
        assert "Août" not in body  # asked for 60 days, then it is a call
        assert f"heures de Camille {asked.ground.person.last_name[0]}." in body
        assert asked.ground.person.last_name not in body
        assert "01 99 00 00 01" in body
        assert len(set(re.findall(rf"{BASE}(/declaration/[\w-]+)", body))) == 2
    text = part(to_company, "plain")
    for path in re.findall(rf"{BASE}(/declaration/[\w-]+)", text):
        page = client.get(f"{path}/contact")
        assert page.status_code == 200
        assert "paie@entreprise.example" in text_of(page)
    text = part(letters["agence@siae.example"], "plain")
    (path,) = re.findall(rf"{BASE}(/lien/[\w-]+)", text)
    assert "Confirmer la mise à l’emploi" in text_of(client.get(path))


def test_a_letter_about_a_document_alone_has_no_link_and_says_whom_to_tell(
    app: Flask, session: Session, asked: Asked, postman: tuple[Postman, str]
) -> None:
    of_contract = documents.Wanted(
        award_id=asked.ground.award.id, contract_id=asked.ground.contract.id, month=day("01/10/2026")
    )
    documents.expect(session, asked.ground.lot, "Attestation de vigilance", day("20/10/2026"), by=None)
    documents.expect(
        session, asked.ground.lot, "Bulletin de paie", day("20/10/2026"), by=None, wanted=of_contract
    )
    for month in (9, 10):
        declare(session, asked.ground, month)
    session.commit()
    run(app, "remind", "--on", FIFTH)
    run(app, "send-mail")
    (letter,) = (each for each in postman[0].letters if each["To"] == asked.contact.email)
    for kind in ("plain", "html"):
        body = said(part(letter, kind))
        assert "Documents à nous remettre" in body and "Attestation de vigilance" in body
        whose = f"Camille {asked.ground.person.last_name[0]}."
        assert f"Bulletin de paie, octobre 2026 ({whose}), attendu le 20 octobre 2026" in body
        assert "Vos liens sont personnels" not in body and BASE not in body
        assert "dites-nous qui l’est" in body


def test_a_run_repeated_writes_nothing_more(
    app: Flask, session: Session, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, "remind", "--on", FIFTH, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "written": 2,
        "already": 0,
        "unreachable": 0,
        "follow_ups": 0,
    }
    assert run(app, "remind", "--on", "2026-11-07", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "written": 0,
        "already": 2,
        "unreachable": 0,
        "follow_ups": 0,
    }
    assert len(mails_of(session)) == 2


def test_two_runs_at_once_write_one_letter(app: Flask, session: Session, asked: Asked) -> None:
    start = threading.Barrier(2)
    codes: list[int] = []

    def once() -> None:
        start.wait()
        codes.append(run(app, "remind", "--on", FIFTH))

    threads = [threading.Thread(target=once) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert codes == [0, 0]
    assert session.scalar(select(func.count()).select_from(ReminderSent)) == 2
    assert len(mails_of(session)) == 2
    alive = select(func.count()).where(ActionLink.purpose == "declare_month", ActionLink.revoked_at.is_(None))
    assert session.scalar(alive) == 2  # one a month


def test_the_letter_of_the_month_after_ends_the_links_of_the_one_before(
    app: Flask, session: Session, asked: Asked
) -> None:
    run(app, "remind", "--on", FIFTH)
    run(app, "remind", "--on", "2026-12-05")
    alive = session.scalars(
        select(ActionLink.period_on)
        .where(ActionLink.purpose == "declare_month", ActionLink.revoked_at.is_(None))
        .order_by(ActionLink.period_on)
    )
    # September’s link is not asked again: it lives until its own end.
    assert [f"{each:%m}" for each in alive if each] == ["09", "10", "11"]


def test_a_dry_run_shows_who_would_get_what_and_writes_nothing(
    app: Flask, session: Session, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, "remind", "--on", "2026-11-23", "--dry-run") == 0
    out = capsys.readouterr().out
    assert "paie@entreprise.example" in out
    assert "octobre\u00a02026" in out
    assert "jour de relance" in out
    assert run(app, "remind", "--on", FIFTH, "--dry-run", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["recipient"], each["leaves"]) for each in found["letters"]] == [
        ("agence@siae.example", True),
        ("paie@entreprise.example", True),
    ]
    assert mails_of(session) == []
    assert session.scalar(select(func.count()).select_from(ActionLink)) == 0


def test_letters_wait_for_the_day_of_the_territory(
    app: Flask, session: Session, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, "remind", "--on", "2026-11-23") == 0
    assert "2 lettres attendent le jour de relance" in capsys.readouterr().out.replace("\u00a0", " ")
    assert mails_of(session) == []
    territories.set_parameter(
        session, asked.ground.territory, "reminder_days", "5; 22", effective_on=day("01/11/2026"), by=None
    )
    session.commit()
    assert run(app, "remind", "--on", FIFTH) == 0
    assert run(app, "remind", "--on", "2026-11-23") == 0
    assert [each.day for each in session.scalars(select(ReminderSent).order_by(ReminderSent.id))] == [
        5, 5, 22, 22,
    ]  # fmt: skip


@SQLITE
def test_what_cannot_be_asked_is_refused(
    app: Flask, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, "remind", "--on", "hier") == 2
    assert run(app, "remind", "--territory", "nulle-part") == 1
    assert "nulle-part" in capsys.readouterr().err


def test_what_is_done_before_the_departure_leaves_the_letter(
    app: Flask,
    session: Session,
    asked: Asked,
    postman: tuple[Postman, str],
) -> None:
    run(app, "remind", "--on", FIFTH)
    declare(session, asked.ground, 9)
    run(app, "send-mail")
    (letter,) = (each for each in postman[0].letters if each["To"] == asked.contact.email)
    text = part(letter, "plain")
    assert "1 réponse attendue" in said(letter["Subject"])
    assert "Octobre" in text and "Septembre" not in text


def test_a_letter_with_nothing_left_to_ask_never_leaves(
    app: Flask,
    session: Session,
    asked: Asked,
    postman: tuple[Postman, str],
) -> None:
    run(app, "remind", "--on", FIFTH)
    declare(session, asked.ground, 9)
    declare(session, asked.ground, 10)
    run(app, "send-mail")
    assert [each["To"] for each in postman[0].letters] == ["agence@siae.example"]
    (dropped,) = (each for each in mails_of(session) if each.recipient == asked.contact.email)
    assert (dropped.state, dropped.last_answer) == (MailState.dropped, "devenu sans objet")
    alive = select(func.count()).where(
        ActionLink.recipient == asked.contact.email, ActionLink.revoked_at.is_(None)
    )
    assert session.scalar(alive) == 0


def test_a_letter_names_only_the_sites_that_still_ask(
    app: Flask, session: Session, asked: Asked, postman: tuple[Postman, str]
) -> None:
    """One contract on two lots: one line; «néant» said of the second lot takes its name out of it."""
    ground = asked.ground
    second = trade.award(
        session, trade.lot(session, ground.territory, by_buyer=ground.buyer, number="2"), ground.company
    )
    trade.serves(
        session, ground.person, second, ground.contract, "01/03/2025", PlacementMode.embauche_directe
    )
    declare_nil_of = [datetime.date(2026, month, 1) for month in (9, 10)]
    session.commit()
    run(app, "remind", "--on", FIFTH)
    before = next(each for each in mails_of(session) if each.recipient == asked.contact.email)
    assert "lot 2" in before.text
    for month in declare_nil_of:
        declarations.declare_nil(session, second, month, on=day("05/11/2026"), by=None)
    session.commit()
    run(app, "send-mail")
    (letter,) = (each for each in postman[0].letters if each["To"] == asked.contact.email)
    for kind in ("plain", "html"):
        body = said(part(letter, kind))
        assert "lot 2" not in body
        assert f"heures de Camille {ground.person.last_name[0]}." in body


def test_a_letter_that_never_leaves_ends_its_own_links_only(
    app: Flask, session: Session, asked: Asked, client: Browser, postman: tuple[Postman, str]
) -> None:
    run(app, "remind", "--on", FIFTH)
    own = [each.id for each in session.scalars(select(ActionLink).order_by(ActionLink.id))]
    waiting = trade.person(session, asked.ground.territory, "01/01/2026")
    later = trade.proposed(
        session,
        waiting,
        asked.ground.award,
        asked.ground.company,
        "23/11/2026",
        mode=PlacementMode.embauche_directe,
    )
    with app.app_context():
        placement_letters.propose_by_mail(
            session, later, "paie@entreprise.example", at=journal.now(), base_url=BASE
        )
        refusal = links.issue_declaration(
            session, asked.ground.company.id, day("01/10/2026"), "paie@entreprise.example",
            at=journal.now(), territory_id=asked.ground.territory.id,
        )  # fmt: skip
    for month in (9, 10):
        declare(session, asked.ground, month)
    run(app, "send-mail")
    session.expire_all()
    dropped = next(
        each for each in mails_of(session) if each.thing == "reminder" and each.state is MailState.dropped
    )
    assert dropped.recipient == asked.contact.email
    of_company = [
        each for each in session.scalars(select(ActionLink)) if each.recipient == asked.contact.email
    ]
    assert all(each.revoked_at for each in of_company if each.id in own)
    assert [each.revoked_at for each in of_company if each.id not in own] == [None, None]
    assert client.get(f"/declaration/{refusal}/contact").status_code == 200
    (letter,) = (each for each in postman[0].letters if each["To"] == asked.contact.email)
    (path,) = re.findall(rf"{BASE}(/lien/[\w-]+)", part(letter, "plain"))
    assert "Confirmer la mise à l’emploi" in text_of(client.get(path))


def test_nobody_is_asked_to_confirm_no_hours(app: Flask, session: Session, asked: Asked) -> None:
    ground, hired = asked.ground, trade.person(session, asked.ground.territory, "01/01/2026")
    for worked in ("0", "35"):
        at_work = trade.work(
            session, hired if worked == "0" else trade.person(session, ground.territory, "01/01/2026"),
            ground.award, asked.siae, ContractType.ctt, "01/10/2026", "31/10/2026",
        )  # fmt: skip
        trade.declared(session, at_work.contract, "01/10/2026", "31/10/2026", worked)
    session.commit()
    due = reminders_due.due(session, day("05/11/2026"), organisation_ids=[ground.company.id])
    (second,) = (each for each in due if each.kind is DueKind.second)
    assert second.person_id != hired.id


def test_an_address_refused_for_good_gives_way_to_the_second_contact(
    app: Flask,
    session: Session,
    asked: Asked,
    postman: tuple[Postman, str],
) -> None:
    known(session, asked.ground, asked.ground.company, "direction@entreprise.example")
    session.commit()
    postman[0].refused["paie@entreprise.example"] = "550 5.1.1 unknown"
    run(app, "remind", "--on", FIFTH)
    run(app, "send-mail")
    session.expire_all()
    assert asked.contact.bounced_at is not None
    run(app, "remind", "--on", "2026-11-06")
    run(app, "send-mail")
    assert [each["To"] for each in postman[0].letters] == [
        "agence@siae.example",
        "direction@entreprise.example",
    ]


@SQLITE
def test_a_server_that_is_down_keeps_the_letter_for_later(
    app: Flask, session: Session, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    run(app, "remind", "--on", FIFTH)
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings_for(
        "sqlite://", before.instance, smtp_url="smtp://127.0.0.1:9", base_url=BASE
    )
    capsys.readouterr()
    assert run(app, "send-mail", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"sent": 0, "failed": 2, "refused": 0, "given_up": 0}
    assert {each.state for each in mails_of(session)} == {MailState.later}
    assert asked.contact.reachable


def test_one_person_for_two_organisations_and_two_territories_gets_one_letter(
    app: Flask,
    session: Session,
    asked: Asked,
    postman: tuple[Postman, str],
) -> None:
    other = trade.market(session)
    contacts.add(
        session, other.territory.id, other.company, name="Contact fictif", email="Paie@Entreprise.example", by=None
    )  # fmt: skip
    session.commit()
    run(app, "remind", "--on", FIFTH)
    run(app, "send-mail")
    (letter,) = (each for each in postman[0].letters if "paie" in each["To"].lower())
    text = part(letter, "plain")
    assert "4 réponses attendues" in said(letter["Subject"])
    assert asked.ground.company.label.upper() in text
    assert other.company.label.upper() in text


def test_nobody_is_written_to_where_all_contacts_left(
    app: Flask, session: Session, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    asked.ground.award.correspondent_email = "chantier@entreprise.example"
    contacts.leave(session, asked.contact, on=day("01/11/2026"), by=None)
    session.commit()
    assert run(app, "remind", "--on", FIFTH) == 0
    assert "contact à trouver" in capsys.readouterr().out
    assert [each.recipient for each in mails_of(session)] == ["agence@siae.example"]


def test_the_correspondent_of_a_lot_is_written_to_where_nobody_else_is_known(
    app: Flask, session: Session, asked: Asked
) -> None:
    asked.ground.award.correspondent_email = "chantier@entreprise.example"
    contacts.remove(session, asked.contact, by=None)
    session.commit()
    run(app, "remind", "--on", FIFTH)
    assert [each.recipient for each in mails_of(session)] == [
        "agence@siae.example",
        "chantier@entreprise.example",
    ]


def test_instants_of_letters_are_known(app: Flask, session: Session, asked: Asked) -> None:
    run(app, "remind", "--on", FIFTH)
    (row, _) = session.scalars(select(ReminderSent).order_by(ReminderSent.id))
    assert row.written_at <= journal.now()
    assert row.by_id is None
    assert {each["territory"] for each in row.items} == {asked.ground.territory.id}
