"""Tables where a market stands once per titulaire, its whole amount repeated."""

import datetime
from decimal import Decimal
from pathlib import Path

from facilitator import decp
from facilitator.import_problems import Level
from facilitator.vocabulary import SocialConsideration

DATA = Path(__file__).parent / "data" / "decp"


def test_rows_of_one_market_are_joined_and_their_amount_never_summed() -> None:
    reading = decp.read(DATA / "holders.csv")
    first = reading.records[0].market
    assert reading.read == 3
    assert first.amount == Decimal("200000.00")
    assert [each.name for each in first.holders] == ["MACON FICTIF", "TOITS FICTIFS"]
    assert first.buyer_name == "VILLE DE FICTIF-SUR-ORGE"


def test_rows_that_contradict_each_other_leave_the_newest_and_are_told() -> None:
    reading = decp.read(DATA / "holders.csv")
    told = [each for each in reading.problems if each.reason.startswith("Doublon contradictoire")]
    assert [each.position for each in told] == [2]
    assert "montant" in told[0].reason


def test_the_order_of_the_rows_is_indifferent(tmp_path: Path) -> None:
    titles, *lines = (DATA / "holders.csv").read_text().splitlines()
    turned = "\n".join([titles, *reversed(lines)]).encode()
    first = {each.market for each in decp.read(DATA / "holders.csv").records}
    assert {each.market for each in decp.read(turned, "turned.csv").records} == first


def test_a_table_without_objects_says_so_and_keeps_its_markets() -> None:
    reading = decp.read(DATA / "holders.csv")
    assert reading.records[0].market.object is None
    assert "objet" in reading.problems[0].reason


def test_a_row_without_a_number_is_rejected_with_its_line() -> None:
    reading = decp.read(DATA / "holders.csv")
    rejected = [each for each in reading.problems if each.level is Level.rejection]
    assert [each.position for each in rejected] == [6]
    assert reading.read == len(reading.records) + len(rejected)


def test_the_consolidated_table_keeps_unknown_apart_from_sans_objet() -> None:
    reading = decp.read(DATA / "consolidated.csv")
    first, second, third, fourth = (each.market for each in reading.records)
    assert first.decp_id == "INX 2024 01"
    assert first.object == "TRAVAUX D’ENTRETIEN"
    assert first.cpv is None
    assert first.considerations == {SocialConsideration.clause, SocialConsideration.reserve}
    assert first.modifications[0].amount == Decimal("46000.00")
    assert first.newest_on == datetime.date(2025, 2, 1)
    assert second.considerations is None
    assert (second.amount, second.duration_months) == (None, None)
    assert {each.scheme for each in second.holders} == {"TVA", "SIRET"}
    assert second.techniques == ("Système d'acquisition dynamique",)
    assert third.considerations == {SocialConsideration.clause, SocialConsideration.critere}
    assert fourth.considerations == frozenset()


def test_tabs_marks_and_other_encodings_are_read() -> None:
    text = (DATA / "holders.csv").read_text()
    for separator, encoding in (("\t", "utf-16"), (";", "cp1252"), (",", "utf-8-sig")):
        content = text.replace(",", separator).encode(encoding)
        assert decp.read(content, "table.csv").read == 3
