"""What an import has to tell about a record of a file: where it stands, how much it weighs, why."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a problem weighs."""

    warning = "avertissement"
    rejection = "rejet"


@dataclass(frozen=True)
class Problem:
    """One problem; the position counts from 1 (in a table: its row, the titles being row 1)."""

    file: str
    position: int
    id: str
    level: Level
    reason: str
