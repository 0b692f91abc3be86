"""DECP tables (CSV): rows of market × titulaire, grouped into records of the JSON format.

In these files a market stands once per titulaire with its *whole* amount repeated: rows are never summed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from facilitator.decp_fields import plain, text

Row = Mapping[str, object]

# Name of the column, without signs, accents or case → field of the JSON record.
_FIELDS = {
    "nature": "nature",
    "objet": "objet",
    "codecpv": "codeCPV",
    "procedure": "procedure",
    "dureemois": "dureeMois",
    "datenotification": "dateNotification",
    "datepublicationdonnees": "datePublicationDonnees",
    "montant": "montant",
    "formeprix": "formePrix",
    "ccag": "ccag",
    "typegroupementoperateurs": "typeGroupementOperateurs",
    "idaccordcadre": "idAccordCadre",
    "soustraitancedeclaree": "sousTraitanceDeclaree",
    "considerationssociales": "considerationsSociales",
    "considerationsocialeliste": "considerationsSociales",
    "techniques": "techniques",
    "source": "source",
    "sourcedataset": "source",
}
_BUYERS = {"acheteurid": "id", "acheteursiret": "id", "idacheteur": "id"} | {
    "acheteurnom": "nom",
    "nomacheteur": "nom",
}
_PLACES = {
    "lieuexecutioncode": "code",
    "lieuexecutiontypecode": "typeCode",
}
_HOLDERS = re.compile(r"(?:titulaires?)(id|siret|typeidentifiant|nom|denominationsociale)([0-9]{0,2})")
_HOLDER_FIELDS = {
    "id": "id",
    "siret": "id",
    "typeidentifiant": "typeIdentifiant",
    "nom": "denominationSociale",
    "denominationsociale": "denominationSociale",
}
_MODIFICATIONS = {
    "idmodification": "id",
    "montantmodification": "montant",
    "dureemoismodification": "dureeMois",
    "objetmodification": "objetModification",
    "datenotificationmodification": "dateNotificationModification",
    "datenotificationmodificationmodification": "dateNotificationModification",
    "datepublicationdonneesmodification": "datePublicationDonneesModification",
    "datepublicationdonneesmodificationmodification": "datePublicationDonneesModification",
}
_MODIFICATION_HOLDERS = {
    "idtitulairemodification": "id",
    "typeidentifianttitulairemodification": "typeIdentifiant",
}


@dataclass
class TableRecord:
    """All the rows of one market: one raw record per distinct content, newest unknown yet."""

    position: int  # of its first row, as a spreadsheet numbers it (titles are row 1)
    rows: int = 0
    versions: dict[tuple[tuple[str, str], ...], dict[str, object]] = field(default_factory=dict)
    modifications: list[object] = field(default_factory=list)


def _column(title: str) -> str:
    return re.sub("[^a-z0-9]", "", plain(title))


def is_table(titles: Iterable[str]) -> bool:
    """Whether these columns can hold markets: a buyer, a number, and two facts of a market."""
    columns = {_column(each) for each in titles}
    has_key = "uid" in columns or ("id" in columns and bool(columns & _BUYERS.keys()))
    return has_key and len(columns & _FIELDS.keys()) >= 2


def has_objects(titles: Iterable[str]) -> bool:
    """Whether the table says what its markets are about."""
    return "objet" in {_column(each) for each in titles}


def records_of(rows: Iterable[Row]) -> list[TableRecord]:
    """Group rows by market; a row without a key stands alone, to be refused with its reason."""
    grouped: dict[object, TableRecord] = {}
    columns: dict[str, str] = {}
    for position, row in enumerate(rows, start=2):
        for title in row:
            columns.setdefault(title, _column(title))
        values = {columns[title]: value for title, value in row.items() if title}
        record = _record_of(values)
        buyer = record["acheteur"]
        key = (str(buyer.get("id")), str(record["id"])) if isinstance(buyer, dict) else None
        complete = key is not None and all(text(each) for each in key)
        _add(grouped.setdefault(key if complete else position, TableRecord(position)), record)
    return list(grouped.values())


def _add(group: TableRecord, record: dict[str, object]) -> None:
    group.rows += 1
    holders, modification = record.pop("titulaires"), record.pop("modification")
    content = tuple(sorted((name, str(value)) for name, value in record.items()))
    version = group.versions.setdefault(content, record | {"titulaires": []})
    known = version["titulaires"]
    if isinstance(known, list) and isinstance(holders, list):
        known.extend(each for each in holders if each not in known)
    if modification and modification not in group.modifications:
        group.modifications.append(modification)


def _record_of(values: Mapping[str, object]) -> dict[str, object]:
    """One row under the names of the JSON format."""
    record: dict[str, object] = {name: values[column] for column, name in _FIELDS.items() if column in values}
    buyer = _named(values, _BUYERS)
    number, uid = values.get("id"), str(values.get("uid") or "")
    if not text(number) and len(uid) > 14:  # uid = SIRET of the buyer, then the number
        buyer.setdefault("id", uid[:14])
        number = uid[14:]
    record["id"] = number
    record["acheteur"] = buyer
    record["lieuExecution"] = _named(values, _PLACES)
    record["titulaires"] = _holders(values)
    record["modification"] = _modification(values)
    return record


def _named(values: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    return {name: values[column] for column, name in names.items() if column in values}


def _holders(values: Mapping[str, object]) -> list[dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for column, value in values.items():
        matched = _HOLDERS.fullmatch(column)
        if matched and text(value):
            found.setdefault(matched[2], {})[_HOLDER_FIELDS[matched[1]]] = value
    return [each for each in found.values() if set(each) != {"typeIdentifiant"}]


def _modification(values: Mapping[str, object]) -> dict[str, object] | None:
    found = {name: value for name, value in _named(values, _MODIFICATIONS).items() if text(value)}
    holder = _named(values, _MODIFICATION_HOLDERS)
    if text(holder.get("id")):
        found["titulaires"] = [holder]
    return found or None
