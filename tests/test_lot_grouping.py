"""The lots of one consultation are proposed as a group, never imposed."""

import json

import pytest

from facilitator import decp, lot_grouping
from facilitator.decp_markets import PublishedMarket

SCHOOL = "Réhabilitation du groupe scolaire des Marronniers"


def markets(*pairs: tuple[str, str], day: str = "2025-03-10") -> list[PublishedMarket]:
    raw = [
        {"id": number, "objet": title, "acheteur": {"id": "21999001700002"}, "dateNotification": day}
        for number, title in pairs
    ]
    return [each.market for each in decp.read(json.dumps(raw).encode(), "x.json").records]


@pytest.mark.parametrize("mark", ["Lot {}", "LOT n°{}", "lot n° 0{}", "No{}", "(lot {})"])
def test_lots_of_one_object_are_grouped_with_their_numbers(mark: str) -> None:
    first, second = mark.format(1), mark.format(2)
    (group,) = lot_grouping.propose(
        markets(("A2", f"{SCHOOL} - {second} : peinture"), ("A1", f"{SCHOOL} - {first} : gros œuvre"))
    )
    assert group.title == SCHOOL
    assert [(each.number, each.market.decp_id) for each in group.lots] == [("1", "A1"), ("2", "A2")]


@pytest.mark.parametrize("ids", [("2024FO15-01", "2024FO15-02"), ("202309L1", "202309L19")])
def test_numbers_of_markets_tell_lots_too(ids: tuple[str, str]) -> None:
    (group,) = lot_grouping.propose(markets((ids[0], "Façades"), (ids[1], "Couverture")))
    assert [each.market.decp_id for each in group.lots] == list(ids)


def test_a_count_of_lots_alone_groups_the_same_object() -> None:
    (group,) = lot_grouping.propose(markets(("A1", f"{SCHOOL} en 4 lots"), ("A2", f"{SCHOOL} - 4 lots")))
    assert [each.number for each in group.lots] == [None, None]


def test_far_apart_or_generic_objects_are_not_grouped() -> None:
    early = markets(("A1", f"{SCHOOL} - Lot 1"), day="2023-01-10")
    late = markets(("A2", f"{SCHOOL} - Lot 2"))
    assert lot_grouping.propose(early + late) == ()
    assert lot_grouping.propose(markets(("A1", "Travaux - Lot 1"), ("A2", "Travaux - Lot 2"))) == ()


def test_markets_of_two_buyers_never_meet() -> None:
    one = markets(("A1", f"{SCHOOL} - Lot 1"))
    other = json.dumps([{"id": "A2", "objet": f"{SCHOOL} - Lot 2", "acheteur": {"id": "90000001900001"}}])
    theirs = [each.market for each in decp.read(other.encode(), "x.json").records]
    assert lot_grouping.propose(one + theirs) == ()
