"""Bilans that were sent: numbered, the same bytes for ever, and what changed since said in hours."""

import datetime
import hashlib
import threading
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from facilitator import db, frozen_bilans, integrity
from facilitator.frozen_bilans import BilanRefused, FrozenBilan, Scope, Version
from facilitator.mails import MailTopic, OutboxMail
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.statements import StatementRefused
from facilitator.vocabulary import BilanKind, LedgerKind
from tests import trade
from tests.pdf_text import plain, text_of_pdf
from tests.trade import Ground, day
from tests.workbooks import opened, rows, sheet

AT = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
TODAY = day("23/11/2026")
D = Decimal


@pytest.fixture
def ground(session: Session) -> Ground:
    """A lot of 1 000 h with 100 h in each of its first two months."""
    found = trade.market(session)
    for month in ("02/2025", "03/2025"):
        trade.month(session, found.contract, month, "100")
    session.commit()
    return found


def freeze(
    session: Session, scope: Scope, on: str = "31/10/2026", kind: BilanKind = BilanKind.interim
) -> FrozenBilan:
    made = frozen_bilans.freeze(
        session, scope, kind, on=day(on), sent_to="Mme Fictive, achats", made_on=TODAY, at=AT, by=None
    )
    session.commit()
    return made


def told(session: Session, scope: Scope) -> list[tuple[int, str | None, str | None]]:
    def said(text: str | None) -> str | None:
        return None if text is None else plain(text)

    found: list[Version] = frozen_bilans.of_scope(session, scope)
    return [(each.bilan.number, said(each.replaced), said(each.changed)) for each in found]


def lose(session: Session, ground: Ground, hours: str) -> None:
    """Hours of March were not what had been declared."""
    sheet = session.scalars(select(trade.Timesheet).order_by(trade.Timesheet.id.desc()).limit(1)).one()
    fixed = trade.declarations.correct(
        session,
        ground.contract,
        sheet,
        "Feuille relue",
        from_on=sheet.from_on,
        to_on=sheet.to_on,
        worked=sheet.worked - D(hours),
        on=TODAY,
        by=None,
    )
    trade.validations.validate(session, fixed.timesheet, on=TODAY, by=None)
    session.commit()


def test_facts_that_change_leave_the_files_as_they_were_and_say_by_how_much(
    session: Session, ground: Ground
) -> None:
    scope = frozen_bilans.of_lot(session, ground.lot)
    first = freeze(session, scope)
    pdf, workbook = bytes(first.pdf), bytes(first.workbook)
    assert (first.number, first.owed, first.retained) == (1, D(1000), D(200))
    assert told(session, scope) == [(1, None, None)]
    lose(session, ground, "21")
    assert told(session, scope) == [(1, None, "les heures ont changé depuis : −21,00 h")]
    second = freeze(session, scope)
    assert told(session, scope) == [(2, None, None), (1, "remplacé par le n° 2, écart −21,00 h", None)]
    session.expire_all()
    assert (bytes(first.pdf), bytes(first.workbook)) == (pdf, workbook)
    assert hashlib.sha256(pdf).hexdigest() == first.pdf_sha256 != second.pdf_sha256
    assert hashlib.sha256(workbook).hexdigest() == first.workbook_sha256


def test_both_files_say_the_frozen_figures(session: Session, ground: Ground) -> None:
    made = freeze(session, frozen_bilans.of_lot(session, ground.lot))
    read = plain(text_of_pdf(made.pdf))
    for words in ("Bilan n° 1", "200,00 h", "1 000,00 h", "Mme Fictive, achats", made.data_sha256[:4]):
        assert words in read
    assert "Bilan intermédiaire" in read
    row = rows(sheet(opened(made.workbook), "Marchés et lots"))[0]
    assert (row["Engagées"], row["Retenues"]) == (1000, 200)
    assert ground.person.last_name not in read


def test_hours_owed_that_change_are_said_too(session: Session, ground: Ground) -> None:
    scope = frozen_bilans.of_lot(session, ground.lot)
    freeze(session, scope)
    trade.ledger.add_line(
        session, ground.lot, LedgerKind.avenant, D(90), effective_on=day("01/06/2026"), by=None
    )
    session.commit()
    assert told(session, scope) == [(1, None, "les heures ont changé depuis : engagées +90,00 h")]


def test_a_later_situation_follows_without_replacing(session: Session, ground: Ground) -> None:
    scope = frozen_bilans.of_lot(session, ground.lot)
    freeze(session, scope, on="28/02/2025")
    freeze(session, scope, on="31/03/2025")
    assert told(session, scope)[1] == (1, "suivi du n° 2 (situation au 31 mars 2025), écart +100,00 h", None)


