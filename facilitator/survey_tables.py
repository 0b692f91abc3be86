"""The survey of a year laid out in lines: what its page, its workbook and its comparison all read."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from facilitator.contract_types import SurveyGroup
from facilitator.labels import Labelled
from facilitator.outcomes import MILESTONES, Chain
from facilitator.survey import PERSONAL, Axis, Breakdown, Figure, Indicator, Survey, Value

HOURS = (Indicator.hours_owed, Indicator.hours_counted)
FOLLOW_UP = "followup"


class Unit(Labelled):
    """How a value is written."""

    number = "number", "nombre"
    hours = "hours", "heures"
    percent = "percent", "%"


class Step(Labelled):
    """The steps of the chain, as its list calls them."""

    left = "left", "Parcours sortis"
    reached = "reached", "Échéance atteinte"
    in_scope = "in_scope", "Dans le champ"
    asked = "asked", "Sollicités"
    answered = "answered", "Répondants"
    in_work = "in_work", "En emploi ou en formation qualifiante"


class Rate(Labelled):
    """The rates of the chain; each rests on a step."""

    rate = "rate", "En emploi ou en formation, parmi les répondants"
    floor_rate = "floor_rate", "Taux plancher, parmi ceux qui sont dans le champ"
    response_rate = "response_rate", "Taux de réponse"

    @property
    def rests_on(self) -> Step:
        """The step that is its denominator."""
        return Step.answered if self is Rate.rate else Step.in_scope


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the survey beside the one of the year before; `key` names the list behind it."""

    key: str
    label: str
    value: Value | None  # None: masked, or a rate of nobody
    unit: Unit = Unit.number
    base: str = ""
    share: Decimal | None = None
    previous: Value | None = None
    masked: bool = False
    previous_masked: bool = False

    @property
    def difference(self) -> Value | None:
        """This year less the year before, where both may be read."""
        if self.value is None or self.previous is None:
            return None
        return self.value - self.previous


@dataclass(frozen=True, slots=True)
class Table:
    """Lines that add up to one figure, and who filled the category in."""

    key: str
    title: str
    base: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """The chain and the rates of one milestone."""

    months: int
    base: str
    steps: tuple[Line, ...]
    rates: tuple[Line, ...]
    people: Line

    def n(self, rate: Line) -> Line:
        """The number on which a rate rests."""
        step = Rate(rate.key.rsplit("/", 1)[1]).rests_on
        return next(each for each in self.steps if each.key.endswith(f"/{step}"))


@dataclass(frozen=True, slots=True)
class Page:
    """The whole survey in lines."""

    main: tuple[Line, ...]
    contracts: Table
    authorities: Table
    followed: Mapping[int, Followed]
    tables: tuple[Table, ...]  # every other breakdown: of people, of hours, of structures of insertion

    def line(self, key: str) -> Line:
        """One of its lines, by its key."""
        return next(each for each in self.lines() if each.key == key)

    def lines(self) -> Iterator[Line]:
        """All of them."""
        yield from self.main
        for table in (self.authorities, self.contracts, *self.tables):
            yield from table.lines
        for followed in self.followed.values():
            yield from (*followed.steps, followed.people, *followed.rates)


@dataclass(frozen=True, slots=True)
class Read:
    """A survey, and the figures of it that its reader may not read: their keys, or a key above them."""

    survey: Survey
    hidden: Collection[str] = ()

    def hides(self, key: str) -> bool:
        """Whether a figure, or the table that holds it, is masked."""
        parts = key.split("/")
        return any("/".join(parts[:end]) in self.hidden for end in range(1, len(parts) + 1))


# Behind these stand people: their breakdowns are masked for who is not the territory.
OF_PEOPLE = (
    Indicator.people.value,
    Indicator.contracts.value,
    FOLLOW_UP,
    *(f"{Indicator.hours_counted}/{axis}" for axis in PERSONAL),
)
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        Indicator.authorities.value: "Donneurs d’ordre",
        Indicator.hours_counted.value: "Heures retenues",
        Indicator.people.value: "Personnes",
        Indicator.siae.value: "Structures d’insertion",
    }
)


def unit_of(key: str) -> Unit:
    """How the figures under a key are written."""
    return Unit.hours if key.split("/")[0] in HOURS else Unit.number


def of(now: Read, before: Read | None = None) -> Page:
    """Lay a survey out, beside the one of the year before."""
    tables = [
        _table(now, before, indicator, axis)
        for indicator in (Indicator.people, Indicator.hours_counted, Indicator.siae)
        for axis in now.survey.breakdowns(indicator)
    ]
    return Page(
        main=tuple(_main(now, before)),
        contracts=_contracts(now, before),
        authorities=_table(now, before, Indicator.authorities, Axis.category),
        followed={months: _followed(now, before, months) for months in MILESTONES},
        tables=tuple(tables),
    )


def _main(now: Read, before: Read | None) -> Iterator[Line]:
    for indicator in Indicator:
        figure = now.survey.figure(indicator)
        previous = before.survey.figure(indicator).value if before else None
        yield _line(
            now,
            before,
            indicator.value,
            indicator.label,
            figure.value,
            previous,
            base=_base(indicator, figure),
        )


