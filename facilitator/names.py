"""Names of people as they are compared: without accents, case or punctuation."""

import unicodedata
from unicodedata import combining


def normalised(*names: str) -> str:
    """Names without accents, case or punctuation, for searches and duplicates («Élodie» = «ELODIE»)."""
    plain = unicodedata.normalize("NFKD", " ".join(names).casefold())
    letters = "".join(each if each.isalnum() else " " for each in plain if not combining(each))
    return " ".join(letters.split())
