"""The bilan of a buyer: what its page and its workbook are made of; figures only, nobody’s name or criterion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facilitator.french import NBSP, euros, number
from facilitator.french import month as french_month
from facilitator.outcomes import Chain
from facilitator.penalty_cases import Next, Progress
from facilitator.penalty_words import PenaltyActor, PenaltyReason
from facilitator.rules import Rules
from facilitator.statement import AwardStatement, PenaltyLine, Statement
from facilitator.vocabulary import (
    AwardRole,
    Criterion,
    GroupementForm,
    Pace,
    SurveyGroup,
    ToleranceKind,
)

Count = int | None  # None: masked

UNDEFINED = "heures à définir"
MASKED = "masqué"

# The publics among the people of a lot: the determining criterion, in groups that never tell a sensitive one.
PUBLIC_GROUPS: Mapping[str, tuple[Criterion, ...]] = {
    "RSA": (Criterion.rsa,),
    "Demandeurs d’emploi de plus de 12 mois": (Criterion.deld,),
    "Jeunes": (Criterion.jeune_sans_diplome, Criterion.jeune_diplome, Criterion.cej),
    "Plus de 50 ans": (Criterion.senior,),
    "Structures d’insertion": (
        Criterion.ei,
        Criterion.aci,
        Criterion.ai,
        Criterion.etti,
        Criterion.geiq,
        Criterion.regie,
        Criterion.epide,
        Criterion.e2c,
        Criterion.pass_iae,
    ),
}
OTHER_PUBLICS = "Autres publics"
AGE_BANDS = ("Moins de 26 ans", "26 à 50 ans", "51 ans et plus")
SEXES = ("Femmes", "Hommes")
QPV = ("Habitants d’un QPV", "Hors QPV")


def group_of(criterion: Criterion) -> str:
    """The group under which a criterion is counted for a lot."""
    return next((name for name, members in PUBLIC_GROUPS.items() if criterion in members), OTHER_PUBLICS)


def public_groups() -> dict[str, tuple[Criterion, ...]]:
    """All groups, the one of all other criteria last."""
    others = tuple(each for each in Criterion if group_of(each) == OTHER_PUBLICS)
    return {**PUBLIC_GROUPS, OTHER_PUBLICS: others}


@dataclass(frozen=True, slots=True)
class PenaltyOutcome:
    """A penalty file as it stood on the day of the bilan: what was stated, what its buyer decided."""

    id: int
    lot: str
    award_id: int | None  # None: the lot as a whole
    company: str
    amount: Decimal
    progress: Progress
    reason: PenaltyReason | None
    settlement_number: str | None

    def next(self, on: date) -> Next:
        """Whose turn it is on a day."""
        return self.progress.next(on)


@dataclass(frozen=True, slots=True)
class LotLine:
    """One lot: what names it, its penalty rule, and its statement (with what associated territories worked)."""

    lot_id: int
    market_id: int
    market: str  # DECP id
    object: str
    number: str
    title: str
    cpv: str | None
    territory: str  # or several names
    clause: str | None
    groupement_form: GroupementForm
    tolerance_kind: ToleranceKind
    tolerance_percent: int
    statement: Statement
    files: tuple[PenaltyOutcome, ...] = ()

    @property
    def holders(self) -> str:
        """The companies that answer for the lot: alone, or in a groupement."""
        return ", ".join(award.label for award in self.statement.awards)

    @property
    def sentence(self) -> str:
        """Where the lot stands and what its buyer has to do, in plain French."""
        return _sentence(self.statement, "lot", (self,))


@dataclass(frozen=True, slots=True)
class MarketLine:
    """One market of the buyer, once, with the names of the territories that follow it."""

    market_id: int
    market: str
    buyer_number: str | None
    object: str
    notified_on: date | None
    territory: str
    lots: tuple[LotLine, ...]
    statement: Statement

    @property
    def sentence(self) -> str:
        """Where the market stands and what its buyer has to do, in plain French."""
        return _sentence(self.statement, "marché", self.lots)


@dataclass(frozen=True, slots=True)
class Situation:
    """All markets of a buyer (or one of them) at the close of a day, and their sum."""

    buyer: str
    siret: str
    on: date
    markets: tuple[MarketLine, ...]
    statement: Statement

    @property
    def lots(self) -> tuple[LotLine, ...]:
        return tuple(lot for market in self.markets for lot in market.lots)

    def penalties_waiting_for(self, actor: PenaltyActor) -> list[PenaltyOutcome]:
        """The penalty files in which it was this actor’s turn on the day of the situation."""
        return [
            file
            for lot in self.lots
            for file in lot.files
            if file.progress.open and file.next(self.on).actor is actor
        ]


@dataclass(frozen=True, slots=True)
class Company:
    """A company of a lot; a subcontractor’s hours stand under the company that it works for."""

    lot: LotLine
    award_id: int
    name: str
    identifier: str
    role: AwardRole
    under: str | None
    figures: AwardStatement | None


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contracts of a lot (or of all, each once) by the survey’s groups; missions of temporary work beside."""

    by_group: Mapping[SurveyGroup, int]
    missions: int
    renewals: int
    transformations: int

    @property
    def total(self) -> int:
        return sum(self.by_group.values())


