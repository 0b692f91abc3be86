"""A decision on a penalty remembers how many observations it answers; those of earlier decisions came by its day."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    with op.batch_alter_table("penalty_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("observations_read", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE penalty_files SET observations_read = (SELECT count(*) FROM penalty_observations"
        " WHERE penalty_observations.file_id = penalty_files.id"
        " AND penalty_observations.received_on <= penalty_files.decided_on)"
        " WHERE decided_on IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("penalty_files", schema=None) as batch_op:
        batch_op.drop_column("observations_read")
