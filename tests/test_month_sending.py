"""Sending a month: one certified act, all or nothing, and once."""

import dataclasses
import threading
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import month_returns, month_sending, month_sheets, validations, verdicts
from facilitator.db import db, writing
from facilitator.hours import HoursRefused, NilDeclaration, Share, Timesheet
from facilitator.journal import now
from facilitator.month_drafts import DraftHours, DraftRefused, Typed
from facilitator.month_sending import MonthChanged, SendingRefused
from facilitator.sendings import Sending
from facilitator.vocabulary import Standing, TimesheetState
from tests import months, trade
from tests.months import APRIL, SENDER, SOMEBODY, TODAY
from tests.trade import day

D = Decimal


def live(session: Session) -> list[Timesheet]:
    session.expire_all()
    states = (TimesheetState.declared, TimesheetState.validated, TimesheetState.refused)
    return list(session.scalars(select(Timesheet).where(Timesheet.state.in_(states)).order_by(Timesheet.id)))


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def nothing_sent(session: Session, sheets: int = 0) -> None:
    """The caller gives back the transaction: nothing stays of it."""
    session.rollback()
    assert (len(live(session)), count(session, Sending)) == (sheets, 1 if sheets else 0)


def declared_on(session: Session, lot_id: int) -> Decimal:
    total = session.scalar(
        select(func.sum(Share.hours)).where(Share.lot_id == lot_id, Share.standing == Standing.awaiting)
    )
    return D(total or 0)


def test_scenario_6_goes_in_one_sending_once_its_last_line_is_mended(session: Session) -> None:
    scene = months.etti(session)
    typed = months.texts(session, scene)
    with pytest.raises(SendingRefused) as refused:
        months.send(session, scene.etti, typed)
    (key,) = refused.value.wrong
    assert typed[key] == "145"
    assert "totaliserait 305,00\u00a0h" in refused.value.wrong[key]
    nothing_sent(session)
    sent = months.send(session, scene.etti, typed | {key: "140"}, comment="Avril complet")
    assert count(session, Sending) == 1
    assert sent.sending is not None
    assert (sent.sending.sender_position, sent.sending.comment) == ("Responsable d’agence", "Avril complet")
    assert {sheet.sending_id for sheet in live(session)} == {sent.sending.id}
    assert declared_on(session, scene.x.lot_id) == D(441)
    assert any(said.startswith("Cette personne totalise 230,00\u00a0h") for said in sent.warnings)
    assert list(verdicts.drift(session)) == []


def test_one_site_goes_alone_and_the_other_stays_in_the_draft(session: Session) -> None:
    scene = months.etti(session)
    typed = months.texts(session, scene)
    sent = months.send(session, scene.etti, typed, sites=frozenset({scene.x.id}))
    assert len(sent.sheets) == 7
    assert {row.text for row in session.scalars(select(DraftHours))} == {"35", "28", "110", "145"}
    with pytest.raises(SendingRefused):
        months.send(session, scene.etti, typed, sites=frozenset({scene.y.id}))
    nothing_sent(session, sheets=7)


def test_changed_hours_replace_those_that_wait_and_others_stay(session: Session) -> None:
    scene = months.etti(session)
    two, three = months.key(session, scene, 2, scene.x), months.key(session, scene, 3, scene.x)
    months.send(session, scene.etti, {two: "120", three: "160"})
    before = {sheet.contract_id: sheet.id for sheet in live(session)}
    again = months.send(session, scene.etti, {two: "118,50", three: "160,00"})
    after = {sheet.contract_id: sheet for sheet in live(session)}
    assert len(again.sheets) == 1
    assert after[two[0]].worked == D("118.50")
    assert after[two[0]].replaces_id == before[two[0]]
    assert after[three[0]].id == before[three[0]]


def test_the_same_month_sent_again_has_no_effect(session: Session) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    months.send(session, scene.etti, {key: "120"})
    again = months.send(session, scene.etti, {key: "120"})
    assert again.sending is None
    assert (count(session, Sending), len(live(session))) == (1, 1)


def test_a_refused_relevé_is_mended_on_the_page(session: Session) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    sent = months.send(session, scene.etti, {key: "120"})
    validations.refuse(session, sent.sheets[0], "Absent le 29", on=TODAY, by=None)
    session.commit()
    cell = months.page(session, scene.etti).by_key[key]
    assert cell.due
    assert cell.sheet is not None and cell.sheet.refusal_reason == "Absent le 29"
    with pytest.raises(SendingRefused, match="refusées telles quelles") as as_they_were:
        months.send(session, scene.etti, {key: "120,00"})
    assert "suivez «\u00a0corriger\u00a0»" in as_they_were.value.wrong[key]
    session.rollback()
    months.send(session, scene.etti, {key: "113"})
    assert [(sheet.worked, sheet.state) for sheet in live(session)] == [(D(113), TimesheetState.declared)]


