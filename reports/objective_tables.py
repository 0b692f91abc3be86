"""The objectives as workbooks: what a page shows, table by table, as typed values."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from facilitator import french, plie_objectives
from facilitator.decp_values import Publication, words
from facilitator.fse_list import UNKNOWN, Participant
from facilitator.labels import Labelled
from facilitator.npnru import Group, GroupShare, ProjectLine
from facilitator.plie_objectives import FollowedExit, Gauge, PlieObjectives, PlieRow
from facilitator.spaser import Spaser, SpaserLine, SpaserMarket, SpaserSiae
from reports import sheet
from reports.columns import (
    COUNT,
    DATE,
    EUROS,
    HOURS,
    LONG,
    RATE,
    SHORT,
    TEXT,
    Columns,
    Format,
    Value,
    masked,
    owed,
    percent,
    yes,
)

WIDE = Format("@", 60, wrap=True)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name, its columns, its rows, and what stands where there is none."""

    name: str
    columns: Columns[Any]
    rows: Iterable[Any]
    nothing: str


def build(title: str, about: str, tables: Sequence[Table], made_on: date) -> bytes:
    """One sheet a table, each with the title and what it is about."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    for position, each in enumerate(tables):
        page = first if position == 0 else book.create_sheet()
        page.title = each.name
        _page(page, title, about, each, made_on)
    return sheet.to_bytes(book)


def _page(page: Worksheet, title: str, about: str, table: Table, made_on: date) -> None:
    sheet.put(page, 1, 1, title).font = sheet.TITLE
    sheet.put(page, 2, 1, about).font = sheet.QUIET
    following = sheet.table(page, 4, table.columns, table.rows, table.nothing)
    sheet.widths(page, [style for style, _ in table.columns.values()])
    sheet.filterable(page, 4, len(table.columns), following - 1, frozen=1)
    sheet.paper(page, f"{title}, établi le {french.date(made_on)}")


def file_name(title: str, on: date) -> str:
    """A French name with its date."""
    plain = re.sub(r"[^\w ’-]", "", unicodedata.normalize("NFC", title))[:90].strip()
    return f"{plain} – {on.isoformat()}.xlsx"


PUBLICATIONS: Columns[Publication] = {
    "Marché": (TEXT, lambda row: row.market.number),
    "Objet": (LONG, lambda row: row.market.object),
    "Donneur d’ordre": (LONG, lambda row: row.market.buyer),
    "Notifié le": (DATE, lambda row: row.market.notified_on),
    "À déclarer": (Format("@", 30, wrap=True), lambda row: words(row.wanted) if row.wanted else None),
    "Publié": (Format("@", 30, wrap=True), lambda row: words(row.market.considerations)),
    "État": (TEXT, lambda row: row.state.label),
    "À faire": (WIDE, lambda row: row.sentence),
}


def publications(rows: Sequence[Publication]) -> list[Table]:
    return [Table("Déclarations", PUBLICATIONS, rows, "Aucun marché ne correspond.")]


SPASER_LINES: Columns[SpaserLine] = {
    "Indicateur": (LONG, lambda row: row.row.label),
    "Marchés": (COUNT, lambda row: row.markets),
    "Part des marchés": (RATE, lambda row: percent(row.share_percent)),
    "Montant hors taxes publié": (EUROS, lambda row: row.amount if row.amounts_known else None),
    "Marchés dont le montant est connu": (COUNT, lambda row: row.amounts_known),
}
SPASER_MARKETS: Columns[SpaserMarket] = {
    "Marché": (TEXT, lambda row: row.market.number),
    "Objet": (LONG, lambda row: row.market.object),
    "Territoire": (TEXT, lambda row: row.market.territory),
    "Notifié le": (DATE, lambda row: row.market.notified_on),
    "Considérations": (LONG, lambda row: words(row.values) if row.values else "non dit"),
    "Montant hors taxes publié": (EUROS, lambda row: row.market.amount),
    "Sous accord-cadre": (SHORT, lambda row: "oui" if row.market.framework_id else None),
    "Engagées": (HOURS, lambda row: owed(row.statement)),
    "Retenues": (HOURS, lambda row: row.statement.retained),
    "Taux": (RATE, lambda row: percent(row.statement.rate_percent)),
}
SPASER_SIAE: Columns[SpaserSiae] = {
    "Structure": (LONG, lambda row: row.name),
    "Type": (TEXT, lambda row: row.kinds),
    "Heures retenues dans l’année": (HOURS, lambda row: row.hours),
}
SPASER_HOURS: Columns[tuple[str, Decimal]] = {
    "Heures": (WIDE, lambda row: row[0]),
    "Nombre": (HOURS, lambda row: row[1]),
}


def spaser(found: Spaser) -> list[Table]:
    hours = [
        ("Engagées, marchés notifiés dans l’année", found.total.owed),
        ("Retenues sur ces marchés à ce jour", found.total.retained),
        ("Retenues des mois de l’année, tous marchés", found.worked),
    ]
    return [
        Table("Indicateurs", SPASER_LINES, found.lines, "Aucun marché."),
        Table("Heures", SPASER_HOURS, hours, "Aucune heure."),
        Table("Marchés", SPASER_MARKETS, found.markets, "Aucun marché notifié dans l’année."),
        Table("Structures", SPASER_SIAE, found.siae, "Aucune structure n’a d’heure retenue dans l’année."),
    ]


PLIE_GAUGES: Columns[Gauge] = {
    "Objectif": (LONG, lambda row: row.goal.label),
    "Visé": (RATE, lambda row: percent(row.target)),
    "Réalisé, parmi les répondants": (RATE, lambda row: percent(row.rate)),
    "Sorties": (COUNT, lambda row: row.count),
    "Répondants": (COUNT, lambda row: row.answered),
    "Taux plancher, dans le champ": (RATE, lambda row: percent(row.floor_rate)),
    "Dans le champ": (COUNT, lambda row: row.in_scope),
    "Atteint": (SHORT, lambda row: None if row.met is None else yes(row.met)),
}
CHAIN: Columns[tuple[str, int]] = {
    "Étape": (LONG, lambda row: row[0]),
    "Parcours": (COUNT, lambda row: row[1]),
}


def plie(found: PlieObjectives, exits: Sequence[FollowedExit], names: Mapping[int, str]) -> list[Table]:
    chain = [(row.label, len(plie_objectives.of_row(exits, row))) for row in PlieRow]
    people: Columns[FollowedExit] = {
        "Personne": (LONG, lambda row: names.get(row.person_id)),
        "Sortie le": (DATE, lambda row: row.exit_on),
        "Date de référence": (DATE, lambda row: row.reference_on),
        "Participant du PLIE": (SHORT, lambda row: yes(row.participant)),
        "Résultat": (TEXT, lambda row: row.outcome.label if row.outcome else None),
        "Situation": (LONG, lambda row: row.answer.situation.label if row.answer else None),
        "Famille": (LONG, lambda row: row.family.label if row.family else None),
    }
    return [
        Table("Objectifs", PLIE_GAUGES, found.gauges, "Aucun objectif."),
        Table("Chaîne", CHAIN, chain, "Aucune sortie."),
        Table("Sorties", people, exits, "Aucune sortie dans l’année."),
    ]


def _of_group(group: Group, read: Callable[[GroupShare], Value]) -> Callable[[ProjectLine], Value]:
    return lambda line: next((read(each) for each in line.shares if each.group is group), None)


def _renewal() -> Columns[ProjectLine]:
    columns: dict[str, tuple[Format, Callable[[ProjectLine], Value]]] = {
        "Opération": (LONG, lambda line: line.project.name),
        "Donneur d’ordre": (LONG, lambda line: line.buyer or "Ensemble"),
        "Programme": (TEXT, lambda line: line.project.kind),
        "Convention": (TEXT, lambda line: line.project.convention),
        "Engagées": (HOURS, lambda line: owed(line.statement)),
        "Retenues": (HOURS, lambda line: line.statement.retained),
        "Heures du chantier": (HOURS, lambda line: line.base),
        "Source": (LONG, lambda line: line.base_note),
        "Objectif": (RATE, lambda line: percent(Decimal(line.project.target))),
        "Part du chantier": (RATE, lambda line: percent(line.rate)),
        "Heures visées": (HOURS, lambda line: line.aim),
        "Personnes": (COUNT, lambda line: line.shares[0].of_people),
    }
    for group in Group:
        columns |= {
            f"{group.label}\u00a0: objectif": (
                RATE,
                _of_group(group, lambda each: percent(_decimal(each.target))),
            ),
            f"{group.label}\u00a0: part des heures": (RATE, _of_group(group, _rate)),
            f"{group.label}\u00a0: personnes": (COUNT, _of_group(group, lambda each: masked(each.people))),
        }
    return columns


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _rate(share: GroupShare) -> Value:
    return masked(None) if share.masked else percent(share.rate)


def renewal(lines: Sequence[ProjectLine]) -> list[Table]:
    return [Table("Opérations", _renewal(), lines, "Aucune opération NPNRU ou GUP.")]


def _said(value: Labelled | None) -> str:
    return UNKNOWN if value is None else value.label


def _at_six(row: Participant) -> Value:
    if row.six_known is None and row.six_outcome is not None:
        return row.six_outcome.label
    return _said(row.six_known) if row.six_due else None


PARTICIPANTS: Columns[Participant] = {
    "Personne": (LONG, lambda row: row.name),
    "Sexe": (TEXT, lambda row: _said(row.sex)),
    "Âge à l’entrée": (COUNT, lambda row: UNKNOWN if row.age is None else row.age),
    "Niveau d’études": (TEXT, lambda row: _said(row.education)),
    "Situation avant l’entrée": (WIDE, lambda row: ", ".join(each.label for each in row.before) or UNKNOWN),
    "Entrée le": (DATE, lambda row: row.entered_on),
    "Sortie le": (DATE, lambda row: row.left_on),
    "Situation à la sortie": (LONG, lambda row: _said(row.exit_known) if row.left_on else None),
    "Six mois le": (DATE, lambda row: row.six_on),
    "Situation à 6 mois": (LONG, _at_six),
}
MISSING: Columns[tuple[str, int]] = {
    "Information": (LONG, lambda row: row[0]),
    "Lignes où elle manque": (COUNT, lambda row: row[1]),
}


def participants(rows: Sequence[Participant], missing: Sequence[tuple[str, int]]) -> list[Table]:
    return [
        Table("Participants", PARTICIPANTS, rows, "Aucun participant dans la période."),
        Table("Ce qui manque", MISSING, missing, "Rien."),
    ]
