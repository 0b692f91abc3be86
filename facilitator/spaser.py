"""The indicators of a buyer’s «schéma de promotion des achats publics socialement et écologiquement responsables» for a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facilitator.decp_values import FollowedMarket, wanted
from facilitator.labels import Labelled
from facilitator.statement import Statement
from facilitator.vocabulary import SocialConsideration

NONE = frozenset({SocialConsideration.aucune})


class SpaserRow(Labelled):
    """The lines of the indicators; a market may hold several considerations, and stand on several lines."""

    all = "all", "Marchés notifiés dans l’année"
    social = "social", "Avec au moins une considération sociale"
    clause = "clause", "Dont clause sociale d’exécution"
    reserve = "reserve", "Dont marché réservé"
    critere = "critere", "Dont critère social"
    aucune = "aucune", "Déclarés sans considération sociale"
    unsaid = "unsaid", "Non dit"


@dataclass(frozen=True, slots=True)
class SpaserMarket:
    """A market notified in the year, with what is known of its considerations and its hours."""

    market: FollowedMarket
    statement: Statement

    @property
    def values(self) -> frozenset[SocialConsideration]:
        """What its lots hold and what its buyer published; a clause that is known outweighs a published «none»."""
        held = wanted(self.market.lots) | (self.market.considerations or frozenset())
        return held if held <= NONE else held - NONE

    @property
    def amount(self) -> Decimal | None:
        """What adds up: a market under a framework agreement is already in the framework’s maximum."""
        return None if self.market.framework_id else self.market.amount

    def stands_in(self, row: SpaserRow) -> bool:
        """Say whether the market is counted on a line."""
        match row:
            case SpaserRow.all:
                return True
            case SpaserRow.social:
                return bool(self.values - NONE)
            case SpaserRow.unsaid:
                return not self.values
            case _:
                return SocialConsideration(row.value) in self.values


@dataclass(frozen=True, slots=True)
class SpaserLine:
    """How many markets, for how much, with which share of the year’s."""

    row: SpaserRow
    markets: int
    amount: Decimal
    amounts_known: int
    share_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class SpaserSiae:
    """A structure of insertion that worked for the buyer in the year, by its retained hours."""

    name: str
    kinds: str
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Spaser:
    """The indicators of one buyer and one year, over the markets that one reader may see."""

    buyer: str
    year: int
    on: date
    markets: tuple[SpaserMarket, ...]
    total: Statement
    worked: Decimal  # retained hours of the year’s months, on all markets of the buyer
    siae: tuple[SpaserSiae, ...]

    @property
    def lines(self) -> tuple[SpaserLine, ...]:
        return tuple(self._line(row) for row in SpaserRow)

    def of(self, row: SpaserRow) -> list[SpaserMarket]:
        """The markets behind a line."""
        return [each for each in self.markets if each.stands_in(row)]

    def _line(self, row: SpaserRow) -> SpaserLine:
        found = self.of(row)
        amounts = [each.amount for each in found if each.amount is not None]
        share = Decimal(len(found)) * 100 / len(self.markets) if self.markets else None
        return SpaserLine(row, len(found), sum(amounts, Decimal(0)), len(amounts), share)


def notified_in(markets: Iterable[FollowedMarket], year: int) -> list[FollowedMarket]:
    """Those notified in a year."""
    return [each for each in markets if each.notified_on is not None and each.notified_on.year == year]


def years(markets: Iterable[FollowedMarket]) -> list[int]:
    """The years in which something was notified, the last one first."""
    return sorted({each.notified_on.year for each in markets if each.notified_on}, reverse=True)
