"""The base of the trade's coded words: a short code to store, a French label to read."""

from enum import StrEnum


class Labelled(StrEnum):
    """A code stored in the database (its value) that carries the French label shown on screen."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "Labelled":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return the (code, French label) pairs of the vocabulary, in its own order, for a form field."""
        return [(member.value, member.label) for member in cls]
