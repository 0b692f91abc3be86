"""Ten thousand random surveys: no pair of scopes that a reader may ask for finds anybody by difference."""

import os

import pytest
from hypothesis import HealthCheck, given, settings

from tests.survey_secrets import Territories, differences, masked_values, territories

pytestmark = pytest.mark.campaign
SURVEYS = int(os.environ.get("CAMPAIGN_SURVEYS", "10000"))


@settings(
    max_examples=SURVEYS,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(territories)
def test_random_pairs_of_scopes_find_nobody(asked: Territories) -> None:
    told = masked_values(asked, 5)
    assert not [value for values in told.values() for value in values.values() if 0 < value < 5]
    assert not list(differences(told))
