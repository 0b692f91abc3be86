"""Searching without minding accents or case: words of a query against columns of text, on both databases."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_

from facilitator.people import normalised

LONGEST = 100  # characters of a query that are read
_FOLDED = {
    "a": "àâäÀÂÄ",
    "c": "çÇ",
    "e": "éèêëÉÈÊË",
    "i": "îïÎÏ",
    "o": "ôöÔÖ",
    "u": "ùûüÙÛÜ",
    "oe": "œŒ",
}


def words_of(query: str) -> list[str]:
    """The words that a query asks for, without accents; none when it is too short to mean something."""
    words = normalised(query[:LONGEST].replace("œ", "oe").replace("Œ", "oe")).split()
    return words if sum(map(len, words)) >= 2 else []


def holds(words: list[str], *columns: Any) -> ColumnElement[bool]:
    """Every word stands in one of the columns («ecole» finds «École»)."""
    plain = [_plain(column) for column in columns]
    return and_(*(or_(*(each.contains(word, autoescape=True) for each in plain)) for word in words))


def _plain(column: Any) -> ColumnElement[str]:
    """The column in lower case without accents: neither database does it by itself."""
    text: Any = func.coalesce(column, "")
    for letter, accented in _FOLDED.items():
        for each in accented:
            text = func.replace(text, each, letter)
    folded: ColumnElement[str] = func.lower(text)
    return folded
