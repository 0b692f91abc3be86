"""What a fiche d’éligibilité says on paper: the facts of one validated public, for its asker or for the territory."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class ShownProof:
    """One criterion as it was seen proved, for the territory’s own copy."""

    criterion: str
    determining: bool
    proof: str
    seen_on: datetime.date | None
    valid_until: datetime.date | None
    filed_at: str | None


@dataclass(frozen=True)
class FicheFacts:
    """One validated fiche; `proofs` is empty on the copy that leaves the territory."""

    number: int
    territory: str
    legal_bearer: str | None
    contact: str  # how to reach the territory
    last_name: str
    first_name: str
    birth_on: datetime.date | None
    asked_by: str | None
    decided_on: datetime.date
    decided_by: str | None
    effective_on: datetime.date
    last_on: datetime.date
    hire_months: int
    hire_before: datetime.date  # last day to be hired
    made_on: datetime.date
    for_territory: bool
    proofs: tuple[ShownProof, ...] = ()

    @property
    def person(self) -> str:
        return f"{self.first_name} {self.last_name.upper()}"
