"""Requests to validate a public: once for each person and asker, each answered once, by the rules of the fiches."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from facilitator import (
    contacts,
    eligibility,
    eligibility_requests,
    eligibility_sheets,
    lot_dates,
    people,
    request_asking,
    request_decisions,
    request_letters,
    request_lines,
    request_lists,
)
from facilitator.eligibility import Proof
from facilitator.eligibility_requests import EligibilityRequest, RequestRefused, Turn
from facilitator.journal import JournalEntry
from facilitator.mails import MailTopic, OutboxMail
from facilitator.organisations import Organisation
from facilitator.people import Eligibility, Person
from facilitator.refusals import Refused
from facilitator.request_lines import Asked, Line
from facilitator.territories import Territory
from facilitator.vocabulary import ContractType, Criterion, EligibilityState, MembershipRole
from tests import builders, trade
from tests.trade import day

TODAY = day("23/11/2026")
SOMEBODY = Asked("Fictif", "Éloïse", day("12/03/1990"), criteria=(Criterion.rsa,))
PROOFS = [Proof(Criterion.rsa, determining=True, kind="Attestation", filed_at="Classeur 4")]
NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)


@pytest.fixture
def place(session: Session) -> Territory:
    return trade.territory(session)


@pytest.fixture
def asker(session: Session) -> Organisation:
    return trade.siae(session)


def asked_for(
    session: Session,
    place: Territory,
    asker: Organisation,
    asked: Asked = SOMEBODY,
    on: datetime.date = TODAY,
) -> EligibilityRequest:
    return request_asking.ask(session, place.id, asker.id, asked, on=on, by=None)


def validated(session: Session, request: EligibilityRequest, person: Person | None = None) -> Eligibility:
    return request_decisions.validate(
        session, request, person, PROOFS, decided_on=TODAY, effective_on=TODAY, on=TODAY, by=None
    )


def test_the_same_person_is_asked_for_once_by_one_organisation(
    session: Session, place: Territory, asker: Organisation
) -> None:
    asked_for(session, place, asker)
    shouted = replace(SOMEBODY, last_name="FICTIF", first_name="ELOISE")

    with pytest.raises(RequestRefused, match="déjà demandée depuis le 23"):
        asked_for(session, place, asker, shouted)

    other = asked_for(session, place, trade.siae(session))
    assert [each[0] for each in request_lists.beside(session, other)] == [1]
    assert session.scalar(select(func.count()).select_from(EligibilityRequest)) == 2


def test_the_database_itself_holds_one_open_request_for_each_person_and_asker(
    session: Session, place: Territory, asker: Organisation
) -> None:
    asked_for(session, place, asker)
    with pytest.raises(IntegrityError):
        request_asking.record(session, place.id, asker.id, SOMEBODY, on=TODAY, by=None)


def test_a_person_validated_at_our_request_is_not_asked_for_again_while_the_fiche_runs(
    session: Session, place: Territory, asker: Organisation
) -> None:
    validated(session, asked_for(session, place, asker))

    with pytest.raises(RequestRefused, match="déjà un public validé depuis le 23"):
        asked_for(session, place, asker)
    asked_for(session, place, asker, on=day("24/11/2028"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"birth_on": day("24/11/2026")}, "âge hors de 14 à 99"),
        ({"birth_on": day("01/01/1900")}, "âge hors de 14 à 99"),
        ({"wished_start_on": day("07/11/2026")}, "trop ancien"),
        ({"wished_start_on": day("25/11/2027")}, "dans plus d’un an"),
        ({"last_name": "…"}, "en lettres"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(
    session: Session, place: Territory, asker: Organisation, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(RequestRefused, match=said):
        asked_for(session, place, asker, replace(SOMEBODY, **change))
    assert session.scalar(select(func.count()).select_from(EligibilityRequest)) == 0


def test_a_start_of_fifteen_days_ago_may_still_be_wished_and_a_lot_belongs_to_its_territory(
    session: Session, place: Territory, asker: Organisation
) -> None:
    lot = trade.lot(session, trade.territory(session))
    with pytest.raises(RequestRefused, match="autre territoire"):
        asked_for(session, place, asker, replace(SOMEBODY, lot_id=lot.id))
    own = trade.lot(session, place)
    kept = asked_for(
        session, place, asker, replace(SOMEBODY, lot_id=own.id, wished_start_on=day("08/11/2026"))
    )
    assert kept.lot_id == own.id


def test_a_paste_says_of_each_line_what_forbids_it(
    session: Session, place: Territory, asker: Organisation
) -> None:
    asked_for(session, place, asker)
    lines = request_lines.read(
        "Fictif; Eloïse; 12/03/1990\nFictif; Alix; 01/01/1990\nFICTIF; alix; 01/01/1990\nFictif; Jo; 01/01/2020"
    )

    found = request_asking.review(session, place.id, asker.id, lines, on=TODAY)

    assert [line.asked is not None for line in found] == [False, True, False, False]
    said = [line.problem or "" for line in found]
    assert "déjà demandée" in said[0] and "ligne 2" in said[2] and "âge" in said[3]


def test_reviewing_forty_lines_costs_what_one_costs(
    session: Session, place: Territory, asker: Organisation
) -> None:
    lines = [Line(number, "", replace(SOMEBODY, first_name=f"Alix{'a' * number}")) for number in range(40)]
    asked_for(session, place, asker)
    session.flush()
    seen: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    costs = []
    for some in (lines[:1], lines):
        seen.clear()
        found = request_asking.review(session, place.id, asker.id, some, on=TODAY)
        assert all(line.asked for line in found)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 3


def test_whose_turn_it_is_goes_to_and_fro_and_its_clock_with_it(
    session: Session, place: Territory, asker: Organisation
) -> None:
    request = asked_for(session, place, asker, on=day("02/11/2026"))
    assert (request.turn, request.turn_since) == (Turn.facilitator, day("02/11/2026"))

    request_decisions.ask_completion(session, request, "L’attestation", on=day("10/11/2026"), by=None)
    request_decisions.ask_completion(session, request, "Et sa date", on=day("12/11/2026"), by=None)
    assert (request.turn, request.turn_since) == (Turn.requester, day("10/11/2026"))
    waiting = request_lists.waiting(session, place.id)
    assert (waiting.to_treat.count, waiting.to_complete.count) == (0, 1)
    assert waiting.to_complete.days(TODAY) == 13

    mended = replace(SOMEBODY, first_name="Élise", wished_start_on=day("01/11/2026"))
    request_asking.complete(session, request, mended, "La voici", on=TODAY, by=None)
    assert (request.turn, request.turn_since, request.search_name) == (
        Turn.facilitator,
        TODAY,
        "fictif elise",
    )
    said = [(each.asked, each.text) for each in eligibility_requests.exchanges(session, request.id)]
    assert said == [(True, "L’attestation"), (True, "Et sa date"), (False, "La voici")]


def test_the_date_of_effect_obeys_the_rule_of_all_fiches(
    session: Session, place: Territory, asker: Organisation
) -> None:
    request = asked_for(session, place, asker)

    with pytest.raises(Refused, match="précède la décision"):
        request_decisions.validate(
            session,
            request,
            None,
            PROOFS,
            decided_on=TODAY,
            effective_on=day("20/11/2026"),
            on=TODAY,
            by=None,
        )
    session.rollback()


def test_an_answer_is_given_once(session: Session, place: Territory, asker: Organisation) -> None:
    request = asked_for(session, place, asker)
    fiche = validated(session, request)

    assert request.state == EligibilityState.validated and request.turn is Turn.nobody
    assert (fiche.requested_by_id, fiche.requested_on) == (asker.id, TODAY)
    person = session.get_one(Person, fiche.person_id)
    assert (person.name, person.birth_on) == ("Éloïse FICTIF", SOMEBODY.birth_on)
    for again in (
        lambda: validated(session, request),
        lambda: request_decisions.refuse(session, request, "Non", on=TODAY, by=None),
        lambda: request_decisions.drop(session, request, None, on=TODAY, by=None),
        lambda: request_decisions.ask_completion(session, request, "Quoi", on=TODAY, by=None),
        lambda: request_asking.complete(session, request, SOMEBODY, "Voici", on=TODAY, by=None),
        lambda: eligibility_requests.withdraw(session, request, on=TODAY, by=None),
    ):
        with pytest.raises(RequestRefused, match="déjà validée depuis le 23"):
            again()
    assert session.scalar(select(func.count()).select_from(Eligibility)) == 1


def test_a_fiche_is_decided_at_the_latest_today(
    session: Session, place: Territory, asker: Organisation
) -> None:
    tomorrow = TODAY + datetime.timedelta(days=1)
    request = asked_for(session, place, asker)
    with pytest.raises(RequestRefused, match="au plus tard aujourd’hui"):
        request_decisions.validate(
            session, request, None, PROOFS, decided_on=tomorrow, effective_on=tomorrow, on=TODAY, by=None
        )


def test_a_registered_person_keeps_their_identity_and_their_waiting_fiche_is_used(
    session: Session, place: Territory, asker: Organisation
) -> None:
    known = people.register(
        session,
        place.id,
        last_name="Fictif",
        first_name="Elo",
        birth_on=SOMEBODY.birth_on,
        on=TODAY,
        by=None,
    )
    waiting = eligibility.request(session, known, requested_on=day("01/11/2026"), by=None)
    request = asked_for(session, place, asker)

    assert [each.person.id for each in request_lists.candidates(session, request)] == [known.id]
    assert validated(session, request, known).id == waiting.id
    assert known.first_name == "Elo"
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_person_of_another_territory_is_never_chosen(
    session: Session, place: Territory, asker: Organisation
) -> None:
    stranger = trade.person(session, trade.territory(session))
    request = asked_for(session, place, asker)
    with pytest.raises(RequestRefused, match="votre territoire"):
        validated(session, request, stranger)


def test_somebody_already_validated_is_answered_with_the_fiche_that_runs(
    session: Session, place: Territory, asker: Organisation
) -> None:
    first = asked_for(session, place, asker)
    second = asked_for(session, place, trade.company(session))
    fiche = validated(session, first)
    (candidate,) = request_lists.candidates(session, second)
    assert [each.eligibility_id for each in candidate.running(TODAY)] == [fiche.id]

    request_decisions.answer_with(session, second, fiche, on=TODAY, by=None)

    assert (second.state, second.eligibility_id) == (EligibilityState.validated, fiche.id)
    assert session.scalar(select(func.count()).select_from(Eligibility)) == 1


def test_the_asker_s_fiche_says_the_identity_that_was_typed_and_never_the_register_s(
    session: Session, place: Territory, asker: Organisation
) -> None:
    known = trade.person(session, place)
    known.birth_on = day("01/01/1970")
    request = asked_for(session, place, asker)
    fiche = validated(session, request, known)

    theirs = eligibility_sheets.of_request(session, request, TODAY)
    ours = eligibility_sheets.of_territory(session, fiche, TODAY)

    assert (theirs.person, theirs.birth_on, theirs.proofs) == ("Éloïse FICTIF", SOMEBODY.birth_on, ())
    assert (ours.person, ours.birth_on) == (known.name, day("01/01/1970"))
    assert [(each.determining, each.filed_at) for each in ours.proofs] == [(True, "Classeur 4")]
    assert theirs.last_on == ours.last_on == day("22/11/2028")
    assert theirs.hire_before == day("23/05/2027")


def test_the_time_of_an_answer_is_a_median_with_its_count(
    session: Session, place: Territory, asker: Organisation
) -> None:
    assert request_lists.answering(session, place.id, TODAY).days is None
    for number, waited in enumerate((1, 4, 30), 1):
        request = asked_for(
            session,
            place,
            asker,
            replace(SOMEBODY, first_name="A" * number),
            on=TODAY - datetime.timedelta(days=waited),
        )
        request_decisions.refuse(session, request, "Aucune preuve", on=TODAY, by=None)
    dropped = asked_for(session, place, asker, on=TODAY - datetime.timedelta(days=90))
    request_decisions.drop(session, dropped, None, on=TODAY, by=None)

    found = request_lists.answering(session, place.id, TODAY)

    assert (found.count, found.days) == (3, 4)


def test_an_asker_chooses_among_the_territories_where_it_works(session: Session, asker: Organisation) -> None:
    ground = trade.market(session)
    trade.territory(session)
    here = [(str(ground.territory.id), ground.territory.name)]
    assert request_lists.territories(session, asker.id) == []
    assert request_lists.territories(session, ground.company.id) == here
    contacts.add(session, ground.territory.id, asker, name="Alix Fictif", by=None)
    assert request_lists.territories(session, asker.id) == here
    assert len(request_lists.all_territories(session)) == 2
    assert [each[0] for each in request_lists.lots(session, ground.company.id, TODAY)] == [str(ground.lot.id)]
    assert request_lists.lots(session, ground.company.id, day("01/01/2027")) == []
    person = trade.person(session, ground.territory)
    trade.work(session, person, ground.award, asker, ContractType.ctt, "01/03/2026", "30/06/2026")
    assert [each[0] for each in request_lists.lots(session, asker.id, TODAY)] == [str(ground.lot.id)]


def test_a_lot_whose_end_was_brought_forward_is_not_offered(session: Session) -> None:
    ground = trade.market(session)
    own = ground.company.id
    lot_dates.set_date(session, ground.lot, "end", day("31/10/2026"), by=None, effective_on=day("01/09/2026"))
    assert request_lists.lots(session, own, TODAY) == []
    lot_dates.set_date(session, ground.lot, "end", day("23/11/2026"), by=None, effective_on=day("01/10/2026"))
    assert [each[0] for each in request_lists.lots(session, own, TODAY)] == [str(ground.lot.id)]
    assert request_lists.lots(session, own, TODAY + datetime.timedelta(days=1)) == []


def letters(session: Session) -> list[OutboxMail]:
    return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def test_letters_say_the_answer_with_initials_and_no_criterion(
    app: Flask, session: Session, place: Territory, asker: Organisation
) -> None:
    place.email = "clauses@demo.example"
    user = builders.user(session, MembershipRole.siae, organisation=asker)
    request = request_asking.ask(
        session, place.id, asker.id, SOMEBODY, on=TODAY, by=user.id, requested_by_id=user.id
    )
    with app.app_context():
        request_decisions.ask_completion(session, request, "L’attestation de la CAF", on=TODAY, by=None)
        request_letters.answer(session, request, at=NOW, link="http://guichet.example/d/1")
        validated(session, request)
        request_letters.answer(session, request, at=NOW, link="http://guichet.example/d/1")

    asking, answering = letters(session)
    assert asking.recipient == answering.recipient == user.email
    assert asking.tries > 0 and asking.last_answer == "devenu sans objet"
    for body in (asking.text, asking.html):
        assert "L’attestation de la CAF" in body
    for body in (answering.text, answering.html):
        assert "Éloïse F." in body and "FICTIF" not in body and "RSA" not in body
        assert "23\u00a0novembre\u00a02026" in body and "22\u00a0novembre\u00a02028" in body
        assert "http://guichet.example/d/1" in body and "clauses@demo.example" in body
    topics = session.execute(
        select(MailTopic.kind, MailTopic.topic_id).where(MailTopic.mail_id == answering.id)
    )
    assert {tuple(each) for each in topics} == {("organisation", asker.id), ("person", request.person_id)}


def test_who_phoned_is_written_to_at_the_contact_s_address_without_a_link(
    app: Flask, session: Session, place: Territory, asker: Organisation
) -> None:
    request = asked_for(session, place, asker)
    with app.app_context():
        assert request_letters.answer(session, request, at=NOW, link="http://guichet.example/d/1") is None
        contacts.add(session, place.id, asker, name="Alix Fictif", email="alix@demo.example", by=None)
        request_decisions.refuse(session, request, "Aucune preuve", on=TODAY, by=None)
        request_letters.answer(session, request, at=NOW, link="http://guichet.example/d/1")

    (letter,) = letters(session)
    assert letter.recipient == "alix@demo.example"
    assert "Aucune preuve" in letter.text and "guichet.example" not in letter.text + letter.html


def test_the_journal_holds_ids_and_no_word_of_the_request(
    session: Session, place: Territory, asker: Organisation
) -> None:
    request = asked_for(session, place, asker)
    request_decisions.refuse(session, request, "Motif secret", on=TODAY, by=None)
    entries = list(session.scalars(select(JournalEntry).where(JournalEntry.thing == "eligibility_request")))
    assert [each.verb for each in entries] == ["ask", "refuse"]
    assert "Fictif" not in str([each.details for each in entries])
    assert "secret" not in str([each.details for each in entries])
