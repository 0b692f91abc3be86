"""The activity of the facilitators over a period, as their funders read it: what is counted, when and by whom (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from types import MappingProxyType

from facilitator import french
from facilitator.french import NBSP
from facilitator.labels import Labelled
from facilitator.paperwork import FieldActionKind
from facilitator.periods import add_months, first_of_month

LONGEST_MONTHS = 36


class Funder(Labelled):
    """For whom the report is drawn up: a line under its title."""

    state = "etat", "l’État"
    fse = "fse", "le FSE+"
    region = "region", "la Région"
    department = "departement", "le Département"
    local = "collectivite", "la commune ou l’intercommunalité"
    committee = "comite", "le comité de pilotage"


class Section(Labelled):
    """The parts of the report."""

    field = "field", "Actions de terrain"
    upstream = "upstream", "En amont des marchés"
    markets = "markets", "Marchés et lots suivis"
    people = "people", "Publics, mises à l’emploi et heures"
    after = "after", "Suivis, courriers et documents délivrés"


class Measure(Labelled):
    """One line of the report; the first six are the kinds of field actions."""

    meeting = "meeting", "Réunions"
    visit = "visit", "Visites"
    call = "call", "Appels"
    email = "email", "Courriels"
    letter = "letter", "Courriers"
    other = "other", "Autres actions"
    clauses = "clauses", "Clauses écrites"
    calibrations = "calibrations", "Calibrages gardés"
    buyers = "buyers", "Donneurs d’ordre conseillés"
    markets = "markets", "Marchés suivis dans la période"
    markets_at_end = "markets_at_end", "Marchés en cours à la fin de la période"
    new_markets = "new_markets", "Marchés entrés en exécution"
    lots = "lots", "Lots suivis dans la période"
    lots_at_end = "lots_at_end", "Lots en cours à la fin de la période"
    new_lots = "new_lots", "Lots entrés en exécution"
    requests = "requests", "Demandes de validation reçues"
    answers = "answers", "Demandes de validation traitées"
    needs = "needs", "Besoins publiés"
    placements = "placements", "Mises à l’emploi démarrées"
    timesheets = "timesheets", "Relevés d’heures validés"
    letters = "letters", "Lettres envoyées par le guichet"
    follow_ups = "follow_ups", "Suivis à 6 et 12 mois sollicités"
    follow_ups_answered = "follow_ups_answered", "Suivis à 6 et 12 mois renseignés"
    bilans = "bilans", "Bilans établis"
    attestations = "attestations", "Attestations délivrées"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a line counts, whom it is attributed to (None: nobody), whether a month is known for each of its acts."""

    section: Section
    said: str
    whose: str | None = "qui l’a enregistré"
    monthly: bool = True


_ACTION = "Lignes d’action notées à leur jour\u00a0; une ligne corrigée compte par sa correction, une action qui n’a pas eu lieu ne compte pas."
_HOLDER = "le facilitateur du lot"
DEFINITIONS: Mapping[Measure, Definition] = MappingProxyType(
    {
        **{Measure(kind): Definition(Section.field, _ACTION, "qui l’a notée") for kind in FieldActionKind},
        Measure.clauses: Definition(Section.upstream, "Lots dont le premier écrit tombe dans la période\u00a0: premier calibrage gardé, ou première ligne d’engagement au plus tôt de son écriture et de son effet. Une reprise d’historique compte à la date d’effet, pas au jour de la saisie.", _HOLDER),
        Measure.calibrations: Definition(Section.upstream, "Calculs d’engagement gardés avec leurs données, y compris ceux qui précisent une clause déjà écrite.", "qui l’a gardé"),
        Measure.buyers: Definition(Section.upstream, "Donneurs d’ordre différents pour lesquels une clause a été écrite ou un calibrage gardé, ou avec lesquels une action de terrain est notée sur leur fiche.", "qui a agi"),
        Measure.markets: Definition(Section.markets, "Marchés dont un lot est en exécution au moins un jour de la période, que le territoire en soit pilote ou associé.", _HOLDER, False),
        Measure.markets_at_end: Definition(Section.markets, "Marchés dont un lot est en exécution le dernier jour de la période.", _HOLDER, False),
        Measure.new_markets: Definition(Section.markets, "Marchés dont le premier lot démarre dans la période.", _HOLDER),
        Measure.lots: Definition(Section.markets, "Lots en exécution au moins un jour de la période, d’après leurs dates de début et de fin connues à ce jour.", _HOLDER, False),
        Measure.lots_at_end: Definition(Section.markets, "Lots en exécution le dernier jour de la période.", _HOLDER, False),
        Measure.new_lots: Definition(Section.markets, "Lots dont l’exécution démarre dans la période.", _HOLDER),
        Measure.requests: Definition(Section.people, "Demandes reçues d’une structure, d’une entreprise ou d’un prescripteur, au jour de leur réception.", None),
        Measure.answers: Definition(Section.people, "Demandes validées ou refusées, au jour de la décision\u00a0; celles restées sans suite n’y sont pas.", "qui a décidé"),
        Measure.needs: Definition(Section.people, "Besoins publiés auprès des prescripteurs et des structures d’insertion, au jour de leur publication.", "qui l’a écrit"),
        Measure.placements: Definition(Section.people, "Mises à l’emploi confirmées dont le premier jour est dans la période.", _HOLDER),
        Measure.timesheets: Definition(Section.people, "Relevés validés au jour de la validation, y compris ceux qu’une correction a remplacés depuis.", "qui l’a validé"),
        Measure.letters: Definition(Section.after, "Lettres électroniques parties du guichet au jour de l’envoi\u00a0: demandes, confirmations, relances, bilans.", None),
        Measure.follow_ups: Definition(Section.after, "Suivis dont la dernière tentative est dans la période, quelle qu’en soit l’issue.", "qui l’a enregistré"),
        Measure.follow_ups_answered: Definition(Section.after, "Parmi eux, ceux dont la personne a répondu.", "qui l’a enregistré"),
        Measure.bilans: Definition(Section.after, "Bilans numérotés et envoyés à un donneur d’ordre, au jour où ils sont établis.", "qui l’a établi"),
        Measure.attestations: Definition(Section.after, "Attestations de bonne exécution, au jour de leur délivrance, y compris celles révoquées depuis.", "qui l’a délivrée"),
    }
)  # fmt: skip
FIELD = tuple(Measure(kind) for kind in FieldActionKind)