@dataclass(frozen=True, slots=True)
class Publics:
    """People of a lot (or of all, each once), and how many of each public where it may be told."""

    people: int
    counts: Mapping[str, Count]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The chain at one milestone; what people became is masked where they are too few."""

    months: int
    chain: Chain
    masked: bool


@dataclass(frozen=True, slots=True)
class LotDetail:
    """What stands beside the hours of a lot, or of all of them."""

    publics: Publics
    contracts: Contracts
    follow_ups: Mapping[int, FollowUp]


@dataclass(frozen=True, slots=True)
class PenaltyOfLot:
    """What hours not done would cost, and to whom; the file in which it was stated, if it was."""

    lot: LotLine
    line: PenaltyLine
    file: PenaltyOutcome | None = None


@dataclass(frozen=True, slots=True)
class PenaltyStated:
    """A file that no line of today’s computation matches any more: it stands all the same."""

    lot: LotLine
    file: PenaltyOutcome


@dataclass(frozen=True, slots=True)
class LateDocument:
    """A document that came late, or has not come, and what it costs apart from the hours."""

    lot: LotLine
    label: str
    expected_on: date
    received_on: date | None
    days: int
    daily_rate: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Bilan:
    """Everything in the workbook of a buyer: one market or all, at one date."""

    situation: Situation
    made_on: date
    market: MarketLine | None  # when it is about this one only
    territory: str | None  # when it is about what this one follows only
    companies: tuple[Company, ...]
    details: Mapping[int, LotDetail]
    total: LotDetail
    criteria: Mapping[Criterion, Count] | None  # over the whole buyer only
    documents: tuple[LateDocument, ...]
    rules: Mapping[str, Rules]  # by territory, on the day of the situation
    lot: LotLine | None = None  # when it is about this one only (its market is named by `market`)

    @property
    def penalties(self) -> tuple[PenaltyOfLot, ...]:
        return tuple(
            PenaltyOfLot(lot, line, _file_of(lot, line))
            for lot in self.situation.lots
            for line in lot.statement.penalties
        )

    @property
    def other_files(self) -> tuple[PenaltyStated, ...]:
        """Files whose company would not answer for the same hours any more."""
        told = {id(each.file) for each in self.penalties}
        return tuple(
            PenaltyStated(lot, file)
            for lot in self.situation.lots
            for file in lot.files
            if id(file) not in told
        )


def _file_of(lot: LotLine, line: PenaltyLine) -> PenaltyOutcome | None:
    award_id = line.award_id if lot.statement.penalty_binding_by_award else None
    return next((each for each in lot.files if each.award_id == award_id), None)


def _hours(value: Decimal) -> str:
    return f"{number(value)}{NBSP}h"


def _sentence(found: Statement, what: str, lots: Sequence[LotLine]) -> str:
    return f"{state(found, what)} Ce que vous avez à faire{NBSP}: {_to_do(found, what, lots)}."


def state(found: Statement, what: str) -> str:
    """Where a «marché» or a «lot» stands, in one sentence."""
    if not found.lots:
        return f"Ce {what} n’a pas encore de lot."
    if not found.defined:
        done = f", {_hours(found.retained)} déjà retenues" if found.retained else ""
        return f"Les heures de ce {what} restent à définir{done}."
    when = f"À la fin du {what}" if found.ended else "À ce jour"
    sentence = f"{when}, {_hours(found.rated_retained)} retenues sur {_hours(found.owed)} engagées"
    if found.ended:
        return f"{sentence}."
    if found.start is not None and found.on < found.start:
        return f"{sentence}{NBSP}; l’exécution n’a pas commencé."
    if found.projection is not None:
        sentence += f"{NBSP}; à ce rythme {_hours(found.projection)} à la fin"
    if found.target_month is not None:
        sentence += f" (objectif atteint en {french_month(found.target_month)})"
    return f"{sentence}."


def _to_do(found: Statement, what: str, lots: Sequence[LotLine]) -> str:
    if not found.lots or not found.defined:
        return "donner au facilitateur le nombre d’heures écrit au marché"
    if steps := _steps(found, lots):
        return steps
    unstated = sum((lot.statement.penalty_due for lot in lots if not lot.files), Decimal(0))
    if unstated > 0:
        return f"décider de la pénalité, calculée à {euros(unstated)}"
    if found.lots_undefined:
        return "donner au facilitateur les heures des lots qui n’en ont pas encore"
    if found.ended:
        return "rien"
    if found.expected is None:
        return f"donner au facilitateur les dates d’exécution du {what}"
    if found.pace is Pace.critical:
        return "demander à l’entreprise comment elle compte rattraper le retard"
    return "rien"


def _steps(found: Statement, lots: Sequence[LotLine]) -> str:
    """What the penalty files of some lots ask of their buyer on the day of the statement."""
    turns = [file.progress.next(found.on) for lot in lots for file in lot.files if file.progress.open]
    asked = [turn.what for turn in turns if turn.actor is PenaltyActor.buyer]
    return " et ".join(dict.fromkeys(asked))
