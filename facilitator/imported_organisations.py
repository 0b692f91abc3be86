"""Organisations named by files, recorded in bulk: each once, missing facts filled, roles added."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from facilitator.decp_fields import DESTROYED
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.vocabulary import OrganisationRoleName

Identity = tuple[str, str]  # scheme, identifier
Role = tuple[int, OrganisationRoleName, str]  # organisation, role, kind
Item = TypeVar("Item")

AT_ONCE = 1000  # values in one IN (…)


@dataclass(frozen=True)
class Facts:
    """What a file says of an organisation."""

    name: str | None = None
    postcode: str | None = None
    city: str | None = None
    naf: str | None = None


@dataclass(frozen=True)
class Recorded:
    """The organisations of a file: their ids, and those that were new or got a missing fact."""

    ids: Mapping[Identity, int]
    created: frozenset[int]
    filled: frozenset[int]


def in_parts(items: Iterable[Item], size: int = AT_ONCE) -> Iterator[list[Item]]:
    """The items in lists that one statement can hold."""
    everything = list(items)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


def record(session: Session, wanted: Mapping[Identity, Facts], *, at: datetime.datetime) -> Recorded:
    """Insert the organisations not known yet; of the others fill what is missing, never what is there."""
    known = _known(session, wanted)
    missing = sorted(set(wanted) - set(known))
    filled = _fill(session, wanted, known)
    if missing:
        session.execute(
            insert(Organisation),
            [
                {"scheme": scheme, "identifier": identifier, "created_at": at}
                | asdict(wanted[scheme, identifier])
                for scheme, identifier in missing
            ],
        )
        known |= _known(session, missing)
    ids = {identity: int(row["id"]) for identity, row in known.items()}
    return Recorded(ids, frozenset(ids[each] for each in missing), filled)


def _known(session: Session, wanted: Iterable[Identity]) -> dict[Identity, dict[str, Any]]:
    identities = set(wanted)
    found: dict[Identity, dict[str, Any]] = {}
    for part in in_parts(sorted({identifier for _, identifier in identities})):
        rows = session.execute(
            select(
                Organisation.id,
                Organisation.scheme,
                Organisation.identifier,
                Organisation.name,
                Organisation.postcode,
                Organisation.city,
                Organisation.naf,
            ).where(Organisation.identifier.in_(part))
        ).mappings()
        for row in rows:
            if (row["scheme"], row["identifier"]) in identities:
                found[row["scheme"], row["identifier"]] = dict(row)
    return found


def _fill(
    session: Session, wanted: Mapping[Identity, Facts], known: Mapping[Identity, Mapping[str, Any]]
) -> frozenset[int]:
    """Give names and places to organisations that had none; a name with destroyed letters is none."""
    changes: list[dict[str, Any]] = []
    for identity, row in known.items():
        published = asdict(wanted[identity])
        kept = {name: row[name] if _stands(row[name], value) else value for name, value in published.items()}
        if any(kept[name] != row[name] for name in kept):
            changes.append({"of": row["id"]} | {f"new_{name}": value for name, value in kept.items()})
    if changes:
        table = cast(Table, Organisation.__table__)
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in asdict(Facts())}
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("of"))
            .values(values | {"version": table.c.version + 1}),
            changes,
        )
    return frozenset(int(each["of"]) for each in changes)


def _stands(current: str | None, published: str | None) -> bool:
    if published is None or DESTROYED in published:
        return bool(current) or published is None
    return bool(current) and DESTROYED not in (current or "")


def add_roles(session: Session, roles: Iterable[Role]) -> frozenset[Role]:
    """Add the roles not held yet; a role without a kind is held by whoever has it with one."""
    wanted = sorted(set(roles))
    held = _held(session, [organisation_id for organisation_id, _, _ in wanted])
    played = {(organisation_id, role) for organisation_id, role, _ in held}
    missing = [
        (organisation_id, role, kind)
        for organisation_id, role, kind in wanted
        if (organisation_id, role.value, kind) not in held
        and (kind or (organisation_id, role.value) not in played)
    ]
    if missing:
        session.execute(
            insert(OrganisationRole),
            [
                {"organisation_id": organisation_id, "role": role.value, "kind": kind}
                for organisation_id, role, kind in missing
            ],
        )
    return frozenset(missing)


def _held(session: Session, ids: Sequence[int]) -> set[tuple[int, str, str]]:
    found: set[tuple[int, str, str]] = set()
    for part in in_parts(sorted(set(ids))):
        rows = session.execute(
            select(OrganisationRole.organisation_id, OrganisationRole.role, OrganisationRole.kind).where(
                OrganisationRole.organisation_id.in_(part)
            )
        )
        found |= {(organisation_id, role, kind) for organisation_id, role, kind in rows}
    return found
