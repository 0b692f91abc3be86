"""Bilans that were sent: numbered in their scope, kept byte for byte."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "frozen_bilans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=6), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("market_id", sa.Integer(), nullable=True),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_to", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=True),
        sa.Column("declared", sa.Integer(), nullable=False),
        sa.Column("retained", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("data_sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("workbook_sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("workbook", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('interim', 'final')", name=op.f("ck_frozen_bilans_kind")),
        sa.CheckConstraint("scope IN ('lot', 'market', 'buyer')", name=op.f("ck_frozen_bilans_scope")),
        sa.CheckConstraint("number > 0", name=op.f("ck_frozen_bilans_number")),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["organisations.id"], name=op.f("fk_frozen_bilans_buyer_id_organisations")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_frozen_bilans_lot_id_lots")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_frozen_bilans_made_by_id_users")),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.id"], name=op.f("fk_frozen_bilans_market_id_markets")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_frozen_bilans_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_bilans")),
        sa.UniqueConstraint(
            "territory_id",
            "scope",
            "scope_id",
            "number",
            name=op.f("uq_frozen_bilans_territory_id_scope_scope_id_number"),
        ),
    )
    with op.batch_alter_table("frozen_bilans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_frozen_bilans_buyer_id"), ["buyer_id"], unique=False)
        batch_op.create_index("ix_frozen_bilans_market", ["market_id", "lot_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("frozen_bilans", schema=None) as batch_op:
        batch_op.drop_index("ix_frozen_bilans_market")
        batch_op.drop_index(batch_op.f("ix_frozen_bilans_buyer_id"))

    op.drop_table("frozen_bilans")
