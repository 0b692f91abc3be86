"""Real shapes of DECP files, each in a small file of ours: what is kept, restored, left unknown, refused."""

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest

from facilitator import decp
from facilitator.decp_fields import Holder
from facilitator.import_problems import Level
from facilitator.vocabulary import SocialConsideration

DATA = Path(__file__).parent / "data" / "decp"
BUYER = "21999001700002"


def market(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "id": "M1",
        "acheteur": {"id": BUYER},
        "objet": "Travaux de voirie",
        "montant": 10,
    }
    return base | changes


def read_one(**changes: object) -> tuple[decp.Record, list[str]]:
    reading = decp.read(json.dumps([market(**changes)]).encode(), "un.json")
    return reading.records[0], [each.reason for each in reading.problems]


def reasons(reading: decp.Reading, level: Level) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for each in reading.problems:
        if each.level is level:
            found.setdefault(each.position, []).append(each.reason)
    return found


def test_a_wrapped_file_of_the_format_of_2022_gives_its_markets() -> None:
    reading = decp.read(DATA / "v2_wrapped.json")
    first = reading.records[0].market
    assert reading.read == 3
    assert first.object == "Réfection de l’école des Marronniers Lot 1 : Gros œuvre"
    assert first.cpv == "45214210"
    assert first.amount == Decimal("125000.50")
    assert first.place_kind == "Code postal"
    assert first.framework_id is None
    assert first.sub_contracted is True
    assert first.techniques == ("Accord-cadre",)
    assert first.considerations == {SocialConsideration.clause, SocialConsideration.critere}
    assert [each.identifier for each in first.holders] == ["90000001900001", "90000002700004"]
    assert [each.number for each in first.modifications] == ["1", "2"]
    assert first.modifications[1].amount == Decimal("130000.00")
    assert first.newest_on == datetime.date(2025, 9, 1)


def test_a_concession_is_left_out_with_its_reason() -> None:
    reading = decp.read(DATA / "v2_wrapped.json")
    assert "concession" in reasons(reading, Level.rejection)[3][0]
    assert reading.read == len(reading.records) + 1


def test_what_cannot_be_read_is_left_unknown_and_said() -> None:
    reading = decp.read(DATA / "v2_wrapped.json")
    second = reading.records[1].market
    assert (second.amount, second.notified_on, second.cpv, second.duration_months) == (None,) * 4
    said = " ".join(reasons(reading, Level.warning)[2])
    assert "ce jour n’existe pas" in said and "Montant" in said


def test_the_older_format_is_read_with_its_quirks() -> None:
    reading = decp.read(DATA / "v1.json")
    first = reading.records[0].market
    assert first.buyer_name == "Ville de Fictif-sur-Orge"
    assert first.object == "Nettoyage des \ufffdcoles"
    assert first.cpv == "09091900"
    assert first.duration_months == 36
    assert first.amount == Decimal("30000.00")
    assert first.notified_on == datetime.date(2018, 8, 30)
    assert first.considerations is None
    assert first.place_kind == "Code département"
    assert first.holders == (
        Holder("HORS-UE", "NO 99", "FJORD FICTIF"),
        Holder("SIRET", "90000001900001", "NETTOIE FICTIF"),
        Holder("TAHITI", "587857001", "MOTU FICTIF"),
    )
    said = " ".join(reasons(reading, Level.warning)[1])
    assert "lettres détruites" in said and "zéro initial" in said


def test_one_bad_record_never_stops_the_others() -> None:
    reading = decp.read(DATA / "v1.json")
    assert [each.market.decp_id for each in reading.records] == ["2019FICTIF0000", "2019FICTIF0002"]
    refused = reasons(reading, Level.rejection)
    assert sorted(refused) == [2, 3, 5, 6]
    assert "numéro du marché" in refused[2][0]
    assert "acheteur" in refused[3][0]
    assert "objet" in refused[5][0]
    assert reading.read == 6 == len(reading.records) + len(refused)


def test_a_buyer_whose_siret_key_is_wrong_is_kept_and_reported() -> None:
    reading = decp.read(DATA / "v1.json")
    assert reading.records[1].market.buyer_id == "21999001700003"
    assert any("clé de contrôle" in each for each in reasons(reading, Level.warning)[4])


