"""Sharing out: a correction that waits for its shares counts nowhere; a month goes over lots, never beyond its hours."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from facilitator import declarations, globalisations, journal_chain, shares, sharing, statements, validations
from facilitator.contracts import Contract
from facilitator.hours import Globalisation, HoursRefused, Share, Timesheet
from facilitator.journal import JournalEntry
from facilitator.markets import Lot
from facilitator.shares import Part
from facilitator.vocabulary import ContractType, PlacementMode
from tests import trade
from tests.trade import Ground, day

D = Decimal
ON = day("05/05/2025")


@dataclass(frozen=True)
class Shared:
    """A company with two lots under an agreement, and a relevé of March: 60 h here, 40 h there, validated."""

    ground: Ground
    far: Lot
    agreement: Globalisation
    sheet: Timesheet

    def parts(self, here: str, there: str, training: str = "0") -> list[Part]:
        near = Part(self.ground.placement.id, D(here), D(training), self.ground.lot.id)
        return [near, Part(self.ground.placement.id, D(there), D(0), self.far.id)]


@pytest.fixture
def shared(session: Session) -> Shared:
    ground = trade.market(session)
    far = trade.lot(session, ground.territory, hours="500")
    trade.award(session, far, ground.company)
    consents = {ground.lot.id: day("01/01/2025"), far.id: day("01/02/2025")}
    agreement = globalisations.record(
        session, ground.territory.id, ground.company.id, consents, effective_on=day("01/01/2025"), by=None
    )
    found = Shared(ground, far, agreement, None)  # type: ignore[arg-type]
    sheet = trade.month(session, ground.contract, "03/2025", "100", parts=found.parts("60", "40"))
    session.commit()
    return Shared(ground, far, agreement, sheet)


def correct(session: Session, shared: Shared, worked: str, parts: list[Part] | None = None) -> Timesheet:
    done = declarations.correct(
        *(session, shared.ground.contract, shared.sheet, "Absence du 31"),
        from_on=shared.sheet.from_on,
        to_on=shared.sheet.to_on,
        worked=D(worked),
        parts=parts,
        on=ON,
        by=None,
    )
    session.commit()
    return done.timesheet


def retained(session: Session, shared: Shared) -> tuple[Decimal, Decimal]:
    session.commit()
    found = statements.of_lots(session, [shared.ground.lot.id, shared.far.id], ON)
    assert all(each.declared == each.retained + each.awaiting for each in found.values())
    return found[shared.ground.lot.id].retained, found[shared.far.id].retained


def lines(session: Session, sheet: Timesheet) -> list[tuple[int, Decimal, Decimal]]:
    rows = session.execute(
        select(Share.lot_id, Share.hours, Share.training)
        .where(Share.timesheet_id == sheet.id)
        .order_by(Share.id)
    )
    return [(lot_id, worked, training) for lot_id, worked, training in rows]


def month(session: Session, shared: Shared, of: str = "01/03/2025") -> sharing.Month:
    return sharing.of_month(session, select(Timesheet), shared.agreement, day(of))


def test_hours_corrected_downwards_wait_for_their_shares_and_the_old_ones_count_meanwhile(
    session: Session, shared: Shared
) -> None:
    waiting = correct(session, shared, "50")
    assert retained(session, shared) == (D(60), D(40))
    with pytest.raises(HoursRefused, match="attend ses parts"):
        validations.validate(session, waiting, on=ON, by=None)
    assert [each.id for each in session.execute(sharing.waiting(select(Timesheet)))] == [waiting.id]
    assert [(part.lot_id, part.hours) for part in sharing.proposal(session, waiting)] == [
        (shared.ground.lot.id, D(30)),
        (shared.far.id, D(20)),
    ]
    sharing.share_out(session, shared.ground.contract, waiting, shared.parts("35", "15"), by=None)
    assert retained(session, shared) == (D(60), D(40))
    validations.validate(session, waiting, on=ON, by=None)
    assert retained(session, shared) == (D(35), D(15))
    assert session.execute(sharing.waiting(select(Timesheet))).all() == []
    told = session.scalars(
        select(JournalEntry.verb)
        .where(JournalEntry.thing_id == waiting.id, JournalEntry.thing == "timesheet")
        .where(JournalEntry.lot_id == shared.far.id)
        .order_by(JournalEntry.id)
    )
    assert list(told) == ["correct", "share_out", "validate"]
    assert list(journal_chain.faults(session)) == []


def test_new_shares_stay_inside_the_corrected_hours_and_are_given_once(
    session: Session, shared: Shared
) -> None:
    waiting = correct(session, shared, "50")
    with pytest.raises(HoursRefused, match="Les parts dépassent les heures du relevé \\(50,00"):
        sharing.share_out(session, shared.ground.contract, waiting, shared.parts("35", "16"), by=None)
    nothings: tuple[list[Part] | None, ...] = (None, [])
    for nothing in nothings:
        with pytest.raises(HoursRefused, match="au moins un lot"):
            sharing.share_out(session, shared.ground.contract, waiting, nothing, by=None)
    assert lines(session, waiting) == []
    sharing.share_out(session, shared.ground.contract, waiting, shared.parts("35", "15"), by=None)
    with pytest.raises(HoursRefused, match="n’attend pas de parts"):
        sharing.share_out(session, shared.ground.contract, waiting, shared.parts("10", "10"), by=None)
    with pytest.raises(HoursRefused, match="n’attend pas de parts"):
        sharing.share_out(session, shared.ground.contract, shared.sheet, shared.parts("10", "10"), by=None)


def test_a_month_is_shared_out_over_the_lots_of_the_agreement(session: Session, shared: Shared) -> None:
    found = month(session, shared)
    (row,) = found.rows
    assert [label.endswith("lot 1 Lot d’essai") for _, label in found.lots] == [True, True]
    assert {cell.lot_id: cell.hours for cell in row.cells} == {
        shared.ground.lot.id: D(60),
        shared.far.id: D(40),
    }
    assert (found.worked, found.shared, row.waits) == (D(100), D(100), False)
    wanted = {(row.sheet.id, shared.ground.lot.id): D(20), (row.sheet.id, shared.far.id): D(80)}
    with pytest.raises(HoursRefused, match="dites pourquoi"):
        sharing.share_month(session, found, wanted, " ", on=ON, by=None)
    assert sharing.share_month(session, found, wanted, "Accord du 3 mai", on=ON, by=None) == 1
    assert retained(session, shared) == (D(60), D(40))
    (again,) = month(session, shared).rows
    assert (again.sheet.correction_reason, again.sheet.worked) == ("Accord du 3 mai", D(100))
    validations.validate(session, session.get_one(Timesheet, again.sheet.id), on=ON, by=None)
    assert retained(session, shared) == (D(20), D(80))
    assert sharing.share_month(session, month(session, shared), {
        (again.sheet.id, shared.ground.lot.id): D(20), (again.sheet.id, shared.far.id): D(80),
    }, "", on=ON, by=None) == 0  # fmt: skip


def test_a_month_gives_their_shares_to_the_corrections_that_wait(session: Session, shared: Shared) -> None:
    waiting = correct(session, shared, "50.01")
    (row,) = month(session, shared).rows
    assert row.waits
    assert [cell.hours for cell in row.cells] == [D("30.01"), D("20.00")]
    wanted = {(waiting.id, cell.lot_id): cell.hours for cell in row.cells}
    assert sharing.share_month(session, month(session, shared), {}, "", on=ON, by=None) == 0
    assert sharing.share_month(session, month(session, shared), wanted, "", on=ON, by=None) == 1
    validations.validate(session, waiting, on=ON, by=None)
    assert retained(session, shared) == (D("30.01"), D("20.00"))


def test_a_month_is_refused_beyond_the_hours_worked(session: Session, shared: Shared) -> None:
    (row,) = month(session, shared).rows
    wanted = {(row.sheet.id, shared.ground.lot.id): D(60), (row.sheet.id, shared.far.id): D("40.01")}
    with pytest.raises(HoursRefused, match=r"FICTIF.*Les parts dépassent"):
        sharing.share_month(session, month(session, shared), wanted, "Essai", on=ON, by=None)


def test_training_follows_the_hours(session: Session, shared: Shared) -> None:
    sheet = trade.month(
        session, shared.ground.contract, "04/2025", "100", training="10.01",
        parts=[Part(shared.ground.placement.id, D(100), D("10.01"), shared.ground.lot.id)],
    )  # fmt: skip
    session.commit()
    wanted = {(sheet.id, shared.ground.lot.id): D("33.33"), (sheet.id, shared.far.id): D("66.67")}
    found = month(session, shared, "01/04/2025")
    sharing.share_month(session, found, wanted, "Convention", on=ON, by=None)
    (row,) = month(session, shared, "01/04/2025").rows
    assert sorted(lines(session, row.sheet)) == sorted(
        [(shared.ground.lot.id, D("33.33"), D("3.34")), (shared.far.id, D("66.67"), D("6.67"))]
    )


def without(session: Session, shared: Shared, change: str) -> None:
    line = session.get_one(globalisations.GlobalisationLot, (shared.agreement.id, shared.far.id))
    if change == "missing":
        line.consented_on = None
    elif change == "late":
        line.consented_on = day("02/04/2025")
    else:
        globalisations.withdraw(session, shared.agreement, shared.far.id, day("15/04/2025"), by=None)
    session.commit()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("missing", "son donneur d’ordre n’a pas donné son accord"),
        ("late", "son donneur d’ordre a donné son accord le 2 avril 2025, après le début de ces heures"),
        ("withdrawn", "son donneur d’ordre a retiré son accord à partir du 15 avril 2025"),
    ],
)
def test_a_lot_whose_buyer_does_not_consent_is_closed_and_says_why(
    session: Session, shared: Shared, change: str, sentence: str
) -> None:
    without(session, shared, change)
    with pytest.raises(HoursRefused, match=f"Lot 1 Lot d’essai.*{sentence.replace(' ', '.')}"):
        trade.month(session, shared.ground.contract, "04/2025", "100", parts=shared.parts("60", "40"))
    session.rollback()
    trade.month(session, shared.ground.contract, "04/2025", "100", parts=shared.parts("100", "0")[:1])
    (row,) = month(session, shared, "01/04/2025").rows
    closed = {cell.lot_id: cell.closed for cell in row.cells}
    assert closed[shared.ground.lot.id] is None
    assert sentence in (closed[shared.far.id] or "").replace("\u00a0", " ")


def test_hours_shared_before_a_withdrawal_keep_their_place(session: Session, shared: Shared) -> None:
    without(session, shared, "withdrawn")
    assert retained(session, shared) == (D(60), D(40))
    assert shares.parts(session, correct(session, shared, "100", shared.parts("50", "50")))


def test_a_consent_that_comes_back_never_moves_the_hours_shared_under_the_first(
    session: Session, shared: Shared
) -> None:
    without(session, shared, "withdrawn")
    with pytest.raises(HoursRefused, match="nouvelle convention à partir du 1er\u00a0juin\u00a02025"):
        globalisations.consent(session, shared.agreement, shared.far.id, day("01/06/2025"), by=None)
    session.rollback()
    consents = dict.fromkeys((shared.ground.lot.id, shared.far.id), day("01/06/2025"))
    globalisations.record(
        session, shared.ground.territory.id, shared.ground.company.id, consents, effective_on=day("01/06/2025"), by=None
    )  # fmt: skip
    trade.month(session, shared.ground.contract, "07/2025", "100", parts=shared.parts("60", "40"))
    assert shares.parts(session, correct(session, shared, "100", shared.parts("50", "50")))


def test_a_withdrawal_noted_by_mistake_is_taken_back(session: Session, shared: Shared) -> None:
    without(session, shared, "withdrawn")
    globalisations.consent(session, shared.agreement, shared.far.id, day("10/04/2025"), by=None)
    session.commit()
    assert shares.parts(session, correct(session, shared, "100", shared.parts("50", "50")))
    trade.month(session, shared.ground.contract, "04/2025", "100", parts=shared.parts("60", "40"))


@pytest.mark.parametrize("on", ["01/02/2025", "31/01/2025"])
def test_a_withdrawal_comes_after_the_consent(session: Session, shared: Shared, on: str) -> None:
    with pytest.raises(HoursRefused, match="le retrait vient après"):
        globalisations.withdraw(session, shared.agreement, shared.far.id, day(on), by=None)
    elsewhere = trade.lot(session, shared.ground.territory)
    with pytest.raises(HoursRefused, match="rien à retirer"):
        globalisations.withdraw(session, shared.agreement, elsewhere.id, ON, by=None)


def test_what_a_person_works_on_other_lots_is_left_as_it_is(session: Session, shared: Shared) -> None:
    other = trade.lot(session, shared.ground.territory)
    award, mode = trade.award(session, other, shared.ground.company), PlacementMode.embauche_directe
    placement = trade.serves(session, shared.ground.person, award, shared.ground.contract, "01/02/2025", mode)
    sheet = trade.month(
        session, shared.ground.contract, "04/2025", "100",
        parts=[Part(shared.ground.placement.id, D(50)), Part(placement.id, D(30))],
    )  # fmt: skip
    session.commit()
    (row,) = month(session, shared, "01/04/2025").rows
    assert (row.elsewhere, row.shared) == (D(30), D(80))
    wanted = {(sheet.id, shared.ground.lot.id): D(10), (sheet.id, shared.far.id): D(60)}
    sharing.share_month(session, month(session, shared, "01/04/2025"), wanted, "Essai", on=ON, by=None)
    (row,) = month(session, shared, "01/04/2025").rows
    assert (row.elsewhere, row.shared) == (D(30), D(100))


def test_a_month_reads_as_many_selects_for_many_as_for_one(session: Session, shared: Shared) -> None:
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: sent.append(args[2]))

    def cost() -> int:
        session.commit()
        session.get_one(Globalisation, shared.agreement.id)
        sent.clear()
        month(session, shared)
        return len(sent)

    one = cost()
    for _ in range(5):
        someone = trade.person(session, shared.ground.territory, "01/01/2025")
        hired: Contract = trade.direct(
            session, someone, shared.ground.award, ContractType.cdi, "01/02/2025"
        ).contract
        trade.month(session, hired, "03/2025", "10")
    assert cost() == one <= 7
    assert len(month(session, shared).rows) == 6
