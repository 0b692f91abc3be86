"""Recovery plans of lots, and their steps."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "recovery_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(length=300), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closed_on >= opened_on", name=op.f("ck_recovery_plans_order")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_recovery_plans_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["users.id"], name=op.f("fk_recovery_plans_opened_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_recovery_plans_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_plans")),
    )
    with op.batch_alter_table("recovery_plans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_plans_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(
            "uq_recovery_plans_open",
            ["lot_id"],
            unique=True,
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )

    op.create_table(
        "recovery_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(what) > 0 AND length(who) > 0", name=op.f("ck_recovery_steps_said")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["recovery_plans.id"], name=op.f("fk_recovery_steps_plan_id_recovery_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_steps")),
    )
    with op.batch_alter_table("recovery_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_steps_plan_id"), ["plan_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recovery_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_steps_plan_id"))

    op.drop_table("recovery_steps")
    with op.batch_alter_table("recovery_plans", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_recovery_plans_open",
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_recovery_plans_lot_id"))

    op.drop_table("recovery_plans")
