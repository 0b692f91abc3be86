"""Directories of insertion structures: the SIAE list and the official ESAT list → entries by (SIRET, kind)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from facilitator import decoded_files
from facilitator.decoded_files import Unreadable
from facilitator.decp_fields import shown, siret_fault, text
from facilitator.import_problems import Level, Problem
from facilitator.refusals import Refused
from facilitator.vocabulary import SiaeKind

Row = Mapping[str, str]

_SIAE_COLUMNS = {"siret", "kind", "name"}
_ESAT_COLUMNS = {"ET-SIRET", "ET-Raison sociale"}


class NotSiaeDirectory(Refused):
    """The file is no directory of insertion structures; nothing of it is read."""


@dataclass(frozen=True)
class DirectoryEntry:
    """One structure under one kind."""

    siret: str
    kind: SiaeKind
    name: str
    postcode: str | None
    city: str | None
    department: str | None
    naf: str | None

    @property
    def key(self) -> tuple[str, SiaeKind]:
        return self.siret, self.kind


@dataclass
class Directory:
    """What one file gave: `read` = entries + repeated + rejections."""

    name: str
    read: int = 0
    repeated: int = 0  # the same SIRET and kind again
    entries: list[DirectoryEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return sum(each.level is Level.rejection for each in self.problems)

    def tell(self, position: int, siret: str, level: Level, reason: str) -> None:
        """Report something about one row."""
        self.problems.append(Problem(self.name, position, siret, level, reason))


def read(source: Path | str | bytes, name: str | None = None) -> Directory:
    """Read one directory, recognised by its columns. Raises NotSiaeDirectory."""
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    named = name or ("sans nom" if isinstance(source, bytes) else Path(source).name)
    try:
        rows = decoded_files.rows_of(decoded_files.text_of(content))
        columns = set(rows[0]) if rows else set()
        if not columns >= _SIAE_COLUMNS and not columns >= _ESAT_COLUMNS:
            raise Unreadable("ses colonnes ne sont pas celles d’une liste de SIAE ou d’ESAT")
    except Unreadable as failure:
        raise NotSiaeDirectory(
            f"Le fichier « {named} » n’est pas un annuaire de structures d’insertion : {failure}."
        ) from failure
    directory = Directory(named)
    seen: dict[tuple[str, SiaeKind], int] = {}
    for position, row in enumerate(rows, start=2):
        directory.read += 1
        entry = _entry(directory, position, row if "siret" in row else _as_siae(row))
        if entry is not None:
            _keep(directory, position, entry, seen)
    return directory


def _keep(
    directory: Directory,
    position: int,
    entry: DirectoryEntry,
    seen: dict[tuple[str, SiaeKind], int],
) -> None:
    first = seen.setdefault(entry.key, position)
    if first == position:
        directory.entries.append(entry)
        return
    directory.repeated += 1
    directory.tell(
        position,
        entry.siret,
        Level.warning,
        f"Cette structure ({entry.kind}) figure déjà à la ligne {first} : la première ligne est gardée.",
    )


def _as_siae(row: Row) -> dict[str, str]:
    """A row of the ESAT list under the columns of the SIAE list."""
    department = row.get("ET-Département Code", "")
    return {
        "siret": row.get("ET-SIRET", ""),
        "kind": SiaeKind.ESAT.value,
        "name": row.get("ET-Raison sociale", ""),
        "post_code": row.get("ET-Code Postal", ""),
        "city": row.get("ET-Commune Libellé", ""),
        "department": department.zfill(2) if department else "",
    }


def _entry(directory: Directory, position: int, row: Row) -> DirectoryEntry | None:
    """One row as an entry, or None once its rejection is reported."""
    number = "".join((row.get("siret") or "").split())
    name = text(row.get("name"))
    kind = (row.get("kind") or "").strip().upper()
    reason = _fault(number, kind, name)
    if reason is not None:
        directory.tell(position, number[:64], Level.rejection, reason)
        return None
    if len(number) == 13:
        number = f"0{number}"
        directory.tell(position, number, Level.warning, f"Le SIRET a retrouvé son zéro initial : {number}.")
    return DirectoryEntry(
        siret=number,
        kind=SiaeKind(kind),
        name=(name or "")[:300],
        postcode=_postcode(directory, position, number, row.get("post_code")),
        city=(text(row.get("city")) or "")[:120] or None,
        department=(text(row.get("department")) or "")[:3] or None,
        naf=_naf(row.get("naf")),
    )


def _fault(number: str, kind: str, name: str | None) -> str | None:
    if not number:
        return f"Le SIRET de {shown(name or 'sans nom')} n’est pas communiqué."
    if fault := siret_fault(number.zfill(14) if len(number) == 13 else number):
        return f"Le SIRET {shown(number)} est refusé : {fault}."
    if kind not in {each.value for each in SiaeKind}:
        return f"Le type de structure {shown(kind)} est inconnu."
    if name is None:
        return f"Le nom de la structure {number} n’est pas communiqué."
    return None


def _postcode(directory: Directory, position: int, siret: str, published: str | None) -> str | None:
    found = text(published)
    if found is None:
        return None
    if not found.isascii() or not found.isdigit() or len(found) not in (4, 5):
        directory.tell(
            position, siret, Level.warning, f"Code postal {shown(found)} illisible : laissé inconnu."
        )
        return None
    if len(found) == 4:
        directory.tell(
            position,
            siret,
            Level.warning,
            f"Le code postal a retrouvé son zéro initial : 0{found}.",
        )
    return found.zfill(5)


def _naf(published: str | None) -> str | None:
    found = (text(published) or "").replace(".", "").upper()
    return found if len(found) == 5 else None
