"""The ledger: lines that add up, never a number overwritten; what would break the commitment is refused."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import awards, calibration, ledger, lot_dates, statements
from facilitator.awards import AwardRefused
from facilitator.commitments import Invoicing, LedgerLine, LedgerRefused, SiteHours
from facilitator.markets import Lot, LotDate, LotStop, MarketRefused
from facilitator.vocabulary import AwardRole, CalibrationBasis, LedgerKind
from tests import trade
from tests.trade import day

D = Decimal
START = day("01/01/2025")


def bare_lot(session: Session, hours: str | None = None) -> Lot:
    return trade.lot(session, trade.territory(session), hours=hours)


def add(session: Session, lot: Lot, kind: LedgerKind, hours: str, **more: object) -> LedgerLine:
    effective = {"effective_on": START} | more
    return ledger.add_line(session, lot, kind, D(hours), by=None, **effective)  # type: ignore[arg-type]


def count(session: Session, what: type) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(what)) or 0


def test_a_lot_without_a_line_has_hours_to_be_defined(session: Session) -> None:
    stood = statements.of_lot(session, bare_lot(session).id, day("31/12/2025"))
    assert not stood.defined
    assert (stood.rate, stood.penalty_if_stopped, stood.expected) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "hours", "more", "sentence"),
    [
        (LedgerKind.avenant, "10", {"effective_on": None}, "Indiquez la date d’effet"),
        (LedgerKind.transfert, "10", {}, "Un transfert s’enregistre entre deux entreprises"),
        (LedgerKind.remise, "10", {}, "Une remise retire des heures"),
        (LedgerKind.initial, "-10", {}, "engage des heures\u00a0: saisissez un nombre positif"),
        (LedgerKind.tranche, "-10", {"effective_on": None}, "saisissez un nombre positif"),
        (LedgerKind.avenant, "0", {}, "Une ligne de 0 heure ne change rien"),
        (LedgerKind.avenant, "-100.01", {}, "rendrait négatives les heures engagées"),
        (
            LedgerKind.avenant,
            "10",
            {"from_on": day("02/02/2025"), "to_on": day("01/02/2025")},
            "avant son début",
        ),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(
    session: Session, kind: LedgerKind, hours: str, more: dict[str, object], sentence: str
) -> None:
    lot = bare_lot(session, "100")
    with pytest.raises(LedgerRefused, match=sentence):
        add(session, lot, kind, hours, **more)
    assert count(session, LedgerLine) == 1


def test_no_day_may_owe_less_than_nothing_even_before_later_lines(session: Session) -> None:
    lot = bare_lot(session, "100")
    add(session, lot, LedgerKind.avenant, "500", effective_on=day("01/06/2025"))
    with pytest.raises(LedgerRefused, match="au 1er\u00a0mars\u00a02025"):
        add(session, lot, LedgerKind.remise, "-200", effective_on=day("01/03/2025"))
    add(session, lot, LedgerKind.remise, "-200", effective_on=day("01/06/2025"))
    assert statements.of_lot(session, lot.id, day("01/06/2025")).owed == D(400)


def test_a_company_of_another_lot_takes_no_line(session: Session) -> None:
    lot, other = bare_lot(session), bare_lot(session)
    with pytest.raises(LedgerRefused, match="n’est pas attributaire de ce lot"):
        add(session, lot, LedgerKind.initial, "100", award=trade.award(session, other))
    assert count(session, LedgerLine) == 0


def test_no_company_of_a_groupement_may_owe_less_than_nothing(session: Session) -> None:
    lot = bare_lot(session)
    leader = trade.award(session, lot, role=AwardRole.mandataire)
    other = trade.award(session, lot, role=AwardRole.cotraitant)
    add(session, lot, LedgerKind.initial, "100", award=leader)
    add(session, lot, LedgerKind.initial, "50", award=other)
    for giver, taker, hours, sentence in (
        (other, leader, "50.01", "rendrait négatives"),
        (leader, leader, "10", "d’une entreprise à une autre"),
        (leader, other, "0", "supérieur à 0"),
        (leader, other, "-5", "supérieur à 0"),
    ):
        with pytest.raises(LedgerRefused, match=sentence):
            ledger.transfer(session, lot, giver, taker, D(hours), effective_on=START, by=None)
    assert count(session, LedgerLine) == 2
    pair = ledger.transfer(session, lot, other, leader, D(50), effective_on=START, by=None)
    assert [each.delta for each in pair] == [D(-50), D(50)]
    assert pair[0].transfer_key == pair[1].transfer_key


def test_a_tranche_is_affirmed_once_and_not_after_its_last_day(session: Session) -> None:
    lot = bare_lot(session, "100")
    line = add(session, lot, LedgerKind.tranche, "50", effective_on=None, option_until=day("30/06/2025"))
    with pytest.raises(LedgerRefused, match="elle est caduque"):
        ledger.affirm(session, lot, line, day("01/07/2025"), by=None)
    ledger.affirm(session, lot, line, day("30/06/2025"), by=None)
    ledger.affirm(session, lot, line, day("30/06/2025"), by=None)
    with pytest.raises(LedgerRefused, match="Cette tranche est affermie depuis le"):
        ledger.affirm(session, lot, line, day("01/06/2025"), by=None)
    with pytest.raises(LedgerRefused, match="Seule une tranche optionnelle"):
        ledger.affirm(session, lot, ledger.lines(session, lot.id)[0], START, by=None)
    assert statements.of_lot(session, lot.id, day("30/06/2025")).owed == D(150)


def test_invoices_follow_a_convention_and_come_in_order(session: Session) -> None:
    lot = bare_lot(session)
    with pytest.raises(LedgerRefused, match="1 heure par tranche facturée"):
        ledger.record_invoicing(session, lot, START, D(10_000), by=None)
    sizing = calibration.size(calibration.Invoiced(D(0), D(0), D(1000)))
    inputs = {"floor": "0", "step": "1000"}
    ledger.keep_calibration(session, lot, CalibrationBasis.invoiced, inputs, sizing, on=START, by=None)
    ledger.record_invoicing(session, lot, day("31/01/2025"), D(10_999), by=None)
    with pytest.raises(LedgerRefused, match="Notez un arrêté plus récent"):
        ledger.record_invoicing(session, lot, day("31/01/2025"), D(20_000), by=None)
    assert statements.of_lot(session, lot.id, day("31/01/2025")).owed == D(10)
    add(session, lot, LedgerKind.remise, "-10", effective_on=day("31/01/2025"))
    with pytest.raises(LedgerRefused, match="rendrait négatives"):
        ledger.record_invoicing(session, lot, day("28/02/2025"), D(5_000), by=None)
    assert count(session, Invoicing) == 1


def test_hours_of_the_site_are_rounded_down_once_over_their_sum(session: Session) -> None:
    lot = bare_lot(session)
    with pytest.raises(LedgerRefused, match="n’a pas de part des heures du chantier"):
        ledger.record_site_hours(session, lot, START, D(100), by=None)
    sizing = calibration.size(calibration.SiteShare(D(0), D(5)))
    inputs = {"site_hours": "0", "percent": "5"}
    ledger.keep_calibration(session, lot, CalibrationBasis.site_share, inputs, sizing, on=START, by=None)
    written = [
        ledger.record_site_hours(session, lot, day(f"15/{month:02d}/2025"), D("30.50"), by=None)
        for month in (1, 2, 3)
    ]
    assert [line.delta if line else None for line in written] == [D(1), D(2), D(1)]
    assert statements.of_lot(session, lot.id, day("31/03/2025")).owed == D(4)
    with pytest.raises(LedgerRefused, match="déjà notées pour ce mois"):
        ledger.record_site_hours(session, lot, day("01/03/2025"), D(10), by=None)
    with pytest.raises(LedgerRefused, match="ne peuvent pas être négatives"):
        ledger.record_site_hours(session, lot, day("01/04/2025"), D(-10), by=None)
    assert count(session, SiteHours) == 3


def test_dates_of_a_lot_stay_in_order_and_stops_do_not_overlap(session: Session) -> None:
    lot = bare_lot(session)
    with pytest.raises(MarketRefused, match=r"La fin du lot .* précède son début"):
        lot_dates.set_date(session, lot, "end", day("31/12/2024"), by=None)
    with pytest.raises(MarketRefused, match="précède son début"):
        lot_dates.set_date(session, lot, "start", day("01/01/2027"), by=None)
    assert count(session, LotDate) == 2
    pause = lot_dates.stop(session, lot, day("01/03/2025"), None, "Gel", by=None)
    with pytest.raises(MarketRefused, match="Un arrêt est déjà noté"):
        lot_dates.stop(session, lot, day("01/05/2025"), day("31/05/2025"), None, by=None)
    with pytest.raises(MarketRefused, match="au plus tôt le lendemain"):
        lot_dates.restart(session, lot, pause, day("01/03/2025"), by=None)
    lot_dates.restart(session, lot, pause, day("01/04/2025"), by=None)
    assert pause.to_on == day("31/03/2025")
    with pytest.raises(MarketRefused, match="La reprise précède l’arrêt"):
        lot_dates.stop(session, lot, day("01/06/2025"), day("31/05/2025"), None, by=None)
    assert count(session, LotStop) == 1


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (AwardRole.titulaire, AwardRole.titulaire, "Ce lot a déjà son titulaire"),
        (AwardRole.mandataire, AwardRole.titulaire, "Ce lot a déjà son titulaire"),
        (AwardRole.mandataire, AwardRole.mandataire, "Choisissez cotraitant"),
        (AwardRole.titulaire, AwardRole.mandataire, "Choisissez cotraitant"),
        (AwardRole.titulaire, AwardRole.cotraitant, "Le lot a un titulaire seul"),
        (AwardRole.titulaire, AwardRole.sous_traitant, "Choisissez laquelle"),
    ],
)
def test_a_lot_has_one_leader(session: Session, first: AwardRole, second: AwardRole, sentence: str) -> None:
    lot = bare_lot(session)
    trade.award(session, lot, role=first)
    with pytest.raises(AwardRefused, match=sentence):
        trade.award(session, lot, role=second)
    assert count(session, awards.Award) == 1


def test_a_company_stands_once_on_a_lot_and_only_a_subcontractor_has_a_parent(session: Session) -> None:
    lot, builder = bare_lot(session), trade.company(session)
    leader = trade.award(session, lot, builder, AwardRole.mandataire)
    with pytest.raises(AwardRefused, match="figure déjà parmi les entreprises"):
        trade.award(session, lot, builder, AwardRole.cotraitant)
    with pytest.raises(AwardRefused, match="Seul un sous-traitant"):
        trade.award(session, lot, role=AwardRole.cotraitant, parent=leader)
    elsewhere = trade.award(session, bare_lot(session))
    with pytest.raises(AwardRefused, match="Choisissez laquelle"):
        trade.award(session, lot, role=AwardRole.sous_traitant, parent=elsewhere)
    assert count(session, awards.Award) == 2
