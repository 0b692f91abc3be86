"""Command `survey`: the figures of the national survey of a year, in the terminal, as JSON or as a workbook."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
from sqlalchemy.orm import Session

from facilitator import french, statements, survey_figures, survey_tables, territories
from facilitator.commands.frame import as_json, print_json, reading, say
from facilitator.commands.options import day, write_file
from facilitator.survey import Survey
from facilitator.survey import as_json as told
from facilitator.survey_tables import Line, Page, Table, Unit
from facilitator.web.clock import today
from reports import survey_workbook


@click.command(
    help="Compte l’enquête nationale d’une année, du premier donneur d’ordre aux suivis à 12 mois."
)
@click.option(
    "--year",
    type=click.IntRange(2000, 2100),
    help="Année de l’enquête (la dernière année complète par défaut).",
)
@click.option(
    "--territory",
    "slugs",
    multiple=True,
    help="Nom court d’un territoire (plusieurs fois possible)\u00a0; sans lui, tous.",
)
@click.option("--on", callback=day, help="Date de la situation, AAAA-MM-JJ (aujourd’hui par défaut).")
@click.option("--output", type=click.Path(path_type=Path), help="Fichier XLSX à écrire.")
@as_json
def survey(
    year: int | None, slugs: tuple[str, ...], on: datetime.date | None, output: Path | None, as_json: bool
) -> None:
    """The figures whole, for whoever holds the database; refuses an unknown territory and a day to come."""
    made_on = today()
    on = on or made_on
    statements.refuse_future(on, made_on)
    with reading() as session:
        year = year if year is not None else on.year - 1
        ids = [territories.by_slug(session, slug).id for slug in slugs] or None
        found = survey_figures.of_year(session, year, ids, on)
        if output is not None:
            before = _year_before(session, found)
            write_file(output, survey_workbook.build(found, before, made_on=made_on))
            say(f"Enquête {year} ({found.scope}) écrite dans {output}.")
    if as_json:
        print_json(told(found))
    elif output is None:
        click.echo("\n".join(_lines(found)))


def _year_before(session: Session, found: Survey) -> Survey:
    """The same of the year before, as known on the same day."""
    return survey_figures.of_year(session, found.year - 1, found.territory_ids, found.on)


def _lines(found: Survey) -> Iterator[str]:
    """The survey as it is read in a terminal: a figure a line, with what it rests on."""
    page = survey_tables.of(survey_tables.Read(found))
    yield f"Enquête nationale {found.year} – {found.scope} – situation au {french.date(found.on)}"
    yield ""
    yield from map(_line, page.main)
    for table in (page.authorities, page.contracts, *page.tables):
        yield from _table(table)
    yield from _followed(page)


def _table(table: Table) -> Iterator[str]:
    yield ""
    yield f"{table.title} ({table.base})" if table.base else table.title
    yield from (_line(each) for each in table.lines if each.value)


def _followed(page: Page) -> Iterator[str]:
    for months, followed in page.followed.items():
        yield ""
        yield f"Suivi à {months}\u00a0mois ({followed.base})"
        yield from (_line(each) for each in (*followed.steps, followed.people))
        for rate in followed.rates:
            number = french.number(followed.n(rate).value)
            yield f"{_line(rate)}  (n = {number})"


def _line(line: Line) -> str:
    share = f"{french.percent(line.share)}" if line.share is not None else ""
    return f"  {line.label:<62}{_value(line):>20}{share:>10}  {line.base}".rstrip()


def _value(line: Line) -> str:
    if line.unit is Unit.hours:
        return french.hours(None if line.value is None else Decimal(line.value))
    return french.percent(line.value) if line.unit is Unit.percent else french.number(line.value)
