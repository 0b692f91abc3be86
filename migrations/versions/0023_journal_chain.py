"""Each lot’s journal is one chain: a position and a digest for its lines, the head of each chain."""

import datetime
import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


entries = sa.table(
    "journal_entries",
    *(
        sa.column(name, sa.Integer)
        for name in ("id", "lot_id", "user_id", "territory_id", "thing_id", "position")
    ),
    *(sa.column(name, sa.String) for name in ("verb", "thing", "digest")),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("details", sa.JSON),
)
heads = sa.table(
    "journal_heads",
    *(sa.column(name, sa.Integer) for name in ("lot_id", "position")),
    sa.column("digest", sa.String),
)


def upgrade() -> None:
    op.create_table(
        "journal_heads",
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_journal_heads_lot_id_lots")),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_journal_heads")),
    )
    with op.batch_alter_table("journal_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
        batch_op.create_index("uq_journal_entries_position", ["lot_id", "position"], unique=True)
        batch_op.create_check_constraint(
            batch_op.f("ck_journal_entries_sealed"), "(position IS NULL) = (digest IS NULL)"
        )
    _seal_what_was_written()


def downgrade() -> None:
    with op.batch_alter_table("journal_entries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_journal_entries_sealed"), type_="check")
        batch_op.drop_index("uq_journal_entries_position")
        batch_op.drop_column("digest")
        batch_op.drop_column("position")

    op.drop_table("journal_heads")


def _seal_what_was_written() -> None:
    """As `journal_chain` seals: each line with the digest of the one before it."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(entries).where(entries.c.lot_id.is_not(None)).order_by(entries.c.lot_id, entries.c.id)
    ).all()
    ends: dict[int, tuple[int, str]] = {}
    sealed = []
    for row in rows:
        position, previous = ends.get(row.lot_id, (0, "0" * 64))
        digest = _digest(previous, row, position + 1)
        ends[row.lot_id] = (position + 1, digest)
        sealed.append({"entry_id": row.id, "new_position": position + 1, "new_digest": digest})
    if not sealed:
        return
    connection.execute(
        sa.update(entries)
        .where(entries.c.id == sa.bindparam("entry_id"))
        .values(position=sa.bindparam("new_position"), digest=sa.bindparam("new_digest")),
        sealed,
    )
    connection.execute(
        sa.insert(heads),
        [{"lot_id": lot, "position": position, "digest": digest} for lot, (position, digest) in ends.items()],
    )


def _digest(previous: str, row: Any, position: int) -> str:
    at = row.at if row.at.tzinfo else row.at.replace(tzinfo=datetime.UTC)
    said = {
        "at": at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "details": row.details,
        "lot": row.lot_id,
        "position": position,
        "territory": row.territory_id,
        "thing": row.thing,
        "thing_id": row.thing_id,
        "user": row.user_id,
        "verb": row.verb,
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((previous + text).encode()).hexdigest()
