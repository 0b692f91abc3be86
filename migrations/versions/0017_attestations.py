"""Attestations de bonne exécution: numbered by territory and year, one live for each lot or company."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "attestations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("retained", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("flagged_missing", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revocation", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revocation IS NULL)", name=op.f("ck_attestations_revocation")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_attestations_number")),
        sa.CheckConstraint("retained >= owed", name=op.f("ck_attestations_met")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_attestations_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["users.id"], name=op.f("fk_attestations_issued_by_id_users")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_attestations_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["users.id"], name=op.f("fk_attestations_revoked_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_attestations_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestations")),
        sa.UniqueConstraint(
            "territory_id", "year", "number", name=op.f("uq_attestations_territory_id_year_number")
        ),
    )
    with op.batch_alter_table("attestations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attestations_live_award",
            ["award_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL AND award_id IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND award_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_attestations_live_lot",
            ["lot_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL AND award_id IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND award_id IS NULL"),
        )
        batch_op.create_index("ix_attestations_lot", ["lot_id", "id"], unique=False)
        batch_op.create_index("ix_attestations_number", ["year", "number"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("attestations", schema=None) as batch_op:
        batch_op.drop_index("ix_attestations_number")
        batch_op.drop_index("ix_attestations_lot")
        batch_op.drop_index(
            "ix_attestations_live_lot",
            sqlite_where=sa.text("revoked_at IS NULL AND award_id IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND award_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_attestations_live_award",
            sqlite_where=sa.text("revoked_at IS NULL AND award_id IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND award_id IS NOT NULL"),
        )

    op.drop_table("attestations")
