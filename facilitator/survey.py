"""The national survey of a year: its figures, each with the number of territories it rests on, and their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from facilitator.bilan import public_groups
from facilitator.contract_types import SurveyGroup
from facilitator.french import NBSP, plural
from facilitator.labels import Labelled
from facilitator.outcomes import MILESTONES, Chain
from facilitator.sectors import Sector
from facilitator.vocabulary import (
    AuthorityCategory,
    Criterion,
    EducationLevel,
    PlacementMode,
    Sex,
    SiaeKind,
)

UNKNOWN = "non renseigné"
Value = int | Decimal  # a count, or hours to 0,01 h


class Indicator(Labelled):
    """What the survey asks of a year, in its own order."""

    territories = "territories", "Territoires"
    authorities = "authorities", "Donneurs d’ordre"
    markets = "markets", "Marchés"
    lots = "lots", "Lots"
    hours_owed = "hours_owed", "Heures engagées"
    hours_counted = "hours_counted", "Heures retenues"
    etp = "etp", "Équivalents temps plein (ETP)"
    people = "people", "Personnes"
    contracts = "contracts", "Contrats"
    employers = "employers", "Employeurs"
    siae = "siae", "Structures d’insertion"


class AgeBand(Labelled):
    """Ages at the first start of the year, whole years."""

    under_26 = "under_26", "Moins de 26 ans"
    from_26 = "from_26", "26 à 40 ans"
    from_41 = "from_41", "41 à 50 ans"
    from_51 = "from_51", "51 ans et plus"


# The first age of each band after the youngest.
BANDS_FROM = ((26, AgeBand.from_26), (41, AgeBand.from_41), (51, AgeBand.from_51))


def band_of(age: int) -> AgeBand:
    """The band of an age in whole years."""
    return next((band for first, band in reversed(BANDS_FROM) if age >= first), AgeBand.under_26)


class InQpv(Labelled):
    """Whether a person’s file gives a quartier prioritaire; nothing written is read as in the bilans."""

    qpv = "qpv", "Habitants d’un QPV"
    outside = "outside", "Hors QPV ou non précisé"


class Public(Labelled):
    """The publics of the bilans: groups of the determining criterion that never tell a sensitive one."""

    rsa = "rsa", "RSA"
    deld = "deld", "Demandeurs d’emploi de plus de 12 mois"
    young = "young", "Jeunes"
    senior = "senior", "Plus de 50 ans"
    structure = "structure", "Structures d’insertion"
    other = "other", "Autres publics"


def public_of(criterion: Criterion) -> Public:
    """The public under which a determining criterion is counted."""
    return _PUBLICS[criterion]


_PUBLICS: Mapping[Criterion, Public] = MappingProxyType(
    {
        criterion: public
        for public in Public
        for criterion in public_groups()[public.label]
    }
)  # fmt: skip

SEVERAL = "several"  # of two categories or kinds at once: counted once, under its own name
_SEVERAL = {SEVERAL: "Plusieurs à la fois"}


class Axis(Labelled):
    """By what a figure is broken down; a category that nobody filled in is in none of its lines."""

    category = "category", "Par catégorie"
    mode = "mode", "Par mode"
    public = "public", "Par public"
    sex = "sex", "Par sexe"
    age = "age", "Par âge au premier démarrage de l’année"
    education = "education", "Par niveau de diplôme"
    qpv = "qpv", "Par lieu d’habitation"
    sector = "sector", "Par secteur"
    kind = "kind", "Par type"

    def name_of(self, code: str) -> str:
        """The French name of one of its categories (an operation’s own sector is its own name)."""
        return CODES[self].get(code, code)


def _labels(words: type[Labelled]) -> Mapping[str, str]:
    return MappingProxyType(dict(words.choices()))


CODES: Mapping[Axis, Mapping[str, str]] = MappingProxyType(
    {
        Axis.category: MappingProxyType({**_labels(AuthorityCategory), **_SEVERAL}),
        Axis.mode: _labels(PlacementMode),
        Axis.public: _labels(Public),
        Axis.sex: _labels(Sex),
        Axis.age: _labels(AgeBand),
        Axis.education: _labels(EducationLevel),
        Axis.qpv: _labels(InQpv),
        Axis.sector: _labels(Sector),
        Axis.kind: MappingProxyType({**_labels(SiaeKind), **_SEVERAL}),
    }
)
PERSONAL = (Axis.public, Axis.sex, Axis.age, Axis.education, Axis.qpv)
WORKED = (Axis.mode, *PERSONAL, Axis.sector)
# Shown even when empty; the others only when somebody is there.
_ALWAYS: Mapping[Axis, tuple[str, ...]] = MappingProxyType(
    {
        **{axis: tuple(CODES[axis]) for axis in (*PERSONAL, Axis.mode)},
        # The survey’s nine.
        Axis.category: tuple(list(AuthorityCategory)[:9]),
    }
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, and the number of territories that have at least one line behind it."""

    value: Value
    base_territories: int

    @property
    def base(self) -> str:
        """«sur 90 territoires»."""
        return f"sur {plural(self.base_territories, 'territoire')}"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A figure cut into categories that add up to it with `unknown`; its base is who filled the category in."""

    value: Value
    base_territories: int
    by: Mapping[str, Value]
    unknown: Value

    @property
    def base(self) -> str:
        """«sur 81 structures ayant renseigné»."""
        return f"sur {plural(self.base_territories, 'structure')} ayant renseigné"

    def share(self, code: str) -> Decimal | None:
        """The part of one category among what is known, in percent."""
        return percent(self.by.get(code, 0), self.value - self.unknown)


def breakdown(axis: Axis, value: Value, base_territories: int, by: Mapping[str, Value]) -> Breakdown:
    """Put categories in the order of their axis; what they leave is unknown."""
    codes = CODES[axis]
    known = {code: by.get(code, 0) for code in codes if code in by or code in _ALWAYS.get(axis, ())}
    known |= {code: by[code] for code in sorted(by) if code not in codes}
    return Breakdown(value, base_territories, MappingProxyType(known), value - sum(known.values()))


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contracts begun in the year, each once, in the six groups; missions are the CTT before they are joined."""

    by_group: Mapping[SurveyGroup, int]
    missions: int
    base_territories: int
    mapping_version: str

    @property
    def value(self) -> int:
        return sum(self.by_group.values())

    @property
    def shares(self) -> Mapping[SurveyGroup, Decimal | None]:
        """Each group in percent, rounded by itself; None without any contract."""
        return {group: percent(self.by_group.get(group, 0), self.value) for group in SurveyGroup}

    @property
    def base(self) -> str:
        """«sur 81 territoires»."""
        return Figure(self.value, self.base_territories).base


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """The chain of the paths whose reference date falls in the year."""

    months: int
    chain: Chain
    base_territories: int

    @property
    def base(self) -> str:
        """«sur 81 territoires»."""
        return Figure(self.chain.reached, self.base_territories).base


