"""Real DECP files, recognised by content: JSON v1 and v2, wrapped or bare, and tables → published markets.

One unit is *read* per record of a JSON file and per market of a table (whose rows are market × titulaire).
Each unit ends in exactly one place: among the records, or among the problems as one rejection.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from facilitator import decoded_files, decp_tables
from facilitator.decoded_files import Unreadable
from facilitator.decp_fields import Notes, published_text
from facilitator.decp_markets import PublishedMarket, Unusable, market_of
from facilitator.import_problems import Level, Problem
from facilitator.refusals import Refused


class NotDecp(Refused):
    """The file holds no markets; nothing of it is read."""


@dataclass(frozen=True)
class Record:
    """One market and where it was read."""

    file: str
    position: int
    market: PublishedMarket


@dataclass
class Reading:
    """What one file gave: `read` = records + rejections."""

    name: str
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: int = 0

    def reject(self, position: int, number: str, reason: str) -> None:
        """Count a record that cannot become a market."""
        self.read += 1
        self.problems.append(Problem(self.name, position, number, Level.rejection, reason))

    def keep(self, position: int, market: PublishedMarket, notes: Notes) -> None:
        """Count a market, with what was said while reading it."""
        self.read += 1
        self.records.append(Record(self.name, position, market))
        self.problems += [
            Problem(self.name, position, market.decp_id, Level.warning, note) for note in dict.fromkeys(notes)
        ]


@dataclass(frozen=True)
class Merged:
    """All files together: one record per market, the others set aside."""

    chosen: tuple[Record, ...]
    superseded: tuple[Record, ...]
    problems: tuple[Problem, ...]
    read: int

    @property
    def rejected(self) -> int:
        return sum(each.level is Level.rejection for each in self.problems)


# A mapping with one of each pair is a market of the JSON formats.
_MARKET_KEYS = {"acheteur", "objet", "codeCPV", "titulaires", "nature", "procedure", "montant"}


def read(source: Path | str | bytes, name: str | None = None) -> Reading:
    """Read one file. Raises NotDecp when it is not one; a bad record never stops the others."""
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    shown = name or ("sans nom" if isinstance(source, bytes) else Path(source).name)
    try:
        text = decoded_files.text_of(content)
        if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            return _read_json(decoded_files.json_of(text.strip("\ufeff \t\r\n")), shown)
        return _read_rows(decoded_files.rows_of(text), shown)
    except Unreadable as failure:
        raise NotDecp(
            f"Le fichier « {shown} » n’est pas un fichier DECP : {failure}. "
            "Choisissez un fichier JSON ou CSV des données essentielles de la commande publique."
        ) from failure


def _read_json(document: object, name: str) -> Reading:
    records = _records_in(document)
    first = records[0] if records else None
    if isinstance(first, Mapping) and "acheteur" not in first and decp_tables.is_table(first):
        return _read_rows([each for each in records if isinstance(each, Mapping)], name)
    if not _has_markets(document, records):
        raise Unreadable("aucun marché n’y est reconnu")
    reading = Reading(name)
    for position, raw in enumerate(records, start=1):
        _read_one(reading, position, raw)
    return reading


def _records_in(document: object) -> list[object]:
    """The list of records, under «marches», «marche», or bare."""
    if isinstance(document, list):
        return [_unwrapped(each) for each in document]
    if not isinstance(document, Mapping):
        return []
    if "marches" in document:
        return _records_in(document["marches"])
    lists = [document.get(each) for each in ("marche", "contrat-concession")]
    found: list[object] = []
    for each in lists:
        found += each if isinstance(each, list) else [each] if isinstance(each, Mapping) else []
    if not found and len(_MARKET_KEYS & document.keys()) > 1:
        return [document]
    return found


def _unwrapped(each: object) -> object:
    single = isinstance(each, Mapping) and len(each) == 1
    return each.get("marche", each) if single and isinstance(each, Mapping) else each


def _has_markets(document: object, records: list[object]) -> bool:
    if not records:
        held = (document.get(each) for each in ("marches", "marche")) if isinstance(document, Mapping) else ()
        return any(isinstance(each, (list, Mapping)) for each in held)
    return any(isinstance(each, Mapping) and len(_MARKET_KEYS & each.keys()) > 1 for each in records)


def _read_one(reading: Reading, position: int, raw: object) -> None:
    notes: Notes = []
    try:
        reading.keep(position, market_of(raw, notes), notes)
    except Unusable as failure:
        reading.reject(position, _number_of(raw), str(failure))


def _number_of(raw: object) -> str:
    found = published_text(raw.get("id")) if isinstance(raw, Mapping) else None
    return (found or "")[:64]


def _read_rows(rows: list[dict[str, str]] | list[Mapping[str, object]], name: str) -> Reading:
    if not rows or not decp_tables.is_table(rows[0]):
        raise Unreadable("ses colonnes ne sont pas celles de marchés publics")
    reading = Reading(name)
    without_object = not decp_tables.has_objects(rows[0])
    if without_object:
        reading.problems.append(
            Problem(
                name,
                1,
                "",
                Level.warning,
                "Ce tableau n’a pas de colonne « objet » : l’objet des marchés reste à préciser.",
            )
        )
    for group in decp_tables.records_of(rows):
        _read_group(reading, group, without_object)
    return reading


def _read_group(reading: Reading, group: decp_tables.TableRecord, without_object: bool) -> None:
    """One market of a table; where its rows contradict each other, the newest content is kept."""
    markets: list[tuple[PublishedMarket, Notes]] = []
    number, reason = "", ""
    for raw in group.versions.values():
        notes: Notes = []
        whole = raw | {"modifications": group.modifications}
        try:
            markets.append((market_of(whole, notes, without_object=without_object), notes))
        except Unusable as failure:
            number, reason = _number_of(raw), str(failure)
    if not markets:
        reading.reject(group.position, number, reason)
        return
    newest, notes = max(markets, key=lambda each: each[0].rank)
    different = {what for each, _ in markets for what in newest.differences(each)}
    if different:
        notes.append(
            f"Doublon contradictoire : les {group.rows} lignes de ce marché diffèrent "
            f"({', '.join(sorted(different))}) ; les plus récentes sont gardées."
        )
    reading.keep(group.position, newest, notes)


def merge(readings: Iterable[Reading]) -> Merged:
    """One record per market over all files, whatever their order; contradictions are told."""
    every = list(readings)
    by_key: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for reading in every:
        for record in reading.records:
            by_key[record.market.key].append(record)
    problems = [problem for reading in every for problem in reading.problems]
    chosen: list[Record] = []
    superseded: list[Record] = []
    for _, records in sorted(by_key.items()):
        ordered = sorted(records, key=lambda each: (each.file, each.position))
        best = max(ordered, key=lambda each: each.market.rank)
        chosen.append(best)
        for other in ordered:
            if other is not best:
                superseded.append(other)
                problems += _contradiction(other, best)
    problems.sort(key=lambda each: (each.file, each.position))
    return Merged(tuple(chosen), tuple(superseded), tuple(problems), sum(each.read for each in every))


def _contradiction(other: Record, best: Record) -> list[Problem]:
    different = best.market.differences(other.market)
    if not different:
        return []
    reason = (
        f"Doublon contradictoire : ce marché est aussi publié dans « {best.file} » (enregistrement n° {best.position}) "
        f"avec un contenu différent ({', '.join(different)}) ; la publication la plus récente est gardée."
    )
    return [Problem(other.file, other.position, other.market.decp_id, Level.warning, reason)]
