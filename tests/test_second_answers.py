"""The other side of a placement confirms or contests hours, line by line; the facilitator decides."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import declarations, lines_to_confirm, second_answers, validations
from facilitator.contracts import Contract
from facilitator.hours import Share, Timesheet
from facilitator.journal import JournalEntry
from facilitator.organisations import Organisation
from facilitator.second_answers import (
    AnswerTooLate,
    NotAsked,
    Said,
    SecondAnswer,
    SecondAnswerRefused,
    Speaker,
)
from facilitator.sendings import Sending
from facilitator.shares import Part
from facilitator.vocabulary import AwardRole, ContractType, PlacementMode, SiaeKind
from tests import answering, trade
from tests.trade import Ground, day

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
D = Decimal


@dataclass(frozen=True)
class Mission:
    """A person made available by an ETTI to the company of a lot, with a relevé that waits."""

    ground: Ground
    etti: Organisation
    contract: Contract
    sheet: Timesheet

    @property
    def host(self) -> Speaker:
        return Speaker(self.ground.company.id, "Cheffe de chantier fictive")

    @property
    def employer(self) -> Speaker:
        return Speaker(self.etti.id, "Chargé d’affaires fictif")


def mission(session: Session, ground: Ground | None = None, hours: str = "63") -> Mission:
    ground = ground or trade.market(session)
    etti = trade.siae(session)
    person = trade.person(session, ground.territory, "01/06/2025")
    at_work = trade.work(session, person, ground.award, etti, ContractType.ctt, "01/04/2026", "30/06/2026")
    sheet = trade.declared(session, at_work.contract, "01/04/2026", "30/04/2026", hours)
    return Mission(ground, etti, at_work.contract, sheet)


def share(session: Session, sheet: Timesheet) -> Share:
    return session.scalars(select(Share).where(Share.timesheet_id == sheet.id)).one()


def sent_by(session: Session, organisation: Organisation, *sheets: Timesheet) -> None:
    sending = Sending(
        organisation_id=organisation.id,
        month=date(2026, 4, 1),
        sent_at=AT,
        sender_name="Personne fictive",
        certified=True,
    )
    session.add(sending)
    session.flush()
    for sheet in sheets:
        sheet.sending_id = sending.id
    session.flush()


def asked(session: Session, speaker: Speaker) -> list[int]:
    return [line.share_id for line in lines_to_confirm.awaiting(session, speaker.organisation_id)]


def journalled(session: Session, sheet: Timesheet) -> list[str]:
    query = select(JournalEntry.verb).where(
        JournalEntry.thing == "timesheet", JournalEntry.thing_id == sheet.id
    )
    return list(session.scalars(query.order_by(JournalEntry.id)))


def test_the_company_is_asked_about_what_the_employer_declared(session: Session) -> None:
    here = mission(session)
    [line] = lines_to_confirm.awaiting(session, here.ground.company.id)
    assert (line.hours, line.declared_by, line.said) == (D(63), here.etti.label, None)
    assert "avril" in line.period
    assert asked(session, here.employer) == []
    assert second_answers.still_asked(session, [line.share_id]) == {line.share_id: here.ground.company.label}
    sent_by(session, here.etti, here.sheet)
    assert asked(session, here.host) == [line.share_id]


def test_the_employer_is_asked_about_what_the_company_declared(session: Session) -> None:
    here = mission(session)
    sent_by(session, here.ground.company, here.sheet)
    assert asked(session, here.host) == []
    [line] = lines_to_confirm.awaiting(session, here.etti.id)
    assert line.declared_by == here.ground.company.label
    with pytest.raises(NotAsked):
        answering.confirm(session, [line.share_id], by=here.host, at=AT)
    answering.confirm(session, [line.share_id], by=here.employer, at=AT)
    assert second_answers.still_asked(session, [line.share_id]) == {}


def test_nobody_answers_for_a_direct_hire(session: Session) -> None:
    ground = trade.market(session)
    sheet = trade.declared(session, ground.contract, "01/04/2026", "30/04/2026", "100")
    assert lines_to_confirm.awaiting(session, ground.company.id) == []
    assert second_answers.still_asked(session, [share(session, sheet).id]) == {}
    with pytest.raises(NotAsked):
        answering.confirm(
            session, [share(session, sheet).id], by=Speaker(ground.company.id, "Elle-même"), at=AT
        )


def test_the_company_above_answers_for_its_subcontractor(session: Session) -> None:
    ground = trade.market(session)
    workshop = trade.siae(session, SiaeKind.EI)
    below = trade.award(session, ground.lot, workshop, AwardRole.sous_traitant, ground.award)
    inside = trade.work(
        session,
        trade.person(session, ground.territory, "01/01/2026"),
        below,
        workshop,
        ContractType.cddi,
        "01/04/2026",
        "31/07/2026",
        mode=PlacementMode.sous_traitance,
    )
    sheet = trade.declared(session, inside.contract, "01/04/2026", "30/04/2026", "100")
    [line] = lines_to_confirm.awaiting(session, ground.company.id)
    assert (line.share_id, line.declared_by) == (share(session, sheet).id, workshop.label)


def test_many_lines_are_confirmed_at_once_and_twice_is_once(session: Session) -> None:
    ground = trade.market(session)
    first, second = mission(session, ground), mission(session, ground, "70")
    lines = asked(session, first.host)
    assert len(lines) == 2
    answering.confirm(session, lines, by=first.host, at=AT)
    again = answering.confirm(session, lines, by=first.host, at=datetime.now(UTC))
    assert [(row.contested, row.hours, row.answered_at) for row in again] == [
        (False, D(63), AT),
        (False, D(70), AT),
    ]
    assert journalled(session, second.sheet) == ["declare", "confirm_hours"]
    assert session.scalar(select(func.count(SecondAnswer.id))) == 2


def test_another_answer_before_the_decision_replaces_the_first(session: Session) -> None:
    here = mission(session)
    [line] = asked(session, here.host)
    answering.confirm(session, [line], by=here.host, at=AT)
    answering.contest(session, line, D(56), "absent le 29/04", by=here.host, at=AT)
    said = second_answers.of_shares(session, [line])[line]
    assert (said.contested, said.declared, said.hours, said.difference) == (True, D(63), D(56), D(7))
    assert (said.comment, said.sender) == ("absent le 29/04", here.host.name)
    [shown] = lines_to_confirm.awaiting(session, here.host.organisation_id)
    assert (shown.said, shown.contested, shown.comment) == (D(56), True, "absent le 29/04")
    assert journalled(session, here.sheet) == ["declare", "confirm_hours", "contest_hours"]
    details = session.scalars(select(JournalEntry.details).where(JournalEntry.verb == "contest_hours")).one()
    assert details == {"share": line, "organisation": here.host.organisation_id}  # ids only


def test_the_figure_declared_said_again_confirms_it(session: Session) -> None:
    here = mission(session)
    [line] = asked(session, here.host)
    row = answering.contest(session, line, D("63.00"), "", by=here.host, at=AT)
    assert (row.contested, row.hours) == (False, D(63))


@pytest.mark.parametrize(
    ("hours", "comment", "sentence"),
    [
        (D("-1"), "jamais venu", "négatif"),
        (D("250.01"), "bien plus", "plafond d’un mois"),
        (D(56), "  ", "ce que vous contestez"),
    ],
)
def test_a_contest_that_cannot_be_is_refused_whole(
    session: Session, hours: Decimal, comment: str, sentence: str
) -> None:
    ground = trade.market(session)
    here, other = mission(session, ground), mission(session, ground)
    said = [Said(share(session, other.sheet).id), Said(share(session, here.sheet).id, hours, comment)]
    with pytest.raises(SecondAnswerRefused, match=sentence):
        second_answers.answer(session, said, by=here.host, at=AT)
    assert session.scalar(select(func.count(SecondAnswer.id))) == 0


def test_after_the_decision_nothing_is_answered(session: Session) -> None:
    ground = trade.market(session)
    kept, back, mended = (mission(session, ground) for _ in range(3))
    validations.validate(session, kept.sheet, on=day("05/05/2026"), by=None)
    validations.refuse(session, back.sheet, "Feuille manquante", on=day("05/05/2026"), by=None)
    correct(session, mended, "56")
    for each, sentence in ((kept, "validé"), (back, "refusé"), (mended, "remplacées")):
        with pytest.raises(AnswerTooLate, match=sentence):
            answering.confirm(session, [share(session, each.sheet).id], by=kept.host, at=AT)


def correct(session: Session, here: Mission, hours: str) -> Timesheet:
    return declarations.correct(
        session,
        here.contract,
        here.sheet,
        "Absence du 29/04",
        from_on=here.sheet.from_on,
        to_on=here.sheet.to_on,
        worked=D(hours),
        on=day("06/05/2026"),
        by=None,
    ).timesheet


def test_a_correction_is_asked_again(session: Session) -> None:
    here = mission(session)
    [line] = asked(session, here.host)
    answering.contest(session, line, D(56), "absent le 29/04", by=here.host, at=AT)
    again = correct(session, here, "56")
    [shown] = lines_to_confirm.awaiting(session, here.host.organisation_id)
    assert (shown.share_id, shown.said, shown.correction) == (share(session, again).id, None, True)


def test_a_correction_of_validated_hours_is_asked_too(session: Session) -> None:
    here = mission(session)
    validations.validate(session, here.sheet, on=day("05/05/2026"), by=None)
    assert asked(session, here.host) == []
    again = correct(session, here, "56")
    assert asked(session, here.host) == [share(session, again).id]


def split(session: Session, here: Mission) -> list[Share]:
    pieces = declarations.split(
        session, here.contract, here.sheet, day("21/04/2026"), D(40), on=day("06/05/2026"), by=None
    )
    return [share(session, each) for each in pieces]


def test_a_split_keeps_what_was_confirmed_and_who_sent_it(session: Session) -> None:
    here = mission(session)
    sent_by(session, here.etti, here.sheet)
    answering.confirm(session, asked(session, here.host), by=here.host, at=AT)
    pieces = split(session, here)
    said = second_answers.of_shares(session, [each.id for each in pieces])
    assert [(said[each.id].hours, said[each.id].contested) for each in pieces] == [
        (D(40), False),
        (D(23), False),
    ]
    sending = {session.get_one(Timesheet, each.timesheet_id).sending_id for each in pieces}
    assert sending == {here.sheet.sending_id}


def test_a_split_asks_again_what_was_contested(session: Session) -> None:
    here = mission(session)
    [line] = asked(session, here.host)
    answering.contest(session, line, D(56), "absent le 29/04", by=here.host, at=AT)
    pieces = split(session, here)
    assert second_answers.of_shares(session, [each.id for each in pieces]) == {}
    assert asked(session, here.host) == [each.id for each in pieces]


def test_a_host_learns_its_own_share_only(session: Session) -> None:
    here = mission(session)
    elsewhere = trade.lot(session, here.ground.territory, start="01/01/2026", end="31/12/2026")
    neighbour = trade.company(session)
    on_other = trade.award(session, elsewhere, neighbour)
    person = trade.person(session, here.ground.territory, "01/01/2026")
    at_work = trade.work(
        session, person, here.ground.award, here.etti, ContractType.ctt, "01/04/2026", "30/06/2026"
    )
    other = trade.serves(session, person, on_other, at_work.contract, "01/04/2026")
    trade.declared(
        session,
        at_work.contract,
        "01/04/2026",
        "30/04/2026",
        "130",
        parts=[Part(at_work.placement.id, D(90)), Part(other.id, D(40))],
    )
    [line] = lines_to_confirm.awaiting(session, neighbour.id)
    assert (line.hours, line.lot_id) == (D(40), elsewhere.id)
    with pytest.raises(NotAsked):
        answering.confirm(session, asked(session, here.host), by=Speaker(neighbour.id, "Curieux"), at=AT)


def test_the_list_may_be_of_one_month(session: Session) -> None:
    here = mission(session)
    trade.declared(session, here.contract, "01/05/2026", "31/05/2026", "50")
    company = here.ground.company.id
    assert [each.hours for each in lines_to_confirm.awaiting(session, company)] == [D(63), D(50)]
    may = lines_to_confirm.awaiting(session, company, month=date(2026, 5, 1))
    assert [each.hours for each in may] == [D(50)]
