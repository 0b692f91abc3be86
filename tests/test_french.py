"""French figures and dates, shown and typed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitator import french
from facilitator.french import FigureRefused


def test_figures_as_they_are_read() -> None:
    assert french.hours(Decimal("1234.5")) == "1\u202f234,50\u00a0h"
    assert french.percent(Decimal("44.565")) == "44,57\u00a0%"
    assert french.euros(Decimal("19206.25")) == "19\u202f206,25\u00a0€"
    assert french.hours(Decimal("-21")) == "−21,00\u00a0h"
    assert (french.number(1132), french.number(Decimal("0.5"))) == ("1\u202f132", "0,50")
    assert french.hours(None) == "–"


def test_dates_as_they_are_read() -> None:
    day = date(2026, 3, 12)
    assert french.date(day) == "12\u00a0mars\u00a02026"
    assert french.date(date(2026, 8, 1)) == "1er\u00a0août\u00a02026"
    assert french.short_date(day) == "12/03/2026"
    assert french.month(date(2026, 10, 1)) == "octobre\u00a02026"
    assert (french.month_input(day), french.month_input(None)) == ("2026-03", "")


def test_plurals_begin_at_two() -> None:
    assert [french.plural(n, "contrat") for n in (0, 1, 2)] == [
        "0\u00a0contrat",
        "1\u00a0contrat",
        "2\u00a0contrats",
    ]
    assert french.plural(2, "mise à l’emploi", "mises à l’emploi") == "2\u00a0mises à l’emploi"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("151,67", "151.67"),
        ("151.67", "151.67"),
        ("1 234,5", "1234.50"),
        ("1\u202f234,50\u00a0h", "1234.50"),
        (" 7 ", "7.00"),
        ("0", "0.00"),
    ],
)
def test_hours_typed_in_french(typed: str, read: str) -> None:
    assert french.parse_hours(typed) == Decimal(read)


@pytest.mark.parametrize(
    "typed",
    ["", "1,2,3", "NaN", "1e309", "-7", "151,675", "12 34", "٣", "inf", "9999999999", "0x1", "h", "1,"],
)
def test_hours_that_cannot_be_read_are_refused(typed: str) -> None:
    with pytest.raises(FigureRefused):
        french.parse_hours(typed)


def test_a_negative_figure_is_read_where_it_is_allowed() -> None:
    assert french.parse_hours("-7,5", negative=True) == Decimal("-7.50")


@given(st.decimals(min_value=0, max_value=999999999, places=2))
def test_what_is_shown_can_be_typed_back(value: Decimal) -> None:
    assert french.parse_hours(french.hours(value)) == value
    assert french.parse_euros(french.euros(value)) == value


def test_dates_typed() -> None:
    assert french.parse_date("12/03/2026") == french.parse_date("2026-03-12") == date(2026, 3, 12)
    for wrong in ("2026-02-30", "31/04/2026", "demain", "", "12/03/26"):
        with pytest.raises(FigureRefused):
            french.parse_date(wrong)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-1, "depuis aujourd’hui"),
        (0, "depuis aujourd’hui"),
        (1, "depuis 1\u00a0jour"),
        (12, "depuis 12\u00a0jours"),
    ],
)
def test_how_long_something_waits(days: int, said: str) -> None:
    assert french.since(days) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0\u00a0min"),
        (45, "45\u00a0min"),
        (60, "1\u00a0h"),
        (217, "3\u00a0h\u00a037"),
        (425, "7\u00a0h\u00a005"),
    ],
)
def test_how_long_an_action_lasted(minutes: int, said: str) -> None:
    assert french.duration(minutes) == said
