"""Only corrections stand in the index of what a relevé replaces."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.drop_index("ix_timesheets_replaces_id", table_name="timesheets")
    op.create_index(
        "ix_timesheets_replaces_id",
        "timesheets",
        ["replaces_id"],
        sqlite_where=sa.text("replaces_id IS NOT NULL"),
        postgresql_where=sa.text("replaces_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_timesheets_replaces_id", table_name="timesheets")
    op.create_index("ix_timesheets_replaces_id", "timesheets", ["replaces_id"])
