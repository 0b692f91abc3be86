"""A fictitious country whose survey gives the figures once published: built from lines, among lines that must not count.

The totals are a test, never national facts (trade.md §7.2). Hours worked, people and their publics are invented.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from facilitator.demo.bulk import Row, siret
from facilitator.journal import now
from facilitator.vocabulary import AuthorityCategory as Category
from facilitator.vocabulary import (
    AwardRole,
    IdentifierScheme,
    LedgerKind,
    OrganisationRoleName,
    SiaeKind,
    TerritoryKind,
)

TERRITORIES, AT_WORK = 90, 81  # those that have markets; those of them that have contracts
BUYERS = {
    Category.commune: 420, Category.bailleur_social: 190, Category.epci: 170, Category.sem: 60,
    Category.region: 17, Category.departement: 55, Category.etat: 40,
    Category.etablissement_public: 120, Category.hopital: 60,
}  # fmt: skip
OWED = 13_000_000
IDLE_BUYERS = 40  # whose markets have nothing in the year
ASSOCIATED = 45  # markets of counted buyers that a second territory follows
ORPHANS = 10  # markets whose pilot is not here
COMPANIES, STRUCTURES = 240, 110
KINDS = (SiaeKind.ETTI, SiaeKind.ETTI, SiaeKind.EI, SiaeKind.ACI, SiaeKind.AI, SiaeKind.GEIQ, SiaeKind.ETT)
CPV = ("45000000", "45211000", "90910000", "77310000", "55523000", "71300000", "79710000", None)
AVENANT, REMISE = 400, 100


@dataclass(frozen=True)
class Site:
    """A lot where people may work."""

    lot_id: int
    award_id: int
    company_id: int


class Country:
    """Territories, organisations, markets and what they owe, as rows."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.before = datetime.date(year - 1, 1, 1)
        self.territories = range(1, TERRITORIES + 1)
        buyers = sum(BUYERS.values())
        self.buyers = range(1, buyers + 1)
        self.idle = range(self.buyers.stop, self.buyers.stop + IDLE_BUYERS)
        self.orphans = range(self.idle.stop, self.idle.stop + ORPHANS)
        self.companies = range(self.orphans.stop, self.orphans.stop + COMPANIES)
        self.structures = range(self.companies.stop, self.companies.stop + STRUCTURES)
        self.sites: dict[int, list[Site]] = {each: [] for each in self.territories}
        self.associated: dict[int, Site] = {}
        self.markets: list[Row] = []
        self.lots: list[Row] = []
        self.dates: list[Row] = []
        self.awards: list[Row] = []
        self.ledger: list[Row] = []
        self._place()

    def territory_rows(self) -> Iterator[Row]:
        for number in self.territories:
            yield {
                "id": number, "slug": f"pays-fictif-{number:02d}", "name": f"Territoire fictif n° {number}",
                "kind": TerritoryKind.plie, "created_at": now(), "version": 1,
            }  # fmt: skip

    def organisation_rows(self) -> Iterator[Row]:
        for number in range(1, self.structures.stop):
            yield {
                "id": number, "scheme": IdentifierScheme.SIRET, "identifier": siret(number),
                "name": f"{self._what(number)} n° {number}", "created_at": now(), "version": 1,
            }  # fmt: skip

    def _what(self, number: int) -> str:
        if number in self.companies:
            return "Entreprise fictive"
        return "Structure fictive" if number in self.structures else "Donneur d’ordre fictif"

    def role_rows(self) -> Iterator[Row]:
        names = OrganisationRoleName
        categories = [category for category, number in BUYERS.items() for _ in range(number)]
        for number in range(1, self.companies.start):
            category = categories[number - 1] if number in self.buyers else Category.prive
            # As the pages write it: the part, then the category.
            yield {"organisation_id": number, "role": names.authority, "kind": ""}
            yield {"organisation_id": number, "role": names.authority, "kind": category}
        for number in self.companies:
            yield {"organisation_id": number, "role": names.company, "kind": ""}
        for number in self.structures:
            yield {"organisation_id": number, "role": names.siae, "kind": self.kind_of(number)}

    def kind_of(self, structure: int) -> SiaeKind:
        return KINDS[structure % len(KINDS)]

    def structure(self, rank: int, *kinds: SiaeKind) -> int:
        """One of the structures of these kinds."""
        fit = [each for each in self.structures if self.kind_of(each) in kinds]
        return fit[rank % len(fit)]

    def _place(self) -> None:
        share, rest = divmod(OWED, len(self.buyers))
        for rank, buyer in enumerate(self.buyers):
            territory = 1 + rank % TERRITORIES
            market = self._market(territory, buyer, pilot=True)
            self._owes(market, territory, rank, Decimal(share + (rank < rest)))
            if rank < ASSOCIATED:
                self._associated(market, 1 + (rank + 1) % TERRITORIES)
        for rank, buyer in enumerate(self.idle):
            market = self._market(1 + rank % TERRITORIES, buyer, pilot=True)
            site = self._lot(market, rank)
            self._line(site, market, LedgerKind.initial, Decimal(2500), self.before)
            self._line(site, market, LedgerKind.tranche, Decimal(800), None)
        for rank, buyer in enumerate(self.orphans):
            market = self._market(1 + rank % TERRITORIES, buyer, pilot=False)
            site = self._lot(market, rank)
            self._line(site, market, LedgerKind.initial, Decimal(1200), self._day(rank))

    def _owes(self, market: Row, territory: int, rank: int, hours: Decimal) -> None:
        """What is owed in the year, in three lines; other years and a tranche that waits stand beside."""
        site = self._lot(market, rank)
        self.sites[territory].append(site)
        if rank % 3 == 0:
            self._line(site, market, LedgerKind.initial, Decimal(1000), self.before)
        self._line(site, market, LedgerKind.initial, hours - AVENANT + REMISE, self._day(rank))
        self._line(site, market, LedgerKind.avenant, Decimal(AVENANT), self._day(rank, 2))
        self._line(site, market, LedgerKind.remise, Decimal(-REMISE), datetime.date(self.year, 12, 31))
        if rank % 4 == 0:
            self._line(site, market, LedgerKind.tranche, Decimal(5000), None)
        if rank % 5 == 0:
            self._line(site, market, LedgerKind.avenant, Decimal(700), datetime.date(self.year + 1, 1, 1))

    def _associated(self, market: Row, territory: int) -> None:
        """The same market, followed by a second territory, which wrote down what it owes too."""
        again = self._market(territory, market["buyer_id"], pilot=False, decp_id=market["decp_id"])
        self.associated[territory] = site = self._lot(again, market["id"])
        self._line(site, again, LedgerKind.initial, Decimal(999), self._day(market["id"]))

    def _day(self, rank: int, later: int = 0) -> datetime.date:
        """From 1 January on: the first day of the year counts."""
        return datetime.date(self.year, 1 + (rank % 8 + later) % 12, 1)

    def _market(self, territory: int, buyer: int, *, pilot: bool, decp_id: str | None = None) -> Row:
        id_ = len(self.markets) + 1
        row: Row = {
            "id": id_, "territory_id": territory, "buyer_id": buyer, "decp_id": decp_id or f"FICTIF{id_:06d}",
            "object": f"Travaux et services fictifs n° {id_}", "cpv": CPV[id_ % len(CPV)], "pilot": pilot,
            "generated_id": False, "notified_on": self.before, "created_at": now(), "version": 1,
        }  # fmt: skip
        self.markets.append(row)
        return row

    def _lot(self, market: Row, rank: int) -> Site:
        id_, company = len(self.lots) + 1, self.companies[rank % COMPANIES]
        owner = {"territory_id": market["territory_id"]}
        self.lots.append({
            **owner, "id": id_, "market_id": market["id"], "number": "1", "title": f"Lot fictif n° {id_}",
            "cpv": market["cpv"], "tolerance_kind": "none", "tolerance_percent": 0,
            "groupement_form": "solidaire", "shares_binding": False, "periodicity": "monthly", "version": 1,
        })  # fmt: skip
        for kind, year in (("start", self.year - 3), ("end", self.year + 4)):
            self.dates.append(
                {
                    **owner,
                    "lot_id": id_,
                    "kind": kind,
                    "value_on": datetime.date(year, 1, 1),
                    "recorded_at": now(),
                }
            )
        self.awards.append({
            **owner, "id": id_, "lot_id": id_, "organisation_id": company, "role": AwardRole.titulaire,
            "created_at": now(), "version": 1,
        })  # fmt: skip
        return Site(id_, id_, company)

    def _line(
        self, site: Site, market: Row, kind: LedgerKind, delta: Decimal, day: datetime.date | None
    ) -> None:
        self.ledger.append({
            "territory_id": market["territory_id"], "lot_id": site.lot_id, "kind": kind, "delta": delta,
            "effective_on": day, "recorded_at": now(),
        })  # fmt: skip
