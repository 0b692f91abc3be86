"""Attestations: issued when the target is met, numbered without a gap, revoked when what they say no longer holds."""

import datetime
import threading
import time
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from facilitator import (
    attestation_watch,
    attestations,
    db,
    declarations,
    eligibility,
    integrity,
    territories,
    validations,
)
from facilitator.attestations import Attestation, AttestationRefused
from facilitator.awards import Award
from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract
from facilitator.hours import Timesheet
from facilitator.journal import JournalEntry
from facilitator.markets import Lot
from facilitator.people import Window
from facilitator.statements import StatementRefused
from facilitator.vocabulary import AwardRole, ContractType, GroupementForm, LedgerKind
from reports import attestation as certificate
from tests import trade
from tests.pdf_text import plain, text_of_pdf
from tests.scenarios import scenario_8
from tests.trade import Ground, day

AT = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
TODAY = day("23/11/2026")
D = Decimal


def met(session: Session, hours: str = "1000") -> Ground:
    """A lot of 1 000 h with so many hours, 100 of them in the last of its months."""
    ground = trade.market(session)
    left, month = D(hours), 2
    while left:
        part = min(left, D(100))
        trade.month(session, ground.contract, f"{month:02d}/2025", str(part))
        left, month = left - part, month + 1
    session.commit()
    return ground


def issue(
    session: Session, lot: Lot, award: Award | None = None, on: str = "23/11/2026", **more: str
) -> Attestation:
    found = attestations.issue(
        session,
        lot,
        award,
        closed_on=day(on),
        on=TODAY,
        at=AT,
        by=None,
        base_url="https://guichet.example",
        **more,
    )
    session.commit()
    return found


def correct(session: Session, ground: Ground, hours: str) -> None:
    correct_last(session, ground.contract, hours)


def correct_last(session: Session, contract: Contract, hours: str) -> None:
    """The last month was not what had been declared."""
    sheet = session.scalars(select(Timesheet).order_by(Timesheet.id.desc()).limit(1)).one()
    fixed = declarations.correct(
        session,
        contract,
        sheet,
        "Feuille relue",
        from_on=sheet.from_on,
        to_on=sheet.to_on,
        worked=D(hours),
        on=TODAY,
        by=None,
    )
    validations.validate(session, fixed.timesheet, on=TODAY, by=None)
    session.commit()


def test_a_lot_that_met_its_target_gets_a_numbered_page_with_the_months_that_prove_it(
    session: Session,
) -> None:
    ground = met(session)
    issued = issue(session, ground.lot, code="ACDEFGHJ")
    assert (issued.label, issued.shown_code, issued.live) == ("2026-0001", "ACDE-FGHJ", True)
    assert (issued.owed, issued.retained) == (D(1000), D(1000))
    assert [each["contracts"] for each in issued.lines] == [1] * 10
    assert sum(D(each["hours"]) for each in issued.lines) == issued.retained
    read = text_of_pdf(issued.pdf)
    for words in (
        "2026-0001",
        "ACDE-FGHJ",
        ground.company.label,
        "1 000,00 h",
        "Travaux d’essai",
        "guichet.example/attestation",
    ):
        assert words in plain(read), words
    assert ground.person.last_name not in read
    assert plain(issued.said["sentence"]).endswith("au 23 novembre 2026, pour 1 000,00 h engagées.")
    assert "Page 1 sur 1" in read


def test_what_is_not_met_is_refused_and_says_what_is_missing(session: Session) -> None:
    ground = met(session, "988")
    with pytest.raises(AttestationRefused) as refused:
        issue(session, ground.lot)
    assert plain(str(refused.value)) == (
        "Il manque 12,00 h à ce lot au 23 novembre 2026 : 988,00 h retenues pour 1 000,00 h engagées."
        " L’attestation se délivre dès que l’engagement est atteint."
    )
    session.rollback()
    trade.month(session, ground.contract, "01/2026", "12")
    assert issue(session, ground.lot).label == "2026-0001"


def test_hours_to_be_defined_a_lot_without_company_and_a_day_to_come_are_refused(session: Session) -> None:
    place = trade.territory(session)
    undefined, empty = trade.lot(session, place), trade.lot(session, place, hours="10")
    trade.award(session, undefined)
    session.commit()
    with pytest.raises(AttestationRefused, match="restent à définir"):
        issue(session, undefined)
    session.rollback()
    with pytest.raises(AttestationRefused, match="pas encore d’entreprise"):
        issue(session, empty)
    session.rollback()
    with pytest.raises(StatementRefused, match="pas encore connue"):
        issue(session, empty, on="24/11/2026")


