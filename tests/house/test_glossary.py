"""The glossary speaks of this code: each name that it gives stands in a module."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| [^|]+ \| ([^|]+) \|", re.MULTILINE)


def names(glossary: str) -> set[str]:
    return {name for cell in ROW.findall(glossary) for name in re.findall(r"`(\w+)`", cell)}


def words_of_the_code() -> set[str]:
    return {
        word
        for folder in ("facilitator", "reports")
        for path in (ROOT / folder).rglob("*.py")
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    }


def test_each_name_of_the_glossary_stands_in_the_code() -> None:
    glossary = (ROOT / "docs" / "glossaire.md").read_text(encoding="utf-8")
    assert len(names(glossary)) > 50
    assert names(glossary) - words_of_the_code() == set()


def test_a_name_that_nothing_bears_is_seen() -> None:
    assert names("| mot | `NothingBearsThisName` |") - {"Market"} == {"NothingBearsThisName"}
