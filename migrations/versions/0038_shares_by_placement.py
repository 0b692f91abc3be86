"""The index of shares by placement gives the survey its hours without touching the table."""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.drop_index("ix_shares_placement_id", table_name="shares")
    op.create_index(
        "ix_shares_placement_id", "shares", ["placement_id", "lot_id", "to_on", "retained", "territory_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_shares_placement_id", table_name="shares")
    op.create_index("ix_shares_placement_id", "shares", ["placement_id"])
