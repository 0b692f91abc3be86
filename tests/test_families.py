"""The tables of docs/suivi.md say what the code computes: one row a situation, one column a case."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from facilitator.outcomes import HALF_TIME, Answer, iae_family, in_work, plie_family
from facilitator.vocabulary import Situation

PAGE = (Path(__file__).parents[1] / "docs" / "suivi.md").read_text(encoding="utf-8")
REFERENCE, LONG_AGO, LATELY = date(2026, 6, 30), date(2026, 1, 1), date(2026, 1, 2)
ROWS = re.compile(r"^\| (.+) \|$", re.MULTILINE)


def table(heading: str, page: str = PAGE) -> dict[str, list[str]]:
    """The rows under a heading: situation → its cells."""
    part = page.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = [row.split(" | ") for row in ROWS.findall(part)]
    return {situation: cells for situation, *cells in rows if situation != "situation"}


def survey(situation: Situation) -> list[str]:
    return ["oui" if in_work(situation) else "non"]


def iae(situation: Situation) -> list[str]:
    return [iae_family(Answer(situation, same_employer=same)).label for same in (None, True)]


def plie(situation: Situation) -> list[str]:
    little = HALF_TIME - Decimal("0.01")
    cases = (
        Answer(situation, LONG_AGO, HALF_TIME),
        Answer(situation, LONG_AGO, little, part_time_chosen=True),
        Answer(situation, LONG_AGO, little, part_time_chosen=False),
        Answer(situation, LATELY, Decimal(35)),
        Answer(situation, training_validated=True),
    )
    return [plie_family(each, REFERENCE).label for each in cases]


@pytest.mark.parametrize(
    ("heading", "computed"),
    [("Enquête nationale", survey), ("Insertion par l’activité économique", iae), ("PLIE", plie)],
)
def test_the_page_says_what_the_code_computes(heading: str, computed: object) -> None:
    assert callable(computed)
    assert table(heading) == {each.label: computed(each) for each in Situation}


def test_a_family_written_otherwise_would_be_seen() -> None:
    changed = PAGE.replace(
        "| Retraite | Sortie positive | Sortie positive |", "| Retraite | Autre sortie | Autre sortie |"
    )
    heading = "Insertion par l’activité économique"
    assert table(heading, changed) != table(heading)
