"""Who else follows a market is found by its buyer and its DECP id."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.drop_index("ix_markets_buyer", table_name="markets")
    op.create_index("ix_markets_buyer_decp", "markets", ["buyer_id", "decp_id"])


def downgrade() -> None:
    op.drop_index("ix_markets_buyer_decp", table_name="markets")
    op.create_index("ix_markets_buyer", "markets", ["buyer_id"])
