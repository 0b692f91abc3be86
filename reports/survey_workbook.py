"""The national survey of a year as a workbook: a first sheet that reads like a page, then clean tables of typed values."""

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from facilitator import french, national_series, survey_tables
from facilitator.bilan import MASKED
from facilitator.contract_types import CONTRACT_GROUPS, SurveyGroup
from facilitator.french import NBSP
from facilitator.survey import DEFINITIONS, FOLLOW_UP, Indicator, Survey
from facilitator.survey_tables import Followed, Line, Page, Read, Table, Unit
from reports import sheet
from reports.columns import COUNT, HOURS, LONG, RATE, TEXT, Format, Value, percent

SHEETS = (
    "Synthèse",
    "Donneurs d’ordre",
    "Heures",
    "Contrats",
    "Personnes",
    "Suivi 6–12 mois",
    "Comparaison",
    "Méthode",
)
NAME = Format("@", 46, wrap=True)
INDICATOR = Format("@", 68, wrap=True)
BASE = Format("@", 36, wrap=True, right=True)
SHARE = Format("0.00%", 36, right=True)
EXPLANATION = Format("@", 110, wrap=True)
SOURCE = Format("@", 70, wrap=True)
LINE = 15  # points
TITLE_HEIGHT = 24  # points: LibreOffice does not widen the row of a larger letter
NUMBERS = {Unit.number: COUNT, Unit.hours: HOURS, Unit.percent: RATE}
HEADINGS = ("Rubrique", "Catégorie", "Valeur", "Part", "Base")


@dataclass(frozen=True, slots=True)
class _Told:
    """What every sheet needs."""

    survey: Survey
    previous: Survey | None
    page: Page
    made_on: datetime.date
    masked: bool


def build(
    survey: Survey,
    previous: Survey | None = None,
    *,
    made_on: datetime.date | None = None,
    hidden: Collection[str] = (),
    previous_hidden: Collection[str] = (),
) -> bytes:
    """Write the whole workbook; `hidden` are the keys of the figures that its reader may not read."""
    before = Read(previous, previous_hidden) if previous else None
    page = survey_tables.of(Read(survey, hidden), before)
    told = _Told(survey, previous, page, made_on or survey.on, bool(hidden))
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = SHEETS[0]
    pages = [first, *(book.create_sheet(name) for name in SHEETS[1:])]
    _summary(pages[0], told)
    _tables(pages[1], [page.authorities])
    _tables(
        pages[2], _of(page, "hours_counted"), _lines(page, (Indicator.hours_owed, Indicator.hours_counted))
    )
    _tables(pages[3], [page.contracts, *_of(page, "siae")], _lines(page, (Indicator.contracts,)))
    _tables(pages[4], _of(page, "people"), _lines(page, (Indicator.people,)))
    _followed(pages[5], page)
    _comparison(pages[6], told)
    _method(pages[7], told)
    footer = f"Enquête {survey.year}, situation au {french.date(survey.on)}, établie le {french.date(told.made_on)}"
    for each in pages:
        sheet.paper(each, footer)
    book.properties.title, book.properties.creator = _title(survey), "Facilitator"
    return sheet.to_bytes(book)


def file_name(survey: Survey) -> str:
    """A French file name that ends with the date of the situation, so that files sort."""
    scope = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]', " ", survey.scope)
    short = " ".join(scope.split())[:80].strip(" .")
    return f"Enquête clause sociale {survey.year} – {short} – {survey.on.isoformat()}.xlsx"


def _title(survey: Survey) -> str:
    return sheet.text(f"Enquête nationale de la clause sociale {survey.year} – {survey.scope}")


def _of(page: Page, indicator: str) -> list[Table]:
    return [each for each in page.tables if each.key.split("/")[0] == indicator]


def _lines(page: Page, indicators: Sequence[Indicator]) -> list[Line]:
    return [page.line(each.value) for each in indicators]


def _value(line: Line) -> Value:
    """What stands in the cell of a figure."""
    return MASKED if line.masked else _number(line.value, line.unit)


def _number(value: int | Decimal | None, unit: Unit) -> Value:
    if value is None or unit is not Unit.percent:
        return value
    return percent(Decimal(value))


def _previous(line: Line) -> Value:
    return MASKED if line.previous_masked else _number(line.previous, line.unit)


# The first sheet.


def _summary(page: Worksheet, told: _Told) -> None:
    """Title, year, scope, figures with their bases, rates with their n, chart."""
    survey = told.survey
    page.sheet_view.showGridLines = False
    sheet.widths(page, (INDICATOR, HOURS, HOURS, HOURS, BASE))
    sheet.put(page, 1, 1, _title(survey)).font = sheet.TITLE
    page.row_dimensions[1].height = TITLE_HEIGHT
    when = f"Situation au {french.date(survey.on)}, établie le {french.date(told.made_on)}"
    sheet.put(page, 2, 1, when)
    sheet.put(page, 3, 1, _reader(told)).font = sheet.QUIET
    before = f"{survey.year - 1}" if told.previous else "Année précédente"
    sheet.headings(page, 5, ["Indicateur", str(survey.year), before, "Écart", "Base"], TEXT)
    row = 6
    for line in told.page.main:
        _main_line(page, row, line)
        row += 1
    for followed in told.page.followed.values():
        for line in followed.rates:
            _rate_line(page, row, followed, line)
            row += 1
    _chart(page, row + 1, told)


