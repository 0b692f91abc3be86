"""Retention: whoever left long ago is anonymised once, named nowhere any more, and no total moves."""

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import MetaData, select
from sqlalchemy.orm import Session

from facilitator import (
    candidates,
    contracts,
    followup_chains,
    followups,
    needs,
    people,
    remembered_names,
    retention,
    statements,
    survey_figures,
)
from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.followup_chains import Choice
from facilitator.followups import Attempt
from facilitator.journal import JournalEntry, now
from facilitator.month_drafts import Author, keep
from facilitator.outcomes import Answer
from facilitator.people import Person
from facilitator.reminders_sent import ReminderSent
from facilitator.vocabulary import (
    AnsweredBy,
    Channel,
    ContractType,
    FollowUpOutcome,
    OrganisationRoleName,
    Sex,
    Situation,
)
from tests import builders, trade
from tests.trade import Ground, day

LAST, FIRST = "Zwyxquet", "Ottokarine"
EXIT = day("30/06/2025")
EVE, DAY = day("30/06/2028"), day("01/07/2028")  # 24 months after the last reference date


@pytest.fixture
def ground(session: Session) -> Ground:
    """Somebody out since 30/06/2025, named wherever a name may stand; 25 at work, 26 at the end of the year."""
    ground = trade.market(session)
    person = ground.person
    referrer = builders.organisation(session, "Mission locale", OrganisationRoleName.referrer)
    people.amend(
        session, person, by=None, last_name=LAST, first_name=FIRST, birth_on=day("15/12/1999"), sex=Sex.f.value,
        commune="99001", referrer_id=referrer.id, dossier_number="ML-99",
    )  # fmt: skip
    trade.month(session, ground.contract, "03/2025", "100")
    contracts.end(session, ground.contract, EXIT, f"Départ de {FIRST}", by=None)
    session.commit()
    _write_everywhere(session, ground)
    asked = followups.due_of(session, person.id, EXIT, 6, day("12/01/2026"))
    answer = Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, Answer(Situation.cdi))
    followups.record(session, asked, answer, on=day("12/01/2026"), by=None)
    later = trade.person(session, ground.territory, "01/09/2026")
    trade.direct(session, later, ground.award, ContractType.cdd, "01/10/2026", "30/11/2026")
    session.commit()
    return ground


def _write_everywhere(session: Session, ground: Ground) -> None:
    name, place, company = f"{FIRST} {LAST.upper()}", ground.territory, ground.company.id
    request = builders.eligibility_request(session, place, ground.company, FIRST)
    request.last_name, request.search_name = LAST, ground.person.search_name
    request.birth_on, request.comment = day("15/12/1999"), f"{name} est motivée"
    need = needs.publish_new(
        session, ground.lot, ground.award, needs.Wanted("Peintre", 2, day("01/12/2025")), on=EXIT, by=None
    )
    who = candidates.Identity(LAST, FIRST, day("15/12/1999"))
    candidates.propose(session, need, company, who, f"{LAST} connaît le chantier", on=EXIT, by=None)
    known = remembered_names.Known(people={f"{LAST.lower()} o": ground.person.id})
    remembered_names.remember(session, company, known)
    cell = (ground.contract.id, ground.placement.id, day("01/04/2025"))
    draft = keep(session, company, day("01/04/2025"), {cell: f"35 {LAST}"}, by=Author("Essai"), at=now())
    draft.comment = f"{LAST} {FIRST} était absente"
    letter = builders.letter(place)
    letter.text, letter.html = f"Que devient {FIRST} {LAST[:1]}. ?", f"<p>{name}</p>"
    item = {"key": ["x"], "territory": place.id, "sentence": f"{FIRST} {LAST[:1]}. : mars"}
    session.add_all(
        (
            letter,
            ReminderSent(recipient="a@demo.example", month=EXIT, day=5, items=[item], written_at=now()),
        )
    )
    session.commit()


def totals(session: Session, ground: Ground) -> list[Any]:
    session.expire_all()
    choice = Choice(territory_ids=[ground.territory.id])
    return [
        statements.of_lot(session, ground.lot.id, DAY),
        followup_chains.chains(session, choice, DAY),
        *(survey_figures.of_year(session, year, [ground.territory.id], DAY) for year in (2025, 2026)),
    ]


def everything(session: Session) -> str:
    """All that all tables hold, as text."""
    metadata = MetaData()
    metadata.reflect(session.connection())
    rows = (str(tuple(row)) for table in metadata.sorted_tables for row in session.execute(select(table)))
    return "\n".join(rows).casefold()


def test_whoever_left_long_ago_is_named_nowhere_and_no_total_moves(session: Session, ground: Ground) -> None:
    assert retention.due(session, EVE) == []
    (old,) = retention.due(session, DAY)
    before = totals(session, ground)
    assert LAST.casefold() in everything(session)
    assert retention.anonymise(session, old, on=DAY, by=None)
    session.commit()
    assert totals(session, ground) == before
    found = everything(session)
    assert LAST.casefold() not in found and FIRST.casefold() not in found
    person = session.get_one(Person, old.person_id)
    assert (person.name, person.birth_on, person.anonymised_on) == (
        f"Personne ANONYMISÉE N°\u00a0{person.id}", day("31/12/1999"), DAY,
    )  # fmt: skip
    assert (person.commune, person.referrer_id, person.dossier_number, person.sex) == (
        None,
        None,
        None,
        Sex.f,
    )
    assert not retention.anonymise(session, old, on=DAY, by=None)
    verbs = session.scalars(select(JournalEntry.verb).where(JournalEntry.verb == "anonymise")).all()
    assert (verbs, retention.due(session, DAY)) == (["anonymise"], [])


def test_an_age_that_no_figure_reads_near_its_limit_keeps_its_year_only(
    session: Session, ground: Ground
) -> None:
    ground.person.birth_on = day("15/12/1985")
    session.commit()
    (old,) = retention.due(session, DAY)
    retention.anonymise(session, old, on=DAY, by=None)
    assert ground.person.birth_on == datetime.date(1985, 1, 1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_command_writes_only_when_told_and_twice_is_once(
    app: Flask, session: Session, ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(datetime.datetime(2028, 7, 1, 9, tzinfo=datetime.UTC)):
        said = list(_said(app, capsys))
    assert "1 personne à anonymiser. Rien n’est écrit" in said[0] and FIRST not in said[0]
    assert [(each["applied"], each["anonymised"], len(each["people"])) for each in map(json.loads, said[1:])] == [
        (False, 0, 1), (True, 1, 1), (True, 0, 0),
    ]  # fmt: skip


def _said(app: Flask, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    for more in ([], ["--json"], ["--apply", "--json"], ["--apply", "--json"]):
        assert frame.run(cli, ["retention", *more], app) == 0
        yield capsys.readouterr().out.replace("\u00a0", " ")