def _base(indicator: Indicator, figure: Figure) -> str:
    return "" if indicator is Indicator.territories else figure.base


def _line(
    now: Read,
    before: Read | None,
    key: str,
    label: str,
    value: Value | None,
    previous: Value | None,
    *,
    unit: Unit | None = None,
    base: str = "",
    share: Decimal | None = None,
) -> Line:
    masked, previous_masked = now.hides(key), before is not None and before.hides(key)
    return Line(
        key,
        label,
        None if masked else value,
        unit or unit_of(key),
        base,
        None if masked else share,
        None if previous_masked else previous,
        masked,
        previous_masked,
    )


def _table(now: Read, before: Read | None, indicator: Indicator, axis: Axis) -> Table:
    found, then = now.survey.breakdowns(indicator)[axis], _before(before, indicator, axis)
    key = f"{indicator}/{axis}"
    codes = dict.fromkeys([*found.by, *(then.by if then else ())])
    lines = [
        _line(
            now,
            before,
            f"{key}/{code}",
            axis.name_of(code),
            found.by.get(code, 0),
            then.by.get(code, 0) if then else None,
            share=found.share(code),
        )
        for code in codes
    ]
    if found.unknown or (then and then.unknown):
        previous = then.unknown if then else None
        lines.append(_line(now, before, f"{key}/unknown", "Non renseigné", found.unknown, previous))
    return Table(key, _title(indicator, axis), found.base, tuple(lines))


def _title(indicator: Indicator, axis: Axis) -> str:
    return f"{_TITLES[indicator.value]} {axis.label[0].lower()}{axis.label[1:]}"


def _before(before: Read | None, indicator: Indicator, axis: Axis) -> Breakdown | None:
    return before.survey.breakdowns(indicator).get(axis) if before else None


def _contracts(now: Read, before: Read | None) -> Table:
    found, then = now.survey.contracts, before.survey.contracts if before else None
    lines = [
        _line(
            now,
            before,
            f"contracts/{group}",
            group.label,
            found.by_group.get(group, 0),
            then.by_group.get(group, 0) if then else None,
            share=found.shares[group],
        )
        for group in SurveyGroup
    ]
    title = f"Contrats par groupe (version {found.mapping_version})"
    return Table("contracts", title, found.base, tuple(lines))


def _followed(now: Read, before: Read | None, months: int) -> Followed:
    chain = now.survey.followup[months].chain
    then = before.survey.followup[months].chain if before else None
    key = f"{FOLLOW_UP}/{months}"

    def told(name: str, label: str, unit: Unit = Unit.number) -> Line:
        previous = getattr(then, name) if then else None
        return _line(now, before, f"{key}/{name}", label, getattr(chain, name), previous, unit=unit)

    return Followed(
        months,
        now.survey.followup[months].base,
        tuple(told(step.value, step.label) for step in Step),
        tuple(told(rate.value, rate.label, Unit.percent) for rate in Rate),
        told("people", "Personnes"),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that is no longer what was sent."""

    label: str
    unit: Unit
    before: Value | None
    now: Value | None

    @property
    def difference(self) -> Value | None:
        """What it gained or lost."""
        return None if self.before is None or self.now is None else self.now - self.before


def changes(sent: Mapping[str, Value | None], page: Page) -> list[Change]:
    """The figures of a page that differ from those that were sent under the same keys."""
    found = []
    names = titles(page)
    for each in page.lines():
        before = sent.get(each.key)
        if before != each.value and (each.key in sent or each.value):
            found.append(Change(names[each.key], each.unit, before, each.value))
    return found


def name_of(key: str) -> str:
    """The full name of a figure, from its key: its table, then its own."""
    head, *rest = key.split("/")
    if head == FOLLOW_UP and len(rest) == 2:
        names = {each.value: each.label for each in (*Step, *Rate)} | {"people": "Personnes"}
        return f"À {rest[0]}\u00a0mois – {names.get(rest[1], rest[1])}"
    label = Indicator(head).label
    if not rest:
        return label
    if len(rest) == 1:
        return f"{label} – {SurveyGroup(rest[0]).label}"
    own = "Non renseigné" if rest[1] == "unknown" else Axis(rest[0]).name_of(rest[1])
    return f"{_title(Indicator(head), Axis(rest[0]))} – {own}"


def titles(page: Page) -> dict[str, str]:
    """The full name of every line."""
    return {each.key: name_of(each.key) for each in page.lines()}


def values(page: Page) -> dict[str, Value | None]:
    """Every figure by its key: what a campaign freezes."""
    return {each.key: each.value for each in page.lines()}


def became(chain: Chain) -> tuple[int, int, int, int]:
    """The reached paths of a chain, cut into what became of them; the last says nothing of anybody."""
    return (
        chain.in_work,
        chain.answered - chain.in_work,
        chain.reached - chain.in_scope,
        chain.in_scope - chain.answered,
    )
