"""The rules of a territory: defaults, dates of effect, values read from text."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from facilitator.rules import PARAMETERS, DatedRules, RuleRefused, Rules, dump, parse
from facilitator.vocabulary import ContractType


def test_a_change_touches_nothing_before_its_date() -> None:
    later = (date(2026, 6, 1), "window_months", 36)
    dated = DatedRules((later, (date(2025, 1, 1), "window_months", 30)))
    months = [dated.on(day).window_months for day in (date(2024, 1, 1), date(2026, 5, 31), date(2026, 6, 1))]
    assert months == [24, 30, 36]


def test_alternance_lasts_the_whole_contract() -> None:
    assert Rules().months_for(ContractType.apprentissage) is None
    assert Rules().months_for(ContractType.cdi) == 24


def test_every_parameter_is_explained_and_reads_back_what_it_writes() -> None:
    assert tuple(PARAMETERS) == tuple(each.name for each in fields(Rules))
    for name, parameter in PARAMETERS.items():
        assert parameter.label and parameter.explanation.endswith(".")
        assert parse(name, dump(name, getattr(Rules(), name))) == getattr(Rules(), name)


def test_a_value_by_type_of_contract() -> None:
    assert parse("window_months_by_type", "cdi=36; apprentissage=contrat") == {
        ContractType.cdi: 36,
        ContractType.apprentissage: None,
    }
    assert parse("reminder_days", "15; 5;5") == (5, 15)
    assert parse("pace_ahead", " 1,15 ") == Decimal("1.15")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("window_months", ""),
        ("window_months", "-3"),
        ("window_months", "99999999999999999999"),
        ("window_months", "²"),
        ("month_ceiling", "NaN"),
        ("month_ceiling", "1e309"),
        ("window_basis", "demain"),
        ("window_months_by_type", "cdi=0"),
        ("window_months_by_type", "stage=3"),
        ("successive_missions_once", "peut-être"),
        ("etp_heures", "1600"),
        ("reminder_days", ""),
        ("reminder_days", "0"),
        ("reminder_days", "31"),
        ("reminder_days", "5, 15"),
        ("reminder_days", "1;2;3;4;5"),
        ("reminder_days", "5;²"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        parse(name, text)
    label = PARAMETERS[name].label if name in PARAMETERS else name
    assert label in str(refused.value)