def test_validated_hours_change_only_by_a_correction_that_was_asked(session: Session) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    sent = months.send(session, scene.etti, {key: "120"})
    validations.validate(session, sent.sheets[0], on=TODAY, by=None)
    session.commit()
    with pytest.raises(SendingRefused) as refused:
        months.send(session, scene.etti, {key: "113"})
    assert "Demander une correction" in refused.value.wrong[key]
    nothing_sent(session, sheets=1)
    month_sheets.request_correction(
        session, scene.etti.id, sent.sheets[0], [D(113)], "Absent le 29",
        sender=SENDER, on=TODAY, at=now(), by=SOMEBODY,
    )  # fmt: skip
    session.commit()
    cell = months.page(session, scene.etti).by_key[key]
    assert (cell.declared, cell.corrected) == (D(120), D(113))
    assert cell.correction is not None
    validations.validate(session, session.get_one(Timesheet, cell.correction.id), on=TODAY, by=None)
    session.commit()
    assert months.page(session, scene.etti).by_key[key].declared == D(113)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1,2,3", "ne se lit pas comme un nombre"),
        ("-7", "est négatif"),
        ("12,345", "plus de deux décimales"),
        ("301", "plafond est de 300,00"),
    ],
)
def test_what_cannot_be_declared_is_refused_beside_its_cell(
    session: Session, text: str, sentence: str
) -> None:
    scene = months.etti(session)
    good, bad = months.key(session, scene, 2, scene.x), months.key(session, scene, 3, scene.x)
    with pytest.raises(SendingRefused) as refused:
        months.send(session, scene.etti, {good: "120", bad: text})
    assert list(refused.value.wrong) == [bad]
    assert sentence in refused.value.wrong[bad]
    nothing_sent(session)


def test_an_emptied_cell_does_not_take_hours_back(session: Session) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    months.send(session, scene.etti, {key: "120"})
    with pytest.raises(SendingRefused) as refused:
        months.send(session, scene.etti, {key: ""})
    assert "écrivez 0 pour les retirer" in refused.value.wrong[key]
    session.rollback()
    months.send(session, scene.etti, {key: "0"})
    assert [sheet.worked for sheet in live(session)] == [D(0)]


def test_a_contract_of_another_employer_is_refused_and_not_told_of(session: Session) -> None:
    scene, other = months.etti(session), months.etti(session)
    foreign = months.key(session, other, 2, other.x)
    with pytest.raises(DraftRefused) as refused:
        months.send(session, scene.etti, {foreign: "12"})
    assert "Fictif" not in refused.value.sentence
    assert "«\u00a012\u00a0»" in refused.value.sentence
    nothing_sent(session)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"certified": False}, "certifié exact"), ({"name": " "}, "Indiquez le nom")],
)
def test_a_sending_is_named_and_certified(session: Session, change: dict[str, object], sentence: str) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    with pytest.raises(SendingRefused, match=sentence):
        months.send(session, scene.etti, {key: "120"}, sender=dataclasses.replace(SENDER, **change))  # type: ignore[arg-type]
    nothing_sent(session)


def test_an_empty_page_is_not_sent(session: Session) -> None:
    scene = months.etti(session)
    with pytest.raises(SendingRefused, match="Rien n’est saisi"):
        months.send(session, scene.etti, {})
    nothing_sent(session)


def test_a_month_to_come_is_not_declared(session: Session) -> None:
    scene = trade.market(session)
    session.commit()
    june = day("01/06/2026")
    (cell,) = months.page(session, scene.company, june).cells
    with pytest.raises(SendingRefused) as refused:
        months.send(session, scene.company, {cell.key: "10"}, month=june)
    assert "n’est pas commencé" in refused.value.wrong[cell.key]


def test_neant_is_zero_for_a_row_and_said_for_a_site_without_anybody(session: Session) -> None:
    ground = trade.market(session)
    lot = trade.lot(session, ground.territory, start="01/04/2026", end="31/05/2026")
    award = trade.award(session, lot, ground.company)
    session.commit()
    (cell,) = months.page(session, ground.company).cells
    sent = months.send(session, ground.company, {cell.key: "0"}, nils=frozenset({award.id}))
    assert sent.nils == 1
    nil = session.scalars(select(NilDeclaration)).one()
    assert sent.sending is not None
    assert (nil.award_id, nil.sending_id) == (award.id, sent.sending.id)
    assert [sheet.worked for sheet in live(session)] == [D(0)]
    assert months.page(session, ground.company).due == 0


