"""The activity report of the facilitators as PDF: for the State, the FSE+, the local authorities that pay them."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from facilitator import french
from facilitator.activity_report import DEFINITIONS, FIELD, Count, Measure, Report, Section
from facilitator.french import NBSP
from reports import pdf

TEMPLATE = "activity_report"
MONTHS_ACROSS, PEOPLE_ACROSS = 6, 4
Facts = dict[str, object]


def build(report: Report, *, made_at: datetime) -> bytes:
    """Draw the PDF."""
    return pdf.build(TEMPLATE, facts(report), made_at=made_at)


def file_name(report: Report) -> str:
    """A French name that says the days."""
    return f"{stem(report)}.pdf"


def stem(report: Report) -> str:
    """The name of the file without its extension."""
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]', " ", report.title)
    days = f"{report.period.from_on.isoformat()} au {report.period.to_on.isoformat()}"
    return f"{' '.join(name.split())[:90]} – {days}"


def facts(report: Report) -> Facts:
    """All that the PDF says, as it is read."""
    return {
        "title": report.title,
        "sender": report.territory,
        "when": report.when,
        "foot": f"{report.title} – {report.territory}",
        "figures": _figures(report),
        "time": report.time_said,
        "parts": [_part(report, section) for section in Section if report.of(section)],
        "chart": _chart(report),
        "months": list(_months(report)),
        "people": list(_people(report)),
        "method": method(report),
    }


def method(report: Report) -> list[list[str]]:
    """Rubric and explanation, the last words of the report."""
    told = [
        ["Période", report.when + "."],
        ["Temps", report.time_said],
        ["Réponses", report.answers_said],
        ["Actions de terrain", DEFINITIONS[Measure.meeting].said],
    ]
    for measure in report.measures:
        if measure not in FIELD:
            whose = DEFINITIONS[measure].whose
            attributed = f" Attribué à{NBSP}: {whose}." if whose else " Attribué à personne."
            told.append([measure.label, DEFINITIONS[measure].said + attributed])
    return told


def _figures(report: Report) -> list[list[str]]:
    figures = report.figures
    return [
        ["Actions de terrain", french.number(report.actions.number)],
        ["Clauses écrites", french.number(figures[Measure.clauses].number)],
        ["Lots suivis", french.number(figures[Measure.lots].number)],
        ["Temps noté", f"{french.number(report.time.noted, 2)}{NBSP}ETP"],
    ]


def _part(report: Report, section: Section) -> Facts:
    timed = section is Section.field
    rows = []
    for measure in report.of(section):
        found = report.figures[measure]
        row = [measure.label, "", french.number(found.number)]
        rows.append([*row, _duration(found)] if timed else row)
    if timed:
        whole = report.actions
        rows.append(["Ensemble", "", french.number(whole.number), _duration(whole)])
    return {
        "title": section.label,
        "headings": ["Nombre", "Temps"] if timed else ["Nombre"],
        "rows": rows,
        "note": report.answers_said if section is Section.people else "",
    }


def _duration(found: Count) -> str:
    return french.duration(found.minutes)


def _chart(report: Report) -> Facts | None:
    """Minutes noted in each month; nothing to draw without any."""
    minutes = report.minutes_by_month
    if not any(minutes):
        return None
    highest = max(minutes)
    month = report.period.months[minutes.index(highest)]
    alt = (
        f"Diagramme en barres{NBSP}: temps noté sur les actions de terrain, mois par mois. Le plus haut{NBSP}:"
        f" {french.month(month)}, {french.duration(highest)}. Les mêmes temps sont dans le tableau qui suit."
    )
    bars = [
        {"label": f"{each.month:02d}/{each.year % 100:02d}", "values": [value]}
        for each, value in zip(report.period.months, minutes, strict=True)
    ]
    return {
        "names": ["temps noté"],
        "top": highest,
        "top_text": french.duration(highest),
        "bars": bars,
        "alt": alt,
    }


def _slices(things: Sequence[date], size: int) -> Iterator[Sequence[date]]:
    return (things[start : start + size] for start in range(0, len(things), size))


def _months(report: Report) -> Iterator[Facts]:
    """So many months across as a page holds."""
    minutes = dict(zip(report.period.months, report.minutes_by_month, strict=True))
    for months in _slices(report.period.months, MONTHS_ACROSS):
        rows = [
            [measure.label, *(_number(found.get(month)) for month in months)]
            for measure, found in report.months.items()
            if found
        ]
        rows.append(["Temps noté", *(french.duration(minutes[month]) for month in months)])
        yield {"headings": [f"{each.month:02d}/{each.year % 100:02d}" for each in months], "rows": rows}


def _number(found: Count | None) -> str:
    return french.number(found.number) if found else french.NOTHING


def _people(report: Report) -> Iterator[Facts]:
    if report.facilitator is not None:
        return
    for start in range(0, len(report.parts), PEOPLE_ACROSS):
        parts = report.parts[start : start + PEOPLE_ACROSS]
        rows = [
            [measure.label, *(_number(part.figures.get(measure)) for part in parts)]
            for measure in report.measures
            if DEFINITIONS[measure].whose
        ]
        rows.append(["Temps noté", *(french.duration(part.minutes) for part in parts)])
        title = "Par facilitateur" if start == 0 else "Par facilitateur, suite"
        yield {"title": title, "headings": [part.name for part in parts], "rows": rows}