@dataclass(frozen=True, slots=True)
class Period:
    """The days of the report, both included."""

    from_on: date
    to_on: date

    def holds(self, day: date | None) -> bool:
        """Whether a day stands inside."""
        return day is not None and self.from_on <= day <= self.to_on

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month that the period touches."""
        first = first_of_month(self.from_on)
        count = (self.to_on.year - first.year) * 12 + self.to_on.month - first.month + 1
        return tuple(add_months(first, each) for each in range(count))

    @property
    def years(self) -> Fraction:
        """How many years it lasts: days of each year over the days of that year."""
        return sum(
            (self._of_year(year) for year in range(self.from_on.year, self.to_on.year + 1)), Fraction()
        )

    def _of_year(self, year: int) -> Fraction:
        first, last = date(year, 1, 1), date(year, 12, 31)
        inside = (min(last, self.to_on) - max(first, self.from_on)).days + 1
        return Fraction(inside, (last - first).days + 1)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done or followed: what a figure counts, and the line of its list (nobody’s name but the author’s)."""

    measure: Measure
    subject_id: int  # counted once in each figure
    day: date | None
    author_id: int | None
    minutes: int = 0
    lot_id: int | None = None
    organisation_id: int | None = None
    link_id: int | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many different things, and the minutes noted."""

    number: int
    minutes: int


NONE = Count(0, 0)


def count(acts: Iterable[Act]) -> Count:
    """Count each subject once; add the minutes of all."""
    listed = list(acts)
    return Count(len({each.subject_id for each in listed}), sum(each.minutes for each in listed))


@dataclass(frozen=True, slots=True)
class Answering:
    """From the reception of a request to its answer, in days (the time of the asker included)."""

    days: tuple[int, ...]
    within: int

    @property
    def median(self) -> Decimal | None:
        """Half of the answers took at most so many days."""
        return median(Decimal(each) for each in self.days) if self.days else None

    @property
    def in_time(self) -> int:
        """How many answers came within the days aimed at."""
        return sum(each <= self.within for each in self.days)

    @property
    def in_time_percent(self) -> Decimal | None:
        """Their share, out of 100."""
        return Decimal(self.in_time) * 100 / len(self.days) if self.days else None


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The minutes noted beside full-time jobs: never the working time itself, of which they are a part."""

    minutes: int
    yearly_hours: Decimal
    years: Fraction
    declared: Decimal | None  # full-time jobs of the team, as the territory says; None: not said

    @property
    def noted(self) -> Decimal:
        """The full-time jobs that the noted minutes fill over the period."""
        jobs = Fraction(self.minutes, 60) / (Fraction(self.yearly_hours) * self.years)
        exact = Decimal(jobs.numerator) / Decimal(jobs.denominator)
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


NOBODY = 0  # stands for the author of what nobody is told to have done
UNATTRIBUTED = "Sans facilitateur"


@dataclass(frozen=True, slots=True)
class Part:
    """What one facilitator did; two who share a name are told apart by their number."""

    facilitator_id: int
    name: str
    figures: Mapping[Measure, Count]

    @property
    def minutes(self) -> int:
        """The minutes that this person noted."""
        return sum(self.figures[each].minutes for each in FIELD if each in self.figures)