@pytest.mark.parametrize("code", ["CDL", "MQ", "NC", "", None, "INX Clause sociale", ["NC"]])
def test_a_consideration_not_communicated_is_not_said(code: object) -> None:
    record, problems = read_one(considerationsSociales=code)
    assert record.market.considerations is None
    assert problems == []


@pytest.mark.parametrize(
    ("published", "understood"),
    [
        ("['Clause sociale']", {"clause"}),
        ("Clause sociale,Critère social", {"clause", "critere"}),
        (["Clause sociale", "Marché réservé"], {"clause", "reserve"}),
        ({"considerationSociale": "clause SOCIALE"}, {"clause"}),
        ("Pas de considération sociale", {"aucune"}),
        ("Sans objet", set()),
    ],
)
def test_considerations_are_understood_however_written(published: object, understood: set[str]) -> None:
    record, _ = read_one(considerationsSociales=published)
    assert record.market.considerations == understood


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-1", "1e309", "1e17", "1e99999999999999999999", "9" * 5000]
)
def test_an_impossible_amount_is_unknown(number: str) -> None:
    text = f'[{{"id": "M1", "acheteur": {{"id": "{BUYER}"}}, "objet": "Voirie", "montant": {number}}}]'
    reading = decp.read(text.encode(), "un.json")
    assert reading.records[0].market.amount is None
    assert "Montant" in reading.problems[0].reason


@pytest.mark.parametrize("duration", ["douze", 1e9, -1, 1.5, "1e400"])
def test_an_impossible_duration_is_unknown(duration: object) -> None:
    record, problems = read_one(dureeMois=duration)
    assert record.market.duration_months is None
    assert "Durée" in problems[0]


@pytest.mark.parametrize("day", ["2026-02-30", "test", "0001-01-01", "2024-13-01", "2024-01-01 test"])
def test_an_impossible_date_is_unknown(day: str) -> None:
    record, problems = read_one(dateNotification=day)
    assert record.market.notified_on is None
    assert "Date de notification" in problems[0]


@pytest.mark.parametrize("day", ["2018-08-30", "2018-08-30+02:00", "2018-08-30T10:00:00Z", "30/08/2018"])
def test_a_date_is_read_however_written(day: str) -> None:
    assert read_one(dateNotification=day)[0].market.notified_on == datetime.date(2018, 8, 30)


def test_signs_that_no_screen_shows_are_taken_away() -> None:
    record, _ = read_one(objet="Voirie\u0000 \u200bet\u2028réseaux \ud800")
    assert record.market.object == "Voirie et réseaux \ufffd"


def test_a_long_number_is_kept_and_an_endless_one_refused() -> None:
    record, problems = read_one(id="2024-UN-NUMERO-TROP-LONG")
    assert record.market.decp_id == "2024-UN-NUMERO-TROP-LONG"
    assert "24 caractères" in problems[0]
    reading = decp.read(json.dumps([market(id="9" * 65)]).encode(), "un.json")
    assert not reading.records and reading.problems[0].level is Level.rejection


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_encoding_is_read(encoding: str) -> None:
    text = json.dumps({"marches": [market(objet="Crèche à Évry")]}, ensure_ascii=False)
    assert decp.read(text.encode(encoding), "un.json").records[0].market.object == "Crèche à Évry"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"PK\x03\x04\x00\x00",
        b"%PDF-1.7 ...",
        b"<html><body>Bonjour</body></html>",
        b"nom;prenom\nA;B\n",
        b'{"marches": {"marche": [',
        b"[1, 2, 3]",
        b"[]",
        b'{"a": 1}',
        b'"texte"',
        b"[" * 200_000,
        b"Une phrase, avec une virgule.",
    ],
)
def test_a_file_that_is_not_decp_is_refused_whole(content: bytes) -> None:
    with pytest.raises(decp.NotDecp, match="n’est pas un fichier DECP"):
        decp.read(content, "autre.txt")


def test_an_empty_publication_holds_no_market() -> None:
    assert decp.read(b'{"marches": {"marche": []}}', "vide.json").read == 0
