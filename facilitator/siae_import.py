"""Puts directories of insertion structures into the organisations: one role per SIRET and kind."""

import datetime
from dataclasses import dataclass

from sqlalchemy.orm import Session

from facilitator import imported_organisations, journal
from facilitator.imported_organisations import Facts, Identity, Role
from facilitator.siae_directory import Directory, DirectoryEntry
from facilitator.vocabulary import IdentifierScheme, OrganisationRoleName


@dataclass(frozen=True)
class Loaded:
    """What a directory gave: read = loaded + repeated + rejected; loaded = created + updated + unchanged."""

    read: int
    loaded: int
    created: int
    updated: int
    unchanged: int
    repeated: int
    rejected: int


def load(session: Session, directory: Directory, *, by: int | None, at: datetime.datetime) -> Loaded:
    """Record the structures of a directory; what is known is never overwritten."""
    wanted: dict[Identity, Facts] = {}
    for entry in sorted(directory.entries, key=lambda each: (each.siret, each.kind.value)):
        wanted.setdefault(_identity(entry), _facts(entry))
    recorded = imported_organisations.record(session, wanted, at=at)
    roles: list[Role] = [
        (recorded.ids[_identity(each)], OrganisationRoleName.siae, each.kind.value)
        for each in directory.entries
    ]
    added = imported_organisations.add_roles(session, roles)
    updated = sum(role not in added and role[0] in recorded.filled for role in roles)
    done = Loaded(
        read=directory.read,
        loaded=len(roles),
        created=len(added),
        updated=updated,
        unchanged=len(roles) - len(added) - updated,
        repeated=directory.repeated,
        rejected=directory.rejected,
    )
    if done.created or done.updated:
        journal.note(session, "import_siae", "directory", 0, by=by, created=done.created)
    return done


def _identity(entry: DirectoryEntry) -> Identity:
    return IdentifierScheme.SIRET.value, entry.siret


def _facts(entry: DirectoryEntry) -> Facts:
    return Facts(entry.name, entry.postcode, entry.city, entry.naf)
