"""Official reference lists, recognised by content: COG, CPV, ROME, NAF, natures juridiques, EPCI, QPV."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from facilitator import decoded_files
from facilitator.decoded_files import Unreadable
from facilitator.decp_fields import text
from facilitator.refusals import Refused

Row = Mapping[str, str]


class UnknownReference(Refused):
    """The file is none of the reference lists; nothing of it is read."""


class Label(NamedTuple):
    """One code of one list; `extra` is its parent (département of a commune, ROME of an appellation)."""

    list_name: str
    code: str
    label: str
    extra: str | None


@dataclass(frozen=True)
class ReferenceList:
    """What one file gave: each code once; `ignored` rows carry no current code."""

    name: str
    read: int
    labels: tuple[Label, ...]

    @property
    def ignored(self) -> int:
        return self.read - len(self.labels)


def _commune(row: Row) -> Label | None:
    """Communes and arrondissements of Paris, Lyon, Marseille; delegated and associated ones are history."""
    if row["TYPECOM"] not in ("COM", "ARM"):
        return None
    return Label("commune", row["COM"], row["LIBELLE"], row.get("DEP") or None)


def _cpv(row: Row) -> Label | None:
    matched = re.fullmatch("([0-9]{8})(-[0-9])?", row["id"])
    parent = (row.get("parent") or "")[:8] or None
    return Label("cpv", matched[1], row["name"], parent) if matched else None


# Columns that only this list has → how to read a row. The first that fits wins.
_TABLES: tuple[tuple[set[str], Callable[[Row], Label | None]], ...] = (
    ({"TYPECOM", "COM", "LIBELLE"}, _commune),
    (
        {"DEP", "CHEFLIEU", "LIBELLE"},
        lambda row: Label("departement", row["DEP"], row["LIBELLE"], row.get("REG")),
    ),
    (
        {"REG", "CHEFLIEU", "LIBELLE"},
        lambda row: Label("region", row["REG"], row["LIBELLE"], None),
    ),
    (
        {"ogr_appellation", "rome_code", "libelle_appellation_long"},
        lambda row: Label(
            "rome_appellation",
            row["ogr_appellation"],
            row["libelle_appellation_long"],
            row["rome_code"],
        ),
    ),
    (
        {"code_rome", "libelle_rome"},
        lambda row: Label("rome", row["code_rome"], row["libelle_rome"], None),
    ),
    (
        {"epci", "libepci"},
        lambda row: Label("epci", row["epci"], row["libepci"], row.get("nature_epci")),
    ),
    (
        {"code_qp", "lib_qp"},
        lambda row: Label("qpv", row["code_qp"], row["lib_qp"], row.get("insee_com")),
    ),
    ({"id", "name", "parent"}, _cpv),
)


def read(source: Path | str | bytes, name: str | None = None) -> ReferenceList:
    """Read one list. Raises UnknownReference when the file is none of those known."""
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    named = name or ("sans nom" if isinstance(source, bytes) else Path(source).name)
    try:
        raw = decoded_files.text_of(content)
        found = (
            _from_json(decoded_files.json_of(raw))
            if raw.lstrip()[:1] in ("{", "[")
            else _from_table(decoded_files.rows_of(raw))
        )
        return ReferenceList(named, len(found), _once(found))
    except Unreadable as failure:
        raise UnknownReference(
            f"Le fichier « {named} » n’est pas une liste de référence connue : {failure}. Sont lus : "
            "communes, départements et régions (COG), CPV, ROME, NAF, natures juridiques, EPCI et QPV."
        ) from failure


def _from_table(rows: list[dict[str, str]]) -> list[Label | None]:
    columns = set(rows[0]) if rows else set()
    for needed, label_of in _TABLES:
        if columns >= needed:
            return [label_of(row) if needed - {"parent"} <= row.keys() else None for row in rows]
    raise Unreadable("ses colonnes ne sont celles d’aucune d’elles")


def _from_json(document: object) -> list[Label | None]:
    """NAF and natures juridiques are JSON objects: code → label."""
    if isinstance(document, Mapping) and document:
        for list_name, pattern in (("naf", r"[0-9]{2}\.?[0-9]{2}[A-Z]"), ("legal_category", "[0-9]{4}")):
            if all(re.fullmatch(pattern, str(code)) for code in document):
                return [
                    Label(list_name, code.replace(".", ""), str(label), None)
                    for code, label in document.items()
                ]
    raise Unreadable("ses codes ne sont ceux d’aucune d’elles")


def _once(found: Iterable[Label | None]) -> tuple[Label, ...]:
    """Each code once, in order; a row without code or label is left out."""
    kept: dict[tuple[str, str], Label] = {}
    for each in found:
        label = text(each.label) if each else None
        if each and label and 0 < len(each.code) <= 12:
            kept.setdefault((each.list_name, each.code), each._replace(label=label[:300]))
    return tuple(kept[key] for key in sorted(kept))