@dataclass(frozen=True, slots=True)
class Survey:
    """The survey of a year, of all territories or of some, as known at the close of a day."""

    year: int
    scope: str
    territory_ids: tuple[int, ...] | None  # None: all
    on: date
    territories: Figure
    authorities: Figure
    authorities_by_category: Breakdown
    markets: Figure
    lots: Figure
    hours_owed: Figure
    hours_counted: Figure
    hours_by: Mapping[Axis, Breakdown]  # the axes of WORKED
    etp: Figure
    people: Figure
    people_by: Mapping[Axis, Breakdown]  # the axes of PERSONAL
    contracts: Contracts
    employers: Figure
    siae: Figure
    siae_by_kind: Breakdown
    followup: Mapping[int, FollowedUp]  # 6 and 12

    def figure(self, indicator: Indicator) -> Figure:
        """The figure of an indicator."""
        if indicator is Indicator.contracts:
            return Figure(self.contracts.value, self.contracts.base_territories)
        found: Figure = getattr(self, indicator.value)
        return found

    def breakdowns(self, indicator: Indicator) -> Mapping[Axis, Breakdown]:
        """The breakdowns of an indicator, in their order."""
        return {
            Indicator.authorities: {Axis.category: self.authorities_by_category},
            Indicator.hours_counted: self.hours_by,
            Indicator.people: self.people_by,
            Indicator.siae: {Axis.kind: self.siae_by_kind},
        }.get(indicator, {})


