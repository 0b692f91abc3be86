"""The facilitator’s queue: what stands beside each line, what is asked for, decided at once, and told to declarants."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import contacts, declarations, links, validations
from facilitator.contracts import Contract
from facilitator.forms.hours import FREQUENT_REFUSALS
from facilitator.hours import Share, Timesheet
from facilitator.journal import now
from facilitator.links import ActionLink
from facilitator.mails import MailTopic, OutboxMail
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.second_answers import Speaker
from facilitator.sendings import Sending
from facilitator.shares import Part
from facilitator.vocabulary import ContractType, MembershipRole
from tests import answering, builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.trade import Ground, day
from tests.web.desk import Desk, open_desk

MOST = 15  # selects, whatever the number of rows


@dataclass(frozen=True)
class Agency:
    """An ETTI that makes somebody available to the company of the lot, and what it declared."""

    ground: Ground
    etti: Organisation
    contract: Contract
    sheet: Timesheet


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def said(answer: TestResponse) -> str:
    return text_of(answer).replace("\u00a0", " ").replace("\u202f", " ")


def agency(desk: Desk, hours: str = "63", month: str = "04/2026") -> Agency:
    """63 h of April declared by the ETTI itself, by the hand of Alix Fictif."""
    session, ground = desk.session, desk.ground
    etti = trade.siae(session)
    person = trade.person(session, ground.territory, "17/05/2024")
    contract = trade.work(
        session, person, ground.award, etti, ContractType.ctt, "01/01/2026", "30/11/2026"
    ).contract
    sheet = trade.declared(session, contract, f"01/{month}", f"30/{month}", hours)
    return Agency(ground, etti, contract, sent(session, sheet, etti.id))


def sent(session: Session, sheet: Timesheet, organisation_id: int, **more: int) -> Timesheet:
    sending = Sending(
        organisation_id=organisation_id,
        month=sheet.month,
        sent_at=now(),
        sender_name="Alix Fictif",
        sender_position="gérante",
        certified=True,
        **more,
    )
    session.add(sending)
    session.flush()
    sheet.sending_id = sending.id
    session.flush()
    return sheet


def share_of(session: Session, sheet: Timesheet) -> int:
    return session.scalars(select(Share.id).where(Share.timesheet_id == sheet.id)).one()


def company_says(desk: Desk, at: Agency, hours: str, why: str = "absent le 29/04") -> None:
    answering.contest(
        desk.session,
        share_of(desk.session, at.sheet),
        Decimal(hours),
        why,
        by=Speaker(at.ground.company.id, "Sacha Fictif"),
        at=now(),
    )


def states(desk: Desk) -> list[str]:
    desk.session.expire_all()
    return [each.state for each in desk.session.scalars(select(Timesheet).order_by(Timesheet.id))]


def ticked(page: TestResponse) -> list[str]:
    return list(page_of(page).xpath("//input[@name='sheets'][@checked]/@value"))


def mails(desk: Desk) -> list[OutboxMail]:
    desk.session.expire_all()
    return list(desk.session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def test_two_hundred_lines_stand_on_one_page_in_fifteen_queries(desk: Desk) -> None:
    session, ground = desk.session, desk.ground
    trade.declared(session, ground.contract, "01/02/2025", "28/02/2025", "10")
    desk.get("/releves?plausibles=oui")
    few = desk.selects()
    for _ in range(11):
        person = trade.person(session, ground.territory, "01/01/2025")
        contract = trade.direct(session, person, ground.award, ContractType.cdi, "01/02/2025").contract
        for month in range(19):
            year, number = divmod(month + 1, 12)
            start, end = declarations.default_period(contract, day(f"01/{number + 1:02}/{2025 + year}"))
            trade.declared(session, contract, f"{start:%d/%m/%Y}", f"{end:%d/%m/%Y}", "10")
    page = desk.get("/releves")
    assert len(page_of(page).xpath("//tbody/tr")) == 200
    assert desk.selects() <= MOST
    second = desk.get(page_of(page).xpath("//a[@rel='next']/@href")[0])
    assert len(page_of(second).xpath("//tbody/tr")) == 10
    assert desk.selects() <= MOST
    desk.get("/releves?plausibles=oui")
    assert desk.selects() == few <= MOST


def test_what_the_other_side_says_stands_beside_the_hours(desk: Desk) -> None:
    at = agency(desk)
    assert "sans réponse" in said(desk.get("/releves"))
    company_says(desk, at, "56")
    line = said(desk.get("/releves"))
    assert "contesté" in line
    etti, company = at.etti.label, at.ground.company.label
    assert f"{etti} 63,00 h · {company} 56,00 h · écart 7,00 h" in line
    assert "absent le 29/04" in line
    assert "certifié par Alix Fictif, gérante" in line


def test_a_line_says_what_it_rests_on(desk: Desk) -> None:
    at = agency(desk, month="06/2026")
    for month, hours in (("03", "100"), ("04", "98.5")):
        start, end = declarations.default_period(at.contract, day(f"01/{month}/2026"))
        trade.validated(desk.session, at.contract, f"{start:%d/%m/%Y}", f"{end:%d/%m/%Y}", hours)
    line = said(desk.get("/releves"))
    assert "mai –avril 98,50mars 100,00" in line  # the same placement, three months before
    assert "01/01/2026 → 30/11/2026" in line
    assert "au-delà des 24 mois" in line  # the expected verdict, with its reason
    assert "éligible jusqu’au 16/05/2026" in line


def test_a_correction_says_before_and_after(desk: Desk) -> None:
    ground = desk.ground
    old = trade.validated(desk.session, ground.contract, "01/02/2025", "28/02/2025", "100")
    declarations.correct(
        desk.session, ground.contract, old, "Absence du 12", from_on=old.from_on, to_on=old.to_on,
        worked=Decimal(90), on=day("05/03/2025"), by=None,
    )  # fmt: skip
    line = said(desk.get("/releves"))
    assert "correction : 100,00 h → 90,00 h" in line
    assert "Absence du 12" in line


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_list_is_filtered_by_lot_employer_answer_and_plausibility(desk: Desk) -> None:
    at = agency(desk)
    direct = trade.declared(desk.session, desk.ground.contract, "01/02/2025", "28/02/2025", "200")
    other = trade.award(desk.session, trade.lot(desk.session, desk.ground.territory))
    person = trade.person(desk.session, desk.ground.territory, "01/01/2025")
    far = trade.direct(desk.session, person, other, ContractType.cdi, "01/02/2025").contract
    elsewhere = trade.declared(desk.session, far, "01/02/2025", "28/02/2025", "10")

    def shown(query: str) -> set[int]:
        page = page_of(desk.get(f"/releves?{query}"))
        return {int(each) for each in page.xpath("//input[@name='sheets']/@value")}

    everything = {at.sheet.id, direct.id, elsewhere.id}
    assert shown("") == shown("lot=abc&employeur=-1&reponse=oui") == everything
    assert shown(f"lot={other.lot_id}") == {elsewhere.id}
    assert shown(f"employeur={at.etti.id}") == {at.sheet.id}
    assert shown("plausibles=oui") == {at.sheet.id, elsewhere.id}
    assert shown("reponse=sans-reponse") == {at.sheet.id}
    assert shown("reponse=seul") == {direct.id, elsewhere.id}
    company_says(desk, at, "56")
    assert (shown("reponse=conteste"), shown("reponse=concordant")) == ({at.sheet.id}, set())
    assert shown("lot=999999") == set()


def test_what_agrees_is_validated_in_two_clicks(desk: Desk) -> None:
    at = agency(desk)
    silent = sent(
        desk.session, trade.declared(desk.session, at.contract, "01/03/2026", "31/03/2026", "70"), at.etti.id
    )
    answering.confirm(
        desk.session, [share_of(desk.session, at.sheet)], by=Speaker(at.ground.company.id, "Sacha"), at=now()
    )
    page = desk.get("/releves")
    click = page_of(page).xpath("//a[contains(., 'Cocher ce qui concorde')]")[0]
    assert "(1)" in click.text_content()
    chosen = desk.get(click.get("href"))
    assert ticked(chosen) == [str(at.sheet.id)]
    desk.send(chosen, {}, form="sheets")
    assert states(desk) == ["validated", "declared"]
    everything = desk.get("/releves?coche=tout")
    assert ticked(everything) == [str(silent.id)]


def test_a_validated_line_is_not_refused_afterwards(desk: Desk) -> None:
    at = agency(desk)
    page = desk.get("/releves?coche=tout")
    validations.validate(desk.session, at.sheet, on=day("05/05/2026"), by=None)
    answer = desk.send(page, {"sentence": "1"}, to="/releves/refuser")
    assert "n’attendaient plus de décision" in said(desk.get(answer.location))
    assert (states(desk), mails(desk)) == (["validated"], [])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choisissez un motif ou écrivez-le"),
        ({"reason": "   "}, "Choisissez un motif ou écrivez-le"),
        ({"reason": "x" * 301}, "gardez-en au plus 300"),
        ({"sentence": "1", "reason": "y" * 290}, "tiennent en 300 caractères"),
        ({"reason": "NIR 1 85 05 78 006 084 91"}, "numéro de sécurité sociale"),
        ({"sheets": [], "reason": "Feuille manquante"}, "Aucun relevé n’est coché"),
    ],
)
def test_a_refusal_without_a_reason_writes_nothing_and_keeps_what_was_typed(
    desk: Desk, typed: dict[str, str], sentence: str
) -> None:
    at = agency(desk)
    page = desk.get("/releves?coche=tout&plausibles=oui")
    refused = desk.send(page, typed, 422, to="/releves/refuser", form="sheets" if not typed else None)
    assert sentence in said(refused)
    if "sheets" not in typed:
        assert ticked(refused) == [str(at.sheet.id)]
    if "reason" in typed and typed["reason"].strip():
        assert page_of(refused).xpath("string(//textarea[@name='reason'])").strip() == typed["reason"]
    assert "plausibles=oui" in page_of(refused).xpath("//form[@id='sheets']/@action")[0]
    assert (states(desk), mails(desk)) == (["declared"], [])


def test_a_refusal_is_mailed_to_the_account_that_declared(desk: Desk) -> None:
    at = agency(desk)
    user = builders.user(desk.session, MembershipRole.siae, organisation=at.etti)
    sent(desk.session, at.sheet, at.etti.id, user_id=user.id)
    again = sent(
        desk.session,
        trade.declared(desk.session, at.contract, "01/05/2026", "31/05/2026", "70"),
        at.etti.id,
        user_id=user.id,
    )
    page = desk.get("/releves?coche=tout")
    typed = {"sentence": "2", "reason": "Appelez-moi."}
    answer = desk.send(page, typed, to="/releves/refuser")
    assert desk.send(page, typed, to="/releves/refuser").location == answer.location
    assert "2 relevés refusés" in said(desk.get(answer.location))
    letters = mails(desk)  # one a month, once
    assert [each.recipient for each in letters] == [user.email] * 2
    april = letters[0]
    for text in (april.text, april.html):
        assert FREQUENT_REFUSALS[1] in text
        assert "Appelez-moi." in text
        assert "/heures/mois/2026-04" in text
        assert "63,00" in text
    assert desk.session.get_one(Timesheet, again.id).refusal_reason == f"{FREQUENT_REFUSALS[1]} Appelez-moi."
    topics = desk.session.execute(
        select(MailTopic.kind, MailTopic.topic_id).where(MailTopic.mail_id == april.id)
    )
    person = ("person", at.sheet.person_id)
    assert set(topics) == {("organisation", at.etti.id), ("lot", desk.ground.lot.id), person}


def declared_by_link(desk: Desk, at: Agency) -> int:
    """The ETTI declared by a mailed link, without an account."""
    links.issue_declaration(
        desk.session, at.etti.id, at.sheet.month, "paie@etti.example", at=now(),
        territory_id=desk.ground.territory.id,
    )  # fmt: skip
    link_id = desk.session.scalars(select(ActionLink.id)).one()
    sent(desk.session, at.sheet, at.etti.id, link_id=link_id)
    return link_id


def test_who_declared_by_a_link_gets_a_fresh_one(desk: Desk) -> None:
    at = agency(desk, month="09/2026")
    link_id = declared_by_link(desk, at)
    desk.send(desk.get(f"/releves/{at.sheet.id}/refuser"), {"reason": "Feuille manquante"})
    letter = mails(desk)[0]
    assert letter.recipient == "paie@etti.example"
    token = letter.text.split("/declaration/")[1].split()[0]
    fresh = links.find(desk.session, links.DECLARE_MONTH, token, at=now())
    assert (fresh.thing_id, fresh.period_on, fresh.id != link_id) == (at.etti.id, day("01/09/2026"), True)


def test_a_refusal_goes_to_who_took_over_when_who_declared_left(desk: Desk) -> None:
    at = agency(desk, month="09/2026")
    declared_by_link(desk, at)
    gone, there = (
        contacts.add(
            desk.session, desk.ground.territory.id, at.etti, name="Contact fictif", email=email, by=None
        )
        for email in ("Paie@etti.example", "relais@etti.example")
    )
    contacts.leave(desk.session, gone, on=day("02/11/2026"), by=None)
    desk.send(desk.get(f"/releves/{at.sheet.id}/refuser"), {"reason": "Feuille manquante"})
    assert [each.recipient for each in mails(desk)] == [there.email]


def test_a_month_too_old_for_a_link_is_mended_through_the_facilitator(desk: Desk) -> None:
    at = agency(desk, month="04/2026")
    declared_by_link(desk, at)
    desk.send(desk.get(f"/releves/{at.sheet.id}/refuser"), {"reason": "Feuille manquante"})
    for text in (mails(desk)[0].text, mails(desk)[0].html):
        assert "trop ancien pour un lien" in text
        assert "/declaration/" not in text


def test_hours_typed_at_the_desk_are_told_to_the_first_contact_of_the_employer(desk: Desk) -> None:
    at = agency(desk)
    at.sheet.sending_id = None
    assert "saisi par" in said(desk.get("/releves"))
    place = desk.ground.territory.id
    contacts.add(desk.session, place, at.etti, name="Sans adresse", by=None)
    contacts.add(desk.session, place, at.etti, name="Noa Fictif", email="noa@etti.example", by=None)
    desk.send(desk.get("/releves?coche=tout"), {"sentence": "1"}, to="/releves/refuser")
    assert [each.recipient for each in mails(desk)] == ["noa@etti.example"]


def test_nobody_to_write_to_is_said(desk: Desk) -> None:
    agency(desk).sheet.sending_id = None
    answer = desk.send(desk.get("/releves?coche=tout"), {"sentence": "1"}, to="/releves/refuser")
    assert "Personne à prévenir pour 1 relevé" in said(desk.get(answer.location))
    assert (states(desk), mails(desk)) == (["refused"], [])


def test_another_territory_s_relevé_is_refused_by_nobody_else(desk: Desk) -> None:
    mine = agency(desk)
    elsewhere = trade.market(desk.session)
    theirs = trade.declared(desk.session, elsewhere.contract, "01/02/2025", "28/02/2025", "10")
    page = desk.get("/releves?coche=tout")
    assert str(theirs.id) not in ticked(page)
    found = page_of(page).xpath("//form[@id='sheets']")[0]
    data = {**dict(found.form_values()), "sentence": "1", "sheets": [str(mine.sheet.id), str(theirs.id)]}
    assert desk.client.post("/releves/refuser", data=data).status_code == 303
    assert states(desk) == ["refused", "declared"]


def test_a_relevé_of_two_lots_is_ticked_only_if_both_parts_agree(desk: Desk) -> None:
    session, ground = desk.session, desk.ground
    at = agency(desk)
    second = trade.award(session, trade.lot(session, ground.territory), ground.company)
    person = session.get_one(Person, at.contract.person_id)
    other = trade.serves(session, person, second, at.contract, "01/01/2026")
    own = session.scalars(select(Share.placement_id).where(Share.timesheet_id == at.sheet.id)).one()
    sheet = trade.declared(
        session, at.contract, "01/05/2026", "15/05/2026", "50",
        parts=[Part(own, Decimal(30)), Part(other.id, Decimal(20))],
    )  # fmt: skip
    sent(session, sheet, at.etti.id)
    here, there = session.scalars(select(Share.id).where(Share.timesheet_id == sheet.id).order_by(Share.id))
    company = Speaker(ground.company.id, "Sacha Fictif")
    answering.confirm(session, [here], by=company, at=now())
    assert ticked(desk.get("/releves?coche=concordants")) == []
    assert ticked(desk.get(f"/releves?coche=concordants&lot={ground.lot.id}")) == []
    answering.confirm(session, [there], by=company, at=now())
    assert ticked(desk.get("/releves?coche=concordants")) == [str(sheet.id)] * 2
