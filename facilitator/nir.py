"""The NIR (numéro de sécurité sociale), which this tool never keeps: how it is seen in a free text."""

import re

from stdnum.fr import nir

# Digits may stand apart, as they are printed; only Corsica’s departments have a letter, in the seventh place.
_GAP = r"[ .\u00a0\u202f-]?"
_FIRST = rf"[1-478](?:{_GAP}[0-9]){{5}}{_GAP}[0-9AB](?:{_GAP}[0-9]){{6}}"
_FIFTEEN = re.compile(rf"(?<![0-9A-Z]){_FIRST}(?:{_GAP}[0-9]){{2}}(?![0-9A-Z])", re.I)
_THIRTEEN = re.compile(rf"(?<![0-9A-Z]){_FIRST}(?![ .-]?[0-9])", re.I)


def holds_nir(text: str) -> bool:
    """Whether a free text holds a NIR: fifteen characters whose key is right, or thirteen that read as one."""
    for found in _FIFTEEN.finditer(text):
        if nir.is_valid(_bare(found.group())):
            return True
    return any(_reads_as_nir(_bare(found.group())) for found in _THIRTEEN.finditer(text))


def _bare(text: str) -> str:
    return re.sub(r"[^0-9AB]", "", text.upper())


def _reads_as_nir(thirteen: str) -> bool:
    """Sex, year, a month of the year, and a department: a SIRET has one digit more, a PASS IAE or a phone fewer."""
    month, department = thirteen[3:5], thirteen[5:7]
    known = department in ("2A", "2B") or (department.isdigit() and department not in ("00", "20", "96"))
    return (1 <= int(month) <= 12 or 20 <= int(month) <= 42) and known