DEFINITIONS: Mapping[Indicator, str] = MappingProxyType(
    {
        Indicator.territories: "Territoires qui ont au moins une ligne derrière les marchés, les heures, les personnes ou les contrats de l’année.",
        Indicator.authorities: f"Donneurs d’ordre d’un marché suivi comme pilote qui a, dans l’année, une ligne d’engagement qui prend effet ou une heure retenue{NBSP}; chacun une fois.",
        Indicator.markets: "Marchés suivis comme pilote qui ont, dans l’année, une ligne d’engagement qui prend effet ou une heure retenue.",
        Indicator.lots: "Lots de ces marchés qui ont eux-mêmes une telle ligne ou une telle heure.",
        Indicator.hours_owed: "Lignes d’engagement des marchés suivis comme pilote dont la date d’effet est dans l’année (une tranche compte une fois affermie).",
        Indicator.hours_counted: "Heures retenues des mois de l’année, quel que soit le territoire pilote du marché.",
        Indicator.etp: "Heures retenues divisées, dans chaque territoire, par les heures d’un équivalent temps plein qu’il a fixées (1\u202f600 par défaut).",
        Indicator.people: f"Personnes qui ont une heure retenue dans l’année ou y commencent une mise à l’emploi confirmée{NBSP}; suivie par deux territoires, une personne compte dans chacun.",
        Indicator.contracts: "Contrats qui servent une mise à l’emploi confirmée et commencent dans l’année, chacun une fois. Les missions successives d’une personne chez une même entreprise utilisatrice comptent pour un contrat, sauf si le territoire en dispose autrement.",
        Indicator.employers: "Employeurs des mises à l’emploi qui ont une heure retenue dans l’année ou y commencent.",
        Indicator.siae: "Ceux de ces employeurs qui sont connus comme structures d’insertion.",
    }
)
FOLLOW_UP = (
    "Parcours dont la date de référence est dans l’année et atteinte. Taux parmi les répondants"
    f"{NBSP}; taux plancher parmi tous ceux qui sont dans le champ."
)


def percent(part: Value, whole: Value) -> Decimal | None:
    """A part in percent to 0,01, half-up; None of nothing."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def as_json(survey: Survey) -> dict[str, Any]:
    """The survey as numbers and codes: what `facilitator survey --json` prints."""
    told: dict[str, Any] = {
        "year": survey.year,
        "scope": survey.scope,
        "on": survey.on.isoformat(),
    }
    for indicator in Indicator:
        figure = survey.figure(indicator)
        told[indicator.value] = {
            "value": _number(figure.value),
            "base_territories": figure.base_territories,
            **_breakdowns(survey.breakdowns(indicator)),
        }
    told["contracts"] |= _contracts(survey.contracts)
    told["followup"] = {str(months): _followed(survey.followup[months]) for months in MILESTONES}
    return told


def _breakdowns(breakdowns: Mapping[Axis, Breakdown]) -> dict[str, Any]:
    told: dict[str, Any] = {
        f"by_{axis.value}": {code: _number(value) for code, value in each.by.items()}
        for axis, each in breakdowns.items()
    }
    if breakdowns:
        told["unknown"] = {f"by_{axis.value}": _number(each.unknown) for axis, each in breakdowns.items()}
        told["filled_by_territories"] = {
            f"by_{axis.value}": each.base_territories for axis, each in breakdowns.items()
        }
    return told


def _contracts(contracts: Contracts) -> dict[str, Any]:
    return {
        "by_group": {group.value: contracts.by_group.get(group, 0) for group in SurveyGroup},
        "shares": {group.value: _number(share) for group, share in contracts.shares.items()},
        "missions": contracts.missions,
        "mapping_version": contracts.mapping_version,
    }


def _followed(followed: FollowedUp) -> dict[str, Any]:
    chain = followed.chain
    return {
        "rate": _number(chain.rate),
        "floor_rate": _number(chain.floor_rate),
        "response_rate": _number(chain.response_rate),
        "left": chain.left,
        "reached": chain.reached,
        "in_scope": chain.in_scope,
        "asked": chain.asked,
        "answered": chain.answered,
        "in_work": chain.in_work,
        "people": chain.people,
        "base_territories": followed.base_territories,
    }


def _number(value: Value | None) -> int | float | None:
    """A number of JSON: whole where it is whole."""
    if value is None or isinstance(value, int):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