def test_one_live_attestation_at_a_time_and_numbers_go_on_after_a_revocation(session: Session) -> None:
    ground = met(session)
    first = issue(session, ground.lot)
    with pytest.raises(AttestationRefused, match="déjà délivrée"):
        issue(session, ground.lot)
    session.rollback()
    attestations.revoke(session, first, "Mauvais lot", at=AT, by=None)
    session.commit()
    assert [issue(session, ground.lot).label, first.revocation] == ["2026-0002", "Mauvais lot"]


def test_a_number_follows_another_by_territory_and_year(session: Session) -> None:
    one, other = met(session), met(session)
    again = trade.lot(session, one.territory, hours="10", by_buyer=one.buyer)
    hired = trade.direct(
        session,
        trade.person(session, one.territory, "01/01/2025"),
        trade.award(session, again),
        ContractType.cdi,
        "01/02/2025",
    )
    trade.month(session, hired.contract, "02/2025", "10")
    labels = [issue(session, each).label for each in (one.lot, again, other.lot)]
    assert labels == ["2026-0001", "2026-0002", "2026-0001"]


def test_where_the_shares_bind_each_company_has_its_own(session: Session) -> None:
    scene = scenario_8(session, groupement_form=GroupementForm.conjoint, shares_binding=True)
    with pytest.raises(AttestationRefused, match="répond de sa part"):
        issue(session, scene.lot)
    session.rollback()
    with pytest.raises(AttestationRefused) as refused:
        issue(session, scene.lot, scene.a)
    assert plain(str(refused.value)).startswith(
        "Il manque 40,00 h à cette entreprise au 23 novembre 2026 : 460,00 h"
    )
    session.rollback()
    with pytest.raises(AttestationRefused, match="ne répond pas des heures"):
        issue(session, scene.lot, scene.subcontractor)
    session.rollback()
    issued = issue(session, scene.lot, scene.mandataire)
    assert (issued.owed, issued.retained, len(issued.lines)) == (D(600), D(650), 5)
    assert "a exécuté sa part" in issued.said["sentence"]


def test_the_hours_of_a_subcontractor_prove_the_share_of_its_company(session: Session) -> None:
    scene = scenario_8(session, groupement_form=GroupementForm.conjoint, shares_binding=True)
    trade.ledger.transfer(
        session, scene.lot, scene.a, scene.b, D(40), effective_on=day("01/04/2026"), by=None
    )
    issued = issue(session, scene.lot, scene.a)
    assert (issued.owed, issued.retained) == (D(460), D(460))
    assert sum(D(each["hours"]) for each in issued.lines) == D(460)


def test_shares_that_only_inform_give_one_attestation_for_the_lot(session: Session) -> None:
    scene = scenario_8(session)
    trade.ledger.add_line(
        session, scene.lot, LedgerKind.remise, D(-50), effective_on=day("01/08/2026"), award=scene.b, by=None
    )
    with pytest.raises(AttestationRefused, match="parts de ce lot sont indicatives"):
        issue(session, scene.lot, scene.mandataire)
    session.rollback()
    trade.ledger.add_line(
        session, scene.lot, LedgerKind.remise, D(-50), effective_on=day("01/08/2026"), award=scene.b, by=None
    )
    issued = issue(session, scene.lot)
    assert len(issued.said["identity"]) == 3 + 5
    assert "ont exécuté l’engagement" in issued.said["sentence"]


def test_a_correction_that_brings_the_lot_below_revokes_in_the_same_transaction(session: Session) -> None:
    ground = met(session)
    issued = issue(session, ground.lot)
    kept = issued.pdf
    correct(session, ground, "79")
    assert not issued.live
    assert plain(issued.revocation or "") == (
        "Au 23 novembre 2026, 979,00 h sont désormais retenues pour 1 000,00 h engagées : il manque 21,00 h."
    )
    assert issued.pdf == kept
    [seen] = attestation_watch.to_see(session, ground.territory.id, AT)
    assert seen.revoked
    verbs = session.scalars(select(JournalEntry.verb).where(JournalEntry.thing == "attestation")).all()
    assert list(verbs) == ["issue", "revoke"]
    trade.month(session, ground.contract, "01/2026", "21")
    assert issue(session, ground.lot).label == "2026-0002"
    assert attestation_watch.to_see(session, ground.territory.id, AT) == []