def _reader(told: _Told) -> str:
    if not told.masked:
        return "Chiffres entiers du périmètre."
    return f"Les chiffres de moins de 5{NBSP}personnes, et d’autres avec eux, sont masqués."


def _main_line(page: Worksheet, row: int, line: Line) -> None:
    style = NUMBERS[line.unit]
    if isinstance(line.value, Decimal) and line.unit is Unit.number:  # ETP
        style = HOURS
    values: list[Value] = [line.label, _value(line), _previous(line), line.difference, line.base]
    sheet.line(page, row, [INDICATOR, style, style, style, BASE], values)


def _rate_line(page: Worksheet, row: int, followed: Followed, line: Line) -> None:
    n = followed.n(line)
    count = MASKED if n.masked else french.number(n.value)
    base = f"n{NBSP}={NBSP}{count}, {followed.base}"
    label = f"À {followed.months}{NBSP}mois{NBSP}: {line.label[0].lower()}{line.label[1:]}"
    values: list[Value] = [
        label,
        _value(line),
        _previous(line),
        _number(line.difference, Unit.percent),
        base,
    ]
    sheet.line(page, row, [INDICATOR, RATE, RATE, RATE, BASE], values)


def _chart(page: Worksheet, row: int, told: _Told) -> None:
    """The contracts by group, this year beside the last."""
    lines = told.page.contracts.lines
    page.row_breaks.append(Break(row - 1))  # the table and its chart stay together
    before = str(told.survey.year - 1) if told.previous else "Année précédente"
    sheet.headings(page, row, ["Contrats par groupe", str(told.survey.year), before, "Écart", "Part"], TEXT)
    for offset, line in enumerate(lines, start=row + 1):
        values: list[Value] = [
            line.label,
            _value(line),
            _previous(line),
            line.difference,
            percent(line.share),
        ]
        sheet.line(page, offset, [INDICATOR, COUNT, COUNT, COUNT, SHARE], values)
    chart = BarChart()
    chart.type, chart.title = "col", f"Contrats commencés en {told.survey.year}, par groupe"
    columns = (2, 3) if told.previous else (2,)
    for column in columns:
        values_of = Reference(page, min_col=column, min_row=row, max_row=row + len(lines))
        chart.add_data(values_of, titles_from_data=True)
    chart.set_categories(Reference(page, min_col=1, min_row=row + 1, max_row=row + len(lines)))
    for series, colour in zip(chart.series, ("0B5C66", "B9B2A3"), strict=False):
        series.graphicalProperties.solidFill = colour
    chart.y_axis.title, chart.y_axis.numFmt = "Contrats", "#,##0"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.legend.position = "b"
    chart.width, chart.height = 28, 11
    page.add_chart(chart, f"A{row + len(lines) + 2}")


# The clean tables.


def _tables(page: Worksheet, tables: Iterable[Table], wholes: Sequence[Line] = ()) -> None:
    formats = [NAME, NAME, HOURS, RATE, BASE]
    sheet.headings(page, 1, list(HEADINGS), TEXT)
    sheet.widths(page, formats)
    row = 2
    for line in wholes:
        _one(page, row, line.label, "Ensemble", line, line.base)
        row += 1
    for table in tables:
        for line in table.lines:
            _one(page, row, table.title, line.label, line, table.base)
            row += 1
    sheet.filterable(page, 1, len(HEADINGS), row - 1)


def _one(page: Worksheet, row: int, rubric: str, category: str, line: Line, base: str) -> None:
    formats = [NAME, NAME, NUMBERS[line.unit], RATE, BASE]
    sheet.line(page, row, formats, [rubric, category, _value(line), percent(line.share), base])


def _followed(page: Worksheet, told: Page) -> None:
    names = ["Étape ou taux", "À 6\u00a0mois", "n à 6\u00a0mois", "À 12\u00a0mois", "n à 12\u00a0mois"]
    sheet.headings(page, 1, names, TEXT)
    sheet.widths(page, (NAME, COUNT, COUNT, COUNT, COUNT))
    six, twelve = told.followed[6], told.followed[12]
    row = 2
    steps = zip((*six.steps, six.people), (*twelve.steps, twelve.people), strict=True)
    for one, other in steps:
        values: list[Value] = [one.label, _value(one), None, _value(other), None]
        sheet.line(page, row, [NAME, COUNT, COUNT, COUNT, COUNT], values)
        row += 1
    for one, other in zip(six.rates, twelve.rates, strict=True):
        rates: list[Value] = [
            one.label,
            _value(one),
            _value(six.n(one)),
            _value(other),
            _value(twelve.n(other)),
        ]
        sheet.line(page, row, [NAME, RATE, COUNT, RATE, COUNT], rates)
        row += 1
    base: list[Value] = ["Base", six.base, None, twelve.base, None]
    sheet.line(page, row, [NAME, BASE, BASE, BASE, BASE], base)
    sheet.filterable(page, 1, len(names), row)


