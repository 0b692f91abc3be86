"""The trade's words: short codes, French labels, one mapping."""

from enum import StrEnum

import pytest

from facilitator import vocabulary
from facilitator.vocabulary import CONTRACT_GROUPS, ContractType, Criterion, Pace, Reason, SurveyGroup

ALL = [
    each
    for each in vars(vocabulary).values()
    if isinstance(each, type) and issubclass(each, StrEnum) and len(each)
]


@pytest.mark.parametrize("words", ALL, ids=lambda words: words.__name__)
def test_each_code_is_short_and_has_a_label_of_its_own(words: type[StrEnum]) -> None:
    labels = [member.label for member in words]  # type: ignore[attr-defined]
    assert all(labels) and len(set(labels)) == len(labels)
    for member in words:
        assert member.value.isascii() and len(member.value) <= 32
        assert words(member.value) is member
        assert "'" not in member.label  # type: ignore[attr-defined]


def test_each_contract_stands_in_one_group_of_the_survey() -> None:
    assert set(CONTRACT_GROUPS) == set(ContractType)
    assert set(CONTRACT_GROUPS.values()) == set(SurveyGroup)
    assert CONTRACT_GROUPS[ContractType.cdi_interimaire] is SurveyGroup.interim
    assert CONTRACT_GROUPS[ContractType.apprentissage] is SurveyGroup.autres


def test_each_reason_says_what_would_mend_it() -> None:
    assert all(reason.mend.endswith(".") for reason in Reason)
    assert Reason.before_eligibility.label == "avant la validité de l’éligibilité"


def test_proofs_and_paces_carry_their_facts() -> None:
    assert (Criterion.rsa.proof_months, Criterion.qpv.proof_months) == (3, 6)
    assert [pace.symbol for pace in Pace] == ["●", "●", "▲", "■"]
