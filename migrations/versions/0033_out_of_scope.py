"""Why a person is out of the scope of a follow-up."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("out_of_scope", sa.String(length=10), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_follow_ups_out_of_scope"), "out_of_scope IN ('deces', 'etranger')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_follow_ups_scope"), "out_of_scope IS NULL OR outcome = 'out_of_scope'"
        )


def downgrade() -> None:
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_follow_ups_scope"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_follow_ups_out_of_scope"), type_="check")
        batch_op.drop_column("out_of_scope")
