"""The national series of the clause as it was published: dated reference data, each value with its source.

Years for which no published value was found are absent, never estimated (docs/decisions/006-after-the-clause.md).
"""

from dataclasses import dataclass
from decimal import Decimal

NETWORK = "Alliance Villes Emploi, consolidation nationale"
FIRST, LAST = 2012, 2021


@dataclass(frozen=True, slots=True)
class NationalYear:
    """What was published of one year; None where no value was found. Rounded values say so in their note."""

    year: int
    source: str
    hours: int | None = None
    people: int | None = None
    contracts: int | None = None
    authorities: int | None = None
    markets: int | None = None
    structures: int | None = None
    rate_12: Decimal | None = None  # percent, in work at 12 months
    rounded: bool = True
    note: str = ""


_2015_MEETING = (
    f"{NETWORK}, chiffres donnés le 11 mars 2015 et rapportés par Localtis"
    " («\u00a08,4 millions d’heures d’insertion en 2014\u00a0: encore trop peu\u00a0?\u00a0»)"
)
_SERIES = (
    NationalYear(2012, _2015_MEETING, hours=6_000_000, note="«\u00a0près de 6 millions\u00a0» d’heures"),
    NationalYear(2013, _2015_MEETING, hours=7_700_000, people=19_000),
    NationalYear(
        2014,
        f"{NETWORK}\u00a0: heures revues, rapportées par Localtis le 13 décembre 2016\u00a0; personnes données le 11 mars 2015",
        hours=9_160_000,
        people=21_000,
        note="8,4 millions d’heures annoncés d’abord, estimation basse",
    ),
    NationalYear(
        2015,
        f"{NETWORK} de juin 2016 (la quatrième), rapportée par Localtis le 13 décembre 2016"
        "\u00a0; taux à 12 mois rapporté par Légibase Commande publique",
        hours=10_070_000,
        people=25_484,
        contracts=38_014,
        structures=162,
        rate_12=Decimal(72),
        note="heures arrondies à 10 000\u00a0; taux mesuré douze mois après le premier contrat",
    ),
    NationalYear(
        2017,
        f"{NETWORK}, rapportée par Localtis («\u00a013 millions d’heures d’insertion grâce aux clauses sociales en 2017\u00a0»)",
        hours=13_000_000,
        note="arrondi au million",
    ),
    NationalYear(
        2021,
        NETWORK,
        hours=25_124_684,
        people=57_231,
        contracts=75_194,
        authorities=3_576,
        markets=58_454,
        structures=369,
        rounded=False,
    ),
)


def published() -> tuple[NationalYear, ...]:
    """The years that were found, oldest first."""
    return _SERIES


def of_year(year: int) -> NationalYear | None:
    """What was published of one year, if it was found."""
    return next((each for each in _SERIES if each.year == year), None)


def nearest(year: int) -> NationalYear:
    """The last published year that is not after this one; the first one for older years."""
    return max(
        (each for each in _SERIES if each.year <= year), key=lambda each: each.year, default=_SERIES[0]
    )


def not_found() -> tuple[int, ...]:
    """The years of the series of which no value was found."""
    known = {each.year for each in _SERIES}
    return tuple(year for year in range(FIRST, LAST + 1) if year not in known)