def test_a_correction_that_keeps_the_target_met_changes_nothing(session: Session) -> None:
    ground = met(session, "1100")
    issued = issue(session, ground.lot)
    correct(session, ground, "79")
    assert issued.live
    assert (issued.retained, issued.flagged_missing) == (D(1100), None)


def test_an_avenant_in_force_on_its_day_revokes_and_a_later_one_does_not(session: Session) -> None:
    ground = met(session)
    issued = issue(session, ground.lot, on="31/12/2025")
    for effective_on, live in (("01/06/2026", True), ("15/12/2025", False)):
        trade.ledger.add_line(
            session, ground.lot, LedgerKind.avenant, D(50), effective_on=day(effective_on), by=None
        )
        session.commit()
        assert issued.live is live
    assert "il manque 50,00\u00a0h" in (issued.revocation or "")


def test_a_fiche_that_falls_revokes(session: Session) -> None:
    ground = met(session)
    issued = issue(session, ground.lot)
    window = session.scalars(select(Window).where(Window.person_id == ground.person.id)).one()
    eligibility.adjust(session, window, "suspension", day("01/03/2025"), day("31/03/2025"), "Arrêt", by=None)
    session.commit()
    assert not issued.live


def test_a_setting_flags_and_a_later_fact_that_makes_it_worse_revokes(session: Session) -> None:
    ground = met(session)
    issued = issue(session, ground.lot)
    rule = territories.set_parameter
    rule(session, ground.territory, "window_months", "6", effective_on=trade.LONG_AGO, by=None)
    session.commit()
    assert issued.live
    assert issued.flagged_missing == D(500)  # from 1 July on
    assert [each.revoked for each in attestation_watch.to_see(session, ground.territory.id, AT)] == [False]
    assert all(not check.faults for check in integrity.checks(session, TODAY))
    trade.month(session, ground.contract, "01/2026", "10")  # changes nothing that was retained
    session.commit()
    assert issued.live
    trade.ledger.add_line(session, ground.lot, LedgerKind.avenant, D(1), effective_on=TODAY, by=None)
    session.commit()
    assert not issued.live


def test_a_setting_given_back_takes_the_flag_away(session: Session) -> None:
    ground = met(session)
    issued = issue(session, ground.lot)
    for months, flagged in (("6", D(500)), ("24", None)):
        territories.set_parameter(
            session, ground.territory, "window_months", months, effective_on=trade.LONG_AGO, by=None
        )
        session.commit()
        assert issued.flagged_missing == flagged


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_commit_that_touches_no_attested_lot_costs_one_select_at_most(session: Session) -> None:
    ground = met(session)
    seen: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *said: seen.append(said[2]))
    trade.month(session, ground.contract, "01/2026", "10")
    session.commit()
    assert sum("attestations" in each for each in seen) == 1
    seen.clear()
    ground.lot.title = "Autre intitulé"
    session.commit()
    assert not any("attestations" in each for each in seen)