def test_lot_market_and_buyer_number_their_own_bilans(session: Session, ground: Ground) -> None:
    market = session.get_one(Market, ground.lot.market_id)
    scopes = [
        frozen_bilans.of_lot(session, ground.lot),
        frozen_bilans.of_market(session, market),
        frozen_bilans.of_buyer(ground.buyer, ground.territory.id),
    ]
    for number in (1, 2):
        assert [freeze(session, scope).number for scope in scopes] == [number] * 3
    assert [(each.scope, each.scope_id) for each in session.scalars(select(FrozenBilan).limit(3))] == [
        ("lot", ground.lot.id),
        ("market", market.id),
        ("buyer", ground.buyer.id),
    ]
    for scope in scopes:
        assert told(session, scope)[0] == (2, None, None)


def test_a_final_bilan_waits_for_the_end_and_a_day_to_come_is_refused(
    session: Session, ground: Ground
) -> None:
    scope = frozen_bilans.of_lot(session, ground.lot)
    with pytest.raises(BilanRefused, match="n’est pas terminée au 31\u00a0octobre\u00a02026"):
        freeze(session, scope, kind=BilanKind.final)
    session.rollback()
    with pytest.raises(StatementRefused, match="n’est pas encore connue"):
        freeze(session, scope, on="24/11/2026")
    session.rollback()
    assert told(session, scope) == []
    trade.lot_dates.set_date(session, ground.lot, "end", day("30/09/2026"), by=None)
    assert freeze(session, scope, kind=BilanKind.final).label == "Bilan définitif n°\u00a01"


def test_a_market_without_a_lot_has_no_bilan_to_send(session: Session, ground: Ground) -> None:
    empty = trade.markets.create(session, ground.territory.id, ground.buyer, object="Vide (fictif)", by=None)
    with pytest.raises(BilanRefused, match="pas encore de lot"):
        freeze(session, frozen_bilans.of_market(session, empty))


def test_a_bilan_of_hours_to_be_defined_says_so_until_they_are(session: Session, ground: Ground) -> None:
    lot = trade.lot(session, ground.territory, by_buyer=ground.buyer)
    scope = frozen_bilans.of_lot(session, lot)
    assert freeze(session, scope).owed is None
    trade.ledger.add_line(session, lot, LedgerKind.initial, D(50), effective_on=day("01/01/2025"), by=None)
    session.commit()
    assert told(session, scope) == [(1, None, "les heures ont changé depuis : engagées +50,00 h")]


def test_the_letter_carries_a_link_and_no_figure(app: Flask, session: Session, ground: Ground) -> None:
    made = freeze(session, frozen_bilans.of_lot(session, ground.lot))
    with app.app_context():
        frozen_bilans.send(
            session, made, "achats@demo.example", at=AT, link="https://guichet.example/mes-marches/bilans"
        )
    session.commit()
    letter = session.scalars(select(OutboxMail)).one()
    for text in (letter.text, letter.html):
        assert "https://guichet.example/mes-marches/bilans" in text
        assert "200" not in text.replace("2026", "")
    assert letter.subject.startswith("Territoire d’essai\u00a0: bilan intermédiaire n°\u00a01")
    topics = {(each.kind, each.topic_id) for each in session.scalars(select(MailTopic))}
    assert topics == {("lot", ground.lot.id), ("organisation", ground.buyer.id)}


def test_bilans_frozen_at_once_have_following_numbers(app: Flask, session: Session, ground: Ground) -> None:
    lot_id, numbers = ground.lot.id, list[int]()
    session.close()
    together = threading.Barrier(3)

    def run() -> None:
        with app.app_context(), db.writing(), Session(db.db.engine) as own:
            together.wait()
            scope = frozen_bilans.of_lot(own, own.get_one(Lot, lot_id))
            numbers.append(freeze(own, scope).number)

    crowd = [threading.Thread(target=run) for _ in range(3)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert sorted(numbers) == [1, 2, 3]


def test_another_territory_numbers_its_own(session: Session, ground: Ground) -> None:
    neighbour = trade.territory(session)
    trade.lot(session, neighbour, hours="10", by_buyer=ground.buyer)
    buyer = session.get_one(Organisation, ground.buyer.id)
    for territory_id in (ground.territory.id, neighbour.id):
        made = freeze(session, frozen_bilans.of_buyer(buyer, territory_id))
        assert (made.number, made.territory_id) == (1, territory_id)
    assert made.owed == D(10)


def test_verify_names_a_file_that_is_not_the_one_that_was_sent(session: Session, ground: Ground) -> None:
    made = freeze(session, frozen_bilans.of_lot(session, ground.lot))
    session.execute(update(FrozenBilan).values(workbook=b"PK autre"))
    [check] = [each for each in integrity.checks(session, TODAY) if each.code == "frozen"]
    assert check.faults == (f"bilan {made.id}\u00a0: le classeur n’est plus celui qui a été envoyé",)
