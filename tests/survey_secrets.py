"""Random territories for the masks of the survey, and the search for somebody in what they let read."""

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from facilitator import survey_parts, survey_secrecy
from facilitator.contract_types import MAPPING_VERSION, SurveyGroup
from facilitator.outcomes import Chain
from facilitator.survey import CODES, PERSONAL, Contracts, FollowedUp, breakdown
from facilitator.survey_secrecy import Counted

Territories = dict[int, Counted]
Scope = int | None  # a territory, or all of them
small = st.one_of(st.just(0), st.integers(0, 8), st.integers(0, 60))


@st.composite
def one(draw: Any) -> Counted:
    """People who fall in the categories of each axis at random, some of whom nobody knows."""
    people = draw(st.one_of(st.just(0), st.integers(0, 7), st.integers(0, 80)))
    by = {axis: _cut(draw, people, len(CODES[axis])) for axis in PERSONAL}
    groups = dict(zip(SurveyGroup, (draw(small) if people else 0 for _ in SurveyGroup), strict=True))
    return Counted(
        people=people,
        people_by={
            axis: breakdown(axis, people, 1, dict(zip(CODES[axis], by[axis], strict=True)))
            for axis in PERSONAL
        },
        contracts=Contracts(groups, 0, 1, MAPPING_VERSION),
        followup={months: FollowedUp(months, _chain(draw), 1) for months in (6, 12)},
    )


def _cut(draw: Any, people: int, parts: int) -> list[int]:
    found, left = [], people
    for _ in range(parts):
        each = draw(st.integers(0, left))
        found.append(each)
        left -= each
    return found


def _chain(draw: Any) -> Chain:
    in_work, other, silent, unasked, gone, early = (draw(small) for _ in range(6))
    answered = in_work + other
    asked = answered + silent
    in_scope = asked + unasked
    reached = in_scope + gone
    left = reached + early
    return Chain(
        left=left,
        reached=reached,
        in_scope=in_scope,
        asked=asked,
        answered=answered,
        in_work=in_work,
        people=left and draw(st.integers(max(1, left // 2), left)),
    )


territories = st.lists(one(), min_size=1, max_size=6).map(lambda several: dict(enumerate(several, start=1)))


def masked_values(asked: Territories, threshold: int) -> dict[Scope, dict[str, int]]:
    """The figures of people that may be read of each scope."""
    told = survey_secrecy.of(asked, threshold)
    exact: dict[Scope, Mapping[str, int]] = {each: survey_parts.values(part) for each, part in asked.items()}
    keys = {key for values in exact.values() for key in values}
    exact[None] = {key: sum(exact[each].get(key, 0) for each in asked) for key in keys}
    return {
        scope: {key: value for key, value in values.items() if not _hidden(key, told.of(scope))}
        for scope, values in exact.items()
    }


def _hidden(key: str, hidden: frozenset[str]) -> bool:
    return any(key == each or key.startswith(f"{each}/") for each in hidden)


def differences(told: Mapping[Scope, Mapping[str, int]], threshold: int = 5) -> Iterator[tuple[str, int]]:
    """Fewer people than the threshold that a reader finds: all territories less every one that is shown."""
    for key, whole in told[None].items():
        shown = [values[key] for scope, values in told.items() if scope is not None and key in values]
        left = whole - sum(shown)
        if len(shown) < len(told) - 1 and 0 < left < threshold:
            yield key, left