def test_what_somebody_else_changed_meanwhile_is_not_sent_unseen(session: Session) -> None:
    scene = months.etti(session)
    key = months.key(session, scene, 2, scene.x)
    month_returns.save_draft(session, scene.etti.id, APRIL, {key: "99"}, by=SOMEBODY, at=now())
    session.commit()
    with pytest.raises(MonthChanged) as changed:
        months.send(session, scene.etti, {key: "120"}, seen=Typed({}))
    assert [cell.text for cell in changed.value.cells] == ["99"]
    nothing_sent(session)
    months.send(session, scene.etti, {key: "120"}, seen=Typed({key: "99"}))
    assert [sheet.worked for sheet in live(session)] == [D(120)]


def test_a_period_over_a_limit_is_told_and_split_by_its_declarant(session: Session) -> None:
    scene = months.etti(session)
    late = trade.person(session, scene.territory, "16/04/2026")
    months.missions(session, late, scene.x, scene.etti, ("01", "30"))
    session.commit()
    (cell,) = months.cells(months.page(session, scene.etti), late, scene.x)
    sent = months.send(session, scene.etti, {cell.key: "140"})
    assert sent.to_split == (sent.sheets[0].id,)
    assert months.page(session, scene.etti).by_key[cell.key].split_on == day("16/04/2026")
    month_sheets.split(session, sent.sheets[0], day("16/04/2026"), [D(70)], on=TODAY, by=SOMEBODY)
    session.commit()
    pieces = months.cells(months.page(session, scene.etti), late, scene.x)
    assert [(piece.period, piece.declared) for piece in pieces] == [
        ("du 01 au 15/04", D(70)),
        ("du 16 au 30/04", D(70)),
    ]
    assert {sheet.sending_id for sheet in live(session)} == {sent.sending.id if sent.sending else 0}
    months.send(session, scene.etti, {pieces[1].key: "63"})
    assert sum(sheet.worked for sheet in live(session)) == D(133)


def test_a_relevé_on_two_sites_is_split_site_by_site(session: Session) -> None:
    ground = trade.market(session)
    other = trade.award(session, trade.lot(session, ground.territory, start="16/04/2026"), ground.company)
    trade.serves(
        session,
        ground.person,
        other,
        ground.contract,
        "16/04/2026",
        mode=trade.PlacementMode.embauche_directe,
    )
    session.commit()
    one, two = months.page(session, ground.company).cells
    sent = months.send(session, ground.company, {one.key: "80", two.key: "60"})
    month_sheets.split(session, sent.sheets[0], day("16/04/2026"), [D(50), D(0)], on=TODAY, by=SOMEBODY)
    session.commit()
    shares = session.execute(
        select(Timesheet.from_on, Share.lot_id, Share.hours)
        .join(Share, Share.timesheet_id == Timesheet.id)
        .where(Timesheet.state == TimesheetState.declared)
        .order_by(Timesheet.from_on, Share.id)
    )
    assert [hours for *_, hours in shares] == [D(50), D(0), D(30), D(60)]


def test_a_validated_relevé_is_not_split_by_its_declarant(session: Session) -> None:
    ground = trade.market(session)
    sheet = trade.month(session, ground.contract, "04/2026", "100")
    session.commit()
    with pytest.raises(HoursRefused, match="le facilitateur seul"):
        month_sheets.split(session, sheet, day("16/04/2026"), [D(50)], on=TODAY, by=SOMEBODY)


def test_training_and_hours_of_no_lot_survive_a_change(session: Session) -> None:
    ground = trade.market(session)
    trade.declared(
        session, ground.contract, "01/04/2026", "30/04/2026", "100", training="14",
        parts=[trade.Part(ground.placement.id, D(80), D(10))],
    )  # fmt: skip
    session.commit()
    (cell,) = months.page(session, ground.company).cells
    months.send(session, ground.company, {cell.key: "70"})
    (sheet,) = live(session)
    assert (sheet.worked, sheet.training) == (D(90), D(14))


@pytest.mark.parametrize("times", [8])
def test_the_same_sending_many_times_at_once_has_one_effect(session: Session, app: Flask, times: int) -> None:
    with app.app_context():
        engine = db.engine
    scene = months.etti(session)
    typed = {k: v for k, v in months.texts(session, scene).items() if v != "145"}
    etti_id = scene.etti.id
    session.commit()
    faults: list[BaseException] = []

    def send() -> None:
        try:
            with writing(), Session(engine) as own:
                month_sending.send(
                    own, etti_id, APRIL, Typed(typed), sender=SENDER, on=TODAY, at=now(), by=SOMEBODY
                )
                own.commit()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=send) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert (count(session, Sending), len(live(session)), count(session, Timesheet)) == (1, 10, 10)
