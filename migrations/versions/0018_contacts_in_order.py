"""Contacts in order, with those who left and the addresses that no longer answer."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="1"))
        contacts.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
        contacts.add_column(sa.Column("left_on", sa.Date(), nullable=True))
        contacts.create_check_constraint(op.f("ck_contacts_rank"), "rank > 0")
    op.execute(
        "UPDATE contacts SET rank = (SELECT count(*) FROM contacts AS first WHERE first.id <= contacts.id"
        " AND first.territory_id = contacts.territory_id AND first.organisation_id = contacts.organisation_id)"
    )
    with op.batch_alter_table("contacts") as contacts:
        contacts.alter_column("rank", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_constraint(op.f("ck_contacts_rank"), type_="check")
        contacts.drop_column("left_on")
        contacts.drop_column("bounced_at")
        contacts.drop_column("rank")