def _comparison(page: Worksheet, told: _Told) -> None:
    """Every figure beside last year’s, then what was published of the whole network."""
    year = told.survey.year
    sheet.headings(page, 1, ["Indicateur", str(year), str(year - 1), "Écart"], TEXT)
    sheet.widths(page, (SOURCE, HOURS, HOURS, HOURS, COUNT, COUNT, COUNT, LONG))
    names, row = survey_tables.titles(told.page), 2
    for line in told.page.lines():
        style = NUMBERS[line.unit]
        if isinstance(line.value, Decimal):
            style = RATE if line.unit is Unit.percent else HOURS
        before = _previous(line) if told.previous else None
        difference = _number(line.difference, line.unit) if told.previous else None
        sheet.line(
            page, row, [TEXT, style, style, style], [names[line.key], _value(line), before, difference]
        )
        row += 1
    sheet.filterable(page, 1, 4, row - 1)
    _national(page, row + 2)


def _national(page: Worksheet, row: int) -> None:
    sheet.put(page, row, 1, "Valeurs nationales publiées").font = sheet.STRONG
    names = [
        "Source",
        "Année",
        "Heures",
        "Personnes",
        "Contrats",
        "Donneurs d’ordre",
        "Structures",
        "Précision",
    ]
    sheet.headings(page, row + 1, names, TEXT)
    formats = [SOURCE, Format("0", 11), COUNT, COUNT, COUNT, COUNT, COUNT, LONG]
    for offset, each in enumerate(national_series.published(), start=row + 2):
        values: list[Value] = [
            each.source,
            each.year,
            each.hours,
            each.people,
            each.contracts,
            each.authorities,
            each.structures,
            each.note or ("valeurs arrondies" if each.rounded else None),
        ]
        sheet.line(page, offset, formats, values)
        _fit(page, offset, formats, values)


def _fit(page: Worksheet, row: int, formats: Sequence[Format], values: Sequence[Value]) -> None:
    """A row high enough for its texts: what opens the file does not always measure them."""
    lines = (
        len(str(value)) // (style.width - 4) + 1
        for style, value in zip(formats, values, strict=True)
        if style.wrap
    )
    page.row_dimensions[row].height = LINE * max(lines, default=1)


# «Méthode».


def _method(page: Worksheet, told: _Told) -> None:
    sheet.headings(page, 1, ["Rubrique", "Explication"], TEXT)
    sheet.widths(page, (NAME, EXPLANATION))
    row = 2
    for rubric, explanation in method(told.survey, told.masked):
        sheet.line(page, row, [NAME, EXPLANATION], [rubric, explanation])
        _fit(page, row, [NAME, EXPLANATION], [rubric, explanation])
        row += 1
    sheet.put(page, row, 1, "Établie le")
    sheet.put(page, row, 2, french.date(told.made_on))
    sheet.filterable(page, 1, 2, row)


def method(survey: Survey, masked: bool = False) -> Iterator[tuple[str, str]]:
    """What each figure means, by which rules: the same words on the page and in the workbook."""
    yield "Périmètre", f"{survey.scope}, année {survey.year}, situation au {french.date(survey.on)}."
    yield (
        "Base",
        "Nombre de territoires qui ont au moins une ligne derrière le chiffre\u00a0; pour une répartition, au moins une"
        " ligne dont la catégorie est renseignée. Les parts sont calculées sur ce qui est renseigné.",
    )
    for indicator in Indicator:
        yield indicator.label, DEFINITIONS[indicator]
    yield "Suivi à 6 et 12 mois", FOLLOW_UP
    yield f"Groupes de contrats (version {survey.contracts.mapping_version})", mapping()
    if masked:
        yield "Secret", SECRECY


SECRECY = (
    f"Pour qui n’est pas le territoire, les chiffres de moins de 5{NBSP}personnes sont masqués, et d’autres avec eux pour"
    " qu’aucune soustraction entre territoires ne les révèle. Les personnes, les contrats et le suivi ne sont donnés que"
    " pour tous les territoires ou pour un seul\u00a0; les heures par public, sexe, âge, diplôme et lieu d’habitation, qu’au"
    " territoire."
)


def mapping() -> str:
    """Which types of contract make each group."""
    groups = (
        f"{group.label}{NBSP}: {', '.join(each.label for each, its in CONTRACT_GROUPS.items() if its is group)}"
        for group in SurveyGroup
    )
    return f"{f'{NBSP}; '.join(groups)}."