@dataclass(frozen=True)
class Report:
    """Everything that the page, the PDF and the workbook tell."""

    territory: str
    period: Period
    made_on: date
    funder: Funder | None
    facilitator: str | None  # of one person only; None: the whole team
    figures: Mapping[Measure, Count]
    months: Mapping[Measure, Mapping[date, Count]]
    parts: tuple[Part, ...]
    answering: Answering
    time: WorkingTime

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The lines told: one person’s report leaves out what is nobody’s."""
        return tuple(each for each in Measure if each in self.figures)

    def of(self, section: Section) -> tuple[Measure, ...]:
        """The lines of one part."""
        return tuple(each for each in self.measures if DEFINITIONS[each].section is section)

    @property
    def actions(self) -> Count:
        """All field actions together."""
        told = [self.figures[each] for each in FIELD]
        return Count(sum(each.number for each in told), sum(each.minutes for each in told))

    @property
    def minutes_by_month(self) -> tuple[int, ...]:
        """The minutes noted in each month of the period."""
        return tuple(
            sum(self.months[each].get(month, NONE).minutes for each in FIELD) for month in self.period.months
        )

    @property
    def empty(self) -> bool:
        """Whether nothing at all was done or followed."""
        return not any(each.number for each in self.figures.values())

    @property
    def title(self) -> str:
        """What the report is, and of whom when it is one person’s."""
        whose = "des facilitateurs" if self.facilitator is None else f"– {self.facilitator}"
        return f"Rapport d’activité {whose}"

    @property
    def when(self) -> str:
        """Its days, the day on which it was drawn up, and for whom."""
        days = f"Du {french.date(self.period.from_on)} au {french.date(self.period.to_on)}"
        made = f"établi le {french.date(self.made_on)}"
        return f"{days}, {made} pour {self.funder.label}" if self.funder else f"{days}, {made}"

    @property
    def time_said(self) -> str:
        """What the noted minutes are, and what they are not."""
        time, hours = self.time, french.number(self.time.yearly_hours)
        declared = (
            f" Le territoire déclare {french.number(time.declared, 2)}{NBSP}ETP de facilitateurs."
            if time.declared is not None
            else ""
        )
        return (
            f"Temps noté sur les actions de terrain{NBSP}: {french.duration(time.minutes)}, soit"
            f" {french.number(time.noted, 2)}{NBSP}ETP sur la période ({hours}{NBSP}h par an pour un temps plein).{declared}"
            " Ce temps n’est qu’une partie du travail : ce qui n’est pas noté comme action (instruction des demandes,"
            " validation des heures, rédaction, trajets, formation) n’y est pas."
        )

    @property
    def answers_said(self) -> str:
        """In how long requests were answered."""
        told = self.answering
        if told.median is None or told.in_time_percent is None:
            return "Aucune demande de validation n’a été traitée dans la période."
        days = french.number(told.median)
        return (
            f"{french.plural(len(told.days), 'demande traitée', 'demandes traitées')}, en {days}{NBSP}"
            f"{'jour' if told.median < 2 else 'jours'} en médiane entre la réception et la décision, temps du demandeur"
            f" compris{NBSP}; {french.percent(told.in_time_percent, 0)} en {french.plural(told.within, 'jour')} au plus."
        )


def by_month(acts: Iterable[Act], measures: Sequence[Measure]) -> dict[Measure, dict[date, Count]]:
    """Each line by month; a line that tells a state has none."""
    found: dict[Measure, dict[date, list[Act]]] = {each: {} for each in measures if DEFINITIONS[each].monthly}
    for act in acts:
        if act.measure in found and act.day is not None:
            found[act.measure].setdefault(first_of_month(act.day), []).append(act)
    return {
        measure: {month: count(listed) for month, listed in sorted(of_month.items())}
        for measure, of_month in found.items()
    }


def by_facilitator(acts: Iterable[Act], names: Mapping[int, str]) -> tuple[Part, ...]:
    """Each line by facilitator, in the order of their names; what has no author comes last."""
    found: dict[int, dict[Measure, list[Act]]] = {}
    for act in acts:
        if DEFINITIONS[act.measure].whose is not None:
            found.setdefault(act.author_id or NOBODY, {}).setdefault(act.measure, []).append(act)
    order = sorted(found, key=lambda each: (each == NOBODY, names[each], each))
    shared = {name for name in names.values() if list(names.values()).count(name) > 1}
    return tuple(
        Part(
            each,
            f"{names[each]} ({each})" if names[each] in shared else names[each],
            {measure: count(listed) for measure, listed in found[each].items()},
        )
        for each in order
    )
