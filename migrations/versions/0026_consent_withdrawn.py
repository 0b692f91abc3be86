"""A buyer may take back its consent to a globalisation from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    with op.batch_alter_table("globalisation_lots", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_on", sa.Date(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_globalisation_lots_withdrawn"),
            "withdrawn_on IS NULL OR (consented_on IS NOT NULL AND withdrawn_on > consented_on)",
        )


def downgrade() -> None:
    with op.batch_alter_table("globalisation_lots", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_globalisation_lots_withdrawn"), type_="check")
        batch_op.drop_column("withdrawn_on")
