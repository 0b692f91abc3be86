"""The annual bilan of a territory as PDF: each chart beside the table that has its figures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from facilitator import french
from facilitator.activity_report import Measure
from facilitator.annual_bilan import AnnualBilan
from facilitator.bilan import MASKED
from facilitator.contract_types import SurveyGroup
from facilitator.french import NBSP
from facilitator.plie_objectives import PlieObjectives
from facilitator.survey import Indicator
from facilitator.survey_tables import Followed, Line, Table, Unit
from reports import pdf, survey_workbook

TEMPLATE = "annual_bilan"
TOP = 10
Facts = dict[str, object]
Rows = list[list[str]]


@dataclass
class Part:
    """A chapter: its chart, and the table that has the figures of the chart."""

    title: str
    headings: list[str]
    rows: Rows
    chart: Facts | None = None
    note: str = ""

    @property
    def columns(self) -> list[tuple[str, ...]]:
        """Its headings as a page writes them."""
        return [(self.headings[0],), *((each, "num") for each in self.headings[1:])]

    @property
    def facts(self) -> Facts:
        """What the template draws."""
        return {
            "title": self.title,
            "headings": self.headings,
            "rows": self.rows,
            "chart": self.chart,
            "note": self.note,
        }


def build(bilan: AnnualBilan, *, made_at: datetime) -> bytes:
    """Draw the PDF."""
    return pdf.build(TEMPLATE, facts(bilan), made_at=made_at)


def file_name(bilan: AnnualBilan) -> str:
    """A French name that ends with the date of the situation."""
    return f"{stem(bilan)}.pdf"


def stem(bilan: AnnualBilan) -> str:
    """The name of the file without its extension."""
    place = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]', " ", bilan.territory)
    return f"Bilan annuel {bilan.year} – {' '.join(place.split())[:80].strip(' .')} – {bilan.on.isoformat()}"


def facts(bilan: AnnualBilan) -> Facts:
    """All that the PDF says, as it is read."""
    return {
        "title": bilan.title,
        "sender": bilan.territory,
        "when": when(bilan),
        "foot": f"{bilan.title} – {bilan.territory}",
        "sentence": sentence(bilan),
        "figures": [list(row) for row in key_figures(bilan)],
        "parts": [each.facts for each in parts(bilan)],
        "method": [list(pair) for pair in method(bilan)],
    }


def when(bilan: AnnualBilan) -> str:
    """The year, the day of the situation, and whether the year is over."""
    partial = ", année en cours" if bilan.partial else ""
    return f"Situation au {french.date(bilan.on)}{partial}, établi le {french.date(bilan.made_on)}"


def sentence(bilan: AnnualBilan) -> str:
    """The year in one sentence."""
    if bilan.empty:
        return f"Aucune ligne en {bilan.year}{NBSP}: ni heure engagée, ni heure retenue, ni contrat."
    page = bilan.page
    people = shown(page.line(Indicator.people), "personne")
    contracts = shown(page.line(Indicator.contracts), "contrat commencé", "contrats commencés")
    buyers = shown(page.line(Indicator.authorities), "donneur d’ordre", "donneurs d’ordre")
    return (
        f"En {bilan.year}, {french.hours(Decimal(bilan.survey.hours_counted.value))} ont été retenues pour {people},"
        f" soit {french.number(bilan.survey.etp.value, 2)}{NBSP}ETP{NBSP}; {french.hours(Decimal(bilan.survey.hours_owed.value))}"
        f" ont été engagées par {buyers}{NBSP}; {contracts}."
    )


def shown(line: Line, singular: str, several: str | None = None) -> str:
    """A count with its word, or the word that stands for one that may not be read."""
    if line.masked or line.value is None:
        return f"un nombre {MASKED} de {several or singular + 's'}"
    return french.plural(int(line.value), singular, several)


def key_figures(bilan: AnnualBilan) -> Iterator[Rows]:
    """Two rows of four."""
    page = bilan.page
    names = (Indicator.hours_owed, Indicator.hours_counted, Indicator.people, Indicator.contracts)
    yield [[each.label, value(page.line(each))] for each in names]
    cdi = next(each for each in page.contracts.lines if each.key == f"contracts/{SurveyGroup.cdi}")
    rates = [
        [f"En emploi à {months}{NBSP}mois", value(page.line(f"followup/{months}/rate"))] for months in (6, 12)
    ]
    yield [
        ["ETP", value(page.line(Indicator.etp))],
        ["Contrats en CDI", MASKED if cdi.masked else french.percent(cdi.share, 0)],
        *rates,
    ]


def value(line: Line) -> str:
    """A figure of the survey as it is read."""
    return MASKED if line.masked else told(line.value, line.unit)


def told(number: int | Decimal | None, unit: Unit) -> str:
    """A value in its unit."""
    if number is None:
        return french.NOTHING
    if unit is Unit.hours:
        return french.hours(Decimal(number))
    return french.percent(number) if unit is Unit.percent else french.number(number)


def before(line: Line) -> str:
    """The same figure the year before."""
    return MASKED if line.previous_masked else told(line.previous, line.unit)


def change(line: Line) -> str:
    """What it gained or lost since."""
    if line.difference is None:
        return french.NOTHING
    sign = "+" if line.difference > 0 else ""
    if line.unit is Unit.percent:
        return f"{sign}{french.number(line.difference, 2)}{NBSP}pt"
    return f"{sign}{told(line.difference, line.unit)}"


def parts(bilan: AnnualBilan) -> Iterator[Part]:
    """The chapters, in the order of the page, the workbook and the PDF."""
    page = bilan.page
    years = _years(bilan)
    yield Part("Chiffres clés", ["Indicateur", *years, "Écart"], [_row(each) for each in page.main])
    yield _months(bilan)
    yield _table(page.authorities, bilan, "Donneurs d’ordre par catégorie")
    yield _buyers(bilan)
    tables = {each.key: each for each in page.tables}
    for key, title in (
        ("hours_counted/sector", "Heures retenues par secteur"),
        ("hours_counted/mode", "Heures retenues par mode"),
    ):
        yield _table(tables[key], bilan, title)
    yield _table(page.contracts, bilan, "Contrats par groupe")
    yield _quality(bilan)
    for each in page.tables:
        if each.key.startswith("people/"):
            yield _table(each, bilan, each.title)
    yield _table(tables["siae/kind"], bilan, "Structures d’insertion par type")
    yield _chain(bilan)
    for months, objectives in bilan.plie.items():
        yield _plie(months, objectives)
    yield _activity(bilan)


def _years(bilan: AnnualBilan) -> list[str]:
    return [str(bilan.year), str(bilan.year - 1)]


def _row(line: Line) -> list[str]:
    return [line.label, value(line), before(line), change(line)]


def _number(amount: int | Decimal | None, unit: Unit) -> int:
    """A length of a bar: hundredths of an hour, or things."""
    if amount is None:
        return 0
    return max(int(amount * 100) if unit is Unit.hours else int(amount), 0)


def _months(bilan: AnnualBilan) -> Part:
    """Twelve months, beside those of the year before."""
    now, then = _years(bilan)
    rows = [
        [
            french.month(each.month),
            french.NOTHING if each.month > bilan.on else french.hours(each.owed),
            french.NOTHING if each.month > bilan.on else french.hours(each.retained),
            french.hours(each.previous),
        ]
        for each in bilan.months
    ]
    sums = [
        sum((getattr(each, name) for each in bilan.months), Decimal(0))
        for name in ("owed", "retained", "previous")
    ]
    rows.append(["Total", *map(french.hours, sums)])
    top = max(max(each.retained, each.previous) for each in bilan.months)
    chart: Facts | None = None
    if top:
        best = max(bilan.months, key=lambda each: each.retained)
        chart = {
            "kind": "upright",
            "names": [f"retenues en {now}", f"retenues en {then}"],
            "top": int(top * 100),
            "top_text": french.hours(top),
            "bars": [
                {
                    "label": french.short_month(each.month),
                    "values": [int(each.retained * 100), int(each.previous * 100)],
                }
                for each in bilan.months
            ],
            "alt": f"Diagramme en barres des heures retenues par mois, en {now} et en {then}. Le mois le plus haut de {now}{NBSP}:"
            f" {french.month(best.month)}, {french.hours(best.retained)}. Les mêmes heures sont dans le tableau qui suit.",
        }
    headings = ["Mois", "Engagées", f"Retenues {now}", f"Retenues {then}"]
    note = "Heures engagées au mois de leur date d’effet, heures retenues au mois travaillé."
    return Part("Mois par mois", headings, rows, chart, note=note)


def _table(table: Table, bilan: AnnualBilan, title: str) -> Part:
    """A breakdown of the survey: lying bars, then its lines; what is masked has no bar."""
    rows = [
        [line.label, value(line), MASKED if line.masked else french.percent(line.share, 0), before(line)]
        for line in table.lines
    ]
    heading = "Heures" if any(each.unit is Unit.hours for each in table.lines) else "Nombre"
    masked = any(each.masked or each.previous_masked for each in table.lines)
    return Part(
        title,
        ["Catégorie", f"{heading} {bilan.year}", "Part", str(bilan.year - 1)],
        rows,
        _bars(title, table.lines),
        note="Les petits nombres de personnes sont masqués, et d’autres avec eux pour qu’aucune soustraction ne les révèle."
        if masked
        else "",
    )


def _bars(title: str, lines: Sequence[Line]) -> Facts | None:
    drawn = [each for each in lines if each.value]
    if not drawn:
        return None
    highest = max(drawn, key=lambda each: each.value or 0)
    return {
        "kind": "lying",
        "names": [title],
        "top": _number(highest.value, highest.unit),
        "rows": [
            {"label": each.label, "values": [_number(each.value, each.unit)], "texts": [value(each)]}
            for each in drawn
        ],
        "alt": f"Diagramme en barres{NBSP}: {title.lower()}. La plus longue{NBSP}: {highest.label.lower()}, {value(highest)}."
        " Les mêmes nombres sont dans le tableau qui suit.",
    }


def _buyers(bilan: AnnualBilan) -> Part:
    """The first ten by retained hours; the others in one line, so that the column adds up."""
    first, others = bilan.buyers[:TOP], bilan.buyers[TOP:]
    rows = [[each.name, french.hours(each.owed), french.hours(each.retained)] for each in first]
    if others:
        rest = [sum((getattr(each, name) for each in others), Decimal(0)) for name in ("owed", "retained")]
        rows.append([f"Les {len(others)} autres", *map(french.hours, rest)])
    chart: Facts | None = None
    if first and first[0].retained:
        chart = {
            "kind": "lying",
            "names": ["heures retenues"],
            "top": int(first[0].retained * 100),
            "rows": [
                {
                    "label": each.name,
                    "values": [max(int(each.retained * 100), 0)],
                    "texts": [french.hours(each.retained)],
                }
                for each in first
                if each.retained
            ],
            "alt": f"Diagramme en barres des heures retenues par donneur d’ordre. Le premier{NBSP}: {first[0].name},"
            f" {french.hours(first[0].retained)}. Les mêmes heures sont dans le tableau qui suit.",
        }
    note = "" if rows else "Aucun donneur d’ordre n’a d’heure engagée ou retenue cette année."
    return Part(
        "Donneurs d’ordre de l’année", ["Donneur d’ordre", "Engagées", "Retenues"], rows, chart, note=note
    )


def _quality(bilan: AnnualBilan) -> Part:
    """What the contracts and the hours say of the placements."""
    lines = {each.key: each for each in bilan.page.contracts.lines}
    rows = []
    for group, label in (
        (SurveyGroup.cdi, "Part des CDI parmi les contrats commencés"),
        (SurveyGroup.professionnalisation, "Part des contrats de professionnalisation"),
    ):
        line = lines[f"contracts/{group}"]
        rows.append([label, MASKED if line.masked else french.percent(line.share)])
    rows.append(["Heures retenues par personne", french.hours(bilan.hours_per_person)])
    for indicator in (Indicator.employers, Indicator.siae):
        rows.append([indicator.label, value(bilan.page.line(indicator))])
    return Part("Qualité des mises à l’emploi", ["Indicateur", str(bilan.year)], rows)


def _chain(bilan: AnnualBilan) -> Part:
    """The chain at both milestones, then both rates with their n."""
    six, twelve = (bilan.page.followed[months] for months in (6, 12))
    rows = [[a.label, value(a), value(b)] for a, b in zip(six.steps, twelve.steps, strict=True)]
    rows += [[a.label, _rate(six, a), _rate(twelve, b)] for a, b in zip(six.rates, twelve.rates, strict=True)]
    pairs = [(a, b) for a, b in zip(six.steps, twelve.steps, strict=True) if a.value or b.value]
    chart: Facts | None = None
    if pairs:
        top = max(_number(each.value, each.unit) for pair in pairs for each in pair)
        chart = {
            "kind": "lying",
            "names": [f"à 6{NBSP}mois", f"à 12{NBSP}mois"],
            "top": top,
            "rows": [
                {
                    "label": a.label,
                    "values": [_number(a.value, a.unit), _number(b.value, b.unit)],
                    "texts": [value(a), value(b)],
                }
                for a, b in pairs
            ],
            "alt": f"Diagramme en barres de la chaîne des sorties à 6 et 12{NBSP}mois, de ceux qui sont sortis à ceux qui sont en"
            " emploi ou en formation. Les mêmes nombres sont dans le tableau qui suit.",
        }
    note = (
        "L’unité est le parcours. Taux parmi les répondants, taux plancher parmi tous ceux qui sont dans le champ\u00a0;"
        " sous chaque taux, n est le nombre de parcours sur lequel il porte."
    )
    return Part(
        "Ce que les personnes deviennent à 6 et 12 mois",
        ["Étape", f"À 6{NBSP}mois", f"À 12{NBSP}mois"],
        rows,
        chart,
        note=note,
    )


def _rate(followed: Followed, line: Line) -> str:
    said = value(line)
    if line.masked or line.value is None:
        return said
    return f"{said} (n{NBSP}={NBSP}{value(followed.n(line))})"


def _plie(months: int, found: PlieObjectives) -> Part:
    rows = [
        [
            gauge.goal.label,
            french.percent(gauge.rate),
            french.percent(gauge.target),
            french.percent(gauge.floor_rate),
            french.number(gauge.answered),
        ]
        for gauge in found.gauges
    ]
    return Part(
        f"Objectifs du PLIE à {months} mois",
        ["Objectif", "Réalisé", "Visé", "Plancher", "Répondants"],
        rows,
        note=f"{found.public.label}.",
    )


def _activity(bilan: AnnualBilan) -> Part:
    """What the facilitators did; the whole report is apart."""
    told_here = (
        Measure.clauses,
        Measure.buyers,
        Measure.markets,
        Measure.lots,
        Measure.answers,
        Measure.needs,
        Measure.placements,
        Measure.timesheets,
        Measure.follow_ups_answered,
        Measure.bilans,
        Measure.attestations,
    )
    figures = bilan.activity.figures
    rows = [["Actions de terrain notées", french.number(bilan.activity.actions.number)]]
    rows += [[each.label, french.number(figures[each].number)] for each in told_here]
    return Part(
        "Activité des facilitateurs", ["Activité", str(bilan.year)], rows, note=bilan.activity.answers_said
    )


def method(bilan: AnnualBilan) -> Iterator[tuple[str, str]]:
    """Dates, definitions, mapping and secrecy: the last words of the page, the PDF and the workbook."""
    yield "Situation", when(bilan) + "."
    yield (
        "Comparaison",
        f"L’année {bilan.year - 1} est donnée entière, avec ce que le guichet en sait aujourd’hui."
        + (f" L’année {bilan.year} s’arrête au {french.date(bilan.on)}." if bilan.partial else ""),
    )
    yield from survey_workbook.method(bilan.survey)
    yield (
        "Secret",
        f"Ce document est lu hors du territoire{NBSP}: les effectifs de moins de {bilan.rules.small_cell}{NBSP}personnes sont masqués,"
        " et d’autres avec eux pour qu’aucune soustraction ne les révèle.",
    )