def test_two_issues_at_once_give_one_attestation(app: Flask, session: Session) -> None:
    ground = met(session)
    lot_id, results = ground.lot.id, list[str]()
    session.close()
    together = threading.Barrier(4)

    def run() -> None:
        with app.app_context(), db.writing(), Session(db.db.engine) as own:
            together.wait()
            try:
                results.append(issue(own, own.get_one(Lot, lot_id)).label)
            except AttestationRefused as refused:
                results.append(str(refused)[:14])

    crowd = [threading.Thread(target=run) for _ in range(4)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert sorted(results) == ["2026-0001", *["L’attestation "] * 3]


@pytest.mark.parametrize("change", ["correction", "avenant"])
def test_a_change_written_at_the_same_moment_finds_the_attestation_that_it_undoes(
    app: Flask, session: Session, change: str
) -> None:
    ground = met(session)
    lot_id, contract_id = ground.lot.id, ground.contract.id
    session.close()
    issued, began = threading.Event(), threading.Event()

    def undo() -> None:
        with app.app_context(), db.writing(), Session(db.db.engine) as own:
            issued.wait(10)
            began.set()
            if change == "avenant":
                lot = own.get_one(Lot, lot_id)
                trade.ledger.add_line(own, lot, LedgerKind.avenant, D(21), effective_on=TODAY, by=None)
                own.commit()
            else:
                correct_last(own, own.get_one(Contract, contract_id), "79")

    other = threading.Thread(target=undo)
    other.start()
    with app.app_context(), db.writing(), Session(db.db.engine) as own:
        made = attestations.issue(
            own, own.get_one(Lot, lot_id), None, closed_on=TODAY, on=TODAY, at=AT, by=None, base_url="https://g.example"
        )  # fmt: skip
        issued.set()
        began.wait(10)
        time.sleep(0.3)  # the other one waits for what this one holds
        own.commit()
        other.join()
        own.refresh(made)
        assert not made.live


def test_attestations_of_many_lots_at_once_have_numbers_without_a_gap(app: Flask, session: Session) -> None:
    ground = met(session)
    lots = [ground.lot.id]
    for _ in range(3):
        lot = trade.lot(session, ground.territory, hours="10", by_buyer=ground.buyer)
        hired = trade.direct(
            session, ground.person, trade.award(session, lot), ContractType.cdi, "01/02/2025"
        )
        trade.month(session, hired.contract, "02/2025", "10")
        lots.append(lot.id)
    session.commit()
    session.close()
    together = threading.Barrier(len(lots))

    def run(lot_id: int) -> None:
        with app.app_context(), db.writing(), Session(db.db.engine) as own:
            together.wait()
            issue(own, own.get_one(Lot, lot_id))

    crowd = [threading.Thread(target=run, args=(each,)) for each in lots]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    with Session(session.get_bind()) as after:
        numbers = after.scalars(select(Attestation.number).order_by(Attestation.number)).all()
    assert list(numbers) == [1, 2, 3, 4]


def test_the_pair_of_number_and_code_opens_and_nothing_else_does(session: Session) -> None:
    first, other = met(session), met(session)
    one = issue(session, first.lot, code="ACDEFGHJ")
    same_number = issue(session, other.lot, code="QRTUVWXY")
    assert attestations.checked(session, "2026-0001", "acde-fghj") == one
    assert attestations.checked(session, " 2026 / 1 ", "QRTU VWXY") == same_number
    for number, code in (
        ("2026-0002", "ACDEFGHJ"),
        ("2026-0001", "ACDEFGHK"),
        ("", ""),
        ("x", "ACDEFGHJ"),
        ("2026-0001", "é"),
    ):
        assert attestations.checked(session, number, code) is None


def test_codes_have_nothing_that_reads_as_something_else() -> None:
    assert not set("0O1IL2Z5S8B") & set(attestations.ALPHABET)
    assert len({attestations.new_code() for _ in range(200)}) == 200


def test_verify_names_a_file_that_changed_and_an_attestation_that_no_longer_holds(session: Session) -> None:
    ground = met(session)
    issued = issue(session, ground.lot)
    checks = {each.code: each.faults for each in integrity.checks(session, TODAY)}
    assert checks["attestations"] == ()
    session.execute(update(Attestation).values(pdf=b"%PDF-autre"))
    session.execute(update(LedgerLine).values(delta=D(1200)))
    checks = {each.code: each.faults for each in integrity.checks(session, TODAY)}
    assert checks["attestations"] == (
        f"attestation {issued.id}\u00a0: le fichier n’est plus celui qui a été délivré",
        f"attestation {issued.id}\u00a0: valable, alors qu’il manque 200,00\u00a0h au 23\u00a0novembre\u00a02026",
    )


@pytest.mark.parametrize("count", [1, 12, 13, 30, 60])
def test_the_page_stays_one_whatever_the_number_of_months(count: int) -> None:
    months = tuple(
        certificate.Month(datetime.date(2022 + index // 12, index % 12 + 1, 1), 12, D("1234.50"))
        for index in range(count)
    )
    said = certificate.Certificate(
        number="2026-0007", code="ACDE-FGHJ", parties=certificate.Parties(territory="PLIE du Val d’Exemple", email="clauses@demo.example",
        phone="01 99 00 00 01", buyer="Ville d’Exemple (fictive)", buyer_siret=trade.siret(7), market="2026FICTIF0000001",
        title="Construction du groupe scolaire des Tilleuls (fictif)", lot="12 – Plomberie, ventilation et chauffage",
        holders=tuple(certificate.Holder(f"Entreprise fictive n° {n}", trade.siret(n), AwardRole.cotraitant) for n in range(4)),
        whole_lot=True), start=day("01/01/2022"), end=day("31/12/2026"), closed_on=TODAY, issued_on=TODAY,
        owed=D(1000), retained=D("1234.50") * count, months=months, check_url="https://guichet.example/attestation?numero=2026-0007",
    )  # fmt: skip
    read = text_of_pdf(certificate.draw(certificate.facts(said), made_at=AT))
    assert "Page 1 sur 1" in read
