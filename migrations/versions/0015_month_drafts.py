"""What is typed for a month of an organisation, before it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "month_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("nil_award_ids", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_month_drafts_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_drafts")),
        sa.UniqueConstraint("organisation_id", "month", name=op.f("uq_month_drafts_organisation_id_month")),
    )
    op.create_table(
        "draft_hours",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=40), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed_by", sa.String(length=254), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_draft_hours_text")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_draft_hours_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["month_drafts.id"], name=op.f("fk_draft_hours_draft_id_month_drafts")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_draft_hours_placement_id_placements")
        ),
        sa.PrimaryKeyConstraint(
            "draft_id", "contract_id", "placement_id", "from_on", name=op.f("pk_draft_hours")
        ),
    )


def downgrade() -> None:
    op.drop_table("draft_hours")
    op.drop_table("month_drafts")
