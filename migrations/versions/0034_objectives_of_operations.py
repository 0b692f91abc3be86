"""What an operation of urban renewal aims at, and the hours of its site."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

CHECKS = {
    "target_percent": "target_percent BETWEEN 1 AND 100",
    "women_percent": "women_percent BETWEEN 0 AND 100",
    "qpv_percent": "qpv_percent BETWEEN 0 AND 100",
    "alternance_percent": "alternance_percent BETWEEN 0 AND 100",
    "site_hours": "site_hours > 0",
    "site_hours_source": "(site_hours IS NULL) = (site_hours_source IS NULL)",
}


def upgrade() -> None:
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("convention", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("target_percent", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("women_percent", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("qpv_percent", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("alternance_percent", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("site_hours", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("site_hours_source", sa.String(length=200), nullable=True))
        for name, condition in CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_operations_{name}"), condition)


def downgrade() -> None:
    with op.batch_alter_table("operations", schema=None) as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(batch_op.f(f"ck_operations_{name}"), type_="check")
        batch_op.drop_column("site_hours_source")
        batch_op.drop_column("site_hours")
        batch_op.drop_column("alternance_percent")
        batch_op.drop_column("qpv_percent")
        batch_op.drop_column("women_percent")
        batch_op.drop_column("target_percent")
        batch_op.drop_column("convention")
