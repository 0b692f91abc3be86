"""What others read of the survey: nobody is found, neither in a figure nor by the difference of two."""

from dataclasses import replace

from hypothesis import given, settings

from facilitator import survey_parts, survey_secrecy, survey_tables
from facilitator.survey_secrecy import SOME
from facilitator.survey_tables import OF_PEOPLE, Read, Unit
from tests import surveys
from tests.survey_secrets import Territories, differences, masked_values, territories

THRESHOLD = 5


def test_the_search_for_somebody_can_fail() -> None:
    """All less the only territory that is shown is who works in the other."""
    assert list(differences({None: {"people": 12}, 1: {"people": 9}, 2: {}}))
    assert not list(differences({None: {"people": 14}, 1: {"people": 9}, 2: {}}))


@settings(max_examples=25, deadline=None)
@given(territories)
def test_random_pairs_of_scopes_find_nobody_by_difference(asked: Territories) -> None:
    told = masked_values(asked, THRESHOLD)
    assert not [pair for values in told.values() for pair in values.items() if 0 < pair[1] < THRESHOLD]
    assert not list(differences(told))


@settings(max_examples=25, deadline=None)
@given(territories)
def test_what_is_shown_is_what_was_counted(asked: Territories) -> None:
    for scope, values in masked_values(asked, THRESHOLD).items():
        whole = [asked[scope]] if scope is not None else list(asked.values())
        for key, value in values.items():
            assert value == sum(survey_parts.values(each).get(key, 0) for each in whole)


def test_a_territory_of_few_people_tells_neither_them_nor_their_contracts_nor_their_paths() -> None:
    many = surveys.counted(40)
    told = survey_secrecy.of({1: many, 2: replace(many, people=3), 3: many, 4: many}, THRESHOLD)
    for key in ("people", "contracts", "followup/6", "followup/12"):
        assert key in told.of(2)
        assert len([each for each in (1, 3, 4) if key in told.of(each)]) >= 1, "nobody is masked alone"


def test_of_a_choice_of_territories_nothing_of_people_is_told() -> None:
    page = survey_tables.of(Read(surveys.made(), SOME))
    shown = {line.key for line in page.lines() if not line.masked}
    assert {"authorities", "hours_owed", "hours_counted", "hours_counted/mode/embauche_directe"} <= shown
    assert not [key for key in shown if key.split("/")[0] in ("people", "contracts", "followup")]
    assert not [key for key in shown if key.startswith("hours_counted/sex")]


def test_hours_by_public_are_the_territory_s_only_even_over_all() -> None:
    told = survey_secrecy.of({1: surveys.counted(400), 2: surveys.counted(400)}, THRESHOLD)
    assert told.whole == {each for each in OF_PEOPLE if each.startswith("hours_counted/")}
    page = survey_tables.of(Read(surveys.made(), told.whole))
    assert page.line("people/sex/f").value == 17
    assert page.line("hours_counted/sex/f").value is None
    assert all(line.unit is Unit.hours for line in page.lines() if line.masked)


def test_an_unknown_territory_tells_nothing() -> None:
    assert survey_secrecy.of({}, THRESHOLD).of(9) == SOME
