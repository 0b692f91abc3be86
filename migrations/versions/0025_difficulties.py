"""Difficulties that companies signal on their lots, with the answer."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "difficulties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("searches", sa.Text(), nullable=False),
        sa.Column("asked", sa.String(length=1000), nullable=False),
        sa.Column("signalled_on", sa.Date(), nullable=False),
        sa.Column("signalled_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name=op.f("ck_difficulties_answered")),
        sa.CheckConstraint("signalled_on >= happened_on", name=op.f("ck_difficulties_order")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["users.id"], name=op.f("fk_difficulties_answered_by_id_users")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_difficulties_award_id_awards")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_difficulties_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_difficulties_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["signalled_by_id"], ["users.id"], name=op.f("fk_difficulties_signalled_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_difficulties_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difficulties")),
    )
    with op.batch_alter_table("difficulties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_difficulties_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_difficulties_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_difficulties_territory_id"), ["territory_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("difficulties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_difficulties_territory_id"))
        batch_op.drop_index(batch_op.f("ix_difficulties_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_difficulties_lot_id"))

    op.drop_table("difficulties")
