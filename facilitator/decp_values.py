"""What each market should declare of its social considerations, from the clauses of its lots, against what its buyer published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from facilitator import french
from facilitator.labels import Labelled
from facilitator.vocabulary import ClauseKind, SocialConsideration

FIELD = "considerationsSociales"
UNSAID = "rien n’est dit"
NO_OBJECT = "Sans objet"
_RESERVED = (
    ClauseKind.reserve_handicap,
    ClauseKind.reserve_iae,
    ClauseKind.reserve_prison,
    ClauseKind.reserve_ess,
)
# A marché d’insertion binds its holder as a clause does: the published list has no word of its own for it.
DECLARED = MappingProxyType(
    {
        ClauseKind.execution: SocialConsideration.clause,
        ClauseKind.execution_obligatoire: SocialConsideration.clause,
        ClauseKind.insertion: SocialConsideration.clause,
        ClauseKind.critere: SocialConsideration.critere,
        **dict.fromkeys(_RESERVED, SocialConsideration.reserve),
    }
)


class PublicationState(Labelled):
    """How the publication of a market stands beside the clauses of its lots."""

    silent = "silent", "Ne dit rien"
    differs = "differs", "À corriger"
    to_specify = "to_specify", "Clause des lots à préciser"
    agrees = "agrees", "Conforme"


TO_MEND = (PublicationState.silent, PublicationState.differs)


@dataclass(frozen=True, slots=True)
class FollowedLot:
    """A lot of a market, with its clause; None is «not known yet»."""

    id: int
    number: str
    clause: ClauseKind | None


@dataclass(frozen=True, slots=True)
class FollowedMarket:
    """A market counted once, whoever follows it, with what was published of it."""

    id: int
    territory: str
    buyer_id: int
    buyer: str
    decp_id: str
    generated_id: bool
    object: str
    notified_on: date | None
    amount: Decimal | None
    framework_id: str | None
    considerations: frozenset[SocialConsideration] | None
    published: bool
    lots: tuple[FollowedLot, ...]

    @property
    def number(self) -> str:
        """Its DECP number, or the words that stand while nobody knows it."""
        return "identifiant DECP à venir" if self.generated_id else self.decp_id


def wanted(lots: Iterable[FollowedLot]) -> frozenset[SocialConsideration]:
    """The values to declare; empty while no clause is known, which is not «Pas de considération sociale»."""
    return frozenset(DECLARED[lot.clause] for lot in lots if lot.clause is not None)


def words(values: Iterable[SocialConsideration] | None) -> str:
    """Values as they are published, in the order of the list; silence and «Sans objet» are not «none»."""
    if values is None:
        return UNSAID
    known = frozenset(values)
    return ", ".join(each.label for each in SocialConsideration if each in known) or NO_OBJECT


@dataclass(frozen=True, slots=True)
class Publication:
    """A market beside what it should declare."""

    market: FollowedMarket

    @property
    def wanted(self) -> frozenset[SocialConsideration]:
        return wanted(self.market.lots)

    @property
    def wanted_words(self) -> str:
        return words(self.wanted) if self.wanted else "à préciser"

    @property
    def published_words(self) -> str:
        return words(self.market.considerations)

    @property
    def missing(self) -> frozenset[SocialConsideration]:
        return self.wanted - (self.market.considerations or frozenset())

    @property
    def surplus(self) -> frozenset[SocialConsideration]:
        """What is published without any lot that says so; only «none» can be told while a clause is unknown."""
        said = self.market.considerations or frozenset()
        complete = all(lot.clause is not None for lot in self.market.lots)
        return said - self.wanted if complete else said & {SocialConsideration.aucune}

    @property
    def state(self) -> PublicationState:
        if not self.wanted:
            return PublicationState.to_specify
        if self.market.considerations is None:
            return PublicationState.silent
        if self.missing or self.surplus:
            return PublicationState.differs
        return PublicationState.agrees

    @property
    def sentence(self) -> str:
        """What is to be corrected, and where."""
        match self.state:
            case PublicationState.agrees:
                return "Rien à corriger."
            case PublicationState.to_specify:
                return "Précisez la clause des lots de ce marché\u00a0: la valeur à déclarer s’en déduit."
            case PublicationState.silent if not self.market.published:
                return f"À la publication des données essentielles, déclarez {_quoted(self.wanted)} dans «\u00a0Considérations sociales\u00a0» ({FIELD})."
        return f"{self._where()}, {self._change()}, puis publiez de nouveau."

    def _where(self) -> str:
        return f"Sur le profil d’acheteur, données essentielles du marché {self.market.number}, champ «\u00a0Considérations sociales\u00a0» ({FIELD})"

    def _change(self) -> str:
        missing, surplus = self.missing, self.surplus
        if not missing:
            return f"retirez {_quoted(surplus)}"
        if surplus:
            return f"remplacez {_quoted(surplus)} par {_quoted(missing)}"
        return f"ajoutez {_quoted(missing)}"


def _quoted(values: Iterable[SocialConsideration]) -> str:
    known = frozenset(values)
    return " et ".join(f"«\u00a0{each.label}\u00a0»" for each in SocialConsideration if each in known)


def counts(publications: Sequence[Publication]) -> dict[PublicationState, int]:
    """How many markets stand in each state."""
    found = dict.fromkeys(PublicationState, 0)
    for each in publications:
        found[each.state] += 1
    return found


def counts_shown(publications: Sequence[Publication]) -> list[tuple[str, str]]:
    """The same as figures: what it is, how many."""
    return [(state.label, french.number(count)) for state, count in counts(publications).items()]


def chosen(
    publications: Iterable[Publication], states: Sequence[PublicationState], buyer_id: int | None
) -> list[Publication]:
    """Those in one of these states, of one buyer (None: all)."""
    return [
        each
        for each in publications
        if each.state in states and (buyer_id is None or each.market.buyer_id == buyer_id)
    ]
