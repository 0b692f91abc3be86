"""The attestation de bonne exécution as PDF: one formal page, with the months that prove it and the code that checks it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from facilitator import french
from facilitator.french import NBSP
from facilitator.vocabulary import AwardRole
from reports import pdf

TEMPLATE = "attestation"
TITLE = "Attestation de bonne exécution de la clause sociale d’insertion"
ROWS = 9  # months in one table; more stand side by side, so that the page stays one
Facts = dict[str, object]


@dataclass(frozen=True, slots=True)
class Holder:
    """A company that the attestation is about."""

    name: str
    siret: str
    role: AwardRole


@dataclass(frozen=True, slots=True)
class Month:
    """What one month proves: contracts that were worked, hours retained."""

    month: datetime.date
    contracts: int
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Parties:
    """Who attests, for which buyer, of whose work on which lot."""

    territory: str
    email: str | None
    phone: str | None
    buyer: str
    buyer_siret: str
    market: str
    title: str
    lot: str
    holders: tuple[Holder, ...]
    whole_lot: bool


@dataclass(frozen=True, slots=True)
class Certificate:
    """All that an attestation says."""

    number: str
    code: str
    parties: Parties
    start: datetime.date | None
    end: datetime.date | None
    closed_on: datetime.date
    issued_on: datetime.date
    owed: Decimal
    retained: Decimal
    months: tuple[Month, ...]
    check_url: str


def facts(said: Certificate) -> Facts:
    """The French text of the page; what is kept, and shown by the public page, is this very text."""
    told: Facts = {
        "title": TITLE,
        "number": said.number,
        "code": said.code,
        "sender": said.parties.territory,
        "contact": ", ".join(each for each in (said.parties.phone, said.parties.email) if each),
        "identity": _identity(said),
        "sentence": _sentence(said),
        "figures": [
            ["Heures engagées", french.hours(said.owed)],
            ["Heures retenues", french.hours(said.retained)],
        ],
        "tables": [[_month(each) for each in part] for part in _parts(said.months)],
        "total": [
            "Ensemble",
            french.hours(said.retained),
        ],
        "closed_on": french.date(said.closed_on),
        "made": f"Fait le {french.date(said.issued_on)}, pour servir et valoir ce que de droit.",
        "check_url": said.check_url,
        "foot": f"Attestation n°{NBSP}{said.number} – code de vérification {said.code}",
        # What the public page shows, one by one.
        "market": said.parties.title,
        "lot": said.parties.lot,
        "company": _companies(said),
        "owed": french.hours(said.owed),
        "retained": french.hours(said.retained),
        "issued_on": french.date(said.issued_on),
    }
    return told


def draw(told: Facts, *, made_at: datetime.datetime) -> bytes:
    """Draw the PDF of `facts`."""
    return pdf.build(TEMPLATE, told, made_at=made_at)


def _identity(said: Certificate) -> list[list[str]]:
    rows = [
        [
            each.role.label if len(said.parties.holders) > 1 else "Entreprise",
            f"{each.name} – SIRET {each.siret}",
        ]
        for each in said.parties.holders
    ]
    rows += [
        ["Donneur d’ordre", f"{said.parties.buyer} – SIRET {said.parties.buyer_siret}"],
        ["Marché", f"{said.parties.market} – {said.parties.title}"],
        ["Lot", said.parties.lot],
    ]
    if said.start and said.end:
        rows.append(["Exécution", f"du {french.date(said.start)} au {french.date(said.end)}"])
    return [*rows, ["Situation au", french.date(said.closed_on)]]


def _sentence(said: Certificate) -> str:
    done = "ont" if len(said.parties.holders) > 1 else "a"
    what = (
        "l’engagement d’insertion de ce lot"
        if said.parties.whole_lot
        else "sa part de l’engagement d’insertion de ce lot"
    )
    return (
        f"{said.parties.territory}, qui suit la clause sociale d’insertion de ce marché, atteste que {_companies(said)} {done} exécuté {what}{NBSP}: "
        f"{french.hours(said.retained)} de travail de publics validés sont retenues au {french.date(said.closed_on)}, "
        f"pour {french.hours(said.owed)} engagées."
    )


def _companies(said: Certificate) -> str:
    names = [each.name for each in said.parties.holders]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}"


def _month(each: Month) -> list[str]:
    return [french.month(each.month), french.number(each.contracts), french.hours(each.hours)]


def _parts(months: Sequence[Month]) -> list[Sequence[Month]]:
    """As many tables side by side as months ask for, three at most."""
    count = min(3, -(-len(months) // ROWS)) or 1
    length = -(-len(months) // count)
    return [months[start : start + length] for start in range(0, len(months), length or 1)]
