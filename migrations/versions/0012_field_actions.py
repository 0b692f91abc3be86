"""Field actions: what facilitators did for a lot or with an organisation, in one line."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "field_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('meeting', 'visit', 'call', 'email', 'letter', 'other')",
            name=op.f("ck_field_actions_kind"),
        ),
        sa.CheckConstraint(
            "corrects_id IS NULL OR (corrects_id <> id AND text IS NOT NULL)",
            name=op.f("ck_field_actions_corrects"),
        ),
        sa.CheckConstraint(
            "lot_id IS NOT NULL OR organisation_id IS NOT NULL", name=op.f("ck_field_actions_about")
        ),
        sa.CheckConstraint("minutes >= 0 AND minutes <= 1440", name=op.f("ck_field_actions_minutes")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_field_actions_author_id_users")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["field_actions.id"], name=op.f("fk_field_actions_corrects_id_field_actions")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_field_actions_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_field_actions_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_field_actions_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_actions")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_field_actions_corrects_id")),
    )
    with op.batch_alter_table("field_actions", schema=None) as batch_op:
        batch_op.create_index("ix_field_actions_lot", ["lot_id", "done_on"], unique=False)
        batch_op.create_index("ix_field_actions_organisation", ["organisation_id", "done_on"], unique=False)
        batch_op.create_index("ix_field_actions_territory", ["territory_id", "done_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("field_actions", schema=None) as batch_op:
        batch_op.drop_index("ix_field_actions_territory")
        batch_op.drop_index("ix_field_actions_organisation")
        batch_op.drop_index("ix_field_actions_lot")

    op.drop_table("field_actions")
