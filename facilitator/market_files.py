"""Files of published markets kept between their preview and its confirmation."""

import datetime
import io
import zipfile
from collections.abc import Collection, Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from facilitator import decp, decp_import, decp_plan
from facilitator.decp_import import Imported
from facilitator.decp_plan import ImportPlan, Key
from facilitator.import_batches import ImportBatch
from facilitator.lot_grouping import ProposedGroup, ProposedLot
from facilitator.refusals import Conflict, Refused

KEPT = datetime.timedelta(days=1)


class ImportRefused(Refused):
    """An import cannot be kept or confirmed as asked."""


def keep(
    session: Session,
    territory_id: int,
    files: Iterable[tuple[str, bytes]],
    *,
    by: int,
    at: datetime.datetime,
) -> ImportBatch:
    """Keep files until they are confirmed or a day has passed; refuses one that is not DECP."""
    chosen = list(files)
    for name, content in chosen:
        decp.read(content, name)
    session.execute(
        delete(ImportBatch).where(
            ImportBatch.territory_id == territory_id, ImportBatch.created_at < at - KEPT
        )
    )
    names = ", ".join(name for name, _ in chosen)
    batch = ImportBatch(
        territory_id=territory_id,
        user_id=by,
        name=names[:200],
        content=_packed(chosen),
        created_at=at,
    )
    session.add(batch)
    session.flush()
    return batch


def plan(session: Session, batch: ImportBatch) -> ImportPlan:
    """What these files would do now. Writes nothing."""
    merged = decp.merge(decp.read(content, name) for name, content in _unpacked(batch.content))
    return decp_plan.plan(session, batch.territory_id, merged)


def confirm(
    session: Session,
    batch: ImportBatch,
    *,
    selected: Collection[Key] | None,
    grouped: Collection[Key],
    by: int,
    at: datetime.datetime,
) -> Imported:
    """Write the markets selected (None: all); `grouped` names groups by the key of their first market.

    Refuses files confirmed already: the markets would be compared with themselves.
    """
    if batch.confirmed_at is not None:
        raise Conflict("Ces fichiers sont déjà importés. Choisissez-les à nouveau pour les comparer.")
    found = plan(session, batch)
    groups = [
        ProposedGroup(group.title, lots)
        for group in found.groups
        if group.lots[0].market.key in grouped and len(lots := _kept(group, selected)) > 1
    ]
    done = decp_import.apply(session, found, by=by, at=at, selected=selected, groups=groups)
    batch.confirmed_at = at
    batch.content = b""
    return done


def _kept(group: ProposedGroup, selected: Collection[Key] | None) -> tuple[ProposedLot, ...]:
    return tuple(each for each in group.lots if selected is None or each.market.key in selected)


def _packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The files in one archive, in their order, whatever their names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for position, (name, content) in enumerate(files):
            archive.writestr(f"{position:03d}/{name}", content)
    return packed.getvalue()


def _unpacked(packed: bytes) -> list[tuple[str, bytes]]:
    if not packed:
        return []
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return [(name.split("/", 1)[1], archive.read(name)) for name in sorted(archive.namelist())]
