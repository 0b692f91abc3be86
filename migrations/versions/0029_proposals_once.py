"""Nobody is proposed twice at once as the contact of an organisation: the first proposal stays, the others are set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
OPEN = sa.text("decided_on IS NULL")


def upgrade() -> None:
    op.execute("UPDATE contact_proposals SET email = lower(email)")
    op.execute(
        "UPDATE contact_proposals SET decided_on = date(proposed_at), accepted = false"
        " WHERE decided_on IS NULL AND id NOT IN (SELECT min(id) FROM contact_proposals"
        " WHERE decided_on IS NULL GROUP BY territory_id, organisation_id, email)"
    )
    op.create_index(
        "uq_contact_proposals_open",
        "contact_proposals",
        ["territory_id", "organisation_id", "email"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index("uq_contact_proposals_open", table_name="contact_proposals")
