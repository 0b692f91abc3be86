"""The other side’s page: all confirmed in one click, one line contested, and what the facilitator then sees."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import declarations, links, validations
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.journal import now
from facilitator.organisations import Organisation
from facilitator.second_answers import SecondAnswer
from facilitator.vocabulary import ContractType, MembershipRole, TimesheetState
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.trade import Ground, day
from tests.web.desk import BUDGET

PAGE = "/heures/a-confirmer"
OCTOBER = date(2026, 10, 1)
D = Decimal


@dataclass(frozen=True)
class Site:
    """A company that hosts people of an ETTI; October is declared."""

    client: Browser
    session: Session
    ground: Ground
    etti: Organisation

    def work(self, hours: str = "63") -> tuple[Contract, Timesheet, int]:
        """One more person with a relevé that waits."""
        person = trade.person(self.session, self.ground.territory, "01/01/2026")
        at_work = trade.work(
            self.session, person, self.ground.award, self.etti, ContractType.ctt, "01/10/2026", "31/12/2026"
        )
        sheet = trade.declared(self.session, at_work.contract, "01/10/2026", "31/10/2026", hours)
        return at_work.contract, sheet, self.share(sheet)

    def share(self, sheet: Timesheet) -> int:
        return self.session.scalars(select(Share.id).where(Share.timesheet_id == sheet.id)).one()

    def sign_in(self, role: MembershipRole, organisation: Organisation | None = None) -> None:
        where = {"organisation": organisation} if organisation else {"territory": self.ground.territory}
        user = builders.user(self.session, role, **where)
        self.session.commit()
        self.client.delete_cookie("facilitator")
        assert builders.sign_in(self.client, user).status_code == 303

    def answers(self) -> list[tuple[int, bool, Decimal, str | None]]:
        self.session.expire_all()
        rows = self.session.scalars(select(SecondAnswer).order_by(SecondAnswer.share_id))
        return [(row.share_id, row.contested, row.hours, row.comment) for row in rows]

    def link(self, month: date = OCTOBER, organisation: Organisation | None = None) -> str:
        token = links.issue_declaration(
            self.session,
            (organisation or self.ground.company).id,
            month,
            "chantier@demo.example",
            at=now(),
            territory_id=self.ground.territory.id,
        )
        return f"/declaration/{token}/a-confirmer"


@pytest.fixture
def site(client: Browser, session: Session) -> Site:
    ground = trade.market(session)
    return Site(client, session, ground, trade.siae(session))


@pytest.fixture
def host(site: Site) -> Site:
    site.sign_in(MembershipRole.company, site.ground.company)
    return site


def test_all_lines_are_confirmed_in_one_click(host: Site) -> None:
    shares = [host.work(hours)[2] for hours in ("63", "70")]
    page = host.client.get(PAGE)
    assert "Je confirme ces heures, sauf ce que je conteste" in page.text
    sent = host.client.submit(page, form="reponses")
    assert (sent.status_code, sent.location) == (303, PAGE)
    assert host.answers() == [(shares[0], False, D(63), None), (shares[1], False, D(70), None)]
    assert "2 lignes confirmées" in text_of(host.client.get(PAGE))
    assert host.client.submit(page, form="reponses").status_code == 303  # the same sending: one effect
    assert len(host.answers()) == 2


def test_a_line_is_contested_with_its_own_figure_and_the_facilitator_sees_both(host: Site) -> None:
    (_, sheet, contested), (_, _, other) = host.work("63"), host.work("70")
    page = host.client.get(PAGE)
    typed = {f"hours_{contested}": "56", f"comment_{contested}": "absent le 29/10"}
    assert host.client.submit(page, typed, form="reponses").status_code == 303
    assert host.answers() == [(contested, True, D(56), "absent le 29/10"), (other, False, D(70), None)]
    text = text_of(host.client.get(PAGE))
    assert "56,00 h selon vous : absent le 29/10" in text
    host.sign_in(MembershipRole.facilitator)
    text = text_of(host.client.get(f"/releves/{sheet.id}"))
    for said in ("63,00 h", "56,00 h", "Différence7,00 h", "absent le 29/10"):
        assert said in text, said


def test_an_answer_may_change_and_a_line_may_wait(host: Site) -> None:
    (_, _, first), (_, _, second) = host.work(), host.work()
    page = host.client.get(PAGE)
    typed = {f"hours_{first}": "56", f"comment_{first}": "absent", f"later_{second}": True}
    host.client.submit(page, typed, form="reponses")
    assert host.answers() == [(first, True, D(56), "absent")]
    page = host.client.get(PAGE)
    host.client.submit(page, {f"hours_{first}": "63", f"comment_{first}": "", f"later_{second}": True})
    assert host.answers() == [(first, False, D(63), None)]


@pytest.mark.parametrize(
    ("hours", "comment", "sentence"),
    [
        ("-1", "jamais venu", "est négatif"),
        ("1,2,3", "trop", "ne se lit pas comme un nombre"),
        ("250,01", "bien plus", "dépassent le plafond d’un mois"),
        ("56", "", "Dites en quelques mots ce que vous contestez"),
        ("", "absent le 29/10", "Écrivez aussi les heures"),
        ("sNaN", "absent", "ne se lit pas comme un nombre"),
        ("56", "x" * 301, "gardez-en au plus"),
    ],
)
def test_what_cannot_be_said_is_refused_and_kept(host: Site, hours: str, comment: str, sentence: str) -> None:
    _, _, share = host.work()
    page = host.client.get(PAGE)
    refused = host.client.submit(page, {f"hours_{share}": hours, f"comment_{share}": comment})
    assert refused.status_code == 422
    assert sentence in text_of(refused)
    assert host.answers() == []
    kept = page_of(refused).xpath(f"//input[@name='comment_{share}']/@value")
    assert kept == ([comment] if comment else [""])
    assert page_of(refused).xpath(f"//input[@name='hours_{share}']/@value") == [hours]
    assert page_of(refused).xpath("//details[@open]//input[starts-with(@name, 'hours_')]")


def test_later_and_an_answer_is_a_contradiction(host: Site) -> None:
    _, _, share = host.work()
    typed = {f"hours_{share}": "56", f"comment_{share}": "absent", f"later_{share}": True}
    refused = host.client.submit(host.client.get(PAGE), typed)
    assert (refused.status_code, host.answers()) == (422, [])
    assert "gardez l’une des deux" in text_of(refused)


def forged(site: Site, page: TestResponse, share: int) -> TestResponse:
    token = page_of(page).xpath("//input[@name='csrf_token']/@value")[0]
    data = {"csrf_token": token, "shown": str(share), f"hours_{share}": "1", f"comment_{share}": "forgé"}
    return site.client.post(page.request.path, data=data)


def test_the_line_of_another_company_does_not_exist(host: Site) -> None:
    host.work()
    page = host.client.get(PAGE)
    stranger = Site(host.client, host.session, trade.market(host.session), trade.siae(host.session))
    _, _, theirs = stranger.work()
    direct = trade.declared(
        host.session, host.ground.contract, "01/10/2026", "31/10/2026", "100"
    )  # our own: nobody else knows
    for share in (theirs, host.share(direct), 987654321):
        assert forged(host, page, share).status_code == 404
    assert host.answers() == []


def test_a_line_that_was_decided_meanwhile_says_so(host: Site) -> None:
    contract, sheet, share = host.work()
    _, _, other = host.work("70")
    page = host.client.get(PAGE)
    validations.validate(host.session, sheet, on=day("05/11/2026"), by=None)
    typed = {f"hours_{other}": "56", f"comment_{other}": "absent"}
    late = host.client.submit(page, typed, form="reponses")
    assert late.status_code == 409
    assert "Le facilitateur a déjà décidé (relevé validé)" in text_of(late)
    assert host.answers() == []
    assert host.client.submit(late, form="reponses").status_code == 303  # what was typed was kept
    assert host.answers() == [(other, True, D(56), "absent")]
    declarations.correct(
        host.session, contract, sheet, "Erreur de saisie", from_on=sheet.from_on, to_on=sheet.to_on,
        worked=D(50), on=day("06/11/2026"), by=None,
    )  # fmt: skip
    assert "50,00 h" in text_of(host.client.get(PAGE))  # the correction is asked again
    assert share not in [each[0] for each in host.answers()]


def test_a_line_that_came_in_since_the_page_was_shown_is_not_confirmed_unseen(host: Site) -> None:
    _, _, seen = host.work()
    page = host.client.get(PAGE)
    host.work("70")
    host.client.submit(page, form="reponses")
    assert [each[0] for each in host.answers()] == [seen]


def test_by_its_link_an_organisation_answers_for_its_month(site: Site) -> None:
    contract, _, share = site.work()
    november = site.share(trade.declared(site.session, contract, "01/11/2026", "20/11/2026", "50"))
    address = site.link()
    page = site.client.get(address)
    assert "octobre" in text_of(page)
    assert "50,00" not in text_of(page)
    nameless = site.client.submit(page, {"sender": " "})
    assert (nameless.status_code, site.answers()) == (422, [])
    assert forged(site, page, november).status_code == 422  # no name
    sent = site.client.submit(
        page, {"sender": "Alix Fictif", f"hours_{share}": "56", f"comment_{share}": "absent"}
    )
    assert (sent.status_code, sent.location) == (303, address)
    row = site.session.scalars(select(SecondAnswer)).one()
    assert (row.sender_name, row.user_id, row.hours) == ("Alix Fictif", None, D(56))
    assert row.link_id is not None
    assert site.client.get(address).status_code == 200  # reusable


def test_a_link_opens_its_own_month_only(site: Site) -> None:
    contract, _, _ = site.work()
    november = site.share(trade.declared(site.session, contract, "01/11/2026", "20/11/2026", "50"))
    page = site.client.get(site.link())
    token = page_of(page).xpath("//input[@name='csrf_token']/@value")[0]
    data = {"csrf_token": token, "shown": str(november), "sender": "Alix Fictif"}
    assert site.client.post(page.request.path, data=data).status_code == 404
    assert site.answers() == []


def test_a_link_that_is_cut_revoked_or_dead_opens_nothing(site: Site) -> None:
    site.work()
    address = site.link()
    assert site.client.get(address.replace("/a-confirmer", "x/a-confirmer")).status_code == 404
    links.revoke(site.session, links.DECLARANT, site.ground.company.id, at=now())
    revoked = site.client.get(address)
    assert revoked.status_code == 410
    assert "n’est plus valable" in text_of(revoked)
    token = links.issue_declaration(
        site.session, site.ground.company.id, date(2026, 8, 1), "x@demo.example",
        at=datetime(2026, 9, 1, tzinfo=UTC),
    )  # fmt: skip
    dead = site.client.get(f"/declaration/{token}/a-confirmer")
    assert dead.status_code == 410
    assert "a expiré" in text_of(dead)


def test_neither_name_nor_line_leaks_to_others(site: Site) -> None:
    site.work()
    other = trade.company(site.session)
    site.sign_in(MembershipRole.company, other)
    assert "Camille" not in text_of(site.client.get(PAGE))
    assert "Aucune ligne n’attend" in text_of(site.client.get(PAGE))


def test_the_list_costs_the_same_however_long(host: Site) -> None:
    host.work()
    host.client.get(PAGE)
    watch = host.client.watch
    assert watch is not None
    before = watch.selects
    for _ in range(6):
        host.work()
    page = host.client.get(PAGE)
    assert text_of(page).count("Camille") >= 7
    assert watch.selects <= min(before, BUDGET)
    sent = host.client.submit(page, form="reponses")
    assert (sent.status_code, len(host.answers())) == (303, 7)


def test_scenario_6_through_the_pages(site: Site) -> None:
    """ETTI declares 63, E says 56, the facilitator sends it back, 56 is declared again; 63 stays as replaced."""
    contract, sheet, share = site.work("63")
    site.sign_in(MembershipRole.company, site.ground.company)
    page = site.client.get(PAGE)
    site.client.submit(page, {f"hours_{share}": "56", f"comment_{share}": "absent le 29/10"})
    site.sign_in(MembershipRole.facilitator)
    form = site.client.get(f"/releves/{sheet.id}/refuser")
    site.client.submit(form, {"reason": "L’entreprise compte 56 h : absent le 29/10"})
    declarations.correct(
        site.session, contract, sheet, "Absence du 29/10", from_on=sheet.from_on, to_on=sheet.to_on,
        worked=D(56), on=day("06/11/2026"), by=None,
    )  # fmt: skip
    again = site.session.scalars(select(Timesheet).where(Timesheet.replaces_id == sheet.id)).one()
    shown = text_of(site.client.get(f"/releves/{again.id}"))
    assert "Le relevé remplacé disait 63,00 h" in shown
    assert "n’a pas encore dit" in shown
    site.sign_in(MembershipRole.company, site.ground.company)
    site.client.submit(site.client.get(PAGE), form="reponses")
    site.sign_in(MembershipRole.facilitator)
    shown_again = site.client.get(f"/releves/{again.id}")
    assert "confirmées par l’autre partie" in text_of(shown_again)
    site.client.submit(shown_again, form=f"/releves/{again.id}/valider")
    site.session.expire_all()
    counted = site.session.scalar(select(func.sum(Share.hours)).where(Share.standing == "counted"))
    assert counted == D(56)
    assert sheet.state == TimesheetState.replaced


def test_splitting_contested_hours_tells_the_facilitator(site: Site) -> None:
    _, sheet, share = site.work("63")
    site.sign_in(MembershipRole.company, site.ground.company)
    site.client.submit(site.client.get(PAGE), {f"hours_{share}": "56", f"comment_{share}": "absent le 29/10"})
    site.sign_in(MembershipRole.facilitator)
    form = site.client.get(f"/releves/{sheet.id}/partager")
    done = site.client.submit(form, {"at": "2026-10-16", "first_hours": "30"}, follow_redirects=True)
    assert "contestait ces heures" in text_of(done)
    assert "Le relevé remplacé disait 63,00 h" in text_of(done)
