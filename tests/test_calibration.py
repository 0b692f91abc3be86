"""The five ways to size a commitment."""

from datetime import date
from decimal import Decimal

import pytest

from facilitator.calibration import (
    CalibrationRefused,
    Invoiced,
    LabourShare,
    PerOrder,
    SiteShare,
    Typed,
    invoiced_hours,
    size,
)

D = Decimal
FLOOR, STEP = D(2700000), D(2000)


@pytest.mark.parametrize(
    ("inputs", "exact", "hours"),
    [
        (LabourShare(D(1000000), D(50), D(5), D(30)), "833.33", 833),
        (LabourShare(D(1500000), D(70), D(10), D(30)), "3500.00", 3500),
        (LabourShare(D("999999.99"), D(100), D(100), D(1)), "999999.99", 999999),
        (SiteShare(D(12345), D(5)), "617.25", 617),
        (Invoiced(D(3150000), FLOOR, STEP), "225.00", 225),
        (PerOrder(3, D("35.5")), "106.50", 106),
        (Typed(D(833)), "833.00", 833),
    ],
)
def test_five_bases_rounded_down_to_the_hour(inputs: Typed, exact: str, hours: int) -> None:
    found = size(inputs)
    assert (found.exact, found.hours) == (D(exact), hours)


def test_the_sum_is_told_in_french() -> None:
    told = size(LabourShare(D(1000000), D(50), D(5), D(30))).sentence
    assert told == (
        "1\u202f000\u202f000\u00a0€ × 50\u00a0% × 5\u00a0% ÷ 30\u00a0€ = 833,33\u00a0h, "
        "soit 833\u00a0h (à l’heure inférieure)."
    )


def test_hours_are_never_rounded_up_by_the_display() -> None:
    assert size(LabourShare(D("99.99"), D(100), D("99.999"), D(1))).hours == 99


INVOICES = (
    (date(2025, 4, 30), D(2690000)),
    (date(2025, 5, 31), D(2701999)),
    (date(2025, 6, 30), D(2702000)),
    (date(2025, 12, 31), D(3150000)),
    (date(2026, 1, 31), D(3140000)),
)


def test_an_invoiced_framework_and_its_credit_note() -> None:
    assert [invoiced_hours(cumulated, FLOOR, STEP) for _, cumulated in INVOICES] == [0, 0, 1, 225, 220]


@pytest.mark.parametrize(
    "inputs",
    [
        LabourShare(D(-1), D(50), D(5), D(30)),
        LabourShare(D("NaN"), D(50), D(5), D(30)),
        LabourShare(D("1e309"), D(50), D(5), D(30)),
        LabourShare(D(1000), D(101), D(5), D(30)),
        LabourShare(D(1000), D(50), D(-5), D(30)),
        LabourShare(D(1000), D(50), D(5), D(0)),
        SiteShare(D(100), D("Infinity")),
        Invoiced(D(100), D(0), D(0)),
        Invoiced(D("NaN"), D(0), D(1)),
        PerOrder(-1, D(3)),
        Typed(D("-0.01")),
    ],
)
def test_inputs_that_mean_nothing_are_refused(inputs: Typed) -> None:
    with pytest.raises(CalibrationRefused):
        size(inputs)
