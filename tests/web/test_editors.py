"""Two sendings, two editors, two decisions: one effect, one winner, and the other is told and keeps its words."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from lxml.html import FormElement
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import verdicts
from facilitator.awards import Award
from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.vocabulary import ContractType, MembershipRole, TimesheetState
from tests import builders, trade
from tests.forms_in_pages import Browser, form_in, text_of
from tests.trade import Ground, day
from tests.web.desk import Desk, open_desk

AT_ONCE = 20


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


@dataclass(frozen=True)
class Sending:
    """A form, what is typed in it, and what it makes."""

    path: Callable[[Ground, Session], str]
    typed: Callable[[Ground, Session], dict[str, str]]
    makes: tuple[type[Any], ...]


def _proposal(ground: Ground, session: Session) -> str:
    someone = trade.person(session, ground.territory, "01/01/2026")
    placement = trade.proposed(session, someone, ground.award, trade.siae(session), "01/02/2026")
    session.commit()
    return f"/mises-a-l-emploi/{placement.id}/confirmer"


SENDINGS = {
    "hours": Sending(
        lambda ground, _: f"/contrats/{ground.contract.id}/releves/nouveau?mois=2025-03",
        lambda *_: {"worked": "100,5"},
        (Timesheet, Share),
    ),
    "ledger line": Sending(
        lambda ground, _: f"/lots/{ground.lot.id}/engagement/ligne",
        lambda *_: {"kind": "offre_superieure", "hours": "67", "effective_on": "2026-03-02"},
        (LedgerLine,),
    ),
    "express": Sending(
        lambda ground, _: f"/mises-a-l-emploi/express?lot={ground.lot.id}",
        lambda ground, _: {
            "last_name": "Fictive",
            "first_name": "Zoé",
            "birth_on": "1990-05-05",
            "criterion": "rsa",
            "employer": ground.company.identifier,
            "type": "cdi",
            "from_on": "2026-11-23",
            "weekly_hours": "35",
        },
        (Person, Placement, Contract),
    ),
    "award": Sending(
        lambda ground, _: f"/lots/{ground.lot.id}/entreprises/attribuer",
        lambda ground, _: {
            "siret": trade.siret(4321),
            "name": "Peinture fictive",
            "role": "sous_traitant",
            "parent": str(ground.award.id),
        },
        (Award, Organisation),
    ),
    "confirmation": Sending(
        _proposal,
        lambda *_: {
            "type": "ctt",
            "from_on": "2026-02-02",
            "to_on": "2026-06-30",
            "weekly_hours": "35",
            "on_word_of": "Dominique Exemple",
            "channel": "phone",
            "said_on": "2026-02-03",
        },
        (Contract,),
    ),
}


def counts(session: Session, models: tuple[type[Any], ...]) -> list[int]:
    session.rollback()
    return [session.scalar(select(func.count()).select_from(each)) or 0 for each in models]


def at_once(app: Flask, client: Browser, sendings: list[tuple[str, dict[str, Any]]]) -> list[TestResponse]:
    """Send all of them at the same time, each from a browser of the same session."""
    cookie = client.get_cookie("facilitator")
    assert cookie is not None
    answers: list[TestResponse] = []
    start = threading.Barrier(len(sendings))

    def send(path: str, data: dict[str, Any]) -> None:
        sender = Browser(app)  # unwatched: the watch follows one request at a time
        sender.set_cookie("facilitator", cookie.value)
        start.wait()
        answers.append(sender.post(path, data=data))

    threads = [threading.Thread(target=send, args=each) for each in sendings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def signed_in(app: Flask, session: Session) -> tuple[Browser, Ground]:
    """A facilitator’s browser that is not watched, on a territory with one hire."""
    ground = trade.market(session)
    user = builders.user(session, MembershipRole.facilitator, territory=ground.territory)
    session.expire_on_commit = False
    session.commit()
    client = Browser(app)
    assert builders.sign_in(client, user).status_code == 303
    return client, ground


def data_of(page: TestResponse, typed: dict[str, str]) -> dict[str, Any]:
    form: FormElement = form_in(page, list(typed))
    return {**dict(form.form_values()), **typed}


@pytest.mark.parametrize("name", SENDINGS)
def test_the_same_form_twenty_times_at_once_then_once_more_has_one_effect(
    app: Flask, session: Session, name: str
) -> None:
    client, ground = signed_in(app, session)
    sending = SENDINGS[name]
    path, typed = sending.path(ground, session), sending.typed(ground, session)
    data = data_of(client.get(path), typed)
    before = counts(session, sending.makes)
    answers = at_once(app, client, [(path, data)] * AT_ONCE)
    assert {each.status_code for each in answers} == {303}, {text_of(each)[:300] for each in answers}
    assert len({each.location for each in answers}) == 1
    again = client.post(path, data=data)
    assert (again.status_code, again.location) == (303, answers[0].location)
    assert counts(session, sending.makes) == [each + 1 for each in before]
    assert list(verdicts.drift(session)) == []


@dataclass(frozen=True)
class Editing:
    """A form that edits, the field that two people change, and where to read what was kept."""

    path: Callable[[Desk], str]
    field: str
    first: str
    second: str


def _answered(desk: Desk) -> str:
    """A follow-up with its answer."""
    someone = trade.person(desk.session, desk.ground.territory, "01/01/2024")
    trade.direct(
        desk.session, someone, desk.ground.award, ContractType.cdd, "01/02/2025", "28/02/2025",
        placed_until="28/02/2025",
    )  # fmt: skip
    desk.session.commit()
    path = f"/suivis/{someone.id}/2025-02-28/6"
    call = {"outcome": "answered", "channel": "phone", "situation": "cdi", "answered_by": "person"}
    desk.send(desk.get(path), call)
    return f"{path}/corriger"


EDITINGS = {
    "market": Editing(
        lambda desk: f"/marches/{desk.ground.lot.market_id}/modifier", "object", "École", "Collège"
    ),
    "lot": Editing(lambda desk: f"/lots/{desk.ground.lot.id}/modifier", "title", "Peinture", "Plomberie"),
    "person": Editing(
        lambda desk: f"/personnes/{desk.ground.person.id}/modifier", "first_name", "Élodie", "Noémie"
    ),
    "award": Editing(
        lambda desk: f"/lots/entreprises/{desk.ground.award.id}/modifier", "correspondent", "Alix", "Sacha"
    ),
    "follow-up": Editing(_answered, "situation", "recherche", "cdd_6_plus"),
}


@pytest.mark.parametrize("name", EDITINGS)
def test_the_second_of_two_editors_reads_both_versions_and_keeps_theirs(desk: Desk, name: str) -> None:
    editing = EDITINGS[name]
    path = editing.path(desk)
    mine, theirs = desk.get(path), desk.get(path)
    desk.send(theirs, {editing.field: editing.first})
    conflict = desk.send(mine, {editing.field: editing.second}, 409)
    kept = form_in(conflict, [editing.field])
    assert kept.fields[editing.field].strip() == editing.second
    if editing.field != "situation":
        assert editing.first in text_of(conflict)
        assert editing.second in text_of(conflict)
    assert form_in(desk.get(path), [editing.field]).fields[editing.field].strip() == editing.first
    desk.send(conflict, {editing.field: editing.second})
    assert form_in(desk.get(path), [editing.field]).fields[editing.field].strip() == editing.second


def test_two_administrators_of_one_organisation_read_both_versions(client: Browser, session: Session) -> None:
    organisation = trade.company(session)
    builders.sign_in(client, builders.user(session, MembershipRole.administrator))
    path = f"/administration/organisations/{organisation.id}"
    mine, theirs = client.get(path), client.get(path)
    assert client.submit(theirs, {"name": "Nom du premier"}).status_code == 303
    conflict = client.submit(mine, {"name": "Nom du second"})
    assert conflict.status_code == 409
    assert "Nom du premier" in text_of(conflict) and "Nom du second" in text_of(conflict)
    assert client.submit(conflict, {"name": "Nom du second"}).status_code == 303


def test_of_two_decisions_at_once_one_holds_and_the_other_is_told(app: Flask, session: Session) -> None:
    client, ground = signed_in(app, session)
    for month in ("02", "03", "04"):
        sheet = trade.declared(session, ground.contract, f"01/{month}/2025", f"28/{month}/2025", "100")
        session.commit()
        assert day("28/02/2025") <= sheet.to_on
        refusal, shown = f"/releves/{sheet.id}/refuser", client.get(f"/releves/{sheet.id}")
        validation = f"/releves/{sheet.id}/valider"
        sendings = [
            (validation, dict(form_in(shown, form=validation).form_values())),
            (refusal, data_of(client.get(refusal), {"reason": "Feuille manquante"})),
        ]
        answers = at_once(app, client, sendings)
        session.expire_all()
        state = session.get_one(Timesheet, sheet.id).state
        session.rollback()
        assert state in (TimesheetState.validated, TimesheetState.refused)
        assert sorted(each.status_code for each in answers)[0] == 303
        lost = [each for each in answers if each.status_code != 303]
        assert [each.status_code in (409, 422) for each in lost] == [True]
        assert "déjà" in text_of(lost[0]) or "attend" in text_of(lost[0]), text_of(lost[0])
