"""Follow-ups: asked when due, answered once, corrected openly; what is not due is refused."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import contracts, followup_history, followups, journeys
from facilitator.followups import Attempt, Due, FollowUp, FollowUpRefused
from facilitator.outcomes import Answer
from facilitator.vocabulary import AnsweredBy, Channel, FollowUpOutcome, OutOfScope, Situation
from tests import trade
from tests.trade import Ground, day

D = Decimal
EXIT = day("30/06/2025")
IN_WORK = Answer(Situation.cdi, day("15/08/2025"), D(35), same_employer=False)
ANSWERED = Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, IN_WORK)
SILENT = Attempt(FollowUpOutcome.unreachable, Channel.phone)


def left(session: Session) -> Ground:
    """One person whose only contract ended on 30/06/2025: due 30/12/2025 and 30/06/2026."""
    ground = trade.market(session)
    contracts.end(session, ground.contract, EXIT, "Fin de mission", by=None)
    session.commit()
    return ground


def said(answer: Answer) -> Attempt:
    return Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, answer)


def due(session: Session, ground: Ground, on: str, months: int = 6) -> Due:
    return followups.due_of(session, ground.person.id, EXIT, months, day(on))


def record(session: Session, ground: Ground, attempt: Attempt, on: str, months: int = 6) -> FollowUp:
    row = followups.record(session, due(session, ground, on, months), attempt, on=day(on), by=None)
    session.commit()
    return row


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        ("30/09/2025", "La sortie est provisoire jusqu’au 30.septembre.2025"),
        ("01/10/2025", "La question porte sur le 30.décembre.2025"),
        ("29/12/2025", "La question porte sur le 30.décembre.2025"),
    ],
)
def test_nobody_is_asked_before_the_date(session: Session, on: str, sentence: str) -> None:
    ground = left(session)
    with pytest.raises(FollowUpRefused, match=sentence):
        record(session, ground, ANSWERED, on)
    session.commit()
    assert session.scalar(select(func.count(FollowUp.id))) == 0


def test_tries_add_up_until_somebody_answers(session: Session) -> None:
    ground = left(session)
    record(session, ground, SILENT, "30/12/2025")
    row = record(session, ground, SILENT, "05/01/2026")
    assert (row.outcome, row.tries) == (FollowUpOutcome.unreachable, 2)
    row = record(session, ground, ANSWERED, "12/01/2026")
    assert (row.outcome, row.tries, row.situation) == (FollowUpOutcome.answered, 3, Situation.cdi)
    assert (row.reference_on, row.called_on) == (day("30/12/2025"), day("12/01/2026"))
    assert session.scalar(select(func.count(FollowUp.id))) == 1


def test_the_same_answer_twice_has_one_effect_and_another_is_a_correction(session: Session) -> None:
    ground = left(session)
    row = record(session, ground, ANSWERED, "12/01/2026")
    assert record(session, ground, ANSWERED, "13/01/2026").called_on == day("12/01/2026")
    other = Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, Answer(Situation.recherche))
    for contrary in (other, SILENT):
        with pytest.raises(FollowUpRefused, match="Une réponse est déjà enregistrée"):
            record(session, ground, contrary, "14/01/2026")
    assert (row.situation, row.tries) == (Situation.cdi, 1)
    followups.correct(session, due(session, ground, "14/01/2026"), other, on=day("14/01/2026"), by=None)
    session.commit()
    assert row.situation == Situation.recherche


def test_an_outcome_and_a_situation_never_contradict_each_other(session: Session) -> None:
    ground = left(session)
    for attempt, sentence in (
        (Attempt(FollowUpOutcome.answered, Channel.phone), "choisissez sa situation"),
        (Attempt(FollowUpOutcome.refused, Channel.phone, None, IN_WORK), "ne va pas avec une situation"),
        (Attempt(FollowUpOutcome.out_of_scope, Channel.phone), "dites lequel"),
        (
            Attempt(FollowUpOutcome.unreachable, Channel.phone, why=OutOfScope.deces),
            "«.Décès.» met la personne hors champ",
        ),
        (said(Answer(Situation.cdi, day("31/12/2025"))), "commence le 31.décembre.2025 vient après"),
        (said(Answer(Situation.recherche, day("15/08/2025"))), "ne va pas avec une date de début"),
        (said(Answer(Situation.inactif, None, D(35))), "ne va pas avec des heures"),
    ):
        with pytest.raises(FollowUpRefused, match=sentence):
            record(session, ground, attempt, "12/01/2026")
    with pytest.raises(FollowUpRefused, match="Aucune réponse n’est enregistrée"):
        followups.correct(
            session, due(session, ground, "12/01/2026"), ANSWERED, on=day("12/01/2026"), by=None
        )
    session.commit()
    assert session.scalar(select(func.count(FollowUp.id))) == 0


def test_a_follow_up_that_dates_no_longer_call_for_is_refused(session: Session) -> None:
    ground = left(session)
    other = trade.award(session, trade.lot(session, ground.territory))
    trade.direct(session, ground.person, other, trade.ContractType.cdd, "01/09/2025", "31/12/2025")
    session.commit()
    with pytest.raises(FollowUpRefused, match="Ce suivi n’a plus lieu d’être"):
        due(session, ground, "12/01/2026")


def test_the_chain_never_counts_those_who_have_not_reached_the_milestone(session: Session) -> None:
    ground = left(session)
    people = [ground.person]
    for _ in range(3):
        person = trade.person(session, ground.territory, "01/01/2025")
        trade.direct(session, person, ground.award, trade.ContractType.cdd, "01/02/2025", "30/06/2025")
        people.append(person)
    late = trade.person(session, ground.territory, "01/01/2025")
    trade.direct(session, late, ground.award, trade.ContractType.cdd, "01/02/2025", "31/10/2025")
    session.commit()
    on = day("15/01/2026")
    outcomes = (
        ANSWERED,
        SILENT,
        Attempt(FollowUpOutcome.out_of_scope, Channel.phone, why=OutOfScope.deces),
        Attempt(FollowUpOutcome.answered, Channel.phone, AnsweredBy.person, Answer(Situation.recherche)),
    )
    for person, attempt in zip(people, outcomes, strict=True):
        asked = followups.due_of(session, person.id, EXIT, 6, on)
        followups.record(session, asked, attempt, on=on, by=None)
    session.commit()
    found = followups.chains(session, journeys.of_territory(session, ground.territory.id), on)
    six, twelve = found[6], found[12]
    assert (six.left, six.reached, six.in_scope, six.asked, six.answered, six.in_work) == (5, 4, 3, 3, 2, 1)
    assert (six.rate, six.floor_rate, six.response_rate) == (D("50.00"), D("33.33"), D("66.67"))
    assert (twelve.left, twelve.reached, twelve.rate) == (5, 0, None)


def test_a_milestone_inside_a_provisional_exit_is_not_reached(session: Session) -> None:
    ground = trade.market(session, path_gap_months="12")
    contracts.end(session, ground.contract, EXIT, "Fin de mission", by=None)
    session.commit()
    found = followups.chains(session, journeys.of_territory(session, ground.territory.id), day("30/12/2025"))
    assert (found[6].left, found[6].reached, found[6].in_scope) == (1, 0, 0)


def test_an_anonymised_person_is_called_no_more(session: Session) -> None:
    ground = left(session)
    ground.person.anonymised_on = day("05/01/2026")
    session.commit()
    with pytest.raises(
        FollowUpRefused, match=r"anonymisée le 5.janvier.2026.: il n’y a plus personne à appeler"
    ):
        record(session, ground, SILENT, "12/01/2026")
    session.commit()
    assert session.scalar(select(func.count(FollowUp.id))) == 0


def test_a_correction_keeps_what_was_said_before(session: Session) -> None:
    ground = left(session)
    record(session, ground, SILENT, "30/12/2025")
    row = record(session, ground, ANSWERED, "12/01/2026")
    gone = Attempt(FollowUpOutcome.out_of_scope, Channel.email, AnsweredBy.referrer, why=OutOfScope.etranger)
    followups.correct(session, due(session, ground, "14/01/2026"), gone, on=day("14/01/2026"), by=None)
    session.commit()
    assert (row.situation, row.out_of_scope, row.tries) == (None, OutOfScope.etranger, 2)
    assert [each.sentence.replace("\u00a0", " ") for each in followup_history.of(session, row)] == [
        "Suivi : Injoignable (téléphone).",
        "Suivi : A répondu, CDI (téléphone).",
        "Suivi corrigé : Hors champ, Départ à l’étranger (courriel).",
    ]
