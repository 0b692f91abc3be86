"""Contacts proposed by the holder of a link, for a facilitator to accept."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "contact_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("old_email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(decided_on IS NULL) = (accepted IS NULL)", name=op.f("ck_contact_proposals_decided")
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_contact_proposals_named")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_contact_proposals_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_contact_proposals_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_contact_proposals_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_proposals")),
    )
    with op.batch_alter_table("contact_proposals", schema=None) as batch_op:
        batch_op.create_index("ix_contact_proposals_open", ["territory_id", "decided_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contact_proposals_organisation_id"), ["organisation_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("contact_proposals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_proposals_organisation_id"))
        batch_op.drop_index("ix_contact_proposals_open")
    op.drop_table("contact_proposals")
